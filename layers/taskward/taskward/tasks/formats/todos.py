"""What the properties of a VTODO (RFC 5545, 3.6.2) say about a task."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from taskward import clock
from taskward.errors import FieldError
from taskward.tasks.formats import calendar_zones
from taskward.tasks.formats.calendars_written import CARRIED, EXACT, ORDER, REPEAT_FROM, tags_as_carried
from taskward.tasks.formats.records import Record, checked_id, checked_moment, empty, number_of

_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?", re.ASCII | re.IGNORECASE)
# Where Apple's and Nextcloud's programs keep the place in the manual order.
_APPLE_ORDER = "X-APPLE-SORT-ORDER"
_DONE = ("COMPLETED", "CANCELLED")


@dataclass(frozen=True)
class Property:
    """A value, still escaped, and its parameters."""

    value: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Properties:
    """Those of a VTODO, by their names in upper case; each can stand more than once."""

    NAMES = frozenset(
        {
            *("UID", "RELATED-TO", "RECURRENCE-ID", "CREATED", "COMPLETED", "PERCENT-COMPLETE", "STATUS", "PRIORITY"),
            *("SUMMARY", "DESCRIPTION", "CATEGORIES", "DUE", "DTSTART", "DURATION", "RRULE"),
            *(_APPLE_ORDER, ORDER, REPEAT_FROM, EXACT),
        }
    )
    """Those that say anything about a task."""

    found: dict[str, list[Property]] = field(default_factory=dict)

    def add(self, name: str, found: Property) -> None:
        """Add one more property of a name."""
        self.found.setdefault(name, []).append(found)

    def all(self, name: str) -> list[Property]:
        """The properties of a name."""
        return self.found.get(name, [])

    def word(self, name: str) -> str:
        """A value that is a word or a number: without the space around it, in upper case; empty when there is none."""
        return next((each.value.strip().upper() for each in self.all(name)), "")

    def text(self, name: str) -> str | None:
        """A value of TEXT, or None when there is none."""
        from icalendar.parser import unescape_backslash

        return next((str(unescape_backslash(each.value)) for each in self.all(name)), None)


def record_of(properties: Properties, locations: Mapping[str, str], problems: list[FieldError]) -> Record:
    """The record that a VTODO is; what of it cannot be read is left out and added to the problems.

    Parameters
    ----------
    locations: other names of the file's time zones, see `calendar_zones.locations`.
    """
    record = empty()
    for name, members in _MEMBERS.items():
        try:
            record |= members(properties, locations)
        except ValueError as error:
            problems.append(FieldError(name, str(error)))
    _make_exact(record, properties)
    return record


def _id(properties: Properties, _locations: Mapping[str, str]) -> Record:
    return {"id": checked_id(properties.text("UID"))}


def _whole_series(properties: Properties, _locations: Mapping[str, str]) -> Record:
    if properties.all("RECURRENCE-ID"):
        raise ValueError("A single occurrence of a repeating task, changed by itself, is not taken.")
    return {}


def _parent(properties: Properties, _locations: Mapping[str, str]) -> Record:
    from icalendar.parser import unescape_backslash

    for each in properties.all("RELATED-TO"):
        # 3.2.15: without a type it is the parent.
        if str(each.parameters.get("RELTYPE", "PARENT")).upper() == "PARENT":
            return {"parent_id": checked_id(unescape_backslash(each.value))}
    return {}


def _title(properties: Properties, _locations: Mapping[str, str]) -> Record:
    title = properties.text("SUMMARY")
    if title is None:
        raise ValueError("There is no title.")
    return {"title": title}


def _description(properties: Properties, _locations: Mapping[str, str]) -> Record:
    return {"description": properties.text("DESCRIPTION")}


def _tags(properties: Properties, _locations: Mapping[str, str]) -> Record:
    from icalendar.parser import split_on_unescaped_comma

    return {
        "tags": tags_as_carried(
            [str(tag) for each in properties.all("CATEGORIES") for tag in split_on_unescaped_comma(each.value)]
        )
    }


def _priority(properties: Properties, _locations: Mapping[str, str]) -> Record:
    match properties.word("PRIORITY"):
        case "1" | "2" | "3" | "4":
            return {"priority": "high"}
        case "5":
            return {"priority": "medium"}
        case "6" | "7" | "8" | "9":
            return {"priority": "low"}
        case _:
            return {}


def _created(properties: Properties, locations: Mapping[str, str]) -> Record:
    return {"created_at": _moment(properties, "CREATED", locations)}


def _completion(properties: Properties, locations: Mapping[str, str]) -> Record:
    """Whether and when it was completed. What was cancelled is not to be done any more either."""
    status = properties.word("STATUS")
    has_ended = bool(properties.word("COMPLETED")) or properties.word("PERCENT-COMPLETE") == "100"
    if status in _DONE or (has_ended and not status):
        return {"completed": True, "completed_at": _moment(properties, "COMPLETED", locations)}
    return {}


def _due(properties: Properties, locations: Mapping[str, str]) -> Record:
    """The due date; where there is none, the end of the time from start to end, or the start."""
    name = "DUE" if properties.word("DUE") else "DTSTART"
    if not properties.word(name):
        return {}
    due, zone = _time(properties.all(name)[0], locations)
    if name == "DTSTART" and (duration := properties.word("DURATION")):
        due = _later(due, duration)
    return {"due": due, "due_timezone": zone}


def _rule(properties: Properties, _locations: Mapping[str, str]) -> Record:
    if len(properties.all("RRULE")) > 1:
        raise ValueError("Only one rule is taken.")
    return {"repeat": properties.all("RRULE")[0].value.strip("; ")} if properties.all("RRULE") else {}


def _repeat_from(properties: Properties, _locations: Mapping[str, str]) -> Record:
    return {"repeat_from": properties.word(REPEAT_FROM).lower() or "due"}


def _order(properties: Properties, _locations: Mapping[str, str]) -> Record:
    word = properties.word(ORDER) or properties.word(_APPLE_ORDER)
    return {"order": number_of(word)} if word else {}


def _time(found: Property, locations: Mapping[str, str]) -> tuple[str, str | None]:
    """A day or time as a task has it, and its zone. That it exists is not checked."""
    parts = _TIME.fullmatch(found.value.strip())
    if not parts:
        raise ValueError("Give a date (20261224) or a date-time (20261224T180000).")
    year, month, day, hour, minute, second, is_utc = parts.groups()
    if hour is None:
        return f"{year}-{month}-{day}", None
    time = f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    if is_utc:
        return time, "UTC"
    named = found.parameters.get("TZID")
    if named is None:
        return time, None
    zone = calendar_zones.known_name(str(named), locations)
    if zone is None:
        raise ValueError("Its time zone is not one that is known here.")
    return time, zone


def _moment(properties: Properties, name: str, locations: Mapping[str, str]) -> str | None:
    """A point in time, which has to be in UTC (3.8.2.1, 3.8.7.1); what is in no other zone is taken to be."""
    if not properties.word(name):
        return None
    time, zone = _time(properties.all(name)[0], locations)
    moment = checked_moment(f"{time}Z" if "T" in time else f"{time}T00:00:00Z")
    if moment is None or zone in (None, "UTC"):
        return moment
    return clock.rfc3339(clock.parsed(moment).replace(tzinfo=ZoneInfo(zone)))


def _later(due: str, duration: str) -> str:
    """A day or time, later by a duration (3.3.6), on the same clock."""
    from icalendar.prop import vDuration

    try:
        length: timedelta = vDuration.from_ical(duration)  # type: ignore[no-untyped-call]
        moment = datetime.fromisoformat(due) + length
    except (ValueError, OverflowError):
        raise ValueError("Give a start and a duration, such as PT1H.") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%S" if "T" in due else "%Y-%m-%d")


def _make_exact(record: Record, properties: Properties) -> None:
    """Put what our own writer had to write beside the standard properties into their places.

    Where another program has changed a property since, what stands beside it is outdated, and left out.
    """
    try:
        exact = json.loads(properties.text(EXACT) or "{}")
    except (ValueError, RecursionError):
        return
    if not isinstance(exact, dict):
        return
    for name, carried in CARRIED.items():
        if _is_text(exact.get(name), name) and carried(record | {name: exact[name]}) == record[name]:
            record[name] = exact[name]


def _is_text(value: Any, name: str) -> bool:
    """Whether a value is what the member of this name is made of."""
    if name == "tags":
        return isinstance(value, list) and all(isinstance(tag, str) for tag in value)
    if name.endswith("_at"):
        with suppress(ValueError):
            return isinstance(value, str) and checked_moment(value) == value
        return False
    return isinstance(value, str)


_MEMBERS: dict[str, Callable[[Properties, Mapping[str, str]], Record]] = {
    "UID": _id,
    "RECURRENCE-ID": _whole_series,
    "RELATED-TO": _parent,
    "SUMMARY": _title,
    "DESCRIPTION": _description,
    "CATEGORIES": _tags,
    "PRIORITY": _priority,
    "CREATED": _created,
    "COMPLETED": _completion,
    "DUE": _due,
    "RRULE": _rule,
    REPEAT_FROM: _repeat_from,
    ORDER: _order,
}
"""What makes members of a record of a VTODO, by the property that is at fault where it cannot be read."""
