"""Jobs: what was asked for and is not done at once. Their owner sees how far each is, and its result, for a day."""

import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any, Literal

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from taskward import clock
from taskward.errors import NotFoundError
from taskward.jobs.tables import DONE, FAILED, JOB_PREFIX, QUEUED, RUNNING, JobItem, job_key
from taskward.storage import ID_LENGTH, condition_failed, user_key

Kind = Literal["export"]

Job = JobItem
"""A job, for those who only pass it on."""

KEPT_FOR = timedelta(hours=24)

SILENT_FOR = timedelta(hours=3)
"""A job of which nothing was heard for so long has failed: its message was lost, or its worker died. All tries of the
worker, and the waits between them, take less."""


class JobGoneError(Exception):
    """The job is not there any more: its time is over, or it went with its account."""


def new(user_id: str, kind: Kind) -> JobItem:
    """A job of this moment that is not stored yet."""
    now, job_id = clock.epoch(), str(uuid.uuid4())
    return JobItem(
        user_key(user_id),
        job_key(job_id),
        job_id=job_id,
        kind=kind,
        state=QUEUED,
        progress=0,
        created_at=now,
        updated_at=now,
        expires_at=now + int(KEPT_FOR.total_seconds()),
    )


def get(user_id: str, job_id: str) -> JobItem:
    """One job, read consistently.

    Raises
    ------
    NotFoundError: there is none with this id, or not for this user, or its time is over.
    """
    if len(job_id) > ID_LENGTH:
        raise NotFoundError
    try:
        job = JobItem.get(user_key(user_id), job_key(job_id), consistent_read=True)
    except JobItem.DoesNotExist:
        raise NotFoundError from None
    if job.expires_at <= clock.epoch():
        raise NotFoundError
    return job


def of_user(user_id: str) -> list[JobItem]:
    """All jobs of a user whose time is not over, in no order; one consistent query."""
    now = clock.epoch()
    found = JobItem.query(user_key(user_id), JobItem.sk.startswith(JOB_PREFIX), consistent_read=True)
    return [job for job in found if job.expires_at > now]


def begin(job: JobItem) -> None:
    """Note that a worker begins with a job, from its first record; raises like `advance`."""
    job.progress = 0
    _update(job, JobItem.progress.set(0), JobItem.state.set(RUNNING))


def advance(job: JobItem) -> None:
    """Note the job's progress, and that its worker is alive.

    Raises
    ------
    JobGoneError: the job is not there any more. It is never made anew.
    """
    _update(job, JobItem.progress.set(job.progress))


def finish(job: JobItem, result_key: str, result_bytes: int) -> None:
    """Note that a job is done, and where its result is; raises like `advance`."""
    _update(
        job,
        JobItem.progress.set(job.progress),
        JobItem.state.set(DONE),
        JobItem.result_key.set(result_key),
        JobItem.result_bytes.set(result_bytes),
    )


def fail(user_id: str, job_id: str) -> None:
    """Note that a job will not be tried again; nothing happens to one that is gone, or done all the same."""
    job = JobItem(user_key(user_id), job_key(job_id))
    with suppress(JobGoneError):
        _update(job, JobItem.state.set(FAILED), condition=JobItem.state != DONE)


def _update(job: JobItem, *actions: Action, condition: Condition | None = None) -> None:
    exists = JobItem.pk.exists()
    try:
        job.update(
            actions=[JobItem.updated_at.set(clock.epoch()), *actions],
            condition=exists if condition is None else exists & condition,
        )
    except UpdateError as error:
        if condition_failed(error):
            raise JobGoneError from None
        raise


def representation(job: JobItem) -> dict[str, Any]:
    """What is shown of a job to its owner, with a new link to its result."""
    return {**facts(job), "result": None if job.result_key is None else _result(job)}


def facts(job: JobItem) -> dict[str, Any]:
    """What is shown of a job to its owner, but for the result."""
    return {
        "id": job.job_id,
        "kind": job.kind,
        "state": _state(job),
        "progress": int(job.progress),
        "created_at": clock.rfc3339(int(job.created_at)),
        "updated_at": clock.rfc3339(int(job.updated_at)),
        "expires_at": clock.rfc3339(int(job.expires_at)),
    }


def is_under_way(job: JobItem) -> bool:
    """Whether a job waits for a worker, or has one."""
    return _state(job) in (QUEUED, RUNNING)


def _state(job: JobItem) -> str:
    silent = clock.epoch() - int(job.updated_at) >= SILENT_FOR.total_seconds()
    return FAILED if silent and job.state in (QUEUED, RUNNING) else job.state


def _result(job: JobItem) -> dict[str, Any]:
    # Imported when there is a result to show: most jobs that are asked for are still at work.
    from taskward.jobs import results

    file_name = f"taskward-{job.kind}-{clock.rfc3339(int(job.created_at))[:10]}.json"
    url, expires_at = results.link(job.result_key, file_name)
    return {"url": url, "expires_at": expires_at, "bytes": int(job.result_bytes), "media_type": results.MEDIA_TYPE}
