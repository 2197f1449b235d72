"""Export of tasks that are too many for one answer: a file in the bucket."""

from collections.abc import Iterator

from taskward.errors import NotFoundError, SessionRevokedError
from taskward.identity import users
from taskward.jobs import jobs, results
from taskward.jobs.jobs import Job, JobGoneError
from taskward.jobs.tables import DONE
from taskward.tasks import exporting
from taskward.tasks.formats import formats
from taskward.tasks.lists import all_in_state
from taskward.tasks.tables import LIVE, TaskItem
from taskward.telemetry import logger
from taskward.work.messages import TaskExport
from taskward.work.patience import TimeLeft, patiently, rows

ADVANCE_EVERY = 1000
"""After how many tasks the job's owner is told."""


def run(message: TaskExport, time_left: TimeLeft) -> None:
    """Write all live tasks of a user into a file; safe to run again, from the start.

    Raises
    ------
    OutOfTimeError: it did not come to its end within the time.
    """
    told = {"user_id": message.user_id, "job_id": message.job_id}
    key = results.key_of(message.user_id, message.job_id, f".{message.format}")
    try:
        job = patiently(lambda: jobs.get(message.user_id, message.job_id), time_left)
        if job.state == DONE:
            # The message came twice.
            return
        patiently(lambda: users.get(message.user_id), time_left)
        patiently(lambda: jobs.begin(job), time_left)
        results.abort(key)
        records = exporting.records(_counted(message.user_id, job, time_left))
        size = results.write(key, formats.written(message.format, records))
        patiently(lambda: jobs.finish(job, key, size), time_left)
    except (NotFoundError, JobGoneError, SessionRevokedError):
        results.discard(key)
        logger.info("an export of tasks was given up with its job or account", extra=told)
    else:
        logger.info("tasks exported", extra={**told, "bytes": size, "records": job.progress})


def _counted(user_id: str, job: Job, time_left: TimeLeft) -> Iterator[TaskItem]:
    for state in LIVE:
        for task in rows(all_in_state(user_id, state), time_left):
            yield task
            job.progress += 1
            if job.progress % ADVANCE_EVERY == 0:
                patiently(lambda: jobs.advance(job), time_left)
