"""Each operation on a task as a request of its own; always in the partition of the user who asks.

Who sends If-Match learns of a lost race by 412; for everybody else the change is made again on what is there now.
"""

import uuid
from typing import Any, Final

from taskward.errors import NotFoundError, PreconditionFailedError
from taskward.tasks import operations, quota, trees
from taskward.tasks.completion import ZoneOf
from taskward.tasks.errors import TooManyTasksError
from taskward.tasks.models import TaskFields
from taskward.tasks.operations import Precondition
from taskward.tasks.tables import COMPLETED, LIVE, TaskItem, is_id
from taskward.tasks.workspace import Workspace, carry_out

_KEYED_TASKS: Final = uuid.UUID("0d3c1f0e-6f5a-4c55-8f0d-7d4f6c1b2a90")


def create(user_id: str, fields: TaskFields, key: str | None = None) -> TaskItem:
    """Store a new task.

    Parameters
    ----------
    key: the request's Idempotency-Key. A request that comes again with the same key gets the task that it made, as it
        is now. The id is derived from user and key, so it takes no further write to know.

    Raises
    ------
    TooManyTasksError: the quota is used up.
    TaskExistsError, TaskGoneError, InvalidRequestError: see `operations.create`.
    """
    task_id = str(uuid.uuid4() if key is None else uuid.uuid5(_KEYED_TASKS, f"{user_id}/{key}"))
    try:
        quota.check(user_id)
    except TooManyTasksError:
        # A request that comes again needs no room.
        if key is None or Workspace(user_id).find(task_id) is None:
            raise
    # Hardly any request comes twice, and the write's own condition tells; but where the task hung there may be no place
    # for one by now.
    is_believed_new = key is None or fields.parent_id is None

    def change(workspace: Workspace) -> TaskItem:
        nonlocal is_believed_new
        if is_believed_new:
            workspace.assume_absent(task_id)
        is_believed_new = False
        return operations.create(workspace, task_id, fields, comes_again=key is not None)

    return carry_out(user_id, change)


def create_at(user_id: str, task_id: str, fields: TaskFields) -> TaskItem:
    """Store a new task under an id that the client made (`If-None-Match: *`).

    Raises
    ------
    PreconditionFailedError: there is, or was lately, a task with this id.
    InvalidRequestError: it is not a UUID; or as `create`.
    """
    operations.checked_id(task_id)
    quota.check(user_id)
    is_first = True

    def change(workspace: Workspace) -> TaskItem:
        nonlocal is_first
        if is_first:
            workspace.assume_absent(task_id)
        elif workspace.find(task_id) is not None:
            raise PreconditionFailedError
        is_first = False
        return operations.create(workspace, task_id, fields)

    return carry_out(user_id, change)


def get(user_id: str, task_id: str) -> TaskItem:
    """One task, read consistently.

    Raises
    ------
    NotFoundError: there is none with this id, or not for this user, or it is deleted.
    """
    if not is_id(task_id):
        raise NotFoundError
    try:
        task = TaskItem.get(user_id, task_id, consistent_read=True)
    except TaskItem.DoesNotExist:
        raise NotFoundError from None
    if task.state not in LIVE:
        raise NotFoundError
    return task


def replace(
    user_id: str, task_id: str, fields: TaskFields, zone_of: ZoneOf, precondition: Precondition | None = None
) -> TaskItem:
    """Give a task all its members anew; raises like `operations.replace` and `carry_out`."""
    return carry_out(user_id, lambda workspace: operations.replace(workspace, task_id, fields, zone_of, precondition))


def patch(
    user_id: str, task_id: str, members: dict[str, Any], zone_of: ZoneOf, precondition: Precondition | None = None
) -> TaskItem:
    """Apply a JSON merge patch (RFC 7396); raises like `operations.patch` and `carry_out`."""
    return carry_out(user_id, lambda workspace: operations.patch(workspace, task_id, members, zone_of, precondition))


def complete(
    user_id: str, task_id: str, completed: bool | None, zone_of: ZoneOf, precondition: Precondition | None = None
) -> TaskItem:
    """Complete or reopen a task, or turn it over; raises like `operations.complete` and `carry_out`."""
    return carry_out(
        user_id, lambda workspace: operations.complete(workspace, task_id, completed, zone_of, precondition)
    )


def delete(user_id: str, task_id: str, precondition: Precondition | None = None, *, permanent: bool = False) -> None:
    """Move a task to the trash, or delete it for good; raises like `operations.delete` and `carry_out`."""
    carry_out(user_id, lambda workspace: operations.delete(workspace, task_id, precondition, permanent=permanent))


def restore(user_id: str, task_id: str, precondition: Precondition | None = None) -> TaskItem:
    """Bring a task back from the trash; raises like `operations.restore` and `carry_out`."""
    return carry_out(user_id, lambda workspace: operations.restore(workspace, task_id, precondition))


def subtasks(user_id: str, task_id: str) -> list[TaskItem]:
    """All subtasks of a task on all levels, parents before their children; raises like `get`."""
    return carry_out(user_id, lambda workspace: trees.below(workspace, workspace.live(task_id)))


def progress(tasks: list[TaskItem]) -> dict[str, int]:
    """How many of some tasks are completed."""
    return {"total": len(tasks), "completed": sum(task.state == COMPLETED for task in tasks)}
