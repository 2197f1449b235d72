"""What can be done with one task, as a step of a change: alone, or together with others in a batch."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from taskward import clock
from taskward.errors import FieldError, InvalidRequestError, NotFoundError, PreconditionFailedError
from taskward.tasks import completion, trash, trees
from taskward.tasks.completion import ZoneOf
from taskward.tasks.errors import TaskExistsError, TaskGoneError
from taskward.tasks.models import FROM_DUE, TaskFields, merge_patched
from taskward.tasks.tables import COMPLETED, LIVE, OPEN, PURGED, TRASHED, TaskItem, is_id
from taskward.tasks.workspace import Workspace
from taskward.validation import validated

Precondition = Callable[[int], bool]
"""Whether a version is one that the caller knows (If-Match)."""


def checked_id(task_id: str) -> str:
    """An id that a client made.

    Raises
    ------
    InvalidRequestError: it is none; see `tables.is_id`.
    """
    if not is_id(task_id):
        raise InvalidRequestError(errors=[FieldError("id", "Give a UUID in lower case, with hyphens.")])
    return task_id


def create(workspace: Workspace, task_id: str, fields: TaskFields, *, comes_again: bool = True) -> TaskItem:
    """Make a task of this id; when this very request made it before, that task as it is now.

    Parameters
    ----------
    comes_again: whether the same request can come again with the same id, and is to be known then.

    Raises
    ------
    TaskExistsError: another request made it.
    TaskGoneError: it was made, and deleted since.
    InvalidRequestError: the parent is none; see `trees.attach`.
    """
    digest = _digest(fields)
    existing = workspace.find(task_id)
    if existing is not None:
        if existing.state in LIVE and existing.request_digest == digest:
            return existing
        # A tombstone does not tell who made the task.
        raise (
            TaskGoneError
            if existing.state not in LIVE and existing.request_digest in (digest, None)
            else TaskExistsError
        )
    now = clock.now()
    moment = clock.rfc3339(now)
    task = TaskItem(
        workspace.user_id,
        task_id,
        request_digest=digest if comes_again else None,
        version=1,
        created_at=moment,
        updated_at=moment,
        # Behind every other task, yet a number that a client can put things between.
        order=int(now.timestamp() * 1000) + workspace.count_new(),
    )
    workspace.add(task)
    set_members(task, fields)
    set_completed_at(task, moment if fields.completed else None)
    if fields.parent_id is not None:
        trees.attach(workspace, [task], fields.parent_id)
    return task


def replace(
    workspace: Workspace, task_id: str, fields: TaskFields, zone_of: ZoneOf, precondition: Precondition | None = None
) -> TaskItem:
    """Give a live task all its members anew; an order that is not given stays as it is.

    Raises
    ------
    NotFoundError: there is none with this id, or not for this user, or it is deleted.
    PreconditionFailedError: it has another version than the caller knows.
    InvalidRequestError: it cannot hang where it is to; see `trees.move`.
    TooManyTasksError: see `completion.complete`.
    """
    task = _known(workspace, workspace.live(task_id), precondition)
    repeats_anew = fields.repeat != task.repeat
    set_members(task, fields)
    trees.move(workspace, task, fields.parent_id)
    _set_completed(workspace, task, fields.completed, zone_of)
    if repeats_anew:
        # Who says so with the reopening means it.
        _set_repeat(task, fields)
    return task


def patch(
    workspace: Workspace,
    task_id: str,
    members: dict[str, Any],
    zone_of: ZoneOf,
    precondition: Precondition | None = None,
) -> TaskItem:
    """Apply a JSON merge patch (RFC 7396); raises like `replace`, and for what would come out."""
    task = _known(workspace, workspace.live(task_id), precondition)
    return replace(workspace, task_id, validated(TaskFields, merge_patched(task, members)), zone_of)


def complete(
    workspace: Workspace,
    task_id: str,
    completed: bool | None,
    zone_of: ZoneOf,
    precondition: Precondition | None = None,
) -> TaskItem:
    """Complete or reopen a task, or turn it over when `completed` is None; raises like `replace`."""
    task = _known(workspace, workspace.live(task_id), precondition)
    _set_completed(workspace, task, task.state != COMPLETED if completed is None else completed, zone_of)
    return task


def delete(
    workspace: Workspace, task_id: str, precondition: Precondition | None = None, *, permanent: bool = False
) -> None:
    """Move a live task to the trash; with `permanent`, delete one that is live or there for good.

    Raises like `replace`.
    """
    task = workspace.find(task_id)
    if task is None or task.state == PURGED or (task.state == TRASHED and (not permanent or trash.is_over(task))):
        raise NotFoundError
    _known(workspace, task, precondition)
    if permanent:
        trash.purge(workspace, task)
    else:
        trash.trash(workspace, task)


def restore(workspace: Workspace, task_id: str, precondition: Precondition | None = None) -> TaskItem:
    """Bring a task back from the trash; one that is not there stays as it is.

    Raises
    ------
    NotFoundError: there is none with this id, or its time in the trash is over.
    PreconditionFailedError: it has another version than the caller knows.
    """
    task = workspace.find(task_id)
    if task is None or task.state == PURGED or trash.is_over(task):
        raise NotFoundError
    _known(workspace, task, precondition)
    if task.state == TRASHED:
        trash.restore(workspace, task)
    return task


def _known(workspace: Workspace, task: TaskItem, precondition: Precondition | None) -> TaskItem:
    if precondition is not None and not precondition(workspace.stored_version(task)):
        raise PreconditionFailedError
    return task


def set_members(task: TaskItem, fields: TaskFields) -> None:
    """Set all that concerns the task alone."""
    task.title = fields.title
    task.description = fields.description
    task.priority = fields.priority
    task.due = fields.due
    task.due_timezone = fields.due_timezone
    task.tags = fields.tags
    _set_repeat(task, fields)
    if fields.order is not None:
        task.order = fields.order


def _set_repeat(task: TaskItem, fields: TaskFields) -> None:
    task.repeat = fields.repeat
    task.repeat_from = None if fields.repeat_from == FROM_DUE else fields.repeat_from


def set_completed_at(task: TaskItem, completed_at: str | None) -> None:
    """Make a task completed since a time, or open: nothing follows from it."""
    task.state, task.completed_at = (OPEN if completed_at is None else COMPLETED), completed_at


def _set_completed(workspace: Workspace, task: TaskItem, completed: bool, zone_of: ZoneOf) -> None:
    if completed:
        completion.complete(workspace, task, zone_of)
    else:
        completion.reopen(workspace, task)


def _digest(fields: TaskFields) -> str:
    canonical = json.dumps(fields.model_dump(), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
