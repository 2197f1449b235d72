"""The OpenAPI documents, with mail and without: made from the code as it is, and true to the template."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.openapi import document as openapi
from local.openapi.page import page
from taskward import errors
from taskward.tasks import errors as task_errors
from tests.support.conformance import document, validator
from tests.support.described import NEED_MAIL, operations, refusals, routes
from tests.support.template import resources

BOTH = pytest.mark.parametrize("mail", [True, False], ids=["with_mail", "without_mail"])
NEED_PASSWORD = {"changePassword", "deleteAccount", "turnSecondFactorOff", "reauthenticate", "changeEmail"}


def gateway_problems() -> Iterator[tuple[str, str]]:
    """What the gateway answers by itself, with its variables filled in."""
    variables = {
        "$context.requestId": "r",
        "$context.authorizer.code": "token_expired",
        "$context.authorizer.title": "t",
        "$context.authorizer.detail": "d",
    }
    for kind, response in resources("AWS::Serverless::Api")["Api"]["GatewayResponses"].items():
        text = response["ResponseTemplates"]["application/json"]
        for name, value in variables.items():
            text = text.replace(name, value)
        yield kind, text


def documented_codes(*, mail: bool) -> dict[str, set[int]]:
    """The statuses that each problem code is documented with, over all operations."""
    found: dict[str, set[int]] = {}
    for _, status, code in refusals(mail=mail):
        found.setdefault(code, set()).add(status)
    return found


@BOTH
def test_the_committed_files_are_what_the_code_makes_now(mail: bool) -> None:
    made = openapi.document(mail=mail)
    hint = "run `make openapi`"
    assert openapi.document_file(mail=mail).read_text(encoding="utf-8") == openapi.as_text(made), hint
    assert openapi.page_file(mail=mail).read_text(encoding="utf-8") == page(made), hint


@BOTH
def test_the_document_is_valid_openapi(mail: bool) -> None:
    OpenAPIV31SpecValidator(document(mail=mail)).validate()


@BOTH
def test_every_schema_is_valid_json_schema(mail: bool) -> None:
    for schema in document(mail=mail)["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@BOTH
def test_routes_are_those_of_the_template(mail: bool) -> None:
    described = sorted((path, method) for path, method, _ in operations(mail=mail))
    deployed = sorted((path, method) for path, method, _, _ in routes())
    assert described == [route for route in deployed if mail or route not in NEED_MAIL]
    assert set(deployed) > NEED_MAIL


@BOTH
def test_the_same_routes_are_public_as_in_the_template(mail: bool) -> None:
    assert document(mail=mail)["security"] == [{"accessToken": []}]
    public = {(path, method) for path, method, _, is_public in routes() if is_public}
    for path, method, operation in operations(mail=mail):
        assert (operation.get("security") == []) == ((path, method) in public), path


@BOTH
def test_a_personal_access_token_reaches_tasks_and_jobs_alone_and_reads_or_writes(mail: bool) -> None:
    found = {}
    for path, method, operation in operations(mail=mail):
        if operation.get("security"):
            session, token = operation["security"]
            assert session == {"accessToken": []}
            ((scheme, (scope,)),) = token.items()
            assert scheme == "personalAccessToken"
            found[path, method] = scope
    reached = {(path, method) for path, method, folder, _ in routes() if folder in ("tasks", "bulk")}
    reached.add(("/jobs/{id}", "get"))
    reading = {route for route in reached if route[1] == "get"} | {("/tasks/export", "post")}
    assert found == {route: "tasks:read" if route in reading else "tasks:write" for route in reached}
    assert document(mail=mail)["components"]["securitySchemes"].keys() == {"accessToken", "personalAccessToken"}


@BOTH
def test_only_users_operations_answer_that_nobody_is_signed_in_or_that_the_token_is_not_for_it(mail: bool) -> None:
    out_of_scope = {operation_id for operation_id, _, code in refusals(mail=mail) if code == "insufficient_scope"}
    for _, _, operation in operations(mail=mail):
        is_public = operation.get("security") == []
        refusal = operation["responses"].get("401", {}).get("$ref", "")
        assert refusal.endswith("/NotSignedIn") == (not is_public), operation["operationId"]
        assert (operation["operationId"] in out_of_scope) == (not is_public), operation["operationId"]


@BOTH
def test_operation_ids_are_unique(mail: bool) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(mail=mail)]
    assert len(set(ids)) == len(ids)


@BOTH
def test_every_operation_says_what_can_happen_at_any_time(mail: bool) -> None:
    for _, _, operation in operations(mail=mail):
        assert {"429", "500", "503"} <= operation["responses"].keys(), operation["operationId"]


@BOTH
def test_operations_that_take_a_body_say_how_it_can_be_refused(mail: bool) -> None:
    for _, _, operation in operations(mail=mail):
        # Signing out is never refused for what was sent; only the gateway may find it too large.
        refused = {"413"} if operation["operationId"] == "logout" else {"400", "413", "415", "422"}
        if "requestBody" in operation:
            assert refused <= operation["responses"].keys(), operation["operationId"]
        else:
            assert not {"413", "415"} & operation["responses"].keys(), operation["operationId"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("wrong_password", NEED_PASSWORD),
        ("wrong_code", {"reauthenticate", "confirmSecondFactor", "turnSecondFactorOff"}),
        ("wrong_passkey", {"reauthenticate", "addPasskey"}),
        ("invalid_code", {"loginSecondFactor"}),
        ("invalid_passkey", {"loginPasskey"}),
        ("invalid_credentials", {"login"}),
        ("invalid_link", {"resetPassword", "verifyEmail", "confirmEmail", "restoreEmail"}),
        ("email_unverified", {"beginSecondFactor", "passkeyOptions", "createAccessToken"}),
        (
            "reauthentication_required",
            {
                *("endSession", "endSessions", "changePassword", "removePassword", "deleteAccount", "changeEmail"),
                *("beginSecondFactor", "confirmSecondFactor", "renewRecoveryCodes", "turnSecondFactorOff"),
                *("passkeyOptions", "addPasskey", "removePasskey", "createAccessToken", "revokeAccessToken"),
            },
        ),
        (
            "too_many_attempts",
            {
                *("register", "login", "loginSecondFactor", "loginPasskey", "refresh", "confirmSecondFactor"),
                *("forgotPassword", "sendVerification"),
                *NEED_PASSWORD,
            },
        ),
        ("last_way_in", {"removePassword", "removePasskey"}),
        ("second_factor_on", {"beginSecondFactor", "confirmSecondFactor"}),
        ("second_factor_off", {"confirmSecondFactor", "renewRecoveryCodes", "turnSecondFactorOff"}),
        ("too_many_passkeys", {"passkeyOptions", "addPasskey"}),
        ("too_many_access_tokens", {"createAccessToken"}),
        ("too_many_jobs", {"exportAccount", "exportTasks", "importTasks", "deleteTasks"}),
        ("invalid_cursor", {"listTasks", "listEvents", "listChanges"}),
        ("changes_token_expired", {"listChanges"}),
        (
            "quota_exceeded",
            {"createTask", "replaceTask", "patchTask", "completeTask", "batch", "importTasks"},
        ),
        ("task_gone", {"createTask", "batch"}),
        ("task_exists", {"createTask", "batch"}),
        ("too_many_changes", {"replaceTask", "patchTask", "completeTask", "batch"}),
        (
            "precondition_failed",
            {"replaceTask", "patchTask", "completeTask", "deleteTask", "restoreTask", "batch"},
        ),
        ("cross_site_request", {"refresh"}),
        ("email_exists", {"register", "confirmEmail"}),
    ],
)
def test_a_refusal_of_its_own_kind_stands_at_the_operations_that_can_give_it(code: str, expected: set[str]) -> None:
    assert {operation_id for operation_id, _, found in refusals(mail=True) if found == code} == expected


@BOTH
def test_every_operation_can_be_refused_by_the_gateway_for_being_one_too_many(mail: bool) -> None:
    throttled = {operation_id for operation_id, _, code in refusals(mail=mail) if code == "too_many_requests"}
    assert throttled == {operation["operationId"] for _, _, operation in operations(mail=mail)}


@BOTH
def test_every_error_is_documented_with_its_status(mail: bool) -> None:
    named = {**vars(errors), **vars(task_errors)}.values()
    kinds = [kind for kind in named if isinstance(kind, type) and issubclass(kind, errors.TaskwardError)]
    assert {"not_found", "task_gone"} <= {kind.code for kind in kinds}
    found = documented_codes(mail=mail)
    # Of what is switched off the document does not speak, and where nothing is, nobody is told that it is.
    left_out = {"email_disabled"} if mail else {"email_disabled", "email_unverified", "invalid_link"}
    for kind in kinds:
        row = f"| `{kind.code}` | {kind.status} |"
        assert (row in document(mail=mail)["info"]["description"]) == (kind.code not in left_out), kind.__name__
        assert found.get(kind.code) == (None if kind.code in left_out else {kind.status}), kind.__name__
    assert left_out <= {kind.code for kind in kinds}


@BOTH
@pytest.mark.parametrize(("kind", "text"), list(gateway_problems()))
def test_what_the_gateway_answers_is_documented(kind: str, text: str, mail: bool) -> None:
    problem = json.loads(text)
    judge = validator("components", "schemas", "Problem", mail=mail)
    assert [fault.message for fault in judge.iter_errors(problem)] == []
    if problem["code"] == "refused":
        # Any route can be refused by the gateway itself; only the fallback cannot know its own status.
        assert problem.get("status") == (None if kind == "DEFAULT_4XX" else 403)
    else:
        assert problem["status"] in documented_codes(mail=mail)[problem["code"]]


@BOTH
def test_every_component_is_used(mail: bool) -> None:
    used = set(re.findall(r'"#/components/([a-zA-Z]+/[\w-]+)"', openapi.as_text(document(mail=mail))))
    components: dict[str, Any] = document(mail=mail)["components"]
    defined = {f"{kind}/{name}" for kind in components if kind != "securitySchemes" for name in components[kind]}
    # No answer is an export: a job's result links to one.
    assert defined == used | {"schemas/AccountExport"}


def test_the_introduction_has_a_section_for_all_that_takes_more_than_one_request() -> None:
    titles = re.findall(r"^## (.+)$", document(mail=True)["info"]["description"], re.MULTILINE)
    wanted = [
        *("Second factor", "Passkeys", "Personal access tokens", "Proving again who you are", "Mail and links"),
        *("Requests that come again", "Keeping a copy"),
    ]
    assert [title for title in titles if title in wanted] == wanted
