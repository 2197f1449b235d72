"""Time-based one-time passwords (RFC 6238), as authenticator apps make them: six digits, SHA-1, 30 seconds."""

import base64
import hmac
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How many steps a clock may be off either way (RFC 6238, section 5.2; ASVS 6.5.5)."""

_SECRET_BYTES = 20
_ISSUER = "Taskward"


def new_secret() -> bytes:
    """160 random bits, as RFC 4226, section 4 (R6) recommends."""
    return secrets.token_bytes(_SECRET_BYTES)


def matching_step(secret: bytes, code: str, at: int) -> int | None:
    """Which time step a code is of, the latest when it is of more than one; None when it is of none near a time.

    Parameters
    ----------
    at: the time, in whole seconds since 1970.
    """
    now, bare = at // STEP_SECONDS, without_spaces(code)
    found = None
    # All are compared, that it takes as long whichever matches.
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(_code(secret, step), bare.encode()):
            found = step
    return found


def without_spaces(code: str) -> str:
    """A code as apps mean it: many show it in two groups."""
    return "".join(code.split())


def code_at(secret: bytes, at: int) -> str:
    """The code of a time, in whole seconds since 1970."""
    return _code(secret, at // STEP_SECONDS).decode()


def as_text(secret: bytes) -> str:
    """The secret as people type it into an app: 32 characters of base32."""
    return base64.b32encode(secret).decode()


def provisioning_uri(secret: bytes, account: str) -> str:
    """What a QR code for an app says (the Key URI format)."""
    return _generator(secret).get_provisioning_uri(account, _ISSUER)


def _code(secret: bytes, step: int) -> bytes:
    return _generator(secret).generate(max(step, 0) * STEP_SECONDS)


def _generator(secret: bytes) -> TOTP:
    # SHA-1, since that is what all apps can do. What is known against it does not touch its use here.
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
