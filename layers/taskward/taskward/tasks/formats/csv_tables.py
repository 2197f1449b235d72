"""Tasks as a table of comma-separated values (RFC 4180, UTF-8) with the names of a record's members as its header.

Spreadsheets run what looks like a formula to them, whoever wrote it. A cell that begins so gets an apostrophe before
it, which they take for "this is text" (ASVS 1.2.10), and which is taken away when the table is read.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from taskward.errors import FieldError
from taskward.tasks.formats import cells
from taskward.tasks.formats.records import (
    MEMBERS,
    Record,
    Row,
    checked_id,
    checked_moment,
    empty,
    number_of,
    text_of,
)

NOT_FIRST: Final = "=+-@\t\r\n\0＝＋－＠"  # noqa: RUF001 - these four are signs to spreadsheets in East Asia
"""Characters that no cell begins with."""

_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0"}
_SEPARATOR = ", "
_TAG_CHARACTER = re.compile(r"\\([\\,\s])|(.)", re.DOTALL)


def written(records: Iterable[Record]) -> Iterator[bytes]:
    """The table of records, row by row."""
    rows = csv.writer(_Encoder())
    yield rows.writerow(MEMBERS)
    for record in records:
        yield rows.writerow([_escaped(_text(record[name])) for name in MEMBERS])


class _Encoder:
    """What csv writes a row to, and gives back."""

    def write(self, row: str) -> bytes:
        return row.encode()


def read(content: bytes) -> Iterator[Row]:
    """The rows of a table, whose columns can stand in any order; all but the title can be missing.

    Raises
    ------
    UnreadableError: it is no such table.
    """
    return (_row(*row) for row in cells.rows(content, ["title"]))


def _row(number: int, named: dict[str, str], has_more: bool) -> Row:
    record = empty()
    problems = []
    for name in MEMBERS:
        cell = named.get(name, "")
        try:
            if cell:
                record[name] = _VALUES.get(name, str)(_unescaped(cell))
        except ValueError as error:
            problems.append(FieldError(name, str(error)))
    if record["title"] is None:
        problems.append(FieldError("title", "There is no title."))
    if has_more:
        problems.append(FieldError("row", "It has more cells than there are columns."))
    return Row(number, record, tuple(problems))


def _text(value: Any) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return text_of(value)
        case list():
            return _SEPARATOR.join(map(_escaped_tag, value)) or None
        case _:
            return value  # type: ignore[no-any-return]


def _escaped(text: str | None) -> str:
    """A cell that no spreadsheet runs. Text that is empty is not nothing: it becomes an apostrophe alone."""
    if text is None:
        return ""
    return f"'{text}" if not text or text[0] in NOT_FIRST or text[0] == "'" else text


def _unescaped(cell: str) -> str:
    # Other programs do not escape: an apostrophe that stands before anything else is part of the text.
    is_escaped = cell[0] == "'" and (len(cell) == 1 or cell[1] in NOT_FIRST or cell[1] == "'")
    return cell[1:] if is_escaped else cell


def _escaped_tag(tag: str) -> str:
    """A tag in which a backslash stands before commas and backslashes, and before space at its ends."""
    inner = tag.strip()
    before, _, behind = tag.partition(inner) if inner else (tag, "", "")
    return "".join(
        (*(f"\\{space}" for space in before), re.sub(r"([\\,])", r"\\\1", inner), *(f"\\{space}" for space in behind))
    )


def _tags(cell: str) -> list[str]:
    """Tags between commas, without the space around them that no backslash keeps."""
    tags: list[list[tuple[str, str]]] = [[]]
    for escaped, plain in _TAG_CHARACTER.findall(cell):
        if plain == ",":
            tags.append([])
        else:
            tags[-1].append((escaped, plain))
    return [tag for characters in tags if (tag := _stripped(characters))]


def _stripped(characters: list[tuple[str, str]]) -> str:
    kept = [number for number, (escaped, plain) in enumerate(characters) if escaped or not plain.isspace()]
    return "".join(escaped or plain for escaped, plain in characters[kept[0] : kept[-1] + 1]) if kept else ""


def _truth(cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise ValueError("Give true or false.")
    return word in _YES


def _word(cell: str) -> str:
    return cell.strip().lower()


_VALUES: dict[str, Callable[[str], Any]] = {
    "id": checked_id,
    "parent_id": checked_id,
    "created_at": checked_moment,
    "completed_at": checked_moment,
    "completed": _truth,
    "priority": _word,
    "repeat_from": _word,
    "order": lambda cell: number_of(cell.strip()),
    "tags": _tags,
}
