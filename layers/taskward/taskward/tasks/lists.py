"""Lists of tasks: one page for one bounded amount of reading, however many tasks there are."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from taskward import cursors
from taskward.errors import InvalidCursorError
from taskward.storage import first_page_with_something
from taskward.tasks.list_queries import TaskQuery
from taskward.tasks.models import ATTRIBUTES_SHOWN, MAX_DESCRIPTION, MAX_TAG, MAX_TAGS, MAX_TITLE
from taskward.tasks.tables import (
    NO_DUE,
    TaskItem,
    list_key,
)

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

MAX_QUERIES: Final = 4
"""How many queries to the database one page may take; each reads 1 MB at most."""

EXAMINED_A_QUERY: Final = 250
"""How many tasks a query looks at when not all are wanted; so a page looks at 1,000, or 4 MB, at most."""

_ANSWER_BYTES = 6_000_000
# A control character is a \u0001 in the body, and the body a text in Lambda's own answer.
_BYTES_OF_A_CHARACTER = 7
_BYTES_OF_THE_REST = 1_000

_MOST_BYTES_OF_A_TASK = _BYTES_OF_THE_REST + _BYTES_OF_A_CHARACTER * (MAX_TITLE + MAX_DESCRIPTION + MAX_TAGS * MAX_TAG)

_PLACE = re.compile(r"[0-9A-Za-z~:.-]{1,40}", re.ASCII)
_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII)

Position = tuple[str, str]
"""Where a task stands in a list: its place by what the list is sorted by, and its id."""


@dataclass(frozen=True)
class Page:
    """Some tasks of a list, and the cursor of the page after them; None when they are the last."""

    tasks: list[TaskItem]
    next_cursor: str | None


def page(user_id: str, query: TaskQuery, limit: int, cursor: str | None) -> Page:
    """The tasks that a query asks for, from where the cursor says: consistent queries of one state each, merged.

    The cursor names the last task that was shown or looked at, by its place and id. So tasks that are made between two
    pages are neither skipped nor shown twice. (One that changes its state just between the queries of two states can be
    missing from this one answer.) A page is full unless it is the last, as much was read as one page may, or the answer
    would be too large; then there is a cursor all the same.

    Raises
    ------
    InvalidCursorError: the cursor is not one of this query and this user.
    """
    after = _decoded(cursor, user_id, query) if cursor is not None else None
    merge = _Merge(user_id, query, limit, after)
    found: dict[str, TaskItem] = {}
    is_full = False
    for task in merge:
        if task.task_id in found:
            # Completed between the two queries, it is in both answers; the newer version counts.
            found[task.task_id] = max(found[task.task_id], task, key=lambda each: each.version)
        elif query.matches(task):
            if len(found) == limit:
                is_full = True
                break
            found[task.task_id] = task
    shown = that_fit_one_answer(list(found.values()))
    if is_full or len(shown) < len(found):
        end = _position(query, shown[-1])
    elif merge.was_cut:
        end = merge.position
    else:
        return Page(shown, None)
    return Page(shown, cursors.encoded(_list_name(user_id, query), end))


def all_in_state(user_id: str, state: str) -> Iterator[TaskItem]:
    """Every task of one state, oldest first, read page by page as it is asked for."""
    condition = TaskItem.created_key.startswith(f"{state}#")
    return TaskItem.by_created.query(user_id, condition, consistent_read=True, page_size=MAX_LIMIT)


def that_fit_one_answer(tasks: list[TaskItem]) -> list[TaskItem]:
    """As many of the first tasks as fit Lambda's 6 MB even if every character must be escaped twice; one at least."""
    if len(tasks) * _MOST_BYTES_OF_A_TASK <= _ANSWER_BYTES:
        return tasks
    total = 0
    for count, task in enumerate(tasks):
        characters = len(task.title or "") + len(task.description or "") + sum(len(tag) for tag in task.tags)
        total += _BYTES_OF_THE_REST + _BYTES_OF_A_CHARACTER * characters
        if total > _ANSWER_BYTES and count:
            return tasks[:count]
    return tasks


class _Merge:
    """Tasks in the order of the list, wanted or not, read as they are asked for; `was_cut` when no more may be read."""

    def __init__(self, user_id: str, query: TaskQuery, limit: int, after: Position | None) -> None:
        self.was_cut = False
        self._query = query
        self._after = after or ("", "")
        self._last: TaskItem | None = None
        size = EXAMINED_A_QUERY if query.has_filter else limit + 1
        # The changes of all states are in one index.
        states = query.states[:1] if query.sort == "updated" else query.states
        self._streams = [_Stream(user_id, query, state, size, after) for state in states]

    def __iter__(self) -> Iterator[TaskItem]:
        queries = 0
        first = max if self._query.descending else min
        while True:
            for stream in self._streams:
                if not stream.tasks and not stream.is_over:
                    if queries == MAX_QUERIES:
                        self.was_cut = True
                        return
                    stream.read()
                    queries += 1
            heads = [stream for stream in self._streams if stream.tasks]
            if not heads:
                return
            # A stream without a task is over: nothing of it can come before the others'.
            head = heads[0]
            if len(heads) > 1:
                head = first(heads, key=lambda stream: _position(self._query, stream.tasks[0]))
            self._last = head.tasks.popleft()
            yield self._last

    @property
    def position(self) -> Position:
        """That of the last task given."""
        return self._after if self._last is None else _position(self._query, self._last)


class _Stream:
    """The tasks of one state, in the order of the list; `tasks` are those that were read and not taken yet."""

    def __init__(self, user_id: str, query: TaskQuery, state: str, size: int, after: Position | None) -> None:
        self.tasks: deque[TaskItem] = deque()
        self._index, self._key = _INDEXES[query.sort]
        self._arguments: dict[str, Any] = {
            "consistent_read": True,
            "scan_index_forward": not query.descending,
            "page_size": size,
            "attributes_to_get": [*_READ, self._key.attr_name],
        }
        self._user_id = user_id
        self._low, self._high = _range(query, state)
        # Between bounds the wrong way round there is nothing, and the database refuses to look.
        self.is_over = self._low > self._high
        if after is not None and not self.is_over:
            self._start_after(_key(query, state, after), after[1], query.descending)

    def read(self) -> None:
        """Read some more, by one query."""
        between = self._key.between(self._low, self._high)
        found = first_page_with_something(self._index.query(self._user_id, between, **self._arguments).page_iter)
        self.tasks.extend(TaskItem.from_raw_data(item) for item in found["Items"])
        self._arguments["last_evaluated_key"] = found.get("LastEvaluatedKey")
        self.is_over = "LastEvaluatedKey" not in found
        # When that is not enough, there are tasks in between that are not wanted: of other states, or over by now.
        self._arguments["page_size"] = EXAMINED_A_QUERY

    def _start_after(self, key: str, task_id: str, descending: bool) -> None:
        # The database refuses a start that lies outside of what is asked for; a client can make one up.
        if self._low <= key <= self._high:
            values = {"user_id": self._user_id, "task_id": task_id, self._key.attr_name: key}
            self._arguments["last_evaluated_key"] = {name: {"S": value} for name, value in values.items()}
        else:
            self.is_over = (key < self._low) == descending


_READ: Final = (*ATTRIBUTES_SHOWN, "state", "expires_at")
"""What is shown of a task, and whether it is. The other half is places in other lists, and whose write it was."""

_INDEXES: Final[dict[str, tuple[Any, Any]]] = {
    "created": (TaskItem.by_created, TaskItem.created_key),
    "updated": (TaskItem.by_changed, TaskItem.changed_key),
    "due": (TaskItem.by_due, TaskItem.due_key),
    "order": (TaskItem.by_order, TaskItem.order_key),
}


def _position(query: TaskQuery, task: TaskItem) -> Position:
    # As it is stored: made anew, it could be another one, when the rules of a time zone have changed.
    _, attribute = _INDEXES[query.sort]
    *_, place, task_id = getattr(task, attribute.attr_name).split("#")
    return place, task_id


def _key(query: TaskQuery, state: str, position: Position) -> str:
    return "#".join(position) if query.sort == "updated" else list_key(state, *position)


def _range(query: TaskQuery, state: str) -> tuple[str, str]:
    """The first and the last key that can be of a task that is wanted."""
    if query.sort == "updated":
        return "0", "~"
    if query.sort != "due":
        return f"{state}#", f"{state}#~~"
    if query.no_due:
        return f"{state}#{NO_DUE}", f"{state}#~~"
    if not query.by_due:
        return f"{state}#", f"{state}#~~"
    low, high = query.due_range()
    return f"{state}#{low or ''}", f"{state}#{high or '9'}~"


def _list_name(user_id: str, query: TaskQuery) -> str:
    return f"{user_id}/tasks/{query.name}"


def _decoded(cursor: str, user_id: str, query: TaskQuery) -> Position:
    values = cursors.decoded(_list_name(user_id, query), cursor)
    if len(values) != 2 or not _PLACE.fullmatch(values[0]) or not _ID.fullmatch(values[1]):
        raise InvalidCursorError
    return values[0], values[1]
