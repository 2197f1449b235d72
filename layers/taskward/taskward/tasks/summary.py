"""How many tasks there are of each kind: exact up to a thousand, and read not much further."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from taskward import clock
from taskward.storage import connection_of
from taskward.tasks import due as due_dates
from taskward.tasks.tables import COMPLETED, OPEN, TaskItem

MAX_COUNT: Final = 1000
"""What is counted no further: of open and of completed tasks 1,001 are read at most."""

MAX_EXAMINED: Final = 3000
"""How many tasks are read at most to find those overdue, and those due today: some due at about the same time are
neither, depending on the time zone."""


@dataclass(frozen=True)
class Count:
    """How many there are; when it is not `exact` there are more."""

    count: int
    exact: bool


def summary(user_id: str, zone: ZoneInfo) -> dict[str, Count]:
    """How many tasks are open, completed, overdue, and open and due today, seen from a zone; consistent reads."""
    now = clock.now()
    today = now.astimezone(zone).date()
    due_by_now = _due(user_id, *due_dates.range_until(now, zone))
    due_today = _due(user_id, *due_dates.range_of_day(today, zone))
    return {
        "open": _in_state(user_id, OPEN),
        "completed": _in_state(user_id, COMPLETED),
        "overdue": _matching(due_by_now, lambda due, timezone: due_dates.is_overdue(due, timezone, now, zone)),
        "due_today": _matching(due_today, lambda due, timezone: due_dates.is_on(due, timezone, today, zone)),
    }


def _in_state(user_id: str, state: str) -> Count:
    counted, start = 0, None
    while True:
        answer = connection_of(TaskItem).query(
            TaskItem.Meta.table_name,
            user_id,
            TaskItem.created_key.startswith(f"{state}#"),
            index_name=TaskItem.by_created.Meta.index_name,
            select="COUNT",
            consistent_read=True,
            limit=MAX_COUNT + 1 - counted,
            exclusive_start_key=start,
        )
        counted += answer["Count"]
        start = answer.get("LastEvaluatedKey")
        if start is None or counted > MAX_COUNT:
            return Count(min(counted, MAX_COUNT), exact=counted <= MAX_COUNT)


def _due(user_id: str, low: str, high: str) -> Iterator[TaskItem]:
    """Open tasks whose due dates sort from `low` to `high`, of each no more than when it is due."""
    between = TaskItem.due_key.between(f"{OPEN}#{low}", f"{OPEN}#{high}~")
    return TaskItem.by_due.query(
        user_id, between, consistent_read=True, page_size=MAX_COUNT + 1, attributes_to_get=["due", "due_timezone"]
    )


def _matching(tasks: Iterator[TaskItem], matches: Callable[[str, str | None], bool]) -> Count:
    count = examined = 0
    for task in islice(tasks, MAX_EXAMINED + 1):
        examined += 1
        count += matches(task.due, task.due_timezone)
        if count > MAX_COUNT:
            break
    return Count(min(count, MAX_COUNT), exact=count <= MAX_COUNT and examined <= MAX_EXAMINED)
