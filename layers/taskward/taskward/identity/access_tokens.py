"""Personal access tokens, verified: what the authorizer needs of them, and no more.

A token is `taskward_pat.<user and token id>.<secret>`, all base64url: three parts like a JWT, since the gateway lets
nothing else through to the authorizer. The secret has 256 random bits; its digest alone is stored (ASVS 11.4.1 asks
for no slow hash of such), and neither rotation nor loss of the signing keys touches it.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from pynamodb.exceptions import PynamoDBException

from taskward import clock
from taskward.errors import SessionRevokedError, UnauthenticatedError
from taskward.identity.access_token_tables import AccessTokenItem, token_key
from taskward.telemetry import logger

PREFIX = "taskward_pat."
SCOPES = ("tasks:read", "tasks:write")

USE_NOTED_EVERY = 3600
"""Seconds. A write with each request would cost more than the request."""

_ID_BYTES = 16
_SECRET_BYTES = 32


@dataclass(frozen=True)
class NewToken:
    """A token that is shown once, with its id and the digest to store."""

    token_id: str
    text: str
    digest: str


def generate(user_id: str, token_id: str) -> NewToken:
    """A token with a new secret."""
    secret = secrets.token_bytes(_SECRET_BYTES)
    ids = UUID(user_id).bytes + UUID(token_id).bytes
    return NewToken(token_id, f"{PREFIX}{_encoded(ids)}.{_encoded(secret)}", _digest(secret))


def verified(text: str) -> AccessTokenItem:
    """The stored token of this text; it must be alive at this moment.

    Raises
    ------
    SessionRevokedError: it was revoked, its time is over, or there never was such a token.
    UnauthenticatedError: it is no token at all.
    """
    user_id, token_id, secret = _parts(text)
    try:
        token = AccessTokenItem.get(user_id, token_key(token_id), consistent_read=True)
    except AccessTokenItem.DoesNotExist:
        raise SessionRevokedError from None
    if not hmac.compare_digest(token.digest, _digest(secret)) or token.expires_at <= clock.epoch():
        raise SessionRevokedError
    _note_use(token)
    return token


def _note_use(token: AccessTokenItem) -> None:
    now = clock.epoch()
    if now - (token.last_used_at or 0) < USE_NOTED_EVERY:
        return
    try:
        token.update(actions=[AccessTokenItem.last_used_at.set(now)], condition=AccessTokenItem.digest == token.digest)
    except PynamoDBException:
        # Revoked at this moment, or the table is busy: no reason to refuse what was just found to be good.
        logger.warning("the use of an access token could not be noted", exc_info=True)


def _parts(text: str) -> tuple[str, str, bytes]:
    ids_text, _, secret_text = text.removeprefix(PREFIX).partition(".")
    ids, secret = _decoded(ids_text), _decoded(secret_text)
    if len(ids) != 2 * _ID_BYTES or len(secret) != _SECRET_BYTES:
        raise UnauthenticatedError
    return str(UUID(bytes=ids[:_ID_BYTES])), str(UUID(bytes=ids[_ID_BYTES:])), secret


def _digest(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise UnauthenticatedError from None
    if _encoded(value) != text:
        # The same bytes in other words: there is one text for a token.
        raise UnauthenticatedError
    return value
