"""Attempts against a database: how many come through, how long the wait is, and who is spared."""

from collections.abc import Callable
from typing import Any

import pytest

from taskward import settings
from taskward.client import Client
from taskward.errors import (
    EmailExistsError,
    InvalidCredentialsError,
    TaskwardError,
    TooManyAttemptsError,
    UnavailableError,
    WrongPasswordError,
)
from taskward.identity import accounts, attempts, grants, keys, passwords, sessions, sign_in, tokens
from taskward.identity.attempt_tables import AttemptsItem
from taskward.identity.models import Credentials, PasswordChange, Registration
from taskward.identity.password_change import change_password
from tests.conftest import Clock
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, registered
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock")

EMAIL = "ada@example.com"


def _guess(client: Client = ELSEWHERE, *, email: str = EMAIL, password: str = "a wrong password") -> None:
    sign_in.sign_in(Credentials(email=email, password=password), client)


def _wait(action: Callable[[], object]) -> int:
    with pytest.raises(TooManyAttemptsError) as refused:
        action()
    assert refused.value.retry_after is not None
    return refused.value.retry_after


def _fail(times: int, client: Client = ELSEWHERE, *, email: str = EMAIL) -> None:
    for _ in range(times):
        with pytest.raises(InvalidCredentialsError):
            _guess(client, email=email)


def _from(number: int) -> Client:
    return Client(f"192.0.2.{number}", "tests")


@pytest.mark.parametrize("exists", [True, False], ids=["account", "no account"])
def test_after_five_failures_the_wait_doubles_up_to_a_quarter_of_an_hour(clock: Clock, exists: bool) -> None:
    if exists:
        registered(EMAIL)
    _fail(5)
    waits = []
    for _ in range(12):
        waits.append(_wait(_guess))
        clock.advance(seconds=waits[-1] - 1)
        assert _wait(_guess) == 1, "a second too early is too early"
        clock.advance(seconds=1)
        _fail(1)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_while_one_has_to_wait_the_right_password_is_not_looked_at_either(monkeypatch: pytest.MonkeyPatch) -> None:
    registered(EMAIL)
    _fail(5)
    monkeypatch.setattr(passwords, "verify_password", pytest.fail)
    assert _wait(lambda: _guess(password=PASSWORD)) == 1


def test_failures_are_forgotten_after_a_day(clock: Clock) -> None:
    _fail(5)
    clock.advance(seconds=attempts.WINDOW_SECONDS)
    _fail(5)
    assert _wait(_guess) == 1


def test_failures_that_led_to_no_wait_are_forgotten_as_well(clock: Clock) -> None:
    _fail(3)
    clock.advance(seconds=attempts.WINDOW_SECONDS)
    _fail(1)
    (counted,) = [item for item in AttemptsItem.scan() if item.sk == f"NETWORK#{ELSEWHERE.address}"]
    assert counted.failures == 1


def test_an_attempt_that_was_refused_counts_nowhere(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "account_attempts", lambda: 2)
    _fail(1, _from(1))
    _fail(1, _from(2))
    for _ in range(8):
        assert _wait(lambda: _guess(_from(3))) == attempts.WINDOW_SECONDS
    counted = {
        (item.pk, item.sk): int(item.failures) for item in AttemptsItem.scan() if "192.0.2.3" in item.pk + item.sk
    }
    assert list(counted.values()) == [0]


def test_a_success_that_used_up_the_last_free_attempt_makes_nobody_wait(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "network_attempts", lambda: 3)
    registered(EMAIL)
    _fail(2, email="bob@example.com")
    _guess(password=PASSWORD)
    _fail(1, email="carol@example.com")
    assert _wait(lambda: _guess(email="dan@example.com")) == 1


def test_success_clears_the_counter_of_account_and_network(clock: Clock) -> None:
    registered(EMAIL)
    for _ in range(3):
        _fail(5)
        clock.advance(seconds=1)
        _guess(password=PASSWORD)


def test_success_takes_nothing_from_what_others_failed_and_adds_nothing(clock: Clock) -> None:
    registered(EMAIL)
    for number in range(30):
        _fail(1, email=f"nobody{number % 6}@example.com") if number < 20 else _guess(password=PASSWORD)
    counted = AttemptsItem.get(f"ATTEMPT#NETWORK#{ELSEWHERE.address}", "ACCOUNTS")
    assert counted.failures == 20


@pytest.mark.parametrize("exists", [True, False], ids=["account", "no account"])
def test_fifty_guesses_at_once_do_not_get_further_than_five_in_a_row(
    clock: Clock, exists: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if exists:
        registered(EMAIL)
    looked_at: list[str] = []
    verify = passwords.verify_password

    def counted(password: str, stored: str | None) -> tuple[bool, str | None]:
        looked_at.append(password)
        return verify(password, stored)

    monkeypatch.setattr(passwords, "verify_password", counted)
    results = all_at_once([_guess] * 50)
    assert sum(isinstance(result, InvalidCredentialsError) for result in results) == 5
    assert sum(isinstance(result, TooManyAttemptsError) for result in results) == 45
    assert len(looked_at) == 5


def test_an_account_that_is_guessed_at_from_everywhere_is_left_to_those_who_know_it(clock: Clock) -> None:
    registered(EMAIL)
    for number in range(20):
        _fail(5, _from(number))
    assert _wait(lambda: _guess(_from(99))) == attempts.WINDOW_SECONDS
    assert _wait(lambda: _guess(_from(99), password=PASSWORD)) == attempts.WINDOW_SECONDS
    # HOME is where the account was made: neither its guesses nor its sign-ins are refused.
    _fail(1, HOME)
    _guess(HOME, password=PASSWORD)
    clock.advance(seconds=attempts.WINDOW_SECONDS)
    _guess(_from(99), password=PASSWORD)


def test_a_network_is_known_for_ninety_days_after_the_last_sign_in_from_there(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "account_attempts", lambda: 2)
    registered(EMAIL)
    clock.advance(days=90, seconds=-1)
    _fail(2, _from(1))
    _fail(1, HOME)
    clock.advance(seconds=1)
    assert _wait(lambda: _guess(HOME, password=PASSWORD)) == attempts.WINDOW_SECONDS - 1


def test_guesses_from_everywhere_at_once_do_not_get_past_a_hundred(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "account_attempts", lambda: 10)
    registered(EMAIL)
    results = all_at_once([lambda number=number: _guess(_from(number)) for number in range(30)])  # type: ignore[misc]
    assert sum(isinstance(result, InvalidCredentialsError) for result in results) == 10
    assert sum(isinstance(result, TooManyAttemptsError) for result in results) == 20


def test_a_network_that_fails_at_many_accounts_has_to_wait_and_those_known_there_do_not(clock: Clock) -> None:
    registered(EMAIL)
    registered("bob@example.com")
    _guess(ELSEWHERE, password=PASSWORD)
    for number in range(5):
        _fail(5, email=f"nobody{number}@example.com")
    assert _wait(lambda: _guess(email="carol@example.com")) == 1
    assert _wait(lambda: _guess(email="bob@example.com", password=PASSWORD)) == 1
    _guess(password=PASSWORD)


def test_the_wait_that_is_told_is_the_longest_of_all(clock: Clock) -> None:
    for number in range(5):
        _fail(5, email=f"nobody{number}@example.com")
    for _ in range(6):
        clock.advance(seconds=_wait(lambda: _guess(email="carol@example.com")))
        _fail(1, email="carol@example.com")
    network = int(AttemptsItem.get(f"ATTEMPT#NETWORK#{ELSEWHERE.address}", "ACCOUNTS").open_at)
    assert _wait(lambda: _guess(email="carol@example.com")) == network - int(clock.now().timestamp()) == 64


def test_neighbours_in_one_ipv6_network_count_as_one() -> None:
    _fail(4, Client("2001:db8:1:2::1", "tests"))
    _fail(1, Client("2001:db8:1:2:ffff::9", "tests"))
    assert _wait(lambda: _guess(Client("2001:db8:1:2:abcd::1", "tests"))) >= 1
    _fail(1, Client("2001:db8:1:3::1", "tests"))


def test_registrations_of_addresses_that_exist_are_limited_by_network_and_the_account_is_not_harmed(
    clock: Clock,
) -> None:
    people = [registered()[0].email for _ in range(6)]
    registered(EMAIL)

    def register(email: str) -> None:
        accounts.register(Registration(email=email, password=PASSWORD), ELSEWHERE)

    for email in people[:5] * 5:
        with pytest.raises(EmailExistsError):
            register(email)
    assert _wait(lambda: register(people[5])) == 1
    assert _wait(lambda: register("new@example.com")) == 1
    _guess(HOME, password=PASSWORD)


def test_registrations_that_succeed_are_no_failures(clock: Clock) -> None:
    for _ in range(40):
        registered()


def test_the_current_password_cannot_be_guessed_in_a_stolen_session(clock: Clock) -> None:
    _, session = registered(EMAIL)
    thief = principal_of(session)
    request = PasswordChange(current_password="a wrong password", new_password="violet bicycle 12")
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            change_password(thief, request, ELSEWHERE)
    assert _wait(lambda: change_password(thief, request, ELSEWHERE)) == 1
    # The same counter as a sign-in: neither is a way round the other.
    assert _wait(_guess) == 1
    request = PasswordChange(current_password=PASSWORD, new_password="violet bicycle 12")
    change_password(thief, request, HOME)


def test_who_is_signed_in_may_change_the_password_whoever_else_is_guessing(clock: Clock) -> None:
    registered(EMAIL)
    nomad = Client("2001:db8:7::1", "tests")
    _, session = sign_in.sign_in(Credentials(email=EMAIL, password=PASSWORD), nomad)
    for number in range(20):
        _fail(5, _from(number))
    request = PasswordChange(current_password=PASSWORD, new_password="violet bicycle 12")
    change_password(principal_of(session), request, nomad)


def test_a_stolen_session_that_is_refreshed_from_everywhere_is_no_way_round_the_limit(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "account_attempts", lambda: 10)
    _, session = registered(EMAIL)
    thief = principal_of(session)
    request = PasswordChange(current_password="a wrong password", new_password="violet bicycle 12")
    outcomes: list[type[TaskwardError]] = []
    for number in range(20):
        here = _from(number)
        claims = tokens.verify_refresh(grants.issue(session).refresh_token, keys.published())
        session = sessions.refresh(claims, here)
        with pytest.raises(TaskwardError) as refused:
            change_password(thief, request, here)
        outcomes.append(type(refused.value))
    assert outcomes == [WrongPasswordError] * 10 + [TooManyAttemptsError] * 10


def test_while_an_attempt_is_undecided_others_are_told_to_wait_for_seconds_only(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "account_attempts", lambda: 3)
    monkeypatch.setattr(settings, "network_attempts", lambda: 3)
    registered(EMAIL)
    _fail(1)
    _fail(1, email="bob@example.com")
    verify = passwords.verify_password
    told: list[int] = []

    def meanwhile(password: str, stored: str | None) -> tuple[bool, str | None]:
        monkeypatch.setattr(passwords, "verify_password", verify)
        told.append(_wait(lambda: _guess(email="carol@example.com")))
        return verify(password, stored)

    monkeypatch.setattr(passwords, "verify_password", meanwhile)
    _guess(password=PASSWORD)
    assert told == [2]
    _fail(1, email="carol@example.com")


def test_a_slow_success_does_not_take_away_the_wait_of_a_failure_after_it(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "network_attempts", lambda: 3)
    registered(EMAIL)
    _fail(2, email="bob@example.com")
    verify = passwords.verify_password

    def slowly(password: str, stored: str | None) -> tuple[bool, str | None]:
        monkeypatch.setattr(passwords, "verify_password", verify)
        clock.advance(seconds=3)
        _fail(1, email="carol@example.com")
        return verify(password, stored)

    monkeypatch.setattr(passwords, "verify_password", slowly)
    _guess(password=PASSWORD)
    assert _wait(lambda: _guess(email="dan@example.com")) == 2


def test_a_failure_keeps_its_wait_when_a_slow_attempt_before_it_is_taken_back(clock: Clock) -> None:
    for _ in range(10):
        clock.advance(seconds=900)
        _fail(1)
    clock.advance(seconds=900)
    slow = attempts.limited(EMAIL, ELSEWHERE, InvalidCredentialsError, lambda: False)
    slow.__enter__()
    clock.advance(seconds=2)
    with (
        pytest.raises(InvalidCredentialsError),
        attempts.limited(EMAIL, ELSEWHERE, InvalidCredentialsError, lambda: False),
    ):
        assert slow.__exit__(UnavailableError, UnavailableError(), None) is False
        raise InvalidCredentialsError
    assert _wait(_guess) == 128


def test_an_attempt_whose_writing_was_repeated_is_let_in(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    registered(EMAIL)
    _fail(4)
    update = AttemptsItem.update

    def twice(self: AttemptsItem, **arguments: Any) -> Any:
        update(self, **arguments)
        return update(self, **arguments)

    monkeypatch.setattr(AttemptsItem, "update", twice)
    _guess(password=PASSWORD)


def test_a_fault_is_no_failure(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    registered(EMAIL)

    def broken(*_: object) -> tuple[bool, str | None]:
        raise UnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "verify_password", broken)
        for _ in range(8):
            with pytest.raises(UnavailableError):
                _guess()
    _fail(5)


def test_refused_refreshes_are_limited_by_network_and_apart_from_sign_ins(clock: Clock) -> None:
    for _ in range(25):
        attempts.count_refused("REFRESHES", ELSEWHERE)
    assert _wait(lambda: attempts.count_refused("REFRESHES", ELSEWHERE)) == 1
    attempts.count_refused("REFRESHES", HOME)
    _fail(1)


def test_an_attempt_is_entered_with_one_write_and_no_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AttemptsItem, "get", pytest.fail)
    updates, update = [], AttemptsItem.update

    def counted(self: AttemptsItem, **arguments: Any) -> Any:
        updates.append(self.sk)
        return update(self, **arguments)

    monkeypatch.setattr(AttemptsItem, "update", counted)
    with pytest.raises(InvalidCredentialsError), attempts.limited(EMAIL, HOME, InvalidCredentialsError, lambda: False):
        raise InvalidCredentialsError
    assert updates == [f"NETWORK#{HOME.address}", "EVERYWHERE", "ACCOUNTS"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:DB8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_network_is_what_one_subscriber_has(address: str, network: str) -> None:
    assert attempts.network_of(address) == network


def test_no_counter_holds_an_e_mail_address(clock: Clock) -> None:
    _fail(1)
    assert not [item for item in AttemptsItem.scan(AttemptsItem.pk.startswith("ATTEMPT#")) if "ada" in item.pk]
