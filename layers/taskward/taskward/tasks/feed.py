"""The change feed: all tasks in the order in which they were changed, for clients that keep a copy of them.

Changes are ordered by the time that their writers had. Clocks differ, and a write can be under way for a while after it
took its time; so a change can appear behind a place that a reader has passed. A walk along the feed therefore ends with
a token that lies `OVERLAP` before the walk began: what was still on its way then is read by the next one, and some
changes come twice. That does no harm, since they carry their version.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from taskward import clock, cursors
from taskward.errors import InvalidCursorError
from taskward.storage import first_page_with_something
from taskward.tasks.errors import ChangesTokenExpiredError, InvalidChangesTokenError
from taskward.tasks.lists import that_fit_one_answer
from taskward.tasks.tables import TaskItem

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 500

OVERLAP: Final = timedelta(seconds=60)
"""Longer than clocks differ (10 s) and a write takes with all its attempts, together."""

TOKEN_DAYS: Final = 29
"""How old a token can be: a day less than tombstones are kept, and tasks in the trash."""

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
_PLACE: Final = re.compile(rf"{_TIME.pattern}(#[0-9a-f-]{{36}})?", re.ASCII)


@dataclass(frozen=True)
class Changes:
    """Tasks in their newest state, tombstones among them; the token to go on with; and whether there is more by now."""

    tasks: list[TaskItem]
    next_token: str
    more: bool


def changes(user_id: str, since: str | None, limit: int) -> Changes:
    """What was changed since a token was given, or everything; one consistent query.

    Every create, update, delete and restore after the token comes at least once, in the newest state of its task.

    Raises
    ------
    InvalidChangesTokenError: the token is not one of this feed and this user.
    ChangesTokenExpiredError: it is older than `TOKEN_DAYS`.
    """
    now = clock.now()
    place, began = _decoded(user_id, since) if since is not None else ("0", clock.rfc3339(now))
    condition = TaskItem.changed_key > place
    query = TaskItem.by_changed.query(user_id, condition, consistent_read=True, page_size=limit)
    found = first_page_with_something(query.page_iter)
    read = [TaskItem.from_raw_data(item) for item in found["Items"]]
    tasks = that_fit_one_answer(read)
    if tasks and ("LastEvaluatedKey" in found or len(tasks) < len(read)):
        return Changes(tasks, _encoded(user_id, tasks[-1].changed_key, began), more=True)
    closing = clock.rfc3339(clock.parsed(began) - OVERLAP)
    return Changes(tasks, _encoded(user_id, closing, ""), more=False)


def _decoded(user_id: str, token: str) -> tuple[str, str]:
    """The place that a token names, and when its walk began: now, if the walk before came to its end."""
    now = clock.now()
    try:
        values = cursors.decoded(_feed_name(user_id), token)
    except InvalidCursorError:
        raise InvalidChangesTokenError from None
    if len(values) != 2 or not _PLACE.fullmatch(values[0]) or not (values[1] == "" or _TIME.fullmatch(values[1])):
        raise InvalidChangesTokenError
    place, began = values
    try:
        made = clock.parsed(began or place[:27])
    except ValueError:
        raise InvalidChangesTokenError from None
    if made < now - timedelta(days=TOKEN_DAYS):
        raise ChangesTokenExpiredError
    return place, began or clock.rfc3339(now)


def _encoded(user_id: str, place: str, began: str) -> str:
    return cursors.encoded(_feed_name(user_id), (place, began))


def _feed_name(user_id: str) -> str:
    return f"{user_id}/tasks/changes"
