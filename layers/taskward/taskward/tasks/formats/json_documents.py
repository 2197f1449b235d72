"""Tasks as JSON (RFC 8259): our own document, a bare array of tasks, or the export of a whole account.

The standard library reads a document as a whole or one value at a time from a place in a text; the latter is what keeps
the tasks of a large file from being in memory all at once.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Final, NoReturn

from taskward.errors import FieldError
from taskward.tasks.formats.records import (
    MEMBERS,
    Record,
    Row,
    UnreadableError,
    checked_id,
    checked_moment,
    empty,
    refused,
)

FORMAT: Final = "taskward-tasks"
VERSION: Final = 1

_ACCOUNT_FORMAT = "taskward-export"
_SPACE = re.compile(r"[ \t\n\r]*")
_NO_JSON = "The file is not a JSON document in UTF-8."
_NO_TASKS = "The file is neither a list of tasks nor an export of this service."
# The service's own checks, for members that a task's model does not know.
_CHECKED = {"id": checked_id, "parent_id": checked_id, "created_at": checked_moment, "completed_at": checked_moment}


def written(records: Iterable[Record]) -> Iterator[bytes]:
    """A document of records, one on a line."""
    yield f'{{"format":"{FORMAT}","version":{VERSION},"tasks":['.encode()
    for number, record in enumerate(records):
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        yield (b",\n" if number else b"\n") + text.encode()
    yield b"\n]}\n"


def read(content: bytes) -> Iterator[Row]:
    """The rows of a document; of an account's export without the tasks that were deleted.

    Members that are not a record's are not looked at: what is only shown of a task may stand there as well.

    Raises
    ------
    UnreadableError: it is not JSON in UTF-8, nested too deeply, or something else than tasks.
    """
    try:
        text = content.decode("utf-8-sig")
        position, without_deleted = _place_of_tasks(text)
    except UnreadableError:
        raise
    except (ValueError, RecursionError):
        raise UnreadableError(_NO_JSON) from None
    return _rows(text, position, without_deleted)


def _rows(text: str, position: int, without_deleted: bool) -> Iterator[Row]:
    for number, element in enumerate(_elements(text, position), 1):
        if not isinstance(element, dict):
            yield refused(number, "task", "A task is an object with members.")
        elif not (without_deleted and element.get("deleted_at") is not None):
            yield _row(number, element)


def _row(number: int, element: dict[str, Any]) -> Row:
    given = {name: element[name] for name in MEMBERS if element.get(name) is not None}
    problems = []
    if "title" not in given:
        problems.append(FieldError("title", "There is no title."))
    for name, check in _CHECKED.items():
        try:
            given[name] = check(given.get(name))
        except ValueError as error:
            given[name] = None
            problems.append(FieldError(name, str(error)))
    return Row(number, empty() | given, tuple(problems))


def _place_of_tasks(text: str) -> tuple[int, bool]:
    """Where the array of tasks begins, and whether deleted ones stand in it that are to be left out.

    The whole document is read for it, so that one that ends in the middle is refused before anything was taken from it.
    """
    start = _behind_space(text, 0)
    without_deleted = False
    if text[start : start + 1] == "{":
        members, place, end = _members(text, start)
        without_deleted = members.get("format") == _ACCOUNT_FORMAT
        if place is None or not (without_deleted or members.get("format") == FORMAT):
            raise UnreadableError(_NO_TASKS)
        if not without_deleted and members.get("version") != VERSION:
            raise UnreadableError("The file was made by another version of this service.")
    elif text[start : start + 1] == "[":
        place, end = start, _end_of_array(text, start)
    else:
        raise UnreadableError(_NO_TASKS)
    if _behind_space(text, end) != len(text):
        raise ValueError(_NO_JSON)
    return place, without_deleted


def _members(text: str, position: int) -> tuple[dict[str, Any], int | None, int]:
    """The texts and numbers of the object at a place, where the array in its member `tasks` begins, and its own end."""
    members: dict[str, Any] = {}
    place = None
    position = _behind_space(text, position + 1)
    if text[position : position + 1] == "}":
        return members, place, position + 1
    while True:
        name, position = _DECODER.raw_decode(text, position)
        position = _behind_space(text, _behind(text, position, ":"))
        if not isinstance(name, str) or name in members:
            raise ValueError(_NO_JSON)
        value: Any = None
        if name == "tasks" and text[position : position + 1] == "[":
            place = position
            position = _end_of_array(text, position)
        else:
            value, position = _DECODER.raw_decode(text, position)
        members[name] = value if isinstance(value, str | int) else None
        position = _behind_space(text, position)
        if text[position : position + 1] == "}":
            return members, place, position + 1
        position = _behind_space(text, _behind(text, position, ","))


def _elements(text: str, position: int) -> Generator[Any, None, int]:
    """The values of the array at a place, one by one; the generator returns the place behind it."""
    position = _behind_space(text, position + 1)
    if text[position : position + 1] == "]":
        return position + 1
    while True:
        value, position = _DECODER.raw_decode(text, position)
        yield value
        position = _behind_space(text, position)
        if text[position : position + 1] == "]":
            return position + 1
        position = _behind_space(text, _behind(text, position, ","))


def _end_of_array(text: str, position: int) -> int:
    elements = _elements(text, position)
    while True:
        try:
            next(elements)
        except StopIteration as end:
            return int(end.value)


def _behind(text: str, position: int, mark: str) -> int:
    """The place behind a mark that must be at a place, or behind space at it."""
    position = _behind_space(text, position)
    if text[position : position + 1] != mark:
        raise ValueError(_NO_JSON)
    return position + 1


def _behind_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _no_constant(_name: str) -> NoReturn:
    """Refuse NaN and the infinities, which are no JSON."""
    raise ValueError(_NO_JSON)


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
