"""How much a user may keep: so many tasks and so many bytes, long before DynamoDB would refuse a partition.

What is there is counted by samples. One write in so many, at random, is counted for all of them; so a create costs half
a read unit more and hardly ever a write. The count is off by a per cent or two and forgets what expires by itself. So
it is only believed once it is exact: before the first refusal, and once an hour while there are refusals, everything is
counted.
"""

import json
import secrets
import time
from collections.abc import Sequence
from typing import Any, Final

from pynamodb.exceptions import PynamoDBException, UpdateError

from taskward import clock
from taskward.errors import UnavailableError
from taskward.storage import condition_failed, connection_of, is_passing_fault
from taskward.tasks.errors import TooManyTasksError
from taskward.tasks.tables import PURGED, TaskItem
from taskward.tasks.usage_tables import USAGE, UsageItem
from taskward.telemetry import logger

MAX_TASKS: Final = 100_000
MAX_BYTES: Final = 500_000_000
"""Of tasks as they are stored, without the copies in indexes."""

SAMPLE: Final = 16
"""One write in so many is counted."""

_RECOUNT_SECONDS: Final = 3600
_COUNT_SECONDS: Final = 15.0
_BYTES_OF_A_READ_UNIT: Final = 4096


def check(user_id: str, more: int = 1) -> None:
    """Refuse when a user has no room for so many more tasks.

    Raises
    ------
    TooManyTasksError: there is none.
    """
    usage = _usage(user_id)
    if _is_full(usage, more) and (not _may_count(usage) or _is_full(_counted(usage), more)):
        raise TooManyTasksError


def note(user_id: str, before: Sequence[dict[str, Any] | None], after: Sequence[TaskItem]) -> None:
    """Count what a write changed: tasks as they were, None for those that were not there, and as they are.

    What was deleted for good counts each time: its owner may be making room.
    """
    tasks = sum(task.state != PURGED for task in after)
    tasks -= sum(task is not None and task["state"] != PURGED for task in before)
    if tasks >= 0 and secrets.randbelow(SAMPLE):
        return
    stands_for = SAMPLE if tasks >= 0 else 1
    size = sum(_bytes(task.to_simple_dict()) for task in after) - sum(_bytes(task) for task in before if task)
    _add(user_id, tasks * stands_for, size * stands_for)


def _add(user_id: str, tasks: int, size: int) -> None:
    try:
        UsageItem(user_id).update(actions=[UsageItem.tasks.add(tasks), UsageItem.bytes.add(size)])
    except PynamoDBException as error:
        # The tasks are written; that one sample is missing is what samples are for.
        if not is_passing_fault(error):
            raise
        logger.warning("a sample of what a user keeps was lost", extra={"user_id": user_id})


def _usage(user_id: str) -> UsageItem:
    try:
        return UsageItem.get(user_id, USAGE)
    except UsageItem.DoesNotExist:
        return UsageItem(user_id)


def _is_full(usage: UsageItem, more: int) -> bool:
    return bool(usage.tasks + more > MAX_TASKS or usage.bytes >= MAX_BYTES)


def _may_count(usage: UsageItem) -> bool:
    """Whether it is time to count everything, and nobody else does so at this moment; then nobody does for an hour."""
    now, known = clock.epoch(), UsageItem.counted_at == usage.counted_at
    if usage.counted_at > now - _RECOUNT_SECONDS:
        return False
    try:
        usage.update(actions=[UsageItem.counted_at.set(now)], condition=UsageItem.counted_at.does_not_exist() | known)
    except UpdateError as error:
        if condition_failed(error):
            return False
        raise
    return True


def _counted(former: UsageItem) -> UsageItem:
    """What a user keeps, counted, until it is more than one may: 61,000 read units at most.

    Raises
    ------
    UnavailableError: it took too long; asked again, it goes on from there.
    """
    user_id = former.user_id
    tasks, size, start = json.loads(former.counting) if former.counting else (0, 0, None)
    deadline = time.monotonic() + _COUNT_SECONDS
    while True:
        answer = connection_of(TaskItem).query(
            TaskItem.Meta.table_name,
            user_id,
            index_name=TaskItem.by_created.Meta.index_name,
            select="COUNT",
            exclusive_start_key=start,
            return_consumed_capacity="TOTAL",
        )
        tasks += answer["Count"]
        # Twice as much is read for a unit when it need not be consistent.
        size += int(answer["ConsumedCapacity"]["CapacityUnits"] * 2 * _BYTES_OF_A_READ_UNIT)
        usage = UsageItem(user_id, tasks=tasks, bytes=size, counted_at=clock.epoch())
        start = answer.get("LastEvaluatedKey")
        if start is None or _is_full(usage, 0):
            usage.save()
            return usage
        if time.monotonic() > deadline:
            counting = json.dumps([tasks, size, start])
            former.update(actions=[UsageItem.counting.set(counting), UsageItem.counted_at.set(0)])
            raise UnavailableError


def _bytes(task: dict[str, Any]) -> int:
    """About how large a task is in the table."""
    return sum(len(name) + len(str(value).encode()) for name, value in task.items() if value is not None)
