"""The authorizer, fed from events/authorizer."""

import hashlib
import json
import re
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import add_token, verify
from tests.support.moto_account import ORIGIN_SECRET
from tests.support.sample_events import ask, ask_with, feed, forged, load, placeholders, signed_in, signed_up
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
    "authorizer/step_token": "invalid_token",
    "authorizer/personal_access_token": None,
    "authorizer/personal_access_token_malformed": "invalid_token",
    "authorizer/personal_access_token_forged": "session_revoked",
    "authorizer/personal_access_token_expired": "session_revoked",
    "authorizer/personal_access_token_revoked": "session_revoked",
}

ALLOWED = ["authorizer/allow", "authorizer/allow_lower_case_scheme"]
REFUSED = [name for name, code in CASES.items() if code is not None]


@pytest.fixture
def values(moto_tables: None, clock: Clock) -> dict[str, str]:
    """Tokens of a live session, and others that are no good, each in a way of its own."""
    ben = verify(signed_up("register/by_cookie"))
    short = {"name": "A program", "scopes": ["tasks:read"], "expires_in_days": 1}
    expired = ask_with(short, "factors/create_token", **ben).json()["token"]
    clock.advance(days=1)
    ann, revoked = verify(signed_up()), signed_in()
    ask("sessions/logout_refresh_token", **revoked)
    token, revoked_token = add_token(ann, "tasks:read", "tasks:write"), add_token(ann, "tasks:read")
    ask("factors/revoke_token", **ann | revoked_token)
    text = token["personal_access_token"]
    return ann | {
        "expired_access_token": ben["access_token"],
        "revoked_access_token": revoked["access_token"],
        "forged_access_token": forged(ann["access_token"], sub=ben["user_id"], sid=ben["session_id"]),
        "step_token": ask("login/passkey_options").json()["step_token"],
        "personal_access_token": text,
        "expired_personal_access_token": expired,
        "revoked_personal_access_token": revoked_token["personal_access_token"],
        # Another secret behind the ids of a token that is good.
        "forged_personal_access_token": f"{text.rpartition('.')[0]}.{expired.rpartition('.')[2]}",
        "token_id": token["token_id"],
    }


def loaded(name: str, values: dict[str, str]) -> Any:
    """An event, filled with those of the values that it has placeholders for."""
    return load(name, **{key: values[key] for key in placeholders(name)})


@pytest.mark.parametrize("name", ALLOWED)
def test_a_live_session_is_allowed_this_one_request_and_made_known_to_the_function(
    name: str, values: dict[str, str], clock: Clock
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
            "authenticated_at": str(int(clock.now().timestamp())),
            "origin_digests": hashlib.sha256(ORIGIN_SECRET.encode()).hexdigest(),
        },
    }


def test_a_personal_access_token_is_made_known_with_what_it_is_good_for(values: dict[str, str]) -> None:
    decision = feed("authorizer/personal_access_token", loaded("authorizer/personal_access_token", values))
    assert decision["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert decision["context"] == {
        "user_id": values["user_id"],
        "session_id": f"TOKEN#{values['token_id']}",
        # No authentication: what asks for a recent one asks in vain.
        "authenticated_at": "0",
        "origin_digests": hashlib.sha256(ORIGIN_SECRET.encode()).hexdigest(),
        "scope": "tasks:read tasks:write",
    }


def test_a_token_that_nobody_has_is_refused_like_one_whose_secret_is_wrong(values: dict[str, str]) -> None:
    ids, _, secret = values["personal_access_token"].removeprefix("taskward_pat.").partition(".")
    # Other ids, which are as well formed: the last character is bound to be what it is.
    nobodys = ids[-2::-1] + ids[-1]
    reasons = [
        feed("authorizer/allow", load("authorizer/allow", access_token=text))["context"]
        for text in (values["forged_personal_access_token"], f"taskward_pat.{nobodys}.{secret}")
    ]
    assert reasons[0] == reasons[1]


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
