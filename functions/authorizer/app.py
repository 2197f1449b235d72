"""API Gateway's TOKEN authorizer: an access token in, a session's or a personal one, Allow or Deny out.

An expected refusal is a Deny with its reason in the context, which the gateway turns into a 401. Anything else that
goes wrong is raised: the gateway answers 503 and nobody is signed out by it.
"""

from typing import Any

from taskward import remote
from taskward.errors import UnauthenticatedError
from taskward.identity import keys, principals
from taskward.telemetry import REFUSED, logger


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Decide about one request; the result is never cached (time to live 0), so a logout counts at once."""
    # The gateway does not say which request it asks about. Its log of requests has this id beside the request's own.
    known = logger.append_context_keys(authorizer_request_id=context.aws_request_id)
    with remote.within(context.get_remaining_time_in_millis() / 1000), known:
        return _decided(event)


def _decided(event: dict[str, Any]) -> dict[str, Any]:
    try:
        principal = principals.authenticate(event["authorizationToken"].partition(" ")[2].strip())
    except UnauthenticatedError as refusal:
        logger.info(REFUSED, extra={"code": refusal.code, "method_arn": event["methodArn"]})
        # Put into the gateway's template by plain substitution: fixed texts of ours, never anything of the request.
        reason = {"code": refusal.code, "title": refusal.title, "detail": refusal.detail}
        return _decision("anonymous", "Deny", reason)
    context = {
        "user_id": principal.user_id,
        "session_id": principal.session_id,
        "authenticated_at": str(principal.authenticated_at),
        "origin_digests": " ".join(keys.published().origin_digests),
    }
    if principal.scopes is not None:
        # A personal access token: each route says which scope it takes, and most take none.
        context["scope"] = " ".join(sorted(principal.scopes))
    return _decision(principal.user_id, "Allow", context)


def _decision(principal_id: str, effect: str, context: dict[str, str]) -> dict[str, Any]:
    # The decision is about this one request and never remembered; the request's own path stays out of the policy.
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": principal_id, "policyDocument": policy, "context": context}
