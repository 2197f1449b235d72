"""Everything held about a user, asked for by them (GDPR, articles 15 and 20): a job for the worker."""

from contextlib import suppress
from typing import Final

from pynamodb.exceptions import PynamoDBException
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import SessionRevokedError, TooManyJobsError
from taskward.identity import events
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.jobs import jobs, queue
from taskward.jobs.tables import JobItem
from taskward.principal import Principal
from taskward.storage import TransactionConflictError, connection_of, transact, user_key

KIND: Final = "export"
MAX_A_DAY = 5


def request(principal: Principal, client: Client) -> JobItem:
    """The job that writes the export; the one that is under way, when there is one.

    Raises
    ------
    TooManyJobsError: there were `MAX_A_DAY` in the last day.
    SessionRevokedError: the account is gone.
    """
    earlier = [job for job in jobs.of_user(principal.user_id) if job.kind == KIND]
    under_way = next((job for job in earlier if jobs.is_under_way(job)), None)
    if under_way:
        return under_way
    if len(earlier) >= MAX_A_DAY:
        raise TooManyJobsError(retry_after=max(1, int(min(job.expires_at for job in earlier)) - clock.epoch()))
    job = jobs.new(principal.user_id, KIND)
    told = [events.new("export_requested", principal.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        # An account that is just being deleted gets no more rows.
        write.condition_check(UserItem, user_key(principal.user_id), PROFILE, condition=UserItem.pk.exists())
        write.save(job)
        events.store_in(write, told)

    try:
        transact(connection_of(UserItem), fill)
    except TransactionConflictError:
        raise SessionRevokedError from None
    events.announce(told)
    try:
        queue.send({"kind": KIND, "user_id": principal.user_id, "job_id": job.job_id})
    except BaseException:
        # Nobody would ever work on it; and a job under way keeps the next from being asked for.
        with suppress(PynamoDBException):
            job.delete()
        raise
    return job
