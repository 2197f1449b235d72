"""POST /auth/refresh: a refresh token in, the next pair of tokens out."""

from taskward.api import Api, Response
from taskward.delivery import grant_answer, refresh_token_cookie, require_own_script
from taskward.errors import SessionRevokedError, TokenExpiredError, UnauthenticatedError
from taskward.identity import attempts, grants, keys, sessions, tokens
from taskward.identity.models import RefreshRequest
from taskward.validation import validated

handler = Api()


@handler.post("/auth/refresh")
def refresh() -> Response[str]:
    token = validated(RefreshRequest, handler.json_object() or {}).refresh_token
    by_cookie = token is None
    if token is None:
        token = refresh_token_cookie(handler)
        if token is None:
            raise UnauthenticatedError("Send a refresh token, in the body or as the cookie.")
        require_own_script(handler)
    published = keys.published()
    client = handler.viewer(published.origin_digests).client
    try:
        claims = tokens.verify_refresh(token, published)
        grants.prepare()
        session = sessions.refresh(claims, client)
    except (TokenExpiredError, SessionRevokedError):
        # Genuine, and over: a tab that was left open, not somebody who tries.
        raise
    except UnauthenticatedError:
        attempts.count_refused("REFRESHES", client)
        raise
    return grant_answer(200, grants.issue(session), by_cookie=by_cookie)
