"""The template as it is written: what must hold for every function, table and answer of the gateway."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from taskward.tasks.tables import TaskItem
from tests.support.template import resources, template, with_everything_on

PUBLIC = {
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/login/second-factor"),
    ("POST", "/auth/login/passkey/options"),
    ("POST", "/auth/login/passkey"),
    ("POST", "/auth/password/forgot"),
    ("POST", "/auth/password/reset"),
    ("POST", "/auth/email/verify"),
    ("POST", "/auth/email/confirm"),
    ("POST", "/auth/email/restore"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
}
FUNCTIONS = resources("AWS::Serverless::Function")
TABLES = resources("AWS::DynamoDB::Table")
API = resources("AWS::Serverless::Api")["Api"]
INDEXES: list[Any] = [getattr(TaskItem, f"by_{name}") for name in ("created", "changed", "due", "order", "parent")]
GATEWAY_ANSWERS: dict[str, dict[str, Any]] = API["GatewayResponses"]


def _statements() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, function in FUNCTIONS.items():
        for policy in with_everything_on(function["Policies"]):
            for statement in policy["Statement"]:
                yield name, statement


def _actions(statement: dict[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else actions


def test_every_route_needs_a_token_but_the_public_ones() -> None:
    assert API["Auth"]["DefaultAuthorizer"] == "TokenAuthorizer"
    public = set()
    for function in FUNCTIONS.values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "Api" and event["Properties"].get("Auth", {}).get("Authorizer") == "NONE":
                public.add((event["Properties"]["Method"], event["Properties"]["Path"]))
    assert public == PUBLIC


def test_nothing_that_the_authorizer_says_is_remembered() -> None:
    identity = API["Auth"]["Authorizers"]["TokenAuthorizer"]["Identity"]
    assert identity["ReauthorizeEvery"] == 0


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


def test_no_role_may_scan_or_has_a_wildcard() -> None:
    for name, statement in _statements():
        for action in _actions(statement):
            assert "*" not in action, (name, action)
            assert action not in ("dynamodb:Scan", "dynamodb:PartiQLSelect"), name
        # Objects of a bucket and all indexes of a table have no other name in a policy, and identities are limited by
        # the sender: see below. Nothing else is left open.
        named = json.dumps(statement["Resource"])
        for unnamed in ("${ExportsBucket.Arn}/exports/*", "${TasksTable.Arn}/index/*", ":identity/*"):
            named = named.replace(unnamed, "")
        assert "*" not in named, name


def test_only_what_issues_tokens_or_rotates_keys_may_read_the_signing_keys() -> None:
    readers = {
        name for name, s in _statements() if "SigningKeysSecret" in json.dumps(s["Resource"]) and s["Effect"] == "Allow"
    }
    issuing = {f"{name}Function" for name in ("Register", "Login", "Refresh", "Factors")}
    assert readers == issuing | {"RotateKeysFunction"}


def test_secrets_of_second_factors_are_encrypted_by_who_sets_them_up_and_decrypted_by_who_checks_codes() -> None:
    found = {
        name: set(_actions(statement))
        for name, statement in _statements()
        if "EncryptionKey" in json.dumps(statement["Resource"]) or "kms:" in json.dumps(statement["Action"])
    }
    assert found == {"LoginFunction": {"kms:Decrypt"}, "FactorsFunction": {"kms:Encrypt", "kms:Decrypt"}}
    knowing = {name for name, function in FUNCTIONS.items() if "ENCRYPTION_KEY" in json.dumps(function["Environment"])}
    assert knowing == found.keys()


def test_the_key_of_second_factors_is_rotated_and_outlives_the_stack() -> None:
    (key,) = resources("AWS::KMS::Key").values()
    assert key["EnableKeyRotation"] is True
    whole = template()["Resources"]["EncryptionKey"]
    assert (whole["DeletionPolicy"], whole["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_authorizer_may_write_nothing_but_when_a_token_was_used() -> None:
    writing = [s for name, s in _statements() if name == "AuthorizerFunction" and s["Effect"] == "Allow"]
    (statement,) = [s for s in writing if WRITES & set(_actions(s))]
    assert _actions(statement) == ["dynamodb:UpdateItem"]
    assert statement["Resource"] == {"Fn::GetAtt": ["SessionsTable", "Arn"]}
    # The key, what the condition looks at, and what is written.
    attributes = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    assert set(attributes) == {"user_id", "session_id", "digest", "last_used_at"}


# Which rows of the Users table a role may write, by the beginning of their partition; None for all of them.
WRITERS_OF_USERS: dict[str, set[str] | None] = {
    "RegisterFunction": {"USER#*", "EMAIL#*", "EVENTS#*", "ATTEMPT#*"},
    "LoginFunction": {"USER#*", "EVENTS#*", "ATTEMPT#*"},
    "RefreshFunction": {"EVENTS#*", "ATTEMPT#NETWORK#*"},
    "SessionsFunction": {"EVENTS#*"},
    "AccountFunction": {"USER#*", "EMAIL#*", "EVENTS#*", "ATTEMPT#*"},
    "BulkFunction": {"USER#*"},
    "RecoveryFunction": {"USER#*", "EMAIL#*", "EVENTS#*", "ATTEMPT#*"},
    "FactorsFunction": {"USER#*", "EVENTS#*", "ATTEMPT#*"},
    "WorkerFunction": None,
}
WRITES = {f"dynamodb:{action}" for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")}


def test_who_only_records_events_or_counts_attempts_cannot_write_accounts() -> None:
    found: dict[str, set[str] | None] = {}
    for name, statement in _statements():
        if "UsersTable" not in json.dumps(statement["Resource"]) or not WRITES & set(_actions(statement)):
            continue
        condition = statement.get("Condition")
        if condition is None:
            found[name] = None
        elif found.get(name, set()) is not None:
            found[name] = (found.get(name) or set()) | set(condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
    assert found == WRITERS_OF_USERS


def test_whoever_writes_sessions_is_kept_off_the_published_keys() -> None:
    writers = {
        name
        for name, statement in _statements()
        if statement["Effect"] == "Allow"
        and "SessionsTable" in json.dumps(statement["Resource"])
        and WRITES & set(_actions(statement))
    }
    kept_off = {
        name
        for name, statement in _statements()
        if statement["Effect"] == "Deny" and set(_actions(statement)) >= WRITES
    }
    assert writers - kept_off == {"RotateKeysFunction"}


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


def test_a_function_that_hashes_or_mails_for_anybody_has_a_share_of_its_own() -> None:
    shared = {name for name, function in FUNCTIONS.items() if "ReservedConcurrentExecutions" in function}
    assert shared == {f"{name}Function" for name in ("Register", "Login", "Recovery")}


def test_every_function_answers_before_the_gateway_gives_up() -> None:
    common = template()["Globals"]["Function"]["Timeout"]
    for name, function in FUNCTIONS.items():
        if any(event["Type"] == "Api" for event in function.get("Events", {}).values()):
            assert function.get("Timeout", common) < 29, name


def test_no_secret_stands_in_an_environment_variable() -> None:
    variables = [template()["Globals"]["Function"], *FUNCTIONS.values()]
    text = json.dumps([function.get("Environment", {}) for function in variables])
    assert "resolve:" not in text
    assert "SecretString" not in text


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_on_demand_encrypted_recoverable_and_protected(table: str) -> None:
    properties = TABLES[table]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    whole = template()["Resources"][table]
    assert (whole["DeletionPolicy"], whole["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_indexes_of_the_model_are_those_of_the_table() -> None:
    defined = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in TABLES["TasksTable"]["LocalSecondaryIndexes"]
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
