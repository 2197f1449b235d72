"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Principal:
    """A user, known for certain, and the session they act in, or the personal access token they sent.

    `authenticated_at` is when the user last proved who they are in this session, in whole seconds since 1970; 0 for a
    token. `scopes` is what a token is good for; None for a session, which is good for everything.
    """

    user_id: str
    session_id: str
    authenticated_at: int = 0
    scopes: frozenset[str] | None = None
