"""Who is calling: from an access token to a user in a live session. All that the authorizer needs, and no more."""

from taskward import clock
from taskward.errors import SessionRevokedError
from taskward.identity import keys, tokens
from taskward.identity.session_tables import SessionItem
from taskward.principal import Principal


def authenticate(access_token: str) -> Principal:
    """The principal of an access token; its session must be alive at this moment (ASVS 7.4.1).

    Raises
    ------
    UnauthenticatedError: or one of its kinds, when the token or the session is no good.
    """
    claims = tokens.verify_access(access_token, keys.published())
    live_session(claims.user_id, claims.session_id)
    return Principal(claims.user_id, claims.session_id)


def live_session(user_id: str, session_id: str) -> SessionItem:
    """The session, read consistently.

    Raises
    ------
    SessionRevokedError: it was ended, or its time is over (the table removes old items late, so times are checked).
    """
    try:
        session = SessionItem.get(user_id, session_id, consistent_read=True)
    except SessionItem.DoesNotExist:
        raise SessionRevokedError from None
    if session.expires_at <= clock.epoch():
        raise SessionRevokedError
    return session
