"""The simulation of docs/cost.md: what stands there is what the script makes of it, and the script reckons right."""

import math

import pytest

from bench import simulation
from bench.simulation import Month


def test_the_document_has_every_table_as_the_script_prints_it() -> None:
    parts = simulation.DOCUMENT.read_text().split("\n\n")
    for table in simulation.tables():
        assert "\n".join(table) in parts, "\n".join(["the document should have:", *table])


def test_a_price_in_tiers_is_paid_tier_by_tier() -> None:
    tiers = ((10.0, 3.0), (20.0, 2.0), (math.inf, 1.0))
    assert [simulation.tiered(amount, tiers) for amount in (0, 4, 10, 12, 30, 31)] == [0, 12, 30, 34, 70, 71]


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


def test_prices_at_the_edge_are_those_of_the_document() -> None:
    text = " ".join(simulation.DOCUMENT.read_text().split())
    assert f"| 1,000,000 requests | {simulation.FRONT_REQUEST[-1][1] * 1e6:.2f} |" in text
    assert f"| 1 GB to the internet | {simulation.FRONT_GB[1][1]:.3f} |" in text
    assert f"{simulation.GATEWAY[0][1] * 1e6:.2f} dollars for 1,000,000 requests" in text
