"""Deleting many tasks at once, each by a change of its own: what was deleted stays deleted if it ends early."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
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


def states(selection: Selection) -> tuple[str, ...]:
    """The states that tasks of a selection are in."""
    return _STATES[selection]


def rows(user_id: str, state: str, page_size: int | None = None) -> Iterator[TaskItem]:
    """All tasks in a state, of each no more than `in_order` needs; read page by page as they are asked for."""
    return TaskItem.by_created.query(
        user_id,
        TaskItem.created_key.startswith(f"{state}#"),
        consistent_read=True,
        page_size=page_size,
        attributes_to_get=["task_id", "parent_id"],
    )


def in_order(found: Iterable[TaskItem]) -> list[str]:
    """The ids of tasks, those that hang nowhere first: they take what is below them along."""
    keys = [(row.parent_id is not None, row.task_id) for row in found]
    # The sort keeps the order of what is equal.
    return [task_id for _, task_id in sorted(keys, key=itemgetter(0))]


def selected(user_id: str, selection: Selection, at_most: int | None = None) -> list[str]:
    """The ids of all tasks of a selection, or of so many, in that order."""
    found = chain.from_iterable(rows(user_id, state, at_most) for state in _STATES[selection])
    return in_order(islice(found, at_most))


def delete(
    user_id: str,
    task_ids: list[str],
    selection: Selection,
    *,
    until: str | None = None,
    each: Callable[[Callable[[], None]], None] = lambda delete: delete(),
) -> None:
    """Delete tasks that were selected, unless they are not of the selection any more.

    A completed task with something open below it stays.

    Parameters
    ----------
    until: when the selection was asked for (RFC 3339). What was changed later stays: it was made, taken in from a
        file, completed or restored since, or its owner goes on with it.
    each: is given the deletion of one task after the other, to be called.
    """
    for task_id in task_ids:
        each(lambda task_id=task_id: _delete(user_id, task_id, selection, until))  # type: ignore[misc]


def _delete(user_id: str, task_id: str, selection: Selection, until: str | None) -> None:
    def change(workspace: Workspace) -> None:
        task = workspace.find(task_id)
        if task is None or task.state not in _STATES[selection]:
            return
        if until is not None and task.updated_at > until:
            return
        if selection == "trashed":
            trash.purge(workspace, task)
        elif selection == "all" or all(each.state == COMPLETED for each in trees.below(workspace, task)):
            trash.trash(workspace, task)

    carry_out(user_id, change)
