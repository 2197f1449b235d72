"""Sessions: sign out, who am I, where am I signed in, and an end to one of them or to all."""

from collections.abc import Iterator
from contextlib import suppress

from taskward.api import Api, Response, answer
from taskward.delivery import cleared_cookie, refresh_token_cookie
from taskward.errors import FieldError, InvalidRequestError, NotFoundError, TaskwardError, UnauthenticatedError
from taskward.identity import keys, principals, sessions, tokens, users
from taskward.identity.events import Reason
from taskward.identity.keys import PublishedKeys
from taskward.identity.models import RefreshRequest
from taskward.identity.step_up import require_recent
from taskward.identity.tokens import AccessClaims, RefreshClaims
from taskward.validation import validated

handler = Api()


@handler.post("/auth/logout")
def logout() -> Response[str]:
    published = keys.published()
    client = handler.viewer(published.origin_digests).client
    for claims in _presented(published):
        sessions.end(claims.user_id, claims.session_id, client, "signed_out")
    return answer(204, cookies=[cleared_cookie()])


@handler.get("/auth/session")
def who_am_i() -> Response[str]:
    principal = handler.principal()
    session = principals.live_session(principal.user_id, principal.session_id)
    user = users.representation(users.get(principal.user_id))
    return answer(200, {"user": user, "session": sessions.representation(session, principal.session_id)})


@handler.get("/auth/sessions")
def list_sessions() -> Response[str]:
    principal = handler.principal()
    alive = sessions.live(principal.user_id)
    return answer(200, [sessions.representation(session, principal.session_id) for session in alive])


@handler.delete("/auth/sessions/<session_id>")
def end_session(session_id: str) -> Response[str]:
    principal = handler.principal()
    is_current = session_id == principal.session_id
    if not is_current:
        require_recent(principal)
    reason: Reason = "signed_out" if is_current else "ended_elsewhere"
    if not sessions.end(principal.user_id, session_id, handler.viewer().client, reason):
        raise NotFoundError
    return answer(204, cookies=[cleared_cookie()] if is_current else None)


@handler.delete("/auth/sessions")
def end_sessions() -> Response[str]:
    principal = handler.principal()
    require_recent(principal)
    keep = handler.query({"keep"}).get("keep")
    if keep not in (None, "current"):
        raise InvalidRequestError(errors=[FieldError("keep", "Only current, or leave it out to end all sessions.")])
    sessions.end_all(principal, handler.viewer().client, keep_current=keep is not None)
    return answer(204, cookies=None if keep else [cleared_cookie()])


def _presented(published: PublishedKeys) -> Iterator[AccessClaims | RefreshClaims]:
    """The genuine tokens of a request, expired ones too: whoever holds one may end its session."""
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
