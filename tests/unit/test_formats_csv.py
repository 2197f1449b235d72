"""Tasks as a table: the columns, what spreadsheets make of them, and what is refused."""

import csv
import io

import pytest
from hypothesis import given, settings

from taskward.tasks.formats import formats
from taskward.tasks.formats.records import MEMBERS, Record, UnreadableError
from tests.support.task_records import file_of, problems_of, read_well, record, records


def _cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_a_table_has_a_header_and_ends_its_rows_as_rfc_4180_has_it() -> None:
    content = file_of("csv", record(title='Say "hi", twice'))
    assert content.startswith(b"id,title,description,completed,")
    assert _cells(content)[0] == list(MEMBERS)
    assert b'\r\n1,"Say ""hi"", twice",,false,' in content
    assert content.endswith(b"\r\n")
    assert content.count(b"\r\n") == content.count(b"\n") == 2


@given(written=records())
@settings(max_examples=200, deadline=None)
def test_no_cell_begins_as_a_formula_does(written: Record) -> None:
    for cell in _cells(file_of("csv", written))[1]:
        assert cell[:1] not in {*"=+-@\t\r\n\0"}


@pytest.mark.parametrize("first", [*"=+-@\t\r\n\0", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_cell_that_would_be_a_formula_has_an_apostrophe_before_it(first: str) -> None:
    """ASVS 1.2.10, and what spreadsheets in East Asia take for the signs that it names."""
    title = f'{first}HYPERLINK("https://evil.example")'
    assert _cells(file_of("csv", record(title=title)))[1][1] == f"'{title}"
    assert read_well("csv", file_of("csv", record(title=title))) == [record(title=title)]


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ("'=1+1", "=1+1"),
        ("''=1+1", "'=1+1"),
        ("''", "'"),
        ("'", ""),
        ("'Twas the night", "'Twas the night"),
        ("''Twas", "'Twas"),
        ("=1+1", "=1+1"),
        ("a'=1", "a'=1"),
    ],
)
def test_one_apostrophe_is_taken_away_where_one_was_put(cell: str, title: str) -> None:
    assert read_well("csv", f"title\r\n{cell}\r\n".encode())[0]["title"] == title


def test_a_title_is_enough_and_columns_stand_in_any_order() -> None:
    found = read_well("csv", b"due,Title ,colour,TAGS\n2026-12-24,Wrap,red,home\n,Rest,,\n")
    assert [each | {"id": "1"} for each in found] == [
        record(title="Wrap", due="2026-12-24", tags=["home"]),
        record(title="Rest"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbftitle,due\r\nWrap,2026-12-24\r\n",
        b"title,due\nWrap,2026-12-24",
        b"title,due\rWrap,2026-12-24\r",
        b"title;due\r\nWrap;2026-12-24\r\n",
        b"title\tdue\r\nWrap\t2026-12-24\r\n",
        b'"title","due"\r\n"Wrap","2026-12-24"\r\n',
        b"title,due,\r\nWrap,2026-12-24,\r\n",
        b"title,due\r\n\r\n,\r\nWrap,2026-12-24\r\n\r\n",
    ],
)
def test_tables_of_other_programs_are_taken(content: bytes) -> None:
    [found] = read_well("csv", content)
    assert (found["title"], found["due"]) == ("Wrap", "2026-12-24")


def test_rows_are_numbered_as_they_stand_below_the_header() -> None:
    rows = formats.read("csv", b'title\r\nOne\r\n\r\n"Three\r\nin lines"\r\nFour\r\n')
    assert [row.number for row in rows] == [1, 3, 4]


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("home", ["home"]),
        ("home, work", ["home", "work"]),
        ("home,work", ["home", "work"]),
        (" home ,, work ,", ["home", "work"]),
        (r"salt\, pepper", ["salt, pepper"]),
        (r"C:\temp, a\\b", [r"C:\temp", r"a\b"]),
        (r"\ home\ ", [" home "]),
        ("\\", ["\\"]),
        (" , ", []),
    ],
)
def test_tags_stand_between_commas(cell: str, tags: list[str]) -> None:
    table = io.StringIO()
    csv.writer(table).writerows([["title", "tags"], ["Wrap", cell]])
    assert read_well("csv", table.getvalue().encode())[0]["tags"] == tags


@pytest.mark.parametrize(
    ("cell", "completed"),
    [("true", True), ("TRUE", True), ("yes", True), ("1", True), ("false", False), ("No", False), ("0", False)],
)
def test_whether_it_is_completed_may_be_said_in_some_ways(cell: str, completed: bool) -> None:
    assert read_well("csv", f"title,completed\nWrap,{cell}\n".encode())[0]["completed"] is completed


def test_words_may_be_written_in_capitals() -> None:
    [found] = read_well("csv", b"title,priority,repeat_from\nWrap,High,Completion\n")
    assert (found["priority"], found["repeat_from"]) == ("high", "completion")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("completed", "maybe"),
        ("order", "first"),
        ("order", "1_000"),
        ("order", "nan"),
        ("order", "1" * 5000),
        ("created_at", "yesterday"),
        ("completed_at", "2026-11-20"),
        ("id", "x" * 1001),
        ("parent_id", "x" * 1001),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(column: str, cell: str) -> None:
    assert problems_of("csv", f"title,{column}\nWrap,\nWrap,{cell}\n".encode()) == {2: [column]}


def test_a_row_without_a_title_or_with_cells_beyond_the_columns_is_named() -> None:
    assert problems_of("csv", b"title,due\nWrap\n,2026-12-24\nWrap,,more\nWrap,,,\n") == {2: ["title"], 3: ["row"]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"[]",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"name,due\r\nWrap,\r\n",
        b"title,due,due\r\nWrap,,\r\n",
        b"title|due\r\n",
        "title\r\nWrap\r\n".encode("utf-16"),
        "title\r\nBûche\r\n".encode("latin-1"),
        b'title\r\n"Wrap\r\n',
        b'title\r\nWrap\r\n"Wrap" it\r\n',
        b"title\r\n" + b"x" * 200_000 + b"\r\n",
    ],
)
def test_what_is_no_such_table_is_refused_before_any_row(content: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^(The f|Two c).*\.$"):
        formats.read("csv", content)
