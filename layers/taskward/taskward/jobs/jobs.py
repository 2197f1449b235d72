"""Jobs: what was asked for and is not done at once. Their owner sees how far each is, and its result, for a day."""

import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any, Literal

from pynamodb.exceptions import PynamoDBException, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from taskward import clock
from taskward.errors import NotFoundError, TooManyJobsError
from taskward.jobs import queue
from taskward.jobs.tables import DONE, FAILED, JOB_PREFIX, QUEUED, RUNNING, WAITING, JobItem, job_key
from taskward.storage import ID_LENGTH, condition_failed, user_key

Kind = Literal["export", "task_export", "task_import", "task_deletion"]

Job = JobItem
"""A job, for those who only pass it on."""

KEPT_FOR = timedelta(hours=24)

SILENT_FOR = timedelta(hours=3)
"""A job of which nothing was heard for so long has failed: its message was lost, or its worker died. All tries of the
worker, and the waits between them, take less."""


MAX_A_DAY = 50
"""How many jobs of a kind a user can have in a day."""

MAX_AT_ONCE = 3
"""How many jobs of whatever kind a user can have at the same time: fewer than there are workers."""

_LOOK_AGAIN_SECONDS = 30


class JobGoneError(Exception):
    """The job is not there any more: its time is over, or it went with its account."""


def new(user_id: str, kind: Kind, *, waits: bool = False) -> JobItem:
    """A job of this moment that is not stored yet; `waits` for its owner to upload what it is about."""
    now, job_id = clock.epoch(), str(uuid.uuid4())
    return JobItem(
        user_key(user_id),
        job_key(job_id),
        job_id=job_id,
        kind=kind,
        state=WAITING if waits else QUEUED,
        progress=0,
        created_at=now,
        updated_at=now,
        expires_at=now + int(KEPT_FOR.total_seconds()),
    )


def start(user_id: str, kind: Kind, message: dict[str, Any]) -> JobItem:
    """Store a job and send it on its way; `message` says what the worker needs to know beside whose job it is.

    Raises
    ------
    TooManyJobsError: see `check_room`.
    """
    check_room(user_id, kind)
    job = new(user_id, kind)
    job.save()
    send(job, message)
    return job


def send(job: JobItem, message: dict[str, Any]) -> None:
    """Send a stored job on its way. When that fails it is removed, since nobody would ever work on it."""
    try:
        queue.send({"kind": job.kind, "user_id": _user_id(job), "job_id": job.job_id, **message})
    except BaseException:
        with suppress(PynamoDBException):
            job.delete()
        raise


def send_uploaded(job: JobItem, message: dict[str, Any]) -> None:
    """Send a job on its way that waited for its upload; nothing happens to one that does not wait any more.

    When the message is lost it is sent again when this is asked for again.

    Raises
    ------
    TooManyJobsError: `MAX_AT_ONCE` are under way.
    """
    user_id = _user_id(job)
    _check_at_once(of_user(user_id))
    queue.send({"kind": job.kind, "user_id": user_id, "job_id": job.job_id, **message})
    with suppress(JobGoneError):
        _update(job, JobItem.state.set(QUEUED), condition=JobItem.state == WAITING)


def _user_id(job: JobItem) -> str:
    return job.pk.removeprefix(user_key(""))


def check_room(user_id: str, kind: Kind) -> None:
    """Refuse when a user had as many jobs of a kind as one may have in a day, or has as many of any at this moment.

    Raises
    ------
    TooManyJobsError: there were `MAX_A_DAY`, or `MAX_AT_ONCE` are under way.
    """
    every = of_user(user_id)
    earlier = [job for job in every if job.kind == kind]
    if len(earlier) >= MAX_A_DAY:
        raise TooManyJobsError(retry_after=max(1, int(min(job.expires_at for job in earlier)) - clock.epoch()))
    _check_at_once(every)


def _check_at_once(earlier: list[JobItem]) -> None:
    if sum(is_under_way(job) for job in earlier) >= MAX_AT_ONCE:
        raise TooManyJobsError(retry_after=_LOOK_AGAIN_SECONDS)


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


def finish(job: JobItem, result_key: str | None = None, result_bytes: int = 0) -> None:
    """Note that a job is done, and where its result is, if it has one; raises like `advance`."""
    result = [JobItem.result_key.set(result_key), JobItem.result_bytes.set(result_bytes)] if result_key else []
    _update(job, JobItem.progress.set(job.progress), JobItem.state.set(DONE), *result)


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


def waits(job: JobItem) -> bool:
    """Whether a job waits for its owner to upload what it is about."""
    return job.state == WAITING


def is_under_way(job: JobItem) -> bool:
    """Whether a job waits for a worker, or has one."""
    return _state(job) in (QUEUED, RUNNING)


def _state(job: JobItem) -> str:
    silent = clock.epoch() - int(job.updated_at) >= SILENT_FOR.total_seconds()
    return FAILED if silent and job.state in (WAITING, QUEUED, RUNNING) else job.state


def _result(job: JobItem) -> dict[str, Any]:
    # Imported when there is a result to show: most jobs that are asked for are still at work.
    from taskward.jobs import results

    kind, day = job.kind.replace("_", "-"), clock.rfc3339(int(job.created_at))[:10]
    url, expires_at = results.link(job.result_key, f"taskward-{kind}-{day}{results.suffix(job.result_key)}")
    media_type = results.media_type(job.result_key)
    return {"url": url, "expires_at": expires_at, "bytes": int(job.result_bytes), "media_type": media_type}
