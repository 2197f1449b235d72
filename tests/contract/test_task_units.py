"""What each operation on tasks costs in read and write units, however many tasks there are: docs/cost.md, measured.

On Amazon's own database alone: moto makes its units up.
"""

import secrets
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import pytest

from taskward import clock
from taskward.tasks import batch, clearing, exporting, feed, importing, list_queries, lists, service
from taskward.tasks.batch import Batch
from taskward.tasks.formats.records import Row, identified
from taskward.tasks.models import TaskFields
from taskward.tasks.summary import summary
from taskward.tasks.tables import COMPLETED, OPEN, TRASHED
from tests.conftest import ROOT
from tests.support import aws
from tests.support.capacity import Units, metered
from tests.support.many_tasks import NOW, load
from tests.support.task_records import record
from tests.support.zones import utc

TEN, THOUSAND, FIFTY_THOUSAND, TWENTY_OPEN = "user-a", "user-b", "user-c", "user-d"
USERS: Final = {
    TEN: "10 tasks",
    THOUSAND: "1,000",
    FIFTY_THOUSAND: "50,000",
    TWENTY_OPEN: "20 open, 50,000 completed, 50,000 in the trash",
}

Figures = dict[str, dict[str, Units]]
"""Units by what is done and by user."""

DOCUMENT: Final = ROOT / "docs" / "cost.md"


def _tasks(fifty_thousand: int) -> Iterator[tuple[str, int, str]]:
    for user_id, count in ((TEN, 10), (THOUSAND, 1_000), (FIFTY_THOUSAND, fifty_thousand)):
        for number in range(count):
            yield user_id, number, OPEN if number % 5 < 3 else COMPLETED
    for number in range(20 + 2 * fifty_thousand):
        yield TWENTY_OPEN, number, OPEN if number < 20 else COMPLETED if number % 2 else TRASHED


def _fields(**members: object) -> TaskFields:
    return TaskFields.model_validate({"title": "Water the plants on the balcony"} | members)


def _listed(user_id: str, limit: int = lists.DEFAULT_LIMIT, **parameters: str) -> lists.Page:
    query = list_queries.parsed({name: [value] for name, value in parameters.items()}, utc)
    return lists.page(user_id, query, limit, None)


def _carried_out(user_id: str, operations: list[dict[str, Any]]) -> None:
    batch.carry_out_all(user_id, Batch.model_validate({"operations": operations}), utc)


READS: Final[dict[str, Callable[[str], object]]] = {
    "GET /tasks?limit=5": lambda user: _listed(user, 5),
    "GET /tasks?limit=5&sort=updated": lambda user: _listed(user, 5, sort="updated"),
    "GET /tasks?limit=5&sort=due": lambda user: _listed(user, 5, sort="due"),
    "GET /tasks?limit=5&sort=order": lambda user: _listed(user, 5, sort="order"),
    "GET /tasks?limit=5&status=open": lambda user: _listed(user, 5, status="open"),
    "GET /tasks": _listed,
    "GET /tasks?status=open": lambda user: _listed(user, status="open"),
    "GET /tasks?status=open&sort=due&overdue=true": lambda user: _listed(
        user, status="open", sort="due", overdue="true"
    ),
    "GET /tasks?status=open&priority=high": lambda user: _listed(user, status="open", priority="high"),
    "GET /tasks?q=what-no-task-has": lambda user: _listed(user, q="what-no-task-has"),
    "GET /tasks/summary": lambda user: summary(user, utc()),
    "POST /tasks/export": lambda user: list(islice(exporting.live_tasks(user), exporting.MAX_TASKS + 1)),
    "DELETE /tasks?completed=true, to find them": lambda user: clearing.selected(
        user, "completed", clearing.MAX_AT_ONCE + 1
    ),
    "GET /tasks/changes": lambda user: feed.changes(user, None, feed.DEFAULT_LIMIT),
    "GET /tasks/changes?since=…, nothing new": lambda user: feed.changes(user, _token(user), feed.DEFAULT_LIMIT),
}

BY_NUMBER: Final = {
    *("GET /tasks", "GET /tasks?status=open", "GET /tasks?status=open&sort=due&overdue=true", "GET /tasks/changes"),
    *("GET /tasks?status=open&priority=high", "GET /tasks?q=what-no-task-has", "GET /tasks/summary"),
    *("POST /tasks/export", "DELETE /tasks?completed=true, to find them"),
}
"""What costs less where there are fewer tasks than it may read."""

IN_ONE_INDEX: Final = "GET /tasks?limit=5&sort=updated"
"""What tasks of other states are in the way of."""


def _measured_reads(user_id: str) -> dict[str, Units]:
    return {name: _cost(lambda read=read: read(user_id)) for name, read in READS.items()}  # type: ignore[misc]


def _measured_writes(user_id: str) -> dict[str, Units]:
    """Each by a task of its own. Nothing is left of it but a few tombstones."""
    key = str(uuid.uuid4())
    made = service.create(user_id, _fields()).task_id
    found = {
        "GET /tasks/{id}": _cost(lambda: service.get(user_id, made)),
        "POST /tasks": _cost(lambda: service.create(user_id, _fields())),
        "POST /tasks, Idempotency-Key": _cost(lambda: service.create(user_id, _fields(), key)),
        "POST /tasks, the same again": _cost(lambda: service.create(user_id, _fields(), key)),
        "PUT /tasks/{id}, If-None-Match: *": _cost(lambda: service.create_at(user_id, str(uuid.uuid4()), _fields())),
        "PUT /tasks/{id}": _cost(lambda: service.replace(user_id, made, _fields(priority="high"), utc)),
        "PATCH /tasks/{id}, title": _cost(lambda: service.patch(user_id, made, {"title": "Water them"}, utc)),
        "PATCH /tasks/{id}, due": _cost(lambda: service.patch(user_id, made, {"due": "2026-06-20"}, utc)),
        "PATCH /tasks/{id}, nothing new": _cost(lambda: service.patch(user_id, made, {"due": "2026-06-20"}, utc)),
        "PATCH /tasks/{id}/complete": _cost(lambda: service.complete(user_id, made, True, utc)),
        "PATCH /tasks/{id}/complete, reopened": _cost(lambda: service.complete(user_id, made, False, utc)),
        "DELETE /tasks/{id}": _cost(lambda: service.delete(user_id, made)),
        "POST /tasks/{id}/restore": _cost(lambda: service.restore(user_id, made)),
    }
    repeating = service.create(user_id, _fields(due="2026-06-20", repeat="FREQ=WEEKLY")).task_id
    found["PATCH /tasks/{id}/complete, it repeats"] = _cost(lambda: service.complete(user_id, repeating, True, utc))
    found["POST /tasks, first subtask"] = _cost(lambda: service.create(user_id, _fields(parent_id=made)))
    found["POST /tasks, second subtask"] = _cost(lambda: service.create(user_id, _fields(parent_id=made)))
    found["GET /tasks/{id}/subtasks, of two"] = _cost(lambda: service.subtasks(user_id, made))
    found["PATCH /tasks/{id}/complete, two subtasks"] = _cost(lambda: service.complete(user_id, made, True, utc))
    ids = [str(uuid.uuid4()) for _ in range(10)]
    found["POST /tasks/batch, 10 creates"] = _cost(
        lambda: _carried_out(user_id, [{"op": "create", "id": each, "task": {"title": "Water"}} for each in ids])
    )
    found["POST /tasks/batch, 10 patches"] = _cost(
        lambda: _carried_out(user_id, [{"op": "patch", "id": each, "patch": {"priority": "high"}} for each in ids])
    )
    rows = [*identified(Row(number, record(id=f"{key}/{number}")) for number in range(1, 11))]
    for name in ("10 new rows", "the same again"):
        found[f"POST /tasks/import, {name}"] = _cost(lambda: importing.take_in(user_id, rows))
    found["DELETE /tasks/{id}?permanent=true"] = _cost(lambda: service.delete(user_id, ids[0], permanent=True))
    return found


def _cost(action: Callable[[], object]) -> Units:
    with metered() as units:
        action()
    return units


def _token(user_id: str) -> str:
    """The token of a client that read all changes a minute ago."""
    return feed._encoded(user_id, clock.rfc3339(NOW - feed.OVERLAP), "")


@pytest.fixture(scope="module")
def figures(local_endpoint: str, thorough: bool) -> Iterator[Figures]:
    """Everything measured for every user, at a moment that stands still; no write is sampled for the quota."""
    # Of seven thousand there are enough in each state and by each due for all figures to be the same. That of fifty
    # thousand they are no other takes a minute to show, and CI does.
    aws.connect(local_endpoint)
    aws.create_tables(local_endpoint)
    try:
        load(local_endpoint, _tasks(50_000 if thorough else 7_000))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda: NOW)
            patch.setattr(secrets, "randbelow", lambda _: 1)
            by_user = {user_id: _measured_reads(user_id) | _measured_writes(user_id) for user_id in USERS}
            yield {name: {user_id: by_user[user_id][name] for user_id in USERS} for name in by_user[TEN]}
    finally:
        aws.delete_tables(local_endpoint)
        aws.connect()


def _table(figures: Figures) -> list[str]:
    """The figures as docs/cost.md has them."""
    rows = [["", *USERS.values()], ["---"] * (1 + len(USERS))]
    rows += [[f"`{name}`", *(str(units) for units in by_user.values())] for name, by_user in figures.items()]
    return [f"| {' | '.join(row)} |" for row in rows]


def test_what_the_document_says_of_costs_is_what_is_measured(figures: Figures) -> None:
    # The first of its tables; the others are of other costs.
    documented = next(part for part in DOCUMENT.read_text().split("\n\n") if part.startswith("|"))
    assert documented.splitlines() == _table(figures), "\n".join(["the table should be:", *_table(figures)])


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
            units = _cost(lambda user_id=user_id: service.create(user_id, _fields()))  # type: ignore[misc]
            assert (units.read, units.write) == (plain.read, plain.write + sampled)
