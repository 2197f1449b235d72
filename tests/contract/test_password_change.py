"""Change of the password against a database: who knows it, what ends with it, and what it races with."""

from typing import Any

import pytest
from pynamodb.connection import Connection

from taskward.client import Client
from taskward.errors import InvalidCredentialsError, InvalidRequestError, SessionRevokedError, WrongPasswordError
from taskward.identity import passwords, sessions, sign_in
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.models import Credentials, PasswordChange
from taskward.identity.password_change import change_password
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import PROFILE, UserItem
from tests.conftest import Clock
from tests.support.faults import cancelled
from tests.support.people import HOME, PASSWORD, principal_of, registered
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

EMAIL = "ada@example.com"
NEW = "violet bicycle 12"


def _sign_in(password: str, client: Client = HOME) -> SessionItem:
    return sign_in.sign_in(Credentials(email=EMAIL, password=password), client)[1]


def _change(user: UserItem, session: SessionItem, current: str = PASSWORD, new: str = NEW) -> None:
    request = PasswordChange(current_password=current, new_password=new)
    change_password(principal_of(session), request, HOME)


def _alive(user: UserItem) -> set[str]:
    return {session.session_id for session in sessions.live(user.user_id)}


def test_it_ends_every_other_session_in_the_same_step_even_forty_nine(clock: Clock) -> None:
    user, current = registered(EMAIL)
    for _ in range(49):
        _sign_in(PASSWORD)
    assert len(_alive(user)) == 50
    _change(user, current)
    assert _alive(user) == {current.session_id}
    with pytest.raises(InvalidCredentialsError):
        _sign_in(PASSWORD)
    _sign_in(NEW)
    told = [event.kind for event in EventItem.query(event_key(user.user_id))]
    assert told.count("session_ended") == 49
    assert told.count("password_changed") == 1


def test_a_wrong_or_refused_password_changes_nothing() -> None:
    user, current = registered(EMAIL)
    other = _sign_in(PASSWORD)
    before = UserItem.get(user.pk, PROFILE).to_simple_dict()
    with pytest.raises(WrongPasswordError):
        _change(user, current, current="a wrong password")
    for refused in ("short", "password123", "ada@example.com", PASSWORD):
        with pytest.raises(InvalidRequestError) as error:
            _change(user, current, new=refused)
        assert error.value.errors is not None
        assert error.value.errors[0].field == "new_password"
    assert UserItem.get(user.pk, PROFILE).to_simple_dict() == before
    assert _alive(user) == {current.session_id, other.session_id}


def test_of_changes_at_once_one_wins_and_the_others_are_told_that_the_password_is_wrong() -> None:
    user, current = registered(EMAIL)
    new = [f"violet bicycle {number}" for number in range(4)]
    results = all_at_once([lambda word=word: _change(user, current, new=word) for word in new])  # type: ignore[misc]
    winners = [word for word, result in zip(new, results, strict=True) if result is None]
    assert len(winners) == 1
    assert [type(result) for result in results if result is not None] == [WrongPasswordError] * 3
    _sign_in(winners[0])


def test_no_sign_in_with_the_old_password_survives_its_change() -> None:
    for round_number in range(4):
        email = f"ada{round_number}@example.com"
        user, current = registered(email)
        clients = [Client(f"192.0.2.{number}", "tests") for number in range(6)]

        def sign_in_with_the_old(client: Client, email: str = email) -> None:
            sign_in.sign_in(Credentials(email=email, password=PASSWORD), client)

        all_at_once(
            [
                lambda user=user, current=current: _change(user, current),  # type: ignore[misc]
                *[lambda client=client: sign_in_with_the_old(client) for client in clients],
            ]
        )
        assert UserItem.get(user.pk, PROFILE).credential_version == 2
        assert _alive(user) == {current.session_id}


def test_a_sign_in_that_is_between_verifying_and_storing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The change lists the sessions, then one is started, then the change is stored: it must look again."""
    user, current = registered(EMAIL)
    live, late = sessions.live, list[SessionItem | None]()

    def one_more_afterwards(user_id: str) -> list[SessionItem]:
        found = live(user_id)
        if not late:
            late.append(None)
            late.append(_sign_in(PASSWORD))
        return found

    monkeypatch.setattr(sessions, "live", one_more_afterwards)
    _change(user, current)
    monkeypatch.undo()
    assert isinstance(late[1], SessionItem)
    assert _alive(user) == {current.session_id}


def test_the_new_password_is_hashed_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    user, current = registered(EMAIL)
    _change(user, current)
    stored = UserItem.get(user.pk, PROFILE).password_hash
    assert stored.startswith("$argon2id$")
    assert NEW not in stored
    assert passwords.verify_password(NEW, stored) == (True, None)


def test_a_session_that_has_ended_changes_no_password() -> None:
    user, current = registered(EMAIL)
    _sign_in(PASSWORD)
    sessions.end(user.user_id, current.session_id, HOME, "signed_out")
    with pytest.raises(SessionRevokedError):
        _change(user, current)
    _sign_in(PASSWORD)


def test_an_account_without_a_count_of_sign_ins_can_be_used() -> None:
    """Accounts of 0.1 have none; the first sign-in that races with the change starts it."""
    user, current = registered(EMAIL)
    UserItem(user.pk, PROFILE).update(actions=[UserItem.sign_ins.remove()])
    _change(user, current)
    UserItem(user.pk, PROFILE).update(actions=[UserItem.sign_ins.remove()])
    _sign_in(NEW)
    assert UserItem.get(user.pk, PROFILE).sign_ins == 1


def test_a_change_that_collided_with_the_end_of_its_session_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    user, current = registered(EMAIL)
    transact = Connection.transact_write_items

    def collide_with_the_end(*_: Any, **__: Any) -> Any:
        monkeypatch.setattr(Connection, "transact_write_items", transact)
        sessions.end_all(principal_of(current), HOME)
        raise cancelled("TransactionConflict")

    monkeypatch.setattr(Connection, "transact_write_items", collide_with_the_end)
    with pytest.raises(SessionRevokedError):
        _change(user, current)
    _sign_in(PASSWORD)
