"""Deletion of more tasks than one request takes."""

from collections.abc import Callable
from datetime import UTC, datetime

from taskward import clock
from taskward.errors import NotFoundError
from taskward.jobs import jobs
from taskward.jobs.jobs import JobGoneError
from taskward.jobs.tables import DONE
from taskward.tasks import clearing
from taskward.telemetry import logger
from taskward.work import deletion
from taskward.work.messages import TaskDeletion
from taskward.work.patience import TimeLeft, patiently, rows

ADVANCE_EVERY = 100
"""After how many tasks the job's owner is told, and the job is looked at: it goes with the account."""


def run(message: TaskDeletion, time_left: TimeLeft) -> None:
    """Delete what was of a selection when that was asked for; safe to run again, which goes on with what is left.

    Raises
    ------
    OutOfTimeError: it did not come to its end within the time.
    """
    told = {"user_id": message.user_id, "job_id": message.job_id}
    try:
        job = patiently(lambda: jobs.get(message.user_id, message.job_id), time_left)
        if job.state == DONE:
            # The message came twice.
            return
        patiently(lambda: jobs.begin(job), time_left)
        # Its time is in whole seconds.
        until = clock.rfc3339(datetime.fromtimestamp(int(job.created_at) + 1, UTC))

        def each(delete: Callable[[], None]) -> None:
            patiently(delete, time_left)
            job.progress += 1
            if job.progress % ADVANCE_EVERY == 0:
                patiently(lambda: jobs.advance(job), time_left)

        found = (
            row
            for state in clearing.states(message.selection)
            for row in rows(clearing.rows(message.user_id, state), time_left)
        )
        clearing.delete(message.user_id, clearing.in_order(found), message.selection, until=until, each=each)
        patiently(lambda: jobs.finish(job), time_left)
    except (NotFoundError, JobGoneError):
        # The deletion of the account may have passed what was written last.
        deletion.look_again(message.user_id)
        logger.info("a deletion of tasks was given up with its job", extra=told)
    else:
        logger.info("tasks deleted", extra={**told, "records": job.progress})
