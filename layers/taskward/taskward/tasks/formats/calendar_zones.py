"""Time zones of calendars (RFC 5545, 3.6.5).

Their rules are written for programs that do not know their names, and names of other programs are made ours.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from taskward.timezones import checked_timezone

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2099
"""Of these years the changes of a zone are written. Before and after, its first and last offset goes on."""

# Shorter than any time that a zone has kept an offset for since 1970; a pause for Ramadan is the shortest.
_STEP = timedelta(days=7)

_TZID = re.compile(rb"^TZID(?:;[^:\r\n]*)?:([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_LOCATION = re.compile(rb"^X-LIC-LOCATION(?:;[^:\r\n]*)?:([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


@lru_cache(maxsize=64)
def definition(name: str) -> bytes:
    """The VTIMEZONE of an IANA zone.

    It is not made by the icalendar package, which leaves out changes that hold for less than two months, as in Morocco,
    and puts those to daylight saving an hour late.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    zone = Timezone()
    zone.add("TZID", name)
    zone.add("X-LIC-LOCATION", name)
    for (before, after, abbreviation, is_daylight), onsets in _observances(ZoneInfo(name)).items():
        part = TimezoneDaylight() if is_daylight else TimezoneStandard()
        part.add("DTSTART", onsets[0])
        if onsets[1:]:
            part.add("RDATE", onsets[1:])
        part.add("TZOFFSETFROM", before)
        part.add("TZOFFSETTO", after)
        part.add("TZNAME", abbreviation)
        zone.add_component(part)
    text: bytes = zone.to_ical()
    return text


def _observances(zone: ZoneInfo) -> Mapping[tuple[timedelta, timedelta, str, bool], list[datetime]]:
    """When a zone takes up an offset, on the clock that was valid until then (3.6.5), by what changes."""
    found: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = defaultdict(list)
    moment = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    offset = _offset(zone, moment)
    for changed in (moment, *_changes(zone, moment, datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))):
        before, offset = offset, _offset(zone, changed)
        local = changed.astimezone(zone)
        onset = (changed + before).replace(tzinfo=None)
        found[before, offset, local.tzname() or "", bool(local.dst())].append(onset)
    return found


def _changes(zone: ZoneInfo, first: datetime, end: datetime) -> Iterator[datetime]:
    """The moments between two others at which the offset of a zone becomes another, to the second."""
    offset = _offset(zone, first)
    while first < end:
        last = first + _STEP
        next_offset = _offset(zone, last)
        if next_offset != offset:
            yield _change(zone, first, last)
        first, offset = last, next_offset


def _change(zone: ZoneInfo, before: datetime, changed: datetime) -> datetime:
    """The one moment between two others at which the offset changes."""
    offset = _offset(zone, before)
    while changed - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(changed - before) // timedelta(seconds=2))
        if _offset(zone, middle) == offset:
            before = middle
        else:
            changed = middle
    return changed


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    return offset if offset is not None else timedelta()


def locations(definitions: Iterator[bytes]) -> dict[str, str]:
    """What the VTIMEZONEs of a file say that their zones are called elsewhere, by what they are called in the file."""
    found: dict[str, str] = {}
    for text in definitions:
        name, location = _TZID.search(text), _LOCATION.search(text)
        if name and location:
            found.setdefault(_decoded(name[1]), _decoded(location[1]))
    return found


def _decoded(value: bytes) -> str:
    return value.decode(errors="replace").strip()


def known_name(name: str, found_locations: Mapping[str, str]) -> str | None:
    """The IANA name of a zone as a file names it, or None when it cannot be told.

    Taken are IANA names, alone or behind a prefix as in "/mozilla.org/20050126_1/Europe/Paris", names of Windows, and
    whatever the file itself has another name for (see `locations`).
    """
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    name = name.strip()
    location = found_locations.get(name, "")
    for candidate in (name, *_ends(name), WINDOWS_TO_OLSON.get(name, ""), location, *_ends(location)):
        try:
            return checked_timezone(candidate)
        except ValueError:
            continue
    return None


def _ends(path: str) -> Iterator[str]:
    """What could be a zone's name at the end of a globally unique one (3.8.3.1), the longest first."""
    if path.startswith("/"):
        parts = path.split("/")[-3:]
        yield from ("/".join(parts[number:]) for number in range(len(parts)))
