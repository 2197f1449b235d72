"""Passkeys: the relying party's half of WebAuthn's two ceremonies (Web Authentication Level 3, sections 7.1 and 7.2).

Options go out and answers come in as the JSON that browsers take and give (`parseCreationOptionsFromJSON`, `toJSON`).
Nothing is stored here: challenges and passkeys are the caller's to keep. Each challenge is random, at least 16 bytes
(ours 32), and good for one answer and for as long as `TIMEOUT_SECONDS`; only the caller can hold it to that.

fido2 reads CBOR and authenticator data and checks signatures; all else that the standard asks for is checked here. Its
server half is left alone: it would let subdomains, other ports and other sites' frames in, takes base64 with anything
in between, and reserves as much memory as an answer asks for. fido2 costs 15 ms to import, so each function here
imports it when it needs it.
"""

import base64
import hashlib
import hmac
import json
import struct
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature

from taskward.errors import InvalidPasskeyError

if TYPE_CHECKING:
    from fido2.webauthn import AuthenticatorData

TIMEOUT_SECONDS = 300
"""How long the person may take, as the browser is told (the standard's recommendation, section 15.1)."""

MAX_CREDENTIAL_ID = 1023
"""Bytes, by the standard."""

_TRANSPORTS = ("ble", "hybrid", "internal", "nfc", "smart-card", "usb")

# Bytes; what browsers send has less than half of it. fido2's CBOR takes time by the square of the size.
_MAX_CLIENT_DATA = 4096
_MAX_ATTESTATION_OBJECT = 16384
_MAX_AUTHENTICATOR_DATA = 2048
_MAX_SIGNATURE = 1024

# COSE keys (RFC 9053, 8812) by algorithm: ES256, EdDSA with Ed25519, RS256. Members that are fixed, and the least and
# most bytes of those that are not. The order is our preference.
_KEY_FORMS: dict[int, tuple[dict[int, int | bytes], dict[int, tuple[int, int]]]] = {
    -7: ({1: 2, 3: -7, -1: 1}, {-2: (32, 32), -3: (32, 32)}),
    -8: ({1: 1, 3: -8, -1: 6}, {-2: (32, 32)}),
    -257: ({1: 3, 3: -257, -2: b"\x01\x00\x01"}, {-1: (256, 512)}),
}


class ClonedPasskeyError(InvalidPasskeyError):
    """The signature is genuine, but its counter did not grow: two authenticators may share the key (section 6.1.1)."""


@dataclass(frozen=True)
class Site:
    """Where the person is.

    `origin` is as a browser writes it: `https://tasks.example` or `http://localhost:8080`, lower case, without a
    default port or a path. Passkeys are bound to its host.
    """

    origin: str

    @property
    def rp_id(self) -> str:
        """The relying party id: the host without port."""
        return urlsplit(self.origin).hostname or ""


@dataclass(frozen=True)
class NewPasskey:
    """What is to be kept of a new passkey.

    `public_key` is a COSE key in CBOR; `aaguid` the UUID of the authenticator's model, all zeros when it does not tell;
    `transports` how it may be reached; `backed_up` whether it is synchronised to other devices of its owner.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: list[str]
    backed_up: bool


def registration_options(
    site: Site, *, user_id: str, email: str, name: str | None, challenge: bytes, exclude: Iterable[bytes]
) -> dict[str, Any]:
    """What a browser needs to make a passkey: PublicKeyCredentialCreationOptionsJSON.

    It is to be discoverable and to verify its user, so that it stands for e-mail address, password and second factor
    in one. Authenticators that hold one of `exclude` (credential ids) make no other.
    """
    return {
        "rp": {"id": site.rp_id, "name": "Taskward"},
        "user": {"id": _encoded(uuid.UUID(user_id).bytes), "name": email, "displayName": name or email},
        "challenge": _encoded(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in _KEY_FORMS],
        "timeout": TIMEOUT_SECONDS * 1000,
        "excludeCredentials": _descriptors(exclude),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def request_options(site: Site, challenge: bytes, allow: Iterable[bytes] = ()) -> dict[str, Any]:
    """What a browser needs to use a passkey: PublicKeyCredentialRequestOptionsJSON.

    With `allow` (credential ids) it must be one of these; without, the person chooses among all that are for this site.
    """
    return {
        "rpId": site.rp_id,
        "challenge": _encoded(challenge),
        "timeout": TIMEOUT_SECONDS * 1000,
        "userVerification": "required",
        "allowCredentials": _descriptors(allow),
    }


def verify_registration(site: Site, challenge: bytes, response: Mapping[str, Any]) -> NewPasskey:
    """The passkey that a browser has made for `registration_options` (RegistrationResponseJSON, section 7.1).

    Whose credential id it is already is for the caller to check. Attestation was not asked for and is not looked at.

    Raises
    ------
    InvalidPasskeyError: anything about it is not as it should be.
    """
    from fido2 import cbor
    from fido2.webauthn import AuthenticatorData

    with _refusing():
        answer = response["response"]
        _check_client_data(_decoded(answer, "clientDataJSON", _MAX_CLIENT_DATA), "webauthn.create", site, challenge)
        attestation = cast(Any, cbor.decode(_decoded(answer, "attestationObject", _MAX_ATTESTATION_OBJECT)))
        # Of a number, AuthenticatorData would make as many bytes.
        if not isinstance(attestation["authData"], bytes):
            raise InvalidPasskeyError
        authenticator = AuthenticatorData(attestation["authData"])
        _check_authenticator(authenticator, site)
        attested = authenticator.credential_data
        if attested is None or attested.credential_id != _credential_id(response):
            raise InvalidPasskeyError
        return NewPasskey(
            credential_id=attested.credential_id,
            public_key=_public_key(attested.public_key),
            sign_count=authenticator.counter,
            aaguid=str(uuid.UUID(bytes=bytes(attested.aaguid))),
            transports=_known_transports(answer),
            backed_up=authenticator.is_backed_up(),
        )


def claimed_passkey(response: Mapping[str, Any], user_id: str | None = None) -> tuple[str, bytes]:
    """The user id and credential id that an answer to `request_options` names: where to look the passkey up.

    Nothing is proven by it before `verify_assertion`. When it is known already who the person is, `user_id` says so:
    then the answer may leave that out, as some authenticators do when they were told which passkeys to use, but must
    not name somebody else (section 7.2, step 6).

    Raises
    ------
    InvalidPasskeyError: one of the two is missing, malformed or another user's.
    """
    with _refusing():
        credential_id = _credential_id(response)
        answer = response["response"]
        if user_id is not None and answer.get("userHandle") is None:
            return user_id, credential_id
        claimed = str(uuid.UUID(bytes=_decoded(answer, "userHandle", 16)))
        if user_id not in (None, claimed):
            raise InvalidPasskeyError
        return claimed, credential_id


def verify_assertion(
    site: Site, challenge: bytes, response: Mapping[str, Any], *, public_key: bytes, sign_count: int
) -> int:
    """The new signature counter of a passkey that was used for `request_options` (section 7.2).

    `public_key` and `sign_count` are what is kept of the passkey that `claimed_passkey` named. Passkeys that are
    synchronised do not count: theirs stays 0.

    Raises
    ------
    ClonedPasskeyError: the counter did not grow; all else is right.
    InvalidPasskeyError: anything else is not as it should be.
    """
    from fido2 import cbor
    from fido2.cose import CoseKey
    from fido2.webauthn import AuthenticatorData

    key = CoseKey.parse(cast(Mapping[int, Any], cbor.decode(public_key)))
    with _refusing():
        answer = response["response"]
        client_data = _decoded(answer, "clientDataJSON", _MAX_CLIENT_DATA)
        _check_client_data(client_data, "webauthn.get", site, challenge)
        authenticator = AuthenticatorData(_decoded(answer, "authenticatorData", _MAX_AUTHENTICATOR_DATA))
        _check_authenticator(authenticator, site)
        signed = bytes(authenticator) + hashlib.sha256(client_data).digest()
        key.verify(signed, _decoded(answer, "signature", _MAX_SIGNATURE))
    counts = authenticator.counter or sign_count
    if counts and authenticator.counter <= sign_count:
        raise ClonedPasskeyError
    return authenticator.counter


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever an answer makes its readers raise is a refusal; fido2 meets surprises with whatever Python does."""
    try:
        yield
    except (
        ValueError,  # of base64, UTF-8 and JSON too
        TypeError,
        AttributeError,
        LookupError,
        RecursionError,
        struct.error,
        InvalidSignature,
    ) as error:
        raise InvalidPasskeyError from error


def _check_client_data(data: bytes, kind: str, site: Site, challenge: bytes) -> None:
    """What the browser says it was asked, and by whom. Frames in other sites' pages are not ours."""
    members = json.loads(data.decode("utf-8"))
    as_expected = (
        members["type"] == kind,
        hmac.compare_digest(members["challenge"], _encoded(challenge)),
        members["origin"] == site.origin,
        members.get("crossOrigin", False) is False,
        "topOrigin" not in members,
    )
    if not all(as_expected):
        raise InvalidPasskeyError


def _check_authenticator(authenticator: "AuthenticatorData", site: Site) -> None:
    """It was asked for our site, and its user was there and proved who they are. Only what may be backed up can be."""
    as_expected = (
        hmac.compare_digest(authenticator.rp_id_hash, hashlib.sha256(site.rp_id.encode()).digest()),
        authenticator.is_user_present(),
        authenticator.is_user_verified(),
        authenticator.is_backup_eligible() or not authenticator.is_backed_up(),
    )
    if not all(as_expected):
        raise InvalidPasskeyError


def _public_key(cose: Mapping[Any, Any]) -> bytes:
    """The CBOR of a key that `verify_assertion` can use, without members that it has no use for."""
    from fido2 import cbor
    from fido2.cose import CoseKey

    fixed, sized = _KEY_FORMS[cose[3]]
    if any(cose[label] != value for label, value in fixed.items()):
        raise InvalidPasskeyError
    for label, (least, most) in sized.items():
        if not isinstance(cose[label], bytes) or not least <= len(cose[label]) <= most:
            raise InvalidPasskeyError
    key = CoseKey.parse(fixed | {label: cose[label] for label in sized})
    # A point beside the curve, or a modulus that can be none, is another error than a signature that is wrong.
    with suppress(InvalidSignature):
        key.verify(b"", b"")
    return cbor.encode(dict(key))


def _known_transports(answer: Mapping[str, Any]) -> list[str]:
    reported = answer.get("transports", [])
    if not isinstance(reported, list):
        raise InvalidPasskeyError
    return [transport for transport in _TRANSPORTS if transport in reported]


def _credential_id(response: Mapping[str, Any]) -> bytes:
    credential_id = _decoded(response, "id", MAX_CREDENTIAL_ID)
    if not credential_id or response["rawId"] != response["id"] or response["type"] != "public-key":
        raise InvalidPasskeyError
    return credential_id


def _descriptors(credential_ids: Iterable[bytes]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": _encoded(credential_id)} for credential_id in credential_ids]


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(members: Mapping[str, Any], name: str, most: int) -> bytes:
    """A member's bytes, at most so many, from base64url without padding and without a second way to write the same."""
    text = members[name]
    if not isinstance(text, str) or len(text) > most * 4 // 3 + 1:
        raise InvalidPasskeyError
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(data) != text:
        raise InvalidPasskeyError
    return data
