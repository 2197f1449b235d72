"""Sessions: started by a sign-in, renewed by refresh tokens that rotate, ended at once and for good.

A session holds a generation number. A refresh token names the generation it was issued for, so the store keeps one
integer and no secret. What happens on refresh is decided by how far the token's generation is behind the session's.
"""

import uuid

from pynamodb.exceptions import UpdateError

from taskward import clock, settings
from taskward.errors import (
    TokenReusedError,
    UnauthenticatedError,
    UnavailableError,
)
from taskward.identity import principals
from taskward.identity.session_tables import SessionItem
from taskward.identity.tokens import RefreshClaims
from taskward.storage import condition_failed
from taskward.telemetry import security_event

FOREIGN_STREAK_LIMIT = 3
"""Generations in a row in which a second address was answered within the grace: then it is a thief riding it."""

_RACE_ATTEMPTS = 3


def new(user_id: str, address: str, user_agent: str) -> SessionItem:
    """A session that is not stored yet."""
    now = clock.epoch()
    ends_at = now + settings.session_seconds()
    return SessionItem(
        user_id,
        str(uuid.uuid4()),
        generation=1,
        created_at=now,
        last_used_at=now,
        expires_at=min(now + settings.session_idle_seconds(), ends_at),
        ends_at=ends_at,
        address=address,
        user_agent=user_agent,
    )


def refresh(claims: RefreshClaims, address: str) -> SessionItem:
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
                    SessionItem.rotated_from.set(address),
                ],
                # False as well when there is no such session: it is never created anew.
                condition=(SessionItem.generation == claims.generation) & (SessionItem.expires_at > now),
            )
            return session
        except UpdateError as error:
            if not condition_failed(error):
                raise
        current = _current_for_second_use(claims, address, now)
        if current is not None:
            return current
    raise UnavailableError


def _current_for_second_use(claims: RefreshClaims, address: str, now: int) -> SessionItem | None:
    """The session as it is, when a token that was used already may still be answered; None to try once more."""
    session = principals.live_session(claims.user_id, claims.session_id)
    behind = session.generation - claims.generation
    if behind == 0:
        return None
    if behind < 0:
        # Ahead of the store: only a table restored to an earlier time does this. It proves nothing.
        raise UnauthenticatedError
    if behind > 1 or now - session.last_used_at > settings.refresh_grace_seconds():
        raise _reuse(session, address, "replayed")
    if session.rotated_from == address:
        return session
    # Two tabs raced, or an answer was lost, and the address changed on the way. Or a thief was answered: note it.
    security_event("RefreshGraceFromOtherAddress", user_id=session.user_id, session_id=session.session_id)
    return _with_foreign_answer_noted(session, address)


def _with_foreign_answer_noted(session: SessionItem, address: str) -> SessionItem | None:
    generation = session.generation
    if session.foreign_generation == generation:
        return session
    follows = session.foreign_generation == generation - 1
    streak = (session.foreign_streak or 0) + 1 if follows else 1
    if streak >= FOREIGN_STREAK_LIMIT:
        raise _reuse(session, address, "grace")
    try:
        session.update(
            actions=[SessionItem.foreign_generation.set(generation), SessionItem.foreign_streak.set(streak)],
            condition=SessionItem.generation == generation,
        )
    except UpdateError as error:
        if not condition_failed(error):
            raise
        return None
    return session


def _reuse(session: SessionItem, address: str, how: str) -> TokenReusedError:
    end(session.user_id, session.session_id)
    security_event(
        "RefreshTokenReused", user_id=session.user_id, session_id=session.session_id, address=address, how=how
    )
    return TokenReusedError()


def end(user_id: str, session_id: str) -> None:
    """End a session, at once; ending one that is over already is no error."""
    SessionItem(user_id, session_id).delete()


def representation(session: SessionItem) -> dict[str, str]:
    """What is shown of a session to its user."""
    return {
        "id": session.session_id,
        "created_at": clock.rfc3339(int(session.created_at)),
        "last_used_at": clock.rfc3339(int(session.last_used_at)),
        "expires_at": clock.rfc3339(int(session.expires_at)),
        "ip": session.address,
        "user_agent": session.user_agent,
    }
