"""The sessions function, fed from events/sessions."""

from datetime import timedelta

import pytest

from taskward.identity import sessions
from tests.conftest import Clock
from tests.support.factors import reauthenticate
from tests.support.sample_events import (
    Case,
    answer_to,
    ask,
    check,
    check_cleared,
    forged,
    is_let_in,
    load,
    placeholders,
    signed_in,
    signed_up,
    stored,
)

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
    "sessions/list": Case(200),
    "sessions/list_without_principal": Case(401, "invalid_token"),
    "sessions/end": Case(204),
    "sessions/end_current": Case(204),
    "sessions/end_missing": Case(404, "not_found"),
    "sessions/end_foreign": Case(404, "not_found"),
    "sessions/end_all": Case(204),
    "sessions/end_others": Case(204),
    "sessions/end_all_bad_filter": Case(422, "invalid_request", ["keep"]),
    "sessions/end_all_unknown_parameter": Case(422, "invalid_request", ["except"]),
}

LOGOUTS = [name for name in CASES if name.startswith("sessions/logout_")]
REST = [name for name in CASES if name not in LOGOUTS]
# Of each event that ends sessions, those that are left of the two that Ann has: the current one and the other.
LEFT = {
    "sessions/end": {"session_id"},
    "sessions/end_current": {"other_session_id"},
    "sessions/end_others": {"session_id"},
    "sessions/end_all": set(),
}
WITHOUT_A_GENUINE_TOKEN = ["sessions/logout_nothing", "sessions/logout_forged"]


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> dict[str, str]:
    """Values of a live session, and of forgeries of its tokens."""
    genuine = signed_up()
    return genuine | {
        "forged_access_token": forged(genuine["access_token"], exp=4102444800),
        "forged_refresh_token": forged(genuine["refresh_token"], gen=2),
    }


@pytest.fixture
def everybody(ann: dict[str, str], clock: Clock) -> dict[str, str]:
    """Ann's values, with another session of hers, which is older, and one of somebody else."""
    clock.advance(seconds=5)
    ben = signed_up("register/by_cookie")
    current = signed_in()
    other = {f"other_{name}": ann[name] for name in ("session_id", "access_token", "refresh_token")}
    return ann | current | other | {"foreign_session_id": ben["session_id"]}


def alive() -> set[str]:
    """All sessions in the table, of everybody."""
    return {item["session_id"] for item in stored("sessions")} - {"PUBLISHED", "ROTATION"}


def filled(ann: dict[str, str], name: str, clock: Clock) -> dict[str, str]:
    """The session's values; its access token has expired where the event is about an expired one."""
    if name == "sessions/logout_expired_access_token":
        clock.advance(seconds=901)
        return ann | {"expired_access_token": ann["access_token"]}
    return ann


@pytest.mark.parametrize("name", REST)
def test_each_other_event_is_answered_as_its_case_says_and_ends_no_session_but_those_it_names(
    name: str, everybody: dict[str, str]
) -> None:
    check(name, CASES[name], ask(name, **everybody))
    left = LEFT.get(name, {"session_id", "other_session_id"})
    assert alive() == {everybody[which] for which in left | {"foreign_session_id"}}


@pytest.mark.parametrize("name", LOGOUTS)
def test_a_logout_ends_the_session_of_a_genuine_token_and_no_other(
    name: str, ann: dict[str, str], clock: Clock
) -> None:
    other = signed_in()
    check(name, CASES[name], ask(name, **filled(ann, name, clock)))
    left = {other["session_id"], ann["session_id"]} if name in WITHOUT_A_GENUINE_TOKEN else {other["session_id"]}
    assert alive() == left


@pytest.mark.parametrize("name", LOGOUTS)
def test_every_logout_makes_the_browser_forget_the_cookie(name: str, ann: dict[str, str], clock: Clock) -> None:
    check_cleared(ask(name, **filled(ann, name, clock)))


def test_a_session_that_was_logged_out_is_over_at_once(ann: dict[str, str]) -> None:
    assert is_let_in(ann["access_token"])
    ask("sessions/logout_access_token", **ann)
    assert not is_let_in(ann["access_token"])
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
            "authenticated_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
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


def test_the_list_shows_the_sessions_that_are_alive_the_last_used_first(
    everybody: dict[str, str], clock: Clock
) -> None:
    clock.advance(seconds=5)
    event = load("refresh/by_body", refresh_token=everybody["other_refresh_token"])
    event["requestContext"]["identity"]["sourceIp"] = "203.0.113.50"
    assert answer_to("refresh/by_body", event).status == 200
    refreshed, current = ask("sessions/list", **everybody).json()
    now, before = clock.now().replace(microsecond=0), clock.now().replace(microsecond=0) - timedelta(seconds=5)
    assert current == ask("sessions/who_am_i", **everybody).json()["session"]
    assert (current["id"], current["current"]) == (everybody["session_id"], True)
    assert current["last_used_at"] == f"{before:%Y-%m-%dT%H:%M:%SZ}"
    assert refreshed == {
        "id": everybody["other_session_id"],
        "current": False,
        "created_at": f"{before - timedelta(seconds=5):%Y-%m-%dT%H:%M:%SZ}",
        "last_used_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "authenticated_at": f"{before - timedelta(seconds=5):%Y-%m-%dT%H:%M:%SZ}",
        "expires_at": f"{now + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
        "ip": "203.0.113.50",
        "user_agent": event["requestContext"]["identity"]["userAgent"],
    }


def test_the_list_leaves_out_what_has_run_out(everybody: dict[str, str], clock: Clock) -> None:
    clock.advance(days=6)
    refreshed = ask("refresh/by_body", **everybody).json()
    clock.advance(days=2)
    renewed = ask("refresh/by_body", refresh_token=refreshed["refresh_token"]).json()
    values = reauthenticate(everybody | {"access_token": renewed["access_token"]})
    assert [session["id"] for session in ask("sessions/list", **values).json()] == [values["session_id"]]
    # Its row is still there, and as good as gone.
    assert values["other_session_id"] in alive()
    assert ask("sessions/end", **values).status == 404


@pytest.mark.parametrize("name", ["sessions/end", "sessions/end_others"])
def test_the_end_of_another_session_counts_at_once_and_leaves_the_cookie_alone(
    name: str, everybody: dict[str, str]
) -> None:
    assert is_let_in(everybody["other_access_token"])
    assert ask(name, **everybody).header("set-cookie") is None
    assert not is_let_in(everybody["other_access_token"])
    assert is_let_in(everybody["access_token"])
    assert ask("refresh/by_body", refresh_token=everybody["other_refresh_token"]).json()["code"] == "session_revoked"


@pytest.mark.parametrize("name", ["sessions/end_current", "sessions/end_all"])
def test_the_end_of_the_current_session_makes_the_browser_forget_the_cookie(
    name: str, everybody: dict[str, str]
) -> None:
    check_cleared(ask(name, **everybody))
    assert not is_let_in(everybody["access_token"])


def test_a_session_of_somebody_else_is_answered_exactly_like_one_that_does_not_exist(everybody: dict[str, str]) -> None:
    foreign, missing = ask("sessions/end_foreign", **everybody), ask("sessions/end_missing", **everybody)
    assert foreign.headers == missing.headers
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}


def test_a_session_can_be_ended_only_once(everybody: dict[str, str]) -> None:
    assert ask("sessions/end", **everybody).status == 204
    assert ask("sessions/end", **everybody).status == 404


def test_a_text_that_is_too_long_for_a_key_is_a_session_that_does_not_exist(
    everybody: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "transact", pytest.fail)
    assert ask("sessions/end", **everybody | {"other_session_id": "x" * 1100}).status == 404


@pytest.mark.parametrize("name", ["sessions/end_all", "bulk/delete_all"])
def test_an_id_that_a_client_lost_does_not_stand_for_all(everybody: dict[str, str], name: str) -> None:
    event = load(name, **{place: everybody[place] for place in placeholders(name)})
    assert answer_to(name, event | {"path": event["path"] + "/"}).status == 404
    assert is_let_in(everybody["access_token"])
