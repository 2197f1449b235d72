"""Who is calling: from a token to a user in a live session. All that the authorizer needs, and no more."""

from taskward import clock
from taskward.errors import SessionRevokedError
from taskward.identity import access_tokens, keys, tokens
from taskward.identity.session_tables import SessionItem
from taskward.principal import Principal
from taskward.storage import ID_LENGTH


def authenticate(token: str) -> Principal:
    """The principal of an access token, or of a personal one; what it stands for must be alive now (ASVS 7.4.1).

    Raises
    ------
    UnauthenticatedError: or one of its kinds, when the token or the session is no good.
    """
    if token.startswith(access_tokens.PREFIX):
        personal = access_tokens.verified(token)
        return Principal(personal.user_id, personal.session_id, scopes=frozenset(personal.scopes))
    claims = tokens.verify_access(token, keys.published())
    session = live_session(claims.user_id, claims.session_id)
    return Principal(claims.user_id, claims.session_id, authenticated_at(session))


def live_session(user_id: str, session_id: str) -> SessionItem:
    """The session, read consistently.

    Raises
    ------
    SessionRevokedError: it was ended, or its time is over (the table removes old items late, so times are checked).
    """
    if len(session_id) != ID_LENGTH:
        # The row of an access token, which is in the same partition, is no session.
        raise SessionRevokedError
    try:
        session = SessionItem.get(user_id, session_id, consistent_read=True)
    except SessionItem.DoesNotExist:
        raise SessionRevokedError from None
    if session.expires_at <= clock.epoch():
        raise SessionRevokedError
    return session


def authenticated_at(session: SessionItem) -> int:
    """When the session's user last proved who they are, in whole seconds since 1970."""
    # Sessions of 0.2 know their sign-in alone.
    return int(session.created_at if session.authenticated_at is None else session.authenticated_at)
