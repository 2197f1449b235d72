"""Several operations on tasks in one request: all of them are carried out, or none."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from taskward.errors import TaskwardError
from taskward.storage import ID_LENGTH
from taskward.tasks import operations, quota
from taskward.tasks.completion import ZoneOf
from taskward.tasks.models import TaskFields, without_read_only
from taskward.tasks.operations import Precondition
from taskward.tasks.tables import LIVE, TaskItem
from taskward.tasks.workspace import Workspace, carry_out
from taskward.validation import HOWEVER_WRITTEN, RequestBody, validated

MAX_OPERATIONS: Final = 50

Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH)]
Version = Annotated[
    int | None, Field(ge=1, description="Go ahead only if the task is of this version"), HOWEVER_WRITTEN
]


class Create(RequestBody):
    """Make a task under an id that the client made; the same again changes nothing."""

    op: Literal["create"]
    id: Id
    task: dict[str, Any]


class Replace(RequestBody):
    """Give a task all its members anew."""

    op: Literal["replace"]
    id: Id
    version: Version = None
    task: dict[str, Any]


class Patch(RequestBody):
    """Apply a JSON merge patch (RFC 7396) to a task."""

    op: Literal["patch"]
    id: Id
    version: Version = None
    patch: dict[str, Any]


class Complete(RequestBody):
    """Complete a task, or reopen it."""

    op: Literal["complete"]
    id: Id
    version: Version = None
    completed: bool = True


class Delete(RequestBody):
    """Move a task to the trash, or delete it for good."""

    op: Literal["delete"]
    id: Id
    version: Version = None
    permanent: bool = False


class Restore(RequestBody):
    """Bring a task back from the trash."""

    op: Literal["restore"]
    id: Id
    version: Version = None


Operation = Create | Replace | Patch | Complete | Delete | Restore


class Batch(RequestBody):
    """Operations in the order in which they are carried out."""

    operations: Annotated[
        list[Annotated[Operation, Field(discriminator="op")]], Field(min_length=1, max_length=MAX_OPERATIONS)
    ]


def carry_out_all(user_id: str, batch: Batch, zone_of: ZoneOf) -> list[TaskItem | None]:
    """Carry out all operations in one transaction; of each, the task as it is in the end, None when it is deleted then.

    Several operations on one task make one new version of it. The version that an operation names is always that of
    the task as it was before the batch.

    Raises
    ------
    TaskwardError: what the operation whose place is the error's `index` is refused with; nothing was done then.
    """
    creates = {operation.id for operation in batch.operations if isinstance(operation, Create)}

    def change(workspace: Workspace) -> list[TaskItem | None]:
        workspace.load([operation.id for operation in batch.operations])
        # Those that come again need no room.
        new = sum(workspace.find(task_id) is None for task_id in creates)
        if new:
            quota.check(user_id, new)
        for index, operation in enumerate(batch.operations):
            _carry_out(index, workspace, operation, zone_of)
        # A later operation may have deleted or restored what an earlier one was about.
        in_the_end = [workspace.find(operation.id) for operation in batch.operations]
        return [task if task is not None and task.state in LIVE else None for task in in_the_end]

    return carry_out(user_id, change)


def _carry_out(index: int, workspace: Workspace, operation: Operation, zone_of: ZoneOf) -> None:
    try:
        _DO[type(operation)](workspace, operation, zone_of)
        workspace.check_size()
    except TaskwardError as error:
        error.index = index
        raise


def _create(workspace: Workspace, operation: Create, _: ZoneOf) -> None:
    fields = validated(TaskFields, operation.task)
    operations.create(workspace, operations.checked_id(operation.id), fields)


def _replace(workspace: Workspace, operation: Replace, zone_of: ZoneOf) -> None:
    fields = validated(TaskFields, without_read_only(operation.task))
    operations.replace(workspace, operation.id, fields, zone_of, _precondition(operation.version))


def _patch(workspace: Workspace, operation: Patch, zone_of: ZoneOf) -> None:
    operations.patch(workspace, operation.id, operation.patch, zone_of, _precondition(operation.version))


def _complete(workspace: Workspace, operation: Complete, zone_of: ZoneOf) -> None:
    known = _precondition(operation.version)
    operations.complete(workspace, operation.id, operation.completed, zone_of, known)


def _delete(workspace: Workspace, operation: Delete, _: ZoneOf) -> None:
    known = _precondition(operation.version)
    operations.delete(workspace, operation.id, known, permanent=operation.permanent)


def _restore(workspace: Workspace, operation: Restore, _: ZoneOf) -> None:
    operations.restore(workspace, operation.id, _precondition(operation.version))


_DO: Final[dict[type[RequestBody], Callable[[Workspace, Any, ZoneOf], None]]] = {
    Create: _create,
    Replace: _replace,
    Patch: _patch,
    Complete: _complete,
    Delete: _delete,
    Restore: _restore,
}


def _precondition(version: int | None) -> Precondition | None:
    return None if version is None else lambda stored: stored == version
