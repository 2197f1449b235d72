"""What can be done with one task, and with all of them; always in the partition of the user who asks.

Every change is a read, then a write on condition that the version is still the one that was read. Who sends If-Match
learns of a lost race by 412; for everybody else the change is made again on what is there now.
"""

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from pynamodb.exceptions import PutError

from taskward import clock
from taskward.errors import NotFoundError, PreconditionFailedError, UnavailableError
from taskward.storage import CONFLICT_ATTEMPTS, back_off, condition_failed
from taskward.tasks import queries
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import COMPLETED, OPEN, TRASHED, TaskItem

TRASH_DAYS = 30

_ID_LENGTH = 36

_DELETION_SECONDS = 20.0
"""How long one request may go on deleting; the gateway gives up at 29 s."""


def create(user_id: str, fields: TaskFields) -> TaskItem:
    """Store a new task."""
    now = clock.now()
    task = TaskItem(user_id, str(uuid.uuid4()), version=1, created_at=clock.rfc3339(now), updated_at=clock.rfc3339(now))
    # Behind every other task, yet a number that a client can put things between.
    task.order = int(now.timestamp() * 1000)
    set_fields(task, fields)
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
    if len(task_id) > _ID_LENGTH:
        raise NotFoundError
    try:
        return TaskItem.get(user_id, task_id, consistent_read=True)
    except TaskItem.DoesNotExist:
        raise NotFoundError from None


def change(
    user_id: str, task_id: str, edit: Callable[[TaskItem], None], precondition: Callable[[int], bool] | None = None
) -> TaskItem:
    """Change a task and return it as it is then; a change that changes nothing writes nothing.

    Parameters
    ----------
    edit: changes the item in place; called again when somebody else was quicker.
    precondition: whether a version is one the caller knows (If-Match); None for any.

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
    if intended is not None and (task.version, task.updated_at) == (intended.version, intended.updated_at):
        return intended
    if task.state == TRASHED:
        raise NotFoundError
    return task


def _write(task: TaskItem) -> bool:
    """Store the next version of a task that was read; False when it is no longer the version that was read."""
    known = task.version
    task.version = known + 1
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


def set_fields(task: TaskItem, fields: TaskFields) -> None:
    """Give a task all the members that its owner decides about; an order that is not given stays as it is."""
    task.title = fields.title
    task.description = fields.description
    task.priority = fields.priority
    task.due = fields.due
    task.due_timezone = fields.due_timezone
    task.tags = fields.tags
    if fields.order is not None:
        task.order = fields.order
    set_completed(task, fields.completed)


def set_completed(task: TaskItem, completed: bool) -> None:
    """Complete or reopen; a task that is completed already keeps its time of completion."""
    if completed and task.state != COMPLETED:
        task.completed_at = clock.rfc3339(clock.now())
    elif not completed:
        task.completed_at = None
    task.state = COMPLETED if completed else OPEN


def trash(task: TaskItem) -> None:
    """Move a task to the trash, from where it vanishes after `TRASH_DAYS`."""
    now = clock.now()
    task.state = TRASHED
    task.deleted_at = clock.rfc3339(now)
    task.expires_at = int((now + timedelta(days=TRASH_DAYS)).timestamp())


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
            trash(current)

    trash(task)
    if not _write(task):
        with suppress(NotFoundError):
            change(task.user_id, task.task_id, trash_if_still_there)
