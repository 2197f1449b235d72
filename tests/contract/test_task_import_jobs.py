"""Imports by the worker, against a database: to their end whatever happens on the way, and nothing twice."""

import json
import os
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError

from taskward.jobs import jobs, results
from taskward.jobs.jobs import Job
from taskward.tasks import importing, quota
from taskward.work import deletion, patience, task_import
from taskward.work.messages import TaskImport
from tests.support import aws, forest
from tests.support.holdings import delete_account, held, keys
from tests.support.people import registered

pytestmark = pytest.mark.usefixtures("database")

THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "back_off", lambda _: None)


@pytest.fixture
def me(database: str) -> str:
    """The id of somebody who has an account and no tasks."""
    return str(registered()[0].user_id)


class BrokenError(Exception):
    """What a test makes fail."""


def plenty() -> float:
    return 900


def csv_of(count: int) -> bytes:
    """A file of so many tasks."""
    return ("title,due\r\n" + "".join(f"Task {number},2026-12-01\r\n" for number in range(count))).encode()


def asked_for(user_id: str, content: bytes | None, *, dry_run: bool = False, file_format: Any = "csv") -> TaskImport:
    """What the worker is told of an import whose file is there, unless it is None."""
    job = jobs.new(user_id, "task_import")
    job.save()
    if content is not None:
        results.store(results.upload_key_of(user_id, job.job_id), content)
    return TaskImport(
        kind="task_import",
        user_id=user_id,
        job_id=job.job_id,
        format=file_format,
        dry_run=dry_run,
        today=date(2026, 3, 14),
    )


def job_of(message: TaskImport) -> Job:
    """Its job as it is now."""
    return jobs.get(message.user_id, message.job_id)


def report_of(message: TaskImport) -> Any:
    """Its report, which must be there."""
    job = job_of(message)
    assert job.state == "done"
    key = results.key_of(message.user_id, message.job_id)
    assert job.result_key == key
    text = aws.client("s3").get_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=key)["Body"].read()
    assert len(text) == job.result_bytes
    return json.loads(text)


def done(message: TaskImport) -> Any:
    """The report of an import that nothing comes in the way of."""
    task_import.run(message, plenty)
    return report_of(message)


def tasks_of(user_id: str) -> int:
    """How many tasks there are of somebody."""
    return len(forest.stored(user_id))


def after_puts(count: int, then: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have something happen, once, when so many tasks were written one by one."""
    genuine = Connection.put_item
    written: list[int] = []

    def put(*arguments: Any, **named: Any) -> Any:
        if len(written) == count:
            written.append(0)
            then()
        answer = genuine(*arguments, **named)
        written.append(0)
        return answer

    monkeypatch.setattr(Connection, "put_item", put)


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def test_a_file_is_taken_in_its_owner_is_told_and_the_file_is_gone(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_import, "ADVANCE_EVERY", 10)
    seen: list[tuple[str, int]] = []
    genuine = jobs.advance

    def advance(job: Job) -> None:
        genuine(job)
        seen.append((job_of(message).state, int(job_of(message).progress)))

    monkeypatch.setattr(jobs, "advance", advance)
    message = asked_for(me, csv_of(25))
    report = done(message)
    assert report | {"rows": 25, "created": 25, "refused": 0, "problem": None} == report
    assert seen == [("running", 10), ("running", 20)]
    assert (job_of(message).progress, tasks_of(me)) == (25, 25)
    assert keys("list_objects_v2", "Contents") == [results.key_of(me, message.job_id)]


def test_a_dry_run_writes_a_report_and_nothing_else(me: str) -> None:
    before = held(me).get("tasks")
    report = done(asked_for(me, csv_of(5), dry_run=True))
    assert (report["created"], report["dry_run"], held(me).get("tasks")) == (5, True, before)


@pytest.mark.parametrize(
    "content",
    [None, b"colour\r\nred\r\n", b"title\r\nCaf\xe9\r\n", b"", csv_of(11)],
    ids=["missing", "no such format", "not UTF-8", "empty", "too many rows"],
)
def test_a_file_that_cannot_be_taken_in_has_a_report_that_says_why(
    content: bytes | None, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_ROWS", 10)
    report = done(asked_for(me, content))
    assert report.keys() == {"format", "dry_run", "problem"}
    assert len(report["problem"]) > 20
    assert report["problem"].endswith(".")
    assert tasks_of(me) == 0


def test_a_file_larger_than_its_form_lets_through_is_not_read(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = asked_for(me, csv_of(100))
    size = len(csv_of(100))
    monkeypatch.setattr(results, "MAX_UPLOAD_BYTES", size - 1)
    assert "uploaded" in done(message)["problem"]
    monkeypatch.setattr(results, "MAX_UPLOAD_BYTES", size)
    assert done(asked_for(me, csv_of(100)))["created"] == 100


def test_what_there_is_no_room_for_is_told(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "MAX_TASKS", 10)
    assert "trash" in done(asked_for(me, csv_of(11)))["problem"]
    assert tasks_of(me) == 0


@pytest.mark.parametrize("file_format", ["json", "csv", "ics", "todoist"])
def test_a_file_of_garbage_is_told_of_in_every_format(file_format: str, me: str) -> None:
    report = done(asked_for(me, b"\xff\xfe\x00garbage" * 100, file_format=file_format))
    assert report["problem"]


# --- What happens on the way ---


def test_a_worker_that_runs_out_of_time_is_followed_by_one_that_goes_on(
    me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, left = asked_for(me, csv_of(30)), [True]
    with monkeypatch.context() as patch:
        after_puts(12, left.clear, patch)
        with pytest.raises(patience.OutOfTimeError):
            task_import.run(message, lambda: 900 if left else 1)
    assert 12 <= tasks_of(me) < 30
    assert job_of(message).state == "running"
    report = done(message)
    assert report["created"] + report["existing"] == tasks_of(me) == 30


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = asked_for(me, csv_of(30))
    with monkeypatch.context() as patch:
        after_puts(12, failing(BrokenError()), patch)
        with pytest.raises(BrokenError):
            task_import.run(message, plenty)
    assert tasks_of(me) == 12
    report = done(message)
    assert (report["created"], report["existing"], tasks_of(me)) == (18, 12, 30)


def test_one_that_goes_on_needs_no_more_room_than_is_left(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = asked_for(me, csv_of(30))
    monkeypatch.setattr(quota, "MAX_TASKS", 30)
    with monkeypatch.context() as patch:
        after_puts(12, failing(BrokenError()), patch)
        with pytest.raises(BrokenError):
            task_import.run(message, plenty)
    assert done(message)["problem"] is None
    assert tasks_of(me) == 30


def test_a_busy_database_is_waited_for(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine, calls = Connection.put_item, []

    def two_of_three_fail(*arguments: Any, **named: Any) -> Any:
        calls.append(0)
        if len(calls) % 3:
            raise PutError("failed", THROTTLED)
        return genuine(*arguments, **named)

    message = asked_for(me, csv_of(10))
    monkeypatch.setattr(Connection, "put_item", two_of_three_fail)
    assert done(message)["created"] == 10
    assert len(calls) == 30


@pytest.mark.parametrize("function", ["read", "write"])
def test_a_bucket_that_is_away_fails_the_try_and_the_next_one_does_it(
    function: str, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = asked_for(me, csv_of(3))
    with monkeypatch.context() as patch:
        patch.setattr(results, function, failing(EndpointConnectionError(endpoint_url="https://s3")))
        with pytest.raises(EndpointConnectionError):
            task_import.run(message, plenty)
    assert job_of(message).state == "running"
    report = done(message)
    assert report["created"] + report["existing"] == tasks_of(me) == 3


def test_a_message_that_comes_twice_is_done_once(me: str) -> None:
    message = asked_for(me, csv_of(3))
    first = done(message)
    assert done(message) == first
    assert tasks_of(me) == 3


def test_of_two_workers_with_the_same_message_the_slower_one_leaves_the_report_of_the_other(
    me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, genuine = asked_for(me, csv_of(3)), results.read

    def read_late(key: str) -> bytes:
        with monkeypatch.context() as patch:
            patch.setattr(results, "read", genuine)
            task_import.run(message, plenty)
        return genuine(key)

    monkeypatch.setattr(results, "read", read_late)
    report = done(message)
    assert (report["created"], report["problem"]) == (3, None)


def test_an_import_whose_job_is_gone_is_given_up_and_leaves_no_file(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_import, "ADVANCE_EVERY", 5)
    message = asked_for(me, csv_of(30))
    after_puts(12, lambda: job_of(message).delete(), monkeypatch)
    task_import.run(message, plenty)
    # The owner is there, and keeps what was made.
    assert 12 <= tasks_of(me) < 30
    assert (keys("list_objects_v2", "Contents"), aws.queued()) == ([], [])
    task_import.run(message, plenty)
    assert 12 <= tasks_of(me) < 30


@pytest.mark.parametrize("advance_every", [5, 1000], ids=["seen on the way", "seen at the end"])
def test_nothing_is_left_of_an_account_that_is_deleted_while_it_imports(
    advance_every: int, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_import, "ADVANCE_EVERY", advance_every)
    message = asked_for(me, csv_of(30))

    def delete() -> None:
        delete_account(me)
        assert deletion.delete_all(me, plenty)

    after_puts(12, delete, monkeypatch)
    task_import.run(message, plenty)
    # What was written after the deletion had come by; now and then a count of it.
    assert held(me).keys() - {"usage"} == {"tasks"}
    assert aws.queued() == [{"kind": "deletion", "user_id": me}]
    assert deletion.delete_all(me, plenty)
    assert held(me) == {}


def test_an_import_of_an_account_that_is_gone_writes_nothing(me: str) -> None:
    message = asked_for(me, csv_of(3))
    delete_account(me)
    task_import.run(message, plenty)
    assert (held(me).get("tasks"), keys("list_objects_v2", "Contents")) == (None, [])


def test_nobody_else_s_file_is_read(me: str) -> None:
    you = str(uuid.uuid4())
    message = asked_for(me, None)
    results.store(results.upload_key_of(you, message.job_id), csv_of(3))
    assert done(message)["problem"]


# --- Size ---


def test_ten_thousand_tasks_go_through_and_again_without_doubling(database: str, thorough: bool, me: str) -> None:
    # Nine of ten in trees, whose tasks are written together: one by one, all of them would take minutes here. Moto
    # takes several times as long for each, and gets a twentieth.
    trees = (100 if thorough else 10) if database == "dynamodb-local" else 5
    others = "".join(f"other {number},Task {number},\r\n" for number in range(10 * trees))
    tops = "".join(f"{tree},Project {tree},\r\n" for tree in range(trees))
    below = "".join(f"{tree}.{number},Step {number},{tree}\r\n" for tree in range(trees) for number in range(89))
    content = f"id,title,parent_id\r\n{others}{tops}{below}".encode()
    report = done(asked_for(me, content))
    assert (report["created"], report["refusals"]) == (100 * trees, [])
    message = asked_for(me, content)
    assert done(message)["existing"] == 100 * trees
    assert job_of(message).progress == 11 * trees
    assert tasks_of(me) == 100 * trees
