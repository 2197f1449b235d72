"""Tasks from files, against a database: each once, in its place or refused by name, whatever was there before."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError

from taskward import clock as clocks
from taskward.errors import InvalidRequestError
from taskward.storage import connection_of
from taskward.tasks import importing, quota, service
from taskward.tasks.errors import TooManyTasksError
from taskward.tasks.formats.records import Record, Row, identified
from taskward.tasks.importing import Report, take_in
from taskward.tasks.list_queries import parsed
from taskward.tasks.lists import page
from taskward.tasks.models import facts
from taskward.tasks.tables import TaskItem
from taskward.tasks.usage_tables import UsageItem
from tests.conftest import Clock
from tests.support import forest
from tests.support.racing import all_at_once
from tests.support.task_records import record
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def me() -> str:
    """Somebody who has no tasks."""
    return str(uuid.uuid4())


def rows(*records: Record) -> list[Row]:
    """The rows of a file that has these records."""
    return list(identified(Row(number, each) for number, each in enumerate(records, 1)))


def named(*titles: str, **members: Any) -> list[Record]:
    """Records that have their titles for ids."""
    return [record(id=title, title=title, **members) for title in titles]


def below(title: str, parent: str | None, **members: Any) -> Record:
    """A record of a subtask."""
    return record(id=title, title=title, parent_id=parent, **members)


def by_title(user_id: str) -> dict[str, TaskItem]:
    """All tasks of a user that are not deleted for good."""
    assert forest.faults(user_id) == []
    return {task.title: task for task in forest.stored(user_id).values() if task.title}


def refusals(report: Report) -> dict[int, list[str]]:
    """Of each refused row the fields at fault."""
    return {each["row"]: [error["field"] for error in each["errors"]] for each in report.refusals}


def counts(report: Report) -> tuple[int, int, int]:
    """How many tasks were made, how many were there, how many rows were refused."""
    assert report.rows == report.created + report.existing + report.refused
    return report.created, report.existing, report.refused


def listed(user_id: str) -> list[str]:
    """The titles in the list that somebody sees, the newest first."""
    return [task.title for task in page(user_id, parsed({}, utc), 100, None).tasks]


# --- Once, and once only ---


def test_a_file_that_comes_again_makes_nothing_and_changes_nothing(me: str) -> None:
    file = rows(*named("a", "b", "c"), below("d", "a"))
    assert counts(take_in(me, file)) == (4, 0, 0)
    before = [facts(task) for task in by_title(me).values()]
    assert counts(take_in(me, file)) == (0, 4, 0)
    assert [facts(task) for task in by_title(me).values()] == before


def test_a_task_that_was_changed_since_stays_as_it_is_now(me: str) -> None:
    file = rows(*named("a", "b"))
    take_in(me, file)
    service.patch(me, by_title(me)["a"].task_id, {"title": "mine"}, utc)
    assert counts(take_in(me, file)) == (0, 2, 0)
    assert by_title(me).keys() == {"mine", "b"}


def test_what_is_in_the_trash_is_there_and_what_was_deleted_for_good_is_not(me: str, clock: Clock) -> None:
    file = rows(*named("kept", "trashed", "purged"))
    take_in(me, file)
    tasks = by_title(me)
    service.delete(me, tasks["trashed"].task_id)
    service.delete(me, tasks["purged"].task_id, permanent=True)
    assert counts(take_in(me, file)) == (1, 2, 0)
    assert {title: task.state for title, task in by_title(me).items()} == {
        "kept": "open",
        "trashed": "trashed",
        "purged": "open",
    }
    # Not when its time there is over, though the database has not erased it yet.
    clock.advance(days=30)
    assert counts(take_in(me, file)) == (1, 2, 0)
    assert by_title(me)["trashed"].state == "open"


def test_a_task_that_is_made_again_is_a_later_version_of_itself(me: str) -> None:
    file = rows(*named("a", created_at="2026-01-02T03:04:05.000000Z"))
    take_in(me, file)
    service.delete(me, by_title(me)["a"].task_id, permanent=True)
    take_in(me, file)
    (task,) = by_title(me).values()
    assert (task.version, task.created_at) == (3, "2026-01-02T03:04:05.000000Z")
    assert task.expires_at is None
    assert task.deleted_at is None


def test_the_same_file_at_two_users_makes_tasks_of_their_own(me: str) -> None:
    you, file = str(uuid.uuid4()), rows(*named("a", "b"))
    assert [counts(take_in(user_id, file)) for user_id in (me, you)] == [(2, 0, 0)] * 2
    assert not {task.task_id for task in by_title(me).values()} & {task.task_id for task in by_title(you).values()}


def test_a_file_that_is_taken_in_five_times_at_once_doubles_nothing(me: str) -> None:
    file = rows(*named("a", "b", "c"), below("d", "a"), below("e", "d"))
    reports = all_at_once([lambda: take_in(me, file)] * 5)
    made = [report.created for report in reports if isinstance(report, Report)]
    assert (len(made), sum(made)) == (5, 5)
    assert by_title(me).keys() == set("abcde")


# --- What is taken in, and how ---


def test_a_task_has_all_that_its_record_says_and_stands_in_every_list(me: str) -> None:
    sent = record(
        id=str(uuid.uuid4()),
        title="Pay rent",
        description="\0 a\r\n",
        completed=True,
        completed_at="2026-02-03T04:05:06.000007Z",
        created_at="2026-01-02T03:04:05.000006Z",
        priority="high",
        due="2026-12-01T09:00:00",
        due_timezone="Europe/Paris",
        tags=["b", "a"],
        order=2.5,
        repeat="FREQ=MONTHLY",
        repeat_from="completion",
    )
    take_in(me, rows(sent))
    shown = facts(by_title(me)["Pay rent"])
    assert {name: shown[name] for name in sent} == sent
    assert (shown["version"], shown["deleted_at"]) == (1, None)
    for sort in ("created", "updated", "due", "order"):
        assert len(page(me, parsed({"sort": [sort]}, utc), 10, None).tasks) == 1


def test_tasks_without_a_time_are_made_in_the_order_of_their_file(me: str, clock: Clock) -> None:
    titles = [f"{number:02}" for number in range(30)]
    file = [*named(*titles), *(below(f"{title} below", "00") for title in titles)]
    take_in(me, rows(*file))
    assert [title for title in reversed(listed(me)) if "below" not in title] == titles
    assert [title for title in reversed(listed(me)) if "below" in title] == [f"{title} below" for title in titles]
    assert max(task.created_at for task in by_title(me).values()) <= clocks.rfc3339(clock.now())


def test_nothing_was_made_or_completed_in_the_future(me: str, clock: Clock) -> None:
    later = "2200-01-01T00:00:00.000000Z"
    take_in(me, rows(*named("a", created_at=later, completed=True, completed_at=later)))
    task = by_title(me)["a"]
    assert (task.created_at, task.completed_at) == (clocks.rfc3339(clock.now()),) * 2


def test_what_is_said_to_be_completed_without_a_time_was_completed_now(me: str, clock: Clock) -> None:
    take_in(me, rows(*named("a", completed=True)))
    assert by_title(me)["a"].completed_at == clocks.rfc3339(clock.now())


def test_a_completed_task_that_repeats_makes_no_next_one(me: str) -> None:
    take_in(me, rows(*named("a", completed=True, due="2026-01-01", repeat="FREQ=DAILY")))
    assert len(by_title(me)) == 1


# --- Trees ---


def test_subtasks_come_in_below_their_parents_wherever_these_stand_in_the_file(me: str) -> None:
    take_in(me, rows(below("c", "b"), below("b", "a"), *named("a"), below("d", "c")))
    tasks = by_title(me)
    parents = {title: task.parent_id for title, task in tasks.items()}
    assert parents == {"a": None, "b": tasks["a"].task_id, "c": tasks["b"].task_id, "d": tasks["c"].task_id}


def test_subtasks_come_in_below_a_task_that_was_there_before(me: str) -> None:
    take_in(me, rows(*named("a"), below("b", "a")))
    assert counts(take_in(me, rows(below("c", "a"), below("d", "b"), below("e", "b")))) == (3, 0, 0)
    tasks = by_title(me)
    assert [tasks[title].parent_id for title in "cde"] == [tasks[title].task_id for title in "abb"]


def test_as_much_as_a_tree_holds_comes_in_and_no_more(me: str) -> None:
    file = rows(*named("top"), *(below(f"{number}", "top") for number in range(93)))
    expected = {number: ["parent_id"] for number in (92, 93, 94)}
    for dry_run in (True, False):
        report = take_in(me, file, dry_run=dry_run)
        assert (counts(report), refusals(report)) == ((91, 0, 3), expected)
    assert len(by_title(me)) == 91


def test_more_subtasks_than_a_tree_holds_are_refused_below_a_task_that_is_there(me: str) -> None:
    take_in(me, rows(*named("top")))
    file = rows(*(below(f"{number}", "top") for number in range(95)))
    report = take_in(me, file)
    assert (counts(report), list(refusals(report))) == ((90, 0, 5), [91, 92, 93, 94, 95])


def test_what_would_be_too_deep_is_refused_with_all_below_it(me: str) -> None:
    chain = [below(f"{level}", f"{level - 1}" if level > 1 else None) for level in range(1, 8)]
    for dry_run in (True, False):
        report = take_in(me, rows(*chain), dry_run=dry_run)
        assert refusals(report) == {6: ["parent_id"], 7: ["parent_id"]}
    assert by_title(me).keys() == {"1", "2", "3", "4", "5"}


@pytest.mark.parametrize(
    "of_file",
    [
        [below("a", "a")],
        [below("a", "b"), below("b", "a")],
        [below("a", "b"), below("b", "c"), below("c", "a"), below("d", "a")],
        [below("a", "nobody")],
        [record(id="a", title=""), below("b", "a")],
    ],
    ids=["itself", "two", "three and one below", "missing", "refused"],
)
def test_what_hangs_below_nothing_is_refused(of_file: list[Record], me: str) -> None:
    report = take_in(me, rows(*of_file, *named("x")))
    assert by_title(me).keys() == {"x"}
    assert set(refusals(report)) == set(range(1, len(of_file) + 1))


@pytest.mark.parametrize("permanent", [False, True])
def test_nothing_comes_in_below_a_deleted_task(permanent: bool, me: str) -> None:
    take_in(me, rows(*named("a")))
    service.delete(me, by_title(me)["a"].task_id, permanent=permanent)
    report = take_in(me, rows(below("b", "a")))
    assert refusals(report) == {1: ["parent_id"]}


# --- What is refused ---


def test_each_row_that_is_not_valid_is_named_with_its_fields_and_no_value(me: str) -> None:
    file = rows(
        *named("good"),
        record(id="1", title="x" * 201),
        record(id="2", title="x", due="2026-02-30", repeat="secret"),
        record(id="3", title="x", repeat="FREQ=DAILY"),
        record(id="4", title="x", tags=["a", "a"], due_timezone="Mars"),
        record(id="5", title="x", order=1e300, created_at="secret"),
    )
    report = take_in(me, file)
    assert counts(report) == (1, 0, 5)
    assert {row: sorted(fields) for row, fields in refusals(report).items()} == {
        2: ["title"],
        3: ["due", "repeat"],
        4: ["repeat"],
        5: ["due_timezone", "tags"],
        6: ["created_at", "order"],
    }
    assert "secret" not in str(report.refusals)


def test_a_report_names_so_many_rows_and_counts_the_others(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MAX_REFUSED", 3)
    report = take_in(me, rows(*(record(id=str(number), title="") for number in range(10))))
    assert (report.refused, [each["row"] for each in report.refusals]) == (10, [1, 2, 3])


def test_of_a_file_with_too_many_rows_nothing_is_taken_in(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MAX_ROWS", 3)
    with pytest.raises(InvalidRequestError) as refused:
        take_in(me, rows(*named("a", "b", "c", "d")))
    assert [error.field for error in refused.value.errors or []] == ["rows"]
    assert by_title(me) == {}
    assert take_in(me, rows(*named("a", "b", "c"))).created == 3


# --- Dry runs ---


def test_a_dry_run_tells_what_the_run_would_and_writes_nothing(me: str) -> None:
    take_in(me, rows(*named("a", "b")))
    before = [facts(task) for task in by_title(me).values()]
    file = rows(
        *named("a", "new"),
        below("c", "b"),
        below("d", "c"),
        below("e", "nobody"),
        record(id="f", title=""),
        below("g", "h"),
        below("h", "g"),
    )
    would_be = take_in(me, file, dry_run=True)
    assert [facts(task) for task in by_title(me).values()] == before
    assert take_in(me, file) == would_be
    assert counts(would_be) == (3, 1, 4)


# --- Room ---


def count_anew(user_id: str) -> None:
    """Have all tasks of a user be counted at the next look, by what is believed."""
    UsageItem(user_id, tasks=100, bytes=0, counted_at=0).save()


@pytest.fixture
def full(database: str, me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is room for five tasks, and two are there."""
    take_in(me, rows(*named("a", "b")))
    monkeypatch.setattr(quota, "MAX_TASKS", 5)
    count_anew(me)


@pytest.mark.usefixtures("full")
def test_what_there_is_no_room_for_is_refused_before_anything_is_written(me: str) -> None:
    with pytest.raises(TooManyTasksError):
        take_in(me, rows(*named("c", "d", "e", "f")))
    assert by_title(me).keys() == {"a", "b"}
    assert take_in(me, rows(*named("c", "d", "e", "f")), dry_run=True).created == 4


@pytest.mark.usefixtures("full")
def test_tasks_that_are_there_need_no_room(me: str) -> None:
    service.delete(me, by_title(me)["b"].task_id, permanent=True)
    assert counts(take_in(me, rows(*named("a", "b", "c", "d", "e")))) == (4, 1, 0)
    assert counts(take_in(me, rows(*named("a", "b", "c", "d", "e")))) == (0, 5, 0)
    count_anew(me)
    with pytest.raises(TooManyTasksError):
        take_in(me, rows(*named("a", "b", "c", "d", "e", "f")))


# --- Faults ---


@pytest.mark.parametrize("size", [1, 3], ids=["one by one", "a tree"])
def test_a_write_whose_answer_was_lost_is_counted_once(me: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file = rows(*named("a"), *(below(f"{number}", "a") for number in range(1, size)))
    operation = "put_item" if size == 1 else "transact_write_items"
    lost: list[int] = []
    genuine = getattr(Connection, operation)

    def write(*arguments: Any, **named_ones: Any) -> Any:
        answer = genuine(*arguments, **named_ones)
        if not lost:
            lost.append(1)
            raise PutError("failed", ReadTimeoutError(endpoint_url="https://dynamodb"))
        return answer

    def again(write: Callable[[], None]) -> None:
        # As the worker does, which has the time.
        try:
            write()
        except PutError:
            write()

    monkeypatch.setattr(Connection, operation, write)
    report = take_in(me, file, each=again)
    assert lost
    assert report.created + report.existing == size
    assert len(by_title(me)) == size


def test_a_file_costs_a_write_for_each_new_task_and_next_to_nothing_for_those_that_are_there(
    me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "note", lambda *_: None)
    called: list[str] = []
    client = connection_of(TaskItem).client
    genuine = client._make_api_call

    def call(operation: str, parameters: Any) -> Any:
        called.append(operation)
        return genuine(operation, parameters)

    monkeypatch.setattr(client, "_make_api_call", call)
    file = rows(*named(*"abcdefghij"))
    take_in(me, file)
    # The first is for the quota.
    assert called == ["GetItem", *["PutItem"] * 10]
    called.clear()
    assert take_in(me, file).existing == 10
    # The first is found to be there by the write that fails, all others by one request.
    assert called == ["GetItem", "PutItem", "GetItem", "BatchGetItem", "BatchGetItem"]
    called.clear()
    assert take_in(me, file, dry_run=True).existing == 10
    assert called == ["BatchGetItem"]
