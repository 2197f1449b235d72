"""A session grant: the pair of tokens that a sign-in or a refresh gives (RFC 6749, section 5.1)."""

from dataclasses import dataclass

from taskward import settings
from taskward.identity import keyring, tokens
from taskward.identity.session_tables import SessionItem
from taskward.identity.tokens import RefreshClaims


@dataclass(frozen=True)
class Grant:
    """`expires_in` is the access token's lifetime in seconds, `refresh_expires_at` the refresh token's end."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_at: int
    session_id: str


def prepare() -> None:
    """Fail now, while nothing is stored yet, if no token could be signed afterwards; raises like `keyring`."""
    keyring.signing_key()


def issue(session: SessionItem) -> Grant:
    """Tokens for the session's current generation."""
    key = keyring.signing_key()
    ends_at, expires_at = int(session.ends_at), int(session.expires_at)
    claims = RefreshClaims(session.user_id, session.session_id, int(session.generation), ends_at)
    return Grant(
        access_token=tokens.issue_access(key, session.user_id, session.session_id),
        expires_in=settings.access_token_seconds(),
        refresh_token=tokens.issue_refresh(key, claims, expires_at),
        refresh_expires_at=expires_at,
        session_id=session.session_id,
    )
