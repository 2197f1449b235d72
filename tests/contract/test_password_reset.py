"""A new password by a link, against a database: what it ends, what it leaves, and what it races with."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from taskward.client import Client
from taskward.errors import (
    InvalidCodeError,
    InvalidCredentialsError,
    InvalidLinkError,
    InvalidRequestError,
    SessionRevokedError,
    TaskwardError,
    UnauthenticatedError,
    WrongPasswordError,
)
from taskward.identity import (
    grants,
    keys,
    password_reset,
    passwords,
    principals,
    second_step,
    sessions,
    sign_in,
    tokens,
    totp,
)
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.models import Credentials, PasswordChange, PasswordReset
from taskward.identity.password_change import change_password
from taskward.identity.session_tables import SessionItem
from taskward.identity.sign_in import SecondFactorNeededError
from taskward.identity.user_tables import UserItem
from tests.conftest import Clock
from tests.support.mailbox import SITE, Mailbox
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, registered, signed_in
from tests.support.racing import all_at_once
from tests.support.range_service import BREACHED, RangeService
from tests.support.ways_in import (
    account,
    add_passkey,
    add_second_factor,
    add_token,
    enter_with,
    verified,
)

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

EMAIL = "ada@example.com"
NEW = "violet bicycle 12"


def _link(mailbox: Mailbox, email: str = EMAIL) -> str:
    password_reset.request(email, SITE, ELSEWHERE)
    return mailbox.link_to(email)


def _reset(token: str, new: str = NEW) -> None:
    password_reset.reset(PasswordReset(token=token, new_password=new), ELSEWHERE)


def _enter(password: str, client: Client = HOME) -> SessionItem:
    return sign_in.sign_in(Credentials(email=EMAIL, password=password), client)[1]


def test_it_ends_every_session_and_every_token_and_verifies_the_address(mailbox: Mailbox) -> None:
    user, session = verified(EMAIL)
    texts = [add_token(session, name)[1] for name in ("one", "two")]
    granted = [grants.issue(session), grants.issue(signed_in(EMAIL))]
    UserItem.update(user, actions=[UserItem.email_verified_at.remove()])
    token = _link(mailbox)
    _reset(token)
    assert sessions.live(user.user_id) == []
    for grant in granted:
        with pytest.raises(SessionRevokedError):
            principals.authenticate(grant.access_token)
        with pytest.raises(SessionRevokedError):
            sessions.refresh(tokens.verify_refresh(grant.refresh_token, keys.published()), HOME)
    for text in texts:
        with pytest.raises(SessionRevokedError):
            principals.authenticate(text)
    with pytest.raises(InvalidCredentialsError):
        _enter(PASSWORD)
    _enter(NEW)
    assert account(user.user_id).email_verified_at is not None
    told = Counter(f"{event.kind} {event.reason}" for event in EventItem.query(event_key(user.user_id)))
    assert told["password_reset_requested None"] == told["password_reset None"] == 1
    assert told["session_ended password_reset"] == 2
    assert [letter.subject for letter in mailbox.send() if letter.to == EMAIL].count("Your password was reset") == 1


def test_who_reads_the_owners_mail_and_has_no_second_factor_does_not_get_in(clock: Clock, mailbox: Mailbox) -> None:
    user, session = verified(EMAIL)
    secret = add_second_factor(session)
    mailbox.taken()
    _reset(_link(mailbox))
    assert account(user.user_id).second_factor_at is not None
    with pytest.raises(SecondFactorNeededError) as needed:
        _enter(NEW, ELSEWHERE)
    step = second_step.begin(needed.value.user)["step_token"]
    clock.advance(seconds=30)
    code = totp.code_at(secret, int(clock.moment.timestamp()))
    wrong = f"{(int(code) + 1) % 10**6:06}"
    with pytest.raises(InvalidCodeError):
        second_step.finish(step, wrong, keys.published(), ELSEWHERE)
    assert sessions.live(user.user_id) == []
    # Nor by what stands in any letter, nor with the link once more.
    for letter in mailbox.send():
        assert code not in letter.text
    second_step.finish(step, code, keys.published(), HOME)
    assert len(sessions.live(user.user_id)) == 1


def test_a_sign_in_between_its_two_steps_comes_to_nothing(clock: Clock, mailbox: Mailbox) -> None:
    user, session = verified(EMAIL)
    secret = add_second_factor(session)
    with pytest.raises(SecondFactorNeededError) as needed:
        _enter(PASSWORD)
    step = second_step.begin(needed.value.user)["step_token"]
    _reset(_link(mailbox))
    clock.advance(seconds=30)
    with pytest.raises(UnauthenticatedError):
        second_step.finish(step, totp.code_at(secret, int(clock.moment.timestamp())), keys.published(), HOME)
    assert sessions.live(user.user_id) == []


def test_passkeys_stay(mailbox: Mailbox) -> None:
    user, session = verified(EMAIL)
    phone = add_passkey(session)
    _reset(_link(mailbox))
    assert account(user.user_id).passkeys == 1
    enter_with(phone)


def test_a_refused_new_password_changes_nothing_and_leaves_the_link_good(
    mailbox: Mailbox, breaches: RangeService
) -> None:
    user, _ = registered(EMAIL)
    token = _link(mailbox)
    before = account(user.user_id).to_simple_dict()
    for refused in ("short", "x" * 129, "password123", "ada@example.com", "taskward taskward", BREACHED):
        with pytest.raises(InvalidRequestError) as caught:
            _reset(token, refused)
        assert caught.value.errors is not None
        assert [error.field for error in caught.value.errors] == ["new_password"]
    assert account(user.user_id).to_simple_dict() == before
    assert len(sessions.live(user.user_id)) == 1
    _reset(token)


def test_who_has_no_good_link_has_no_password_looked_at(breaches: RangeService, mailbox: Mailbox) -> None:
    session = registered(EMAIL)[1]
    token = _link(mailbox)
    change_password(principal_of(session), PasswordChange(current_password=PASSWORD, new_password=NEW), HOME)
    breaches.asked.clear()
    for bad in (token, "A" * 64):
        with pytest.raises(InvalidLinkError):
            _reset(bad, "another password 3")
    assert breaches.asked == []


def test_a_sign_in_that_verified_the_old_password_comes_too_late(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _ = registered(EMAIL)
    token = _link(mailbox)
    verify = passwords.verify_password

    def reset_meanwhile(password: str, stored: str | None) -> tuple[bool, str | None]:
        outcome = verify(password, stored)
        monkeypatch.setattr(passwords, "verify_password", verify)
        _reset(token)
        return outcome

    monkeypatch.setattr(passwords, "verify_password", reset_meanwhile)
    with pytest.raises(InvalidCredentialsError):
        _enter(PASSWORD)
    assert sessions.live(user.user_id) == []


def test_a_session_that_starts_while_the_others_are_ended_ends_with_them(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reset lists the sessions, then one is started, then the reset is stored: it must look again."""
    user, _ = registered(EMAIL)
    token, live = _link(mailbox), sessions.live

    def one_more_afterwards(user_id: str) -> list[SessionItem]:
        found = live(user_id)
        monkeypatch.setattr(sessions, "live", live)
        _enter(PASSWORD)
        return found

    monkeypatch.setattr(sessions, "live", one_more_afterwards)
    _reset(token)
    assert live(user.user_id) == []


def test_no_sign_in_with_the_old_password_outlasts_a_reset_at_the_same_time(mailbox: Mailbox) -> None:
    user, _ = registered(EMAIL)
    token, old = _link(mailbox), PASSWORD
    for number in range(5):
        new = f"violet bicycle {number}"
        clients = [Client(f"192.0.2.{number * 8 + place}", "tests") for place in range(4)]
        moves: list[Callable[[], object]] = [partial(_reset, token, new)]
        moves += [partial(_enter, old, client) for client in clients]
        results = all_at_once(moves)
        assert results[0] is None
        assert all(isinstance(result, SessionItem | InvalidCredentialsError) for result in results[1:])
        assert sessions.live(user.user_id) == []
        password_reset.request(EMAIL, SITE, clients[0])
        token, old = mailbox.link_to(EMAIL), new


def test_of_a_reset_and_a_change_at_once_one_password_counts_and_the_other_was_refused(mailbox: Mailbox) -> None:
    for number in range(5):
        email = f"person-{number}@example.com"
        user, session = registered(email)
        token = _link(mailbox, email)

        request = PasswordChange(current_password=PASSWORD, new_password="violet bicycle changed")
        change = partial(change_password, principal_of(session), request, HOME)
        changed, set_anew = all_at_once([change, partial(_reset, token, "violet bicycle reset")])
        stored = account(user.user_id).password_hash
        is_changed = passwords.verify_password("violet bicycle changed", stored)[0]
        is_reset = passwords.verify_password("violet bicycle reset", stored)[0]
        assert (is_changed, is_reset) in ((True, False), (False, True))
        if is_reset:
            assert set_anew is None
            assert sessions.live(user.user_id) == []
            assert changed is None or isinstance(changed, WrongPasswordError | SessionRevokedError)
        else:
            assert changed is None
            assert isinstance(set_anew, InvalidLinkError)
            assert len(sessions.live(user.user_id)) == 1


def test_an_account_that_is_given_up_meanwhile_is_not_made_anew(mailbox: Mailbox) -> None:
    user, _ = registered(EMAIL)
    token = _link(mailbox)
    user.delete()
    with pytest.raises(TaskwardError) as caught:
        _reset(token)
    assert isinstance(caught.value, InvalidLinkError)
    with pytest.raises(UserItem.DoesNotExist):
        account(user.user_id)
