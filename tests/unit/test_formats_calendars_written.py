"""Tasks in a calendar for other programs: what RFC 5545 asks of it, and time zones that are right."""

import bisect
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskward.tasks.formats import calendar_zones
from taskward.tasks.formats.records import Record
from tests.support.task_records import file_of, record, records


def _lines(*of: Record) -> list[str]:
    """Content lines, without their folds."""
    return file_of("ics", *of).decode().replace("\r\n ", "").split("\r\n")


def _todo(of: Record) -> Any:
    """The VTODO of a record, as the icalendar package reads it."""
    [found] = icalendar.Calendar.from_ical(file_of("ics", of)).walk("VTODO")
    assert found.errors == []
    return found


@given(written=st.lists(records(), max_size=3, unique_by=lambda each: each["id"]))
@settings(max_examples=100, deadline=None)
def test_lines_are_folded_and_nothing_in_a_record_makes_one(written: list[Record]) -> None:
    content = file_of("ics", *written)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert not any(byte < 0x20 or byte == 0x7F for byte in content.replace(b"\r\n", b"").replace(b"\t", b""))
    todos = [line for line in _lines(*written) if line == "BEGIN:VTODO"]
    assert len(todos) == len(written)
    for each in _lines(*written):
        name = each.partition(":")[0].partition(";")[0]
        assert not name or (name.isupper() and name.replace("-", "").isalpha()), name


def test_a_calendar_and_its_tasks_have_what_they_must_have() -> None:
    lines = _lines(record())
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Taskward//Taskward//EN"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert {line.partition(":")[0] for line in lines} >= {"UID", "DTSTAMP", "SUMMARY", "STATUS"}
    assert not [line for line in lines if line.startswith("X-TASKWARD")]


def test_what_a_calendar_has_a_place_for_stands_there() -> None:
    todo = _todo(
        record(
            title="Buy salt, pepper; C:\\New",
            description="one\r\ntwo",
            completed=True,
            completed_at="2026-11-20T10:00:00.999999Z",
            created_at="2026-11-19T10:00:00.000001Z",
            tags=["home, sweet", "b"],
            parent_id="7",
        )
    )
    assert str(todo["SUMMARY"]) == "Buy salt, pepper; C:\\New"
    assert str(todo["DESCRIPTION"]) == "one\ntwo"
    assert (str(todo["STATUS"]), todo["PERCENT-COMPLETE"]) == ("COMPLETED", 100)
    assert todo["COMPLETED"].dt == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert todo["CREATED"].dt == datetime(2026, 11, 19, 10, tzinfo=UTC)
    assert [str(tag) for tag in todo["CATEGORIES"].cats] == ["home, sweet", "b"]
    assert str(todo["RELATED-TO"]) == "7"


@pytest.mark.parametrize(("priority", "number"), [("none", 0), ("low", 9), ("medium", 5), ("high", 1)])
def test_priorities_are_those_of_rfc_5545(priority: str, number: int) -> None:
    assert _todo(record(priority=priority))["PRIORITY"] == number


@pytest.mark.parametrize(
    ("due", "zone", "line"),
    [
        ("2026-12-01", None, "DUE;VALUE=DATE:20261201"),
        ("2026-12-01T09:00:00", None, "DUE:20261201T090000"),
        ("2026-12-01T09:00:00", "UTC", "DUE:20261201T090000Z"),
        ("2026-12-01T09:00:00", "Europe/Paris", "DUE;TZID=Europe/Paris:20261201T090000"),
    ],
)
def test_a_due_date_is_a_day_a_time_of_none_of_utc_or_of_a_zone(due: str, zone: str | None, line: str) -> None:
    lines = _lines(record(due=due, due_timezone=zone))
    assert line in lines
    assert not any(each.startswith("DTSTART") for each in lines[lines.index("BEGIN:VTODO") :])


def test_a_rule_has_the_start_that_it_needs() -> None:
    lines = _lines(record(due="2026-12-01", repeat="FREQ=DAILY;COUNT=3", repeat_from="completion"))
    assert {"DTSTART;VALUE=DATE:20261201", "DUE;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;COUNT=3"} < set(lines)
    assert "X-TASKWARD-REPEAT-FROM:completion" in lines


def test_without_a_due_date_there_is_no_rule() -> None:
    assert not any(line.startswith(("RRULE", "DTSTART")) for line in _lines(record(repeat="FREQ=DAILY")))


def test_each_zone_is_defined_once_before_it_is_used_and_none_that_is_not() -> None:
    times = ["Europe/Paris", "UTC", None, "Asia/Tokyo", "Europe/Paris"]
    written = [record(id=str(at), due="2026-12-01T09:00:00", due_timezone=zone) for at, zone in enumerate(times)]
    lines = _lines(*written)
    assert [line for line in lines if line.startswith("TZID:")] == ["TZID:Europe/Paris", "TZID:Asia/Tokyo"]
    for zone in ("Europe/Paris", "Asia/Tokyo"):
        assert lines.index(f"TZID:{zone}") < lines.index(f"DUE;TZID={zone}:20261201T090000")


def _onsets(definition: Any) -> list[tuple[datetime, timedelta]]:
    """When the offsets of a VTIMEZONE begin (in UTC), and which."""
    onsets = []
    for part in definition.subcomponents:
        starts = [part["DTSTART"].dt, *(each.dt for each in getattr(part.get("RDATE"), "dts", []))]
        onsets += [(start - part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td) for start in starts]
    return sorted(onsets)


def _offset_at(moment: datetime, onsets: list[tuple[datetime, timedelta]]) -> timedelta:
    """The offset at a time in UTC, as 3.6.5 tells it: that of the last onset before."""
    return onsets[bisect.bisect_right(onsets, (moment.replace(tzinfo=None), timedelta.max)) - 1][1]


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Paris",
        "America/New_York",
        # Sets its clocks back for a month each year.
        "Africa/Casablanca",
        # Daylight saving of half an hour, and an offset of seconds long ago.
        "Australia/Lord_Howe",
        "Africa/Monrovia",
        "America/Sao_Paulo",
        "Asia/Kolkata",
    ],
)
def test_the_rules_of_a_zone_are_those_of_the_database(name: str) -> None:
    zone = ZoneInfo(name)
    onsets = _onsets(icalendar.Timezone.from_ical(calendar_zones.definition(name)))
    moment = datetime(calendar_zones.FIRST_YEAR, 1, 1, tzinfo=UTC)
    while moment < datetime(2060, 1, 1, tzinfo=UTC):
        offset, later = (each.astimezone(zone).utcoffset() for each in (moment, moment + timedelta(days=5)))
        if offset != later:
            # Looked at by the hour where something happens.
            for hours in range(5 * 24):
                at = moment + timedelta(hours=hours)
                assert _offset_at(at, onsets) == at.astimezone(zone).utcoffset(), at
        else:
            assert _offset_at(moment, onsets) == offset, moment
        moment += timedelta(days=5)
