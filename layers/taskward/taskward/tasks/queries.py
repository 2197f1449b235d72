"""Lists of tasks: one page for one bounded amount of reading, however many tasks there are."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from taskward import cursors
from taskward.errors import InvalidCursorError
from taskward.tasks.tables import COMPLETED, OPEN, TaskItem, created_key

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

_ANSWER_BYTES = 6_000_000
# A control character is a \u0001 in the body, and the body a text in Lambda's own answer.
_BYTES_OF_A_CHARACTER = 7
_BYTES_OF_THE_REST = 1_000

_CURSOR_TIME = re.compile(r"[0-9TZ:.-]{27}", re.ASCII)
_CURSOR_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII)

_SHOWN_STATES = (OPEN, COMPLETED)


@dataclass(frozen=True)
class Page:
    """Some tasks of a list, and the cursor of the page after them; None when they are the last."""

    tasks: list[TaskItem]
    next_cursor: str | None


def newest_first(user_id: str, limit: int, cursor: str | None) -> Page:
    """Open and completed tasks, the newest first: two consistent queries of one page each, merged.

    The cursor names the last task that was shown, by time of creation and id, which never change. So a task that is
    made, completed or deleted between two pages is neither skipped nor shown twice. (One that is reopened just between
    the two queries can be missing from this one answer.) A page is full unless it is the last, 1 MB was read, or the
    answer would be too large.

    Raises
    ------
    InvalidCursorError: the cursor is not one of this list and this user.
    """
    after = _decoded(cursor, user_id) if cursor is not None else None
    streams = [_stream(user_id, state, limit + 1, after) for state in _SHOWN_STATES]
    merged = sorted(_distinct(tasks for tasks, _ in streams), key=_position, reverse=True)
    # A stream that was cut off says nothing about what comes after its last task: show nothing beyond it.
    cuts = [_position(tasks[-1]) if tasks else after for tasks, was_cut in streams if was_cut]
    bound = max((cut for cut in cuts if cut is not None), default=None)
    known = [task for task in merged if bound is None or _position(task) >= bound]
    shown = _that_fit_one_answer(known[:limit])
    more = len(merged) > len(shown) or bool(cuts)
    if not more:
        return Page(shown, None)
    end = _position(shown[-1]) if shown else bound
    return Page(shown, _encoded(end, user_id) if end else None)


def all_in_state(user_id: str, state: str) -> Iterator[TaskItem]:
    """Every task of one state, oldest first, read page by page as it is asked for."""
    condition = TaskItem.created_key.startswith(f"{state}#")
    return TaskItem.by_created.query(user_id, condition, consistent_read=True, page_size=MAX_LIMIT)


_Position = tuple[str, str]


def _position(task: TaskItem) -> _Position:
    return task.created_at, task.task_id


def _distinct(streams: Iterable[list[TaskItem]]) -> Iterable[TaskItem]:
    """Each task once: one completed between the two queries is in both answers, and the newer version counts."""
    newest: dict[str, TaskItem] = {}
    for tasks in streams:
        for task in tasks:
            known = newest.get(task.task_id)
            if known is None or known.version < task.version:
                newest[task.task_id] = task
    return newest.values()


def _that_fit_one_answer(tasks: list[TaskItem]) -> list[TaskItem]:
    """As many of the first tasks as fit Lambda's 6 MB even if every character must be escaped twice; one at least."""
    total = 0
    for count, task in enumerate(tasks):
        characters = len(task.title) + len(task.description or "") + sum(len(tag) for tag in task.tags)
        total += _BYTES_OF_THE_REST + _BYTES_OF_A_CHARACTER * characters
        if total > _ANSWER_BYTES and count:
            return tasks[:count]
    return tasks


def _stream(user_id: str, state: str, limit: int, after: _Position | None) -> tuple[list[TaskItem], bool]:
    """The next tasks of one state in one query, and whether it was cut off before `limit` by the amount read."""
    start: dict[str, dict[str, Any]] | None = None
    if after is not None:
        key = created_key(state, *after)
        start = {"user_id": {"S": user_id}, "task_id": {"S": after[1]}, "created_key": {"S": key}}
    result = TaskItem.by_created.query(
        user_id,
        TaskItem.created_key.startswith(f"{state}#"),
        consistent_read=True,
        scan_index_forward=False,
        last_evaluated_key=start,
        page_size=limit,
    )
    page = next(result.page_iter)
    tasks = [TaskItem.from_raw_data(item) for item in page["Items"]]
    return tasks, "LastEvaluatedKey" in page and len(tasks) < limit


def _list_name(user_id: str) -> str:
    return f"{user_id}/tasks/created/desc"


def _encoded(position: _Position, user_id: str) -> str:
    return cursors.encoded(_list_name(user_id), position)


def _decoded(cursor: str, user_id: str) -> _Position:
    values = cursors.decoded(_list_name(user_id), cursor)
    if len(values) != 2 or not _CURSOR_TIME.fullmatch(values[0]) or not _CURSOR_ID.fullmatch(values[1]):
        raise InvalidCursorError
    return values[0], values[1]
