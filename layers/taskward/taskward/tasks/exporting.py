"""Tasks as records of files: all that their owner decided about, and when they were made and completed."""

from collections.abc import Iterable, Iterator

from taskward.tasks.formats.records import Record
from taskward.tasks.lists import all_in_state
from taskward.tasks.models import fields_of
from taskward.tasks.tables import LIVE, TaskItem

MAX_TASKS = 500
"""How many tasks one answer carries; more are a job."""

MAX_BYTES = 1024 * 1024
"""How large a file one answer carries."""


def live_tasks(user_id: str) -> Iterator[TaskItem]:
    """All tasks that are open or completed, the oldest first of each; read page by page as they are asked for."""
    for state in LIVE:
        yield from all_in_state(user_id, state)


def records(tasks: Iterable[TaskItem]) -> Iterator[Record]:
    """Tasks as records, one by one."""
    for task in tasks:
        yield {
            "id": task.task_id,
            **fields_of(task),
            "completed_at": task.completed_at,
            "created_at": task.created_at,
        }
