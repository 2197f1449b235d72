"""Tables of cells (RFC 4180) and their header row, as spreadsheets and other programs write them."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from taskward.tasks.formats.records import UnreadableError

MAX_LINE: Final = 1_000_000
"""Characters of one line; a row can have many. A line of nothing but commas is as many cells."""

# What programs write that do not write commas: in countries where the comma is in numbers, and from the clipboard.
_DELIMITERS = (",", ";", "\t")
_BROKEN = "The file cannot be read behind line {}: quotes do not match, or a cell or a line is far too long."


def rows(content: bytes, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str], bool]]:
    """The rows below the header: number, cells by the name of their column, and whether there are cells beyond these.

    Names of columns are in lower case and without space around them; a row that is cut short has fewer cells. Rows that
    are empty are left out, and counted.

    Parameters
    ----------
    needed: columns without which it is another table.

    Raises
    ------
    UnreadableError: it is not UTF-8, its quotes do not match somewhere, a cell has more than 131,072 characters, a line
        more than `MAX_LINE`, or a column that is needed is missing.
    """
    delimiter, names = _header(content, needed)
    # All is read once before any of it is used: whoever has a broken file is to mend it, and not to import half of it.
    for _ in _cells(content, delimiter):
        pass
    return _named(content, delimiter, names)


def _named(content: bytes, delimiter: str, names: list[str]) -> Iterator[tuple[int, dict[str, str], bool]]:
    table = _cells(content, delimiter)
    next(table)
    for number, cells in enumerate(table, 1):
        if any(cells):
            yield number, dict(zip(names, cells, strict=False)), any(cells[len(names) :])


def _header(content: bytes, needed: Sequence[str]) -> tuple[str, list[str]]:
    for delimiter in _DELIMITERS:
        names = [cell.strip().lower() for cell in next(_cells(content, delimiter), [])]
        if set(needed) <= set(names):
            named = [name for name in names if name]
            if len(set(named)) != len(named):
                raise UnreadableError("Two columns have the same name.")
            return delimiter, names
    columns = " and ".join(name for name in needed)
    raise UnreadableError(f"The first row must name the columns, and {columns} be among them.")


def _cells(content: bytes, delimiter: str) -> Iterator[list[str]]:
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    table = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    try:
        yield from table
    except UnicodeDecodeError:
        raise UnreadableError("The file is not text in UTF-8.") from None
    except csv.Error:
        raise UnreadableError(_BROKEN.format(table.line_num)) from None


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines with their ends, of which a bare carriage return is one."""
    while line := text.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise csv.Error
        yield line
