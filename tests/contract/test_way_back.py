"""The way back to a former address against a database: for an owner whose account somebody else has taken over."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from botocore.exceptions import EndpointConnectionError

from taskward.errors import (
    InvalidCredentialsError,
    InvalidLinkError,
    InvalidPasskeyError,
    SessionRevokedError,
    TaskwardError,
)
from taskward.identity import (
    access_token_changes,
    email_change,
    events,
    grants,
    links,
    passkeys,
    password_reset,
    passwords,
    principals,
    second_factor,
    sessions,
    totp,
)
from taskward.identity.models import PasswordReset
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from tests.conftest import Clock
from tests.support import aws
from tests.support.mailbox import SITE, Mailbox
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, registered, signed_in
from tests.support.racing import all_at_once
from tests.support.ways_in import (
    account,
    add_passkey,
    add_second_factor,
    add_token,
    aged,
    answer_of,
    change_address,
    changed_address,
    enter,
    enter_with,
    owner,
    verified,
)

pytestmark = pytest.mark.usefixtures("weak_hashes")

A, B, C, D = (f"{name}@example.com" for name in ("ada", "b", "c", "d"))


def _undo(token: str) -> None:
    email_change.undo(token, SITE, HOME)


def test_nothing_that_the_other_had_is_a_way_in_any_more_and_the_owner_gets_in_by_mail(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    thief = signed_in(A)
    granted = grants.issue(thief)
    back = changed_address(user, B, mailbox)
    token = add_token(thief)[1]
    gadget = add_passkey(thief)
    signed_in(B)
    _undo(back)
    restored = account(user.user_id)
    assert restored.email == A
    assert restored.email_verified_at is not None
    assert sessions.live(user.user_id) == []
    for text in (granted.access_token, token):
        with pytest.raises(SessionRevokedError):
            principals.authenticate(text)
    with pytest.raises(InvalidPasskeyError):
        enter_with(gadget)
    for email in (A, B):
        with pytest.raises(InvalidCredentialsError):
            signed_in(email)
    password_reset.reset(PasswordReset(token=mailbox.link_to(A), new_password="violet bicycle 12"), HOME)
    signed_in(A, "violet bicycle 12")
    told = Counter(event.kind for event in events.newest_first(user.user_id, 100, None).events)
    assert told["email_changed"] == told["email_change_undone"] == told["password_reset"] == 1
    assert [letter.to for letter in aws.mailed() if letter.subject == "The change of your e-mail address was undone"]


def test_the_other_address_is_nobodys_then_and_is_told(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    _undo(changed_address(user, B, mailbox))
    assert owner(A) == user.user_id
    assert [letter.subject for letter in mailbox.send() if letter.to == B] == ["Your e-mail address was changed"]
    assert "#token=" not in next(letter.text for letter in aws.mailed() if letter.to == B)
    password_reset.request(B, SITE, ELSEWHERE)
    assert mailbox.send() == []
    other, _ = registered(B)
    assert owner(B) == other.user_id


def test_what_the_owner_had_before_stays(clock: Clock, mailbox: Mailbox) -> None:
    user, session = verified(A)
    own = add_passkey(session, name="Own")
    secret = add_second_factor(session)
    aged(user.user_id)
    clock.advance(seconds=60)
    back = changed_address(user, B, mailbox)
    other = add_passkey(session, name="Other")
    _undo(back)
    assert [passkey.name for passkey in passkeys.of_user(user.user_id)] == ["Own"]
    restored = account(user.user_id)
    assert restored.passkeys == 1
    assert restored.second_factor_at is not None
    enter_with(own)
    with pytest.raises(InvalidPasskeyError):
        enter_with(other)
    code = totp.code_at(secret, int(clock.moment.timestamp()))
    second_factor.turn_off(principal_of(enter_with(own)), None, code, HOME)


def test_ways_in_that_were_made_shortly_before_the_change_go_too(clock: Clock, mailbox: Mailbox) -> None:
    user, session = verified(A)
    thiefs = add_passkey(session)
    add_second_factor(session)
    clock.advance(seconds=60)
    _undo(changed_address(user, B, mailbox))
    restored = account(user.user_id)
    assert restored.passkeys == 0
    assert restored.second_factor_at is None
    with pytest.raises(InvalidPasskeyError):
        enter_with(thiefs)


@pytest.mark.parametrize(("seconds", "stays"), [(24 * 3600, False), (24 * 3600 + 1, True)])
def test_shortly_before_is_within_a_day(seconds: int, stays: bool, clock: Clock, mailbox: Mailbox) -> None:
    user, session = verified(A)
    add_passkey(session)
    clock.advance(seconds=seconds)
    _undo(changed_address(user, B, mailbox))
    assert bool(passkeys.of_user(user.user_id)) is stays


def test_there_is_no_way_back_to_an_address_that_was_never_verified(mailbox: Mailbox) -> None:
    user, _ = registered(A)
    token = links.store(user, "address_change", B)
    email_change.confirm(token, SITE, ELSEWHERE)
    assert account(user.user_id).email == B
    assert aws.queued("MAIL_QUEUE") == []
    # It is free at once: whose it is was never shown.
    registered(A)


def test_a_second_factor_that_was_added_or_replaced_since_goes(clock: Clock, mailbox: Mailbox) -> None:
    for email, has_one in ((A, True), ("grace@example.com", False)):
        user, session = verified(email)
        secret = add_second_factor(session) if has_one else None
        clock.advance(seconds=60)
        back = changed_address(user, f"new-{email}", mailbox)
        if secret:
            code = totp.code_at(secret, int(clock.moment.timestamp()))
            second_factor.turn_off(principal_of(session), PASSWORD, code, ELSEWHERE)
        add_second_factor(session)
        _undo(back)
        mailbox.taken("address_changed")
        assert account(user.user_id).second_factor_at is None
        assert second_factor.representation(user.user_id)["enabled"] is False
        clock.advance(seconds=600)


def test_the_password_goes_also_where_it_is_the_owners_only_way_in(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    back = changed_address(user, B, mailbox)
    _undo(back)
    assert account(user.user_id).password_hash is None
    (reset,), (left,) = mailbox.taken("password_reset"), mailbox.taken("address_changed")
    assert (reset["email"], left["email"], left["way_back"]) == (A, B, False)


def test_an_account_that_was_given_up_is_not_brought_back(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    back = changed_address(user, B, mailbox)
    account(user.user_id).delete()
    with pytest.raises(InvalidLinkError):
        _undo(back)
    with pytest.raises(UserItem.DoesNotExist):
        account(user.user_id)


def test_when_the_link_for_a_new_password_cannot_be_queued_the_way_back_counts_all_the_same(mailbox: Mailbox) -> None:
    user, _ = verified(A)
    back = changed_address(user, B, mailbox)
    mailbox.fault = EndpointConnectionError(endpoint_url="https://sqs")
    _undo(back)
    assert account(user.user_id).email == A
    mailbox.fault = None
    password_reset.request(A, SITE, HOME)
    assert mailbox.link_to(A)


def test_no_sign_in_of_the_other_outlasts_it(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    user, _ = verified(A)
    back = changed_address(user, B, mailbox)
    verify = passwords.verify_password

    def undone_meanwhile(password: str, stored: str | None) -> tuple[bool, str | None]:
        outcome = verify(password, stored)
        monkeypatch.setattr(passwords, "verify_password", verify)
        _undo(back)
        return outcome

    monkeypatch.setattr(passwords, "verify_password", undone_meanwhile)
    with pytest.raises(InvalidCredentialsError):
        signed_in(B)
    assert sessions.live(user.user_id) == []


def test_whatever_the_other_does_at_the_same_time_nothing_of_it_is_left(mailbox: Mailbox) -> None:
    for number in range(5):
        mailbox.taken()
        user, session = verified(f"ada{number}@example.com")
        back = changed_address(user, f"b{number}@example.com", mailbox)
        gadget = add_passkey(session)
        further = links.store(account(user.user_id), "address_change", f"c{number}@example.com")
        moves: list[Callable[[], object]] = [
            partial(_undo, back),
            partial(add_passkey, session),
            partial(add_token, session),
            partial(enter, answer_of(gadget)),
            partial(signed_in, f"b{number}@example.com"),
            partial(email_change.confirm, further, SITE, ELSEWHERE),
        ]
        results = all_at_once(moves)
        assert results[0] is None
        assert all(isinstance(result, TaskwardError) for result in results if isinstance(result, Exception))
        left = account(user.user_id)
        assert left.email == user.email
        assert left.password_hash is None
        assert left.passkeys == len(passkeys.of_user(user.user_id)) == 0
        assert sessions.live(user.user_id) == []
        assert access_token_changes.of_user(user.user_id) == []


def test_who_keeps_changing_the_account_does_not_hold_its_owner_up(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _ = verified(A)
    back = changed_address(user, B, mailbox)
    live, places = sessions.live, iter([C, D])

    def changed_meanwhile(user_id: str) -> list[SessionItem]:
        found = live(user_id)
        if (place := next(places, None)) is not None:
            change_address(user, place, mailbox)
        return found

    monkeypatch.setattr(sessions, "live", changed_meanwhile)
    _undo(back)
    assert account(user.user_id).email == A


def test_fifty_sessions_twenty_tokens_and_ten_passkeys_end_in_one_step_and_all_is_recorded(
    clock: Clock, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session = verified(A)
    back = changed_address(user, B, mailbox)
    for number in range(access_token_changes.MAX_PER_USER):
        add_token(session, f"token {number}")
    for number in range(passkeys.MAX_PER_USER):
        add_passkey(session, name=f"passkey {number}")
    add_second_factor(session)
    monkeypatch.setattr(passwords, "verify_password", lambda *_: (True, None))
    account(user.user_id).update(actions=[UserItem.second_factor_at.remove()])
    for _ in range(sessions.MAX_PER_USER - 1):
        signed_in(B)
    account(user.user_id).update(actions=[UserItem.second_factor_at.set(int(clock.moment.timestamp()))])
    alive = {session.session_id for session in sessions.live(user.user_id)}
    assert len(alive) == 50
    monkeypatch.undo()
    _undo(back)
    assert sessions.live(user.user_id) == []
    assert access_token_changes.of_user(user.user_id) == []
    assert passkeys.of_user(user.user_id) == []
    assert account(user.user_id).second_factor_at is None
    told, cursor = [], None
    while True:
        page = events.newest_first(user.user_id, 100, cursor)
        told += page.events
        cursor = page.next_cursor
        if cursor is None:
            break
    ended = [event for event in told if event.reason == "email_change_undone"]
    assert {event.session_id for event in ended} == alive
    assert [event.kind for event in told].count("email_change_undone") == 1
