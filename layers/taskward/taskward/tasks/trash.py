"""The trash: where deleted tasks can be brought back from for a while, and how they are deleted for good."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from taskward import clock
from taskward.errors import InvalidRequestError
from taskward.tasks import trees
from taskward.tasks.tables import COMPLETED, LIVE, OPEN, PURGED, TRASHED, TaskItem
from taskward.tasks.workspace import Workspace

TRASH_DAYS: Final = 30
"""How long a task stays in the trash, and its tombstone in the change feed."""


def trash(workspace: Workspace, task: TaskItem) -> None:
    """Move a live task to the trash, and all that is below it along with it."""
    subtasks = trees.below(workspace, task)
    _leave_tree(workspace, task)
    now = clock.now()
    for each in [task, *subtasks]:
        each.state = TRASHED
        each.deleted_at = clock.rfc3339(now)
        each.expires_at = _expiry()
        each.root_id = None
    for each in subtasks:
        each.trashed_with = task.task_id


def restore(workspace: Workspace, task: TaskItem) -> None:
    """Bring a task back from the trash, with what went there along with it.

    It comes back to the place that it had. When that is gone, or full by now, it comes back at the top.
    """
    subtree = [task, *trees.trashed_below(workspace, task)]
    for each in subtree:
        each.state = COMPLETED if each.completed_at else OPEN
        each.deleted_at = each.expires_at = each.trashed_with = None
    parent_id = task.parent_id
    trees.detach(subtree)
    if parent_id is not None:
        # When there is no such place any more, it stays at the top.
        with suppress(InvalidRequestError):
            trees.attach(workspace, subtree, parent_id)


def purge(workspace: Workspace, task: TaskItem) -> None:
    """Delete a task for good, live or in the trash, with all that is below it. A tombstone tells the change feed."""
    if task.state in LIVE:
        subtasks = trees.below(workspace, task)
        _leave_tree(workspace, task)
    else:
        subtasks = trees.trashed_below(workspace, task)
    for each in [task, *subtasks]:
        if not workspace.drop(each):
            workspace.add(_tombstone(each))


def is_over(task: TaskItem) -> bool:
    """Whether the time of a task in the trash is over; the database may take days to erase it."""
    return task.expires_at is not None and bool(task.expires_at <= clock.epoch())


def _leave_tree(workspace: Workspace, task: TaskItem) -> None:
    # A task at the top is written itself: whoever adds to its tree at the same time learns by that.
    if task.root_id is not None:
        trees.touch(trees.root_of(workspace, task))


def _tombstone(task: TaskItem) -> TaskItem:
    return TaskItem(
        task.user_id,
        task.task_id,
        state=PURGED,
        version=task.version,
        created_at=task.created_at,
        updated_at=task.updated_at,
        deleted_at=clock.rfc3339(clock.now()),
        expires_at=_expiry(),
    )


def _expiry() -> int:
    return int((clock.now() + timedelta(days=TRASH_DAYS)).timestamp())
