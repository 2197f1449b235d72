"""Accounts against a database: uniqueness, and sessions that cannot outlive the credential they came from."""

from typing import Any

import pytest

from taskward.errors import EmailExistsError, InvalidCredentialsError
from taskward.identity import accounts, passwords, sign_in, users
from taskward.identity.models import Credentials, Registration
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import PROFILE, EmailItem, UserItem, email_key
from taskward.storage import user_key
from tests.support.people import HOME, PASSWORD, registered, signed_in
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("database")


def _sessions_of(user: UserItem) -> list[SessionItem]:
    return list(SessionItem.query(user.user_id, consistent_read=True))


def test_one_of_many_concurrent_registrations_for_one_address_wins() -> None:
    spellings = ["ada@example.com", "Ada@Example.com", "ADA@EXAMPLE.COM", "ada@EXAMPLE.com"]
    results = all_at_once([lambda email=email: registered(email) for email in spellings])  # type: ignore[misc]
    winners = [result for result in results if not isinstance(result, Exception)]
    assert len(winners) == 1
    assert [type(r) for r in results if isinstance(r, Exception)] == [EmailExistsError] * 3
    assert EmailItem.get(email_key("ada@example.com"), "ADDRESS").user_id == winners[0][0].user_id


def test_a_refused_registration_leaves_nothing_behind() -> None:
    registered("ada@example.com")
    with pytest.raises(EmailExistsError):
        registered("ada@example.com")
    parts = [item.pk.partition("#")[0] for item in EmailItem.scan()]
    assert sorted(part for part in parts if part != "ATTEMPT") == ["EMAIL", "EVENTS", "USER", "USER"]
    assert len(list(SessionItem.scan(SessionItem.user_id != "KEYS"))) == 1


def test_an_address_is_kept_as_given_and_found_in_any_spelling() -> None:
    user, _ = registered("Ada.Lovelace@BÜCHER.example")
    assert users.get(user.user_id).email == "Ada.Lovelace@BÜCHER.example"
    assert signed_in("ada.lovelace@xn--bcher-kva.example").user_id == user.user_id


def test_a_wrong_password_and_an_unknown_address_are_refused_alike() -> None:
    registered("ada@example.com")
    for email, password in [("ada@example.com", "wrong password"), ("bob@example.com", PASSWORD), ("?", PASSWORD)]:
        with pytest.raises(InvalidCredentialsError):
            signed_in(email, password)


@pytest.mark.parametrize("event", ["password change", "deletion"])
def test_a_login_that_verified_the_old_password_cannot_leave_a_live_session(
    event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, first = registered("ada@example.com")
    verify = passwords.verify_password

    def verified_just_before_it_happens(password: str, stored: str | None) -> tuple[bool, str | None]:
        result = verify(password, stored)
        if event == "password change":
            actions: list[Any] = [UserItem.password_hash.set("changed"), UserItem.credential_version.add(1)]
            UserItem(user.pk, PROFILE).update(actions=actions)
        else:
            UserItem(user.pk, PROFILE).delete()
        return result

    monkeypatch.setattr(passwords, "verify_password", verified_just_before_it_happens)
    with pytest.raises(InvalidCredentialsError):
        sign_in.sign_in(Credentials(email="ada@example.com", password=PASSWORD), HOME)
    assert [session.session_id for session in _sessions_of(user)] == [first.session_id]


def test_a_login_upgrades_a_hash_that_is_weaker_than_today_s() -> None:
    user, _ = registered("ada@example.com")
    weak = passwords._context.using(argon2__memory_cost=8, argon2__time_cost=1).hash(PASSWORD)
    UserItem(user.pk, PROFILE).update(actions=[UserItem.password_hash.set(weak)])
    signed_in("ada@example.com")
    stored = UserItem.get(user_key(user.user_id), PROFILE)
    assert "m=19456,t=2,p=1" in stored.password_hash
    assert stored.credential_version == 1
    signed_in("ada@example.com")


def test_an_upgrade_never_overwrites_a_password_that_was_changed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    user, _ = registered("ada@example.com")

    def changed_while_verifying(password: str, stored: str | None) -> tuple[bool, str | None]:
        actions: list[Any] = [UserItem.password_hash.set("the new one"), UserItem.credential_version.add(1)]
        UserItem(user.pk, PROFILE).update(actions=actions)
        return True, "an upgrade of the old one"

    monkeypatch.setattr(passwords, "verify_password", changed_while_verifying)
    with pytest.raises(InvalidCredentialsError):
        signed_in("ada@example.com")
    assert UserItem.get(user.pk, PROFILE).password_hash == "the new one"


def test_many_sign_ins_at_once_all_succeed() -> None:
    """As many as may be in flight before one of them has shown that it is none of a guess."""
    user, _ = registered("ada@example.com")
    results = all_at_once([lambda: signed_in("ada@example.com")] * 5)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len(_sessions_of(user)) == 6


def test_a_name_is_optional_and_kept() -> None:
    registration = Registration(email="ada@example.com", password=PASSWORD, name="Ada 🧮")
    user, _ = accounts.register(registration, HOME)
    assert users.representation(users.get(user.user_id))["name"] == "Ada 🧮"
