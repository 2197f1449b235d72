"""Step-up: what changes the ways in, or ends what is not one's own, asks for a recent authentication (ASVS 7.5)."""

from taskward import clock
from taskward.errors import ReauthenticationRequiredError
from taskward.principal import Principal

RECENT_SECONDS = 600
"""How long an authentication is recent."""


def require_recent(principal: Principal) -> None:
    """Refuse when the last authentication in this session was more than `RECENT_SECONDS` ago.

    Raises
    ------
    ReauthenticationRequiredError: it was.
    """
    if clock.epoch() - principal.authenticated_at > RECENT_SECONDS:
        raise ReauthenticationRequiredError
