"""A former address against a database: kept for its owner for a week, and to the second; no way to an account."""

from collections.abc import Callable
from functools import partial
from typing import Final

import pytest
from pynamodb.connection.base import Connection

from taskward.client import Client
from taskward.errors import EmailExistsError, InvalidCredentialsError, InvalidLinkError
from taskward.identity import accounts, email_change, links, lookup, password_reset, passwords
from taskward.identity.models import Registration
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import ADDRESS, EmailItem, UserItem, email_key
from tests.conftest import Clock
from tests.support import aws
from tests.support.mailbox import SITE, Mailbox, deliver, token_in
from tests.support.people import HOME, PASSWORD, registered, signed_in
from tests.support.racing import all_at_once
from tests.support.ways_in import account, owner, verified

pytestmark = pytest.mark.usefixtures("weak_hashes")

OLD, NEW = "ada@example.com", "lovelace@example.org"
WEEK: Final = 7 * 24 * 60 * 60


@pytest.fixture
def ada(mailbox: Mailbox) -> UserItem:
    """Somebody who has just changed their address."""
    user, _ = verified(OLD)
    _change(user, NEW)
    return user


def _change(user: UserItem, email: str) -> None:
    email_change.confirm(links.store(account(user.user_id), "address_change", email), SITE, HOME)


def _row(email: str = OLD) -> EmailItem:
    return EmailItem.get(email_key(email), ADDRESS, consistent_read=True)


def test_nobody_else_gets_it_for_seven_days_to_the_second(clock: Clock, mailbox: Mailbox) -> None:
    ada, _ = verified(OLD)
    grace, _ = verified("grace@example.com")
    token = links.store(account(grace.user_id), "address_change", OLD)
    _change(ada, NEW)
    for seconds in (0, WEEK - 1):
        clock.advance(seconds=seconds)
        with pytest.raises(EmailExistsError):
            registered(OLD)
        with pytest.raises(EmailExistsError):
            email_change.confirm(links.store(account(grace.user_id), "address_change", OLD), SITE, HOME)
        assert email_change.link(grace.user_id, OLD, 1) is None
        assert _row().user_id == ada.user_id
    with pytest.raises(InvalidLinkError):
        email_change.confirm(token, SITE, HOME)
    clock.advance(seconds=1)
    # The row is there still: the table removes it when it comes to that.
    assert _row().user_id == ada.user_id
    new, _ = registered(OLD)
    assert owner(OLD) == new.user_id
    signed_in(OLD)
    assert lookup.user_id_of(NEW) == ada.user_id


def test_after_seven_days_somebody_else_can_change_to_it(clock: Clock, ada: UserItem) -> None:
    grace, _ = verified("grace@example.com")
    clock.advance(seconds=WEEK)
    _change(grace, OLD)
    assert owner(OLD) == grace.user_id
    assert account(grace.user_id).email == OLD


def test_one_that_the_table_has_removed_is_free_like_any_other(clock: Clock, ada: UserItem) -> None:
    clock.advance(seconds=WEEK + 3600)
    _row().delete()
    new, _ = registered(OLD)
    assert owner(OLD) == new.user_id


def test_of_eight_who_register_it_when_its_time_is_over_one_gets_it(clock: Clock, ada: UserItem) -> None:
    clock.advance(seconds=WEEK)
    clients = [Client(f"192.0.2.{number}", "tests") for number in range(8)]
    request = Registration(email=OLD, password=PASSWORD)
    results = all_at_once([partial(accounts.register, request, client) for client in clients])
    winners = [result[0] for result in results if isinstance(result, tuple)]
    assert len(winners) == 1
    assert [type(result) for result in results if not isinstance(result, tuple)] == [EmailExistsError] * 7
    assert owner(OLD) == winners[0].user_id


def test_a_registration_and_a_change_to_it_at_once_have_one_owner(clock: Clock, mailbox: Mailbox) -> None:
    for number in range(5):
        old = f"old{number}@example.com"
        user, _ = verified(old)
        _change(user, f"new{number}@example.com")
        clock.advance(seconds=WEEK)
        grace, _ = verified()
        moves: list[Callable[[], object]] = [partial(_change, grace, old), partial(registered, old)]
        changed, new = all_at_once(moves)
        winner = new[0].user_id if isinstance(new, tuple) else grace.user_id
        assert (changed is None) == isinstance(new, EmailExistsError)
        assert changed is None or isinstance(changed, EmailExistsError)
        assert owner(old) == winner


def test_at_the_end_of_its_time_it_is_its_owners_or_somebody_elses(clock: Clock, mailbox: Mailbox) -> None:
    ada, _ = verified(OLD)
    _change(ada, NEW)
    (announcement,) = mailbox.taken("address_changed")
    deliver(announcement)
    token = token_in(aws.mailed()[-1])
    clock.advance(seconds=WEEK)
    with pytest.raises(InvalidLinkError):
        email_change.undo(token, SITE, HOME)
    clock.advance(seconds=-1)
    moves: list[Callable[[], object]] = [partial(email_change.undo, token, SITE, HOME), partial(registered, OLD)]
    undone, new = all_at_once(moves)
    assert undone is None
    assert isinstance(new, EmailExistsError)
    assert owner(OLD) == ada.user_id


def test_a_way_back_that_the_end_of_its_time_overtakes_takes_the_address_from_nobody(
    clock: Clock, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = verified(OLD)
    _change(ada, NEW)
    mailbox.send()
    token = token_in(aws.mailed()[-1])
    clock.advance(seconds=WEEK - 1)
    stored, registrations = email_change._stored, list[tuple[UserItem, SessionItem]]()

    def somebody_registers_it(email: str) -> EmailItem | None:
        found = stored(email)
        monkeypatch.setattr(email_change, "_stored", stored)
        clock.advance(seconds=1)
        registrations.append(registered(OLD))
        return found

    monkeypatch.setattr(email_change, "_stored", somebody_registers_it)
    with pytest.raises(InvalidLinkError):
        email_change.undo(token, SITE, HOME)
    assert _row().user_id == registrations[0][0].user_id
    assert account(ada.user_id).email == NEW


def test_a_sign_in_with_it_is_one_with_an_unknown_address(ada: UserItem, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    dispatch, verify = Connection.dispatch, passwords.verify_password

    def request(self: Connection, operation: str, arguments: dict[str, object]) -> object:
        done.append(operation)
        return dispatch(self, operation, arguments)

    def hashed(password: str, stored: str | None) -> object:
        done.append("hash of an account" if stored else "hash")
        return verify(password, stored)

    monkeypatch.setattr(Connection, "dispatch", request)
    monkeypatch.setattr(passwords, "verify_password", hashed)
    seen = []
    for email in ("nobody@example.com", OLD):
        done.clear()
        with pytest.raises(InvalidCredentialsError):
            signed_in(email)
        seen.append(list(done))
    assert seen[0] == seen[1]
    assert "hash" in seen[0]


def test_a_reset_for_it_sends_nothing_to_either_address(ada: UserItem, mailbox: Mailbox) -> None:
    mailbox.taken()
    password_reset.request(OLD, SITE, HOME)
    assert mailbox.send() == []


def test_its_owner_can_change_back_to_it(clock: Clock, ada: UserItem, mailbox: Mailbox) -> None:
    clock.advance(seconds=60)
    _change(ada, OLD)
    assert owner(OLD) == ada.user_id
    assert account(ada.user_id).email == OLD
    signed_in(OLD)
    # The other one is kept as well, as long as there is the way back from the first change.
    with pytest.raises(EmailExistsError):
        registered(NEW)


def test_going_back_and_forth_keeps_it_no_longer_than_the_first_change_can_be_taken_back(
    clock: Clock, ada: UserItem
) -> None:
    clock.advance(days=6)
    _change(ada, OLD)
    _change(ada, NEW)
    clock.advance(hours=23)
    with pytest.raises(EmailExistsError):
        registered(OLD)
    clock.advance(hours=1)
    registered(OLD)
