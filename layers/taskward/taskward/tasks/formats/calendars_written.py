"""Tasks as VTODOs of a calendar (RFC 5545), for programs that keep tasks in one.

What a calendar cannot carry, such as control characters and fractions of seconds, stands beside what it can in a
property of our own, which other programs pass on or drop. The writer is the icalendar package's; values of TEXT are
escaped here, because it takes a backslash before a capital N for a line break.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from taskward import clock
from taskward.tasks.formats import calendar_zones
from taskward.tasks.formats.records import Record, text_of

if TYPE_CHECKING:
    from icalendar import Todo

ORDER: Final = "X-TASKWARD-ORDER"
REPEAT_FROM: Final = "X-TASKWARD-REPEAT-FROM"
EXACT: Final = "X-TASKWARD-EXACT"
"""A JSON object of the members that the standard properties beside it only come close to."""

PRIORITIES: Final = {"high": 1, "medium": 5, "low": 9, "none": 0}
"""As RFC 5545, 3.8.1.9, has it for programs that know three priorities."""

_HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Taskward//Taskward//EN\r\n"
_TAIL = b"END:VCALENDAR\r\n"
_LINE_BREAK = re.compile(r"\r\n?")
# All that TEXT is not made of (3.3.11); a line break is, in its escaped form.
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f]")
_SPECIAL = re.compile(r"[\\;,]")
_RULE = re.compile(r"[A-Za-z0-9=;,:+-]+", re.ASCII)


def written(records: Iterable[Record]) -> Iterator[bytes]:
    """A calendar of records. The definition of a time zone stands before the first VTODO that uses it."""
    known: set[str] = set()
    yield _HEAD
    for record in records:
        zone = record["due_timezone"]
        if zone not in (None, "UTC", *known):
            known.add(zone)
            yield calendar_zones.definition(zone)
        yield _todo(record).to_ical()
    yield _TAIL


def _todo(record: Record) -> "Todo":
    from icalendar import Todo
    from icalendar.prop import vUnknown

    todo = Todo()
    texts = {
        "UID": record["id"],
        "SUMMARY": record["title"],
        "DESCRIPTION": record["description"],
        "RELATED-TO": record["parent_id"],
    }
    for name, text in texts.items():
        if text is not None:
            todo[name] = vUnknown(escaped(as_carried(text)))
    todo["PRIORITY"] = vUnknown(str(PRIORITIES[record["priority"]]))
    todo["STATUS"] = vUnknown("COMPLETED" if record["completed"] else "NEEDS-ACTION")
    if record["completed"]:
        todo["PERCENT-COMPLETE"] = vUnknown("100")
    todo["DTSTAMP"] = vUnknown(_utc(clock.rfc3339(clock.now())))
    for name, moment in {"CREATED": record["created_at"], "COMPLETED": record["completed_at"]}.items():
        if moment is not None:
            todo[name] = vUnknown(_utc(moment))
    if record["tags"]:
        todo["CATEGORIES"] = vUnknown(",".join(escaped(tag) for tag in tags_as_carried(record["tags"])))
    _add_due(todo, record)
    if record["repeat_from"] != "due":
        todo[REPEAT_FROM] = vUnknown(record["repeat_from"])
    if record["order"] is not None:
        todo[ORDER] = vUnknown(text_of(record["order"]))
    exact = {name: record[name] for name, carried in CARRIED.items() if carried(record) != record[name]}
    if exact:
        # JSON escapes all control characters but one.
        text = json.dumps(exact, ensure_ascii=False, separators=(",", ":")).replace("\x7f", "\\u007f")
        todo[EXACT] = vUnknown(escaped(text))
    return todo


def _add_due(todo: "Todo", record: Record) -> None:
    """Add the due date, and the rule with the start that it needs (3.8.5.3)."""
    from icalendar.prop import vUnknown

    if record["due"] is None:
        return
    value = re.sub("[-:]", "", record["due"])
    parameters = {}
    if "T" not in value:
        parameters = {"VALUE": "DATE"}
    elif record["due_timezone"] == "UTC":
        value += "Z"
    elif record["due_timezone"] is not None:
        parameters = {"TZID": record["due_timezone"]}
    todo["DUE"] = vUnknown(value, params=parameters)
    if rule_as_carried(record) is not None:
        todo["DTSTART"] = vUnknown(value, params=parameters)
        todo["RRULE"] = vUnknown(record["repeat"])


def escaped(text: str) -> str:
    """Text as a value of TEXT (3.3.11)."""
    return _SPECIAL.sub(r"\\\g<0>", text).replace("\n", "\\n")


def as_carried(text: str) -> str:
    """Text as it comes out of a calendar: with line breaks of one kind, and without control characters."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _LINE_BREAK.sub("\n", text))


def tags_as_carried(tags: list[str]) -> list[str]:
    """Tags as they come out of a calendar: without space at their ends, and each once."""
    carried = (as_carried(tag).strip() for tag in tags)
    return list(dict.fromkeys(tag for tag in carried if tag))


def moment_as_carried(moment: str) -> str:
    """A point in time as it comes out of a calendar: to the second."""
    return clock.rfc3339(clock.parsed(moment).replace(microsecond=0))


def rule_as_carried(record: Record) -> str | None:
    """The rule of a record as it comes out of a calendar, where none stands without a date."""
    rule = record["repeat"]
    return rule if rule is not None and record["due"] is not None and _RULE.fullmatch(rule) else None


def _if_any(carried: Callable[[str], str], value: str | None) -> str | None:
    return None if value is None else carried(value)


def _utc(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y%m%dT%H%M%SZ")


CARRIED: Final[dict[str, Callable[[Record], Any]]] = {
    "id": lambda record: as_carried(record["id"]),
    "title": lambda record: as_carried(record["title"]),
    "description": lambda record: _if_any(as_carried, record["description"]),
    "parent_id": lambda record: _if_any(as_carried, record["parent_id"]),
    "tags": lambda record: tags_as_carried(record["tags"]),
    "created_at": lambda record: _if_any(moment_as_carried, record["created_at"]),
    "completed_at": lambda record: _if_any(moment_as_carried, record["completed_at"]),
    "repeat": rule_as_carried,
}
"""What comes out of a calendar for the members that it does not carry exactly."""
