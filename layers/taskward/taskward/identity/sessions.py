"""Sessions: started by a sign-in, renewed by refresh tokens that rotate, ended at once and for good.

A session holds a generation number. A refresh token names the generation it was issued for, so the store keeps one
integer and no secret. What happens on refresh is decided by how far the token's generation is behind the session's.
"""

import uuid
from collections.abc import Sequence

from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from taskward import clock, settings
from taskward.client import Client
from taskward.errors import (
    TokenReusedError,
    UnauthenticatedError,
    UnavailableError,
)
from taskward.identity import events, principals
from taskward.identity.event_tables import EventItem
from taskward.identity.events import Reason
from taskward.identity.session_tables import SessionItem
from taskward.identity.tokens import RefreshClaims
from taskward.principal import Principal
from taskward.storage import ID_LENGTH, TransactionConflictError, collided, condition_failed, connection_of, transact

FOREIGN_STREAK_LIMIT = 3
"""Generations in a row in which a second address was answered within the grace: then it is a thief riding it."""

MAX_PER_USER = 50
"""Live sessions of one user; a new one takes the place of the one that was not used for the longest time."""

_RACE_ATTEMPTS = 3


def new(user_id: str, client: Client) -> SessionItem:
    """A session that is not stored yet."""
    now = clock.epoch()
    ends_at = now + settings.session_seconds()
    return SessionItem(
        user_id,
        str(uuid.uuid4()),
        generation=1,
        created_at=now,
        last_used_at=now,
        authenticated_at=now,
        expires_at=min(now + settings.session_idle_seconds(), ends_at),
        ends_at=ends_at,
        address=client.address,
        user_agent=client.user_agent,
    )


def live(user_id: str) -> list[SessionItem]:
    """The sessions of a user that are alive, the last used first; one consistent query."""
    now = clock.epoch()
    # Personal access tokens are in the same partition.
    rows = (row for row in SessionItem.query(user_id, consistent_read=True) if len(row.session_id) == ID_LENGTH)
    alive = [row for row in rows if row.expires_at > now]
    return sorted(alive, key=lambda session: (session.last_used_at, session.created_at), reverse=True)


def surplus(alive: Sequence[SessionItem]) -> Sequence[SessionItem]:
    """Those of `live` that have to go before one more is started."""
    return alive[MAX_PER_USER - 1 :]


def refresh(claims: RefreshClaims, client: Client) -> SessionItem:
    """Move the session on by one generation; one conditional write, no read, as long as nobody else is involved.

    Raises
    ------
    SessionRevokedError: the session is over; an end always wins over a refresh in flight.
    TokenReusedError: the token is stolen or replayed; the session was ended.
    """
    for _ in range(_RACE_ATTEMPTS):
        now = clock.epoch()
        session = SessionItem(claims.user_id, claims.session_id)
        try:
            session.update(
                actions=[
                    SessionItem.generation.set(claims.generation + 1),
                    SessionItem.last_used_at.set(now),
                    SessionItem.expires_at.set(min(now + settings.session_idle_seconds(), claims.session_ends_at)),
                    SessionItem.rotated_from.set(client.address),
                ],
                # False as well when there is no such session: it is never created anew.
                condition=(SessionItem.generation == claims.generation) & (SessionItem.expires_at > now),
            )
            return session
        except UpdateError as error:
            if collided(error):
                # It is just being ended, as like as not: look again.
                continue
            if not condition_failed(error):
                raise
        current = _current_for_second_use(claims, client, now)
        if current is not None:
            return current
    raise UnavailableError


def _current_for_second_use(claims: RefreshClaims, client: Client, now: int) -> SessionItem | None:
    """The session as it is, when a token that was used already may still be answered; None to try once more."""
    session = principals.live_session(claims.user_id, claims.session_id)
    behind = session.generation - claims.generation
    if behind == 0:
        return None
    if behind < 0:
        # Ahead of the store: only a table restored to an earlier time does this. It proves nothing.
        raise UnauthenticatedError
    if behind > 1 or now - session.last_used_at > settings.refresh_grace_seconds():
        raise _reuse(session, client, "replayed")
    if session.rotated_from == client.address:
        return session
    # Two tabs raced, or an answer was lost, and the address changed on the way. Or a thief was answered: note it.
    return _with_foreign_answer_noted(session, client)


def _with_foreign_answer_noted(session: SessionItem, client: Client) -> SessionItem | None:
    generation = session.generation
    if session.foreign_generation == generation:
        return session
    follows = session.foreign_generation == generation - 1
    streak = (session.foreign_streak or 0) + 1 if follows else 1
    if streak >= FOREIGN_STREAK_LIMIT:
        raise _reuse(session, client, "grace")
    try:
        session.update(
            actions=[SessionItem.foreign_generation.set(generation), SessionItem.foreign_streak.set(streak)],
            condition=SessionItem.generation == generation,
        )
    except UpdateError as error:
        if not (condition_failed(error) or collided(error)):
            raise
        return None
    events.record(events.new("refresh_grace_from_other_address", session.user_id, client, session.session_id))
    return session


def _reuse(session: SessionItem, client: Client, how: Reason) -> TokenReusedError:
    reused = events.new("refresh_token_reused", session.user_id, client, session.session_id, how)
    _end(session, [reused, *ends([session], client, "token_reused")])
    return TokenReusedError()


def end(user_id: str, session_id: str, client: Client, reason: Reason) -> bool:
    """End a session, at once, and record it; False when it is no session of this user, or over already."""
    if len(session_id) > ID_LENGTH:
        return False
    return _end(SessionItem(user_id, session_id), [events.new("session_ended", user_id, client, session_id, reason)])


def _end(session: SessionItem, told: list[EventItem]) -> bool:
    def fill(write: TransactWrite) -> None:
        write.delete(session, condition=SessionItem.expires_at > clock.epoch())
        events.store_in(write, told)

    try:
        transact(connection_of(SessionItem), fill)
    except TransactionConflictError:
        return False
    events.announce(told)
    return True


def end_all(principal: Principal, client: Client, *, keep_current: bool = False) -> None:
    """End all sessions of a user in one step, or all others, and record each."""
    alive = live(principal.user_id)
    current = [session for session in alive if session.session_id == principal.session_id and not keep_current]
    others = [session for session in alive if session.session_id != principal.session_id]
    ended = [*current, *others]
    if not ended:
        return
    told = [*ends(current, client, "signed_out"), *ends(others, client, "ended_elsewhere")]

    def fill(write: TransactWrite) -> None:
        end_in(write, ended)
        events.store_in(write, told)

    transact(connection_of(SessionItem), fill)
    events.announce(told)


def end_in(write: TransactWrite, ended: Sequence[SessionItem]) -> None:
    """End sessions together with what is the reason for it."""
    for session in ended:
        write.delete(session)


def ends(ended: Sequence[SessionItem], client: Client, reason: Reason) -> list[EventItem]:
    """The events that tell of the end of sessions."""
    return [events.new("session_ended", item.user_id, client, item.session_id, reason) for item in ended]


def representation(session: SessionItem, current_id: str) -> dict[str, str | bool]:
    """What is shown of a session to its user, who asks in the session `current_id`; `ip` is where it was last used."""
    return {
        "id": session.session_id,
        "current": session.session_id == current_id,
        "created_at": clock.rfc3339(int(session.created_at)),
        "last_used_at": clock.rfc3339(int(session.last_used_at)),
        "authenticated_at": clock.rfc3339(principals.authenticated_at(session)),
        "expires_at": clock.rfc3339(int(session.expires_at)),
        "ip": session.rotated_from or session.address,
        "user_agent": session.user_agent,
    }
