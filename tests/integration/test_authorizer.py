"""The authorizer, fed from events/authorizer."""

import hashlib
import json
import re
from typing import Any

import pytest

from tests.conftest import ORIGIN_SECRET, Clock
from tests.support import aws
from tests.support.sample_events import ask, feed, forged, load, placeholders, signed_in, signed_up
from tests.support.template import resources

# Of each event the code of the refusal, None where the request is allowed.
CASES = {
    "authorizer/allow": None,
    "authorizer/allow_lower_case_scheme": None,
    "authorizer/malformed": "invalid_token",
    "authorizer/unsigned": "invalid_token",
    "authorizer/forged": "invalid_token",
    "authorizer/refresh_token": "invalid_token",
    "authorizer/expired": "token_expired",
    "authorizer/session_revoked": "session_revoked",
}

ALLOWED = [name for name, code in CASES.items() if code is None]
REFUSED = [name for name, code in CASES.items() if code is not None]


@pytest.fixture
def values(moto_tables: None, clock: Clock) -> dict[str, str]:
    """Tokens of a live session, and others that are no good, each in a way of its own."""
    expired = signed_up("register/by_cookie")
    clock.advance(seconds=900)
    ann, revoked = signed_up(), signed_in()
    ask("sessions/logout_refresh_token", **revoked)
    return ann | {
        "expired_access_token": expired["access_token"],
        "revoked_access_token": revoked["access_token"],
        "forged_access_token": forged(ann["access_token"], sub=expired["user_id"], sid=expired["session_id"]),
    }


def loaded(name: str, values: dict[str, str]) -> Any:
    """An event, filled with those of the values that it has placeholders for."""
    return load(name, **{key: values[key] for key in placeholders(name)})


@pytest.mark.parametrize("name", ALLOWED)
def test_a_live_session_is_allowed_this_one_request_and_made_known_to_the_function(
    name: str, values: dict[str, str]
) -> None:
    grant = ask("login/ok").json()
    event = load(name, access_token=grant["access_token"])
    assert feed(name, event) == {
        "principalId": grant["user"]["id"],
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}],
        },
        "context": {
            "user_id": grant["user"]["id"],
            "session_id": grant["session_id"],
            "origin_digests": hashlib.sha256(ORIGIN_SECRET.encode()).hexdigest(),
        },
    }


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_a_deny_with_its_reason_and_nothing_of_the_request(name: str, values: dict[str, str]) -> None:
    event = loaded(name, values)
    decision = feed(name, event)
    reason = decision.pop("context")
    assert decision == {
        "principalId": "anonymous",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": "*"}],
        },
    }
    assert reason.keys() == {"code", "title", "detail"}
    assert reason["code"] == CASES[name]


@pytest.mark.parametrize("name", REFUSED)
def test_the_gateways_answer_to_a_refusal_is_a_problem_document(name: str, values: dict[str, str]) -> None:
    reason = feed(name, loaded(name, values))["context"]
    template = _gateway_response("ACCESS_DENIED")["ResponseTemplates"]["application/json"]
    # The gateway substitutes plainly: a quote in a reason would break the document.
    body = re.sub(r"\$context\.authorizer\.(\w+)", lambda match: reason[match[1]], template)
    problem = json.loads(body.replace("$context.requestId", "request-1"))
    assert problem == {
        "type": f"urn:taskward:problem:{CASES[name]}",
        "title": reason["title"],
        "status": 401,
        "detail": reason["detail"],
        "code": CASES[name],
        "request_id": "request-1",
    }


def test_a_fault_of_ours_is_raised_and_not_a_refusal_that_signs_users_out() -> None:
    from taskward.errors import UnavailableError

    with aws.in_memory():
        aws.create_tables()
        with pytest.raises(UnavailableError):
            feed("authorizer/allow", load("authorizer/allow", access_token="not.a.token"))


@pytest.mark.parametrize("name", CASES)
def test_the_gateway_lets_every_sample_token_through_to_the_authorizer(name: str, values: dict[str, str]) -> None:
    authorizer = resources("AWS::Serverless::Api")["Api"]["Auth"]["Authorizers"]["TokenAuthorizer"]
    assert re.search(authorizer["Identity"]["ValidationExpression"], loaded(name, values)["authorizationToken"])


def _gateway_response(kind: str) -> Any:
    return resources("AWS::Serverless::Api")["Api"]["GatewayResponses"][kind]
