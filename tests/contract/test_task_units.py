"""What each operation on tasks costs in read and write units, however many tasks there are: docs/cost.md, measured.

On Amazon's own database alone: moto makes its units up.
"""

import secrets
from collections.abc import Iterator
from typing import Final

import pytest

from taskward.tasks import lists, service
from tests.conftest import ROOT
from tests.support import aws
from tests.support.documents import table
from tests.support.task_units import (
    BY_NUMBER,
    FIFTY_THOUSAND,
    IN_ONE_INDEX,
    TEN,
    THOUSAND,
    TWENTY_OPEN,
    USERS,
    Figures,
    cost,
    fields,
    measured,
    rows,
)

DOCUMENT: Final = ROOT / "docs" / "cost.md"


@pytest.fixture(scope="module")
def figures(local_endpoint: str, thorough: bool) -> Iterator[Figures]:
    """Everything measured for every user."""
    aws.connect(local_endpoint)
    aws.create_tables(local_endpoint)
    try:
        # Of seven thousand there are enough in each state and by each due for all figures to be the same. That of fifty
        # thousand they are no other takes a minute to show, and CI does.
        yield measured(local_endpoint, 50_000 if thorough else 7_000)
    finally:
        aws.delete_tables(local_endpoint)
        aws.connect()


def test_what_the_document_says_of_costs_is_what_is_measured(figures: Figures) -> None:
    # The first of its tables; the others are of other costs.
    documented = next(part for part in DOCUMENT.read_text().split("\n\n") if part.startswith("|"))
    assert documented.splitlines() == table(rows(figures)), "\n".join(["the table should be:", *table(rows(figures))])


def test_nothing_costs_more_the_more_tasks_there_are(figures: Figures) -> None:
    for name, by_user in figures.items():
        if name not in BY_NUMBER | {IN_ONE_INDEX}:
            assert len({(units.read, units.write) for units in by_user.values()}) == 1, name
    in_one_index = figures[IN_ONE_INDEX]
    assert in_one_index[TEN].read == in_one_index[THOUSAND].read == in_one_index[FIFTY_THOUSAND].read


def test_a_full_page_costs_the_same_of_a_thousand_tasks_and_of_fifty_thousand(figures: Figures) -> None:
    for name in ("GET /tasks", "GET /tasks?status=open", "GET /tasks?status=open&sort=due&overdue=true"):
        assert figures[name][THOUSAND].read == figures[name][FIFTY_THOUSAND].read, name
    assert figures["GET /tasks/changes"][THOUSAND].read == figures["GET /tasks/changes"][FIFTY_THOUSAND].read


def test_a_hundred_thousand_tasks_in_other_states_cost_a_list_of_twenty_open_ones_nothing(figures: Figures) -> None:
    # Twenty tasks of about half a kilobyte.
    for name in ("GET /tasks?status=open", "GET /tasks?status=open&priority=high"):
        units = figures[name][TWENTY_OPEN]
        assert (units.read, units.requests) == (3, 1), name


def test_a_page_reads_a_thousand_tasks_at_most_however_selective_the_filter(figures: Figures) -> None:
    a_thousand = 1_000 * 600 / 4096
    for user_id, units in figures["GET /tasks?q=what-no-task-has"].items():
        assert units.requests <= lists.MAX_QUERIES
        assert units.read <= a_thousand, user_id


def test_what_may_become_a_job_reads_five_hundred_tasks_to_know(figures: Figures) -> None:
    for name in ("POST /tasks/export", "DELETE /tasks?completed=true, to find them"):
        for units in figures[name].values():
            assert units.read <= (501 + lists.MAX_LIMIT) * 600 / 4096, name


def test_a_summary_reads_four_thousand_tasks_at_most(figures: Figures) -> None:
    for user_id, units in figures["GET /tasks/summary"].items():
        assert units.read <= 4 * 1_001 * 600 / 4096, user_id


def test_a_write_that_is_sampled_for_the_quota_costs_one_unit_more(
    figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sampled in (True, False):
        monkeypatch.setattr(secrets, "randbelow", lambda _, sampled=sampled: 0 if sampled else 1)
        for user_id in USERS:
            plain = figures["POST /tasks"][user_id]
            units = cost(lambda user_id=user_id: service.create(user_id, fields()))  # type: ignore[misc]
            assert (units.read, units.write) == (plain.read, plain.write + sampled)
