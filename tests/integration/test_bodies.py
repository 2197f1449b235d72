"""Bodies that cannot be read or have members that nobody asked for, at every operation that takes one."""

import json
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.conformance import document
from tests.support.factors import Values
from tests.support.sample_events import Answer, answer_to, ask, load, names, placeholders, signed_up, stored

Operation = tuple[str, str]


def _operations() -> dict[Operation, list[str]]:
    """The operations that need a body, each with the media types that it takes."""
    return {
        (method.upper(), path): sorted(operation["requestBody"]["content"])
        for path, methods in document(mail=True)["paths"].items()
        for method, operation in methods.items()
        if operation.get("requestBody", {}).get("required")
    }


OPERATIONS = _operations()


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in and has a task."""
    ann = signed_up()
    return ann | {"task_id": ask("tasks/create_minimal", **ann).json()["id"], "version": "1"}


def event_of(operation: Operation, ann: Values) -> tuple[str, Any]:
    """A sample event of an operation that has a body of JSON, and its name."""
    for name in sorted(names()):
        event = load(name, **{place: ann.get(place, "any") for place in placeholders(name)})
        if (event.get("httpMethod"), event.get("resource")) != operation or event["isBase64Encoded"]:
            continue
        if "/json" in str(event["headers"]).lower() and (event["body"] or "").startswith("{"):
            return name, event
    raise AssertionError(f"no event of {operation} has a body")


def asked(operation: Operation, ann: Values, **changes: Any) -> Answer:
    """The answer to an event of an operation, with something else in place of what it has."""
    name, event = event_of(operation, ann)
    return answer_to(name, event | changes)


def kept() -> list[Any]:
    """Everything that is stored."""
    return [stored(table) for table in ("users", "sessions", "tasks")]


def test_most_operations_that_change_something_take_a_body() -> None:
    assert len(OPERATIONS) > 20


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_a_body_that_cannot_be_read_is_refused_and_does_nothing(operation: Operation, ann: Values) -> None:
    before = kept()
    for body in (None, "", '{"a": ', "[]", "1", "null", '{"a": 1, "a": 1}', '{"a": NaN}', "{}{}"):
        answer = asked(operation, ann, body=body)
        assert (answer.status, answer.json()["code"]) == (400, "malformed_request"), body
    assert kept() == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_a_member_that_nobody_asked_for_is_refused_by_its_name_and_its_value_is_not_repeated(
    operation: Operation, ann: Values
) -> None:
    before = kept()
    answer = asked(operation, ann, body=json.dumps({"user_id": "another-user"}))
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert "user_id" in [error["field"] for error in answer.json()["errors"]]
    assert "another-user" not in answer.text
    assert kept() == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_a_body_of_another_kind_is_refused_and_the_answer_says_which_are_taken(
    operation: Operation, ann: Values
) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        name, event = event_of(operation, ann)
        headers = {key: value for key, value in event["headers"].items() if key.lower() != "content-type"}
        answer = answer_to(name, event | {"headers": headers | {"Content-Type": media_type}})
        assert (answer.status, answer.json()["code"]) == (415, "unsupported_media_type")
        for taken in OPERATIONS[operation]:
            assert taken in answer.json()["detail"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_a_body_of_more_than_a_mebibyte_is_refused(operation: Operation, ann: Values) -> None:
    answer = asked(operation, ann, body=json.dumps({"name": "x" * 1024 * 1024}))
    assert (answer.status, answer.json()["code"]) == (413, "too_large")
