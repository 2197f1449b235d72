"""The private key ring, in Secrets Manager: only what issues tokens, and what rotates the keys, may read it."""

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from taskward import clock, settings
from taskward.errors import UnavailableError
from taskward.remote import guarded
from taskward.snapshots import after_restore, before_snapshot

CACHE_SECONDS = 60


@dataclass(frozen=True)
class RingKey:
    """One key of the ring. Times are whole seconds since 1970.

    `x` and `d` are its public and private halves as in a JWK; `d` is dropped when a successor has taken over.
    `expires_at` is when the last token it can have signed has expired, None while it has no successor.
    """

    kid: str
    x: str
    d: str | None
    created_at: int
    signs_from: int
    expires_at: int | None = None

    def public_jwk(self) -> dict[str, Any]:
        """The public half as it is published."""
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": self.x,
            "kid": self.kid,
            "use": "sig",
            "alg": "EdDSA",
            "key_ops": ["verify"],
        }

    def without_private_half(self) -> "RingKey":
        """The same key, good for verifying only."""
        return replace(self, d=None)


@dataclass(frozen=True)
class SigningKey:
    """The key that signs now."""

    kid: str
    private_key: Any


@before_snapshot
@cache
def secrets_client() -> Any:
    """The Secrets Manager client, made once a process."""
    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
    return guarded(boto3.client("secretsmanager", config=config))


def load() -> list[RingKey]:
    """All keys of the ring, oldest first; empty before the first rotation."""
    try:
        text = secrets_client().get_secret_value(SecretId=settings.signing_keys_secret()).get("SecretString")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
        raise
    # A secret without a value yet, however the service puts it.
    return [RingKey(**entry) for entry in json.loads(text)["keys"]] if text else []


def store(ring: list[RingKey]) -> None:
    """Replace the ring."""
    text = json.dumps({"keys": [asdict(key) for key in ring]})
    secrets_client().put_secret_value(SecretId=settings.signing_keys_secret(), SecretString=text)


_copy: tuple[int, list[RingKey]] | None = None


def signing_key() -> SigningKey:
    """The newest key whose time to sign has come, from a copy of the ring at most `CACHE_SECONDS` old.

    Raises
    ------
    UnavailableError: there is no such key yet.
    """
    global _copy
    now = clock.epoch()
    if _copy is None or not _copy[1] or not 0 <= now - _copy[0] < CACHE_SECONDS:
        _copy = (now, load())
    ready = [key for key in _copy[1] if key.d is not None and key.signs_from <= now]
    if not ready:
        raise UnavailableError("The signing keys are not ready yet.")
    return _signing_key(max(ready, key=lambda key: key.signs_from))


@cache
def _signing_key(key: RingKey) -> SigningKey:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": key.x, "d": key.d}
    return SigningKey(key.kid, OKPAlgorithm.from_jwk(jwk))


@after_restore
def forget() -> None:
    """Drop the copy, so that the next use reads the secret."""
    global _copy
    _copy = None


def new_key(kid: str, now: int, signs_from: int) -> RingKey:
    """A fresh Ed25519 key."""
    jwk = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)
    return RingKey(kid=kid, x=jwk["x"], d=jwk["d"], created_at=now, signs_from=signs_from)
