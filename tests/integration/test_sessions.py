"""The sessions function, fed from events/sessions."""

from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.sample_events import Case, ask, check, feed, forged, load, signed_in, signed_up, stored

CASES = {
    "sessions/logout_access_token": Case(204),
    "sessions/logout_expired_access_token": Case(204),
    "sessions/logout_refresh_token": Case(204),
    "sessions/logout_cookie": Case(204),
    "sessions/logout_nothing": Case(204),
    "sessions/logout_forged": Case(204),
    "sessions/logout_broken_json": Case(204),
    "sessions/logout_wrong_content_type": Case(204),
    "sessions/who_am_i": Case(200),
    "sessions/who_am_i_without_principal": Case(401, "invalid_token"),
}

LOGOUTS = [name for name, case in CASES.items() if case.status == 204]
WITHOUT_A_GENUINE_TOKEN = ["sessions/logout_nothing", "sessions/logout_forged"]


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> dict[str, str]:
    """Values of a live session, and of forgeries of its tokens."""
    genuine = signed_up()
    return genuine | {
        "forged_access_token": forged(genuine["access_token"], exp=4102444800),
        "forged_refresh_token": forged(genuine["refresh_token"], gen=2),
    }


def filled(ann: dict[str, str], name: str, clock: Clock) -> dict[str, str]:
    """The session's values; its access token has expired where the event is about an expired one."""
    if name == "sessions/logout_expired_access_token":
        clock.advance(seconds=901)
        return ann | {"expired_access_token": ann["access_token"]}
    return ann


@pytest.mark.parametrize("name", [name for name in CASES if name not in LOGOUTS])
def test_each_other_event_is_answered_as_its_case_says(name: str, ann: dict[str, str]) -> None:
    check(name, CASES[name], ask(name, **ann))


@pytest.mark.parametrize("name", LOGOUTS)
def test_a_logout_ends_the_session_of_a_genuine_token_and_no_other(
    name: str, ann: dict[str, str], clock: Clock
) -> None:
    other = signed_in()
    check(name, CASES[name], ask(name, **filled(ann, name, clock)))
    left = {other["session_id"], ann["session_id"]} if name in WITHOUT_A_GENUINE_TOKEN else {other["session_id"]}
    assert {item["session_id"] for item in stored("sessions")} == left | {"PUBLISHED", "ROTATION"}


@pytest.mark.parametrize("name", LOGOUTS)
def test_every_logout_makes_the_browser_forget_the_cookie(name: str, ann: dict[str, str], clock: Clock) -> None:
    cookie = ask(name, **filled(ann, name, clock)).cookie()
    assert (cookie.key, cookie.value) == ("__Host-taskward_refresh", "")
    # A browser drops a cookie with this prefix unless these are as they were when it was set.
    assert {name: value for name, value in cookie.items() if value} == {
        "path": "/",
        "max-age": "0",
        "secure": True,
        "httponly": True,
        "samesite": "Strict",
    }


def test_a_session_that_was_logged_out_is_over_at_once(ann: dict[str, str]) -> None:
    event = load("authorizer/allow", access_token=ann["access_token"])
    assert _effect(feed("authorizer/allow", event)) == "Allow"
    ask("sessions/logout_access_token", **ann)
    assert _effect(feed("authorizer/allow", event)) == "Deny"
    assert ask("refresh/by_body", **ann).json()["code"] == "session_revoked"


def test_logging_out_twice_is_answered_alike(ann: dict[str, str]) -> None:
    first, second = (ask("sessions/logout_access_token", **ann) for _ in range(2))
    assert second == first


def test_who_am_i_shows_user_and_session(moto_tables: None, clock: Clock) -> None:
    registration = ask("register/created")
    clock.advance(seconds=5)
    ann = signed_in()
    shown = ask("sessions/who_am_i", **ann).json()
    identity = load("login/ok")["requestContext"]["identity"]
    now = clock.now().replace(microsecond=0)
    assert shown == {
        "user": registration.json()["user"],
        "session": {
            "id": ann["session_id"],
            "current": True,
            "created_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "last_used_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "expires_at": f"{now + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
            "ip": identity["sourceIp"],
            "user_agent": identity["userAgent"],
        },
    }


def test_who_am_i_is_refused_when_the_session_ended_after_the_authorizer_allowed_it(ann: dict[str, str]) -> None:
    ask("sessions/logout_access_token", **ann)
    answer = ask("sessions/who_am_i", **ann)
    assert (answer.status, answer.json()["code"]) == (401, "session_revoked")
    assert answer.header("www-authenticate") == 'Bearer error="invalid_token"'


def _effect(decision: Any) -> Any:
    return decision["policyDocument"]["Statement"][0]["Effect"]
