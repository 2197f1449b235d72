"""Tasks as JSON: the documents that are taken, and those that are not."""

import json
from typing import Any

import pytest

from taskward.tasks.formats import formats
from taskward.tasks.formats.records import MAX_ID, UnreadableError
from tests.support.task_records import file_of, problems_of, read_well, record


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_our_own_document_says_what_it_is() -> None:
    assert json.loads(file_of("json", record())) == {"format": "taskward-tasks", "version": 1, "tasks": [record()]}


def test_other_members_of_the_document_may_stand_anywhere() -> None:
    document = {"made": {"by": [1, 2]}, "tasks": [record()], "at": None, "version": 1, "format": "taskward-tasks"}
    assert read_well("json", _json(document)) == [record()]


@pytest.mark.parametrize("around", ["[{}]", " \r\n\t[ {} ] \n", "\ufeff[{}]"])
def test_a_bare_array_is_taken(around: str) -> None:
    assert read_well("json", around.replace("{}", json.dumps(record())).encode()) == [record()]


def test_an_array_as_the_service_shows_it_is_taken_without_what_is_only_shown() -> None:
    shown = record(order=1) | {
        "url": "https://tasks.example/api/tasks/1",
        "version": 3,
        "updated_at": "2026-11-20T10:00:00.000000Z",
        "deleted_at": None,
        "subtasks": {"open": 1, "completed": 2},
        "anything": ["else"],
    }
    assert read_well("json", _json([shown])) == [record(order=1)]


def test_the_export_of_an_account_is_taken_without_its_deleted_tasks() -> None:
    export = {
        "format": "taskward-export",
        "version": 1,
        "account": {"email": "ada@example.com"},
        "events": [{"type": "signed_in"}] * 3,
        "tasks": [
            record(id="1") | {"deleted_at": None},
            record(id="2") | {"deleted_at": "2026-11-20T10:00:00.000000Z"},
            record(id="3"),
        ],
    }
    rows = list(formats.read("json", _json(export)))
    assert [(row.number, row.record and row.record["id"]) for row in rows] == [(1, "1"), (3, "3")]


def test_deleted_tasks_that_somebody_put_into_a_list_are_taken() -> None:
    trashed = record() | {"deleted_at": "2026-11-20T10:00:00.000000Z"}
    assert read_well("json", _json([trashed])) == [record()]


def test_a_title_is_enough_and_null_is_nothing() -> None:
    bare: dict[str, Any] = {"title": "Pay rent"}
    found = read_well("json", _json([bare, bare | dict.fromkeys(["completed", "priority", "tags", "repeat_from"])]))
    assert [each | {"id": "1"} for each in found] == [record(), record()]


def test_what_is_readable_but_not_valid_is_left_to_the_model() -> None:
    wrong = record(title=5, completed="yes", tags="home", due=["x"], repeat="daily", order="first", priority={})
    assert read_well("json", _json([wrong])) == [wrong]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("title", None),
        ("id", 1.5),
        ("id", True),
        ("id", ["1"]),
        ("id", "x" * (MAX_ID + 1)),
        ("parent_id", {"id": "1"}),
        ("parent_id", "\ud800"),
        ("created_at", "yesterday"),
        ("created_at", "2026-11-20"),
        ("created_at", "2026-11-20T10:00:00"),
        ("created_at", "2026-13-20T10:00:00Z"),
        ("created_at", "0001-01-01T00:00:00+14:00"),
        ("completed_at", 1795000000),
    ],
)
def test_a_member_that_cannot_be_read_is_named(member: str, value: Any) -> None:
    assert problems_of("json", _json([record(), record(id="2") | {member: value}])) == {2: [member]}


def test_what_is_no_object_is_no_task() -> None:
    rows = list(formats.read("json", b'[null, 1, "x", [], {"title": "Pay rent"}]'))
    assert [row.record is None for row in rows] == [True, True, True, True, False]
    assert [row.problem[0].field for row in rows[:4]] == ["task"] * 4


def test_ids_may_be_numbers() -> None:
    found = read_well("json", _json([record(id=7), record(id=8, parent_id=7)]))
    assert [(each["id"], each["parent_id"]) for each in found] == [("7", None), ("8", "7")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000000Z"),
        ("2026-11-20t10:00:00.5z", "2026-11-20T10:00:00.500000Z"),
        ("2026-11-20 10:00:00.123456789+02:00", "2026-11-20T08:00:00.123456Z"),
        ("2026-11-20T23:30-05:00", "2026-11-21T04:30:00.000000Z"),
    ],
)
def test_times_are_brought_into_the_form_of_the_service(given: str, kept: str) -> None:
    assert read_well("json", _json([record(created_at=given)]))[0]["created_at"] == kept


_NO_TASKS = [
    b"{}",
    b"null",
    b'"tasks"',
    b"7",
    b'{"tasks": []}',
    b'{"format": "taskward-tasks", "version": 1}',
    b'{"format": "taskward-tasks", "version": 1, "tasks": {}}',
    b'{"format": "taskward-tasks", "version": 2, "tasks": []}',
    b'{"format": "taskward-tasks", "tasks": []}',
    b'{"format": "another", "version": 1, "tasks": []}',
    b'{"format": ["taskward-tasks"], "version": 1, "tasks": []}',
]
_NO_JSON = [
    b"",
    b" ",
    b"title,due\r\n",
    b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    b"[",
    b"[{}",
    b"[{},",
    b"[{},]",
    b"[{} {}]",
    b"[]]",
    b"[] x",
    b"[NaN]",
    b"[-Infinity]",
    b'["\xff"]',
    "[]".encode("utf-16"),
    b'["a\nb"]',
    b"[" + b"9" * 5000 + b"]",
    b'{"format"}',
    b'{"format" "x"}',
    b'{7: 1, "format": "taskward-tasks", "version": 1, "tasks": []}',
    b'{"format": "taskward-tasks", "version": 1, "tasks": [], "tasks": []}',
    b'{"format": "taskward-tasks", "version": 1, "tasks": []',
    b'{"format": "taskward-tasks", "version": 1, "tasks": [],}',
]


@pytest.mark.parametrize("content", _NO_TASKS + _NO_JSON)
def test_what_is_no_such_document_is_refused_before_any_row(content: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^The file .*\.$"):
        formats.read("json", content)


def test_a_document_that_ends_in_the_middle_is_refused_before_any_row() -> None:
    content = file_of("json", *(record(id=str(number)) for number in range(5)))
    for end in range(len(content) - 2):
        with pytest.raises(UnreadableError):
            formats.read("json", content[:end])
