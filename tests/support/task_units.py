"""What each operation on tasks costs in read and write units, however many tasks there are, as the database tells."""

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


def _tasks(fifty_thousand: int) -> Iterator[tuple[str, int, str]]:
    for user_id, count in ((TEN, 10), (THOUSAND, 1_000), (FIFTY_THOUSAND, fifty_thousand)):
        for number in range(count):
            yield user_id, number, OPEN if number % 5 < 3 else COMPLETED
    for number in range(20 + 2 * fifty_thousand):
        yield TWENTY_OPEN, number, OPEN if number < 20 else COMPLETED if number % 2 else TRASHED


def fields(**members: object) -> TaskFields:
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
    return {name: cost(lambda read=read: read(user_id)) for name, read in READS.items()}  # type: ignore[misc]


def _measured_writes(user_id: str) -> dict[str, Units]:
    """Each by a task of its own. Nothing is left of it but a few tombstones."""
    key = str(uuid.uuid4())
    made = service.create(user_id, fields()).task_id
    found = {
        "GET /tasks/{id}": cost(lambda: service.get(user_id, made)),
        "POST /tasks": cost(lambda: service.create(user_id, fields())),
        "POST /tasks, Idempotency-Key": cost(lambda: service.create(user_id, fields(), key)),
        "POST /tasks, the same again": cost(lambda: service.create(user_id, fields(), key)),
        "PUT /tasks/{id}, If-None-Match: *": cost(lambda: service.create_at(user_id, str(uuid.uuid4()), fields())),
        "PUT /tasks/{id}": cost(lambda: service.replace(user_id, made, fields(priority="high"), utc)),
        "PATCH /tasks/{id}, title": cost(lambda: service.patch(user_id, made, {"title": "Water them"}, utc)),
        "PATCH /tasks/{id}, due": cost(lambda: service.patch(user_id, made, {"due": "2026-06-20"}, utc)),
        "PATCH /tasks/{id}, nothing new": cost(lambda: service.patch(user_id, made, {"due": "2026-06-20"}, utc)),
        "PATCH /tasks/{id}/complete": cost(lambda: service.complete(user_id, made, True, utc)),
        "PATCH /tasks/{id}/complete, reopened": cost(lambda: service.complete(user_id, made, False, utc)),
        "DELETE /tasks/{id}": cost(lambda: service.delete(user_id, made)),
        "POST /tasks/{id}/restore": cost(lambda: service.restore(user_id, made)),
    }
    repeating = service.create(user_id, fields(due="2026-06-20", repeat="FREQ=WEEKLY")).task_id
    found["PATCH /tasks/{id}/complete, it repeats"] = cost(lambda: service.complete(user_id, repeating, True, utc))
    found["POST /tasks, first subtask"] = cost(lambda: service.create(user_id, fields(parent_id=made)))
    found["POST /tasks, second subtask"] = cost(lambda: service.create(user_id, fields(parent_id=made)))
    found["GET /tasks/{id}/subtasks, of two"] = cost(lambda: service.subtasks(user_id, made))
    found["PATCH /tasks/{id}/complete, two subtasks"] = cost(lambda: service.complete(user_id, made, True, utc))
    ids = [str(uuid.uuid4()) for _ in range(10)]
    found["POST /tasks/batch, 10 creates"] = cost(
        lambda: _carried_out(user_id, [{"op": "create", "id": each, "task": {"title": "Water"}} for each in ids])
    )
    found["POST /tasks/batch, 10 patches"] = cost(
        lambda: _carried_out(user_id, [{"op": "patch", "id": each, "patch": {"priority": "high"}} for each in ids])
    )
    rows = [*identified(Row(number, record(id=f"{key}/{number}")) for number in range(1, 11))]
    for name in ("10 new rows", "the same again"):
        found[f"POST /tasks/import, {name}"] = cost(lambda: importing.take_in(user_id, rows))
    found["DELETE /tasks/{id}?permanent=true"] = cost(lambda: service.delete(user_id, ids[0], permanent=True))
    return found


def cost(action: Callable[[], object]) -> Units:
    with metered() as units:
        action()
    return units


def _token(user_id: str) -> str:
    """The token of a client that read all changes a minute ago."""
    return feed._encoded(user_id, clock.rfc3339(NOW - feed.OVERLAP), "")


def measured(endpoint: str, fifty_thousand: int = 50_000) -> Figures:
    """Everything measured for every user, at a moment that stands still; no write is sampled for the quota.

    The tables are there, and empty. `fifty_thousand` is how many there are of what is called so.
    """
    load(endpoint, _tasks(fifty_thousand))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        patch.setattr(secrets, "randbelow", lambda _: 1)
        by_user = {user_id: _measured_reads(user_id) | _measured_writes(user_id) for user_id in USERS}
    return {name: {user_id: by_user[user_id][name] for user_id in USERS} for name in by_user[TEN]}


def rows(figures: Figures) -> list[list[str]]:
    """The figures as a table has them, the first row its head."""
    named = [[f"`{name}`", *(str(units) for units in by_user.values())] for name, by_user in figures.items()]
    return [["", *USERS.values()], *named]
