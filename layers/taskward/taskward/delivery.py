"""How a session grant travels: tokens in the body, or the refresh token in a cookie that no script can read.

The cookie has the `__Host-` prefix (RFC 6265bis, ASVS 3.3.1): this host alone, over TLS alone.
"""

from typing import Any

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from taskward import clock
from taskward.api import Api, Response, answer
from taskward.client import Client
from taskward.errors import CrossSiteRequestError, UnauthenticatedError, UnavailableError
from taskward.identity import keys, sessions, tokens
from taskward.identity.grants import Grant
from taskward.storage import is_passing_fault
from taskward.telemetry import logger

COOKIE = "__Host-taskward_refresh"
CLIENT_HEADER = "X-Taskward-Client"
"""Any value: a page of another site cannot add it to a request without our leave."""


def grant_answer(
    status: int, grant: Grant, *, by_cookie: bool, user: dict[str, Any] | None = None, clear_cookie: bool = False
) -> Response[str]:
    """The answer that hands out a grant; `user` is shown after a sign-in, not after a refresh.

    `clear_cookie` takes a cookie away whose session was ended, when no other takes its place.
    """
    content: dict[str, Any] = {
        "access_token": grant.access_token,
        "token_type": "Bearer",
        "expires_in": grant.expires_in,
        "session_id": grant.session_id,
    }
    if user is not None:
        content["user"] = user
    if by_cookie:
        lifetime = grant.refresh_expires_at - clock.epoch()
        return answer(status, content, cookies=[_cookie(grant.refresh_token, lifetime)])
    cookies = [cleared_cookie()] if clear_cookie else None
    return answer(status, content | {"refresh_token": grant.refresh_token}, cookies=cookies)


def cleared_cookie() -> Cookie:
    """Makes the browser forget the refresh token."""
    return _cookie("", 0)


def refresh_token_cookie(api: Api) -> str | None:
    """The refresh token of the request's cookie, if it has one."""
    for pair in (api.header("cookie") or "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE and value:
            return value
    return None


def end_session_of_cookie(api: Api, client: Client) -> bool:
    """End the session that a browser leaves behind when it signs in anew (ASVS 7.2.4); whether it had a cookie."""
    token = refresh_token_cookie(api)
    if token is None:
        return False
    try:
        left = tokens.verify_refresh(token, keys.published(), even_expired=True)
        sessions.end(left.user_id, left.session_id, client, "signed_in_again")
    except UnauthenticatedError:
        # Not ours.
        pass
    except Exception as error:
        if not (isinstance(error, UnavailableError) or is_passing_fault(error)):
            raise
        # The new session stands already; the old one ends by its time.
        logger.exception("the session that was left could not be ended")
    return True


def require_own_script(api: Api) -> None:
    """Refuse a request that another site's page could have made the browser send.

    Raises
    ------
    CrossSiteRequestError: the header `X-Taskward-Client` is missing.
    """
    if not api.header(CLIENT_HEADER):
        raise CrossSiteRequestError


def _cookie(value: str, max_age: int) -> Cookie:
    return Cookie(COOKIE, value, path="/", secure=True, http_only=True, same_site=SameSite.STRICT_MODE, max_age=max_age)
