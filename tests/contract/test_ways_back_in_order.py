"""Several changes of an address against a database: which ways back lead anywhere, in which order, and how long."""

import pytest

from taskward.errors import EmailExistsError, InvalidLinkError, InvalidPasskeyError
from taskward.identity import email_change
from taskward.identity.user_tables import UserItem
from tests.conftest import Clock
from tests.support import aws
from tests.support.mailbox import SITE, Mailbox, deliver
from tests.support.people import HOME, registered
from tests.support.ways_in import (
    account,
    add_passkey,
    change_address,
    changed_address,
    enter_with,
    owner,
    verified,
    way_back,
)

pytestmark = pytest.mark.usefixtures("weak_hashes")

A, B, C, D = (f"{name}@example.com" for name in ("ada", "b", "c", "d"))


def _undo(token: str) -> None:
    email_change.undo(token, SITE, HOME)


def _is_worthless(token: str, user: UserItem) -> bool:
    """Whether a way back leads nowhere, and changes nothing."""
    before = account(user.user_id).to_simple_dict()
    with pytest.raises(InvalidLinkError):
        _undo(token)
    return account(user.user_id).to_simple_dict() == before


def test_an_earlier_way_back_takes_all_later_changes_back_with_their_ways_back(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    to_a, to_b, to_c = (changed_address(user, email, mailbox) for email in (B, C, D))
    _undo(to_a)
    assert account(user.user_id).email == A
    for token in (to_b, to_c, to_a):
        assert _is_worthless(token, user)


def test_who_takes_an_account_over_and_changes_twice_cannot_use_up_its_owners_way_back(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    to_a, to_b = (changed_address(user, email, mailbox) for email in (B, C))
    _undo(to_b)
    assert account(user.user_id).email == B
    _undo(to_a)
    assert account(user.user_id).email == A
    for token in (to_b, to_a):
        assert _is_worthless(token, user)


def test_a_message_about_a_change_that_was_taken_back_meanwhile_is_not_sent(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    to_a = changed_address(user, B, mailbox)
    late = change_address(user, C, mailbox)
    _undo(to_a)
    before = aws.mailed()
    deliver(late)
    assert aws.mailed() == before


def test_a_change_after_a_way_back_was_used_has_its_own(clock: Clock, mailbox: Mailbox) -> None:
    user, _ = verified(A)
    to_a, to_b = (changed_address(user, email, mailbox) for email in (B, C))
    _undo(to_a)
    mailbox.taken("address_changed")
    again = changed_address(user, D, mailbox)
    for token in (to_a, to_b):
        assert _is_worthless(token, user)
    _undo(again)
    assert account(user.user_id).email == A
    assert _is_worthless(to_b, user)


def test_a_way_back_counts_for_seven_days_after_its_change_whenever_its_letter_was_sent(
    clock: Clock, mailbox: Mailbox
) -> None:
    user, _ = verified(A)
    message = change_address(user, B, mailbox)
    clock.advance(days=6)
    late = way_back(message)
    clock.advance(seconds=24 * 60 * 60 - 1)
    in_time = way_back(message)
    clock.advance(seconds=1)
    for token in (late, in_time):
        assert _is_worthless(token, user)
    before = aws.mailed()
    deliver(message)
    assert aws.mailed() == before


def test_going_back_and_forth_frees_no_address_that_a_way_back_leads_to(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    to_a = changed_address(user, B, mailbox)
    for email in (C, A, B):
        change_address(user, email, mailbox)
    with pytest.raises(EmailExistsError):
        registered(A)
    _undo(to_a)
    assert (owner(A), account(user.user_id).email) == (user.user_id, A)


def test_a_way_back_counts_also_when_its_address_is_the_present_one_again_and_leaves_no_other(mailbox: Mailbox) -> None:
    user, session = verified(A)
    to_a = way_back(change_address(user, B, mailbox))
    thiefs = add_passkey(session)
    message = change_address(user, A, mailbox)
    # Whoever has the address in between gets no way back to it.
    assert message["way_back"] is False
    _undo(to_a)
    restored = account(user.user_id)
    assert (restored.email, restored.passkeys) == (A, 0)
    assert restored.password_hash is None
    with pytest.raises(InvalidPasskeyError):
        enter_with(thiefs)
