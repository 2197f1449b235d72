"""Sign-in with a second factor: the password first, then a code; fed from events/login."""

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.factors import SecondFactor, Values, add_second_factor, first_step, reauthenticate, verify
from tests.support.sample_events import (
    Case,
    answer_to,
    ask,
    check,
    forged,
    is_let_in,
    load,
    placeholders,
    signed_up,
    stored,
)

FIVE_WRONG = ["login/second_factor_wrong_code"] * 5

CASES = {
    "login/ok": Case(202),
    "login/second_factor": Case(200),
    "login/second_factor_recovery_code": Case(200),
    "login/second_factor_by_cookie": Case(200),
    "login/second_factor_over_another_session": Case(200),
    "login/second_factor_wrong_code": Case(401, "invalid_code"),
    "login/second_factor_used_code": Case(401, "invalid_code"),
    "login/second_factor_used_recovery_code": Case(401, "invalid_code"),
    "login/second_factor_used_step": Case(401, "invalid_token"),
    "login/second_factor_expired_step": Case(401, "token_expired"),
    "login/second_factor_outdated_step": Case(401, "invalid_token"),
    "login/second_factor_forged_step": Case(401, "invalid_token"),
    "login/second_factor_passkey_step": Case(401, "invalid_token"),
    "login/second_factor_access_token": Case(401, "invalid_token"),
    "login/second_factor_too_many_attempts": Case(429, "too_many_attempts", after=FIVE_WRONG),
    "login/second_factor_missing_members": Case(422, "invalid_request", ["step_token", "code"]),
    "login/second_factor_wrong_types": Case(422, "invalid_request", ["step_token", "code"]),
    "login/second_factor_unknown_member": Case(422, "invalid_request", ["remember"]),
}
STARTS_A_SESSION = {name for name, case in CASES.items() if case.status == 200}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, and has a second factor from now on."""
    return verify(signed_up())


@pytest.fixture
def app(ann: Values, clock: Clock) -> SecondFactor:
    """Her authenticator app."""
    return add_second_factor(ann, clock)


def filled(name: str, ann: Values, app: SecondFactor, clock: Clock) -> Values:
    """Her values, with what the event needs besides; the code last, since codes pass with time."""
    values = dict(ann)
    for placeholder in sorted(placeholders(name) - values.keys(), key="code".__eq__):
        values[placeholder] = value_of(placeholder, ann, app, clock)
    return values


def value_of(placeholder: str, ann: Values, app: SecondFactor, clock: Clock) -> str:
    """What a placeholder stands for: a token or a code in the state that it names."""
    if placeholder == "code":
        return app.code()
    if placeholder == "recovery_code":
        return app.recovery_codes[0]
    if placeholder == "passkey_step_token":
        return str(ask("login/passkey_options").json()["step_token"])
    step_token = first_step()
    if placeholder == "used_code":
        ask("login/second_factor", step_token=step_token, code=app.code())
        return app.code()
    if placeholder == "used_recovery_code":
        ask("login/second_factor_recovery_code", step_token=step_token, recovery_code=app.recovery_codes[0])
        return app.recovery_codes[0]
    if placeholder == "used_step_token":
        ask("login/second_factor", step_token=step_token, code=app.code())
        clock.advance(seconds=30)
    elif placeholder == "expired_step_token":
        clock.advance(seconds=300)
    elif placeholder == "outdated_step_token":
        ask("factors/renew_recovery_codes", **ann)
    elif placeholder == "forged_step_token":
        return forged(step_token, exp=4102444800)
    else:
        assert placeholder == "step_token"
    return step_token


def sessions() -> set[str]:
    """All sessions that there are."""
    return {item["session_id"] for item in stored("sessions")}


def second_step(code: str, step_token: str | None = None) -> Any:
    """The answer to a code, in a new sign-in if it is not said in which."""
    return ask("login/second_factor", step_token=step_token or first_step(), code=code)


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_only_a_right_code_starts_a_session(
    name: str, ann: Values, app: SecondFactor, clock: Clock
) -> None:
    values = filled(name, ann, app, clock)
    for earlier in CASES[name].after:
        ask(earlier, **values)
    before = sessions()
    check(name, CASES[name], ask(name, **values))
    assert bool(sessions() - before) == (name in STARTS_A_SESSION)


# --- The first step --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["login/ok", "login/by_cookie"])
def test_the_password_alone_gives_nothing_but_the_token_of_the_next_step(
    name: str, ann: Values, app: SecondFactor
) -> None:
    answer = ask(name)
    assert answer.status == 202
    assert answer.json() == {"step_token": answer.json()["step_token"], "expires_in": 300}
    assert answer.header("set-cookie") is None


def test_a_wrong_password_is_answered_as_where_there_is_no_second_factor(ann: Values, clock: Clock) -> None:
    without = ask("login/wrong_password")
    add_second_factor(ann, clock)
    with_one = ask("login/wrong_password")
    assert (with_one.status, with_one.headers) == (without.status, without.headers)
    assert with_one.json() == without.json()


def test_the_token_of_a_step_is_no_other_token(ann: Values, app: SecondFactor) -> None:
    step_token = first_step()
    assert not is_let_in(step_token)
    assert ask("refresh/by_body", refresh_token=step_token).json()["code"] == "invalid_token"
    assert ask("login/passkey", step_token=step_token, credential="{}").json()["code"] == "invalid_token"
    for name in ("factors/add_passkey", "factors/reauthenticate_with_passkey"):
        assert ask(name, **ann, step_token=step_token, credential="{}").json()["code"] == "wrong_passkey"


def test_the_token_of_a_step_signs_nobody_out(ann: Values, app: SecondFactor) -> None:
    event = load("sessions/logout_refresh_token", refresh_token=first_step())
    event["headers"]["Authorization"] = f"Bearer {first_step()}"
    before = sessions()
    assert answer_to("sessions/logout_refresh_token", event).status == 204
    assert sessions() == before


def test_a_refresh_token_is_no_step(ann: Values, app: SecondFactor) -> None:
    assert second_step(app.code(), ann["refresh_token"]).json()["code"] == "invalid_token"


# --- The second step -------------------------------------------------------------------------------------------------


def test_the_answer_is_a_grant_of_a_new_session_of_the_same_user(ann: Values, app: SecondFactor) -> None:
    answer = second_step(app.code())
    grant = answer.json()
    assert grant.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "session_id", "user"}
    assert grant["user"] == ask("account/read", **ann).json()
    assert grant["user"]["second_factor"] is True
    assert grant["session_id"] != ann["session_id"]
    assert is_let_in(grant["access_token"])
    assert answer.header("set-cookie") is None


def test_a_browser_gets_the_refresh_token_of_the_second_step_in_a_cookie(ann: Values, app: SecondFactor) -> None:
    answer = ask("login/second_factor_by_cookie", step_token=first_step(), code=app.code())
    cookie = answer.cookie()
    assert "refresh_token" not in answer.json()
    assert (cookie.key, cookie["path"], cookie["domain"]) == ("__Host-taskward_refresh", "/", "")
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Strict")
    assert ask("refresh/by_cookie", refresh_token=cookie.value).json()["session_id"] == answer.json()["session_id"]


def test_the_second_step_ends_the_session_that_the_browser_leaves_behind_and_the_first_does_not(
    ann: Values, app: SecondFactor
) -> None:
    step_token = ask("login/over_another_session", **ann).json()["step_token"]
    assert is_let_in(ann["access_token"])
    name = "login/second_factor_over_another_session"
    assert ask(name, **ann, step_token=step_token, code="31415x").status == 401
    assert is_let_in(ann["access_token"])
    answer = ask(name, **ann, step_token=step_token, code=app.code())
    assert not is_let_in(ann["access_token"])
    assert is_let_in(answer.json()["access_token"])


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 200), (0, 200), (30, 200), (60, 401)])
def test_the_clock_of_the_app_may_be_half_a_minute_off_either_way(
    seconds: int, status: int, ann: Values, app: SecondFactor, clock: Clock
) -> None:
    # Long after the code that the factor was turned on by.
    clock.advance(seconds=120)
    assert second_step(app.code(seconds)).status == status


def test_a_code_counts_once_and_none_from_before_it_counts_any_more(
    ann: Values, app: SecondFactor, clock: Clock
) -> None:
    clock.advance(seconds=60)
    assert second_step(app.code()).status == 200
    for seconds in (0, -30):
        assert second_step(app.code(seconds)).json()["code"] == "invalid_code"
    assert second_step(app.code(30)).status == 200


def test_the_code_that_a_factor_was_turned_on_by_is_used_up(ann: Values, app: SecondFactor) -> None:
    assert second_step(app.code(-30)).json()["code"] == "invalid_code"


def test_a_token_is_good_for_more_tries_and_one_session(ann: Values, app: SecondFactor, clock: Clock) -> None:
    step_token = first_step()
    assert second_step("31415x", step_token).json()["code"] == "invalid_code"
    assert second_step(app.code(), step_token).status == 200
    assert second_step(app.code(30), step_token).json()["code"] == "invalid_token"
    # Which has not used the code up.
    assert second_step(app.code(30)).status == 200


def test_each_recovery_code_counts_once_however_it_is_typed(ann: Values, app: SecondFactor, clock: Clock) -> None:
    first, second, third = app.recovery_codes[:3]
    for code in (first, second.lower(), third.replace("-", " ")):
        assert second_step(code).status == 200
    for code in (first, second, third.replace("-", "")):
        assert second_step(code).json()["code"] == "invalid_code"
    assert ask("factors/read_second_factor", **ann).json()["recovery_codes_left"] == 7


# --- Too many tries --------------------------------------------------------------------------------------------------


def test_after_five_wrong_codes_each_further_one_is_followed_by_twice_the_wait(
    ann: Values, app: SecondFactor, clock: Clock
) -> None:
    step_token = first_step()
    for _ in range(5):
        assert second_step("31415x", step_token).status == 401
    for wait in (1, 2, 4, 8):
        refused = second_step(app.code(), step_token)
        assert (refused.status, refused.header("retry-after")) == (429, str(wait))
        clock.advance(seconds=wait)
        assert second_step("31415x", step_token).status == 401
    clock.advance(seconds=16)
    assert second_step(app.code(), step_token).status == 200


def test_who_knows_the_password_wins_no_free_guesses_at_the_code_with_it(ann: Values, app: SecondFactor) -> None:
    for _ in range(5):
        # Each first step is a success as far as passwords are concerned.
        assert second_step("31415x", first_step()).status == 401
    assert second_step(app.code(), first_step()).status == 429


def test_guesses_in_a_session_and_guesses_at_a_sign_in_are_counted_together(ann: Values, app: SecondFactor) -> None:
    for _ in range(3):
        assert ask("factors/reauthenticate_wrong_code", **ann).status == 403
    for _ in range(2):
        assert second_step("31415x").status == 401
    assert second_step(app.code()).status == 429
    assert ask("factors/reauthenticate_with_code", **ann, code=app.code()).status == 429


def test_wrong_codes_are_in_no_way_of_the_password(ann: Values, app: SecondFactor) -> None:
    step_token = first_step()
    for _ in range(6):
        second_step("31415x", step_token)
    assert ask("login/ok").status == 202
    assert ask("account/change_password", **ann).status == 204


def test_a_used_step_or_a_bad_token_is_no_guess_at_the_code(ann: Values, app: SecondFactor) -> None:
    for _ in range(6):
        assert second_step(app.code(), "not.a.token").status == 401
    assert second_step(app.code()).status == 200


# --- What it is bound to ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["account/change_password", "factors/turn_second_factor_off", "account/delete"])
def test_a_first_step_is_worthless_once_a_credential_changed(
    change: str, ann: Values, app: SecondFactor, clock: Clock
) -> None:
    step_token = first_step()
    assert ask(change, **ann, code=app.code()).status == 204
    assert second_step(app.code(30), step_token).json()["code"] == "invalid_token"


def test_without_its_factor_an_account_is_signed_in_to_by_the_password_alone(ann: Values, app: SecondFactor) -> None:
    assert ask("factors/turn_second_factor_off", **ann, code=app.code()).status == 204
    assert ask("login/ok").status == 200


def test_the_events_of_a_sign_in_tell_of_wrong_codes_and_recovery_codes(
    ann: Values, app: SecondFactor, clock: Clock
) -> None:
    step_token = first_step()
    clock.advance(seconds=5)
    second_step("31415x", step_token)
    clock.advance(seconds=5)
    second_step(app.recovery_codes[0], step_token)
    told = [event["type"] for event in ask("account/events", **ann).json()]
    assert set(told[:2]) == {"recovery_code_used", "signed_in"}
    assert told[2] == "code_check_failed"


def test_a_sign_in_by_code_counts_as_an_authentication(ann: Values, app: SecondFactor, clock: Clock) -> None:
    clock.advance(seconds=601)
    assert ask("factors/renew_recovery_codes", **ann).json()["code"] == "reauthentication_required"
    fresh = reauthenticate(ann, code=app.code())
    assert ask("factors/renew_recovery_codes", **fresh).status == 200
