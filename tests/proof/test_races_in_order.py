"""Races of two, at DynamoDB Local, in every order that one interruption of each leads to.

Where other races are left to the machine, here the requests of two callers to the database come one at a time, in an
order that is counted through. In this process, through the domain's own code.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import pytest

from taskward import clock
from taskward.errors import (
    EmailExistsError,
    InvalidCodeError,
    InvalidCredentialsError,
    InvalidLinkError,
    LastWayInError,
    NotFoundError,
    SessionRevokedError,
    TooManyAttemptsError,
    UnauthenticatedError,
    WrongPasswordError,
)
from taskward.identity import (
    access_tokens,
    account_deletion,
    attempts,
    email_change,
    links,
    passkeys,
    password_change,
    password_reset,
    second_factor,
    sessions,
    sign_in,
    users,
)
from taskward.identity.attempt_tables import AttemptsItem
from taskward.identity.models import Credentials, PasswordChange, PasswordReset
from taskward.identity.session_tables import SessionItem
from taskward.identity.sign_in import SecondFactorNeededError
from taskward.identity.tokens import RefreshClaims
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal
from taskward.tasks import service
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import OPEN, PURGED, TRASHED
from tests.support import forest, own_tasks
from tests.support.environment import SEED
from tests.support.figures import Figure
from tests.support.interleaving import interleaved
from tests.support.mailbox import SITE
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, registered, signed_in
from tests.support.racers import new_email
from tests.support.second_factors import begun, finish, first_step
from tests.support.ways_in import account, add_passkey, add_token, owner, verified

pytestmark = [
    pytest.mark.usefixtures("database", "weak_hashes", "clock", "mailbox"),
    pytest.mark.parametrize("database", ["dynamodb-local"], indirect=True),
]

NEW, OTHER = "violet bicycle 12", "amber trombone 34"

Results = list[Any]
"""What each of the two gave or raised."""

Race = tuple[Callable[[], Any], Callable[[], Any], Callable[[Results], None]]
"""Two who meet, and what must hold afterwards."""


class _Interruptions:
    """Lets the first go as far as so many requests, then the second as far as so many, then each to its end."""

    def __init__(self, first: int, second: int) -> None:
        self._told = f"interrupted after {first} and {second} requests"
        self._left = [first, second]
        self.interrupted = [False, False]

    def __str__(self) -> str:
        return self._told

    def __call__(self, going: list[int]) -> int:
        if len(going) == 1:
            return going[0]
        for number in (0, 1):
            if self._left[number] > 0:
                self._left[number] -= 1
                return number
            self.interrupted[number] = True
        return 0


def _orders(deep: bool) -> Iterator[_Interruptions]:
    """All of them; those in which the second one is interrupted as well only where that is wanted."""
    for first in count(1):
        for second in count(1) if deep else [1000]:
            order = _Interruptions(first, second)
            yield order
            if not order.interrupted[1]:
                break
        if not order.interrupted[0]:
            return


def _alive(user_id: str) -> set[str]:
    return {session.session_id for session in sessions.live(user_id)}


def _claims(session: SessionItem) -> RefreshClaims:
    return RefreshClaims(session.user_id, session.session_id, int(session.generation), int(session.ends_at))


def _change_password(principal: Principal, new: str = NEW) -> None:
    change = PasswordChange(current_password=PASSWORD, new_password=new)
    password_change.change_password(principal, change, HOME)


def _reset_of(user: UserItem, new: str = NEW) -> Callable[[], None]:
    token = links.store(account(user.user_id), "password_reset", user.email)
    return lambda: password_reset.reset(PasswordReset(token=token, new_password=new), ELSEWHERE)


def _is(result: Any, *refusals: type[Exception]) -> bool:
    """Whether something was refused, as it may be; anything else that was raised is a fault."""
    if isinstance(result, refusals):
        return True
    assert not isinstance(result, Exception), repr(result)
    return False


# --- Sessions ---------------------------------------------------------------------------------------------------------


def a_refresh_and_the_end() -> Race:
    _, session = registered()

    def check(results: Results) -> None:
        _is(results[0], SessionRevokedError)
        assert results[1] is True
        assert _alive(session.user_id) == set()

    claims = _claims(session)
    return (
        lambda: sessions.refresh(claims, HOME),
        lambda: sessions.end(session.user_id, session.session_id, HOME, "signed_out"),
        check,
    )


def a_refresh_and_the_end_of_all() -> Race:
    _, session = registered()
    claims, principal = _claims(session), principal_of(session)

    def check(results: Results) -> None:
        _is(results[0], SessionRevokedError)
        assert results[1] is None
        assert _alive(session.user_id) == set()

    return lambda: sessions.refresh(claims, HOME), lambda: sessions.end_all(principal, HOME), check


def two_refreshes() -> Race:
    _, session = registered()
    claims = _claims(session)

    def check(results: Results) -> None:
        assert [int(result.generation) for result in results] == [2, 2]
        assert _alive(session.user_id) == {session.session_id}

    return lambda: sessions.refresh(claims, HOME), lambda: sessions.refresh(claims, ELSEWHERE), check


def two_sign_ins_at_forty_nine_sessions() -> Race:
    user, _ = registered()
    with SessionItem.batch_write() as batch:
        for number in range(48):
            older = sessions.new(user.user_id, HOME)
            older.last_used_at -= 100 + number
            batch.save(older)

    def check(results: Results) -> None:
        assert len(_alive(user.user_id)) == 50
        assert {session.session_id for session in results} <= _alive(user.user_id)

    return lambda: signed_in(user.email), lambda: signed_in(user.email), check


# --- Passwords, factors and addresses ---------------------------------------------------------------------------------


def a_sign_in_and_a_new_password() -> Race:
    user, session = registered()
    principal = principal_of(session)

    def check(results: Results) -> None:
        _is(results[0], InvalidCredentialsError)
        assert results[1] is None
        assert _alive(user.user_id) == {session.session_id}

    return lambda: signed_in(user.email), lambda: _change_password(principal), check


def a_sign_in_and_a_reset() -> Race:
    user, _ = registered()

    def check(results: Results) -> None:
        _is(results[0], InvalidCredentialsError)
        assert results[1] is None
        assert _alive(user.user_id) == set()

    return lambda: signed_in(user.email), _reset_of(user), check


def a_sign_in_and_a_deletion() -> Race:
    user, session = registered()
    principal = principal_of(session)

    def check(results: Results) -> None:
        _is(results[0], InvalidCredentialsError)
        assert results[1] is None
        assert _alive(user.user_id) == set()
        with pytest.raises(UserItem.DoesNotExist):
            account(user.user_id)

    return lambda: signed_in(user.email), lambda: account_deletion.delete_account(principal, PASSWORD, HOME), check


def a_sign_in_and_a_second_factor() -> Race:
    user, session = verified()
    app, principal = begun(session), principal_of(session)
    let_in_before: set[str] = set()

    def enter() -> SessionItem | None:
        try:
            return signed_in(user.email)
        except SecondFactorNeededError:
            return None

    def turn_on() -> list[str]:
        codes = second_factor.confirm(principal, app.code(), HOME)
        let_in_before.update(_alive(user.user_id))
        return codes

    def check(results: Results) -> None:
        entered = set() if _is(results[0], InvalidCredentialsError) or not results[0] else {results[0].session_id}
        assert len(results[1]) == 10
        assert _alive(user.user_id) == {session.session_id} | entered == let_in_before

    return enter, turn_on, check


def a_reset_and_a_new_password() -> Race:
    user, session = registered()
    principal = principal_of(session)

    def check(results: Results) -> None:
        refused = [_is(results[0], InvalidLinkError), _is(results[1], WrongPasswordError, SessionRevokedError)]
        assert sum(refused) == 1
        assert _alive(user.user_id) == (set() if refused[1] else {session.session_id})
        assert signed_in(user.email, NEW if refused[1] else OTHER)

    return _reset_of(user), lambda: _change_password(principal, OTHER), check


def two_wrong_passwords_when_one_is_free() -> Race:
    user, _ = registered()
    rest = attempts.WINDOW_SECONDS
    key = (attempts._of_account(user.email), f"NETWORK#{ELSEWHERE.address}")
    AttemptsItem(*key, failures=4, expires_at=clock.epoch() + rest).save()

    def guess() -> None:
        sign_in.sign_in(Credentials(email=user.email, password="a wrong password"), ELSEWHERE)

    def check(results: Results) -> None:
        assert {type(result) for result in results} == {InvalidCredentialsError, TooManyAttemptsError}
        assert int(AttemptsItem.get(*key).failures) == 5
        # Of the account from everywhere, and of the network that all these races share.
        assert int(AttemptsItem.get(key[0], "EVERYWHERE").failures) == 1

    return guess, guess, check


def one_code_twice() -> Race:
    user, session = verified()
    app = begun(session)
    second_factor.confirm(principal_of(session), app.code(), HOME)
    steps, code = [first_step(user.email) for _ in range(2)], app.code(1)

    def check(results: Results) -> None:
        assert sorted(_is(result, InvalidCodeError) for result in results) == [False, True]
        assert len(_alive(user.user_id)) == 2

    return lambda: finish(steps[0], code), lambda: finish(steps[1], code, ELSEWHERE), check


def the_last_two_ways_in() -> Race:
    user, session = verified()
    add_passkey(session)
    principal = principal_of(session)
    (made,) = [passkeys.representation(each)["id"] for each in passkeys.of_user(user.user_id)]

    def check(results: Results) -> None:
        assert sorted(_is(result, LastWayInError) for result in results) == [False, True]
        now = account(user.user_id)
        assert (now.password_hash is not None) + (now.passkeys or 0) == 1
        assert len(list(passkeys.of_user(user.user_id))) == (now.passkeys or 0)

    return (
        lambda: password_change.remove_password(principal, HOME),
        lambda: passkeys.remove(principal, str(made), HOME),
        check,
    )


def a_token_and_a_reset() -> Race:
    user, session = verified()

    def check(results: Results) -> None:
        assert results[1] is None
        if not _is(results[0], SessionRevokedError):
            with pytest.raises(UnauthenticatedError):
                access_tokens.verified(results[0][1])

    return lambda: add_token(session), _reset_of(user), check


def two_registrations() -> Race:
    email = new_email()

    def check(results: Results) -> None:
        assert sorted(_is(result, EmailExistsError) for result in results) == [False, True]
        ((user, session),) = [result for result in results if not isinstance(result, Exception)]
        assert owner(email) == user.user_id
        assert _alive(user.user_id) == {session.session_id}
        assert users.get(user.user_id)

    return lambda: registered(email), lambda: registered(email.upper()), check


def a_registration_and_a_change_to_its_address() -> Race:
    user, _ = verified()
    email = new_email()
    token = links.store(account(user.user_id), "address_change", email)

    def check(results: Results) -> None:
        assert sorted(_is(result, EmailExistsError) for result in results) == [False, True]
        changed = results[1] is None
        assert owner(email) == (user.user_id if changed else results[0][0].user_id)
        assert account(user.user_id).email == (email if changed else user.email)

    return lambda: registered(email), lambda: email_change.confirm(token, SITE, ELSEWHERE), check


# --- Tasks ------------------------------------------------------------------------------------------------------------


def an_edit_and_a_deletion_for_good() -> Race:
    task = own_tasks.made()

    def check(results: Results) -> None:
        _is(results[0], NotFoundError)
        assert results[1] is None
        assert own_tasks.again(task).state == PURGED

    return lambda: own_tasks.patched(task, title="Edited"), lambda: own_tasks.purged(task), check


def a_subtask_and_the_trash() -> Race:
    parent, child = own_tasks.chain("Give a party", "Bake a cake")

    def check(results: Results) -> None:
        refused = isinstance(results[0], Exception)
        assert results[1] is None
        gone = [parent, child] if refused else [parent, child, results[0]]
        assert {own_tasks.again(task).state for task in gone} == {TRASHED}

    return lambda: own_tasks.made("Light candles", child), lambda: own_tasks.trashed(parent), check


def two_who_complete_what_repeats() -> Race:
    task = own_tasks.made("Water plants", due="2036-01-01", repeat="FREQ=DAILY")
    before = set(forest.stored(own_tasks.ME))

    def check(results: Results) -> None:
        assert not any(_is(result) for result in results)
        after = forest.stored(own_tasks.ME)
        (following,) = after.keys() - before
        assert (after[following].state, after[following].due) == (OPEN, "2036-01-02")

    return lambda: own_tasks.completed(task), lambda: own_tasks.completed(task), check


def batches_in_opposite_order() -> Race:
    tasks = [own_tasks.made(f"Task {number}") for number in range(3)]

    def batch(title: str, order: Sequence[Any]) -> Callable[[], Any]:
        operations = [{"op": "patch", "id": task.task_id, "patch": {"title": title}} for task in order]
        return lambda: own_tasks.carried_out(*operations)

    def check(results: Results) -> None:
        assert not any(_is(result) for result in results)
        now = [own_tasks.again(task) for task in tasks]
        assert len({task.title for task in now}) == 1
        assert {int(task.version) for task in now} == {3}

    return batch("One", tasks), batch("Another", tasks[::-1]), check


def an_edit_and_a_batch() -> Race:
    tasks = [own_tasks.made(f"Task {number}") for number in range(3)]
    operations = [{"op": "patch", "id": task.task_id, "patch": {"title": "All"}} for task in tasks]

    def check(results: Results) -> None:
        assert not any(_is(result) for result in results)
        now = [own_tasks.again(task) for task in tasks]
        assert [task.title for task in now] == ["All"] * 3
        assert [int(task.version) for task in now] == [2, 3, 2]
        assert now[1].tags == ["edited"]

    return lambda: own_tasks.patched(tasks[1], tags=["edited"]), lambda: own_tasks.carried_out(*operations), check


def twins() -> Race:
    key = new_email()
    fields = TaskFields.model_validate({"title": "Pay rent"})
    before = len(forest.stored(own_tasks.ME))

    def check(results: Results) -> None:
        assert len({task.task_id for task in results}) == 1
        assert len(forest.stored(own_tasks.ME)) == before + 1

    def make() -> Any:
        return service.create(own_tasks.ME, fields, key)

    return make, make, check


# --- All of them ------------------------------------------------------------------------------------------------------

_SHORT = [
    *(a_refresh_and_the_end, a_refresh_and_the_end_of_all, two_refreshes),
    *(an_edit_and_a_deletion_for_good, a_subtask_and_the_trash, two_who_complete_what_repeats),
    *(batches_in_opposite_order, an_edit_and_a_batch, twins),
]
"""Those of few requests, so that the second caller can be interrupted as well."""

_LONG = [
    *(two_sign_ins_at_forty_nine_sessions, a_sign_in_and_a_new_password, a_sign_in_and_a_reset),
    *(a_sign_in_and_a_deletion, a_sign_in_and_a_second_factor, a_reset_and_a_new_password),
    *(two_wrong_passwords_when_one_is_free, one_code_twice, the_last_two_ways_in, a_token_and_a_reset),
    *(two_registrations, a_registration_and_a_change_to_its_address),
]


def _run(race: Callable[[], Race], order: _Interruptions, *, swapped: bool) -> None:
    first, second, check = race()
    check(interleaved([second, first], order)[::-1] if swapped else interleaved([first, second], order))


@pytest.mark.parametrize("races", [_SHORT, _LONG], ids=["short", "long"])
def test_in_whatever_order_two_come_each_is_served_or_refused_as_if_it_were_alone(
    races: list[Callable[[], Race]], thorough: bool, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All come from one network, and those who come too late count as failures there.
    monkeypatch.setenv("NETWORK_ATTEMPTS", "10000")
    chosen, orders = random.Random(SEED), 0
    for race in races:
        for swapped in (False, True):
            for order in _orders(deep=races is _SHORT) if thorough else [_Interruptions(chosen.randint(1, 9), 1000)]:
                told = f"{race.__name__}, {'second' if swapped else 'first'} one begins, {order}"
                orders += 1
                try:
                    _run(race, order, swapped=swapped)
                except Exception as error:
                    error.add_note(told)
                    raise
    figure(f"races of two, request by request: {orders:,} orders of {len(races)} pairs")
