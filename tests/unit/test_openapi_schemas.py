"""The schemas and examples of the OpenAPI document: they admit what the service takes and gives, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from functions.bulk import app as bulk
from local.openapi import bulk_routes as openapi_bulk_routes
from local.openapi import examples as openapi_examples
from local.openapi import requests as openapi_requests
from local.openapi import task_examples as openapi_task_examples
from taskward.identity.passwords import check_acceptable
from taskward.tasks.models import TaskFields
from tests.support.conformance import document, validator
from tests.support.described import operations

MODELS: dict[str, type[BaseModel]] = {
    model.__name__: model for model in (*openapi_requests.MODELS, *openapi_requests.MODELS_OF_MAIL)
}


def request_examples() -> Iterator[tuple[str, Any]]:
    for path, method, operation in operations(mail=True):
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
        for member in {"password", "new_password"}.intersection(value):
            check_acceptable(member, value[member], "ada@example.org")
        checked += 1
    assert checked > 10


def test_examples_of_answers_are_as_their_schemas_say() -> None:
    checked = 0
    places = [("paths", path, method, "responses") for path, method, _ in operations(mail=True)]
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
    {"title": "x", "order": 2**53},
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
    ("PasswordChange", {"current_password": "plum-orbit-cello-42"}),
    ("PasswordChange", {"current_password": 1, "new_password": "plum-orbit-cello-42"}),
    ("AccountDeletion", {"password": 1}),
    ("AccountDeletion", {"password": "plum-orbit-cello-42", "now": True}),
    ("EmailChange", {"password": "plum-orbit-cello-42"}),
    ("PasswordReset", {"new_password": "plum-orbit-cello-42"}),
    ("FollowedLink", {"token": ""}),
    ("FollowedLink", {"token": "x" * 257}),
    ("SecondStep", {"code": "492039"}),
    ("SecondStep", {"step_token": "a.b.c", "code": 492039}),
    ("SecondStep", {"step_token": "a.b.c", "code": "492039", "delivery": "pigeon"}),
    ("PasskeySignIn", {"step_token": "a.b.c", "credential": "e30"}),
    ("Reauthentication", {"password": 1}),
    ("Reauthentication", {"step_token": "a.b.c", "credential": "e30"}),
    ("CodeOnly", {"code": ""}),
    ("SecondFactorRemoval", {"password": "plum-orbit-cello-42"}),
    ("NewPasskey", {"step_token": "a.b.c", "credential": openapi_examples.EXAMPLE_ATTESTATION}),
    ("PasskeyPatch", {"name": None}),
    ("NewAccessToken", {"name": "Import", "scopes": [], "expires_in_days": 1}),
    ("NewAccessToken", {"name": "Import", "scopes": ["account:read"], "expires_in_days": 1}),
    ("NewAccessToken", {"name": "Import", "scopes": ["tasks:read"], "expires_in_days": 0}),
    ("NewAccessToken", {"name": "Import", "scopes": ["tasks:read"], "expires_in_days": 367}),
    ("NewAccessToken", {"name": "Import", "scopes": ["tasks:read"]}),
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


@pytest.mark.parametrize("value", [{}, {"code": "492039"}, {"step_token": "a.b.c"}])
def test_a_proof_is_a_password_or_a_passkey(value: dict[str, Any]) -> None:
    judge = validator("components", "schemas", "Reauthentication")
    assert not judge.is_valid(value)
    assert judge.is_valid(value | {"password": "plum-orbit-cello-42"})
    assert judge.is_valid(value | {"step_token": "a.b.c", "credential": openapi_examples.EXAMPLE_ASSERTION})


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
        ("SecondFactor", {"recovery_codes_left": 11}),
        ("Enrolment", {"secret": "not base32"}),
        ("RecoveryCodes", {"recovery_codes": openapi_examples.EXAMPLE_RECOVERY_CODES[:9]}),
        ("Passkey", {"transports": ["pigeon"]}),
        ("Passkey", {"public_key": "x"}),
        ("PasskeyUse", {"options": {}}),
        ("PasskeyCreation", {"challenge": "x"}),
        ("PersonalAccessToken", {"scopes": []}),
        ("PersonalAccessToken", {"token": openapi_examples.EXAMPLE_PERSONAL_ACCESS_TOKEN_TEXT}),
        ("User", {"timezone": 1}),
        ("User", {"password_hash": "x"}),
    ],
)
def test_what_the_service_never_answers_is_not_as_documented(schema: str, changes: dict[str, Any]) -> None:
    examples: dict[str, dict[str, Any]] = {
        "SecurityEvent": openapi_examples.EXAMPLE_EVENT,
        "Job": openapi_examples.EXAMPLE_DONE_JOB,
        "Session": openapi_examples.EXAMPLE_SESSION,
        "SecondFactor": openapi_examples.EXAMPLE_SECOND_FACTOR,
        "Enrolment": openapi_examples.EXAMPLE_ENROLMENT,
        "RecoveryCodes": {"recovery_codes": openapi_examples.EXAMPLE_RECOVERY_CODES},
        "Passkey": openapi_examples.EXAMPLE_PASSKEY,
        "PasskeyUse": openapi_examples.EXAMPLE_PASSKEY_USE,
        "PasskeyCreation": openapi_examples.EXAMPLE_PASSKEY_CREATION,
        "PersonalAccessToken": openapi_examples.EXAMPLE_PERSONAL_ACCESS_TOKEN,
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


REFUSED_BATCHES: list[dict[str, Any]] = [
    {},
    {"operations": []},
    {"operations": [{"op": "delete", "id": str(number)} for number in range(51)]},
    {"operations": [{"op": "rename", "id": "a"}]},
    {"operations": [{"op": "create", "task": {"title": "Buy flowers"}}]},
    {"operations": [{"op": "create", "id": "a"}]},
    {"operations": [{"op": "patch", "id": "a", "patch": {}, "task": {}}]},
    {"operations": [{"op": "patch", "id": "a", "patch": {}, "version": 0}]},
    {"operations": [{"op": "complete", "id": "a", "completed": None}]},
]


@pytest.mark.parametrize("batch", REFUSED_BATCHES)
def test_the_schema_of_a_batch_refuses_what_the_model_refuses(batch: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        MODELS["Batch"].model_validate(batch)
    assert not validator("components", "schemas", "Batch").is_valid(batch)


@pytest.mark.parametrize("operation", openapi_task_examples.EXAMPLE_BATCH_OF_ALL["operations"])
def test_an_operation_of_a_batch_is_of_one_kind_and_may_be_held_to_a_version(operation: dict[str, Any]) -> None:
    judge = validator("components", "schemas", "Batch")
    assert judge.is_valid({"operations": [operation]})
    # A task that is made has no version before.
    assert judge.is_valid({"operations": [operation | {"version": 3}]}) == (operation["op"] != "create")


@pytest.mark.parametrize(
    ("schema", "changes"),
    [
        ("Task", {"repeat": "weekly"}),
        ("Task", {"repeat_from": None}),
        ("Task", {"parent_id": "the other one"}),
        ("Task", {"state": "open"}),
        ("Tombstone", {"title": "Buy flowers"}),
        ("Tombstone", {"purged": False}),
        ("TaskChanges", {"next": None}),
        ("TaskChanges", {"tasks": [{"id": openapi_task_examples.EXAMPLE_TASK_ID}]}),
        ("Subtasks", {"progress": {"total": 1}}),
        ("TaskSummary", {"open": {"count": 1001, "exact": False}}),
        ("BatchResults", {"results": [openapi_task_examples.EXAMPLE_TOMBSTONE]}),
        ("ImportReport", {"format": "xlsx"}),
        ("ImportReport", {"refusals": [{"row": 0, "errors": []}]}),
        ("WaitingJob", {"upload": None}),
    ],
)
def test_what_is_never_answered_about_tasks_is_not_as_documented(schema: str, changes: dict[str, Any]) -> None:
    examples: dict[str, dict[str, Any]] = {
        "Task": openapi_task_examples.EXAMPLE_TASK,
        "Tombstone": openapi_task_examples.EXAMPLE_TOMBSTONE,
        "TaskChanges": openapi_task_examples.EXAMPLE_CHANGES,
        "Subtasks": openapi_task_examples.EXAMPLE_SUBTASKS,
        "TaskSummary": openapi_task_examples.EXAMPLE_SUMMARY,
        "BatchResults": openapi_task_examples.EXAMPLE_BATCH_RESULTS,
        "ImportReport": openapi_task_examples.EXAMPLE_REPORT,
        "WaitingJob": openapi_task_examples.EXAMPLE_WAITING_JOB,
    }
    judge = validator("components", "schemas", schema)
    assert judge.is_valid(examples[schema])
    assert not judge.is_valid(examples[schema] | changes)


@pytest.mark.parametrize("name", ["InvalidOrNotTheSame", "InvalidOrTooMuch", "InvalidOperation"])
def test_only_a_request_that_is_invalid_has_to_name_members(name: str) -> None:
    (content,) = document()["components"]["responses"][name]["content"].items()
    media_type, described = content
    judge = validator("components", "responses", name, "content", media_type, "schema")
    problem = described["example"]
    assert judge.is_valid(problem | {"index": 3})
    without = {member: value for member, value in problem.items() if member != "errors"}
    assert not judge.is_valid(without)
    for code in described["schema"]["allOf"][1]["properties"]["code"]["enum"][1:]:
        assert judge.is_valid(without | {"code": code})


def test_the_document_has_the_limits_that_a_function_has_for_itself() -> None:
    assert openapi_bulk_routes.ROWS_AT_ONCE == bulk.MAX_ROWS
