"""Passkeys of an account against a database: made once each, ten at most, and nobody else's to rename or remove."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.samples import authenticator as browser
from local.samples.authenticator import AAGUID, Authenticator, BrowserError
from taskward.errors import (
    EmailUnverifiedError,
    NotFoundError,
    ReauthenticationRequiredError,
    SessionRevokedError,
    TooManyPasskeysError,
    UnavailableError,
    WrongPasskeyError,
)
from taskward.identity import events, passkey_sign_in, passkeys, sessions, steps
from taskward.identity.factor_tables import PasskeyItem
from taskward.identity.models import NewPasskey
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from tests.conftest import Clock
from tests.support.mailbox import SITE, Mailbox
from tests.support.people import HOME, principal_of, registered, signed_in
from tests.support.racing import all_at_once
from tests.support.ways_in import (
    account,
    add_passkey,
    authenticator,
    enter_with,
    keep_passkey,
    made_passkey,
    verified,
)

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

Somebody = tuple[UserItem, SessionItem]


@pytest.fixture
def ada(mailbox: Mailbox) -> Somebody:
    """Somebody whose address is verified."""
    return verified("ada@example.com")


def _of(somebody: Somebody) -> list[PasskeyItem]:
    """Their passkeys; as many as the account says."""
    found = passkeys.of_user(somebody[0].user_id)
    assert int(account(somebody[0].user_id).passkeys or 0) == len(found)
    return found


def _id_of(passkey: PasskeyItem) -> str:
    return str(passkeys.representation(passkey)["id"])


def _remove(session: SessionItem, passkey_id: str) -> None:
    passkeys.remove(principal_of(session), passkey_id, HOME)


def test_several_are_told_apart_by_their_names(ada: Somebody, clock: Clock, mailbox: Mailbox) -> None:
    user, session = ada
    devices = []
    for name in ("Phone", "Laptop", "Phone"):
        devices.append(add_passkey(session, name=name))
        clock.advance(seconds=1)
    phone, laptop, other = _of(ada)
    assert [passkey.name for passkey in (phone, laptop, other)] == ["Phone", "Laptop", "Phone"]
    assert passkeys.rename(user.user_id, _id_of(other), "Old phone").name == "Old phone"
    shown = passkeys.representation(_of(ada)[2])
    assert shown == {
        "id": _id_of(other),
        "name": "Old phone",
        "created_at": shown["created_at"],
        "last_used_at": None,
        "backed_up": True,
        "transports": ["hybrid", "internal"],
        "aaguid": AAGUID,
    }
    _remove(session, _id_of(laptop))
    assert [passkey.name for passkey in _of(ada)] == ["Phone", "Old phone"]
    for device in (devices[0], devices[2]):
        enter_with(device)
    told = [event.kind for event in events.newest_first(user.user_id, 100, None).events]
    assert (told.count("passkey_added"), told.count("passkey_removed")) == (3, 1)
    letters = [letter.subject for letter in mailbox.send() if letter.to == user.email]
    assert (letters.count("A passkey was added"), letters.count("A passkey was removed")) == (3, 1)


def test_an_authenticator_that_has_one_is_told_to_make_no_other(ada: Somebody) -> None:
    device = add_passkey(ada[1])
    with pytest.raises(BrowserError):
        add_passkey(ada[1], device)


def test_it_takes_a_recent_authentication_and_a_verified_address(
    ada: Somebody, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, unverified = registered()
    with pytest.raises(EmailUnverifiedError):
        made_passkey(unverified, authenticator())
    clock.advance(seconds=599)
    made = made_passkey(ada[1], authenticator())
    (passkey,) = [keep_passkey(ada[1], made_passkey(ada[1], authenticator()))]
    clock.advance(seconds=2)
    for refused in (
        partial(made_passkey, ada[1], authenticator()),
        partial(keep_passkey, ada[1], made),
        partial(_remove, ada[1], _id_of(passkey)),
    ):
        with pytest.raises(ReauthenticationRequiredError):
            refused()
    assert len(_of(ada)) == 1
    monkeypatch.setenv("MAIL_QUEUE", "")
    add_passkey(registered()[1])


def test_ten_are_the_most_even_if_twelve_are_added_at_once(ada: Somebody) -> None:
    made = [made_passkey(ada[1], authenticator()) for _ in range(12)]
    left = made
    while left:
        results = all_at_once([partial(keep_passkey, ada[1], one) for one in left])
        assert all(isinstance(result, PasskeyItem | TooManyPasskeysError | UnavailableError) for result in results)
        # Who collided with the others too often comes again.
        left = [one for one, result in zip(left, results, strict=True) if isinstance(result, UnavailableError)]
    assert len(_of(ada)) == passkeys.MAX_PER_USER == 10
    with pytest.raises(TooManyPasskeysError):
        passkeys.begin_registration(principal_of(ada[1]), SITE)
    _remove(ada[1], _id_of(_of(ada)[0]))
    add_passkey(ada[1])


def test_an_answer_that_comes_again_adds_nothing_even_if_eight_come_at_once(ada: Somebody) -> None:
    made = made_passkey(ada[1], authenticator())
    results = all_at_once([partial(keep_passkey, ada[1], made)] * 8)
    assert [type(result) for result in results if isinstance(result, Exception)] == [WrongPasskeyError] * 7
    (passkey,) = _of(ada)
    _remove(ada[1], _id_of(passkey))
    # Nor does a copy of what was sent bring it back.
    with pytest.raises(WrongPasskeyError):
        keep_passkey(ada[1], made)
    assert _of(ada) == []


def _of_another_session(ada: Somebody) -> str:
    return str(passkeys.begin_registration(principal_of(signed_in(ada[0].email)), SITE)["step_token"])


def _of_another_user(_: Somebody) -> str:
    return str(passkeys.begin_registration(principal_of(verified()[1]), SITE)["step_token"])


def _to_sign_in(_: Somebody) -> str:
    return str(passkey_sign_in.begin(SITE)["step_token"])


def _to_reauthenticate(ada: Somebody) -> str:
    return str(passkey_sign_in.begin_reauthentication(principal_of(ada[1]), SITE)["step_token"])


def _none_at_all(_: Somebody) -> str:
    return "no token"


@pytest.mark.parametrize(
    "other", [_of_another_session, _of_another_user, _to_sign_in, _to_reauthenticate, _none_at_all]
)
def test_the_token_of_another_step_is_refused(other: Callable[[Somebody], str], ada: Somebody) -> None:
    token = other(ada)
    begun = passkeys.begin_registration(principal_of(ada[1]), SITE)
    # Signed for that very token, so that the token alone is wrong.
    options = begun["options"] | {"challenge": browser.encoded(steps.challenge_of(token))}
    request = NewPasskey(step_token=token, credential=authenticator().create(options), name="Phone")
    with pytest.raises(WrongPasskeyError):
        keep_passkey(ada[1], request)
    assert _of(ada) == []


def test_a_token_is_good_for_five_minutes(ada: Somebody, clock: Clock) -> None:
    made = [made_passkey(ada[1], authenticator()) for _ in range(2)]
    clock.advance(seconds=299)
    keep_passkey(ada[1], made[0])
    clock.advance(seconds=1)
    with pytest.raises(WrongPasskeyError):
        keep_passkey(ada[1], made[1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_data": {"origin": "https://evil.example"}},
        {"client_data": {"type": "webauthn.get"}},
        {"client_data": {"challenge": "AAAA"}},
        {"flags": browser.USER_PRESENT},
        {"rp_id": "evil.example"},
    ],
)
def test_an_answer_that_proves_nothing_adds_nothing(wrong: dict[str, Any], ada: Somebody) -> None:
    with pytest.raises(WrongPasskeyError):
        add_passkey(ada[1], authenticator(**wrong))
    assert _of(ada) == []


def test_a_session_that_has_ended_adds_and_removes_nothing(ada: Somebody) -> None:
    add_passkey(ada[1])
    made = made_passkey(ada[1], authenticator())
    sessions.end(ada[0].user_id, ada[1].session_id, HOME, "signed_out")
    with pytest.raises(SessionRevokedError):
        keep_passkey(ada[1], made)
    with pytest.raises(SessionRevokedError):
        _remove(ada[1], _id_of(_of(ada)[0]))
    assert len(_of(ada)) == 1


def _with_the_id_of(other: Authenticator, session: SessionItem, monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    """A passkey with a key of its own, under the credential id of another one."""
    wanted = other.credentials[0].credential_id
    begun = passkeys.begin_registration(principal_of(session), SITE)
    used = authenticator()
    with monkeypatch.context() as patch:
        patch.setattr(secrets, "token_bytes", lambda _: wanted)
        made = used.create(begun["options"] | {"excludeCredentials": []})
    keep_passkey(session, NewPasskey(step_token=begun["step_token"], credential=made, name="Copy"))
    return used


def test_a_credential_id_that_somebody_else_has_is_another_passkey(
    ada: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = add_passkey(ada[1])
    grace = verified("grace@example.com")
    copied = _with_the_id_of(device, grace[1], monkeypatch)
    assert enter_with(device).user_id == ada[0].user_id
    assert enter_with(copied).user_id == grace[0].user_id
    _remove(grace[1], _id_of(_of(grace)[0]))
    assert enter_with(device).user_id == ada[0].user_id


def test_a_credential_id_that_the_account_has_already_is_refused(
    ada: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = add_passkey(ada[1])
    with pytest.raises(WrongPasskeyError):
        _with_the_id_of(device, ada[1], monkeypatch)
    assert [passkey.name for passkey in _of(ada)] == ["Phone"]
    enter_with(device)


def test_what_is_not_theirs_is_not_there(ada: Somebody) -> None:
    add_passkey(ada[1])
    add_passkey(ada[1])
    grace = verified("grace@example.com")
    add_passkey(grace[1])
    foreign = _id_of(_of(grace)[0])

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.one_of(
            st.sampled_from([foreign, "", "A" * 36, "é" * 36, "x" * 5000]),
            st.uuids().map(str),
            st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
        )
    )
    def refused(passkey_id: str) -> None:
        with pytest.raises(NotFoundError):
            passkeys.rename(ada[0].user_id, passkey_id, "Mine")
        with pytest.raises(NotFoundError):
            _remove(ada[1], passkey_id)

    refused()
    assert [passkey.name for passkey in _of(grace)] == ["Phone"]
    assert len(_of(ada)) == 2


def test_one_that_is_removed_twice_at_once_is_removed_once(ada: Somebody) -> None:
    for _ in range(3):
        add_passkey(ada[1])
    passkey_id = _id_of(_of(ada)[0])
    results = all_at_once([partial(_remove, ada[1], passkey_id)] * 4)
    assert results.count(None) == 1
    assert [type(result) for result in results if result is not None] == [NotFoundError] * 3
    assert len(_of(ada)) == 2
