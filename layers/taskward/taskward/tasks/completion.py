"""Completing a task, with all that follows from it: its subtasks, and the next one of a task that repeats."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo

from taskward import clock
from taskward.errors import InvalidRequestError
from taskward.tasks import due as due_dates
from taskward.tasks import quota, trees
from taskward.tasks.tables import COMPLETED, LIVE, OPEN, TaskItem
from taskward.tasks.trash import purge
from taskward.tasks.workspace import Workspace

ZoneOf = Callable[[], ZoneInfo]
"""Gives the time zone of whoever asks; called only by what depends on it, since it can take a read."""

_NEXT_TASKS = uuid.UUID("5b1d1c6e-3c0f-4f0e-9f4e-0a7c0f7b8d52")


def complete(workspace: Workspace, task: TaskItem, zone_of: ZoneOf) -> None:
    """Complete a live task and all that is open below it, and make the next one if it repeats.

    A task that is completed already keeps its time of completion, and everything else stays as it is too.

    Raises
    ------
    TooManyTasksError: there is no room for the next one.
    """
    if task.state == COMPLETED:
        return
    subtasks = trees.below(workspace, task)
    now = clock.rfc3339(clock.now())
    for each in [task, *subtasks]:
        if each.state != COMPLETED:
            each.state, each.completed_at = COMPLETED, now
    if task.repeat is not None:
        _make_next(workspace, task, subtasks, zone_of)


def reopen(workspace: Workspace, task: TaskItem) -> None:
    """Open a task again, and what was completed below it along with it.

    The one that its completion made is taken back, if nobody touched it. When that one is there to stay, the task
    repeats no more: the other one does.
    """
    if task.state == OPEN:
        return
    completed_at = task.completed_at
    for each in [task, *trees.below(workspace, task)]:
        if each.completed_at == completed_at:
            each.state, each.completed_at = OPEN, None
    if task.next_id is None:
        return
    made, size = workspace.find(task.next_id), task.next_size
    task.next_id = task.next_size = None
    if made is None or made.state not in LIVE:
        # With the other one deleted, this one goes on.
        return
    if _is_untouched(workspace, made, size):
        purge(workspace, made)
    else:
        task.repeat = task.repeat_from = None


def _make_next(workspace: Workspace, task: TaskItem, subtasks: list[TaskItem], zone_of: ZoneOf) -> None:
    # Takes longer to load than most functions take to start, and few tasks repeat.
    from taskward.tasks import recurrence

    following = recurrence.next_occurrence(
        task.repeat,
        task.due,
        task.due_timezone,
        repeat_from="completion" if task.repeat_from == "completion" else "due",
        now=clock.now(),
        zone=zone_of(),
    )
    if following is None:
        return
    quota.check(workspace.user_id, 1 + len(subtasks))
    days = date.fromisoformat(following.due[:10]) - date.fromisoformat(task.due[:10])
    origin = f"{task.task_id}/{workspace.stored_version(task)}"
    made = _copy(workspace, task, origin)
    made.due, made.repeat = following.due, following.repeat
    copies = {task.task_id: made}
    for each in subtasks:
        if each.next_id is not None or each.parent_id not in copies:
            # It repeats itself: what came after it is what goes on, wherever that is, and not what was below it.
            continue
        copies[each.task_id] = copy = _copy(workspace, each, origin)
        copy.due = due_dates.shifted(each.due, days) if each.due else None
        copy.parent_id = copies[each.parent_id].task_id
    task.next_id, task.next_size = made.task_id, len(copies)
    subtree = list(copies.values())
    parent_id = made.parent_id
    trees.detach(subtree)
    if parent_id is not None:
        # Where there is no place any more, it stays at the top.
        with suppress(InvalidRequestError):
            trees.attach(workspace, subtree, parent_id)


def _copy(workspace: Workspace, task: TaskItem, origin: str) -> TaskItem:
    """An open task like another one, taken into the workspace; of the same id whenever it has the same origin."""
    now = clock.rfc3339(clock.now())
    copy = TaskItem(
        task.user_id,
        str(uuid.uuid5(_NEXT_TASKS, f"{task.user_id}/{task.task_id}/{origin}")),
        state=OPEN,
        title=task.title,
        description=task.description,
        priority=task.priority,
        due=task.due,
        due_timezone=task.due_timezone,
        tags=list(task.tags),
        order=task.order,
        repeat=task.repeat,
        repeat_from=task.repeat_from,
        parent_id=task.parent_id,
        request_digest=origin,
        version=1,
        created_at=now,
        updated_at=now,
    )
    workspace.add(copy)
    return copy


def _is_untouched(workspace: Workspace, made: TaskItem, size: float | None) -> bool:
    """Whether a task that was made by a completion is as it was made, and so are all that were made with it."""
    family = [made, *trees.below(workspace, made)]
    return len(family) == size and all(
        each.version == 1 and each.state == OPEN and each.request_digest == made.request_digest for each in family
    )
