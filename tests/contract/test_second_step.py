"""The second step of a sign-in against a database: each code once, each step once, and none without the first."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from taskward.client import Client
from taskward.errors import InvalidCodeError, InvalidCredentialsError, UnauthenticatedError
from taskward.identity import events, second_factor, sessions, sign_in
from taskward.identity.models import Credentials, PasswordChange
from taskward.identity.password_change import change_password
from taskward.identity.session_tables import SessionItem
from tests.conftest import Clock
from tests.support.holdings import delete_account
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of
from tests.support.racing import all_at_once
from tests.support.second_factors import App, begun, finish, first_step, stored, with_second_factor

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock")

EMAIL = "ada@example.com"


def _alive(user_id: str) -> set[str]:
    return {session.session_id for session in sessions.live(user_id)}


def _told(user_id: str) -> list[tuple[str, str | None, str]]:
    found = events.newest_first(user_id, 100, None).events
    return [(event.kind, event.session_id, event.address) for event in found]


def _from(number: int) -> Client:
    return Client(f"192.0.2.{number}", "tests")


def _left(user_id: str) -> int:
    left: int = second_factor.representation(user_id)["recovery_codes_left"]
    return left


def _made(results: list[Any]) -> list[SessionItem]:
    return [result for result in results if isinstance(result, SessionItem)]


# --- Codes -----------------------------------------------------------------------------------------------------------


def test_the_password_alone_starts_no_session_and_password_and_code_do(clock: Clock) -> None:
    user, first, app = with_second_factor(EMAIL, clock)
    token = first_step(EMAIL, client=ELSEWHERE)
    assert _alive(user.user_id) == {first.session_id}
    session = finish(token, app.code(), ELSEWHERE)
    assert _alive(user.user_id) == {first.session_id, session.session_id}
    assert ("signed_in", session.session_id, ELSEWHERE.address) in _told(user.user_id)
    assert session.authenticated_at == int(clock.now().timestamp())


def test_a_wrong_password_is_told_before_any_second_step(clock: Clock) -> None:
    with_second_factor(EMAIL, clock)
    with pytest.raises(InvalidCredentialsError):
        sign_in.sign_in(Credentials(email=EMAIL, password="a wrong password"), HOME)


def test_a_code_is_accepted_once(clock: Clock) -> None:
    user, _, app = with_second_factor(EMAIL, clock)
    code = app.code()
    finish(first_step(EMAIL), code)
    for _ in range(2):
        with pytest.raises(InvalidCodeError):
            finish(first_step(EMAIL), code)
    assert len(_alive(user.user_id)) == 2
    assert [kind for kind, _, _ in _told(user.user_id)].count("code_check_failed") == 2


@pytest.mark.parametrize("clock_is_off_by", [-1, 0, 1])
def test_an_app_whose_clock_is_off_by_one_step_gets_in(clock_is_off_by: int, clock: Clock) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    clock.advance(minutes=5)
    finish(first_step(EMAIL), app.code(clock_is_off_by))


@pytest.mark.parametrize("clock_is_off_by", [-2, 2])
def test_an_app_whose_clock_is_off_by_two_steps_does_not(clock_is_off_by: int, clock: Clock) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    clock.advance(minutes=5)
    with pytest.raises(InvalidCodeError):
        finish(first_step(EMAIL), app.code(clock_is_off_by))


def test_no_code_of_a_step_before_the_last_accepted_one_is_accepted(clock: Clock) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    clock.advance(minutes=5)
    before, now, later = app.code(-1), app.code(), app.code(1)
    finish(first_step(EMAIL), now)
    for used in (before, now):
        with pytest.raises(InvalidCodeError):
            finish(first_step(EMAIL), used)
    finish(first_step(EMAIL), later)
    clock.advance(seconds=30)
    for used in (now, later):
        with pytest.raises(InvalidCodeError):
            finish(first_step(EMAIL), used)
    finish(first_step(EMAIL), app.code(1))


def test_of_one_code_used_many_times_at_once_one_gets_in(clock: Clock) -> None:
    user, _, app = with_second_factor(EMAIL, clock)
    tokens = [first_step(EMAIL) for _ in range(8)]
    code = app.code()
    results = all_at_once([partial(finish, tokens[number], code, _from(number)) for number in range(8)])
    (session,) = _made(results)
    assert sum(isinstance(result, InvalidCodeError) for result in results) == 7
    assert session.session_id in _alive(user.user_id)
    assert len(_alive(user.user_id)) == 2


# --- Recovery codes --------------------------------------------------------------------------------------------------


def test_each_recovery_code_gets_in_once_however_it_is_written_even_the_last(clock: Clock) -> None:
    user, _, app = with_second_factor(EMAIL, clock)
    writings: list[Callable[[str], str]] = [str.lower, lambda code: code.replace("-", " "), lambda code: f"  {code} "]
    for number, code in enumerate(app.recovery_codes):
        session = finish(first_step(EMAIL), writings[number % 3](code))
        assert session.session_id in _alive(user.user_id)
        assert _left(user.user_id) == 9 - number
        with pytest.raises(InvalidCodeError):
            finish(first_step(EMAIL), code)
    assert [kind for kind, _, _ in _told(user.user_id)].count("recovery_code_used") == 10
    # The app goes on working, and so do new ones.
    finish(first_step(EMAIL), app.code())
    kept = stored(user.user_id)
    assert kept is not None
    assert not kept.recovery_digests
    second_factor.renew_recovery_codes(principal_of(session), HOME)
    assert _left(user.user_id) == 10


def test_of_one_recovery_code_used_many_times_at_once_one_gets_in(clock: Clock) -> None:
    user, _, app = with_second_factor(EMAIL, clock)
    tokens = [first_step(EMAIL) for _ in range(8)]
    code = app.recovery_codes[0]
    results = all_at_once([partial(finish, tokens[number], code, _from(number)) for number in range(8)])
    assert len(_made(results)) == 1
    assert sum(isinstance(result, InvalidCodeError) for result in results) == 7
    assert (_left(user.user_id), len(_alive(user.user_id))) == (9, 2)
    assert [kind for kind, _, _ in _told(user.user_id)].count("recovery_code_used") == 1


def test_different_recovery_codes_at_once_all_get_in(clock: Clock) -> None:
    user, _, app = with_second_factor(EMAIL, clock)
    tokens = [first_step(EMAIL) for _ in range(3)]
    results = all_at_once([partial(finish, tokens[number], app.recovery_codes[number]) for number in range(3)])
    assert len(_made(results)) == 3, results
    assert _left(user.user_id) == 7


# --- Steps -----------------------------------------------------------------------------------------------------------


def test_a_step_is_taken_once_even_with_another_good_code(clock: Clock) -> None:
    user, _, app = with_second_factor(EMAIL, clock)
    token = first_step(EMAIL)
    finish(token, app.recovery_codes[0])
    for code in (app.recovery_codes[1], app.code()):
        with pytest.raises(UnauthenticatedError) as refused:
            finish(token, code)
        assert refused.value.code == "invalid_token"
    assert _left(user.user_id) == 9
    finish(first_step(EMAIL), app.code())


def test_of_one_step_taken_many_times_at_once_with_good_codes_one_starts_a_session(clock: Clock) -> None:
    user, _, app = with_second_factor(EMAIL, clock)
    token = first_step(EMAIL)
    results = all_at_once([partial(finish, token, app.recovery_codes[number], _from(number)) for number in range(8)])
    assert len(_made(results)) == 1
    refused = [result for result in results if isinstance(result, UnauthenticatedError)]
    assert [error.code for error in refused] == ["invalid_token"] * 7
    # The other codes are still good.
    assert (_left(user.user_id), len(_alive(user.user_id))) == (9, 2)


def test_a_wrong_code_does_not_use_the_step_up(clock: Clock) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    token = first_step(EMAIL)
    for _ in range(3):
        with pytest.raises(InvalidCodeError):
            finish(token, app.wrong_code())
    finish(token, app.code())


def test_a_code_of_somebody_else_is_none(clock: Clock) -> None:
    ada, _, _ = with_second_factor(EMAIL, clock)
    bob, _, bobs = with_second_factor("bob@example.com", clock)
    for code in (bobs.code(), bobs.recovery_codes[0]):
        with pytest.raises(InvalidCodeError):
            finish(first_step(EMAIL), code)
    assert len(_alive(ada.user_id)) == len(_alive(bob.user_id)) == 1
    assert _left(bob.user_id) == 10


def _new_password(session: SessionItem, _: App) -> None:
    change = PasswordChange(current_password=PASSWORD, new_password="violet bicycle 12")
    change_password(principal_of(session), change, HOME)


def _new_recovery_codes(session: SessionItem, _: App) -> None:
    second_factor.renew_recovery_codes(principal_of(session), HOME)


def _turned_off(session: SessionItem, app: App) -> None:
    second_factor.turn_off(principal_of(session), PASSWORD, app.recovery_codes[9], HOME)


def _set_up_anew(session: SessionItem, app: App) -> None:
    _turned_off(session, app)
    second_factor.confirm(principal_of(session), begun(session).code(), HOME)


@pytest.mark.parametrize("change", [_new_password, _new_recovery_codes, _turned_off, _set_up_anew])
def test_a_step_is_worthless_after_a_change_of_password_or_factor(
    change: Callable[[SessionItem, App], None], clock: Clock
) -> None:
    user, session, app = with_second_factor(EMAIL, clock)
    token = first_step(EMAIL)
    change(session, app)
    before = _alive(user.user_id)
    for code in (app.code(), app.recovery_codes[0]):
        with pytest.raises(UnauthenticatedError) as refused:
            finish(token, code)
        assert refused.value.code == "invalid_token"
    assert _alive(user.user_id) == before


def test_a_step_of_an_account_that_is_gone_leads_nowhere(clock: Clock) -> None:
    user, _, app = with_second_factor(EMAIL, clock)
    token = first_step(EMAIL)
    delete_account(user.user_id)
    with pytest.raises(UnauthenticatedError):
        finish(token, app.code())
