"""Step-up against a database: what asks for a recent authentication, and how long one is recent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from taskward.errors import ReauthenticationRequiredError, TaskwardError
from taskward.identity import (
    access_token_changes,
    account_deletion,
    email_change,
    keys,
    passkeys,
    password_change,
    second_factor,
    step_up,
)
from taskward.identity.models import EmailChange, NewAccessToken, PasswordChange
from taskward.identity.session_tables import SessionItem
from taskward.principal import Principal
from tests.support.mailbox import SITE
from tests.support.people import HOME, PASSWORD, principal_of
from tests.support.ways_in import account, add_passkey, add_token, authenticator, made_passkey, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock", "mailbox")

EMAIL = "ada@example.com"


def _stored(session: SessionItem) -> dict[str, Any]:
    row = SessionItem.get(session.user_id, session.session_id, consistent_read=True)
    simple: dict[str, Any] = row.to_simple_dict()
    return simple


def _guarded(session: SessionItem) -> dict[str, Callable[[Principal], object]]:
    """Everything of accounts that asks for a recent authentication, each right but for the time."""
    add_passkey(session)
    made = made_passkey(session, authenticator())
    personal, _ = add_token(session)
    passkey_id = passkeys.representation(passkeys.of_user(session.user_id)[0])["id"]
    token = NewAccessToken(name="Backup", scopes=["tasks:read"], expires_in_days=1)
    new_password = PasswordChange(current_password=PASSWORD, new_password="violet bicycle 12")
    address = EmailChange(email="new@example.com", password=PASSWORD)
    return {
        "begin a second factor": second_factor.begin,
        "confirm it": lambda me: second_factor.confirm(me, "123456", HOME),
        "new recovery codes": lambda me: second_factor.renew_recovery_codes(me, HOME),
        "turn it off": lambda me: second_factor.turn_off(me, PASSWORD, "123456", HOME),
        "begin a passkey": lambda me: passkeys.begin_registration(me, SITE),
        "add a passkey": lambda me: passkeys.register(me, made, keys.published(), SITE, HOME),
        "remove a passkey": lambda me: passkeys.remove(me, passkey_id, HOME),
        "make a token": lambda me: access_token_changes.create(me, token, HOME),
        "revoke a token": lambda me: access_token_changes.revoke(me, personal.token_id, HOME),
        "change the address": lambda me: email_change.request(me, address, SITE, HOME),
        "change the password": lambda me: password_change.change_password(me, new_password, HOME),
        "remove the password": lambda me: password_change.remove_password(me, HOME),
        "delete the account": lambda me: account_deletion.delete_account(me, PASSWORD, HOME),
    }


def _kind_of_refusal(action: Callable[[], object]) -> type[Exception] | None:
    try:
        action()
    except TaskwardError as error:
        return type(error)
    return None


def test_an_authentication_is_recent_for_six_hundred_seconds() -> None:
    assert step_up.RECENT_SECONDS == 600
    _, session = verified(EMAIL)
    guarded, me = _guarded(session), principal_of(session)
    long_ago = replace(me, authenticated_at=me.authenticated_at - 601)
    of_a_token = Principal(me.user_id, "TOKEN#x", scopes=frozenset({"tasks:read", "tasks:write"}))
    before = _stored(session), account(me.user_id).to_simple_dict()
    for principal in (long_ago, of_a_token):
        for name, action in guarded.items():
            with pytest.raises(ReauthenticationRequiredError):
                action(principal)
            assert (_stored(session), account(me.user_id).to_simple_dict()) == before, name
    just_recent = replace(me, authenticated_at=me.authenticated_at - 600)
    for name, action in guarded.items():
        assert _kind_of_refusal(lambda action=action: action(just_recent)) is not ReauthenticationRequiredError, name  # type: ignore[misc]
