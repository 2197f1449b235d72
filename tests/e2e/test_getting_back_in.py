"""Links by mail against the deployed stack: a forgotten password, an address verified, changed, and taken back."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.e2e.conftest import Person, code_of
from tests.e2e.factors import verify, with_second_factor
from tests.support.people import PASSWORD

NEW_PASSWORD = "violet bicycle 12"


def _followed(client: httpx.Client, what: str, token: str) -> httpx.Response:
    return client.post(f"/auth/email/{what}", json={"token": token})


def _reset(client: httpx.Client, token: str, password: str = NEW_PASSWORD) -> httpx.Response:
    return client.post("/auth/password/reset", json={"token": token, "new_password": password})


def _login(client: httpx.Client, email: str, password: str) -> httpx.Response:
    return client.post("/auth/login", json={"email": email, "password": password})


def test_the_first_mail_verifies_the_address_once(person: Person, inbox: Callable[[str, str], str]) -> None:
    assert person.grant["user"]["email_verified"] is False
    token = inbox(person.email, "verify-email")
    assert _followed(person.client, "confirm", token).status_code == 400
    assert _followed(person.client, "verify", token).status_code == 204
    assert person.request("GET", "/account").json()["email_verified"] is True
    assert code_of(_followed(person.client, "verify", token)) == (400, "invalid_link")


def test_a_forgotten_password_is_replaced_by_a_link_and_all_sessions_and_tokens_end(
    person: Person, inbox: Callable[[str, str], str]
) -> None:
    verify(person, inbox)
    script = person.request(
        "POST", "/account/tokens", json={"name": "s", "scopes": ["tasks:read"], "expires_in_days": 1}
    )
    bearer = {"Authorization": f"Bearer {script.json()['token']}"}
    assert person.client.get("/tasks", headers=bearer).status_code == 200
    known = person.client.post("/auth/password/forgot", json={"email": person.email})
    unknown = person.client.post("/auth/password/forgot", json={"email": f"no-{person.email}"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (204, b"")
    token = inbox(person.email, "reset-password")
    assert code_of(_reset(person.client, token, "short")) == (422, "invalid_request")
    assert _reset(person.client, token).status_code == 204
    assert code_of(_reset(person.client, token, "yet another one 9")) == (400, "invalid_link")
    assert code_of(person.request("GET", "/tasks")) == (401, "session_revoked")
    assert code_of(person.client.get("/tasks", headers=bearer)) == (401, "session_revoked")
    assert code_of(_login(person.client, person.email, PASSWORD)) == (401, "invalid_credentials")
    assert _login(person.client, person.email, NEW_PASSWORD).status_code == 200


def test_who_owns_the_mailbox_but_not_the_second_factor_does_not_get_in(
    person: Person, inbox: Callable[[str, str], str]
) -> None:
    verify(person, inbox)
    factor = with_second_factor(person)
    person.client.post("/auth/password/forgot", json={"email": person.email})
    assert _reset(person.client, inbox(person.email, "reset-password")).status_code == 204
    first = _login(person.client, person.email, NEW_PASSWORD)
    assert first.status_code == 202
    assert first.json().keys() == {"step_token", "expires_in"}
    bearer = {"Authorization": f"Bearer {first.json()['step_token']}"}
    assert code_of(person.client.get("/tasks", headers=bearer)) == (401, "invalid_token")
    refresh = person.client.post("/auth/refresh", json={"refresh_token": first.json()["step_token"]})
    assert code_of(refresh) == (401, "invalid_token")
    guess = {"step_token": first.json()["step_token"], "code": factor.wrong()}
    assert code_of(person.client.post("/auth/login/second-factor", json=guess)) == (401, "invalid_code")
    # Its owner does.
    owner = guess | {"code": factor.recovery_codes[0]}
    assert person.client.post("/auth/login/second-factor", json=owner).status_code == 200


def test_a_changed_address_can_be_taken_back_from_the_old_one_whoever_changed_it(
    person: Person, inbox: Callable[[str, str], str]
) -> None:
    verify(person, inbox)
    thiefs = f"thief-of-{person.email}"
    change: dict[str, Any] = {"email": thiefs, "password": PASSWORD}
    wrong = change | {"password": "a wrong one"}
    assert code_of(person.request("POST", "/account/email", json=wrong)) == (403, "wrong_password")
    assert person.request("POST", "/account/email", json=change).status_code == 204
    assert person.request("GET", "/account").json()["email"] == person.email
    assert _followed(person.client, "confirm", inbox(thiefs, "confirm-email")).status_code == 204
    assert person.request("GET", "/account").json()["email"] == thiefs
    assert code_of(_login(person.client, person.email, PASSWORD)) == (401, "invalid_credentials")
    taken = person.client.post("/auth/register", json={"email": person.email, "password": PASSWORD})
    assert code_of(taken) == (409, "email_exists")

    back = inbox(person.email, "restore-email")
    assert _followed(person.client, "restore", back).status_code == 204
    assert code_of(person.request("GET", "/account")) == (401, "session_revoked")
    assert code_of(_followed(person.client, "restore", back)) == (400, "invalid_link")
    for email in (person.email, thiefs):
        assert code_of(_login(person.client, email, PASSWORD)) == (401, "invalid_credentials")
    assert _reset(person.client, inbox(person.email, "reset-password")).status_code == 204
    answer = _login(person.client, person.email, NEW_PASSWORD)
    assert answer.json()["user"]["email"] == person.email
    # The other address is free again.
    freed = person.client.post("/auth/register", json={"email": thiefs, "password": PASSWORD})
    assert freed.status_code == 201
