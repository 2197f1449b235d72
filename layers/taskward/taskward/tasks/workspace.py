"""The tasks of one user that a change is about: read once, changed in memory, and written all or none.

Every write is on condition that the task is as it was read. Who was too slow begins anew with what is there now; so a
change is a function of a workspace, and is called again until nobody was quicker.
"""

import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.errors import NotFoundError, UnavailableError
from taskward.storage import (
    CONFLICT_ATTEMPTS,
    MAX_ACTIONS,
    TransactionConflictError,
    back_off,
    collided,
    condition_failed,
    connection_of,
    read_all,
    transact,
)
from taskward.tasks import quota
from taskward.tasks.errors import TooManyChangesError
from taskward.tasks.tables import LIVE, TaskItem, is_id

_T = TypeVar("_T")

# What nobody is shown: a change of these alone makes no new version.
_UNSEEN = {"root_id", "tree", "parent_key", "write_id", "next_id", "next_size"}


class StaleReadError(UnavailableError):
    """What was read of a task was overtaken while more was read: to be read anew, all of it."""


class Workspace:
    """Tasks of one user; call its methods only within one change (see `carry_out`)."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self._tasks: dict[str, TaskItem] = {}
        self._stored: dict[str, dict[str, Any] | None] = {}
        self._families: dict[str, dict[str, str]] = {}

    def load(self, task_ids: Collection[str]) -> None:
        """Read all these tasks that were not read yet, in one request for each hundred."""
        wanted = [task_id for task_id in dict.fromkeys(task_ids) if task_id not in self._stored]
        keys = [{"user_id": self.user_id, "task_id": task_id} for task_id in wanted if is_id(task_id)]
        for task in read_all(TaskItem, keys):
            self._keep(task)
        for task_id in wanted:
            self._stored.setdefault(task_id, None)

    def find(self, task_id: str) -> TaskItem | None:
        """A task in whatever state, read consistently if it was not read yet; None when there is none."""
        if task_id not in self._stored:
            self._stored[task_id] = None
            if is_id(task_id):
                with suppress(TaskItem.DoesNotExist):
                    self._keep(TaskItem.get(self.user_id, task_id, consistent_read=True))
        return self._tasks.get(task_id)

    def family(self, prefix: str) -> dict[str, str]:
        """Of all tasks whose parent key begins so, the task that each hangs below, as it is stored.

        One query; there are never more than a tree can have. Their keys say it all: they end in parent and task.

        Raises
        ------
        StaleReadError: a task that was read before hangs elsewhere by now.
        """
        if prefix not in self._families:
            condition = TaskItem.parent_key.startswith(prefix)
            found = TaskItem.by_parent.query(self.user_id, condition, consistent_read=True)
            keys = [row.parent_key for row in found]
            self._check_fresh(prefix, set(keys))
            parts = [key.split("#") for key in keys]
            self._families[prefix] = {task_id: parent_id for *_, parent_id, task_id in parts}
        return dict(self._families[prefix])

    def assume_absent(self, task_id: str) -> None:
        """Take a task as not being there, without a read. If it is there, nothing is written."""
        self._stored.setdefault(task_id, None)

    def live(self, task_id: str) -> TaskItem:
        """A task that is open or completed.

        Raises
        ------
        NotFoundError: there is none with this id, or not for this user, or it is deleted.
        """
        task = self.find(task_id)
        if task is None or task.state not in LIVE:
            raise NotFoundError
        return task

    def add(self, task: TaskItem) -> None:
        """Take in a task that is new, or that nothing but a tombstone is there of."""
        self._stored.setdefault(task.task_id, None)
        self._tasks[task.task_id] = task

    def drop(self, task: TaskItem) -> bool:
        """Forget a task that was taken in and of which nothing is stored; whether it was one."""
        is_new = self._stored[task.task_id] is None
        if is_new:
            del self._tasks[task.task_id]
        return is_new

    def put_back(self, task: TaskItem, former: TaskItem | None) -> None:
        """Forget a task that was taken in, in favour of what was there before."""
        del self._tasks[task.task_id]
        if former is not None:
            self._tasks[task.task_id] = former

    def here(self) -> list[TaskItem]:
        """The tasks that were read or taken in so far, as they are now."""
        return list(self._tasks.values())

    def stored_version(self, task: TaskItem) -> int:
        """The version of a task before this change; 0 for one that is new."""
        stored = self._stored[task.task_id]
        return 0 if stored is None else int(stored["version"])

    def count_new(self) -> int:
        """How many tasks were taken in that are not stored yet."""
        return sum(self._stored[task_id] is None for task_id in self._tasks)

    def check_size(self) -> None:
        """Refuse when more was changed than can be written at once.

        Raises
        ------
        TooManyChangesError: it was.
        """
        if len(self._changed()) > MAX_ACTIONS:
            raise TooManyChangesError

    def commit(self) -> bool:
        """Write all that was changed, with the next version of each; False when somebody else was quicker.

        Raises
        ------
        TooManyChangesError: there is more than can be written at once.
        """
        changed = self._changed()
        if not changed:
            return True
        self.check_size()
        before = [self._stored[task.task_id] for task in changed]
        now = clock.now()
        for number, task in enumerate(changed):
            # Of tasks that are made together, the later one is the younger one.
            self._prepare(task, clock.rfc3339(now + timedelta(microseconds=number)))
        if not (_put(changed[0], self._condition(changed[0])) if len(changed) == 1 else self._put_all(changed)):
            return False
        quota.note(self.user_id, before, changed)
        return True

    def _keep(self, task: TaskItem) -> None:
        self._stored[task.task_id] = task.to_simple_dict()
        self._tasks[task.task_id] = task

    def _check_fresh(self, prefix: str, keys: set[str]) -> None:
        """Refuse to go on when what was read of single tasks is older than the family that was read after them.

        Not all that a change goes by is written by it, so the conditions of its writes would not tell.
        """
        ids = {key.rpartition("#")[2] for key in keys}
        for task_id, stored in self._stored.items():
            key = (stored or {}).get("parent_key") or ""
            if key not in keys and (task_id in ids or key.startswith(prefix)):
                raise StaleReadError

    def _changed(self) -> list[TaskItem]:
        return [task for task in self._tasks.values() if task.to_simple_dict() != self._stored[task.task_id]]

    def _prepare(self, task: TaskItem, now: str) -> None:
        stored = self._stored[task.task_id]
        if stored is None:
            if task.created_at == task.updated_at:
                task.created_at = now
            task.updated_at = now
            task.version = 1
        elif _seen(task.to_simple_dict()) != _seen(stored):
            # Times increase from version to version, whatever the clock does.
            task.updated_at = max(now, _just_after(stored["updated_at"]))
            task.version = stored["version"] + 1
        task.write_id = secrets.token_hex(4)
        task.set_index_keys()

    def _condition(self, task: TaskItem) -> Condition:
        stored = self._stored[task.task_id]
        if stored is None:
            return TaskItem.task_id.does_not_exist()
        same: Condition = TaskItem.version == stored["version"]
        # These two change without a new version.
        for attribute, value in ((TaskItem.tree, stored.get("tree")), (TaskItem.root_id, stored.get("root_id"))):
            same &= attribute.does_not_exist() if value is None else attribute == value
        return same

    def _put_all(self, tasks: list[TaskItem]) -> bool:
        def fill(write: TransactWrite) -> None:
            for task in tasks:
                write.save(task, condition=self._condition(task))

        try:
            transact(connection_of(TaskItem), fill)
        except TransactionConflictError:
            return False
        return True


def carry_out(user_id: str, change: Callable[[Workspace], _T]) -> _T:
    """What a change gives, once all that it changed is written.

    Parameters
    ----------
    change: called with a new workspace, and again whenever somebody else was quicker.

    Raises
    ------
    UnavailableError: others kept being quicker.
    TooManyChangesError: see `Workspace.commit`.
    """
    for attempt in range(CONFLICT_ATTEMPTS):
        workspace = Workspace(user_id)
        with suppress(StaleReadError):
            result = change(workspace)
            if workspace.commit():
                return result
        back_off(attempt)
    raise UnavailableError


def _put(task: TaskItem, condition: Condition) -> bool:
    """Write one task, at half the price of a transaction; False when it was not written."""
    try:
        task.save(condition=condition)
    except PutError as error:
        if collided(error):
            return False
        if condition_failed(error):
            return _is_stored(task)
        raise
    return True


def _is_stored(task: TaskItem) -> bool:
    """Whether this very write was made all the same.

    A write whose answer was lost is repeated by the client library and then fails its own condition. Making the change
    once more would undo a toggle.
    """
    try:
        stored = TaskItem.get(task.user_id, task.task_id, consistent_read=True)
    except TaskItem.DoesNotExist:
        return False
    return bool(stored.write_id == task.write_id)


def _seen(stored: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stored.items() if name not in _UNSEEN}


def _just_after(moment: str) -> str:
    return clock.rfc3339(clock.parsed(moment) + timedelta(microseconds=1))
