"""Files that are made to be hard to read: the work stays in proportion to their size, and so does the memory."""

import json
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from taskward.tasks.formats import formats
from taskward.tasks.formats.records import Row, UnreadableError

MEGABYTE = 1_000_000

# Reading takes a fraction of it here; what grows with the square of the size would take minutes.
MOST_SECONDS = 10.0


def _read(file_format: str, content: bytes) -> list[Row]:
    """The rows of a file, within the time that its size allows; none when it is refused."""
    began = time.process_time()
    try:
        return list(formats.read(file_format, content))
    except UnreadableError:
        return []
    finally:
        assert time.process_time() - began < MOST_SECONDS


def _calendar(*lines: bytes) -> bytes:
    return b"\r\n".join([b"BEGIN:VCALENDAR", b"BEGIN:VTODO", b"SUMMARY:x", *lines, b"END:VTODO", b"END:VCALENDAR", b""])


_NESTED = 200_000

REFUSED = {
    "arrays in arrays": ("json", b"[" * _NESTED + b"]" * _NESTED),
    "arrays in a task": ("json", b'[{"title":' + b"[" * _NESTED + b"]" * _NESTED + b"}]"),
    "objects in objects": ("json", b'{"a":' * _NESTED + b"1" + b"}" * _NESTED),
    "objects beside the tasks": ("json", b'{"x":' + b'{"a":' * _NESTED + b"1" + b"}" * _NESTED + b',"tasks":[]}'),
    "a number of five million digits": ("json", b"[" + b"9" * (5 * MEGABYTE) + b"]"),
    "an unended text": ("json", b'["' + b"x" * (5 * MEGABYTE)),
    "an unended text of backslashes": ("json", b'["' + b"\\" * (5 * MEGABYTE)),
    "nothing but space": ("json", b" " * (5 * MEGABYTE)),
    "a header of five million cells": ("csv", b"," * (5 * MEGABYTE)),
    "a row of five million cells": ("csv", b"title\r\n" + b"," * (5 * MEGABYTE)),
    "a cell of five megabytes": ("csv", b"title\r\n" + b"x" * (5 * MEGABYTE)),
    "a cell of five megabytes in lines": ("csv", b'title\r\n"' + b"xxxxxxx\r\n" * (MEGABYTE // 2)),
    "a quote that never ends": ("csv", b'title\r\n"' + b"x\r\n" * 40_000),
    "a column twice among many": ("csv", b"title," + b"a," * 100_000),
    "bytes that are no text in the middle": ("csv", b"title\r\n" + b"x\r\n" * MEGABYTE + b"\xff\r\n"),
    "components in components": ("ics", b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VTODO\r\n" * _NESTED),
    "ends without beginnings": ("ics", b"END:VTODO\r\n" * _NESTED),
    "one line of five megabytes": ("ics", b"BEGIN:VCALENDAR" + b"x" * (5 * MEGABYTE)),
    "line breaks alone": ("ics", b"\r\n" * (2 * MEGABYTE)),
    "a table of five million types": ("todoist", b"TYPE,CONTENT\r\n" + b"task" * MEGABYTE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_in_time(name: str) -> None:
    assert _read(*REFUSED[name]) == []


BROKEN = {
    "a title of five megabytes": _calendar(b"SUMMARY:" + b"x" * (5 * MEGABYTE)),
    "a title of five megabytes in folds": _calendar(b"SUMMARY:" + b"x\r\n " * MEGABYTE),
    "folds of nothing": _calendar(b"DESCRIPTION:" + b"\r\n " * MEGABYTE + b"\xff"),
    "parameters": _calendar(b"DUE" + b";A=B" * 45_000 + b":20261201"),
    "parameters without an end": _calendar(*[b"DUE" + b";A=B" * 45_000] * 20),
    "values of a parameter": _calendar(b"DUE;TZID=" + b"A," * 90_000 + b":20261201T090000"),
    "quotes": _calendar(b"DUE;TZID=" + b'"' * 199_001 + b":20261201T090000"),
    "a zone of many parts": _calendar(b"DUE;TZID=" + b"/a" * 90_000 + b":20261201T090000"),
    "space at the ends of parameters": _calendar(b"DUE; VALUE = DATE" + b" " * 150_000 + b":20261201"),
    "rules": _calendar(*[b"RRULE:FREQ=DAILY"] * 100_000),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_task_that_cannot_be_taken_is_refused_in_time(name: str) -> None:
    [row] = _read("ics", BROKEN[name])
    assert row.problem


TAKEN = {
    "many properties that say nothing": _calendar(b"X-A;X=Y:" + b"z" * 60, *[b"X-A:" + b"z" * 60] * 50_000),
    "a property of five megabytes that says nothing": _calendar(b"ATTACH:" + b"x" * (5 * MEGABYTE)),
    "many descriptions": _calendar(*[b"DESCRIPTION:" + b"\\" * 1000] * 1000),
    "many tags": _calendar(*[b"CATEGORIES:" + b"a," * 1000] * 500),
    "many parents": _calendar(*[b"RELATED-TO;RELTYPE=SIBLING:x"] * 20_000),
    "an alarm of five megabytes": _calendar(b"BEGIN:VALARM", b"SUMMARY:" + b"x" * (5 * MEGABYTE), b"END:VALARM"),
    "many alarms": _calendar(*[b"BEGIN:VALARM\r\nSUMMARY:x\r\nEND:VALARM"] * 50_000),
    "line breaks": _calendar(b"\r\n" * MEGABYTE),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_says_nothing_of_a_task_costs_little(name: str) -> None:
    [row] = _read("ics", TAKEN[name])
    assert row.problem == ()
    assert row.record is not None
    assert row.record["title"] == "x"


def test_many_zones_that_nobody_uses_cost_little() -> None:
    zone = b"BEGIN:VTIMEZONE\r\nTZID:a\r\nX-LIC-LOCATION:/a/b/c\r\nEND:VTIMEZONE\r\n"
    content = b"BEGIN:VCALENDAR\r\n" + zone * 50_000 + _calendar().removeprefix(b"BEGIN:VCALENDAR\r\n")
    assert len(_read("ics", content)) == 1


def test_many_tasks_below_each_other_in_todoist_cost_little() -> None:
    rows = "".join(f"task,a,,4,{1 + number % 9},,,,,,,\n" for number in range(20_000))
    header = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,UNIT\n"
    found = _read("todoist", (header + rows).encode())
    assert len({row.record["id"] for row in found if row.record}) == 20_000


def test_much_space_in_a_title_of_todoist_costs_little() -> None:
    content = b"TYPE,CONTENT\r\n" + (b"task,x" + b" " * 100_000 + b"@\r\n") * 40
    assert len(_read("todoist", content)) == 40


def test_many_comments_on_one_task_in_todoist_cost_little() -> None:
    [row] = _read("todoist", b"TYPE,CONTENT\r\ntask,a\r\n" + b"note,xxxxxxxx\r\n" * 300_000)
    assert row.record is not None
    assert len(row.record["description"]) > MEGABYTE


def test_text_of_five_megabytes_in_json_is_left_to_the_model() -> None:
    [row] = _read("json", b'[{"title": "' + b"x" * (5 * MEGABYTE) + b'"}]')
    assert row.problem == ()


def test_a_row_of_very_many_cells_takes_no_more_than_the_line_is_long() -> None:
    content = b"title\r\n" + b"," * (50 * MEGABYTE)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError):
            formats.read("csv", content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16 * MEGABYTE


def _fuzz() -> Iterator[bytes]:
    """Every way to cut a small file of each kind short, and to put one byte in place of another."""
    whole = [
        json.dumps({"format": "taskward-tasks", "version": 1, "tasks": [{"title": "a", "order": 1}]}).encode(),
        b'title,tags,completed\r\n"a",\'b,yes\r\n',
        _calendar(b"DUE;TZID=Europe/Paris:20261201T090000", b"RRULE:FREQ=DAILY", b"CATEGORIES:a,b"),
        b"TYPE,CONTENT,DATE\r\ntask,a @b,every 2 days at 9am\r\nnote,c\r\n",
    ]
    for content in whole:
        for place in range(len(content)):
            yield content[:place]
            yield from (content[:place] + bytes([byte]) + content[place + 1 :] for byte in b'\x00\xff\n"\\9;=')


def test_nothing_but_a_refusal_comes_of_a_damaged_file() -> None:
    for content in _fuzz():
        for file_format in formats.IMPORT_FORMATS:
            for row in _read(file_format, content):
                assert row.record is not None or row.problem
