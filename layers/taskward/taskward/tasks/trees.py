"""Subtasks: where a task hangs, and what hangs below it.

A tree has one task at its top, its root, and everything in it knows that root; so one query finds all of a tree.
Whoever puts a task into a tree, takes one out or moves one writes the root as well, whose counter `tree` says that
something was changed: of two who do so at the same time, from what they both read, only one succeeds. That is why no
two moves can make a circle, and why the limits hold whoever adds at the same time.
"""

from collections import defaultdict
from typing import Final

from taskward.errors import FieldError, InvalidRequestError
from taskward.tasks.tables import LIVE, TRASHED, TaskItem, trash_prefix, tree_prefix
from taskward.tasks.workspace import StaleReadError, Workspace

MAX_LEVELS: Final = 5
"""How deep a tree can be, the task at its top included."""

MAX_DESCENDANTS: Final = 90
"""How many subtasks a tree can have, on all levels; they must fit one transaction together with their parents."""


def below(workspace: Workspace, task: TaskItem) -> list[TaskItem]:
    """All subtasks of a live task on all levels, parents before their children.

    Raises
    ------
    StaleReadError: some hang elsewhere by now.
    """
    if task.root_id is None and task.tree is None:
        # It never had any.
        return []
    root_id = task.root_id or task.task_id
    found = _load_below(workspace, task, _parents(workspace, root_id))
    if any(each.state not in LIVE or each.root_id != root_id for each in found):
        raise StaleReadError
    return found


def trashed_below(workspace: Workspace, task: TaskItem) -> list[TaskItem]:
    """All subtasks of a task in the trash that went there together with it, parents before their children."""
    if task.trashed_with is None and task.tree is None and task.parent_id is None:
        # It never had any.
        return []
    top_id = task.trashed_with or task.task_id
    parents = workspace.family(trash_prefix(top_id))
    # Those, too, that go there by this very change.
    parents |= {each.task_id: each.parent_id for each in workspace.here() if _went_with(top_id, each)}
    return [each for each in _load_below(workspace, task, parents) if _went_with(top_id, each)]


def move(workspace: Workspace, task: TaskItem, parent_id: str | None) -> None:
    """Hang a live task, with all that is below it, below another one, or at the top when that is None.

    Raises
    ------
    InvalidRequestError: there is no such task, it is below this one, or the tree would be too deep or too large.
    """
    if task.parent_id == parent_id:
        return
    subtree = [task, *below(workspace, task)]
    if task.root_id is not None:
        touch(root_of(workspace, task))
    elif len(subtree) > 1:
        # It is the top of a tree no more, or not of the same.
        touch(task)
    if parent_id is None:
        detach(subtree)
    else:
        attach(workspace, subtree, parent_id)


def attach(workspace: Workspace, subtree: list[TaskItem], parent_id: str) -> None:
    """Hang what is in no tree any more below a task; raises like `move`."""
    top = subtree[0]
    parent = workspace.find(parent_id)
    if parent is None or parent.state not in LIVE:
        raise _refusal("There is no such task.")
    if any(parent is each for each in subtree):
        raise _refusal("A task cannot be below itself.")
    root = root_of(workspace, parent)
    parents = _parents(workspace, root.task_id)
    for each in subtree:
        parents.pop(each.task_id, None)
    if len(parents) + len(subtree) > MAX_DESCENDANTS:
        raise _refusal(f"There can be {MAX_DESCENDANTS} subtasks below the task at the top, on all levels together.")
    if _level(parent_id, parents) + _height(subtree) > MAX_LEVELS:
        raise _refusal(f"Subtasks can be {MAX_LEVELS} levels deep, the task at the top included.")
    touch(root)
    top.parent_id = parent_id
    for each in subtree:
        each.root_id = root.task_id


def detach(subtree: list[TaskItem]) -> None:
    """Make a task the top of what is below it."""
    top = subtree[0]
    top.parent_id = top.root_id = None
    for each in subtree[1:]:
        each.root_id = top.task_id
    if len(subtree) > 1:
        touch(top)


def root_of(workspace: Workspace, task: TaskItem) -> TaskItem:
    """The task at the top of the tree that a live task is in.

    Raises
    ------
    StaleReadError: it is deleted by now, and took this one along.
    """
    return _live_root(workspace, task.root_id or task.task_id)


def touch(root: TaskItem) -> None:
    """Note that what is below a task at the top is not as it was."""
    root.tree = (root.tree or 0) + 1


def _went_with(top_id: str, task: TaskItem) -> bool:
    return task.state == TRASHED and bool(task.trashed_with == top_id)


def _parents(workspace: Workspace, root_id: str) -> dict[str, str]:
    """Of each live subtask of a tree, as it is in the workspace, the task that it hangs below."""
    # Its counter has to be older than what it vouches for.
    root = _live_root(workspace, root_id)
    parents = {} if root.tree is None else workspace.family(tree_prefix(root_id))
    for each in workspace.here():
        if each.state in LIVE and each.root_id == root_id:
            parents[each.task_id] = each.parent_id
        else:
            parents.pop(each.task_id, None)
    return parents


def _live_root(workspace: Workspace, root_id: str) -> TaskItem:
    root = workspace.find(root_id)
    if root is None or root.state not in LIVE:
        raise StaleReadError
    return root


def _load_below(workspace: Workspace, task: TaskItem, parents: dict[str, str]) -> list[TaskItem]:
    """All tasks below one, level by level."""
    children = defaultdict(list)
    for task_id, parent_id in parents.items():
        children[parent_id].append(task_id)
    found: list[str] = []
    level = [task.task_id]
    while level:
        level = [child for parent_id in level for child in children[parent_id]]
        found += level
    workspace.load(found)
    return [each for each in map(workspace.find, found) if each is not None]


def _level(task_id: str, parents: dict[str, str]) -> int:
    """On which level a task is; 1 at the top."""
    level = 1
    while task_id in parents:
        task_id = parents[task_id]
        level += 1
    return level


def _height(subtree: list[TaskItem]) -> int:
    """How many levels a task and all below it take."""
    levels = {subtree[0].task_id: 1}
    for each in subtree[1:]:
        levels[each.task_id] = levels[each.parent_id] + 1
    return max(levels.values())


def _refusal(message: str) -> InvalidRequestError:
    return InvalidRequestError(errors=[FieldError("parent_id", message)])
