"""Sign-in with a passkey alone: it stands for address, password and second factor in one (WebAuthn Level 3, 7.2).

Whoever makes up a user or a passkey causes one read, whether or not there is such a user.
"""

from collections.abc import Mapping
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import InvalidPasskeyError, UnauthenticatedError, WrongPasskeyError
from taskward.identity import attempts, events, lookup, passkeys, reauthentication, session_starts, steps, webauthn
from taskward.identity.account_changes import CredentialChangedError
from taskward.identity.event_tables import EventItem
from taskward.identity.factor_tables import PasskeyItem
from taskward.identity.keys import PublishedKeys
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.identity.webauthn import ClonedPasskeyError, Site
from taskward.principal import Principal


def begin(site: str) -> dict[str, Any]:
    """Options for the browser to use any passkey of this site with, and the token of this step."""
    token = steps.begin("passkey-sign-in")
    return {"step_token": token, "options": webauthn.request_options(Site(site), steps.challenge_of(token))}


def finish(
    token: str, answer: Mapping[str, Any], keys: PublishedKeys, site: str, client: Client
) -> tuple[UserItem, SessionItem]:
    """Verify what a passkey has signed and start a session. The token is used up by it.

    Raises
    ------
    UnauthenticatedError: the token is no good, or was used.
    InvalidPasskeyError: the answer proves nothing.
    TooManyAttemptsError: there were too many such answers.
    """
    step = steps.begun(token, "passkey-sign-in", keys)
    user: UserItem | None = None
    try:
        user_id, credential_id = webauthn.claimed_passkey(answer)
        user = _owner(user_id, credential_id)
        return user, _start(user, credential_id, step, answer, site, client)
    except InvalidPasskeyError as error:
        _count_and_record(client, error, user.user_id if user else None)
        raise


def _owner(user_id: str, credential_id: bytes) -> UserItem:
    user = lookup.stored_user(user_id) if passkeys.stored(user_id, credential_id) else None
    if user is None:
        raise InvalidPasskeyError
    return user


def _start(
    user: UserItem, credential_id: bytes, step: steps.Step, answer: Mapping[str, Any], site: str, client: Client
) -> SessionItem:
    def proof(write: TransactWrite) -> list[EventItem]:
        passkey = _existing(user.user_id, credential_id)
        # Before the answer is verified, and after the passkey was read: what comes a second time is a replay, also when
        # the first time it has just moved the counter on, and says nothing of that.
        steps.use_in(write, step, user.user_id)
        _prove_in(write, passkey, answer, step, site)
        return []

    try:
        return session_starts.start(user, client, proof=proof)
    except CredentialChangedError:
        raise UnauthenticatedError from None


def begin_reauthentication(principal: Principal, site: str) -> dict[str, Any]:
    """Options for the browser to use one of the user's passkeys with, and the token of this step."""
    token = steps.begin("passkey-reauthentication", principal.user_id, principal.session_id)
    allowed = [passkey.credential_id for passkey in passkeys.of_user(principal.user_id)]
    return {"step_token": token, "options": webauthn.request_options(Site(site), steps.challenge_of(token), allowed)}


def reauthenticate(
    principal: Principal, token: str, answer: Mapping[str, Any], keys: PublishedKeys, site: str, client: Client
) -> None:
    """Verify what one of the user's passkeys has signed, and note the authentication in the session.

    Raises
    ------
    WrongPasskeyError: the token or the answer is no good.
    TooManyAttemptsError: there were too many such answers.
    """
    step = passkeys.step_of(principal, token, "passkey-reauthentication", keys)
    try:
        _, credential_id = webauthn.claimed_passkey(answer, principal.user_id)

        def proof(write: TransactWrite) -> list[EventItem]:
            passkey = _existing(principal.user_id, credential_id)
            passkeys.use_up(write, step, principal.user_id)
            _prove_in(write, passkey, answer, step, site)
            return []

        reauthentication.renew(principal, client, proof)
    except InvalidPasskeyError as error:
        _count_and_record(client, error, principal.user_id, principal.session_id)
        raise WrongPasskeyError from None


def _existing(user_id: str, credential_id: bytes) -> PasskeyItem:
    passkey = passkeys.stored(user_id, credential_id)
    if passkey is None:
        raise InvalidPasskeyError
    return passkey


def _prove_in(
    write: TransactWrite, passkey: PasskeyItem, answer: Mapping[str, Any], step: steps.Step, site: str
) -> None:
    """Verify an answer with the passkey as it was read, and move its counter on in the transaction."""
    before = int(passkey.sign_count)
    count = webauthn.verify_assertion(
        Site(site), step.challenge, answer, public_key=passkey.public_key, sign_count=before
    )
    used: list[Action] = [PasskeyItem.sign_count.set(count), PasskeyItem.last_used_at.set(clock.epoch())]
    write.update(passkey, actions=used, condition=PasskeyItem.sign_count == before)


def _count_and_record(
    client: Client, error: InvalidPasskeyError, user_id: str | None, session_id: str | None = None
) -> None:
    """Count a refusal, then record it: what is one too many is not even that, or else a record could be buried."""
    attempts.count_refused("PASSKEYS", client)
    if user_id is not None:
        reason: events.Reason | None = "counter_went_back" if isinstance(error, ClonedPasskeyError) else None
        events.record(events.new("passkey_check_failed", user_id, client, session_id, reason))
