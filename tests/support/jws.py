"""Tokens of any bytes, as nobody makes them who means well (RFC 7515, 8037)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

Sign = Callable[[bytes], bytes]
"""From what is signed to the signature."""


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def dumped(value: Any) -> bytes:
    """Bytes as they are; of anything else its compact JSON, even where JSON has no such value."""
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def compact(header: Any, payload: Any, sign: Sign) -> str:
    """A token in compact serialisation; header and payload are bytes, or what JSON is to be made of."""
    signed = f"{encoded(dumped(header))}.{encoded(dumped(payload))}"
    return f"{signed}.{encoded(sign(signed.encode()))}"


@dataclass(frozen=True)
class Parts:
    """What a token consists of."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signature: bytes


def parts(token: str) -> Parts:
    """What a token consists of, not verified."""
    header, payload, signature = map(decoded, token.split("."))
    return Parts(json.loads(header), json.loads(payload), signature)


def constant(signature: bytes) -> Sign:
    """The same signature for everything."""
    return lambda _: signature


def mac(algorithm: str, secret: bytes) -> Sign:
    """HS256, HS384 or HS512."""
    digest = f"sha{algorithm[2:]}"
    return lambda signed: hmac.digest(secret, signed, digest)


def rsa_signature(key: rsa.RSAPrivateKey, algorithm: str) -> Sign:
    """RS256 or PS256."""
    kind: Any = padding.PKCS1v15() if algorithm == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return lambda signed: key.sign(signed, kind, hashes.SHA256())


def ec_signature(key: ec.EllipticCurvePrivateKey) -> Sign:
    """ES256."""

    def sign(signed: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def thumbprint(data: bytes, algorithm: str) -> str:
    """As x5t and x5t#S256 have it."""
    return encoded(hashlib.new(algorithm, data).digest())


def flipped(data: bytes, bit: int) -> bytes:
    """With one bit the other way round."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
