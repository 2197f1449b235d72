"""Each operation of the OpenAPI documents, asked through its real handler with its own examples: it is as they say."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

from taskward import clock
from tests.conftest import Clock
from tests.support import conformance
from tests.support.conformance import document
from tests.support.described import NEED_MAIL, operations, refusals, routes
from tests.support.events import Context, request
from tests.support.people import registered

FOLDERS = {(path, method): folder for path, method, folder, _ in routes()}
USERS = {(path, method) for path, method, _, is_public in routes() if not is_public}


@dataclass(frozen=True)
class Asked:
    """An answer to one of the examples of an operation: the operation's id, the status, and the code of a refusal."""

    operation_id: str
    status: int
    code: str | None


def bodies(operation: dict[str, Any]) -> list[Any]:
    """The examples of an operation's body; none at all for an operation that takes none."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        return [example["value"] for example in content["examples"].values()]
    return [None]


def asked(*, age: int = 0, scope: str | None = None) -> Iterator[Asked]:
    """The answers to all examples of all operations, each asked by a new user; checked against the document.

    Parameters
    ----------
    age: how long ago the user has authenticated, in seconds.
    scope: of the personal access token that is used in place of a session.
    """
    for path, method, operation in operations(mail=True):
        for body in bodies(operation):
            event = _event(path, method, operation, body)
            if (path, method) in USERS:
                user, session = registered()
                event["requestContext"]["authorizer"] = {
                    "user_id": user.user_id,
                    "session_id": session.session_id,
                    "authenticated_at": str(clock.epoch() - age),
                    "origin_digests": "",
                } | ({"scope": scope} if scope else {})
            yield _answer(path, method, operation["operationId"], event)


def _event(path: str, method: str, operation: dict[str, Any], body: Any) -> Any:
    address = path
    for parameter in operation.get("parameters", []):
        described = document(mail=True)["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
        if described["in"] == "path":
            address = path.replace("{id}", described["example"])
    return request(method.upper(), address, body)


def _answer(path: str, method: str, operation_id: str, event: Any) -> Asked:
    result = import_module(f"functions.{FOLDERS[path, method]}.app").handler(event, Context())
    headers = {name: values[0] for name, values in result["multiValueHeaders"].items()}
    status, text = result["statusCode"], result["body"]
    conformance.check(event["httpMethod"], event["path"], status, headers, text.encode())
    return Asked(operation_id, status, json.loads(text)["code"] if status >= 400 else None)


def refused_with(code: str, answers: Iterator[Asked]) -> set[str]:
    """The operations that were answered with a code, which none of them was for one example and not for another."""
    found = list(answers)
    refused = {answer.operation_id for answer in found if answer.code == code}
    assert not {answer.operation_id for answer in found if answer.code != code} & refused
    return refused


def documented(code: str) -> set[str]:
    return {operation_id for operation_id, _, found in refusals(mail=True) if found == code}


def test_every_operation_answers_its_own_examples_as_the_document_says(moto_tables: None) -> None:
    answers = list(asked())
    assert {answer.operation_id for answer in answers} == {
        operation["operationId"] for _, _, operation in operations(mail=True)
    }
    assert [answer for answer in answers if answer.status >= 500] == []
    assert len({answer.operation_id for answer in answers if answer.status < 300}) > 20


def test_without_mail_just_that_is_switched_off_which_the_document_then_lacks(
    moto_tables: None, mail_off: None
) -> None:
    of_mail = {
        operation["operationId"] for path, method, operation in operations(mail=True) if (path, method) in NEED_MAIL
    }
    assert refused_with("email_disabled", asked()) == of_mail


def test_a_recent_authentication_is_asked_for_where_the_document_says_so(moto_tables: None, clock: Clock) -> None:
    # It stands still: whoever signed in 600 seconds ago must not have done so 601 ago by the time of the answer.
    assert refused_with("reauthentication_required", asked(age=601)) == documented("reauthentication_required")
    assert refused_with("reauthentication_required", asked(age=600)) == set()


def test_a_verified_address_is_asked_for_where_the_document_says_so(moto_tables: None) -> None:
    assert refused_with("email_unverified", asked()) == documented("email_unverified")


@pytest.mark.parametrize("scope", ["tasks:read", "tasks:write"])
def test_a_personal_access_token_reaches_what_the_document_says_and_nothing_else(moto_tables: None, scope: str) -> None:
    within = {
        operation["operationId"]
        for _, _, operation in operations(mail=True)
        if {"personalAccessToken": [scope]} in operation.get("security", [])
    }
    assert len(within) > 1
    assert refused_with("insufficient_scope", asked(scope=scope)) == documented("insufficient_scope") - within
