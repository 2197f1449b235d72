"""The second factor of who is signed in: turned on, its recovery codes, turned off; fed from events/factors."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import Values, add_second_factor, begin_second_factor, first_step, verify
from tests.support.sample_events import (
    Case,
    ask,
    check,
    is_let_in,
    placeholders,
    send_mail,
    signed_in,
    signed_up,
    stored,
)

CONFIRM_WRONG = "factors/confirm_second_factor_wrong_code"
TURN_OFF_WRONG = "factors/turn_second_factor_off_wrong_code"

# By what there is of a second factor before: nothing, an enrolment that waits for its first code, or all of it.
WITHOUT = {
    "factors/read_second_factor": Case(200),
    "factors/read_second_factor_without_principal": Case(401, "invalid_token"),
    "factors/begin_second_factor": Case(200),
    "factors/confirm_second_factor_when_off": Case(409, "second_factor_off"),
    "factors/renew_recovery_codes_when_off": Case(409, "second_factor_off"),
    "factors/turn_second_factor_off_when_off": Case(409, "second_factor_off"),
}
WAITING = {
    "factors/confirm_second_factor": Case(200),
    "factors/confirm_second_factor_wrong_code": Case(403, "wrong_code"),
    "factors/confirm_second_factor_too_many_attempts": Case(429, "too_many_attempts", after=[CONFIRM_WRONG] * 5),
    "factors/confirm_second_factor_missing_code": Case(422, "invalid_request", ["code"]),
}
ON = {
    "factors/begin_second_factor_when_on": Case(409, "second_factor_on"),
    "factors/confirm_second_factor_when_on": Case(409, "second_factor_on"),
    "factors/renew_recovery_codes": Case(200),
    "factors/turn_second_factor_off": Case(204),
    "factors/turn_second_factor_off_by_recovery_code": Case(204),
    "factors/turn_second_factor_off_wrong_password": Case(403, "wrong_password"),
    "factors/turn_second_factor_off_wrong_code": Case(403, "wrong_code"),
    "factors/turn_second_factor_off_too_many_attempts": Case(429, "too_many_attempts", after=[TURN_OFF_WRONG] * 5),
    "factors/turn_second_factor_off_missing_code": Case(422, "invalid_request", ["code"]),
}
UNVERIFIED = {"factors/begin_second_factor_unverified": Case(403, "email_unverified")}
CASES = WITHOUT | WAITING | ON | UNVERIFIED
CHANGES = {
    *("factors/begin_second_factor", "factors/confirm_second_factor", "factors/renew_recovery_codes"),
    *("factors/turn_second_factor_off", "factors/turn_second_factor_off_by_recovery_code"),
}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, and whose address is verified."""
    return verify(signed_up())


def prepared(name: str, ann: Values, clock: Clock) -> Values:
    """Her values, with a second factor as far as the event needs one."""
    if name in WITHOUT:
        return ann
    app = begin_second_factor(ann) if name in WAITING else add_second_factor(ann, clock)
    values = {"code": app.code(), "recovery_code": next(iter(app.recovery_codes), "")}
    return ann | {key: values[key] for key in placeholders(name) & values.keys()}


def kept() -> list[dict[str, object]]:
    """What is stored, but for the counters of failed attempts and the security events."""
    beside = ("ATTEMPT#", "EVENTS#")
    return [*stored("sessions"), *(row for row in stored("users") if not row["pk"].startswith(beside))]


@pytest.mark.parametrize("name", WITHOUT | WAITING | ON)
def test_each_event_is_answered_as_its_case_says_and_changes_something_only_where_it_should(
    name: str, ann: Values, clock: Clock
) -> None:
    values = prepared(name, ann, clock)
    for earlier in CASES[name].after:
        ask(earlier, **values)
    before = kept()
    check(name, CASES[name], ask(name, **values))
    assert (kept() != before) == (name in CHANGES)


@pytest.mark.parametrize("name", UNVERIFIED)
def test_an_address_that_was_not_verified_gets_no_second_factor(name: str, moto_tables: None) -> None:
    ben = signed_up()
    before = kept()
    check(name, CASES[name], ask(name, **ben))
    assert kept() == before


# --- On --------------------------------------------------------------------------------------------------------------


def test_the_secret_comes_as_text_and_as_what_a_qr_code_says(ann: Values, clock: Clock) -> None:
    begun = ask("factors/begin_second_factor", **ann).json()
    assert begun.keys() == {"secret", "uri", "expires_at"}
    assert re.fullmatch("[A-Z2-7]{32}", begun["secret"])
    address = urlsplit(begun["uri"])
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/Taskward:ann%40example.com")
    parameters = parse_qs(address.query)
    assert (parameters["secret"], parameters["issuer"]) == ([begun["secret"]], ["Taskward"])


def test_it_is_on_from_its_first_code_and_not_before(ann: Values, clock: Clock) -> None:
    app = begin_second_factor(ann)
    off = {"enabled": False, "enabled_at": None, "recovery_codes_left": 0}
    assert ask("factors/read_second_factor", **ann).json() == off
    assert ask("account/read", **ann).json()["second_factor"] is False
    assert ask("login/ok").status == 200
    assert ask("factors/confirm_second_factor", **ann, code=app.code()).status == 200
    now = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    on = {"enabled": True, "enabled_at": now, "recovery_codes_left": 10}
    assert ask("factors/read_second_factor", **ann).json() == on
    assert ask("account/read", **ann).json()["second_factor"] is True
    assert ask("login/ok").status == 202


def test_ten_recovery_codes_are_shown_once_and_never_again(ann: Values, clock: Clock) -> None:
    app = begin_second_factor(ann)
    answer = ask("factors/confirm_second_factor", **ann, code=app.code())
    codes = answer.json()["recovery_codes"]
    assert (len(codes), len(set(codes))) == (10, 10)
    assert all(re.fullmatch("[A-Z2-7]{4}(-[A-Z2-7]{4}){5}", code) for code in codes)
    later = [ask(name, **ann).text for name in ("factors/read_second_factor", "account/read", "account/events")]
    assert not any(code in text for code in codes for text in later)


def test_an_enrolment_is_over_after_ten_minutes(ann: Values, clock: Clock) -> None:
    app = begin_second_factor(ann)
    clock.advance(seconds=599)
    assert ask("factors/confirm_second_factor_wrong_code", **ann).json()["code"] == "wrong_code"
    clock.advance(seconds=1)
    answer = ask("factors/confirm_second_factor", **ann, code=app.code())
    assert answer.json()["code"] == "second_factor_off"


def test_of_two_enrolments_the_later_one_counts(ann: Values) -> None:
    first, second = begin_second_factor(ann), begin_second_factor(ann)
    assert ask("factors/confirm_second_factor", **ann, code=first.code()).json()["code"] == "wrong_code"
    assert ask("factors/confirm_second_factor", **ann, code=second.code()).status == 200


def test_a_second_factor_that_is_on_is_not_replaced(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    assert ask("factors/begin_second_factor_when_on", **ann).status == 409
    assert ask("login/second_factor", step_token=first_step(), code=app.code()).status == 200


def test_turning_it_on_leaves_sessions_alone(ann: Values, clock: Clock) -> None:
    other = signed_in()
    add_second_factor(ann, clock)
    assert is_let_in(ann["access_token"])
    assert is_let_in(other["access_token"])


# --- Recovery codes --------------------------------------------------------------------------------------------------


def test_new_recovery_codes_take_the_place_of_all_earlier_ones(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    used = ask("login/second_factor_recovery_code", step_token=first_step(), recovery_code=app.recovery_codes[0])
    assert used.status == 200
    renewed = ask("factors/renew_recovery_codes", **ann).json()["recovery_codes"]
    assert len(set(renewed) - set(app.recovery_codes)) == 10
    assert ask("factors/read_second_factor", **ann).json()["recovery_codes_left"] == 10
    for code, status in ((app.recovery_codes[1], 401), (renewed[0], 200), (renewed[0], 401)):
        answer = ask("login/second_factor_recovery_code", step_token=first_step(), recovery_code=code)
        assert answer.status == status


# --- Off -------------------------------------------------------------------------------------------------------------


def test_off_it_is_asked_for_no_more_and_nothing_of_it_is_kept(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    assert ask("factors/turn_second_factor_off", **ann, code=app.code()).status == 204
    assert ask("login/ok").status == 200
    assert ask("factors/read_second_factor", **ann).json()["enabled"] is False
    assert "SECOND_FACTOR" not in {row["sk"] for row in stored("users")}


def test_turning_it_off_takes_password_and_code(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    used = ask("login/second_factor", step_token=first_step(), code=app.code())
    assert used.status == 200
    # The code of this moment was used.
    answer = ask("factors/turn_second_factor_off", **ann, code=app.code())
    assert answer.json()["code"] == "wrong_code"
    answer = ask("factors/turn_second_factor_off_wrong_password", **ann, code=app.code(30))
    assert answer.json()["code"] == "wrong_password"
    assert ask("factors/read_second_factor", **ann).json()["enabled"] is True
    assert ask("factors/turn_second_factor_off", **ann, code=app.code(30)).status == 204


def test_a_factor_that_is_set_up_anew_shares_another_secret(ann: Values, clock: Clock) -> None:
    first = add_second_factor(ann, clock)
    ask("factors/turn_second_factor_off", **ann, code=first.code())
    second = add_second_factor(ann, clock)
    assert second.secret != first.secret
    for code in (first.code(), first.recovery_codes[0]):
        assert ask("login/second_factor", step_token=first_step(), code=code).status == 401
    assert ask("login/second_factor", step_token=first_step(), code=second.code()).status == 200


# --- Who is told -----------------------------------------------------------------------------------------------------


def test_its_owner_is_told_of_each_change(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    ask("factors/renew_recovery_codes", **ann)
    ask("factors/turn_second_factor_off_wrong_code", **ann)
    ask("factors/turn_second_factor_off", **ann, code=app.code())
    changes = {"second_factor_enabled", "recovery_codes_renewed", "second_factor_disabled"}
    told = {event["type"] for event in ask("account/events", **ann).json()}
    assert told >= changes | {"code_check_failed"}
    send_mail()
    assert {mail.subject for mail in aws.mailed()} >= {
        "The second factor was turned on",
        "Your recovery codes were renewed",
        "The second factor was turned off",
    }


def test_it_is_nobody_elses(ann: Values, clock: Clock) -> None:
    ben = verify(signed_up("register/by_cookie"))
    app = add_second_factor(ann, clock)
    assert ask("factors/read_second_factor", **ben).json()["enabled"] is False
    assert ask("factors/turn_second_factor_off", **ben, code=app.code()).json()["code"] == "second_factor_off"
    bens = begin_second_factor(ben)
    assert ask("factors/confirm_second_factor", **ben, code=app.code()).json()["code"] == "wrong_code"
    assert ask("factors/confirm_second_factor", **ben, code=bens.code()).status == 200
    assert ask("login/second_factor", step_token=first_step(), code=bens.code()).status == 401


def test_a_session_that_ended_meanwhile_turns_nothing_on(ann: Values, clock: Clock) -> None:
    app = begin_second_factor(ann)
    ask("sessions/logout_access_token", **ann)
    answer = ask("factors/confirm_second_factor", **ann, code=app.code())
    assert answer.json()["code"] == "session_revoked"
    assert ask("login/ok").status == 200
