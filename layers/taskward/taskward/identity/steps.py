"""Tokens between two steps: of a sign-in with a second factor, or of a ceremony with a passkey.

Each is a signed JWT of a type and an audience of its own, so that it can do nothing else, lives a few minutes, and
counts once. Nothing is stored when it is handed out; its use leaves a mark in the user's partition until it expires.
"""

import hashlib
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.errors import UnauthenticatedError
from taskward.identity import keyring, tokens
from taskward.identity.keys import PublishedKeys
from taskward.identity.user_tables import UsedStepItem, used_step_key
from taskward.storage import user_key

Purpose = Literal["second-factor", "passkey-sign-in", "passkey-registration", "passkey-reauthentication"]

ANYBODY = "anybody"
"""Whose a step is while it is not known who signs in."""

LIFETIME_SECONDS = 300


@dataclass(frozen=True)
class Step:
    """A step that was begun: by whom, in which session, and on which version of the credential (0 for any)."""

    step_id: str
    user_id: str
    session_id: str
    credential_version: int
    challenge: bytes


def begin(purpose: Purpose, user_id: str = ANYBODY, session_id: str = "", credential_version: int = 0) -> str:
    """The token of a new step; raises like `keyring`."""
    step_id = uuid.uuid4().hex
    return tokens.issue_step(
        keyring.signing_key(), purpose, user_id, session_id or step_id, step_id, credential_version, LIFETIME_SECONDS
    )


def challenge_of(token: str) -> bytes:
    """What an authenticator is to sign in this step: 256 bits that nobody can foresee (WebAuthn Level 3, 13.4.3)."""
    return hashlib.sha256(token.encode()).digest()


def begun(token: str, purpose: Purpose, keys: PublishedKeys) -> Step:
    """The step that a token is of.

    Raises
    ------
    TokenExpiredError: genuine, but past its time.
    UnauthenticatedError: anything else that is wrong with it.
    """
    claims = tokens.verify_step(token, keys, purpose)
    return Step(claims["jti"], claims["sub"], claims["sid"], claims["cv"], challenge_of(token))


def use_in(write: TransactWrite, step: Step, user_id: str) -> None:
    """Use a step up, in the transaction that it leads to.

    Raises
    ------
    UnauthenticatedError: it was used before.
    """
    key = used_step_key(step.step_id)
    with suppress(UsedStepItem.DoesNotExist):
        UsedStepItem.get(user_key(user_id), key, consistent_read=True)
        raise UnauthenticatedError
    mark = UsedStepItem(user_key(user_id), key, expires_at=clock.epoch() + 2 * LIFETIME_SECONDS)
    write.save(mark, condition=UsedStepItem.pk.does_not_exist())
