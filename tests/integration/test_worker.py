"""The worker function, fed from events/worker with messages that were taken from the queue."""

import json
import logging
import os
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.worker import app
from taskward import settings
from taskward.jobs import jobs, queue, results
from taskward.work import deletion, export, patience
from tests.support import aws
from tests.support.events import Context
from tests.support.holdings import delete_account, held, somebody
from tests.support.sample_events import feed, load, placeholders
from tests.support.template import template

pytestmark = pytest.mark.usefixtures("moto_tables")

# Of each event what the function raises; None when the message is done with.
CASES: dict[str, type[Exception] | None] = {
    "worker/export": None,
    "worker/export_last_try": None,
    "worker/deletion": None,
    "worker/deletion_of_no_user": ValueError,
    "worker/export_without_job": ValueError,
    "worker/task_export": None,
    "worker/task_import": None,
    "worker/task_import_last_try": None,
    "worker/task_import_of_unknown_format": ValueError,
    "worker/task_deletion": None,
    "worker/task_deletion_of_no_selection": ValueError,
    "worker/unknown_kind": ValueError,
    "worker/not_an_object": ValueError,
    "worker/broken_json": ValueError,
    "worker/notice": None,
    "worker/notice_last_try": None,
    "worker/notice_of_no_event": ValueError,
    "worker/verification": None,
    "worker/verification_of_forged_site": ValueError,
    "worker/password_reset": None,
    "worker/password_reset_of_nobody": None,
    "worker/address_change": None,
    "worker/address_changed": None,
    "worker/bounce": None,
    "worker/bounce_transient": None,
    "worker/bounce_undetermined": None,
    "worker/complaint": None,
    "worker/complaint_of_not_spam": None,
    "worker/delivery": ValueError,
}

REFUSED = [name for name, error in CASES.items() if error is not None]


class BrokenError(Exception):
    """What a test makes fail."""


class NoTime(Context):
    """An invocation near its end."""

    def get_remaining_time_in_millis(self) -> int:
        return (patience.RESERVE_SECONDS - 1) * 1000


@pytest.fixture
def user_id() -> str:
    """Somebody of whom there is something of every kind."""
    return somebody()


@pytest.fixture
def job_id(user_id: str) -> str:
    """A job of theirs that waits."""
    job = jobs.new(user_id, "export")
    job.save()
    return str(job.job_id)


def received(name: str, **values: str) -> Any:
    """A sample event whose message is one that was really taken from its queue."""
    url = os.environ["MAIL_QUEUE" if is_mail(name) else "JOBS_QUEUE"]
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="as in the event")
    (message,) = aws.client("sqs").receive_message(QueueUrl=url)["Messages"]
    values |= {"receipt_handle": message["ReceiptHandle"], "email": "nobody@example.com"} | values
    return load(name, **{key: values[key] for key in placeholders(name)})


def is_mail(name: str) -> bool:
    """Whether the message of a sample event comes from the queue of mail."""
    filled = load(name, **dict.fromkeys(placeholders(name), "x"))
    return str(filled["Records"][0]["eventSourceARN"]).endswith(":mail")


def waits_for(queue: str = "jobs") -> int | None:
    """For how many seconds the one message of a queue is kept from others; None when it is there to be taken."""
    from moto.core.utils import unix_time_millis
    from moto.sqs.models import sqs_backends

    (message,) = sqs_backends["123456789012"]["us-east-1"].queues[queue]._messages
    left = (message.visible_at - unix_time_millis()) / 1000
    return round(left) if left > 0 else None


@pytest.mark.parametrize("name", CASES)
def test_each_event_ends_as_its_case_says(name: str, user_id: str, job_id: str) -> None:
    event, error = received(name, user_id=user_id, job_id=job_id), CASES[name]
    before = held(user_id)
    if error is None:
        assert feed(name, event) is None
        return
    with pytest.raises(error):
        feed(name, event)
    assert held(user_id) == before


@pytest.mark.parametrize("name", REFUSED)
def test_a_message_that_nobody_understands_is_handed_out_again_at_once(name: str, user_id: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        feed(name, received(name, user_id=user_id, job_id="x"))
    assert waits_for("mail" if is_mail(name) else "jobs") is None


def test_a_message_that_nobody_understands_is_logged_by_its_id(user_id: str, caplog: pytest.LogCaptureFixture) -> None:
    event = received("worker/unknown_kind", user_id=user_id)
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="mischief"):
        feed("worker/unknown_kind", event)
    (entry,) = caplog.records
    assert vars(entry)["message_id"] == event["Records"][0]["messageId"]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"kind": "address_change", "user_id": "ada@example.com", "email": "ada@example.com"}),
        json.dumps({"eventType": "Open", "mail": {"destination": ["ada@example.com"]}}),
        "ada@example.com",
    ],
)
def test_of_a_message_that_nobody_understands_no_address_is_logged(
    body: str, user_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    event = received("worker/unknown_kind", user_id=user_id)
    event["Records"][0]["body"] = body
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="validation error"):
        feed("worker/unknown_kind", event)
    assert "nobody understands this message" in caplog.text
    assert "ada@example.com" not in caplog.text


@pytest.mark.parametrize("name", ["worker/export", "worker/export_last_try"])
def test_an_export_is_written_and_its_job_done(name: str, user_id: str, job_id: str) -> None:
    feed(name, received(name, user_id=user_id, job_id=job_id))
    shown = jobs.representation(jobs.get(user_id, job_id))
    assert shown["state"] == "done"
    key = results.key_of(user_id, job_id)
    text = aws.client("s3").get_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=key)["Body"].read()
    assert json.loads(text)["account"]["id"] == user_id
    # The queue takes a message off by itself when the function returns.
    assert waits_for() == 5400


def test_tasks_are_exported_in_the_format_that_the_message_names(user_id: str, job_id: str) -> None:
    feed("worker/task_export", received("worker/task_export", user_id=user_id, job_id=job_id))
    key = jobs.get(user_id, job_id).result_key
    assert key == results.key_of(user_id, job_id, ".csv")
    text = aws.client("s3").get_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=key)["Body"].read().decode()
    assert text.startswith("id,title,")
    assert text.count("Task ") == 3


@pytest.mark.parametrize("name", ["worker/task_import", "worker/task_import_last_try"])
def test_a_file_that_was_uploaded_is_taken_in(name: str, user_id: str, job_id: str) -> None:
    upload_key = results.upload_key_of(user_id, job_id)
    aws.client("s3").put_object(
        Bucket=os.environ["EXPORTS_BUCKET"], Key=upload_key, Body=b"title\nPay rent\nBuy milk\n"
    )
    feed(name, received(name, user_id=user_id, job_id=job_id))
    assert {task["title"] for task in held(user_id)["tasks"]} >= {"Pay rent", "Buy milk"}
    assert jobs.get(user_id, job_id).state == "done"
    assert upload_key not in held(user_id)["files_to_import"]


def test_tasks_are_deleted_that_the_message_selects(user_id: str, job_id: str) -> None:
    feed("worker/task_deletion", received("worker/task_deletion", user_id=user_id, job_id=job_id))
    assert {task["state"] for task in held(user_id)["tasks"]} == {"trashed"}
    assert jobs.get(user_id, job_id).state == "done"


def test_a_deletion_removes_what_a_deleted_account_left(user_id: str) -> None:
    delete_account(user_id)
    feed("worker/deletion", received("worker/deletion", user_id=user_id))
    assert held(user_id) == {}
    assert aws.queued() == []


def test_a_deletion_of_an_account_that_is_there_touches_nothing(user_id: str) -> None:
    before = held(user_id)
    feed("worker/deletion", received("worker/deletion", user_id=user_id))
    assert held(user_id) == before
    assert aws.queued() == []


def test_a_deletion_near_the_end_of_its_time_goes_on_with_a_message_of_its_own(user_id: str) -> None:
    delete_account(user_id)
    app.handler(received("worker/deletion", user_id=user_id), NoTime())
    assert held(user_id)
    (message,) = aws.queued()
    assert message == {"kind": "deletion", "user_id": user_id}
    event = received("worker/deletion", user_id=user_id)
    event["Records"][0]["body"] = json.dumps(message)
    feed("worker/deletion", event)
    assert held(user_id) == {}


@pytest.mark.parametrize(
    ("name", "state", "wait"),
    [
        ("worker/export", "running", 60),
        ("worker/export_last_try", "failed", None),
        ("worker/task_export", "running", 60),
        ("worker/task_import", "running", 60),
        ("worker/task_import_last_try", "failed", None),
    ],
)
def test_an_export_that_fails_is_tried_again_in_a_minute_and_its_job_fails_with_the_last_try(
    name: str, state: str, wait: int | None, user_id: str, job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise BrokenError

    before = held(user_id)
    monkeypatch.setattr(results, "write", fail)
    with pytest.raises(BrokenError):
        feed(name, received(name, user_id=user_id, job_id=job_id))
    job = jobs.get(user_id, job_id)
    assert (job.state, jobs.is_under_way(job)) == (state, state == "running")
    assert waits_for() == wait
    assert (held(user_id)["results"], held(user_id)["uploads"]) == (before["results"], before["uploads"])


def test_a_failed_job_is_done_all_the_same_when_its_message_is_sent_back_to_work(user_id: str, job_id: str) -> None:
    jobs.fail(user_id, job_id)
    assert jobs.get(user_id, job_id).state == "failed"
    feed("worker/export", received("worker/export", user_id=user_id, job_id=job_id))
    assert jobs.get(user_id, job_id).state == "done"


def test_an_export_near_the_end_of_its_time_is_tried_again(user_id: str, job_id: str) -> None:
    with pytest.raises(patience.OutOfTimeError):
        app.handler(received("worker/export", user_id=user_id, job_id=job_id), NoTime())
    assert waits_for() == 60


def test_a_deletion_that_fails_is_tried_again_in_a_minute(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise BrokenError

    monkeypatch.setattr(deletion, "delete_all", fail)
    with pytest.raises(BrokenError):
        feed("worker/deletion", received("worker/deletion", user_id=user_id))
    assert waits_for() == 60


def test_work_that_failed_is_logged_with_what_it_was(
    user_id: str, job_id: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise BrokenError

    monkeypatch.setattr(export, "run", fail)
    with caplog.at_level(logging.ERROR), pytest.raises(BrokenError):
        feed("worker/export_last_try", received("worker/export_last_try", user_id=user_id, job_id=job_id))
    (entry,) = caplog.records
    told = {name: vars(entry)[name] for name in ("kind", "user_id", "job_id", "receives")}
    assert told == {"kind": "export", "user_id": user_id, "job_id": job_id, "receives": 5}


def test_a_continuation_that_cannot_be_sent_fails_the_slice(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://sqs")

    delete_account(user_id)
    event = received("worker/deletion", user_id=user_id)
    monkeypatch.setattr(queue, "send", fail)
    with pytest.raises(EndpointConnectionError):
        app.handler(event, NoTime())
    assert waits_for() == 60


def test_a_job_counts_as_lost_only_after_all_its_tries(user_id: str) -> None:
    waits = [app._retry_seconds(receives) for receives in range(1, settings.job_receives() + 1)]
    assert waits == [60, 240, 960, 3600, 0]
    tries = template()["Resources"]["WorkerFunction"]["Properties"]["Timeout"] * len(waits)
    assert jobs.SILENT_FOR.total_seconds() > sum(waits) + tries
