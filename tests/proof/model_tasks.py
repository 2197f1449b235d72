"""What the service promises about the tasks of one user, in memory and as plainly as it can be said (docs/tasks.md)."""

from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

TRASH: Final = timedelta(days=30)
MAX_LEVELS: Final = 5

DEFAULTS: Final[dict[str, Any]] = {
    "description": None,
    "completed": False,
    "priority": "none",
    "due": None,
    "tags": [],
    "order": None,
    "parent_id": None,
}

Operation = dict[str, Any]
"""One of a batch, as the API has it. `version` is what If-Match says when it is a request of its own."""


class RefusedError(Exception):
    """The service refuses this, so; `index` is the place of the operation at fault."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(status, code)
        self.status, self.code, self.index = status, code, 0


def text_of(moment: datetime) -> str:
    """A time as the API writes those of tasks."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class Task:
    """A task, live, in the trash, or deleted for good.

    `members` are those that its owner decides about but `completed`; an `order` of None is not known yet.
    `trashed_with` is the task that took it along to the trash; `made_by` the request that made it, if that can come
    again.
    """

    id: str
    members: dict[str, Any]
    made_at: datetime
    changed_at: datetime
    made_by: dict[str, Any] | None = None
    version: int = 0
    completed_at: str | None = None
    deleted_at: datetime | None = None
    trashed_with: str | None = None
    is_purged: bool = False

    @property
    def is_live(self) -> bool:
        """Whether it is open or completed."""
        return self.deleted_at is None

    def is_over(self, now: datetime) -> bool:
        """Whether its time in the trash is over, or that of its tombstone: nobody can tell any more."""
        return self.deleted_at is not None and self.deleted_at + TRASH <= now

    def facts(self) -> dict[str, Any]:
        """All that changes its version."""
        deleted_at = None if self.deleted_at is None else text_of(self.deleted_at)
        if self.is_purged:
            return {"id": self.id, "purged": True, "deleted_at": deleted_at}
        rest = {"due_timezone": None, "repeat": None, "repeat_from": "due"}
        state = {"completed": self.completed_at is not None, "completed_at": self.completed_at}
        return {"id": self.id, **self.members, **rest, **state, "deleted_at": deleted_at}


@dataclass
class Tasks:
    """The tasks of one user, in the order in which they were made."""

    all: dict[str, Task] = field(default_factory=dict)

    def live(self) -> list[Task]:
        """Those open or completed."""
        return [task for task in self.all.values() if task.is_live]

    def trashed(self, now: datetime) -> list[Task]:
        """Those that can be brought back."""
        return [task for task in self.all.values() if task.deleted_at and not task.is_purged and not task.is_over(now)]

    def below(self, task: Task) -> list[Task]:
        """All subtasks on all levels: of a live task the live ones, of one in the trash those that went along."""
        found = []
        for each in self.all.values():
            went_along = task.is_live or each.trashed_with == (task.trashed_with or task.id)
            is_alike = each.is_live == task.is_live and not each.is_purged
            if each.members["parent_id"] == task.id and is_alike and went_along:
                found += [each, *self.below(each)]
        return found

    def carry_out(self, operations: Sequence[Operation], now: datetime) -> None:
        """Carry out all operations, in their order, or none.

        Raises
        ------
        RefusedError: none was.
        """
        change = _Change(self.all, now)
        for index, operation in enumerate(operations):
            try:
                change.do(operation)
            except RefusedError as refusal:
                refusal.index = index
                raise
        for task in change.after.values():
            before = self.all.get(task.id)
            if before is None or task.facts() != before.facts():
                task.version += 1
                task.changed_at = now
        self.all = change.after


class _Change:
    """A change while it is being made."""

    def __init__(self, before: dict[str, Task], now: datetime) -> None:
        self.before, self.tasks, self.now = before, Tasks(deepcopy(before)), now
        self.after = self.tasks.all

    def do(self, operation: Operation) -> None:
        getattr(self, f"_{operation['op']}")(operation)

    def _create(self, operation: Operation) -> None:
        fields = DEFAULTS | operation["task"] | {"title": operation["task"]["title"].strip()}
        there = self.after.get(operation["id"])
        if there is None:
            members = {name: value for name, value in fields.items() if name not in ("completed", "parent_id")}
            made_by = fields if operation.get("comes_again", True) else None
            task = Task(operation["id"], members | {"parent_id": None}, self.now, self.now, made_by)
            task.completed_at = text_of(self.now) if fields["completed"] else None
            if fields["parent_id"] is not None:
                self._attach([task], fields["parent_id"])
            self.after[task.id] = task
        elif operation.get("is_new"):
            raise RefusedError(412, "precondition_failed")
        elif there.is_live and there.made_by != fields:
            raise RefusedError(422, "task_exists")
        elif not there.is_live:
            # Who made what is deleted for good is forgotten.
            is_known = not there.is_purged and there.made_by not in (None, fields)
            raise RefusedError(422, "task_exists") if is_known else RefusedError(410, "task_gone")

    def _replace(self, operation: Operation) -> None:
        task = self._known(operation, self._live(operation["id"]))
        self._set(task, DEFAULTS | operation["task"])

    def _patch(self, operation: Operation) -> None:
        task = self._known(operation, self._live(operation["id"]))
        now = task.members | {"completed": task.completed_at is not None} | operation["patch"]
        self._set(task, {name: DEFAULTS[name] if value is None else value for name, value in now.items()})

    def _set(self, task: Task, fields: dict[str, Any]) -> None:
        order = task.members["order"] if fields["order"] is None else fields["order"]
        completed, parent_id = fields["completed"], fields["parent_id"]
        kept = {name: value for name, value in fields.items() if name != "completed"}
        task.members = kept | {"order": order, "title": fields["title"].strip(), "parent_id": task.members["parent_id"]}
        if parent_id != task.members["parent_id"]:
            subtree = [task, *self.tasks.below(task)]
            task.members["parent_id"] = None
            if parent_id is not None:
                self._attach(subtree, parent_id)
        self._set_completed(task, completed)

    def _complete(self, operation: Operation) -> None:
        task = self._known(operation, self._live(operation["id"]))
        completed = operation.get("completed", True)
        self._set_completed(task, task.completed_at is None if completed is None else completed)

    def _set_completed(self, task: Task, completed: bool) -> None:
        since = task.completed_at
        if completed == (since is not None):
            return
        for each in [task, *self.tasks.below(task)]:
            # Reopened is what was completed along with it, and what was completed before stays so.
            if each.completed_at == since:
                each.completed_at = text_of(self.now) if completed else None

    def _delete(self, operation: Operation) -> None:
        task, permanent = self._there(operation["id"]), operation.get("permanent", False)
        if not (task.is_live or permanent):
            raise RefusedError(404, "not_found")
        self._known(operation, task)
        subtasks = list(self.tasks.below(task))
        for each in [task, *subtasks]:
            each.deleted_at, each.is_purged = self.now, permanent
            if permanent and each.id not in self.before:
                del self.after[each.id]
        for each in subtasks:
            each.trashed_with = task.id

    def _restore(self, operation: Operation) -> None:
        task = self._known(operation, self._there(operation["id"]))
        if task.is_live:
            return
        subtree = [task, *self.tasks.below(task)]
        for each in subtree:
            each.deleted_at = each.trashed_with = None
        parent_id, task.members["parent_id"] = task.members["parent_id"], None
        if parent_id is not None:
            # When the place is gone, or full by now, it is at the top.
            with suppress(RefusedError):
                self._attach(subtree, parent_id)

    def _clear(self, operation: Operation) -> None:
        """All live tasks into the trash, or all that is there for good; no operation of a batch."""
        for task in list(self.after.values()):
            if operation["trashed"] and task.deleted_at and not task.is_purged:
                task.deleted_at, task.is_purged = self.now, True
            elif not operation["trashed"] and task.is_live and task.members["parent_id"] is None:
                self._delete({"id": task.id})

    def _live(self, task_id: str) -> Task:
        task = self.after.get(task_id)
        if task is None or not task.is_live:
            raise RefusedError(404, "not_found")
        return task

    def _there(self, task_id: str) -> Task:
        task = self.after.get(task_id)
        if task is None or task.is_purged or task.is_over(self.now):
            raise RefusedError(404, "not_found")
        return task

    def _known(self, operation: Operation, task: Task) -> Task:
        known, before = operation.get("version"), self.before.get(task.id)
        if known is not None and known != (before.version if before else 0):
            raise RefusedError(412, "precondition_failed")
        return task

    def _attach(self, subtree: Sequence[Task], parent_id: str) -> None:
        parent = self.after.get(parent_id)
        if parent is None or not parent.is_live or any(each.id == parent_id for each in subtree):
            raise RefusedError(422, "invalid_request")
        if self._level(parent_id) + self._height(subtree[0]) > MAX_LEVELS:
            raise RefusedError(422, "invalid_request")
        subtree[0].members["parent_id"] = parent_id

    def _level(self, task_id: str | None) -> int:
        return 0 if task_id is None else 1 + self._level(self.after[task_id].members["parent_id"])

    def _height(self, task: Task) -> int:
        children = [each for each in self.tasks.below(task) if each.members["parent_id"] == task.id]
        return 1 + max(map(self._height, children), default=0)
