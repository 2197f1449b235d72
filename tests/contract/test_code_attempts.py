"""Guesses at codes against a database: limited like passwords, counted apart from them, and wherever they are made."""

from collections.abc import Callable
from functools import partial

import pytest

from taskward import settings
from taskward.client import Client
from taskward.errors import (
    InvalidCodeError,
    InvalidCredentialsError,
    TooManyAttemptsError,
    UnauthenticatedError,
    WrongCodeError,
)
from taskward.identity import attempts, keys, proofs, second_factor, sign_in, totp
from taskward.identity.attempt_tables import AttemptsItem
from taskward.identity.models import Credentials, Reauthentication
from taskward.identity.session_tables import SessionItem
from tests.conftest import Clock
from tests.support.mailbox import SITE
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of
from tests.support.racing import all_at_once
from tests.support.second_factors import App, begun, finish, first_step, with_second_factor
from tests.support.ways_in import verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock")

EMAIL = "ada@example.com"


def _wait(action: Callable[[], object]) -> int:
    with pytest.raises(TooManyAttemptsError) as refused:
        action()
    assert refused.value.retry_after is not None
    return refused.value.retry_after


def _fail(times: int, app: App, client: Client = ELSEWHERE, *, email: str = EMAIL) -> None:
    """Guess at the code, each time by a first step of its own: the password is known."""
    for _ in range(times):
        token = first_step(email, client=client)
        with pytest.raises(InvalidCodeError):
            finish(token, app.wrong_code(), client)


def _from(number: int) -> Client:
    return Client(f"192.0.2.{number}", "tests")


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes that were compared with the right one."""
    seen, matching_step = list[str](), totp.matching_step

    def noted(secret: bytes, code: str, at: int) -> int | None:
        seen.append(code)
        return matching_step(secret, code, at)

    monkeypatch.setattr(totp, "matching_step", noted)
    return seen


def test_after_five_wrong_codes_the_wait_doubles_and_the_right_one_is_not_looked_at(
    clock: Clock, looked_at: list[str]
) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    _fail(5, app)
    waits = []
    for _ in range(8):
        token = first_step(EMAIL, client=ELSEWHERE)
        looked_at.clear()
        waits.append(_wait(lambda token=token: finish(token, app.code(), ELSEWHERE)))  # type: ignore[misc]
        assert _wait(lambda token=token: finish(token, app.recovery_codes[0], ELSEWHERE)) == waits[-1]  # type: ignore[misc]
        assert not looked_at
        clock.advance(seconds=waits[-1])
        _fail(1, app)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128]


def test_who_knows_the_password_wins_no_free_guesses_at_the_code_with_it(clock: Clock) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    for _ in range(5):
        # Each is a password that was right, which clears the counter of passwords.
        _fail(1, app)
    assert _wait(lambda: finish(first_step(EMAIL, client=ELSEWHERE), app.wrong_code(), ELSEWHERE)) == 1
    assert _wait(lambda: finish(first_step(EMAIL, client=ELSEWHERE), app.wrong_code(), ELSEWHERE)) == 1


def test_wrong_passwords_and_wrong_codes_are_counted_apart(clock: Clock) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    token = first_step(EMAIL, client=ELSEWHERE)
    for _ in range(5):
        with pytest.raises(InvalidCredentialsError):
            sign_in.sign_in(Credentials(email=EMAIL, password="a wrong password"), ELSEWHERE)
    assert _wait(lambda: sign_in.sign_in(Credentials(email=EMAIL, password=PASSWORD), ELSEWHERE)) == 1
    # The second step is looked at all the same, and does not clear the passwords' counter.
    finish(token, app.code(), ELSEWHERE)
    assert _wait(lambda: sign_in.sign_in(Credentials(email=EMAIL, password=PASSWORD), ELSEWHERE)) == 1


def test_the_right_code_clears_the_counter_of_codes(clock: Clock) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    for code in app.recovery_codes[:3]:
        _fail(5, app)
        clock.advance(seconds=1)
        finish(first_step(EMAIL, client=ELSEWHERE), code, ELSEWHERE)


def test_fifty_codes_at_once_do_not_get_further_than_five_in_a_row(clock: Clock, looked_at: list[str]) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    token, code = first_step(EMAIL, client=ELSEWHERE), app.wrong_code()
    looked_at.clear()
    results = all_at_once([partial(finish, token, code, ELSEWHERE)] * 50)
    assert sum(isinstance(result, InvalidCodeError) for result in results) == 5
    assert sum(isinstance(result, TooManyAttemptsError) for result in results) == 45
    assert len(looked_at) == 5


def test_codes_that_are_guessed_from_everywhere_are_left_to_those_who_are_known(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "account_attempts", lambda: 10)
    _, _, app = with_second_factor(EMAIL, clock)
    tokens = [first_step(EMAIL, client=_from(number)) for number in range(30)]
    results = all_at_once([partial(finish, tokens[number], app.wrong_code(), _from(number)) for number in range(30)])
    assert sum(isinstance(result, InvalidCodeError) for result in results) == 10
    assert sum(isinstance(result, TooManyAttemptsError) for result in results) == 20
    token = first_step(EMAIL, client=_from(99))
    # A day after the first attempt of all, the enrolment's.
    assert _wait(lambda: finish(token, app.code(), _from(99))) == attempts.WINDOW_SECONDS - totp.STEP_SECONDS
    # HOME is where the account was made: neither its guesses nor its codes are refused.
    _fail(1, app, HOME)
    finish(first_step(EMAIL), app.code())
    # What was closed for codes is not for passwords, and opens again after a day.
    clock.advance(seconds=attempts.WINDOW_SECONDS)
    finish(first_step(EMAIL, client=_from(99)), app.code(), _from(99))


def test_a_network_that_fails_at_many_accounts_has_to_wait_and_those_known_there_do_not(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [with_second_factor(f"person{number}@example.com", clock)[2] for number in range(4)]
    tokens = [first_step(f"person{number}@example.com", client=ELSEWHERE) for number in range(4)]
    _, _, known = with_second_factor(EMAIL, clock)
    finish(first_step(EMAIL, client=ELSEWHERE), known.code(), ELSEWHERE)
    monkeypatch.setattr(settings, "network_attempts", lambda: 3)
    for number in range(3):
        with pytest.raises(InvalidCodeError):
            finish(tokens[number], people[number].wrong_code(), ELSEWHERE)
    assert _wait(lambda: finish(tokens[3], people[3].code(), ELSEWHERE)) == 1
    finish(first_step(EMAIL, client=ELSEWHERE), known.code(1), ELSEWHERE)


def _reauthenticate(session: SessionItem, code: str, client: Client) -> None:
    proof = Reauthentication(password=PASSWORD, code=code)
    proofs.reauthenticate(principal_of(session), proof, keys.published(), SITE, client)


def test_all_places_that_take_a_code_share_the_five_guesses(clock: Clock) -> None:
    _, session, app = with_second_factor(EMAIL, clock)
    _fail(2, app)
    for _ in range(2):
        with pytest.raises(WrongCodeError):
            _reauthenticate(session, app.wrong_code(), ELSEWHERE)
    with pytest.raises(WrongCodeError):
        second_factor.turn_off(principal_of(session), PASSWORD, app.wrong_code(), ELSEWHERE)
    token = first_step(EMAIL, client=ELSEWHERE)
    places: list[Callable[[], object]] = [
        lambda: finish(token, app.code(), ELSEWHERE),
        lambda: _reauthenticate(session, app.code(), ELSEWHERE),
        lambda: second_factor.turn_off(principal_of(session), PASSWORD, app.code(), ELSEWHERE),
    ]
    assert [_wait(place) for place in places] == [1, 1, 1]
    # From another network it is another counter.
    _reauthenticate(session, app.code(), HOME)


def test_codes_of_an_enrolment_are_limited_too(clock: Clock, looked_at: list[str]) -> None:
    _, session = verified(EMAIL)
    app = begun(session)
    results = all_at_once([lambda: second_factor.confirm(principal_of(session), app.wrong_code(), HOME)] * 12)
    assert sum(isinstance(result, WrongCodeError) for result in results) == 5
    assert sum(isinstance(result, TooManyAttemptsError) for result in results) == 7
    assert len(looked_at) == 5
    assert _wait(lambda: second_factor.confirm(principal_of(session), app.code(), HOME)) == 1
    clock.advance(seconds=1)
    second_factor.confirm(principal_of(session), app.code(), HOME)


def test_a_step_that_is_no_good_counts_nowhere(clock: Clock) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    used, expired = first_step(EMAIL), first_step(EMAIL)
    finish(used, app.code())
    clock.advance(minutes=5)
    for token in (used, expired, f"{used}x", "not.a.token"):
        for _ in range(6):
            with pytest.raises(UnauthenticatedError) as refused:
                finish(token, app.wrong_code())
            assert not isinstance(refused.value, InvalidCodeError)
    counted = {item.sk: int(item.failures) for item in AttemptsItem.scan(AttemptsItem.sk.startswith("CODES#"))}
    assert set(counted.values()) <= {0}
    finish(first_step(EMAIL), app.code())


def test_a_step_that_was_used_tells_nothing_about_codes(clock: Clock, looked_at: list[str]) -> None:
    _, _, app = with_second_factor(EMAIL, clock)
    token = first_step(EMAIL)
    finish(token, app.code())
    looked_at.clear()
    for code in (app.code(1), app.wrong_code(), app.recovery_codes[0]):
        with pytest.raises(UnauthenticatedError) as refused:
            finish(token, code)
        assert refused.value.code == "invalid_token"
    assert not looked_at
