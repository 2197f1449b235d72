"""Recovery codes: ways past a second factor that was lost, each good for once.

A code has 120 random bits, so that a plain hash is enough to keep it by (ASVS 6.5.2).
"""

import base64
import hashlib
import secrets

COUNT = 10

_RANDOM_BYTES = 15
_GROUP = 4


def generate() -> list[str]:
    """Ten new codes, each 24 characters of base32 in groups of four."""
    return [_grouped(base64.b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode()) for _ in range(COUNT)]


def digest(code: str) -> str:
    """What is stored of a code. Case, spaces and hyphens do not matter."""
    bare = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()


def _grouped(text: str) -> str:
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
