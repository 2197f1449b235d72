"""The login function, fed from events/login."""

from typing import Any

import pytest

from tests.support.sample_events import Case, ask, check, stored

CASES = {
    "login/ok": Case(200),
    "login/email_in_other_case": Case(200),
    "login/by_cookie": Case(200),
    "login/wrong_password": Case(401, "invalid_credentials"),
    "login/unknown_email": Case(401, "invalid_credentials"),
    "login/not_an_email": Case(401, "invalid_credentials"),
    "login/missing_members": Case(422, "invalid_request", ["email", "password"]),
    "login/unknown_member": Case(422, "invalid_request", ["remember"]),
    "login/broken_json": Case(400, "malformed_request"),
    "login/no_body": Case(400, "malformed_request"),
    "login/wrong_content_type": Case(415, "unsupported_media_type"),
}


@pytest.fixture
def registration(moto_tables: None) -> Any:
    """What the registration of the account answered that the events sign in to."""
    return ask("register/created").json()


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_a_refusal_starts_no_session(name: str, registration: Any) -> None:
    before = stored("sessions")
    check(name, CASES[name], ask(name))
    assert (stored("sessions") == before) == (CASES[name].code is not None)


def test_the_answer_is_a_grant_of_a_new_session_of_the_same_user(registration: Any) -> None:
    answer = ask("login/ok")
    grant = answer.json()
    assert grant.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "session_id", "user"}
    assert grant["user"] == registration["user"]
    assert grant["session_id"] != registration["session_id"]
    assert {item["session_id"] for item in stored("sessions")} >= {grant["session_id"], registration["session_id"]}
    assert answer.header("set-cookie") is None


def test_a_browser_gets_the_refresh_token_in_a_cookie_that_no_script_can_read(registration: Any) -> None:
    answer = ask("login/by_cookie")
    cookie = answer.cookie()
    assert "refresh_token" not in answer.json()
    assert (cookie.key, cookie["path"], cookie["domain"]) == ("__Host-taskward_refresh", "/", "")
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Strict")
    assert ask("refresh/by_cookie", refresh_token=cookie.value).json()["session_id"] == answer.json()["session_id"]


@pytest.mark.parametrize("name", ["login/unknown_email", "login/not_an_email"])
def test_an_unknown_address_is_answered_exactly_like_a_wrong_password(name: str, registration: Any) -> None:
    wrong_password, unknown = ask("login/wrong_password"), ask(name)
    assert unknown.headers == wrong_password.headers
    assert unknown.json() | {"request_id": ""} == wrong_password.json() | {"request_id": ""}


def test_wrong_credentials_are_no_fault_of_a_token(registration: Any) -> None:
    assert ask("login/wrong_password").header("www-authenticate") == "Bearer"
