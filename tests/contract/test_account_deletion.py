"""Deletion of an account against a database: at once for its owner and for its address; the rest is the worker's."""

from collections.abc import Callable
from typing import Any

import pytest

from taskward.errors import (
    InvalidCredentialsError,
    SessionRevokedError,
    TaskwardError,
    UnavailableError,
    WrongPasswordError,
)
from taskward.identity import account_deletion, exports, grants, keys, principals, sessions, sign_in, tokens, users
from taskward.identity.models import AccountPatch, Credentials, PasswordChange
from taskward.identity.password_change import change_password
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import EmailItem, UserItem
from taskward.jobs import queue
from tests.support.people import HOME, PASSWORD, principal_of, registered, signed_in
from tests.support.racing import all_at_once

EMAIL = "ada@example.com"


@pytest.fixture(autouse=True)
def queued(database: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], int]]:
    """What was put into the queue, with its delay."""
    messages: list[tuple[dict[str, Any], int]] = []
    monkeypatch.setattr(queue, "send", lambda message, delay_seconds=0: messages.append((message, delay_seconds)))
    return messages


def _delete(user: UserItem, session: SessionItem, password: str = PASSWORD) -> None:
    account_deletion.delete_account(principal_of(session), password, HOME)


def test_a_deleted_account_is_unusable_at_once_and_its_address_is_free(
    queued: list[tuple[dict[str, Any], int]],
) -> None:
    user, session = registered(EMAIL)
    signed_in(EMAIL)
    grant = grants.issue(session)
    _delete(user, session)
    with pytest.raises(SessionRevokedError):
        principals.authenticate(grant.access_token)
    with pytest.raises(SessionRevokedError):
        sessions.refresh(tokens.verify_refresh(grant.refresh_token, keys.published()), HOME)
    with pytest.raises(SessionRevokedError):
        users.get(user.user_id)
    with pytest.raises(InvalidCredentialsError):
        signed_in(EMAIL)
    assert not sessions.live(user.user_id)
    assert queued == [({"kind": "deletion", "user_id": user.user_id}, 60)]
    again, _ = registered(EMAIL)
    assert again.user_id != user.user_id


def test_it_takes_the_password(queued: list[tuple[dict[str, Any], int]]) -> None:
    user, session = registered(EMAIL)
    with pytest.raises(WrongPasswordError):
        _delete(user, session, "a wrong password")
    assert not queued
    assert users.get(user.user_id).email == EMAIL


def test_a_deleted_account_gets_no_more_rows(queued: list[tuple[dict[str, Any], int]]) -> None:
    user, session = registered(EMAIL)
    _delete(user, session)
    before = {(item.pk, item.sk) for item in EmailItem.scan()}
    late = principal_of(session)
    with pytest.raises(SessionRevokedError):
        exports.request(late, HOME)
    with pytest.raises(SessionRevokedError):
        users.patch(user.user_id, AccountPatch(name="Late"))
    assert {(item.pk, item.sk) for item in EmailItem.scan()} == before
    assert len(queued) == 1


def test_who_changes_the_password_while_deleting_has_to_give_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    user, session = registered(EMAIL)
    live = sessions.live

    def changed_meanwhile(user_id: str) -> list[SessionItem]:
        monkeypatch.setattr(sessions, "live", live)
        request = PasswordChange(current_password=PASSWORD, new_password="violet bicycle 12")
        change_password(principal_of(session), request, HOME)
        return live(user_id)

    monkeypatch.setattr(sessions, "live", changed_meanwhile)
    with pytest.raises(WrongPasswordError):
        _delete(user, session)
    principals.live_session(user.user_id, session.session_id)


def test_nothing_is_deleted_that_the_worker_would_never_hear_of(monkeypatch: pytest.MonkeyPatch) -> None:
    user, session = registered(EMAIL)

    def broken(*_: object, **__: object) -> None:
        raise UnavailableError

    monkeypatch.setattr(queue, "send", broken)
    with pytest.raises(UnavailableError):
        _delete(user, session)
    signed_in(EMAIL)
    principals.live_session(user.user_id, session.session_id)


def test_of_deletions_at_once_one_wins_and_no_sign_in_survives() -> None:
    for number in range(4):
        email = f"ada{number}@example.com"
        user, session = registered(email)

        def enter(email: str = email) -> None:
            sign_in.sign_in(Credentials(email=email, password=PASSWORD), HOME)

        def leave(user: UserItem = user, session: SessionItem = session) -> None:
            _delete(user, session)

        moves: list[Callable[[], object]] = [leave, enter, leave, enter]
        results = all_at_once(moves)
        assert None in (results[0], results[2])
        assert all(isinstance(result, TaskwardError) for result in results if result is not None)
        assert not sessions.live(user.user_id)
        with pytest.raises(SessionRevokedError):
            users.get(user.user_id)


def test_registration_of_the_address_while_it_is_given_up_has_one_owner_at_a_time() -> None:
    user, session = registered(EMAIL)
    results = all_at_once([lambda: _delete(user, session), lambda: registered(EMAIL)])
    new = results[1]
    assert results[0] is None
    if isinstance(new, tuple):
        assert users.get(new[0].user_id).email == EMAIL
        signed_in(EMAIL)
    else:
        registered(EMAIL)
