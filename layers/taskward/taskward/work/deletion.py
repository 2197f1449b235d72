"""Deletion of all that is left of an account: what one request could not take along.

The account itself, its address and its sessions go in one transaction, when it is asked for. The rest may be 100,000
tasks in one partition with five indexes, which takes about a thousand write units a second: many minutes, and time and
again a request that is refused for being one too many. So it is done in slices. A slice removes what it finds, and may
end, or be ended, anywhere; the next one goes on with what is there then.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from taskward import clock
from taskward.errors import SessionRevokedError
from taskward.identity import emails, users
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.link_tables import LINK_PREFIX, LinkItem
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import ADDRESS, EmailItem, UserItem, email_key
from taskward.jobs import queue, results
from taskward.storage import connection_of, user_key
from taskward.tasks.tables import TaskItem
from taskward.telemetry import logger
from taskward.work.patience import BusyError, OutOfTimeError, TimeLeft, patiently, rows

_BATCH = 25
"""The most items that DynamoDB takes in one batch of writes."""

_SOON_SECONDS = 60


def delete_all(user_id: str, time_left: TimeLeft) -> bool:
    """Remove all that is kept of a user whose account is gone; whether it came to its end within the time.

    While the account is there, nothing is touched and nothing is left to do: the message that brought us here is sent
    before the transaction that removes the account, and that one was never made.
    """
    try:
        if patiently(lambda: _has_account(user_id), time_left):
            logger.warning("the account was not deleted, so its data stays", extra={"user_id": user_id})
            return True
        _free_former_addresses(user_id, time_left)
        # With the rows of its jobs gone, no export comes to its end any more. So results go next, and for good.
        _delete_partition(UserItem, user_key(user_id), ["pk", "sk"], time_left)
        results.discard(results.prefix_of(user_id))
        _delete_partition(EventItem, event_key(user_id), ["pk", "sk"], time_left)
        _delete_partition(SessionItem, user_id, ["user_id", "session_id"], time_left)
        _delete_partition(TaskItem, user_id, ["user_id", "task_id"], time_left)
    except OutOfTimeError:
        logger.info("more of a deleted account is left", extra={"user_id": user_id})
        return False
    logger.info("nothing of a deleted account is left", extra={"user_id": user_id})
    return True


def look_again(user_id: str) -> None:
    """Have what is left of a user removed, if the account is gone: for work that went on while it was deleted."""
    if not _has_account(user_id):
        queue.send({"kind": "deletion", "user_id": user_id})


def _has_account(user_id: str) -> bool:
    try:
        users.get(user_id)
    except SessionRevokedError:
        return False
    return True


def _free_former_addresses(user_id: str, time_left: TimeLeft) -> None:
    """Free the addresses that the account had before, and that are kept for a way back that leads nowhere now.

    The links back, which are in the user's partition until that goes, say which these are.
    """
    of_user = LinkItem.query(user_key(user_id), LinkItem.sk.startswith(LINK_PREFIX), consistent_read=True)
    for link in rows(of_user, time_left):
        key = {"pk": email_key(emails.normalised(link.email)), "sk": ADDRESS}
        if link.purpose == "address_undo" and _is_kept_for(user_id, key, time_left):
            _delete_batch(EmailItem, [key], time_left)


def _is_kept_for(user_id: str, key: dict[str, Any], time_left: TimeLeft) -> bool:
    try:
        item = patiently(lambda: EmailItem.get(key["pk"], key["sk"], consistent_read=True), time_left)
    except EmailItem.DoesNotExist:
        return False
    # One that is as good as free may be somebody else's in a moment, and goes by itself.
    return item.user_id == user_id and (item.expires_at or 0) > clock.epoch() + _SOON_SECONDS


def _delete_partition(model: Any, partition: str, key_names: list[str], time_left: TimeLeft) -> None:
    found = model.query(partition, consistent_read=True, attributes_to_get=key_names)
    keys = ({name: getattr(row, name) for name in key_names} for row in rows(found, time_left))
    while batch := list(islice(keys, _BATCH)):
        _delete_batch(model, batch, time_left)


def _delete_batch(model: Any, keys: Sequence[dict[str, Any]], time_left: TimeLeft) -> None:
    connection, table = connection_of(model), model.Meta.table_name
    left = keys

    def delete() -> None:
        nonlocal left
        refused = connection.batch_write_item(table, delete_items=left)["UnprocessedItems"].get(table, [])
        left = [request["DeleteRequest"]["Key"] for request in refused]
        if left:
            raise BusyError

    patiently(delete, time_left)
