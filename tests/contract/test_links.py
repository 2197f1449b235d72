"""Links against a database: each counts once, for its purpose, in its time, and for the account as it was."""

import base64
import json
from collections.abc import Callable
from typing import Any, Final, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pynamodb.connection.base import Connection

from taskward.errors import InvalidLinkError
from taskward.identity import (
    email_change,
    email_verification,
    links,
    password_change,
    password_reset,
    second_factor,
    totp,
)
from taskward.identity.link_tables import LinkItem
from taskward.identity.links import Purpose
from taskward.identity.models import EmailChange, PasswordChange, PasswordReset
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.storage import connection_of
from tests.conftest import Clock
from tests.support.mailbox import SITE, Mailbox, token_in
from tests.support.people import HOME, PASSWORD, principal_of
from tests.support.racing import all_at_once
from tests.support.ways_in import account, add_passkey, add_second_factor, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

OWN, NEW = "ada@example.com", "lovelace@example.org"
NEW_PASSWORD = "violet bicycle 12"
PURPOSES: Final = get_args(Purpose)
BOUND: Final = [purpose for purpose in PURPOSES if purpose != "address_undo"]
HOUR = 3600
LIFETIMES: Final = {
    "verification": 24 * HOUR,
    "address_change": 24 * HOUR,
    "address_undo": 7 * 24 * HOUR,
    "password_reset": HOUR // 4,
}

FOLLOW: Final[dict[Purpose, Callable[[str], object]]] = {
    "verification": lambda token: email_verification.verify(token, HOME),
    "address_change": lambda token: email_change.confirm(token, SITE, HOME),
    "address_undo": lambda token: email_change.undo(token, SITE, HOME),
    # Not validated: what the model would refuse is nothing to rely on here.
    "password_reset": lambda token: password_reset.reset(
        PasswordReset.model_construct(token=token, new_password=NEW_PASSWORD), HOME
    ),
}


@pytest.fixture
def ada() -> tuple[UserItem, SessionItem]:
    """Somebody who is signed in."""
    return verified(OWN)


def _ask_for_change(session: SessionItem, email: str = NEW) -> None:
    email_change.request(principal_of(session), EmailChange(email=email, password=PASSWORD), SITE, HOME)


def _asked_for(purpose: Purpose, session: SessionItem, mailbox: Mailbox) -> str:
    """Do what a link of this purpose is sent for; the address that it is sent to."""
    if purpose == "verification":
        account(session.user_id).update(actions=[UserItem.email_verified_at.remove()])
        email_verification.request(principal_of(session), SITE, HOME)
        return OWN
    if purpose == "password_reset":
        password_reset.request(OWN, SITE, HOME)
        return OWN
    _ask_for_change(session)
    if purpose == "address_change":
        return NEW
    email_change.confirm(mailbox.link_to(NEW), SITE, HOME)
    return OWN


def _link(purpose: Purpose, session: SessionItem, mailbox: Mailbox) -> str:
    """The token of a link."""
    address = _asked_for(purpose, session, mailbox)
    return mailbox.link_to(address)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_counts_once_even_if_eight_follow_it_at_once(
    purpose: Purpose, ada: tuple[UserItem, SessionItem], mailbox: Mailbox
) -> None:
    token = _link(purpose, ada[1], mailbox)
    results = all_at_once([lambda: FOLLOW[purpose](token)] * 8)
    assert results.count(None) == 1
    assert [type(result) for result in results if result is not None] == [InvalidLinkError] * 7
    with pytest.raises(InvalidLinkError):
        FOLLOW[purpose](token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_is_good_until_the_second_that_its_time_is_over(
    purpose: Purpose, clock: Clock, ada: tuple[UserItem, SessionItem], mailbox: Mailbox
) -> None:
    token = _link(purpose, ada[1], mailbox)
    clock.advance(seconds=LIFETIMES[purpose])
    with pytest.raises(InvalidLinkError):
        FOLLOW[purpose](token)
    clock.advance(seconds=-1)
    FOLLOW[purpose](token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_is_good_for_its_purpose_alone(
    purpose: Purpose, ada: tuple[UserItem, SessionItem], mailbox: Mailbox
) -> None:
    token = _link(purpose, ada[1], mailbox)
    for other in PURPOSES:
        if other != purpose:
            with pytest.raises(InvalidLinkError):
                FOLLOW[other](token)
    FOLLOW[purpose](token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_is_good_for_its_user_alone(
    purpose: Purpose, ada: tuple[UserItem, SessionItem], mailbox: Mailbox
) -> None:
    token = _link(purpose, ada[1], mailbox)
    other = verified("grace@example.com")[0]
    secret = base64.urlsafe_b64decode(token)[16:]
    for user_id in (other.user_id, str(UUID(int=0))):
        with pytest.raises(InvalidLinkError):
            FOLLOW[purpose](base64.urlsafe_b64encode(UUID(user_id).bytes + secret).decode())
    FOLLOW[purpose](token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_token_of_a_link_is_in_the_letter_alone(
    purpose: Purpose,
    ada: tuple[UserItem, SessionItem],
    mailbox: Mailbox,
    lines: Callable[[], list[dict[str, Any]]],
    database: str,
) -> None:
    address = _asked_for(purpose, ada[1], mailbox)
    queued = json.dumps(mailbox.waiting)
    token = mailbox.link_to(address)
    secret = base64.urlsafe_b64decode(token)[16:]
    assert len(secret) == 32
    stored = json.dumps(connection_of(UserItem).scan("users", consistent_read=True)["Items"])
    assert "LINK#" in stored
    for kept in (queued, stored, json.dumps(lines())):
        for form in (token, secret.hex(), *_encodings(secret)):
            assert form not in kept


def _encodings(secret: bytes) -> list[str]:
    """Base64 of it, wherever in a longer text it begins, without the characters that neighbours change."""
    padded = [bytes(shift) + secret + bytes(3) for shift in range(3)]
    return [encode(data).decode()[4:40] for data in padded for encode in (base64.b64encode, base64.urlsafe_b64encode)]


Change = Callable[[UserItem, SessionItem, Mailbox], object]


def _change_password(user: UserItem, session: SessionItem, mailbox: Mailbox) -> None:
    request = PasswordChange(current_password=PASSWORD, new_password=NEW_PASSWORD)
    password_change.change_password(principal_of(session), request, HOME)


def _remove_password(user: UserItem, session: SessionItem, mailbox: Mailbox) -> None:
    add_passkey(session)
    password_change.remove_password(principal_of(session), HOME)


def _turn_factor_on(user: UserItem, session: SessionItem, mailbox: Mailbox) -> None:
    add_second_factor(session)


def _change_address(user: UserItem, session: SessionItem, mailbox: Mailbox) -> None:
    token = links.store(account(user.user_id), "address_change", "other@example.net")
    email_change.confirm(token, SITE, HOME)


def _delete(user: UserItem, session: SessionItem, mailbox: Mailbox) -> None:
    account(user.user_id).delete()


def _reset_password(user: UserItem, session: SessionItem, mailbox: Mailbox) -> None:
    FOLLOW["password_reset"](links.store(account(user.user_id), "password_reset", OWN))


CHANGES: Final[list[Change]] = [
    _change_password,
    _remove_password,
    _turn_factor_on,
    _change_address,
    _reset_password,
    _delete,
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("purpose", BOUND)
def test_a_link_is_worthless_once_the_accounts_credentials_have_changed(
    purpose: Purpose, change: Change, ada: tuple[UserItem, SessionItem], mailbox: Mailbox
) -> None:
    user, session = ada
    token = links.store(account(user.user_id), purpose, NEW if purpose == "address_change" else OWN)
    change(user, session, mailbox)
    before = account(user.user_id).to_simple_dict() if change is not _delete else None
    with pytest.raises(InvalidLinkError):
        FOLLOW[purpose](token)
    if before is not None:
        assert account(user.user_id).to_simple_dict() == before


def test_turning_the_second_factor_off_makes_links_worthless_too(
    clock: Clock, ada: tuple[UserItem, SessionItem], mailbox: Mailbox
) -> None:
    user, session = ada
    secret = add_second_factor(session)
    token = links.store(account(user.user_id), "password_reset", OWN)
    clock.advance(seconds=30)
    code = totp.code_at(secret, int(clock.moment.timestamp()))
    second_factor.turn_off(principal_of(session), PASSWORD, code, HOME)
    with pytest.raises(InvalidLinkError):
        FOLLOW["password_reset"](token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_message_that_comes_twice_makes_two_links_of_which_the_first_followed_counts(
    purpose: Purpose, ada: tuple[UserItem, SessionItem], mailbox: Mailbox
) -> None:
    address = _asked_for(purpose, ada[1], mailbox)
    mailbox.waiting *= 2
    first, second = (token_in(mail) for mail in mailbox.send() if mail.to == address and "#token=" in mail.text)
    assert first != second
    FOLLOW[purpose](second)
    if purpose == "verification":
        # It says once more what is so already.
        FOLLOW[purpose](first)
        return
    with pytest.raises(InvalidLinkError):
        FOLLOW[purpose](first)


_bytes = st.one_of(st.binary(max_size=64), st.binary(min_size=48, max_size=48))
_garbage = st.one_of(
    st.text(max_size=256),
    st.text(alphabet=st.characters(codec="ascii"), min_size=64, max_size=64),
    st.text(alphabet="AZaz09-_+/=", min_size=60, max_size=68),
    _bytes.map(lambda data: base64.urlsafe_b64encode(data).decode()),
    _bytes.map(lambda data: base64.b64encode(data).decode() + "\n"),
)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_whatever_is_no_token_is_an_invalid_link_and_costs_one_read_at_most(
    purpose: Purpose, ada: tuple[UserItem, SessionItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    dispatch = Connection.dispatch

    def request(self: Connection, operation: str, arguments: dict[str, Any]) -> Any:
        done.append(operation)
        return dispatch(self, operation, arguments)

    monkeypatch.setattr(Connection, "dispatch", request)
    good = links.store(account(ada[0].user_id), purpose, OWN)

    def misspelt(place: int, character: str) -> str:
        return good[:place] + character + good[place + 1 :]

    changed = st.builds(misspelt, st.integers(0, 63), st.sampled_from("AQgw-_9 \x00é\ud800")).filter(
        lambda token: token != good
    )

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.one_of(_garbage, changed))
    def follow(token: str) -> None:
        done.clear()
        with pytest.raises(InvalidLinkError):
            FOLLOW[purpose](token)
        assert done in ([], ["GetItem"])

    follow()
    assert len(list(LinkItem.query(ada[0].pk, LinkItem.sk.startswith("LINK#")))) == 1
