"""Which of many tasks are there, open, completed or in the trash: looked up by the hundred, when they are asked for."""

from collections.abc import Sequence
from typing import Final

from taskward.storage import read_all
from taskward.tasks import trash
from taskward.tasks.tables import PURGED, TaskItem

_AT_ONCE: Final = 100
"""The most rows that DynamoDB reads in one request."""


class Presence:
    """The presence of tasks of one user; `in` tells of each what was so when one near it was asked for first."""

    def __init__(self, user_id: str, task_ids: Sequence[str]) -> None:
        self._user_id = user_id
        self._task_ids = task_ids
        self._places = {task_id: place for place, task_id in enumerate(task_ids)}
        self._there: dict[str, bool] = {}

    def __contains__(self, task_id: str) -> bool:
        if task_id not in self._there:
            self._look_up(self._places[task_id] // _AT_ONCE * _AT_ONCE)
        return self._there[task_id]

    def count(self) -> int:
        """How many are there."""
        return sum(task_id in self for task_id in self._task_ids)

    def _look_up(self, first: int) -> None:
        wanted = self._task_ids[first : first + _AT_ONCE]
        keys = [{"user_id": self._user_id, "task_id": task_id} for task_id in wanted]
        found = read_all(TaskItem, keys, ["task_id", "state", "expires_at"])
        there = {task.task_id for task in found if task.state != PURGED and not trash.is_over(task)}
        self._there |= {task_id: task_id in there for task_id in wanted}
