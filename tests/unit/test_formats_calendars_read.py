"""Tasks from calendars of other programs, in the shapes that these give them."""

from collections.abc import Callable

import pytest

from taskward.tasks.formats import formats
from taskward.tasks.formats.records import UnreadableError
from tests.support.task_records import file_of, problems_of, read_well, record


def _calendar(*components: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *components, "END:VCALENDAR", ""]
    return "\r\n".join(lines).replace("\n", "\r\n").replace("\r\r", "\r").encode()


def _todo(*lines: str) -> str:
    return "\n".join(["BEGIN:VTODO", "UID:1", "DTSTAMP:20261120T100000Z", *lines, "END:VTODO"])


def test_a_reminder_of_apple_is_taken_without_its_alarm() -> None:
    content = _calendar(
        """BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
DTSTART:19810329T020000
TZNAME:GMT+2
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
DTSTART:19961027T030000
TZNAME:GMT+1
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VTODO
CREATED:20261101T080910Z
UID:0C2E1F4A-6B9D-4C5B-8E39-5A3C3C1B7B11
SUMMARY:Call the bank
DESCRIPTION:Ask about the\\nloan\\, and fees
DTSTART;TZID=Europe/Paris:20261201T090000
DTSTAMP:20261101T080911Z
DUE;TZID=Europe/Paris:20261201T090000
SEQUENCE:0
LAST-MODIFIED:20261101T080910Z
STATUS:NEEDS-ACTION
PRIORITY:1
X-APPLE-SORT-ORDER:814176550
RRULE:FREQ=WEEKLY;INTERVAL=2
BEGIN:VALARM
X-WR-ALARMUID:3B1F6C1C-0C55-4E3C-A6E5-0C1E2D3F4A5B
UID:3B1F6C1C-0C55-4E3C-A6E5-0C1E2D3F4A5B
TRIGGER;VALUE=DATE-TIME:20261201T080000Z
DESCRIPTION:Event reminder
SUMMARY:Alarm
ACTION:DISPLAY
END:VALARM
END:VTODO"""
    )
    assert read_well("ics", content) == [
        record(
            id="0C2E1F4A-6B9D-4C5B-8E39-5A3C3C1B7B11",
            title="Call the bank",
            description="Ask about the\nloan, and fees",
            due="2026-12-01T09:00:00",
            due_timezone="Europe/Paris",
            priority="high",
            order=814176550,
            repeat="FREQ=WEEKLY;INTERVAL=2",
            created_at="2026-11-01T08:09:10.000000Z",
        )
    ]


def test_tasks_of_nextcloud_are_taken_with_their_parents_and_tags() -> None:
    content = _calendar(
        """BEGIN:VTODO
UID:parent-1
CREATED:20261101T080910
LAST-MODIFIED:20261102T080910
DTSTAMP:20261102T080910
SUMMARY:Move house
PRIORITY:9
PERCENT-COMPLETE:30
STATUS:IN-PROCESS
CATEGORIES:home,Büro\\, Keller
CATEGORIES:home
X-OC-HIDESUBTASKS:0
END:VTODO
BEGIN:VTODO
UID:child-1
SUMMARY:Pack boxes
RELATED-TO:parent-1
DUE;VALUE=DATE:20261224
PERCENT-COMPLETE:100
STATUS:COMPLETED
COMPLETED:20261103T101112Z
X-PINNED:true
END:VTODO
BEGIN:VTODO
UID:child-2
SUMMARY:Paint
RELATED-TO;RELTYPE=SIBLING:child-1
RELATED-TO;RELTYPE=PARENT:parent-1
PRIORITY:0
END:VTODO"""
    )
    assert read_well("ics", content) == [
        record(
            id="parent-1",
            title="Move house",
            priority="low",
            tags=["home", "Büro, Keller"],
            created_at="2026-11-01T08:09:10.000000Z",
        ),
        record(
            id="child-1",
            title="Pack boxes",
            parent_id="parent-1",
            due="2026-12-24",
            completed=True,
            completed_at="2026-11-03T10:11:12.000000Z",
        ),
        record(id="child-2", title="Paint", parent_id="parent-1"),
    ]


def test_tasks_of_thunderbird_are_taken_from_among_its_events() -> None:
    content = _calendar(
        """BEGIN:VTIMEZONE
TZID:/mozilla.org/20050126_1/Europe/Berlin
X-LIC-LOCATION:Europe/Berlin
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:event-1
SUMMARY:Dinner
DTSTART:20261201T190000Z
END:VEVENT
BEGIN:VJOURNAL
UID:journal-1
SUMMARY:Dear diary
END:VJOURNAL
BEGIN:VTODO
UID:todo-1
SUMMARY:Feed the cat
DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261201T070000
DUE;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261201T080000
RRULE:FREQ=DAILY;UNTIL=20261231T070000Z
X-MOZ-LASTACK:20261120T100000Z
X-MOZ-GENERATION:2
END:VTODO"""
    )
    assert read_well("ics", content) == [
        record(
            id="todo-1",
            title="Feed the cat",
            due="2026-12-01T08:00:00",
            due_timezone="Europe/Berlin",
            repeat="FREQ=DAILY;UNTIL=20261231T070000Z",
        )
    ]


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/freeassociation.sourceforge.net/Europe/Paris", "Europe/Paris"),
        ("/citadel.org/20190914_1/UTC", "UTC"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ('"Eastern Standard Time"', "America/New_York"),
        ("At home", "Europe/Lisbon"),
        ("At work", "Asia/Tokyo"),
    ],
)
def test_a_time_zone_is_found_by_the_names_that_programs_give_it(name: str, zone: str) -> None:
    zones = """BEGIN:VTIMEZONE
TZID:At home
X-LIC-LOCATION:Europe/Lisbon
END:VTIMEZONE
BEGIN:VTIMEZONE
TZID;X-A=b:At work
x-lic-location:/example.org/Asia/To
 kyo
END:VTIMEZONE"""
    # The definitions may stand behind the tasks that use them.
    [found] = read_well("ics", _calendar(_todo("SUMMARY:Call", f"DUE;TZID={name}:20261201T090000"), zones))
    assert (found["due"], found["due_timezone"]) == ("2026-12-01T09:00:00", zone)


@pytest.mark.parametrize("name", ["Mars/Olympus", "(UTC+01:00) Amsterdam\\, Berlin", "Customized Time Zone", "../UTC"])
def test_a_time_in_a_zone_that_nobody_knows_is_a_problem(name: str) -> None:
    assert problems_of("ics", _calendar(_todo("SUMMARY:Call", f'DUE;TZID="{name}":20261201T090000'))) == {1: ["DUE"]}


@pytest.mark.parametrize(
    ("lines", "due", "zone"),
    [
        (["DUE:20261201T090000Z"], "2026-12-01T09:00:00", "UTC"),
        (["DUE:20261201T090000"], "2026-12-01T09:00:00", None),
        (["DUE;TZID=UTC:20261201T090000"], "2026-12-01T09:00:00", "UTC"),
        (["DUE;VALUE=DATE:20261201"], "2026-12-01", None),
        (["DUE:20261201"], "2026-12-01", None),
        (["due;value=date-time: 20261201t090000z "], "2026-12-01T09:00:00", "UTC"),
        (["DTSTART;VALUE=DATE:20261201"], "2026-12-01", None),
        (["DTSTART:20261201T090000", "DUE:"], "2026-12-01T09:00:00", None),
        (["DTSTART;VALUE=DATE:20261130", "DUE;VALUE=DATE:20261201"], "2026-12-01", None),
        (["DTSTART;TZID=Europe/Paris:20261201T090000", "DURATION:PT90M"], "2026-12-01T10:30:00", "Europe/Paris"),
        (["DTSTART;VALUE=DATE:20261201", "DURATION:P1W"], "2026-12-08", None),
        ([], None, None),
    ],
)
def test_a_due_date_is_a_day_or_a_time_in_any_of_its_forms(lines: list[str], due: str | None, zone: str | None) -> None:
    [found] = read_well("ics", _calendar(_todo("SUMMARY:Call", *lines)))
    assert (found["due"], found["due_timezone"]) == (due, zone)


@pytest.mark.parametrize(
    ("lines", "completed", "completed_at"),
    [
        (["STATUS:COMPLETED"], True, None),
        (["STATUS:completed", "COMPLETED:20261103T101112Z"], True, "2026-11-03T10:11:12.000000Z"),
        (["COMPLETED:20261103T101112Z"], True, "2026-11-03T10:11:12.000000Z"),
        (["PERCENT-COMPLETE:100"], True, None),
        (["STATUS:CANCELLED"], True, None),
        (["STATUS:COMPLETED", "COMPLETED;VALUE=DATE:20261103"], True, "2026-11-03T00:00:00.000000Z"),
        (["COMPLETED;TZID=Europe/Paris:20261103T101112"], True, "2026-11-03T09:11:12.000000Z"),
        (["STATUS:NEEDS-ACTION", "PERCENT-COMPLETE:100", "COMPLETED:20261103T101112Z"], False, None),
        (["STATUS:IN-PROCESS", "PERCENT-COMPLETE:50"], False, None),
        ([], False, None),
    ],
)
def test_a_task_is_completed_when_its_status_or_else_anything_says_so(
    lines: list[str], completed: bool, completed_at: str | None
) -> None:
    [found] = read_well("ics", _calendar(_todo("SUMMARY:Call", *lines)))
    assert (found["completed"], found["completed_at"]) == (completed, completed_at)


@pytest.mark.parametrize(
    ("numbers", "priority"),
    [(["1", "2", "3", "4"], "high"), (["5"], "medium"), (["6", "7", "8", "9"], "low"), (["0", "10", "x", ""], "none")],
)
def test_priorities_are_those_of_rfc_5545(numbers: list[str], priority: str) -> None:
    for number in numbers:
        assert read_well("ics", _calendar(_todo("SUMMARY:Call", f"PRIORITY:{number}")))[0]["priority"] == priority


def test_a_rule_may_end_in_a_semicolon() -> None:
    [found] = read_well("ics", _calendar(_todo("SUMMARY:x", "DUE:20261201", "RRULE: FREQ=DAILY;COUNT=3; ")))
    assert found["repeat"] == "FREQ=DAILY;COUNT=3"


@pytest.mark.parametrize(
    ("value", "title"),
    [
        (r"a\, b\; c\\ d\nE\NF", "a, b; c\\ d\nE\nF"),
        (r"C:\\New", "C:\\New"),
        (" spaces ", " spaces "),
        ('"quoted": 50% ^n', '"quoted": 50% ^n'),
        ("%2C%5Cn", "%2C%5Cn"),
        ("zwei\r\n  Zei\r\n\tlen", "zwei Zeilen"),
        ("one\u2028line\x85with\x0ball", "one\u2028line\x85with\x0ball"),
    ],
)
def test_text_is_unescaped_and_unfolded_and_otherwise_left_alone(value: str, title: str) -> None:
    assert read_well("ics", _calendar(_todo(f"SUMMARY;LANGUAGE=en:{value}")))[0]["title"] == title


def test_a_line_may_be_folded_in_the_middle_of_a_character() -> None:
    content = _calendar(_todo("SUMMARY:Bûche")).replace("û".encode(), b"\xc3\r\n \xbb")
    assert read_well("ics", content)[0]["title"] == "Bûche"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\r\n", b"\n"),
        lambda content: content.replace(b"BEGIN:", b"begin:").replace(b"SUMMARY", b"Summary"),
        lambda content: content.replace(b":VTODO", b":vtodo").replace(b"BEGIN:VCALENDAR", b"BEGIN:vCalendar"),
        lambda content: content + b"\r\n" + content.replace(b"UID:1", b"UID:2"),
        lambda content: content.rstrip(),
    ],
)
def test_a_calendar_may_be_written_in_some_ways(change: Callable[[bytes], bytes]) -> None:
    assert read_well("ics", change(_calendar(_todo("SUMMARY:Call"))))[0]["title"] == "Call"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "SUMMARY"),
        (["SUMMARY:x", "DUE:tomorrow"], "DUE"),
        (["SUMMARY:x", "DTSTART:20261201T090000", "DURATION:long"], "DUE"),
        (["SUMMARY:x", "DTSTART:20261201T090000", "DURATION:P9999999999D"], "DUE"),
        (["SUMMARY:x", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"], "RRULE"),
        (["SUMMARY:x", "RECURRENCE-ID:20261201T090000Z"], "RECURRENCE-ID"),
        (["SUMMARY:x", "CREATED:20261301T090000Z"], "CREATED"),
        (["SUMMARY:x", "COMPLETED:x"], "COMPLETED"),
        (["SUMMARY:x", "X-TASKWARD-ORDER:first"], "X-TASKWARD-ORDER"),
        (["SUMMARY:x", "RELATED-TO:" + "x" * 1001], "RELATED-TO"),
        (["SUMMARY:x", 'DUE;TZID="UTC:20261201T090000'], "DUE"),
        (["SUMMARY:" + "x" * 200_001], "SUMMARY"),
    ],
)
def test_a_property_that_cannot_be_read_is_named(lines: list[str], problem: str) -> None:
    found = problems_of("ics", _calendar(_todo("SUMMARY:fine"), _todo(*lines).replace("UID:1", "UID:2")))
    assert problem in found[2]
    assert list(found) == [2]


def test_a_task_that_is_no_utf_8_is_refused_by_itself() -> None:
    content = _calendar(_todo("SUMMARY:Call"), _todo("SUMMARY:B\u00fbche")).replace("û".encode(), b"\xfb")
    rows = list(formats.read("ics", content))
    assert [row.record is None for row in rows] == [False, True]
    assert [each.field for each in rows[1].problem] == ["VTODO"]


def test_what_is_beside_a_property_counts_only_while_that_is_as_it_was_written() -> None:
    content = file_of("ics", record(title="a\x00b", tags=[" home "], created_at="2026-11-20T10:00:00.123456Z"))
    changed = content.replace("SUMMARY:a\ufffdb".encode(), b"SUMMARY:Another").replace(b":home", b":work")
    assert changed.count(b"Another") == changed.count(b":work") == 1
    assert read_well("ics", changed) == [
        record(title="Another", tags=["work"], created_at="2026-11-20T10:00:00.123456Z")
    ]


@pytest.mark.parametrize(
    "exact",
    [
        "x",
        "[]",
        "null",
        "[" * 50_000,
        '{"title":5\\,"tags":[1]\\,"created_at":["x"]}',
        '{"title":null\\,"tags":null\\,"id":null\\,"description":null\\,"created_at":null}',
        '{"title":"\\\\ud800"\\,"id":"other"\\,"created_at":"2026-11-20T10:00:00Z"}',
    ],
)
def test_what_is_beside_the_properties_cannot_contradict_them(exact: str) -> None:
    [found] = read_well("ics", _calendar(_todo("SUMMARY:x", f"X-TASKWARD-EXACT:{exact}")))
    assert found == record(title="x")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"title,due\r\n",
        b"BEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\n",
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
        b"BEGIN:VCALENDAR\r\n",
        b"END:VCALENDAR\r\n",
        _calendar(_todo("SUMMARY:x"))[:-20],
        _calendar(_todo("SUMMARY:x")) + b"BEGIN:VCALENDAR\r\n",
        _calendar("BEGIN:VTODO", "SUMMARY:x", "END:VEVENT"),
        _calendar("BEGIN:VTODO", "SUMMARY:x"),
        _calendar("END:VTODO"),
        _calendar(*["BEGIN:VTODO"] * 20, *["END:VTODO"] * 20),
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".encode("utf-16"),
    ],
)
def test_what_is_no_calendar_is_refused_before_any_row(content: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^The (file|calendar) .*\.$"):
        formats.read("ics", content)
