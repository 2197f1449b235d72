"""The public keys: read from the Sessions table, remembered for a minute, shown as a JWK set (RFC 7517, 8037)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import InvalidKeyError

from taskward import clock
from taskward.errors import UnavailableError
from taskward.identity.session_tables import PublishedKeysItem
from taskward.snapshots import after_restore

CACHE_SECONDS = 60
"""How old a copy of the keys may be: a key that is no longer published is dead everywhere after this long."""

_JWK_MEMBERS = ("kty", "crv", "x", "kid", "use", "alg", "key_ops")


@dataclass(frozen=True)
class PublishedKeys:
    """What `rotate_keys` published: verification keys by `kid`, their JWKs, and the digests of the origin secrets."""

    verification_keys: Mapping[str, Any]
    jwks: list[dict[str, Any]]
    origin_digests: tuple[str, ...]
    read_at: int


_copy: PublishedKeys | None = None


def published() -> PublishedKeys:
    """The published keys, at most `CACHE_SECONDS` old. A made-up `kid` causes no read.

    Raises
    ------
    UnavailableError: nothing is published yet, so no token exists either; or what is there are no keys.
    """
    global _copy
    now = clock.epoch()
    # A clock that was set back makes the copy look younger than it is: then it is read anew as well.
    if _copy is None or not 0 <= now - _copy.read_at < CACHE_SECONDS:
        _copy = _read(now)
    return _copy


@after_restore
def forget() -> None:
    """Drop the copy, so that the next use reads the table."""
    global _copy
    _copy = None


def _read(now: int) -> PublishedKeys:
    try:
        item = PublishedKeysItem.get("KEYS", "PUBLISHED", consistent_read=True)
    except PublishedKeysItem.DoesNotExist:
        raise UnavailableError("The signing keys are not ready yet.") from None
    try:
        jwks = [{name: jwk[name] for name in _JWK_MEMBERS} for jwk in item.keys]
        verification_keys = {jwk["kid"]: verification_key(jwk) for jwk in jwks}
    except (KeyError, InvalidKeyError) as error:
        raise UnavailableError("The signing keys are not as they should be.") from error
    return PublishedKeys(verification_keys, jwks, tuple(item.origin_digests), now)


def verification_key(jwk: Mapping[str, Any]) -> Any:
    """The Ed25519 public key of a JWK.

    PyJWT takes any key of the right type; what the key is for is checked here (RFC 7517, sections 4.2 to 4.4).

    Raises
    ------
    InvalidKeyError: the JWK is not an Ed25519 key for verifying EdDSA signatures.
    """
    purpose = (jwk.get("kty"), jwk.get("crv"), jwk.get("use"), jwk.get("alg"), jwk.get("key_ops"))
    if purpose != ("OKP", "Ed25519", "sig", "EdDSA", ["verify"]) or "d" in jwk:
        raise InvalidKeyError("The key is not one for verifying EdDSA signatures.")
    return OKPAlgorithm.from_jwk(dict(jwk))
