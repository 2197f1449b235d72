"""The simulation of docs/cost.md reckons right."""

import pytest

from bench import simulation
from bench.simulation import Month


def test_units_are_those_that_were_measured() -> None:
    assert simulation.units("PATCH /tasks/{id}/complete") == (1, 9)
    assert simulation.units("GET /tasks/changes") == (14, 0)
    assert simulation.units("POST /auth/login") == (4, 14)
    with pytest.raises(LookupError):
        simulation.units("GET /no-such-row")


def test_all_tables_together_take_what_all_units_are() -> None:
    month = Month(1_000)
    of_tables = [month.units(table) for table in ("UsersTable", "SessionsTable", "TasksTable")]
    assert [sum(each) for each in zip(*of_tables, strict=True)] == pytest.approx(month.units())


def test_use_grows_with_users_and_the_price_of_one_does_not() -> None:
    small, large = Month(1_000_000), Month(100_000_000)
    assert large.requests() == pytest.approx(100 * small.requests())
    assert sum(large.costs().values()) / 100 < sum(small.costs().values())
