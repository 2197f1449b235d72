"""Jobs against a database: seen by their owner, for a day; never made anew when they are gone."""

import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from taskward.clock import rfc3339
from taskward.errors import NotFoundError, TooManyJobsError
from taskward.jobs import jobs, queue, results
from taskward.jobs.jobs import JobGoneError
from taskward.jobs.tables import JobItem
from tests.conftest import Clock
from tests.support import aws

pytestmark = pytest.mark.usefixtures("database")

ME, YOU = str(uuid.uuid4()), str(uuid.uuid4())


def _stored(user_id: str = ME) -> JobItem:
    job = jobs.new(user_id, "export")
    job.save()
    return job


def test_a_new_job_waits_and_is_there_for_a_day(clock: Clock) -> None:
    job = _stored()
    now = int(clock.now().timestamp())
    assert jobs.representation(jobs.get(ME, job.job_id)) == {
        "id": job.job_id,
        "kind": "export",
        "state": "queued",
        "progress": 0,
        "created_at": rfc3339(now),
        "updated_at": rfc3339(now),
        "expires_at": rfc3339(now + 86400),
        "result": None,
    }
    clock.advance(seconds=86399)
    assert jobs.get(ME, job.job_id).job_id == job.job_id
    clock.advance(seconds=1)
    with pytest.raises(NotFoundError):
        jobs.get(ME, job.job_id)
    assert jobs.of_user(ME) == []


def test_a_job_is_nobody_else_s() -> None:
    job = _stored()
    for user_id, job_id in ((YOU, job.job_id), (ME, str(uuid.uuid4())), (ME, "x" * 5000), (ME, "")):
        with pytest.raises(NotFoundError):
            jobs.get(user_id, job_id)


def test_all_jobs_of_a_user_are_found_and_nothing_else() -> None:
    mine = {_stored().job_id for _ in range(3)}
    _stored(YOU)
    assert {job.job_id for job in jobs.of_user(ME)} == mine


def test_a_job_from_its_begin_to_its_end(clock: Clock) -> None:
    job = jobs.get(ME, _stored().job_id)
    steps: list[tuple[Any, ...]] = []

    def seen() -> None:
        shown = jobs.facts(jobs.get(ME, job.job_id))
        steps.append((shown["state"], shown["progress"], shown["updated_at"] == rfc3339(int(clock.now().timestamp()))))
        clock.advance(seconds=7)

    clock.advance(seconds=7)
    seen()
    jobs.begin(job)
    seen()
    job.progress = 1000
    jobs.advance(job)
    seen()
    job.progress = 1234
    jobs.finish(job, "key", 99)
    seen()
    assert steps == [("queued", 0, False), ("running", 0, True), ("running", 1000, True), ("done", 1234, True)]


def test_a_job_that_is_begun_again_counts_from_its_first_record() -> None:
    job = jobs.get(ME, _stored().job_id)
    job.progress = 1000
    jobs.advance(job)
    jobs.begin(job)
    assert (job.progress, jobs.get(ME, job.job_id).progress) == (0, 0)


def test_a_job_that_is_gone_is_never_made_anew() -> None:
    job = _stored()
    job.delete()
    for note in (jobs.begin, jobs.advance, lambda gone: jobs.finish(gone, "key", 1)):
        with pytest.raises(JobGoneError):
            note(job)
    jobs.fail(ME, job.job_id)
    assert jobs.of_user(ME) == []


def test_a_job_that_is_done_does_not_fail_afterwards() -> None:
    job = _stored()
    jobs.finish(job, "key", 1)
    jobs.fail(ME, job.job_id)
    assert jobs.get(ME, job.job_id).state == "done"


@pytest.mark.parametrize("begun", [False, True])
def test_a_job_of_which_nothing_is_heard_for_three_hours_has_failed(begun: bool, clock: Clock) -> None:
    job = _stored()
    if begun:
        clock.advance(minutes=30)
        jobs.begin(job)
    clock.advance(seconds=3 * 3600 - 1)
    job = jobs.get(ME, job.job_id)
    assert (jobs.facts(job)["state"], jobs.is_under_way(job)) == (("running" if begun else "queued"), True)
    clock.advance(seconds=1)
    assert (jobs.facts(job)["state"], jobs.is_under_way(job)) == ("failed", False)


def test_a_job_that_is_done_stays_done(clock: Clock) -> None:
    job = _stored()
    jobs.finish(job, "key", 1)
    clock.advance(hours=4)
    assert (jobs.facts(jobs.get(ME, job.job_id))["state"], jobs.is_under_way(job)) == ("done", False)


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_a_result_is_a_short_lived_link_to_the_bucket_in_its_own_region(
    region: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(results, "_client", results._client.__wrapped__)
    job = _stored()
    jobs.finish(job, results.key_of(ME, job.job_id), 99)
    result = jobs.representation(jobs.get(ME, job.job_id))["result"]
    url = urlsplit(result.pop("url"))
    assert result == {
        "expires_at": rfc3339(int(clock.now().timestamp()) + 300),
        "bytes": 99,
        "media_type": "application/json",
    }
    # At the global host, S3 redirects requests for a young bucket elsewhere; and a redirect breaks the signature.
    assert (url.scheme, url.netloc) == ("https", f"exports.s3.{region}.amazonaws.com")
    assert url.path == f"/exports/{ME}/{job.job_id}.json"
    query = {name: value for name, (value,) in parse_qs(url.query).items()}
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-Expires"] == "300"
    assert query["response-content-type"] == "application/json"
    assert query["response-cache-control"] == "no-store"
    day = rfc3339(int(job.created_at))[:10]
    assert query["response-content-disposition"] == f'attachment; filename="taskward-export-{day}.json"'


# --- Jobs about tasks ---


def _waiting(user_id: str = ME) -> JobItem:
    job = jobs.new(user_id, "task_import", waits=True)
    job.save()
    return job


def _under_way(number: int, user_id: str = ME) -> list[JobItem]:
    return [jobs.start(user_id, "task_import", {"format": "csv"}) for _ in range(number)]


def test_a_job_that_is_started_is_stored_and_on_its_way_with_what_its_worker_needs() -> None:
    job = jobs.start(ME, "task_deletion", {"selection": "all"})
    assert jobs.facts(jobs.get(ME, job.job_id))["state"] == "queued"
    who = {"user_id": ME, "job_id": job.job_id}
    assert aws.queued() == [{"kind": "task_deletion", **who, "selection": "all"}]


def test_a_job_that_could_not_be_sent_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs")

    monkeypatch.setattr(queue, "send", fail)
    with pytest.raises(EndpointConnectionError):
        jobs.start(ME, "task_export", {"format": "csv"})
    assert jobs.of_user(ME) == []


def test_three_jobs_at_once_are_enough() -> None:
    # Others' are not in the way, nor are those that wait.
    _under_way(jobs.MAX_AT_ONCE, YOU)
    _waiting()
    first, *_ = _under_way(jobs.MAX_AT_ONCE)
    with pytest.raises(TooManyJobsError) as refused:
        jobs.start(ME, "task_import", {})
    assert refused.value.retry_after == 30
    jobs.finish(first)
    assert jobs.start(ME, "task_import", {})


def test_fifty_jobs_of_a_kind_in_a_day_are_enough(clock: Clock) -> None:
    for _ in range(jobs.MAX_A_DAY):
        jobs.finish(_waiting())
    with pytest.raises(TooManyJobsError) as refused:
        jobs.check_room(ME, "task_import")
    assert refused.value.retry_after == 86400
    jobs.check_room(ME, "task_export")
    clock.advance(seconds=86400)
    jobs.check_room(ME, "task_import")


def test_a_job_waits_for_its_upload_and_is_sent_once() -> None:
    job = _waiting()
    assert (jobs.waits(job), jobs.facts(job)["state"], jobs.is_under_way(job)) == (True, "waiting", False)
    jobs.send_uploaded(job, {"format": "csv"})
    stored = jobs.get(ME, job.job_id)
    assert (jobs.waits(stored), stored.state) == (False, "queued")
    assert [message["job_id"] for message in aws.queued()] == [job.job_id]


def test_an_upload_whose_message_was_lost_waits_still(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs")

    job = _waiting()
    with monkeypatch.context() as patch:
        patch.setattr(queue, "send", fail)
        with pytest.raises(EndpointConnectionError):
            jobs.send_uploaded(job, {})
    assert jobs.waits(jobs.get(ME, job.job_id))


def test_a_worker_that_is_quicker_than_the_note_that_it_was_sent_is_not_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = _waiting()
    monkeypatch.setattr(queue, "send", lambda _: jobs.begin(jobs.get(ME, job.job_id)))
    jobs.send_uploaded(job, {})
    assert jobs.get(ME, job.job_id).state == "running"


def test_of_many_uploads_no_more_are_begun_at_once_than_of_other_jobs() -> None:
    waiting = _waiting()
    _under_way(jobs.MAX_AT_ONCE)
    with pytest.raises(TooManyJobsError):
        jobs.send_uploaded(waiting, {})
    assert jobs.waits(jobs.get(ME, waiting.job_id))


def test_an_upload_that_never_came_has_failed_after_three_hours(clock: Clock) -> None:
    job = _waiting()
    clock.advance(hours=3)
    assert jobs.facts(jobs.get(ME, job.job_id))["state"] == "failed"
