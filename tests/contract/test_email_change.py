"""Change of the e-mail address against a database: who may ask, what is told to whom, and what it races with."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from botocore.exceptions import EndpointConnectionError
from pynamodb.connection.base import Connection

from taskward.errors import (
    EmailExistsError,
    InvalidCredentialsError,
    InvalidLinkError,
    InvalidRequestError,
    ReauthenticationRequiredError,
    SessionRevokedError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from taskward.identity import attempts, email_change, links, password_change, password_reset, reauthentication, sessions
from taskward.identity.models import EmailChange, PasswordReset
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import EmailItem, UserItem, email_key
from taskward.storage import is_passing_fault
from tests.conftest import Clock
from tests.support import aws
from tests.support.mailbox import SITE, Mailbox, deliver
from tests.support.people import HOME, PASSWORD, principal_of, registered, signed_in
from tests.support.racing import all_at_once
from tests.support.ways_in import account, add_passkey, owner, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

OLD, NEW = "ada@example.com", "lovelace@example.org"


def _ask(session: SessionItem, email: str = NEW, password: str | None = PASSWORD) -> None:
    email_change.request(principal_of(session), EmailChange(email=email, password=password), SITE, HOME)


def _link(user: UserItem, email: str = NEW) -> str:
    return links.store(account(user.user_id), "address_change", email)


def _confirm(token: str) -> None:
    email_change.confirm(token, SITE, HOME)


def test_nothing_changes_before_the_new_address_is_confirmed_and_then_it_counts_alone(mailbox: Mailbox) -> None:
    user, session = verified(OLD)
    user.update(actions=[UserItem.email_bounced_at.set(1)])
    _ask(session, "Lovelace@Example.org")
    (letter,) = mailbox.send()
    assert (letter.to, letter.subject) == ("Lovelace@example.org", "Confirm your new e-mail address")
    assert account(user.user_id).email == OLD
    signed_in(OLD)
    _confirm(mailbox.link_to(letter.to))
    changed = account(user.user_id)
    assert changed.email == "Lovelace@Example.org"
    assert changed.email_bounced_at is None
    assert changed.email_verified_at is not None
    assert changed.credential_version == 2
    assert owner(NEW) == user.user_id
    signed_in(NEW)
    with pytest.raises(InvalidCredentialsError):
        signed_in(OLD)
    assert len(sessions.live(user.user_id)) == 3


def test_it_takes_a_recent_authentication_and_the_password(clock: Clock, mailbox: Mailbox) -> None:
    _, session = verified(OLD)
    for wrong in ("a wrong password", "", None):
        with pytest.raises(WrongPasswordError):
            _ask(session, password=wrong)
    clock.advance(seconds=601)
    with pytest.raises(ReauthenticationRequiredError):
        _ask(session)
    assert mailbox.taken() == []
    reauthentication.renew(principal_of(session), HOME)
    session.refresh(consistent_read=True)
    _ask(session)
    assert [message["kind"] for message in mailbox.taken()] == ["address_change"]


def test_an_account_without_a_password_changes_its_address_after_a_recent_sign_in(mailbox: Mailbox) -> None:
    _, session = verified(OLD)
    add_passkey(session)
    password_change.remove_password(principal_of(session), HOME)
    mailbox.taken()
    with pytest.raises(WrongPasswordError):
        _ask(session, password="a guess")
    _ask(session, password=None)
    assert [letter.to for letter in mailbox.send()] == [NEW]


@pytest.mark.parametrize("email", [OLD, "ADA@example.com", "ada@EXAMPLE.COM", "no address", "a@b", "@example.com"])
def test_its_own_address_in_any_case_and_what_is_no_address_are_refused(email: str, mailbox: Mailbox) -> None:
    _, session = verified(OLD)
    with pytest.raises(InvalidRequestError) as caught:
        _ask(session, email)
    assert caught.value.errors is not None
    assert [error.field for error in caught.value.errors] == ["email"]
    assert mailbox.taken() == []


def test_an_address_that_somebody_has_is_answered_like_a_free_one_and_gets_another_letter(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered("grace@example.com")
    done: list[str] = []
    dispatch = Connection.dispatch

    def request(self: Connection, operation: str, arguments: dict[str, object]) -> object:
        done.append(operation)
        return dispatch(self, operation, arguments)

    _, session = verified(OLD)
    monkeypatch.setattr(Connection, "dispatch", request)
    seen = []
    for email in ("free@example.com", "grace@example.com"):
        done.clear()
        _ask(session, email)
        (message,) = mailbox.taken()
        seen.append((list(done), {**message, "email": "…"}))
        deliver(message)
    assert seen[0] == seen[1]
    free, taken = aws.mailed()
    assert (free.to, taken.to) == ("free@example.com", "grace@example.com")
    assert taken.subject == "You have a Taskward account already"
    assert "#token=" in free.text
    assert "#token=" not in taken.text + taken.html
    assert SITE not in taken.text + taken.html


def test_nobody_is_flooded_not_even_from_networks_that_are_known_to_who_asks(clock: Clock, mailbox: Mailbox) -> None:
    for number in range(7):
        _, session = verified(f"person{number}@example.com")
        asked_from = replace(HOME, address=f"192.0.2.{number}")
        sent = 0
        for _ in range(4):
            try:
                request = EmailChange(email="victim@example.com", password=PASSWORD)
                email_change.request(principal_of(session), request, SITE, asked_from)
                sent += 1
            except TooManyAttemptsError:
                pass
        assert sent == (attempts.MAILS_AT_ONCE if number < 6 else 2)
    assert len(mailbox.taken("address_change")) == attempts.MAILS_A_DAY


def test_what_was_asked_for_before_a_reset_is_never_sent(mailbox: Mailbox) -> None:
    user, session = verified(OLD)
    _ask(session)
    (asked,) = mailbox.taken()
    password_reset.reset(PasswordReset(token=_reset_link(user), new_password="violet bicycle 12"), HOME)
    mailbox.taken()
    deliver(asked)
    assert aws.mailed() == []


def _reset_link(user: UserItem) -> str:
    return links.store(account(user.user_id), "password_reset", OLD)


def test_what_is_asked_for_while_a_reset_is_made_is_never_sent(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session = verified(OLD)
    check = reauthentication.check_password
    token = _reset_link(user)

    def reset_meanwhile(*arguments: object) -> None:
        check(*arguments)  # type: ignore[arg-type]
        password_reset.reset(PasswordReset(token=token, new_password="violet bicycle 12"), HOME)

    monkeypatch.setattr(reauthentication, "check_password", reset_meanwhile)
    _ask(session)
    (asked,) = mailbox.taken("address_change")
    deliver(asked)
    assert aws.mailed() == []


def test_a_session_that_has_ended_asks_for_nothing(mailbox: Mailbox) -> None:
    user, session = verified(OLD)
    sessions.end(user.user_id, session.session_id, HOME, "signed_out")
    with pytest.raises(SessionRevokedError):
        _ask(session)
    assert mailbox.taken() == []


def test_of_two_users_who_confirm_one_address_at_once_one_gets_it(mailbox: Mailbox) -> None:
    for number in range(6):
        wanted = f"wanted{number}@example.com"
        users = [verified()[0] for _ in range(2)]
        tokens = [_link(user, wanted) for user in users]
        results = all_at_once([partial(_confirm, token) for token in tokens])
        assert sorted(map(type, results), key=str) == sorted([type(None), EmailExistsError], key=str)
        winner, loser = users if results[0] is None else users[::-1]
        assert owner(wanted) == account(winner.user_id).user_id
        assert account(winner.user_id).email == wanted
        assert account(loser.user_id).to_simple_dict() == loser.to_simple_dict() | {
            "email_verified_at": account(loser.user_id).email_verified_at
        }
        assert owner(loser.email) == loser.user_id


def test_a_registration_and_a_change_at_once_have_one_owner(mailbox: Mailbox) -> None:
    for number in range(6):
        wanted = f"wanted{number}@example.com"
        user, _ = verified()
        moves: list[Callable[[], object]] = [partial(_confirm, _link(user, wanted)), partial(registered, wanted)]
        changed, new = all_at_once(moves)
        if isinstance(new, tuple):
            assert isinstance(changed, EmailExistsError)
            assert owner(wanted) == new[0].user_id
            assert account(user.user_id).email == user.email
        else:
            assert changed is None
            assert isinstance(new, EmailExistsError)
            assert owner(wanted) == user.user_id
        signed_in(wanted)


def test_of_two_changes_of_one_account_at_once_one_is_made_and_the_others_link_is_worthless(mailbox: Mailbox) -> None:
    for _ in range(6):
        user, _ = verified()
        wanted = [f"{name}-{user.email}" for name in ("one", "two")]
        results = all_at_once([partial(_confirm, _link(user, email)) for email in wanted])
        assert sorted(map(type, results), key=str) == sorted([type(None), InvalidLinkError], key=str)
        email = account(user.user_id).email
        assert email == wanted[results.index(None)]
        assert owner(email) == user.user_id
        with pytest.raises(EmailItem.DoesNotExist):
            owner(next(other for other in wanted if other != email))


def test_an_address_that_was_taken_meanwhile_is_refused_and_the_link_stays_good(mailbox: Mailbox) -> None:
    user, _ = verified(OLD)
    token = _link(user)
    registered(NEW)
    with pytest.raises(EmailExistsError):
        _confirm(token)
    assert account(user.user_id).email == OLD
    EmailItem(email_key(NEW)).delete()
    _confirm(token)
    assert owner(NEW) == user.user_id


def test_two_users_cannot_swap_their_addresses(mailbox: Mailbox) -> None:
    ada, grace = verified(OLD)[0], verified("grace@example.com")[0]
    moves = [partial(_confirm, _link(ada, "grace@example.com")), partial(_confirm, _link(grace, OLD))]
    assert [type(result) for result in all_at_once(moves)] == [EmailExistsError] * 2


def test_who_is_told_first_is_told_nothing_when_the_change_was_not_made(mailbox: Mailbox) -> None:
    user, _ = verified(OLD)
    token = _link(user)
    registered(NEW)
    with pytest.raises(EmailExistsError):
        _confirm(token)
    (announcement,) = mailbox.taken("address_changed")
    assert announcement["email"] == OLD
    assert mailbox.delays["address_changed"] == email_change.ANNOUNCEMENT_DELAY_SECONDS >= 15
    deliver(announcement)
    assert aws.mailed() == []


def test_a_link_that_is_worthless_announces_nothing(mailbox: Mailbox) -> None:
    user, _ = verified(OLD)
    first, second = _link(user), _link(user, "other@example.net")
    _confirm(first)
    mailbox.taken()
    for token in (first, second):
        with pytest.raises(InvalidLinkError):
            _confirm(token)
    assert mailbox.taken() == []


def test_when_the_announcement_is_not_taken_nothing_changes_and_a_retry_heals(mailbox: Mailbox) -> None:
    user, _ = verified(OLD)
    token = _link(user)
    mailbox.fault = EndpointConnectionError(endpoint_url="https://sqs")
    before = account(user.user_id).to_simple_dict()
    with pytest.raises(EndpointConnectionError) as caught:
        _confirm(token)
    assert is_passing_fault(caught.value)
    assert account(user.user_id).to_simple_dict() == before
    mailbox.fault = None
    _confirm(token)
    (letter,) = mailbox.send()
    assert (letter.to, letter.subject) == (OLD, "Your e-mail address was changed")
