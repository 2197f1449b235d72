"""Who signs in for requests that schemathesis makes up, and what they have that such a request can be about."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests
from schemathesis.core.parameters import ParameterLocation

from taskward.tasks.tables import is_id
from tests.support.people import PASSWORD

# What changes who somebody is or can be has a person of its own each time, and what counts wrong guesses has one until
# there were too many: all others go on being who they were.
_CHANGES_PEOPLE = {"deleteAccount", "changePassword", "removePassword", "changeEmail"}
_ALONE = {
    *_CHANGES_PEOPLE,
    *("login", "reauthenticate", "confirmSecondFactor", "turnSecondFactorOff", "addPasskey"),
}
_ENDS_SIGN_INS = {"endSession", "endSessions", "logout"}
_ENDS_TASKS = {"deleteTask", "deleteTasks", "batch"}
_MEMBER_WITH_PASSWORD = {
    "login": "password",
    "reauthenticate": "password",
    "changePassword": "current_password",
    "changeEmail": "password",
    "deleteAccount": "password",
}
_EVERYBODY = "everybody"


_RECENT = 300
"""Seconds for which a sign-in is well within what some operations ask for."""


@dataclass
class _Person:
    email: str
    access_token: str
    is_signed_in: bool = True
    since: float = field(default_factory=time.monotonic)


class People:
    """Signs requests in, by operation; has account of what became of the sign-ins.

    Parameters
    ----------
    verify: has an address verified.
    """

    def __init__(self, base_url: str, verify: Callable[[str], None]) -> None:
        self._base_url = base_url
        self._verify = verify
        self._people: dict[str, _Person] = {}
        self._made = 0
        self._task_id: str | None = None

    def access_token(self, operation: Any) -> str:
        """Of somebody for whom the operation is."""
        return self._person(_role(operation)).access_token

    def fill_in(self, case: Any) -> None:
        """Put what there is in a request in place of what was made up, and no schema knows of.

        A fault for which a request was made is to be the only one. What links lead to stays, and the phase of coverage
        keeps the passwords that it has drawn.
        """
        if case.meta is None:
            return
        phase = case.meta.phase.name.value
        if phase != "stateful":
            self._fill_in_task(case)
        if phase == "fuzzing":
            self._fill_in_session(case)
        if phase != "coverage":
            self._fill_in_password(case)

    def _fill_in_task(self, case: Any) -> None:
        if isinstance(case.body, dict):
            case.body = _at_the_top(case.body)
        if "Idempotency-Key" in case.headers and not case.meta.is_negative_at(ParameterLocation.HEADER):
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
        if case.operation.path.startswith("/tasks/{id}"):
            if not case.meta.is_negative_at(ParameterLocation.PATH):
                case.path_parameters = {"id": self._task()}
            if not case.meta.is_negative_at(ParameterLocation.HEADER) and case.method != "GET":
                for name in ("If-Match", "If-None-Match"):
                    case.headers.pop(name, None)

    def _fill_in_session(self, case: Any) -> None:
        if case.operation.path == "/auth/sessions/{id}" and not case.meta.is_negative_at(ParameterLocation.PATH):
            email = self._person(_EVERYBODY).email
            case.path_parameters = {"id": self._granted("/auth/login", email)["session_id"]}

    def _fill_in_password(self, case: Any) -> None:
        operation_id = _id(case.operation)
        member = _MEMBER_WITH_PASSWORD.get(operation_id)
        if member is None:
            return
        body = case.body
        if case.meta.generation.mode.is_positive and isinstance(body, dict) and isinstance(body.get(member), str):
            email = {"email": self._person(_role(case.operation)).email} if operation_id == "login" else {}
            case.body = body | {member: PASSWORD} | email

    def answered(self, case: Any, response: Any) -> None:
        """Note whether somebody is not signed in any more, or not what they were."""
        operation_id = _id(case.operation)
        succeeded = response.status_code < HTTPStatus.MULTIPLE_CHOICES
        if operation_id in _ENDS_TASKS and succeeded:
            self._task_id = None
        if operation_id in _ENDS_SIGN_INS and succeeded and _EVERYBODY in self._people:
            self._people[_EVERYBODY].is_signed_in = False
        if (operation_id in _CHANGES_PEOPLE and succeeded) or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._people.pop(operation_id, None)

    def _task(self) -> str:
        """The id of a task of everybody's, which is not in the trash."""
        if self._task_id is None:
            headers = {"Authorization": f"Bearer {self._person(_EVERYBODY).access_token}"}
            answer = requests.post(f"{self._base_url}/tasks", json={"title": "Pay rent"}, headers=headers, timeout=60)
            assert answer.ok, answer.text
            self._task_id = str(answer.json()["id"])
        return self._task_id

    def _person(self, role: str) -> _Person:
        person = self._people.get(role)
        if person is None:
            self._made += 1
            email = f"fuzzed{self._made}@example.com"
            grant = self._granted("/auth/register", email)
            self._verify(email)
            person = self._people[role] = _Person(email, grant["access_token"])
        elif not person.is_signed_in or time.monotonic() > person.since + _RECENT:
            person = self._people[role] = _Person(
                person.email, self._granted("/auth/login", person.email)["access_token"]
            )
        return person

    def _granted(self, path: str, email: str) -> dict[str, Any]:
        answer = requests.post(self._base_url + path, json={"email": email, "password": PASSWORD}, timeout=60)
        assert answer.ok, answer.text
        grant: dict[str, Any] = answer.json()
        return grant


def _at_the_top(value: Any) -> Any:
    """The same, with no parent in place of one that there is not."""
    if isinstance(value, list):
        return [_at_the_top(each) for each in value]
    if isinstance(value, dict):
        return {
            name: None if name == "parent_id" and isinstance(each, str) and is_id(each) else _at_the_top(each)
            for name, each in value.items()
        }
    return value


def _id(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def _role(operation: Any) -> str:
    operation_id = _id(operation)
    return operation_id if operation_id in _ALONE else _EVERYBODY
