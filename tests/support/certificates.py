"""Certificates that nobody trusts."""

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


def self_signed(key: Ed25519PrivateKey) -> bytes:
    """A certificate of a key by itself, in DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "taskward.example")])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=3650))
    return made.sign(key, None).public_bytes(Encoding.DER)


def in_base64(der: bytes) -> str:
    """As x5c has it: not base64url."""
    return base64.b64encode(der).decode()
