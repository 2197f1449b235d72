"""The last way in to an account, against a database: it never goes, and without a password everything else works."""

from collections.abc import Callable
from functools import partial

import pytest

from local.samples.authenticator import Authenticator
from taskward.client import Client
from taskward.errors import (
    InvalidCredentialsError,
    InvalidRequestError,
    LastWayInError,
    ReauthenticationRequiredError,
    SessionRevokedError,
    WrongPasswordError,
)
from taskward.identity import (
    account_deletion,
    email_change,
    events,
    keys,
    passkey_sign_in,
    passkeys,
    password_change,
    password_reset,
    second_factor,
    sessions,
    totp,
    users,
)
from taskward.identity.models import EmailChange, PasswordChange, PasswordReset
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from tests.conftest import Clock
from tests.support.mailbox import SITE, Mailbox
from tests.support.people import HOME, principal_of, signed_in
from tests.support.racing import all_at_once
from tests.support.ways_in import account, add_passkey, add_second_factor, enter_with, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

EMAIL = "ada@example.com"
NEW = "violet bicycle 12"
Somebody = tuple[UserItem, SessionItem]


@pytest.fixture
def ada(mailbox: Mailbox) -> Somebody:
    """Somebody whose address is verified."""
    return verified(EMAIL)


def _remove_password(session: SessionItem) -> None:
    password_change.remove_password(principal_of(session), HOME)


def _passkey_ids(somebody: Somebody) -> list[str]:
    found = passkeys.of_user(somebody[0].user_id)
    assert int(account(somebody[0].user_id).passkeys or 0) == len(found)
    return [str(passkeys.representation(passkey)["id"]) for passkey in found]


def _remove_passkey(session: SessionItem, passkey_id: str) -> None:
    passkeys.remove(principal_of(session), passkey_id, HOME)


def _has_password(somebody: Somebody) -> bool:
    return account(somebody[0].user_id).password_hash is not None


def test_a_password_without_a_passkey_and_the_last_passkey_without_a_password_stay(ada: Somebody) -> None:
    _, session = ada
    with pytest.raises(LastWayInError):
        _remove_password(session)
    first, second = add_passkey(session), add_passkey(session)
    _remove_password(session)
    one, other = _passkey_ids(ada)
    _remove_passkey(session, one)
    with pytest.raises(LastWayInError):
        _remove_passkey(session, other)
    assert _passkey_ids(ada) == [other]
    left = second if passkeys.stored(ada[0].user_id, second.credentials[0].credential_id) else first
    enter_with(left)


def test_a_password_that_was_removed_lets_nobody_in(ada: Somebody, mailbox: Mailbox) -> None:
    _, session = ada
    add_passkey(session)
    _remove_password(session)
    with pytest.raises(InvalidCredentialsError):
        signed_in(EMAIL)
    assert "Your password was removed" in [letter.subject for letter in mailbox.send()]
    assert len(sessions.live(ada[0].user_id)) == 1


def test_where_there_is_no_password_none_is_removed_nor_told_of(ada: Somebody, mailbox: Mailbox) -> None:
    _, session = ada
    add_passkey(session)
    _remove_password(session)
    before = account(ada[0].user_id).to_simple_dict()
    mailbox.taken()
    _remove_password(session)
    assert account(ada[0].user_id).to_simple_dict() == before
    assert mailbox.taken() == []
    kinds = [event.kind for event in events.newest_first(ada[0].user_id, 100, None).events]
    assert kinds.count("password_removed") == 1


def test_it_takes_a_recent_authentication_in_a_session_that_lives(ada: Somebody, clock: Clock) -> None:
    user, session = ada
    add_passkey(session)
    other = signed_in(EMAIL)
    sessions.end(user.user_id, other.session_id, HOME, "signed_out")
    with pytest.raises(SessionRevokedError):
        _remove_password(other)
    clock.advance(seconds=601)
    with pytest.raises(ReauthenticationRequiredError):
        _remove_password(session)
    assert _has_password(ada)


def test_of_the_password_and_the_last_passkey_removed_at_once_one_stays(mailbox: Mailbox) -> None:
    for _ in range(12):
        ada = verified()
        add_passkey(ada[1])
        (passkey_id,) = _passkey_ids(ada)
        results = all_at_once([partial(_remove_password, ada[1]), partial(_remove_passkey, ada[1], passkey_id)])
        assert [type(result) for result in results if result is not None] == [LastWayInError]
        assert [_has_password(ada), _passkey_ids(ada) != []] in ([True, False], [False, True])


def test_of_the_last_two_passkeys_removed_at_once_one_stays(mailbox: Mailbox) -> None:
    for _ in range(8):
        ada = verified()
        for _ in range(2):
            add_passkey(ada[1])
        _remove_password(ada[1])
        results = all_at_once([partial(_remove_passkey, ada[1], passkey_id) for passkey_id in _passkey_ids(ada)])
        assert sorted(map(type, results), key=str) == sorted([type(None), LastWayInError], key=str)
        assert len(_passkey_ids(ada)) == 1


def test_one_passkey_removed_while_another_is_added_leaves_a_way_in_and_a_right_count(mailbox: Mailbox) -> None:
    for _ in range(6):
        ada = verified()
        add_passkey(ada[1])
        _remove_password(ada[1])
        (passkey_id,) = _passkey_ids(ada)
        moves: list[Callable[[], object]] = [
            partial(_remove_passkey, ada[1], passkey_id),
            partial(add_passkey, ada[1]),
        ]
        removed, added = all_at_once(moves)
        assert isinstance(added, Authenticator)
        assert removed is None or isinstance(removed, LastWayInError)
        assert len(_passkey_ids(ada)) == (1 if removed is None else 2)
        enter_with(added)


def test_a_reset_gives_an_account_a_password_again(ada: Somebody, mailbox: Mailbox) -> None:
    _, session = ada
    device = add_passkey(session)
    _remove_password(session)
    password_reset.request(EMAIL, SITE, HOME)
    password_reset.reset(PasswordReset(token=mailbox.link_to(EMAIL), new_password=NEW), HOME)
    signed_in(EMAIL, NEW)
    (passkey_id,) = _passkey_ids(ada)
    _remove_passkey(enter_with(device), passkey_id)
    assert _passkey_ids(ada) == []


@pytest.fixture
def grace(ada: Somebody, clock: Clock) -> tuple[UserItem, SessionItem, Authenticator]:
    """Somebody who signs in by passkey alone, and whose last authentication was too long ago."""
    user, session = ada
    device = add_passkey(session)
    _remove_password(session)
    clock.advance(seconds=601)
    return user, session, device


Passwordless = tuple[UserItem, SessionItem, Authenticator]


def _reauthenticate(grace: Passwordless) -> SessionItem:
    """Prove again who they are, by passkey; the same session."""
    _, session, device = grace
    begun = passkey_sign_in.begin_reauthentication(principal_of(session), SITE)
    answer = device.get(begun["options"])
    principal = principal_of(session)
    passkey_sign_in.reauthenticate(principal, begun["step_token"], answer, keys.published(), SITE, HOME)
    session.refresh(consistent_read=True)
    return session


def test_without_a_password_one_is_set_after_a_proof_by_passkey(grace: Passwordless) -> None:
    def set_password(current: str | None) -> None:
        request = PasswordChange(current_password=current, new_password=NEW)
        password_change.change_password(principal_of(grace[1]), request, HOME)

    with pytest.raises(ReauthenticationRequiredError):
        set_password(None)
    _reauthenticate(grace)
    with pytest.raises(WrongPasswordError):
        set_password("a guess")
    with pytest.raises(InvalidRequestError):
        request = PasswordChange(new_password="short")
        password_change.change_password(principal_of(grace[1]), request, HOME)
    set_password(None)
    signed_in(EMAIL, NEW)
    enter_with(grace[2])


def test_without_a_password_the_account_is_given_up_after_a_proof_by_passkey(grace: Passwordless) -> None:
    with pytest.raises(ReauthenticationRequiredError):
        account_deletion.delete_account(principal_of(grace[1]), None, HOME)
    _reauthenticate(grace)
    account_deletion.delete_account(principal_of(grace[1]), None, HOME)
    with pytest.raises(SessionRevokedError):
        users.get(grace[0].user_id)


def test_without_a_password_the_second_factor_goes_on_and_off_after_a_proof_by_passkey(
    grace: Passwordless, clock: Clock
) -> None:
    session = _reauthenticate(grace)
    secret = add_second_factor(session)
    clock.advance(seconds=601)
    code = totp.code_at(secret, int(clock.moment.timestamp()))
    with pytest.raises(ReauthenticationRequiredError):
        second_factor.turn_off(principal_of(session), None, code, HOME)
    _reauthenticate(grace)
    second_factor.turn_off(principal_of(session), None, code, HOME)
    assert account(grace[0].user_id).second_factor_at is None


def test_without_a_password_the_address_is_changed_after_a_proof_by_passkey(
    grace: Passwordless, mailbox: Mailbox
) -> None:
    change = EmailChange(email="new@example.com")
    with pytest.raises(ReauthenticationRequiredError):
        email_change.request(principal_of(grace[1]), change, SITE, HOME)
    _reauthenticate(grace)
    email_change.request(principal_of(grace[1]), change, SITE, HOME)
    email_change.confirm(mailbox.link_to("new@example.com"), SITE, HOME)
    assert account(grace[0].user_id).email == "new@example.com"


def test_a_guess_at_a_password_that_is_none_is_counted_like_any_other(grace: Passwordless) -> None:
    elsewhere = Client("192.0.2.1", "tests")
    for _ in range(3):
        with pytest.raises(WrongPasswordError):
            account_deletion.delete_account(principal_of(_reauthenticate(grace)), "a guess", elsewhere)
    kinds = [event.kind for event in events.newest_first(grace[0].user_id, 100, None).events]
    assert kinds.count("password_check_failed") == 3
