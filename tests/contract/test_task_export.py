"""Exports of tasks by the worker, against a database: complete, nobody else's, and safe to run again."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pynamodb.connection import Connection
from pynamodb.exceptions import QueryError

from taskward.jobs import jobs, results
from taskward.jobs.jobs import Job
from taskward.tasks import exporting, service
from taskward.tasks.formats import formats
from taskward.tasks.models import TaskFields
from taskward.work import deletion, patience, task_export
from taskward.work.messages import TaskExport
from tests.support import aws
from tests.support.holdings import delete_account, held, keys, somebody
from tests.support.task_records import read_well

pytestmark = pytest.mark.usefixtures("database")

THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "Query")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "back_off", lambda _: None)


@pytest.fixture
def me(database: str) -> str:
    """Somebody of whom there is something of every kind, tasks in every state among it."""
    user_id = somebody()
    for title in ("trashed", "purged", "completed"):
        task_id = service.create(user_id, TaskFields(title=title, completed=title == "completed")).task_id
        if title != "completed":
            service.delete(user_id, task_id, permanent=title == "purged")
    return user_id


def plenty() -> float:
    return 900


def asked_for(user_id: str, file_format: Any = "json") -> TaskExport:
    """What the worker is told of an export."""
    job = jobs.new(user_id, "task_export")
    job.save()
    return TaskExport(kind="task_export", user_id=user_id, job_id=job.job_id, format=file_format)


def content_of(message: TaskExport) -> bytes:
    """The file, which must be there and be noted."""
    job = jobs.get(message.user_id, message.job_id)
    assert job.state == "done"
    found = aws.client("s3").get_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=job.result_key)
    content: bytes = found["Body"].read()
    assert (len(content), found["ContentType"]) == (job.result_bytes, results.media_type(job.result_key))
    return content


def test_a_file_holds_what_is_open_or_completed_of_one_user(me: str) -> None:
    somebody()
    for file_format in formats.FORMATS:
        message = asked_for(me, file_format)
        task_export.run(message, plenty)
        records = read_well(file_format, content_of(message))
        assert [each["title"] for each in records] == ["Task 0", "Task 1", "Task 2", "completed"]
        assert records == list(exporting.records(exporting.live_tasks(me)))
        assert jobs.get(me, message.job_id).progress == 4


def test_an_export_of_no_tasks_is_a_whole_file(database: str) -> None:
    message = asked_for(somebody(tasks=0))
    task_export.run(message, plenty)
    assert json.loads(content_of(message)) == {"format": "taskward-tasks", "version": 1, "tasks": []}


def test_its_owner_is_told_how_far_it_is(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []
    genuine = jobs.advance

    def advance(job: Job) -> None:
        genuine(job)
        stored = jobs.get(me, job.job_id)
        seen.append((stored.state, int(stored.progress)))

    monkeypatch.setattr(task_export, "ADVANCE_EVERY", 2)
    monkeypatch.setattr(jobs, "advance", advance)
    task_export.run(asked_for(me), plenty)
    assert seen == [("running", 2), ("running", 4)]


def test_one_that_was_cut_short_leaves_no_file_and_is_done_from_the_start(
    me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, left, genuine = asked_for(me), [True], exporting.records
    before = held(me)

    def records(tasks: Any) -> Any:
        for number, each in enumerate(genuine(tasks)):
            if number == 2:
                left.clear()
            yield each

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "records", records)
        with pytest.raises(patience.OutOfTimeError):
            task_export.run(message, lambda: 900 if left else 1)
    assert (held(me)["results"], held(me)["uploads"]) == (before["results"], before["uploads"])
    task_export.run(message, plenty)
    assert len(read_well("json", content_of(message))) == 4


def test_a_busy_database_is_waited_for(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = Connection.query
    calls: list[int] = []

    def two_of_three_fail(*arguments: Any, **named: Any) -> Any:
        calls.append(0)
        if len(calls) % 3:
            raise QueryError("failed", THROTTLED)
        return genuine(*arguments, **named)

    message = asked_for(me)
    monkeypatch.setattr(Connection, "query", two_of_three_fail)
    task_export.run(message, plenty)
    assert len(read_well("json", content_of(message))) == 4
    assert len(calls) == 6


def test_a_bucket_that_is_away_fails_the_try_and_the_next_one_does_it(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://s3")

    message = asked_for(me)
    with monkeypatch.context() as patch:
        patch.setattr(results, "write", fail)
        with pytest.raises(EndpointConnectionError):
            task_export.run(message, plenty)
    assert jobs.get(me, message.job_id).state == "running"
    task_export.run(message, plenty)
    assert content_of(message)


def test_a_message_that_comes_twice_writes_one_file(me: str) -> None:
    message = asked_for(me)
    task_export.run(message, plenty)
    first = content_of(message)
    service.create(me, TaskFields(title="later"))
    task_export.run(message, plenty)
    assert content_of(message) == first


def gone_on_the_way(what: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have something happen when the first task was written."""
    genuine = exporting.records

    def records(tasks: Any) -> Any:
        for number, each in enumerate(genuine(tasks)):
            if number == 1:
                what()
            yield each

    monkeypatch.setattr(exporting, "records", records)


def test_an_export_whose_job_is_gone_leaves_no_file(me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message, before = asked_for(me), held(me)["results"]
    gone_on_the_way(lambda: jobs.get(me, message.job_id).delete(), monkeypatch)
    task_export.run(message, plenty)
    task_export.run(message, plenty)
    assert held(me)["results"] == before


def test_nothing_is_left_of_an_account_that_is_deleted_while_it_exports(
    me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete() -> None:
        delete_account(me)
        assert deletion.delete_all(me, plenty)

    message = asked_for(me)
    gone_on_the_way(delete, monkeypatch)
    task_export.run(message, plenty)
    assert held(me) == {}
    task_export.run(message, plenty)
    assert (held(me), keys("list_objects_v2", "Contents", f"exports/{me}")) == ({}, [])
