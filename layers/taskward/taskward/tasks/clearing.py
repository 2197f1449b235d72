"""Deleting many tasks at once, each by a change of its own: what was deleted stays deleted if it ends early."""

from collections.abc import Callable, Iterator
from itertools import islice
from operator import itemgetter
from typing import Final, Literal

from taskward.tasks import trash, trees
from taskward.tasks.tables import COMPLETED, LIVE, TRASHED, TaskItem
from taskward.tasks.workspace import Workspace, carry_out

Selection = Literal["all", "completed", "trashed"]
"""Which tasks: all live ones or the completed ones, which go to the trash; or those there, which go for good."""

MAX_AT_ONCE: Final = 500
"""How many tasks one request deletes; more are a job."""

_STATES: Final = {"all": LIVE, "completed": (COMPLETED,), "trashed": (TRASHED,)}


def selected(user_id: str, selection: Selection, at_most: int | None = None) -> list[str]:
    """The ids of the tasks, those that hang nowhere first: they take what is below them along."""
    found = [(row.parent_id is not None, row.task_id) for row in islice(_rows(user_id, selection), at_most)]
    # The sort keeps the order of what is equal.
    return [task_id for _, task_id in sorted(found, key=itemgetter(0))]


def delete(
    user_id: str,
    task_ids: list[str],
    selection: Selection,
    each: Callable[[Callable[[], None]], None] = lambda delete: delete(),
) -> None:
    """Delete tasks that were selected, unless they are not of the selection any more.

    A completed task with something open below it stays.

    Parameters
    ----------
    each: is given the deletion of one task after the other, to be called.
    """
    for task_id in task_ids:
        each(lambda task_id=task_id: _delete(user_id, task_id, selection))  # type: ignore[misc]


def _rows(user_id: str, selection: Selection) -> Iterator[TaskItem]:
    for state in _STATES[selection]:
        yield from TaskItem.by_created.query(
            user_id,
            TaskItem.created_key.startswith(f"{state}#"),
            consistent_read=True,
            attributes_to_get=["task_id", "parent_id"],
        )


def _delete(user_id: str, task_id: str, selection: Selection) -> None:
    def change(workspace: Workspace) -> None:
        task = workspace.find(task_id)
        if task is None or task.state not in _STATES[selection]:
            return
        if selection == "trashed":
            trash.purge(workspace, task)
        elif selection == "all" or all(each.state == COMPLETED for each in trees.below(workspace, task)):
            trash.trash(workspace, task)

    carry_out(user_id, change)
