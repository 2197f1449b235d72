"""Ways in to accounts, for tests: had through the service's own code, without HTTP."""

import base64
from typing import Any

from local.samples.authenticator import Authenticator
from taskward import clock
from taskward.client import Client
from taskward.identity import (
    access_token_changes,
    email_change,
    keys,
    links,
    passkey_sign_in,
    passkeys,
    second_factor,
    totp,
)
from taskward.identity.access_token_tables import AccessTokenItem
from taskward.identity.factor_tables import PasskeyItem
from taskward.identity.models import NewAccessToken, NewPasskey
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import ADDRESS, PROFILE, EmailItem, UserItem, email_key
from taskward.storage import user_key
from tests.support import aws
from tests.support.mailbox import SITE, Mailbox, deliver, token_in
from tests.support.people import ELSEWHERE, HOME, principal_of, registered


def verified(email: str | None = None) -> tuple[UserItem, SessionItem]:
    """A new account whose address is verified, and its first session."""
    user, session = registered(email)
    user.update(actions=[UserItem.email_verified_at.set(clock.epoch())])
    return user, session


def account(user_id: str) -> UserItem:
    """An account as it is stored now."""
    return UserItem.get(user_key(user_id), PROFILE, consistent_read=True)


def owner(email: str) -> str:
    """Whose an address is, in normal form; nobody's that was given up."""
    item = EmailItem.get(email_key(email), ADDRESS, consistent_read=True)
    assert item.expires_at is None
    return str(item.user_id)


def change_address(user: UserItem, email: str, mailbox: Mailbox) -> dict[str, Any]:
    """Change an account's address; the message by which the former one is told."""
    token = links.store(account(user.user_id), "address_change", email)
    email_change.confirm(token, SITE, ELSEWHERE)
    (message,) = mailbox.taken("address_changed")
    return message


def way_back(message: dict[str, Any]) -> str:
    """The token of the way back that such a message leads to."""
    deliver(message)
    return token_in(aws.mailed()[-1])


def changed_address(user: UserItem, email: str, mailbox: Mailbox) -> str:
    """Change an account's address; the token of the way back."""
    return way_back(change_address(user, email, mailbox))


def authenticator(**settings: Any) -> Authenticator:
    """An authenticator in a browser at the site."""
    return Authenticator(SITE, **settings)


def made_passkey(session: SessionItem, used: Authenticator, name: str = "Phone") -> NewPasskey:
    """A passkey that an authenticator has made, and that the account does not have yet."""
    begun = passkeys.begin_registration(principal_of(session), SITE)
    return NewPasskey(step_token=begun["step_token"], credential=used.create(begun["options"]), name=name)


def keep_passkey(session: SessionItem, made: NewPasskey) -> PasskeyItem:
    """Add a passkey that was made."""
    return passkeys.register(principal_of(session), made, keys.published(), SITE, HOME)


def add_passkey(session: SessionItem, used: Authenticator | None = None, name: str = "Phone") -> Authenticator:
    """Make a passkey and add it; the authenticator that has it."""
    used = used or authenticator()
    keep_passkey(session, made_passkey(session, used, name))
    return used


Answer = tuple[str, dict[str, Any]]
"""The token of a step of a sign-in by passkey, and what the authenticator answered."""


def answer_of(used: Authenticator) -> Answer:
    """A sign-in that was begun, and what an authenticator signed for it."""
    begun = passkey_sign_in.begin(SITE)
    return begun["step_token"], used.get(begun["options"])


def enter(answer: Answer, client: Client = HOME) -> SessionItem:
    """End a sign-in by passkey; the session."""
    return passkey_sign_in.finish(*answer, keys.published(), SITE, client)[1]


def enter_with(used: Authenticator, client: Client = HOME) -> SessionItem:
    """Sign in by the newest passkey of an authenticator."""
    return enter(answer_of(used), client)


def add_second_factor(session: SessionItem) -> bytes:
    """Turn the second factor on; the secret that its app has. The code of this moment is used up by it."""
    begun = second_factor.begin(principal_of(session))
    secret = base64.b32decode(begun["secret"])
    second_factor.confirm(principal_of(session), totp.code_at(secret, clock.epoch()), HOME)
    return secret


def add_token(session: SessionItem, name: str = "A program") -> tuple[AccessTokenItem, str]:
    """Make a personal access token; its row and its text."""
    request = NewAccessToken(name=name, scopes=["tasks:read"], expires_in_days=30)
    return access_token_changes.create(principal_of(session), request, HOME)


def aged(user_id: str) -> None:
    """Make an account's passkeys and second factor as old as if they were added a week earlier."""
    week = 7 * 24 * 3600
    for passkey in passkeys.of_user(user_id):
        passkey.update(actions=[PasskeyItem.created_at.set(passkey.created_at - week)])
    user = account(user_id)
    if user.second_factor_at is not None:
        user.update(actions=[UserItem.second_factor_at.set(user.second_factor_at - week)])
