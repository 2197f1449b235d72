"""Verification of an address against a database: of the one that the account has now, and by its mailbox alone."""

import pytest
from botocore.exceptions import EndpointConnectionError

from taskward.errors import InvalidLinkError, SessionRevokedError, TooManyAttemptsError
from taskward.identity import email_change, email_verification, events, links
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.storage import is_passing_fault
from tests.conftest import Clock
from tests.support import aws
from tests.support.mailbox import SITE, Mailbox, deliver, token_in
from tests.support.people import ELSEWHERE, HOME, principal_of, registered
from tests.support.racing import all_at_once
from tests.support.ways_in import account

pytestmark = pytest.mark.usefixtures("weak_hashes")

EMAIL = "ada@example.com"
Somebody = tuple[UserItem, SessionItem]


@pytest.fixture
def ada(mailbox: Mailbox) -> Somebody:
    """Somebody who has just registered."""
    return registered(EMAIL)


def _request(somebody: Somebody) -> None:
    email_verification.request(principal_of(somebody[1]), SITE, HOME)


def _verify(token: str) -> None:
    email_verification.verify(token, ELSEWHERE)


def _told(somebody: Somebody) -> list[str]:
    return [event.kind for event in events.newest_first(somebody[0].user_id, 100, None).events]


def test_an_address_is_verified_by_the_link_that_was_sent_to_it(ada: Somebody, mailbox: Mailbox, clock: Clock) -> None:
    _request(ada)
    assert mailbox.waiting == [{"kind": "verification", "user_id": ada[0].user_id, "site": SITE}]
    assert account(ada[0].user_id).email_verified_at is None
    token = mailbox.link_to(EMAIL)
    before = account(ada[0].user_id).to_simple_dict()
    _verify(token)
    after = account(ada[0].user_id).to_simple_dict()
    assert after == before | {"email_verified_at": int(clock.moment.timestamp())}
    assert _told(ada) == ["email_verified", "registered"]


def test_one_that_is_verified_is_sent_no_link(ada: Somebody, mailbox: Mailbox) -> None:
    _request(ada)
    (message,) = mailbox.taken()
    deliver(message)
    _verify(token_in(aws.mailed()[-1]))
    _request(ada)
    assert mailbox.taken() == []
    # Nor by a message that was on its way.
    deliver(message)
    assert len(aws.mailed()) == 1


def test_one_that_takes_mail_again_is_noted_to(ada: Somebody, mailbox: Mailbox) -> None:
    ada[0].update(actions=[UserItem.email_verified_at.set(1), UserItem.email_bounced_at.set(2)])
    _request(ada)
    _verify(mailbox.link_to(EMAIL))
    verified = account(ada[0].user_id)
    assert verified.email_bounced_at is None
    assert int(verified.email_verified_at or 0) > 1


def test_a_link_verifies_no_other_address_than_the_one_it_was_sent_to(ada: Somebody, mailbox: Mailbox) -> None:
    _request(ada)
    token = mailbox.link_to(EMAIL)
    # As if the version had been left as it was.
    ada[0].update(actions=[UserItem.email.set("victim@example.org")])
    with pytest.raises(InvalidLinkError):
        _verify(token)
    assert account(ada[0].user_id).email_verified_at is None


def test_a_change_of_the_address_makes_the_former_ones_link_worthless_even_when_it_is_changed_back(
    ada: Somebody, mailbox: Mailbox
) -> None:
    _request(ada)
    token = mailbox.link_to(EMAIL)
    for email in ("new@example.com", EMAIL):
        email_change.confirm(links.store(account(ada[0].user_id), "address_change", email), SITE, HOME)
        with pytest.raises(InvalidLinkError):
            _verify(token)


def test_a_message_of_before_a_change_leads_to_the_address_of_now(ada: Somebody, mailbox: Mailbox) -> None:
    _request(ada)
    (message,) = mailbox.taken()
    email_change.confirm(links.store(account(ada[0].user_id), "address_change", "new@example.com"), SITE, HOME)
    account(ada[0].user_id).update(actions=[UserItem.email_verified_at.remove()])
    deliver(message)
    assert [letter.to for letter in aws.mailed()] == ["new@example.com"]


def test_two_links_followed_at_once_verify_once_each(ada: Somebody, mailbox: Mailbox) -> None:
    tokens = [links.store(account(ada[0].user_id), "verification", EMAIL) for _ in range(4)]
    assert all_at_once([lambda token=token: _verify(token) for token in tokens]) == [None] * 4  # type: ignore[misc]
    assert _told(ada).count("email_verified") == 4


def test_an_account_that_was_given_up_is_not_brought_back(ada: Somebody, mailbox: Mailbox) -> None:
    _request(ada)
    (message,) = mailbox.taken()
    token = links.store(account(ada[0].user_id), "verification", EMAIL)
    ada[0].delete()
    with pytest.raises(InvalidLinkError):
        _verify(token)
    with pytest.raises(UserItem.DoesNotExist):
        account(ada[0].user_id)
    deliver(message)
    assert aws.mailed() == []
    with pytest.raises(SessionRevokedError):
        _request(ada)


def test_three_mails_are_sent_and_then_there_is_a_wait(ada: Somebody, mailbox: Mailbox, clock: Clock) -> None:
    for _ in range(3):
        _request(ada)
    with pytest.raises(TooManyAttemptsError) as refused:
        _request(ada)
    assert refused.value.retry_after == 60
    assert len(mailbox.taken()) == 3


def test_registrations_do_not_flood_an_address(mailbox: Mailbox) -> None:
    for _ in range(5):
        user, _ = registered(EMAIL)
        email_verification.send_first(user, SITE, HOME)
        user.delete()
        for row in list(UserItem.query(f"EMAIL#{EMAIL}")):
            row.delete()
    assert len(mailbox.taken()) == 3


def test_a_queue_that_takes_nothing_is_a_fault_that_passes_but_no_reason_to_refuse_a_registration(
    ada: Somebody, mailbox: Mailbox
) -> None:
    mailbox.fault = EndpointConnectionError(endpoint_url="https://sqs")
    email_verification.send_first(ada[0], SITE, HOME)
    with pytest.raises(EndpointConnectionError) as caught:
        _request(ada)
    assert is_passing_fault(caught.value)
    mailbox.fault = None
    _request(ada)
    assert len(mailbox.taken()) == 1
