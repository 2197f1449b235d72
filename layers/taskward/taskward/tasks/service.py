"""What can be done with one task, and with all of them; always in the partition of the user who asks.

Every change is a read, then a write on condition that the version is still the one that was read. Who sends If-Match
learns of a lost race by 412; for everybody else the change is made again on what is there now.
"""

import secrets
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from pynamodb.exceptions import PutError

from taskward import clock
from taskward.errors import NotFoundError, PreconditionFailedError, UnavailableError
from taskward.storage import CONFLICT_ATTEMPTS, ID_LENGTH, back_off, condition_failed
from taskward.tasks import queries
from taskward.tasks.models import TaskFields, merge_patched
from taskward.tasks.tables import COMPLETED, OPEN, TRASHED, TaskItem
from taskward.validation import validated

Precondition = Callable[[int], bool]
"""Whether a version is one that the caller knows (If-Match)."""

TRASH_DAYS = 30

_DELETION_SECONDS = 20.0
"""How long one request may go on deleting; the gateway gives up at 29 s."""


def create(user_id: str, fields: TaskFields) -> TaskItem:
    """Store a new task."""
    now = clock.now()
    task = TaskItem(user_id, str(uuid.uuid4()), version=1, created_at=clock.rfc3339(now), updated_at=clock.rfc3339(now))
    # Behind every other task, yet a number that a client can put things between.
    task.order = int(now.timestamp() * 1000)
    _set_fields(task, fields)
    task.set_index_keys()
    task.save()
    return task


def get(user_id: str, task_id: str) -> TaskItem:
    """One task, read consistently.

    Raises
    ------
    NotFoundError: there is none with this id, or not for this user, or it is in the trash.
    """
    task = _stored(user_id, task_id)
    if task.state == TRASHED:
        raise NotFoundError
    return task


def _stored(user_id: str, task_id: str) -> TaskItem:
    if len(task_id) > ID_LENGTH:
        raise NotFoundError
    try:
        return TaskItem.get(user_id, task_id, consistent_read=True)
    except TaskItem.DoesNotExist:
        raise NotFoundError from None


def change(
    user_id: str, task_id: str, edit: Callable[[TaskItem], None], precondition: Precondition | None = None
) -> TaskItem:
    """Change a task and return it as it is then; a change that changes nothing writes nothing.

    Parameters
    ----------
    edit: changes the item in place; called again when somebody else was quicker.
    precondition: which versions may be changed; None for any.

    Raises
    ------
    NotFoundError: as `get`.
    PreconditionFailedError: the task has another version than the caller knows.
    UnavailableError: others kept being quicker.
    """
    intended: TaskItem | None = None
    for attempt in range(CONFLICT_ATTEMPTS):
        task = _current(user_id, task_id, intended)
        if task is intended:
            return task
        if precondition is not None and not precondition(int(task.version)):
            raise PreconditionFailedError
        before = task.to_simple_dict()
        edit(task)
        if task.to_simple_dict() == before:
            return task
        if _write(task):
            return task
        intended = task
        back_off(attempt)
    raise UnavailableError


def _current(user_id: str, task_id: str, intended: TaskItem | None) -> TaskItem:
    """The task as stored; or `intended` itself when that is what is stored.

    A write whose answer was lost is repeated by the client library and then fails its own condition. It was made all
    the same, and making it again would undo a toggle.
    """
    task = _stored(user_id, task_id)
    if intended is not None and (task.version, task.write_id) == (intended.version, intended.write_id):
        return intended
    if task.state == TRASHED:
        raise NotFoundError
    return task


def _write(task: TaskItem) -> bool:
    """Store the next version of a task that was read; False when it is no longer the version that was read."""
    known = task.version
    task.version = known + 1
    task.write_id = secrets.token_hex(4)
    # Times increase from version to version, whatever the clock does.
    task.updated_at = max(clock.rfc3339(clock.now()), _just_after(task.updated_at))
    task.set_index_keys()
    try:
        task.save(condition=TaskItem.version == known)
    except PutError as error:
        if condition_failed(error):
            return False
        raise
    return True


def _just_after(moment: str) -> str:
    return clock.rfc3339(clock.parsed(moment) + timedelta(microseconds=1))


def replace(user_id: str, task_id: str, fields: TaskFields, precondition: Precondition | None = None) -> TaskItem:
    """Give a task all its fields anew; raises like `change`."""
    return change(user_id, task_id, lambda task: _set_fields(task, fields), precondition)


def patch(user_id: str, task_id: str, members: dict[str, Any], precondition: Precondition | None = None) -> TaskItem:
    """Apply a JSON merge patch (RFC 7396); raises like `change`, and InvalidRequestError for what would come out."""

    def edit(task: TaskItem) -> None:
        _set_fields(task, validated(TaskFields, merge_patched(task, members)))

    return change(user_id, task_id, edit, precondition)


def complete(user_id: str, task_id: str, completed: bool | None, precondition: Precondition | None = None) -> TaskItem:
    """Complete or reopen a task, or turn it over when `completed` is None; raises like `change`."""

    def edit(task: TaskItem) -> None:
        _set_completed(task, task.state != COMPLETED if completed is None else completed)

    return change(user_id, task_id, edit, precondition)


def trash(user_id: str, task_id: str, precondition: Precondition | None = None) -> None:
    """Move a task to the trash, from where it vanishes after `TRASH_DAYS`; raises like `change`."""
    change(user_id, task_id, _set_trashed, precondition)


def trash_all(user_id: str, *, only_completed: bool) -> None:
    """Move all tasks, or all completed ones, to the trash. What was moved stays moved when it ends early.

    Raises
    ------
    UnavailableError: there are more than fit one request; asking again goes on where this ended.
    """
    deadline = time.monotonic() + _DELETION_SECONDS
    for state in (COMPLETED,) if only_completed else (OPEN, COMPLETED):
        for task in queries.all_in_state(user_id, state):
            if time.monotonic() > deadline:
                raise UnavailableError("There are many tasks. Part of them is deleted; ask again for the rest.")
            _trash_as_listed(task, state)


def _trash_as_listed(task: TaskItem, state: str) -> None:
    """Move a listed task to the trash, unless it has left the state that it was listed in."""

    def trash_if_still_there(current: TaskItem) -> None:
        if current.state == state:
            _set_trashed(current)

    _set_trashed(task)
    if not _write(task):
        with suppress(NotFoundError):
            change(task.user_id, task.task_id, trash_if_still_there)


def _set_fields(task: TaskItem, fields: TaskFields) -> None:
    """Set all that the owner decides about; an order that is not given stays as it is."""
    task.title = fields.title
    task.description = fields.description
    task.priority = fields.priority
    task.due = fields.due
    task.due_timezone = fields.due_timezone
    task.tags = fields.tags
    if fields.order is not None:
        task.order = fields.order
    _set_completed(task, fields.completed)


def _set_completed(task: TaskItem, completed: bool) -> None:
    """Complete or reopen; a task that is completed already keeps its time of completion."""
    if completed and task.state != COMPLETED:
        task.completed_at = clock.rfc3339(clock.now())
    elif not completed:
        task.completed_at = None
    task.state = COMPLETED if completed else OPEN


def _set_trashed(task: TaskItem) -> None:
    now = clock.now()
    task.state = TRASHED
    task.deleted_at = clock.rfc3339(now)
    task.expires_at = int((now + timedelta(days=TRASH_DAYS)).timestamp())
