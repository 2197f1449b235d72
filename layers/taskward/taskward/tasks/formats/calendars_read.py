"""Tasks from the VTODOs of a calendar (RFC 5545), ours or another program's.

Everything else in it, events and the alarms of a VTODO among that, is passed over. Content lines are read by the
icalendar package, one VTODO at a time. What their values mean is told here: the package would put rules into another
order, and make times of zones that it does not know into times of none.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Final

from taskward.errors import FieldError
from taskward.tasks.formats import calendar_zones
from taskward.tasks.formats.records import Row, UnreadableError, refused
from taskward.tasks.formats.todos import Properties, Property, record_of

MAX_DEPTH: Final = 10
"""How deep components may be nested; an alarm in a VTODO in a calendar makes three."""

MAX_LINE: Final = 200_000
"""Characters of a content line that is looked at; a description of 8,192 that has to be escaped has half of that."""

MAX_PARAMETERS: Final = 2_000
"""Characters of a content line before its value."""

_FOLD = re.compile(rb"\r?\n[ \t]")
_LIMIT = re.compile(rb"^(BEGIN|END)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
_LINE_BREAK = re.compile(r"\r?\n")


def read(content: bytes) -> Iterator[Row]:
    """The rows of a calendar, or of several in one file.

    Raises
    ------
    UnreadableError: it is no calendar, or its components do not end as they begin.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    places = _places(content)
    zones = (_unfolded(content[start:end]) for name, start, end in places if name == b"VTIMEZONE")
    tasks = (_unfolded(content[start:end]) for name, start, end in places if name == b"VTODO")
    locations = calendar_zones.locations(zones)
    return (_row(number, task, locations) for number, task in enumerate(tasks, 1))


def _unfolded(lines: bytes) -> bytes:
    # In bytes: old programs fold in the middle of a character (3.1).
    return _FOLD.sub(b"", lines)


def _places(text: bytes) -> list[tuple[bytes, int, int]]:
    """The VTODOs and VTIMEZONEs of the calendars in a file: where the properties of each begin and end."""
    found = []
    calendars = 0
    open_ones: list[tuple[bytes, int]] = []
    for limit in _LIMIT.finditer(text):
        name = limit[2].strip().upper()
        if limit[1].upper() == b"BEGIN":
            open_ones.append((name, limit.end()))
            if open_ones[0][0] != b"VCALENDAR" or len(open_ones) > MAX_DEPTH:
                raise UnreadableError("The file is not an iCalendar file.")
            continue
        began, start = open_ones.pop() if open_ones else (b"", 0)
        if name != began:
            raise UnreadableError("The calendar is broken: something ends in it that did not begin.")
        calendars += not open_ones
        if len(open_ones) == 1 and name in (b"VTODO", b"VTIMEZONE"):
            found.append((name, start, limit.start()))
    if open_ones:
        raise UnreadableError("The calendar ends in the middle.")
    if not calendars:
        raise UnreadableError("The file is not an iCalendar file.")
    return found


def _row(number: int, text: bytes, locations: Mapping[str, str]) -> Row:
    problems: list[FieldError] = []
    try:
        properties = _properties(text.decode(), problems)
    except UnicodeDecodeError:
        return refused(number, "VTODO", "It is not text in UTF-8.")
    record = record_of(properties, locations, problems)
    return Row(number, record, tuple(problems))


def _properties(text: str, problems: list[FieldError]) -> Properties:
    """The properties of a component itself, and not of those in it, by their names."""
    found = Properties()
    inner = 0
    for line in _LINE_BREAK.split(text):
        name = _name(line)
        if name in ("BEGIN", "END"):
            inner += 1 if name == "BEGIN" else -1
        elif name in Properties.NAMES and not inner:
            try:
                found.add(name, _property(line))
            except ValueError:
                problems.append(FieldError(name, "It is not as RFC 5545 has it, or far too long."))
    return found


def _property(line: str) -> Property:
    from icalendar.parser import Contentline

    content_line = Contentline(line)  # type: ignore[no-untyped-call]
    # Each parameter costs as much time as hundreds of other characters.
    if len(line) > MAX_LINE or not 0 <= content_line.value_separator_index() <= MAX_PARAMETERS:
        raise ValueError(line)
    _, parameters, value = content_line.raw_parts()
    return Property(value, parameters)


def _name(line: str) -> str:
    found = _NAME.match(line)
    return found[0].upper() if found else ""
