"""Everything held about a user, asked for by them (GDPR, articles 15 and 20): a job for the worker."""

from contextlib import suppress
from typing import Final

from pynamodb.exceptions import PynamoDBException
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import TooManyJobsError, UnavailableError
from taskward.identity import events, users
from taskward.identity.user_tables import UserItem
from taskward.jobs import jobs, queue
from taskward.jobs.tables import QUEUED, JobItem
from taskward.principal import Principal
from taskward.storage import CONFLICT_ATTEMPTS, TransactionConflictError, back_off, connection_of, transact

KIND: Final = "export"
MAX_A_DAY = 5
_SENT_AGAIN_AFTER_SECONDS: Final = 300


def request(principal: Principal, client: Client) -> JobItem:
    """The job that writes the export; the one that is under way, when there is one.

    Raises
    ------
    TooManyJobsError: there were `MAX_A_DAY` in the last day.
    SessionRevokedError: the account is gone.
    """
    for attempt in range(CONFLICT_ATTEMPTS):
        user = users.get(principal.user_id)
        earlier = [job for job in jobs.of_user(user.user_id) if job.kind == KIND]
        under_way = next((job for job in earlier if jobs.is_under_way(job)), None)
        if under_way:
            _send_again(under_way, user.user_id)
            return under_way
        if len(earlier) >= MAX_A_DAY:
            raise TooManyJobsError(retry_after=max(1, int(min(job.expires_at for job in earlier)) - clock.epoch()))
        try:
            return _begin(user, principal, client)
        except TransactionConflictError:
            back_off(attempt)
    raise UnavailableError


def _send_again(job: JobItem, user_id: str) -> None:
    """Send a job on its way that nobody has begun with for a while: whoever stored it may have come no further."""
    if job.state == QUEUED and clock.epoch() - job.updated_at >= _SENT_AGAIN_AFTER_SECONDS:
        _send(job, user_id)
        with suppress(jobs.JobGoneError):
            jobs.advance(job)


def _send(job: JobItem, user_id: str) -> None:
    queue.send({"kind": KIND, "user_id": user_id, "job_id": job.job_id})


def _begin(user: UserItem, principal: Principal, client: Client) -> JobItem:
    """Store a job and send it on its way, if no other was stored since the account was read."""
    job = jobs.new(user.user_id, KIND)
    told = [events.new("export_requested", user.user_id, client, principal.session_id)]
    before = UserItem.last_export == user.last_export if user.last_export else UserItem.last_export.does_not_exist()

    def fill(write: TransactWrite) -> None:
        # An account that is just being deleted gets no more rows.
        condition = UserItem.pk.exists() & before
        write.update(user, actions=[UserItem.last_export.set(job.job_id)], condition=condition)
        write.save(job)
        events.store_in(write, told)

    try:
        transact(connection_of(UserItem), fill)
        events.announce(told)
        _send(job, user.user_id)
    except TransactionConflictError:
        raise
    except BaseException:
        # Nobody would ever work on it, if it was stored; and a job under way keeps the next from being asked for.
        with suppress(PynamoDBException):
            job.delete()
        raise
    return job
