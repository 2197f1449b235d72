"""The template as it is written: what the gateway answers by itself, and what code and template have in common."""

import json
import re
from typing import Any

import pytest

from taskward.tasks.tables import TaskItem
from tests.support.template import resources

API = resources("AWS::Serverless::Api")["Api"]
INDEXES: list[Any] = [getattr(TaskItem, f"by_{name}") for name in ("created", "changed", "due", "order", "parent")]
GATEWAY_ANSWERS: dict[str, dict[str, Any]] = API["GatewayResponses"]


@pytest.mark.parametrize(
    ("header", "passes"),
    [
        ("Bearer a.b.c", True),
        ("bearer a-_9.b.c", True),
        ("Bearer  a.b.c", True),
        ("Bearer a.b.", False),
        ("Bearer a.b", False),
        ("Bearer a.b.c.d", False),
        ("Basic a.b.c", False),
        ("Bearer a.b.c x", False),
        ("a.b.c", False),
    ],
)
def test_only_what_looks_like_a_token_reaches_the_authorizer(header: str, passes: bool) -> None:
    expression = API["Auth"]["Authorizers"]["TokenAuthorizer"]["Identity"]["ValidationExpression"]
    assert (re.fullmatch(expression, header) is not None) is passes


def test_a_flood_on_sign_in_is_held_up_before_it_reaches_anything_else() -> None:
    limited = {(setting["HttpMethod"], setting["ResourcePath"]) for setting in API["MethodSettings"]}
    guarded = (
        "login",
        "login/second-factor",
        "login/passkey/options",
        "login/passkey",
        "register",
        "refresh",
        "password/forgot",
        "password/reset",
        "email/verify",
        "email/confirm",
        "email/restore",
    )
    addresses = {("POST", f"/~1auth~1{path.replace('/', '~1')}") for path in guarded}
    assert limited == addresses | {("*", "/*")}
    assert all({"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= setting.keys() for setting in API["MethodSettings"])


def test_the_indexes_of_the_model_are_those_of_the_table() -> None:
    defined = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in resources("AWS::DynamoDB::Table")["TasksTable"]["LocalSecondaryIndexes"]
    }
    modelled = {
        index.Meta.index_name: ["user_id", next(n for n, a in index.Meta.attributes.items() if a.is_range_key)]
        for index in INDEXES
    }
    assert defined == modelled
    assert len(defined) == 5


@pytest.mark.parametrize("kind", GATEWAY_ANSWERS)
def test_every_answer_of_the_gateway_is_a_problem_document(kind: str) -> None:
    answer = GATEWAY_ANSWERS[kind]
    headers = answer["ResponseParameters"]["Headers"]
    assert headers["Content-Type"] == "'application/problem+json'"
    assert headers["Cache-Control"] == "'no-store'"
    assert headers["Access-Control-Allow-Origin"] == {"Fn::Sub": "'${CorsOrigin}'"}
    text = answer["ResponseTemplates"]["application/json"]
    # Filled by plain substitution: nothing that a client wrote may go in.
    assert set(re.findall(r"\$[\w.]+", text)) <= {
        *("$context.requestId", "$context.authorizer.code"),
        *("$context.authorizer.title", "$context.authorizer.detail"),
    }
    problem = json.loads(text)
    assert {"type", "title", "detail", "code", "request_id"} <= problem.keys()
    assert problem.get("status") == answer.get("StatusCode")
    assert ("WWW-Authenticate" in headers) is (answer.get("StatusCode") == 401)
    assert ("Retry-After" in headers) is (answer.get("StatusCode") in (429, 503))


def test_the_gateway_s_kinds_of_refusal_are_all_answered() -> None:
    assert GATEWAY_ANSWERS.keys() >= {
        *("UNAUTHORIZED", "ACCESS_DENIED", "AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"),
        *("MISSING_AUTHENTICATION_TOKEN", "RESOURCE_NOT_FOUND", "REQUEST_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"),
        *("THROTTLED", "QUOTA_EXCEEDED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "DEFAULT_4XX", "DEFAULT_5XX"),
    }
    assert GATEWAY_ANSWERS["AUTHORIZER_FAILURE"]["StatusCode"] == 503
    assert GATEWAY_ANSWERS["MISSING_AUTHENTICATION_TOKEN"]["StatusCode"] == 404
