"""Passkeys of an account: added, listed, renamed, removed; but never the last way in (WebAuthn Level 3)."""

import uuid
from hashlib import sha256
from typing import Any

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import (
    InvalidPasskeyError,
    LastWayInError,
    NotFoundError,
    TooManyPasskeysError,
    UnauthenticatedError,
    WrongPasskeyError,
)
from taskward.identity import events, steps, users, webauthn
from taskward.identity.factor_tables import PASSKEY_PREFIX, PasskeyItem
from taskward.identity.keys import PublishedKeys
from taskward.identity.models import NewPasskey
from taskward.identity.step_up import require_recent
from taskward.identity.user_tables import UserItem
from taskward.identity.webauthn import Site
from taskward.principal import Principal
from taskward.storage import ID_LENGTH, condition_failed, connection_of, transact_rechecked, user_key

MAX_PER_USER = 10


def of_user(user_id: str) -> list[PasskeyItem]:
    """All passkeys of a user, the oldest first; one consistent query."""
    found = PasskeyItem.query(user_key(user_id), PasskeyItem.sk.startswith(PASSKEY_PREFIX), consistent_read=True)
    return sorted(found, key=lambda passkey: passkey.created_at)


def stored(user_id: str, credential_id: bytes) -> PasskeyItem | None:
    """The passkey of a user with this credential id, None when there is none."""
    return _by_id(user_id, _id_of(credential_id))


def begin_registration(principal: Principal, site: str) -> dict[str, Any]:
    """Options for the browser to make a passkey with, and the token of this step.

    Raises
    ------
    ReauthenticationRequiredError: the last authentication is too long ago.
    EmailUnverifiedError: the account's address was not verified.
    TooManyPasskeysError: there are `MAX_PER_USER` already.
    """
    require_recent(principal)
    user = users.get(principal.user_id)
    users.require_verified(user)
    existing = of_user(user.user_id)
    if len(existing) >= MAX_PER_USER:
        raise TooManyPasskeysError
    token = steps.begin("passkey-registration", principal.user_id, principal.session_id)
    options = webauthn.registration_options(
        Site(site),
        user_id=user.user_id,
        email=user.email,
        name=user.name,
        challenge=steps.challenge_of(token),
        exclude=[passkey.credential_id for passkey in existing],
    )
    return {"step_token": token, "options": options}


def register(principal: Principal, request: NewPasskey, keys: PublishedKeys, site: str, client: Client) -> PasskeyItem:
    """Keep the passkey that a browser has made.

    Raises
    ------
    SessionRevokedError: the session it is made in has ended, or the account is gone.
    WrongPasskeyError: the token or the answer is no good, or was used before.
    TooManyPasskeysError: there are `MAX_PER_USER` already.
    """
    require_recent(principal)
    step = step_of(principal, request.step_token, "passkey-registration", keys)
    try:
        made = webauthn.verify_registration(Site(site), step.challenge, request.credential)
    except InvalidPasskeyError:
        raise WrongPasskeyError from None
    passkey = PasskeyItem(
        user_key(principal.user_id),
        f"{PASSKEY_PREFIX}{_id_of(made.credential_id)}",
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=request.name,
        aaguid=made.aaguid,
        transports=made.transports,
        backed_up=made.backed_up,
        created_at=clock.epoch(),
    )
    told = [events.new("passkey_added", principal.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        user = users.signed_in(principal)
        number = int(user.passkeys or 0)
        if number >= MAX_PER_USER:
            raise TooManyPasskeysError
        if stored(principal.user_id, made.credential_id):
            raise WrongPasskeyError
        use_up(write, step, principal.user_id)
        write.save(passkey, condition=PasskeyItem.pk.does_not_exist())
        _count_in(write, user, number + 1)
        events.store_in(write, told)

    transact_rechecked(connection_of(PasskeyItem), fill)
    events.announce(told)
    return passkey


def rename(user_id: str, passkey_id: str, name: str) -> PasskeyItem:
    """Give a passkey another name.

    Raises
    ------
    NotFoundError: there is none with this id, or not for this user.
    """
    passkey = _existing(user_id, passkey_id)
    try:
        passkey.update(actions=[PasskeyItem.name.set(name)], condition=PasskeyItem.pk.exists())
    except UpdateError as error:
        if condition_failed(error):
            raise NotFoundError from None
        raise
    return passkey


def remove(principal: Principal, passkey_id: str, client: Client) -> None:
    """Remove a passkey; it is no good from then on.

    Raises
    ------
    ReauthenticationRequiredError: the last authentication is too long ago.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    NotFoundError: there is none with this id, or not for this user.
    LastWayInError: the account has no password and no other passkey.
    """
    require_recent(principal)
    told = [events.new("passkey_removed", principal.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        user = users.signed_in(principal)
        passkey = _existing(principal.user_id, passkey_id)
        number = int(user.passkeys or 0)
        if user.password_hash is None and number <= 1:
            raise LastWayInError
        write.delete(passkey, condition=PasskeyItem.pk.exists())
        _count_in(write, user, number - 1)
        events.store_in(write, told)

    transact_rechecked(connection_of(PasskeyItem), fill)
    events.announce(told)


def step_of(principal: Principal, token: str, purpose: steps.Purpose, keys: PublishedKeys) -> steps.Step:
    """The step of somebody who is signed in; it must have been begun in the same session.

    Raises
    ------
    WrongPasskeyError: the token is no good, or another session's. No 401: the access token is good.
    """
    try:
        step = steps.begun(token, purpose, keys)
    except UnauthenticatedError:
        raise WrongPasskeyError from None
    if (step.user_id, step.session_id) != (principal.user_id, principal.session_id):
        raise WrongPasskeyError
    return step


def use_up(write: TransactWrite, step: steps.Step, user_id: str) -> None:
    """Use the step of somebody who is signed in up; raises like `step_of`."""
    try:
        steps.use_in(write, step, user_id)
    except UnauthenticatedError:
        raise WrongPasskeyError from None


def representation(passkey: PasskeyItem) -> dict[str, Any]:
    """What is shown of a passkey to its user."""
    return {
        "id": passkey.sk.removeprefix(PASSKEY_PREFIX),
        "name": passkey.name,
        "created_at": clock.rfc3339(int(passkey.created_at)),
        "last_used_at": None if passkey.last_used_at is None else clock.rfc3339(int(passkey.last_used_at)),
        "backed_up": passkey.backed_up,
        "transports": list(passkey.transports),
        "aaguid": passkey.aaguid,
    }


def _count_in(write: TransactWrite, user: UserItem, number: int) -> None:
    """Note how many passkeys there are, if they and the password are as they were when the account was read."""
    changes: list[Action] = [UserItem.passkeys.set(number), UserItem.credential_version.add(1)]
    write.update(user, actions=changes, condition=UserItem.credential_version == user.credential_version)


def _existing(user_id: str, passkey_id: str) -> PasskeyItem:
    passkey = _by_id(user_id, passkey_id) if len(passkey_id) == ID_LENGTH else None
    if passkey is None:
        raise NotFoundError
    return passkey


def _by_id(user_id: str, passkey_id: str) -> PasskeyItem | None:
    try:
        return PasskeyItem.get(user_key(user_id), f"{PASSKEY_PREFIX}{passkey_id}", consistent_read=True)
    except PasskeyItem.DoesNotExist:
        return None


def _id_of(credential_id: bytes) -> str:
    """The id by which a passkey is kept and shown: authenticators choose theirs, of up to 1023 bytes."""
    return str(uuid.UUID(bytes=sha256(credential_id).digest()[:16]))
