"""How many tasks there are of each kind: exact up to a thousand, and read not much further."""

from collections.abc import Callable
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

MAX_QUERIES: Final = 40
"""How many queries, of 1 MB each, a count takes at most: enough for a thousand of the largest tasks that there can be,
with 8,192 characters of four bytes."""


@dataclass(frozen=True)
class Count:
    """How many there are; when it is not `exact` there are more."""

    count: int
    exact: bool


def summary(user_id: str, zone: ZoneInfo) -> dict[str, Count]:
    """How many tasks are open, completed, overdue, and open and due today, seen from a zone; consistent reads."""
    now = clock.now()
    today = now.astimezone(zone).date()

    def is_overdue(due: str, timezone: str | None) -> bool:
        return due_dates.is_overdue(due, timezone, now, zone)

    def is_due_today(due: str, timezone: str | None) -> bool:
        return due_dates.is_on(due, timezone, today, zone)

    return {
        "open": _in_state(user_id, OPEN),
        "completed": _in_state(user_id, COMPLETED),
        "overdue": _due(user_id, *due_dates.range_until(now, zone), is_overdue),
        "due_today": _due(user_id, *due_dates.range_of_day(today, zone), is_due_today),
    }


def _in_state(user_id: str, state: str) -> Count:
    counted, start = 0, None
    for _ in range(MAX_QUERIES):
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
            break
    return Count(min(counted, MAX_COUNT), exact=start is None and counted <= MAX_COUNT)


def _due(user_id: str, low: str, high: str, matches: Callable[[str, str | None], bool]) -> Count:
    """How many open tasks match whose due dates sort from `low` to `high`."""
    between = TaskItem.due_key.between(f"{OPEN}#{low}", f"{OPEN}#{high}~")
    pages = TaskItem.by_due.query(
        user_id, between, consistent_read=True, page_size=MAX_COUNT + 1, attributes_to_get=["due", "due_timezone"]
    ).page_iter
    count, examined, is_over = 0, 0, False
    for page in islice(pages, MAX_QUERIES):
        found = [TaskItem.from_raw_data(item) for item in page["Items"]]
        count += sum(matches(task.due, task.due_timezone) for task in found)
        examined += len(found)
        is_over = "LastEvaluatedKey" not in page
        if count > MAX_COUNT or examined > MAX_EXAMINED:
            break
    return Count(min(count, MAX_COUNT), exact=is_over and count <= MAX_COUNT)
