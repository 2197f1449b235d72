"""Signing keys by hand, as the README says: rotated before their time, revoked, and nobody signed out by it."""

import json
from typing import Any

from local.stack import Stack
from tests.e2e.conftest import Person


def _invoked(stack: Stack, payload: dict[str, str]) -> tuple[str | None, Any]:
    function = stack.outputs["RotateKeysFunctionName"]
    answer = stack.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload).encode())
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def test_a_key_is_rotated_and_its_successor_revoked_without_a_gap(stack: Stack, person: Person) -> None:
    _, before = _invoked(stack, {})
    (signing,) = before["published"]
    error, rotated = _invoked(stack, {"rotate": "now"})
    assert error is None
    successor = rotated["published"][-1]
    assert rotated["published"] == [signing, successor]
    error, refused = _invoked(stack, {"revoke": "no such key"})
    assert error
    assert successor in refused["errorMessage"]
    error, revoked = _invoked(stack, {"revoke": successor})
    assert error is None
    assert successor not in revoked["published"]
    assert revoked["published"][0] == signing
    assert person.request("GET", "/tasks").status_code == 200
    refreshed = person.client.post("/auth/refresh", json={"refresh_token": person.refresh_token})
    assert refreshed.status_code == 200
    person.access_token = refreshed.json()["access_token"]
    assert person.request("GET", "/tasks").status_code == 200
