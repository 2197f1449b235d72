"""Second factor, passkeys, tokens for scripts and reauthentication against the deployed stack."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from local.samples.authenticator import Authenticator
from local.stack import Stack
from tests.e2e.conftest import Person, code_of
from tests.e2e.factors import verify, with_second_factor
from tests.support.people import PASSWORD
from tests.support.racing import all_at_once


@pytest.fixture
def verified(person: Person, inbox: Callable[[str, str], str]) -> Person:
    """Somebody new whose address is verified."""
    verify(person, inbox)
    return person


def _first_step(person: Person) -> str:
    answer = person.client.post("/auth/login", json={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 202, answer.text
    token: str = answer.json()["step_token"]
    return token


def _second_step(person: Person, token: str, code: str) -> httpx.Response:
    return person.client.post("/auth/login/second-factor", json={"step_token": token, "code": code})


def _age(stack: Stack, person: Person, seconds: int) -> None:
    """Make the last authentication of a session older than it is."""
    key = {"user_id": {"S": person.grant["user"]["id"]}, "session_id": {"S": person.grant["session_id"]}}
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["SessionsTableName"],
        Key=key,
        UpdateExpression="SET authenticated_at = :then",
        ExpressionAttributeValues={":then": {"N": str(int(time.time()) - seconds)}},
    )


def test_a_sign_in_takes_two_steps_and_each_code_and_step_counts_once(verified: Person) -> None:
    factor = with_second_factor(verified)
    tokens = [_first_step(verified) for _ in range(4)]
    # Of the set-up's own step, which is used up; the next code may be of the next step.
    recovery = factor.recovery_codes[0]
    raced = all_at_once([partial(_second_step, verified, token, recovery) for token in tokens])
    statuses = [answer.status_code for answer in raced if isinstance(answer, httpx.Response)]
    assert sorted(statuses) == [200, 401, 401, 401]
    used = tokens[statuses.index(200)]
    assert code_of(_second_step(verified, used, factor.recovery_codes[1])) == (401, "invalid_token")
    state = verified.request("GET", "/account/second-factor").json()
    assert (state["enabled"], state["recovery_codes_left"]) == (True, 9)
    off = {"password": PASSWORD, "code": factor.wrong()}
    assert code_of(verified.request("DELETE", "/account/second-factor", json=off)) == (403, "wrong_code")
    off = {"password": "a wrong one", "code": factor.recovery_codes[1]}
    assert code_of(verified.request("DELETE", "/account/second-factor", json=off)) == (403, "wrong_password")
    off = {"password": PASSWORD, "code": factor.recovery_codes[1]}
    assert verified.request("DELETE", "/account/second-factor", json=off).status_code == 204
    plain = verified.client.post("/auth/login", json={"email": verified.email, "password": PASSWORD})
    assert plain.status_code == 200


def test_a_passkey_signs_in_alone_and_is_the_last_way_in_without_a_password(verified: Person, base_url: str) -> None:
    key = Authenticator(base_url.removesuffix("/api"))
    begun = verified.request("POST", "/account/passkeys/options").json()
    body = {"step_token": begun["step_token"], "credential": key.create(begun["options"]), "name": "Key"}
    added = verified.request("POST", "/account/passkeys", json=body)
    assert added.status_code == 201, added.text
    assert code_of(verified.request("POST", "/account/passkeys", json=body)) == (403, "wrong_passkey")

    options = verified.client.post("/auth/login/passkey/options").json()
    answer = {"step_token": options["step_token"], "credential": key.get(options["options"])}
    signed_in = verified.client.post("/auth/login/passkey", json=answer)
    assert signed_in.status_code == 200, signed_in.text
    assert signed_in.json()["user"]["id"] == verified.grant["user"]["id"]
    assert code_of(verified.client.post("/auth/login/passkey", json=answer)) == (401, "invalid_token")
    other = verified.client.post("/auth/login/passkey/options").json()
    assert code_of(verified.client.post("/auth/login/passkey", json=answer | {"step_token": other["step_token"]})) == (
        401,
        "invalid_passkey",
    )

    assert verified.request("DELETE", "/auth/password").status_code == 204
    login = {"email": verified.email, "password": PASSWORD}
    assert code_of(verified.client.post("/auth/login", json=login)) == (401, "invalid_credentials")
    (listed,) = verified.request("GET", "/account/passkeys").json()
    path = f"/account/passkeys/{listed['id']}"
    assert code_of(verified.request("DELETE", path)) == (409, "last_way_in")
    assert verified.request("PATCH", path, json={"name": "Yellow key"}).json()["name"] == "Yellow key"


def test_a_token_for_a_script_reaches_tasks_as_its_scopes_say_and_nothing_else(verified: Person) -> None:
    task = verified.task()
    body: dict[str, Any] = {"name": "script", "scopes": ["tasks:read"], "expires_in_days": 1}
    made = verified.request("POST", "/account/tokens", json=body).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert verified.client.get(f"/tasks/{task['id']}", headers=bearer).json() == task
    for method, path in (
        ("POST", "/tasks"),
        ("DELETE", f"/tasks/{task['id']}"),
        ("GET", "/account"),
        ("DELETE", "/account"),
        ("GET", "/auth/sessions"),
        ("GET", "/account/tokens"),
        ("POST", "/account/tokens"),
        ("POST", "/auth/reauthenticate"),
        ("GET", "/account/second-factor"),
    ):
        refused = verified.client.request(method, path, headers=bearer)
        assert code_of(refused) == (403, "insufficient_scope"), f"{method} {path}"
    assert verified.client.post("/auth/logout", headers=bearer).status_code == 204
    (listed,) = verified.request("GET", "/account/tokens").json()
    assert listed["last_used_at"] is not None
    assert "token" not in listed
    assert verified.request("DELETE", f"/account/tokens/{made['id']}").status_code == 204
    assert code_of(verified.client.get("/tasks", headers=bearer)) == (401, "session_revoked")


def test_what_changes_credentials_needs_a_recent_authentication_which_the_same_session_can_renew(
    stack: Stack, verified: Person
) -> None:
    _age(stack, verified, 700)
    change = {"current_password": PASSWORD, "new_password": "violet bicycle 12"}
    for method, path, body in (
        ("POST", "/auth/password", change),
        ("DELETE", "/auth/password", None),
        ("POST", "/account/email", {"email": "new@example.com", "password": PASSWORD}),
        ("POST", "/account/second-factor", None),
        ("POST", "/account/passkeys/options", None),
        ("POST", "/account/tokens", {"name": "s", "scopes": ["tasks:read"], "expires_in_days": 1}),
        ("DELETE", "/auth/sessions", None),
        ("DELETE", "/account", {"password": PASSWORD}),
    ):
        refused = verified.request(method, path, json=body)
        assert code_of(refused) == (403, "reauthentication_required"), f"{method} {path}"
    assert verified.request("GET", "/tasks").status_code == 200
    wrong = verified.request("POST", "/auth/reauthenticate", json={"password": "a wrong one"})
    assert code_of(wrong) == (403, "wrong_password")
    before = verified.request("GET", "/auth/session").json()["session"]
    assert verified.request("POST", "/auth/reauthenticate", json={"password": PASSWORD}).status_code == 204
    after = verified.request("GET", "/auth/session").json()["session"]
    assert after | {"authenticated_at": before["authenticated_at"]} == before
    assert verified.request("POST", "/auth/password", json=change).status_code == 204
