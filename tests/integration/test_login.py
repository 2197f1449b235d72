"""The login function, fed from events/login."""

import json
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.sample_events import Case, answer_to, ask, check, forged, is_let_in, load, stored

CASES = {
    "login/ok": Case(200),
    "login/email_in_other_case": Case(200),
    "login/by_cookie": Case(200),
    "login/over_another_session": Case(200),
    "login/wrong_password": Case(401, "invalid_credentials"),
    "login/unknown_email": Case(401, "invalid_credentials"),
    "login/not_an_email": Case(401, "invalid_credentials"),
    "login/missing_members": Case(422, "invalid_request", ["email", "password"]),
    "login/unknown_member": Case(422, "invalid_request", ["remember"]),
    "login/broken_json": Case(400, "malformed_request"),
    "login/no_body": Case(400, "malformed_request"),
    "login/wrong_content_type": Case(415, "unsupported_media_type"),
    "login/too_many_attempts": Case(429, "too_many_attempts", after=["login/wrong_password"] * 5),
}


@pytest.fixture
def registration(moto_tables: None, clock: Clock) -> Any:
    """What the registration of the account answered that the events sign in to."""
    return ask("register/created").json()


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_a_refusal_starts_no_session(name: str, registration: Any) -> None:
    for earlier in CASES[name].after:
        ask(earlier)
    before = stored("sessions")
    check(name, CASES[name], ask(name, refresh_token=registration["refresh_token"]))
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


def test_a_sign_in_ends_the_session_that_the_browser_leaves_behind(registration: Any) -> None:
    elsewhere = ask("login/ok").json()
    answer = ask("login/over_another_session", refresh_token=registration["refresh_token"])
    assert not is_let_in(registration["access_token"])
    assert is_let_in(elsewhere["access_token"])
    assert is_let_in(answer.json()["access_token"])
    assert ask("refresh/by_cookie", refresh_token=answer.cookie().value).status == 200


def test_the_cookie_of_the_session_that_was_left_goes_with_it(registration: Any) -> None:
    event = load("login/over_another_session", refresh_token=registration["refresh_token"])
    body = json.loads(event["body"]) | {"delivery": "body"}
    answer = answer_to("login/over_another_session", event | {"body": json.dumps(body)})
    assert answer.json()["refresh_token"]
    assert (answer.cookie().value, answer.cookie()["max-age"]) == ("", "0")


def test_a_cookie_that_is_not_genuine_ends_nothing_and_is_in_nobodys_way(registration: Any) -> None:
    token = forged(registration["refresh_token"], gen=2)
    assert ask("login/over_another_session", refresh_token=token).status == 200
    assert is_let_in(registration["access_token"])


def test_a_sign_in_that_fails_ends_nothing(registration: Any) -> None:
    event = load("login/over_another_session", refresh_token=registration["refresh_token"])
    body = {"email": "ann@example.com", "password": "a guess"}
    assert answer_to("login/over_another_session", event | {"body": json.dumps(body)}).status == 401
    assert is_let_in(registration["access_token"])


@pytest.mark.parametrize("name", ["login/unknown_email", "login/not_an_email"])
def test_an_unknown_address_is_answered_exactly_like_a_wrong_password(name: str, registration: Any) -> None:
    wrong_password, unknown = ask("login/wrong_password"), ask(name)
    assert unknown.headers == wrong_password.headers
    assert unknown.json() | {"request_id": ""} == wrong_password.json() | {"request_id": ""}


def test_wrong_credentials_are_no_fault_of_a_token(registration: Any) -> None:
    assert ask("login/wrong_password").header("www-authenticate") == "Bearer"


@pytest.mark.parametrize("name", ["login/wrong_password", "login/unknown_email"])
def test_after_five_failures_each_further_one_is_followed_by_twice_the_wait(
    name: str, registration: Any, clock: Clock
) -> None:
    for _ in range(5):
        assert ask(name).status == 401
    for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        refused = ask(name)
        assert (refused.status, refused.header("retry-after")) == (429, str(wait))
        clock.advance(seconds=wait - 1)
        assert ask(name).header("retry-after") == "1"
        clock.advance(seconds=1)
        assert ask(name).status == 401


def test_while_one_has_to_wait_the_right_password_is_refused_just_the_same(registration: Any, clock: Clock) -> None:
    for _ in range(5):
        ask("login/wrong_password")
    assert ask("login/too_many_attempts").json()["code"] == "too_many_attempts"
    clock.advance(seconds=1)
    assert ask("login/too_many_attempts").status == 200


def test_a_sign_in_clears_the_failures_before_it(registration: Any) -> None:
    for _ in range(4):
        assert ask("login/wrong_password").status == 401
    assert ask("login/ok").status == 200
    for _ in range(5):
        assert ask("login/wrong_password").status == 401


def test_who_tries_from_elsewhere_need_not_wait(registration: Any) -> None:
    for _ in range(5):
        ask("login/wrong_password")
    event = load("login/ok")
    event["requestContext"]["identity"]["sourceIp"] = "203.0.113.50"
    assert ask("login/ok").status == 429
    assert answer_to("login/ok", event).status == 200
