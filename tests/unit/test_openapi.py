"""The OpenAPI document: made from the code as it is, and true to the template."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from local import openapi, openapi_examples, openapi_requests
from local.openapi_page import page
from taskward import errors
from taskward.identity.passwords import check_acceptable
from taskward.tasks.models import TaskFields
from tests.support.conformance import document, validator
from tests.support.template import resources

PROBLEM = "application/problem+json"
MODELS: dict[str, type[BaseModel]] = {model.__name__: model for model in openapi_requests.MODELS}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def events() -> Iterator[dict[str, Any]]:
    for function in resources("AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "Api":
                yield event["Properties"]


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


def test_the_committed_files_are_what_the_code_makes_now() -> None:
    made = openapi.document()
    hint = "run `make openapi`"
    assert openapi.DOCUMENT.read_text(encoding="utf-8") == openapi.as_text(made), hint
    assert openapi.PAGE.read_text(encoding="utf-8") == page(made), hint


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_every_schema_is_valid_json_schema() -> None:
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_routes_are_those_of_the_template() -> None:
    described = sorted((path, method.upper()) for path, method, _ in operations())
    assert described == sorted((event["Path"], event["Method"]) for event in events())


def test_the_same_routes_are_public_as_in_the_template() -> None:
    assert document()["security"] == [{"accessToken": []}]
    described = {(path, method.upper()): operation.get("security") for path, method, operation in operations()}
    for event in events():
        authorizer = event.get("Auth", {}).get("Authorizer")
        assert authorizer in (None, "NONE")
        security = described[event["Path"], event["Method"]]
        assert security == [] if authorizer == "NONE" else security is None, event["Path"]


def test_only_users_operations_answer_that_nobody_is_signed_in() -> None:
    for _, _, operation in operations():
        refusal = operation["responses"].get("401", {}).get("$ref", "")
        assert refusal.endswith("/NotSignedIn") == ("security" not in operation), operation["operationId"]


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(ids)) == len(ids)


def test_every_operation_says_what_can_happen_at_any_time() -> None:
    for _, _, operation in operations():
        assert {"429", "500", "503"} <= operation["responses"].keys(), operation["operationId"]


def test_operations_that_take_a_body_say_how_it_can_be_refused() -> None:
    for _, _, operation in operations():
        # Signing out is never refused for what was sent; only the gateway may find it too large.
        refused = {"413"} if operation["operationId"] == "logout" else {"400", "413", "415", "422"}
        if "requestBody" in operation:
            assert refused <= operation["responses"].keys(), operation["operationId"]
        else:
            assert not {"413", "415"} & operation["responses"].keys(), operation["operationId"]


def documented_refusals() -> Iterator[tuple[str, int, str]]:
    """Each operation's refusals: its id, the status and the code."""
    for _, _, operation in operations():
        for status, response in operation["responses"].items():
            if "$ref" in response:
                resolved = document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
                _, narrowed = resolved["content"][PROBLEM]["schema"]["allOf"]
                assert narrowed["properties"]["status"] == {"const": int(status)}
                for code in narrowed["properties"]["code"]["enum"]:
                    assert f"`{code}`" in resolved["description"]
                    yield operation["operationId"], int(status), code


def documented_codes() -> dict[str, set[int]]:
    """The statuses that each problem code is documented with, over all operations."""
    found: dict[str, set[int]] = {}
    for _, status, code in documented_refusals():
        found.setdefault(code, set()).add(status)
    return found


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("wrong_password", {"changePassword", "deleteAccount"}),
        ("too_many_attempts", {"register", "login", "refresh", "changePassword", "deleteAccount"}),
        ("too_many_jobs", {"exportAccount"}),
        ("invalid_cursor", {"listTasks", "listEvents"}),
        ("cross_site_request", {"refresh"}),
        ("email_exists", {"register"}),
    ],
)
def test_a_refusal_of_its_own_kind_stands_at_the_operations_that_can_give_it(code: str, expected: set[str]) -> None:
    assert {operation_id for operation_id, _, found in documented_refusals() if found == code} == expected


def test_every_operation_can_be_refused_by_the_gateway_for_being_one_too_many() -> None:
    throttled = {operation_id for operation_id, _, code in documented_refusals() if code == "too_many_requests"}
    assert throttled == {operation["operationId"] for _, _, operation in operations()}


def test_every_error_is_documented_with_its_status() -> None:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.TaskwardError)
    ]
    assert len(kinds) > 10
    found = documented_codes()
    for kind in kinds:
        assert found.get(kind.code) == {kind.status}, kind.__name__
        assert f"| `{kind.code}` | {kind.status} |" in document()["info"]["description"]


@pytest.mark.parametrize(("kind", "text"), list(gateway_problems()))
def test_what_the_gateway_answers_is_documented(kind: str, text: str) -> None:
    problem = json.loads(text)
    assert [fault.message for fault in validator("components", "schemas", "Problem").iter_errors(problem)] == []
    if problem["code"] == "refused":
        # Any route can be refused by the gateway itself; only the fallback cannot know its own status.
        assert problem.get("status") == (None if kind == "DEFAULT_4XX" else 403)
    else:
        assert problem["status"] in documented_codes()[problem["code"]]


def test_every_component_is_used() -> None:
    used = set(re.findall(r'"#/components/([a-zA-Z]+/[\w-]+)"', openapi.as_text(document())))
    components = document()["components"]
    defined = {f"{kind}/{name}" for kind in components if kind != "securitySchemes" for name in components[kind]}
    # No answer is an export: a job's result links to one.
    assert defined == used | {"schemas/AccountExport"}


def request_examples() -> Iterator[tuple[str, Any]]:
    for path, method, operation in operations():
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            for name, example in content["examples"].items():
                place = ("paths", path, method, "requestBody", "content", media_type, "schema")
                faults = list(validator(*place).iter_errors(example["value"]))
                assert faults == [], f"{operation['operationId']}, {name}"
                yield content["schema"]["$ref"].rpartition("/")[2], example["value"]


def test_examples_of_requests_are_accepted() -> None:
    checked = 0
    for schema, value in request_examples():
        if schema in MODELS:
            MODELS[schema].model_validate(value)
        for member in {"password", "new_password"} & value.keys():
            check_acceptable(member, value[member], "ada@example.org")
        checked += 1
    assert checked > 10


def test_examples_of_answers_are_as_their_schemas_say() -> None:
    checked = 0
    places = [("paths", path, method, "responses") for path, method, _ in operations()]
    for place in [*places, ("components", "responses")]:
        responses: Any = document()
        for member in place:
            responses = responses[member]
        for name, response in responses.items():
            for media_type, content in response.get("content", {}).items():
                if "example" in content:
                    faults = validator(*place, name, "content", media_type, "schema").iter_errors(content["example"])
                    assert [fault.message for fault in faults] == [], (*place, name)
                    checked += 1
    assert checked > 20


REFUSED_TASKS: list[dict[str, Any]] = [
    {},
    {"title": ""},
    {"title": "x" * 201},
    {"title": "x", "description": "x" * 8193},
    {"title": "x", "tags": ["x"] * 2},
    {"title": "x", "tags": [str(number) for number in range(21)]},
    {"title": "x", "priority": "urgent"},
    {"title": "x", "order": 2**53 + 2},
    {"title": "x", "completed": "yes"},
    {"title": "x", "owner": "me"},
]


@pytest.mark.parametrize("task", REFUSED_TASKS)
def test_the_schema_of_a_task_refuses_what_the_model_refuses(task: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        TaskFields.model_validate(task)
    assert not validator("components", "schemas", "TaskFields").is_valid(task)
    assert not validator("components", "schemas", "TaskReplacement").is_valid(task)


REFUSED_IDENTITY: list[tuple[str, dict[str, Any]]] = [
    ("PasswordChange", {"new_password": "plum-orbit-cello-42"}),
    ("PasswordChange", {"current_password": "plum-orbit-cello-42"}),
    ("PasswordChange", {"current_password": None, "new_password": "plum-orbit-cello-42"}),
    ("AccountDeletion", {}),
    ("AccountDeletion", {"password": "plum-orbit-cello-42", "now": True}),
    ("AccountPatch", {"name": ""}),
    ("AccountPatch", {"name": "x" * 101}),
    ("AccountPatch", {"timezone": 1}),
    ("AccountPatch", {"email": "ada@example.org"}),
    ("AccountPatch", {"id": "8e7f0c1a-92d3-4c55-a1b7-5f3e2d1c0b9a"}),
]


@pytest.mark.parametrize(("schema", "value"), REFUSED_IDENTITY)
def test_the_schemas_of_the_account_refuse_what_the_models_refuse(schema: str, value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        MODELS[schema].model_validate(value)
    assert not validator("components", "schemas", schema).is_valid(value)


@pytest.mark.parametrize("value", [{}, {"name": None}, {"timezone": None}, {"name": "Ada", "timezone": "Asia/Kolkata"}])
def test_a_patch_of_an_account_may_clear_each_member(value: dict[str, Any]) -> None:
    MODELS["AccountPatch"].model_validate(value)
    assert validator("components", "schemas", "AccountPatch").is_valid(value)


@pytest.mark.parametrize(
    ("schema", "changes"),
    [
        ("SecurityEvent", {"type": "birthday"}),
        ("SecurityEvent", {"reason": "why not"}),
        ("SecurityEvent", {"created_at": "2026-03-02T08:20:11+01:00"}),
        ("Job", {"state": "lost"}),
        ("Job", {"kind": "errand"}),
        ("Job", {"progress": -1}),
        ("Job", {"result": "https://exports.example"}),
        ("Session", {"current": None}),
        ("User", {"timezone": 1}),
        ("User", {"password_hash": "x"}),
    ],
)
def test_what_the_service_never_answers_is_not_as_documented(schema: str, changes: dict[str, Any]) -> None:
    examples: dict[str, dict[str, Any]] = {
        "SecurityEvent": openapi_examples.EXAMPLE_EVENT,
        "Job": openapi_examples.EXAMPLE_DONE_JOB,
        "Session": openapi_examples.EXAMPLE_SESSION,
        "User": openapi_examples.EXAMPLE_USER,
    }
    judge = validator("components", "schemas", schema)
    assert judge.is_valid(examples[schema])
    assert not judge.is_valid(examples[schema] | changes)


def test_a_patch_may_take_back_all_members_but_the_title() -> None:
    patch = validator("components", "schemas", "TaskPatch")
    members = document()["components"]["schemas"]["TaskFields"]["properties"]
    for name in members:
        assert patch.is_valid({name: None}) == (name != "title"), name
    assert patch.is_valid({})
    assert not patch.is_valid({"version": 4})


@pytest.mark.parametrize("name", ["AccountPatch", "TaskPatch"])
def test_no_member_of_a_patch_has_a_default_that_a_client_could_fill_in(name: str) -> None:
    members = document()["components"]["schemas"][name]["properties"]
    assert not [member for member, schema in members.items() if "default" in schema]
