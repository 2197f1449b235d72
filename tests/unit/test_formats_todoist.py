"""Tasks from Todoist: its rows, and the dates that people type."""

from datetime import date
from typing import Any

import pytest

from taskward.tasks.formats import formats, todoist_dates
from taskward.tasks.formats.records import Record, UnreadableError, empty
from tests.support.task_records import problems_of

# A Saturday.
TODAY = date(2026, 11, 21)

HEADER = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,DURATION_UNIT\n"


def _read(content: str) -> list[Record]:
    """The records of a file in which every row can be read, without their ids."""
    rows = list(formats.read("todoist", content.encode(), TODAY))
    assert [row.problem for row in rows] == [()] * len(rows)
    return [each.record | {"id": None} for each in rows if each.record is not None]


def _task(**members: Any) -> Record:
    return empty() | {"title": "Pay rent"} | members


def _dated(text: str, zone: str = "", language: str = "en") -> str:
    return f'{HEADER}task,Pay rent,,4,1,,,"{text}",{language},{zone},,None\n'


def test_a_project_as_todoist_exports_it_is_taken() -> None:
    content = (
        "\ufeff" + HEADER + "meta,view_style=list,,,,,,,,,,\n"
        ",,,,,,,,,,,\n"
        "section,Before the trip,,,,,,,,,,\n"
        "task,Renew the passport @papers,Bring photos,1,1,Ada (1),,Sep 15 2027 10:00,en,America/Sao_Paulo,90,minute\n"
        "note,The office closes at noon.,,,,Ada (1),,,,,,\n"
        'note,"On Fridays\nat eleven.",,,,Ada (1),,,,,,\n'
        "task,Book the flights,,2,1,Ada (1),,2027-09-20,en,America/Sao_Paulo,,None\n"
        ",,,,,,,,,,,\n"
        "section,,,,,,,,,,,\n"
        "task,Water the plants,,4,1,Ada (1),,every! 3 days,en,America/Sao_Paulo,,None\n"
        "note,All of them.,,,,Ada (1),,,,,,\n"
    )
    assert _read(content) == [
        _task(
            title="Renew the passport",
            description="Bring photos\n\nThe office closes at noon.\n\nOn Fridays\nat eleven.",
            priority="high",
            due="2027-09-15T10:00:00",
            due_timezone="America/Sao_Paulo",
            tags=["papers", "Before the trip"],
        ),
        _task(title="Book the flights", priority="medium", due="2027-09-20", tags=["Before the trip"]),
        _task(
            title="Water the plants",
            description="All of them.",
            due="2026-11-21",
            repeat="FREQ=DAILY;INTERVAL=3",
            repeat_from="completion",
        ),
    ]


def test_older_exports_have_fewer_columns_and_newer_ones_more() -> None:
    older = "TYPE,CONTENT,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG\ntask,Pay rent,3,1,,,1 Dec,en\n,,,,,,,\n"
    newer = "TYPE,CONTENT,IS_COLLAPSED,PRIORITY,DATE,DEADLINE,DEADLINE_LANG\ntask,Pay rent,1,3,,2026-12-01,en\n"
    assert _read(older) == _read(newer) == [_task(priority="low", due="2026-12-01")]


def test_a_date_comes_before_a_deadline() -> None:
    content = "TYPE,CONTENT,DATE,DEADLINE\ntask,Pay rent,2026-12-01,2026-12-24\n"
    assert _read(content)[0]["due"] == "2026-12-01"


def test_a_deadline_that_is_not_understood_is_named() -> None:
    assert problems_of("todoist", b"TYPE,CONTENT,DATE,DEADLINE\ntask,a,,someday\n", TODAY) == {1: ["DEADLINE"]}


def test_a_row_that_is_cut_short_is_as_if_the_rest_were_empty() -> None:
    assert _read("CONTENT,TYPE,DATE\nPay rent\nPay rent,task\n") == [_task()]


def test_comments_on_the_project_are_no_tasks() -> None:
    assert _read(HEADER + "note,About all of it,,,,,,,,,,\ntask,Pay rent,,4,1,,,,,,,\n") == [_task()]


@pytest.mark.parametrize(
    ("cell", "priority"), [("1", "high"), ("2", "medium"), ("3", "low"), ("4", "none"), ("", "none")]
)
def test_one_is_the_highest_priority_and_four_is_none(cell: str, priority: str) -> None:
    assert _read(f"{HEADER}task,Pay rent,,{cell},1,,,,,,,\n")[0]["priority"] == priority


@pytest.mark.parametrize(
    ("content", "title", "tags"),
    [
        ("Pay rent @home @money", "Pay rent", ["home", "money"]),
        ("@home Pay @money rent", "Pay rent", ["home", "money"]),
        ("Pay rent @home @home", "Pay rent", ["home"]),
        ("Write to ada@example.com", "Write to ada@example.com", []),
        ("Meet @ 5", "Meet @ 5", []),
        ("Two  spaces", "Two  spaces", []),
        ("Two  spaces @home", "Two  spaces", ["home"]),
        ("@home", "@home", ["home"]),
    ],
)
def test_labels_are_tags_and_not_part_of_the_title(content: str, title: str, tags: list[str]) -> None:
    assert _read(f"{HEADER}task,{content},,4,1,,,,,,,\n") == [_task(title=title, tags=tags)]


def test_a_section_is_a_tag_and_a_tag_has_fifty_characters() -> None:
    content = (
        f"{HEADER}section,{'s' * 60},,,,,,,,,,\ntask,Pay rent,,4,1,,,,,,,\nsection,s,,,,,,,,,,\ntask,b @s,,4,1,,,,,,,\n"
    )
    assert [each["tags"] for each in _read(content)] == [["s" * 50], ["s"]]


def _tree(content: str) -> list[tuple[str, str | None]]:
    """Titles of tasks and of those that they are below."""
    found = [row.record or {} for row in formats.read("todoist", content.encode(), TODAY)]
    titles = {each["id"]: each["title"] for each in found}
    assert len(titles) == len(found)
    return [(each["title"], titles[each["parent_id"]] if each["parent_id"] else None) for each in found]


def test_an_indent_puts_a_task_below_the_nearest_one_with_a_smaller_indent() -> None:
    indents = {"a": 1, "b": 2, "c": 3, "d": 3, "e": 2, "f": 4, "g": 1, "h": 5, "i": ""}
    content = HEADER + "".join(f"task,{title},,4,{indent},,,,,,,\n" for title, indent in indents.items())
    parents = ["a", "b", "b", "a", "e", None, "g", None]
    assert _tree(content) == list(zip(indents, [None, *parents], strict=True))


def test_a_section_ends_what_is_below_a_task() -> None:
    content = f"{HEADER}task,a,,4,1,,,,,,,\nsection,s,,,,,,,,,,\ntask,b,,4,2,,,,,,,\n"
    assert _tree(content) == [("a", None), ("b", None)]


def _ids(content: str) -> list[str]:
    return [(row.record or {})["id"] for row in formats.read("todoist", content.encode(), TODAY)]


def test_ids_come_from_the_titles_down_to_a_task_and_stay_when_the_rest_changes() -> None:
    rows = "task,a,,4,1,,,,,,,\ntask,b,,4,2,,,,,,,\ntask,a,,4,1,,,,,,,\ntask,b,,4,2,,,,,,,\ntask,b,,4,2,,,,,,,\n"
    ids = _ids(HEADER + rows)
    assert len(set(ids)) == 5
    assert _ids(HEADER + rows) == ids
    edited = rows.replace("task,b,,4,2,,,,,", "task,b @label,new,1,2,Ada,,2026-12-01,en,")
    assert _ids(HEADER + "section,s,,,,,,,,,,\n" + edited + "task,c,,4,2,,,,,,,\n")[:5] == ids
    assert set(_ids(HEADER + rows.replace("task,a", "task,A"))).isdisjoint(ids)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("project,Pay rent,,4,1,,,,,,,", "TYPE"),
        ("task,,,4,1,,,,,,,", "CONTENT"),
        ("task,Pay rent,,5,1,,,,,,,", "PRIORITY"),
        ("task,Pay rent,,high,1,,,,,,,", "PRIORITY"),
        ("task,Pay rent,,4,0,,,,,,,", "INDENT"),
        ("task,Pay rent,,4,deep,,,,,,,", "INDENT"),
        ("task,Pay rent,,4,1,,,someday,en,,,", "DATE"),
        ("task,Pay rent,,4,1,,,2026-02-30,en,,,", "DATE"),
        ("task,Pay rent,,4,1,,,jeden Tag,de,,,", "DATE"),
        ("task,Pay rent,,4,1,,,2026-12-01 10:00,en,GMT +1:00,,", "TIMEZONE"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(row: str, problem: str) -> None:
    content = f"{HEADER}task,a,,4,1,,,,,,,\n{row}\ntask,b,,4,1,,,,,,,\n"
    assert problems_of("todoist", content.encode(), TODAY) == {2: [problem]}
    assert len({(each.record or {}).get("id") for each in formats.read("todoist", content.encode(), TODAY)}) == 3


@pytest.mark.parametrize(
    ("text", "zone", "due"),
    [
        ("2026-12-01", "Europe/Paris", ("2026-12-01", None)),
        ("2026-12-01", "nowhere", ("2026-12-01", None)),
        ("2026-12-01 10:00", "Europe/Paris", ("2026-12-01T10:00:00", "Europe/Paris")),
        ("2026-12-01T10:00:00", "", ("2026-12-01T10:00:00", None)),
        ("2026-12-01T10:00:00.000000Z", "Europe/Paris", ("2026-12-01T11:00:00", "Europe/Paris")),
        ("2026-12-01T10:00:00Z", "", ("2026-12-01T10:00:00", "UTC")),
        ("2026-12-01T10:00:00-05:00", "", ("2026-12-01T15:00:00", "UTC")),
    ],
)
def test_a_time_is_on_the_clock_of_the_zone_beside_it_and_a_day_on_none(
    text: str, zone: str, due: tuple[str, str | None]
) -> None:
    [found] = _read(_dated(text, zone, language="de"))
    assert (found["due"], found["due_timezone"]) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Dec 1", "2026-12-01"),
        ("1 Dec", "2026-12-01"),
        ("1st of December", "2026-12-01"),
        ("december 1st, 2027", "2027-12-01"),
        ("1 Dec 2027", "2027-12-01"),
        ("Nov 21", "2026-11-21"),
        ("Nov 20", "2027-11-20"),
        ("Feb 29", "2028-02-29"),
        ("sept 5", "2027-09-05"),
        ("today", "2026-11-21"),
        ("Tomorrow", "2026-11-22"),
        ("in 3 days", "2026-11-24"),
        ("in 2 weeks", "2026-12-05"),
        ("Dec 1 2026 9:00", "2026-12-01T09:00:00"),
        ("Dec 1 9:00:30", "2026-12-01T09:00:30"),
        ("1 Dec  2026 at 9pm", "2026-12-01T21:00:00"),
        ("tomorrow @ 12:30 am", "2026-11-22T00:30:00"),
        ("today 12pm", "2026-11-21T12:00:00"),
        ("18:00", "2026-11-21T18:00:00"),
    ],
)
def test_a_day_is_understood_as_people_write_it_in_english(text: str, due: str) -> None:
    assert todoist_dates.read(text, "en", TODAY) == todoist_dates.When(due)


@pytest.mark.parametrize(
    ("text", "due", "repeat"),
    [
        ("every day", "2026-11-21", "FREQ=DAILY"),
        ("daily", "2026-11-21", "FREQ=DAILY"),
        ("ev day", "2026-11-21", "FREQ=DAILY"),
        ("every 2 weeks", "2026-11-21", "FREQ=WEEKLY;INTERVAL=2"),
        ("every other month", "2026-11-21", "FREQ=MONTHLY;INTERVAL=2"),
        ("every month", "2026-11-21", "FREQ=MONTHLY"),
        ("quarterly", "2026-11-21", "FREQ=MONTHLY;INTERVAL=3"),
        ("every 2 quarters", "2026-11-21", "FREQ=MONTHLY;INTERVAL=6"),
        ("every year", "2026-11-21", "FREQ=YEARLY"),
        ("every Monday", "2026-11-23", "FREQ=WEEKLY;BYDAY=MO"),
        ("every mon, thurs and Sat", "2026-11-21", "FREQ=WEEKLY;BYDAY=MO,TH,SA"),
        ("every other friday", "2026-11-27", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("every weekday", "2026-11-23", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every workday at 8:30", "2026-11-23T08:30:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every weekend", "2026-11-21", "FREQ=WEEKLY;BYDAY=SA"),
        ("every 15th", "2026-12-15", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("every 27", "2026-11-27", "FREQ=MONTHLY;BYMONTHDAY=27"),
        ("every 31st", "2026-12-31", "FREQ=MONTHLY;BYMONTHDAY=31"),
        ("every 15th, 1st", "2026-12-01", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("every last day of the month", "2026-11-30", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("every 3rd friday", "2026-12-18", "FREQ=MONTHLY;BYDAY=3FR"),
        ("every first monday at 9am", "2026-12-07T09:00:00", "FREQ=MONTHLY;BYDAY=1MO"),
        ("every last fri", "2026-11-27", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("every jan 27", "2027-01-27", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=27"),
        ("every 29 feb", "2028-02-29", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
        ("every morning", "2026-11-21T09:00:00", "FREQ=DAILY"),
        ("every evening", "2026-11-21T19:00:00", "FREQ=DAILY"),
        ("every day starting dec 1 until dec 31", "2026-12-01", "FREQ=DAILY;UNTIL=20261231"),
        ("every day until jan 5", "2026-11-21", "FREQ=DAILY;UNTIL=20270105"),
        ("every monday from 2026-12-01 at 10:00", "2026-12-07T10:00:00", "FREQ=WEEKLY;BYDAY=MO"),
        ("every tue at 8am starting on 1 dec 2026", "2026-12-01T08:00:00", "FREQ=WEEKLY;BYDAY=TU"),
    ],
)
def test_what_repeats_begins_on_the_first_day_that_fits(text: str, due: str, repeat: str) -> None:
    assert todoist_dates.read(text, "", TODAY) == todoist_dates.When(due, repeat)


@pytest.mark.parametrize("text", ["every! 3 days", "ev! 3 days", "after 3 days"])
def test_with_an_exclamation_mark_it_repeats_from_completion(text: str) -> None:
    assert todoist_dates.read(text, "en", TODAY) == todoist_dates.When(
        "2026-11-21", "FREQ=DAILY;INTERVAL=3", "completion"
    )


@pytest.mark.parametrize(
    "text",
    [
        "someday", "no date", "12/1", "12/1/2026", "1.12.2026", "monday", "next week", "dec", "dec 2026", "dec 32",
        "feb 30", "dec 1 1500", "2026-13-01", "2026-12-01T25:00", "today at 5", "today 13pm", "today 0am", "25:00",
        "every", "every hour", "every 0 days", "every 1000 days", "every foo", "every mon foo", "every 32nd",
        "every feb 30", "every 6th friday", "every day at 9", "every day for 3 weeks", "after monday", "every 15th foo",
        "every day until 2026-11-20", "every day starting someday", "tomorrow tomorrow", "٣ dec",
        "every " + "mon " * 100, "9" * 190, " " * 300 + "today",
    ],
)  # fmt: skip
def test_what_is_not_understood_or_not_only_in_one_way_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        todoist_dates.read(text, "en", TODAY)


@pytest.mark.parametrize("language", ["de", "fr", "ja"])
def test_only_english_and_iso_8601_are_understood(language: str) -> None:
    with pytest.raises(ValueError, match="Only English"):
        todoist_dates.read("every day", language, TODAY)


@pytest.mark.parametrize("content", ["", "title,due\nWrap,\n", "TYPE,DATE\ntask,\n", "{}"])
def test_what_is_no_export_of_todoist_is_refused_before_any_row(content: str) -> None:
    with pytest.raises(UnreadableError, match=r"^The first row .*\.$"):
        formats.read("todoist", content.encode(), TODAY)


def test_today_is_that_of_utc_where_nobody_says(clock: Any) -> None:
    [row] = formats.read("todoist", f"{HEADER}task,Pay rent,,4,1,,,today,en,,,\n".encode())
    assert (row.record or {})["due"] == clock.now().date().isoformat()
