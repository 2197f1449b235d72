"""What is written in a format and read again is the same, whatever is in it; and no more is in memory than needs be."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskward.tasks.formats import formats
from taskward.tasks.formats.records import MEMBERS, Record
from tests.support.task_records import file_of, read_well, record, records
from tests.support.template import ROOT


@pytest.mark.parametrize("file_format", formats.FORMATS)
@given(written=st.lists(records(), max_size=4, unique_by=lambda each: each["id"]))
@settings(max_examples=100, deadline=None)
def test_what_was_written_is_read_as_it_was(file_format: str, written: list[Record]) -> None:
    assert read_well(file_format, file_of(file_format, *written)) == written


@pytest.mark.parametrize("file_format", formats.FORMATS)
def test_nothing_is_taken_for_what_is_empty(file_format: str) -> None:
    written = [
        record(id="1", description=None),
        record(id="2", description=""),
        record(id="3", description="'"),
        record(id="4", description="''"),
        record(id="5", order=0, tags=[]),
    ]
    assert read_well(file_format, file_of(file_format, *written)) == written


@pytest.mark.parametrize("file_format", formats.FORMATS)
def test_a_file_of_no_tasks_is_one(file_format: str) -> None:
    assert read_well(file_format, file_of(file_format)) == []


@pytest.mark.parametrize("file_format", formats.FORMATS)
def test_numbers_stay_numbers(file_format: str) -> None:
    written = [record(id=str(order), order=order) for order in (0, -3, 2.5, 1e22, 1.7e12, -1e-7, 2**53 - 1)]
    read = read_well(file_format, file_of(file_format, *written))
    assert [each["order"] for each in read] == [each["order"] for each in written]


@pytest.mark.parametrize("file_format", formats.FORMATS)
def test_a_record_has_exactly_its_members(file_format: str) -> None:
    assert [tuple(each) for each in read_well(file_format, file_of(file_format, record()))] == [MEMBERS]


@pytest.mark.parametrize("file_format", formats.FORMATS)
def test_a_file_is_written_as_its_records_come(file_format: str) -> None:
    taken = 0

    def coming() -> Iterator[Record]:
        nonlocal taken
        for taken in range(1, 101):
            yield record(id=str(taken))

    chunks = formats.written(file_format, coming())
    for number in range(101):
        next(chunks)
        assert taken <= number


@pytest.mark.parametrize("file_format", formats.FORMATS)
def test_rows_are_made_one_by_one(file_format: str) -> None:
    """Were all rows there at once, they would take as much again as the text that they are read from."""
    content = file_of(file_format, *(record(id=str(number), description="x" * 4000) for number in range(150)))
    next(formats.read(file_format, file_of(file_format, record())))
    tracemalloc.start()
    try:
        assert sum(1 for _ in formats.read(file_format, content)) == 150
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1.5 * len(content)


@pytest.mark.parametrize("file_format", formats.FORMATS)
def test_the_same_file_gives_the_same_ids_whichever_rows_are_equal(file_format: str) -> None:
    written = [record(id=str(number), title=title) for number, title in enumerate(["a", "b", "a", "a"])]
    content = file_of(file_format, *written)
    for number in range(4):
        content = _WITHOUT_ID[file_format](content, number)
    first, second = read_well(file_format, content), read_well(file_format, content)
    assert first == second
    assert len({each["id"] for each in first}) == 4
    assert [each["title"] for each in first] == ["a", "b", "a", "a"]


_WITHOUT_ID = {
    "json": lambda content, number: content.replace(f'"id":"{number}",'.encode(), b""),
    "csv": lambda content, number: content.replace(f"\r\n{number},".encode(), b"\r\n,"),
    "ics": lambda content, number: content.replace(f"UID:{number}\r\n".encode(), b""),
}


@pytest.mark.parametrize("file_format", formats.FORMATS)
def test_an_id_that_stood_before_is_a_problem(file_format: str) -> None:
    rows = list(formats.read(file_format, file_of(file_format, record(), record(title="Another"), record(id="2"))))
    assert [[each.field for each in row.problem] for row in rows] == [[], ["id"], []]


_LOADED = """
import sys
from taskward.tasks.formats import formats
for name in ("json", "csv"):
    list(formats.read(name, b"".join(formats.written(name, []))))
list(formats.read("todoist", b"TYPE,CONTENT"))
print([name for name in ("icalendar", "dateutil") if name in sys.modules])
"""


def test_only_calendars_load_the_package_for_them() -> None:
    folder = ROOT / "layers" / "taskward"
    done = subprocess.run([sys.executable, "-c", _LOADED], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_format_that_there_is_not_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        formats.written("xml", [])
    with pytest.raises(KeyError):
        formats.read("xml", b"")


def test_each_format_that_is_written_has_a_media_type() -> None:
    assert set(formats.MEDIA_TYPES) == set(formats.FORMATS)
    assert set(formats.FORMATS) < set(formats.IMPORT_FORMATS)
