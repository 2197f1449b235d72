"""Sessions: POST /auth/logout ends one, GET /auth/session says who and where I am."""

from collections.abc import Iterator
from contextlib import suppress

from taskward.api import Api, Response, answer
from taskward.delivery import cleared_cookie, refresh_token_cookie
from taskward.errors import TaskwardError, UnauthenticatedError
from taskward.identity import keys, principals, sessions, tokens, users
from taskward.identity.models import RefreshRequest
from taskward.identity.tokens import AccessClaims, RefreshClaims
from taskward.validation import validated

handler = Api()


@handler.post("/auth/logout")
def logout() -> Response[str]:
    for claims in _presented():
        sessions.end(claims.user_id, claims.session_id)
    return answer(204, cookies=[cleared_cookie()])


@handler.get("/auth/session")
def who_am_i() -> Response[str]:
    principal = handler.principal()
    session = principals.live_session(principal.user_id, principal.session_id)
    user = users.representation(users.get(principal.user_id))
    return answer(200, {"user": user, "session": sessions.representation(session) | {"current": True}})


def _presented() -> Iterator[AccessClaims | RefreshClaims]:
    """The genuine tokens of a request, expired ones too: whoever holds one may end its session."""
    published = keys.published()
    scheme, _, access_token = (handler.header("authorization") or "").partition(" ")
    try:
        in_body = validated(RefreshRequest, handler.json_object() or {}).refresh_token
    except TaskwardError:
        # Signing out is never refused, whatever else was sent along.
        in_body = None
    if scheme.lower() == "bearer":
        with suppress(UnauthenticatedError):
            yield tokens.verify_access(access_token.strip(), published, even_expired=True)
    for refresh_token in (in_body, refresh_token_cookie(handler)):
        if refresh_token:
            with suppress(UnauthenticatedError):
                yield tokens.verify_refresh(refresh_token, published, even_expired=True)
