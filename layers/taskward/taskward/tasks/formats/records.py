"""What all formats have in common: the record that a task is in a file, and the rows that a file is read into."""

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from taskward import clock
from taskward.errors import FieldError

Record = dict[str, Any]
"""A task in a file: a dict with exactly the members named in `MEMBERS`.

`id` is text; `parent_id` the id of another record, or None; `created_at` and `completed_at` are RFC 3339 text as
`clock.rfc3339` makes it of a datetime, or None; all others are as the members of a task.
"""

MEMBERS: Final = (
    "id",
    "title",
    "description",
    "completed",
    "completed_at",
    "created_at",
    "priority",
    "due",
    "due_timezone",
    "tags",
    "order",
    "repeat",
    "repeat_from",
    "parent_id",
)

MAX_ID: Final = 1000
"""Characters of an id that is read. Those of other programs have seldom more than a hundred."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_FIRST_YEAR, _LAST_YEAR = 1900, 9998
# Any will do, as long as it stays.
_NAMESPACE = uuid.UUID("6f2c1f8e-6d0e-5c0b-9d57-1b8c2a94e6a3")


class UnreadableError(ValueError):
    """A file that is not of the format that it is said to be of; the message is a sentence for a person."""


@dataclass(frozen=True)
class Row:
    """One task of a file.

    Parameters
    ----------
    number: 1 for the first record, row below the header, or VTODO.
    record: what could be read; None when nothing could. What is readable but not valid, such as a title that is too
        long or a rule that does not exist, is for those to refuse who make a task of it.
    problem: what could not be read, by the names that the format has for its fields; the values are not repeated. A row
        with a problem is not the task that somebody wrote down.
    """

    number: int
    record: Record | None
    problem: tuple[FieldError, ...] = ()


def empty() -> Record:
    """A record of which nothing is known yet. Without an id and a title it is none."""
    return dict.fromkeys(MEMBERS) | {"completed": False, "priority": "none", "tags": [], "repeat_from": "due"}


def refused(number: int, field: str, message: str) -> Row:
    """A row of which nothing could be read."""
    return Row(number, None, (FieldError(field, message),))


def identified(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows whose records all have ids, no two of them the same.

    Where there is none it is derived from the content and from how many equal records stood before, so that reading
    the same file again gives the same ids.
    """
    seen: set[str] = set()
    equal: Counter[str] = Counter()
    for row in rows:
        if row.record is None:
            yield row
        elif row.record["id"] is None:
            content = derived_id(row.record)
            equal[content] += 1
            yield replace(row, record=row.record | {"id": derived_id(content, equal[content])})
        elif row.record["id"] in seen:
            yield replace(row, problem=(*row.problem, FieldError("id", "Another row before has this id.")))
        else:
            seen.add(row.record["id"])
            yield row


def derived_id(*content: object) -> str:
    """An id that is always the same for the same content (anything that JSON can carry)."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps(content, sort_keys=True)))


def checked_id(value: object) -> str | None:
    """An id as it was found, or None for none.

    Raises
    ------
    ValueError: it is no text, or longer than `MAX_ID`.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_ID:
        raise ValueError(f"Give an id of {MAX_ID:,} characters at most.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("There is half a character in it.") from None
    return value


def checked_moment(value: object) -> str | None:
    """A point in time (RFC 3339) in the service's own form, or None for none; ValueError for anything else."""
    if value is None or value == "":
        return None
    message = "Give a time with its offset, such as 2026-12-24T18:00:00Z."
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError(message)
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise ValueError(message) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(message)
    return clock.rfc3339(moment)


def number_of(text: str) -> float | int:
    """A number that was written as text; ValueError when it is none."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("Give a number, such as 3 or 2.5.")
    try:
        return int(text)
    except ValueError:
        return float(text)


def text_of(number: float) -> str:
    """A number as text that `number_of` makes the same number of."""
    return repr(number)
