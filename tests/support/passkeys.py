"""Ceremonies between the software authenticator and the service's own verification, without HTTP or tables."""

from collections.abc import Callable
from typing import Any

from local.samples.authenticator import Authenticator
from taskward.identity import webauthn
from taskward.identity.webauthn import NewPasskey, Site

ORIGIN = "https://tasks.example"
SITE = Site(ORIGIN)
CHALLENGE = bytes(range(32))
USER_ID = "6f1c1d0e-7a53-4b6e-9f0e-0b9d7f4c2a11"

Response = dict[str, Any]


def creation_options(site: Site = SITE, exclude: tuple[bytes, ...] = ()) -> dict[str, Any]:
    """Options for a new passkey of the one user."""
    return webauthn.registration_options(
        site, user_id=USER_ID, email="ada@example.com", name=None, challenge=CHALLENGE, exclude=exclude
    )


def registered(authenticator: Authenticator, site: Site = SITE) -> NewPasskey:
    """A new passkey, verified."""
    return webauthn.verify_registration(site, CHALLENGE, authenticator.create(creation_options(site)))


def used(authenticator: Authenticator, passkey: NewPasskey, sign_count: int = 0) -> int:
    """The counter after a passkey's use, verified; `sign_count` is the one kept so far."""
    return verified(authenticator.get(webauthn.request_options(SITE, CHALLENGE)), passkey, sign_count)


def verified(response: Response, passkey: NewPasskey, sign_count: int = 0, site: Site = SITE) -> int:
    """The counter in an answer, verified against what is kept of a passkey."""
    return webauthn.verify_assertion(site, CHALLENGE, response, public_key=passkey.public_key, sign_count=sign_count)


def bit_flipped(position: int) -> Callable[[bytes], bytes]:
    """Changes one bit of the byte there."""
    return lambda data: data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
