"""Import of a file of tasks that is too large for a request: read from the bucket, its report written there."""

import json
from collections.abc import Callable
from dataclasses import asdict

from taskward.errors import InvalidRequestError, NotFoundError, SessionRevokedError
from taskward.identity import users
from taskward.jobs import jobs, results
from taskward.jobs.jobs import Job, JobGoneError
from taskward.jobs.results import MAX_UPLOAD_BYTES, ObjectGoneError
from taskward.jobs.tables import DONE
from taskward.tasks import importing
from taskward.tasks.errors import TooManyTasksError
from taskward.tasks.formats import formats
from taskward.tasks.formats.records import UnreadableError
from taskward.telemetry import logger
from taskward.work import deletion
from taskward.work.messages import TaskImport
from taskward.work.patience import TimeLeft, patiently

ADVANCE_EVERY = 100
"""After how many trees of tasks the job's owner is told, and the job is looked at: it goes with the account."""


def run(message: TaskImport, time_left: TimeLeft) -> None:
    """Take in the tasks of a file, and write the report on it; safe to run again, which finds what was made before.

    A file that cannot be taken in at all has a report too, with the reason.

    Raises
    ------
    OutOfTimeError: it did not come to its end within the time.
    """
    told = {"user_id": message.user_id, "job_id": message.job_id}
    key, upload_key = results.key_of(**told), results.upload_key_of(**told)
    try:
        job = patiently(lambda: jobs.get(message.user_id, message.job_id), time_left)
        if job.state == DONE:
            # The message came twice, or the worker came no further.
            results.discard(upload_key)
            return
        patiently(lambda: users.get(message.user_id), time_left)
        patiently(lambda: jobs.begin(job), time_left)
        report = _report(message, job, time_left)
        size = results.write(key, [json.dumps(report, ensure_ascii=False, separators=(",", ":")).encode()])
        patiently(lambda: jobs.finish(job, key, size), time_left)
    except _ReportedError:
        logger.info("an import was done by another worker meanwhile", extra=told)
    except (NotFoundError, JobGoneError, SessionRevokedError):
        results.discard(key)
        # The deletion of the account may have passed what was written last.
        deletion.look_again(message.user_id)
        logger.info("an import was given up with its job or account", extra=told)
    else:
        logger.info("tasks imported", extra={**told, "records": job.progress})
    results.discard(upload_key)


class _ReportedError(Exception):
    """Another worker that had the same message was quicker: the report is there, and the upload is gone."""


def _report(message: TaskImport, job: Job, time_left: TimeLeft) -> dict[str, object]:
    def each(write: Callable[[], None]) -> None:
        patiently(write, time_left)
        job.progress += 1
        if job.progress % ADVANCE_EVERY == 0:
            patiently(lambda: jobs.advance(job), time_left)

    head: dict[str, object] = {"format": message.format, "dry_run": message.dry_run}
    try:
        content = results.read(results.upload_key_of(message.user_id, message.job_id))
        rows = formats.read(message.format, content, message.today)
        report = importing.take_in(message.user_id, rows, dry_run=message.dry_run, each=each)
    except ObjectGoneError:
        _check_reported(message, time_left)
        return {**head, "problem": f"Nothing was uploaded, or more than {MAX_UPLOAD_BYTES:,} bytes."}
    except UnreadableError as error:
        return {**head, "problem": str(error)}
    except InvalidRequestError as error:
        return {**head, "problem": " ".join(refused.message for refused in error.errors or [])}
    except TooManyTasksError as error:
        return {**head, "problem": error.detail}
    return {**head, **asdict(report), "problem": None}


def _check_reported(message: TaskImport, time_left: TimeLeft) -> None:
    job = patiently(lambda: jobs.get(message.user_id, message.job_id), time_left)
    if job.result_key is not None:
        patiently(lambda: jobs.finish(job), time_left)
        raise _ReportedError
