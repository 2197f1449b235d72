"""Security events: an append-only record of what matters to the safety of an account (ASVS 16.2.1, 16.3.1 to 16.3.3).

Each is a row that its user can read for a year, and a log line, of which a metric is made. None carries a password or
a token.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pynamodb.exceptions import PynamoDBException
from pynamodb.transactions import TransactWrite

from taskward import clock, cursors
from taskward.client import Client
from taskward.errors import InvalidCursorError
from taskward.identity import notices
from taskward.identity.event_tables import EventItem, event_key
from taskward.storage import is_passing_fault
from taskward.telemetry import logger, security_event

Kind = Literal[
    "registered",
    "signed_in",
    "sign_in_failed",
    "password_check_failed",
    "code_check_failed",
    "passkey_check_failed",
    "reauthenticated",
    "password_changed",
    "password_removed",
    "password_reset_requested",
    "password_reset",
    "email_verified",
    "email_change_requested",
    "email_changed",
    "email_change_undone",
    "second_factor_enabled",
    "second_factor_disabled",
    "recovery_code_used",
    "recovery_codes_renewed",
    "passkey_added",
    "passkey_removed",
    "access_token_created",
    "access_token_revoked",
    "session_ended",
    "refresh_token_reused",
    "refresh_grace_from_other_address",
    "export_requested",
    "deletion_requested",
]

Reason = Literal[
    # How somebody signed in, when not from a device that is known with its network:
    "new_device",
    # Why a passkey was refused, when its signature was right:
    "counter_went_back",
    # Why a session ended:
    "signed_out",
    "ended_elsewhere",
    "signed_in_again",
    "password_changed",
    "password_reset",
    "email_change_undone",
    "too_many_sessions",
    "token_reused",
    # How a reuse was noticed: an older token, or a thief riding the grace interval.
    "replayed",
    "grace",
]

KEPT_FOR = timedelta(days=365)
DEFAULT_LIMIT = 50
MAX_LIMIT = 100

_SORT_KEY = re.compile(r"[0-9TZ:.-]{27}#[0-9a-f-]{36}", re.ASCII)


@dataclass(frozen=True)
class Page:
    """Some events of a list, and the cursor of the page after them; None when they are the last."""

    events: list[EventItem]
    next_cursor: str | None


def new(
    kind: Kind,
    user_id: str,
    client: Client,
    session_id: str | None = None,
    reason: Reason | None = None,
    *,
    kept_for: timedelta = KEPT_FOR,
) -> EventItem:
    """An event of this moment that is neither stored nor announced yet.

    Parameters
    ----------
    session_id: the session that it happened in or to.
    reason: more about it, for kinds that have one.
    """
    now, event_id = clock.now(), str(uuid.uuid4())
    created_at = clock.rfc3339(now)
    return EventItem(
        event_key(user_id),
        f"{created_at}#{event_id}",
        event_id=event_id,
        kind=kind,
        created_at=created_at,
        address=client.address,
        user_agent=client.user_agent,
        session_id=session_id,
        reason=reason,
        expires_at=int((now + kept_for).timestamp()),
    )


def store_in(write: TransactWrite, events: Iterable[EventItem]) -> None:
    """Store events together with what they tell of; `announce` them when the transaction is through."""
    for event in events:
        write.save(event)


def record(event: EventItem) -> None:
    """Announce and store an event that stands alone.

    What it tells of has happened, so a table that does not answer is no reason to fail: the log has it.
    """
    announce([event])
    try:
        event.save()
    except PynamoDBException as error:
        if not is_passing_fault(error):
            raise
        logger.exception("a security event could not be stored")


def announce(events: Sequence[EventItem]) -> None:
    """One log line for each event, and a mail to the user for those that deserve one."""
    for event in events:
        security_event(
            metric(event.kind),
            user_id=event.pk.partition("#")[2],
            session_id=event.session_id,
            address=event.address,
            reason=event.reason,
        )
    notices.queue(events)


def newest_first(user_id: str, limit: int, cursor: str | None) -> Page:
    """One page of a user's events; one query of as many rows. Those past their time are left out.

    Raises
    ------
    InvalidCursorError: the cursor is not one of this list and this user.
    """
    start = None
    if cursor is not None:
        start = {"pk": {"S": event_key(user_id)}, "sk": {"S": _decoded(cursor, user_id)}}
    found = list(
        EventItem.query(
            event_key(user_id),
            scan_index_forward=False,
            consistent_read=True,
            last_evaluated_key=start,
            limit=limit + 1,
        )
    )
    now = clock.epoch()
    # All live as long: behind one that is over there is none that is not.
    live = [event for event in found if event.expires_at > now]
    shown = live[:limit]
    more = len(live) > limit
    return Page(shown, cursors.encoded(_list_name(user_id), (shown[-1].sk,)) if more else None)


def representation(event: EventItem) -> dict[str, str | None]:
    """What is shown of an event to its user."""
    return {
        "id": event.event_id,
        "type": event.kind,
        "created_at": event.created_at,
        "ip": event.address,
        "user_agent": event.user_agent,
        "session_id": event.session_id,
        "reason": event.reason,
    }


def metric(kind: str) -> str:
    """What a kind of event is called in the log and in the metric of events."""
    return "".join(word.capitalize() for word in kind.split("_"))


def _list_name(user_id: str) -> str:
    return f"{user_id}/events"


def _decoded(cursor: str, user_id: str) -> str:
    values = cursors.decoded(_list_name(user_id), cursor)
    if len(values) != 1 or not _SORT_KEY.fullmatch(values[0]):
        raise InvalidCursorError
    return values[0]
