"""A browser with an authenticator, in software: makes and uses passkeys, and does it wrongly where a test says so.

It knows nothing of the library that the service reads answers with.
"""

import base64
import hashlib
import json
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.samples.cbor import encoded as cbor

ES256, EDDSA, RS256 = -7, -8, -257
AAGUID = "f8a011f3-8c0a-4d15-8006-17111f9edc7d"

USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey


class BrowserError(Exception):
    """What a browser's script sees as a DOMException of this name."""


@dataclass
class Credential:
    """A passkey, with its private half."""

    rp_id: str
    user_handle: bytes
    credential_id: bytes
    algorithm: int
    private_key: PrivateKey
    sign_count: int = 0


@dataclass
class Authenticator:
    """Answers as a browser's `toJSON` has them, from a page at `origin`.

    Parameters
    ----------
    algorithm: of the keys it makes.
    flags: of all that it signs; whoever uses it is there and verified, and its passkeys are backed up, by default.
    counts_by: added to a passkey's counter with each signature; 0 as passkeys do that are synchronised, negative as
        none does.
    rp_id: that it signs for, in place of the one that the options name.
    client_data: members in place of the browser's own; without those that are None.
    names_user: whether the user is named in answers to requests for certain passkeys.
    alter_key: changes the COSE key of a new passkey; alter_data: changes authenticator data before it is signed.
    attestation: format and statement that come with a new passkey.
    """

    origin: str
    algorithm: int = ES256
    flags: int = USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP
    counts_by: int = 0
    rp_id: str | None = None
    client_data: dict[str, Any] = field(default_factory=dict)
    names_user: bool = True
    alter_key: Callable[[dict[int, Any]], Any] = lambda key: key
    alter_data: Callable[[bytes], bytes] = lambda data: data
    attestation: tuple[str, dict[str, Any]] = ("none", {})
    credentials: list[Credential] = field(default_factory=list)

    def clone(self) -> Self:
        """Another one with copies of the same passkeys, each counting on its own."""
        return replace(self, credentials=[replace(credential) for credential in self.credentials])

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """`navigator.credentials.create`: a new passkey (RegistrationResponseJSON).

        Raises
        ------
        BrowserError: there is a passkey that the options exclude, or its algorithm is not among theirs.
        """
        rp_id = options["rp"]["id"]
        excluded = [decoded(descriptor["id"]) for descriptor in options.get("excludeCredentials", [])]
        if any(credential.credential_id in excluded for credential in self._credentials_for(rp_id)):
            raise BrowserError("InvalidStateError")
        if self.algorithm not in [parameters["alg"] for parameters in options["pubKeyCredParams"]]:
            raise BrowserError("NotSupportedError")
        key = _new_key(self.algorithm)
        user_handle = decoded(options["user"]["id"])
        credential = Credential(rp_id, user_handle, secrets.token_bytes(20), self.algorithm, key)
        # A discoverable passkey takes the place of the same user's older one (section 6.3.2, step 7).
        self.credentials = [
            other for other in self.credentials if (other.rp_id, other.user_handle) != (rp_id, user_handle)
        ] + [credential]

        aaguid = bytes.fromhex(AAGUID.replace("-", ""))
        attested = aaguid + struct.pack(">H", len(credential.credential_id)) + credential.credential_id
        data = self._data(credential, ATTESTED, attested + cbor(self.alter_key(_cose(key))))
        kind, statement = self.attestation
        return _response(
            credential,
            clientDataJSON=self._client_data("webauthn.create", options),
            attestationObject=cbor({"fmt": kind, "attStmt": statement, "authData": data}),
            authenticatorData=data,
            publicKey=key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            publicKeyAlgorithm=credential.algorithm,
            transports=["hybrid", "internal"],
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """`navigator.credentials.get`: a signature by the newest passkey that fits (AuthenticationResponseJSON).

        Raises
        ------
        BrowserError: none fits.
        """
        allowed = [decoded(descriptor["id"]) for descriptor in options.get("allowCredentials", [])]
        fitting = [
            credential
            for credential in self._credentials_for(options["rpId"])
            if not allowed or credential.credential_id in allowed
        ]
        if not fitting:
            raise BrowserError("NotAllowedError")
        credential = fitting[-1]
        credential.sign_count += self.counts_by
        client_data = self._client_data("webauthn.get", options)
        data = self._data(credential)
        return _response(
            credential,
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=_signed(credential.private_key, data + hashlib.sha256(client_data).digest()),
            userHandle=credential.user_handle if self.names_user or not allowed else None,
        )

    def _credentials_for(self, rp_id: str) -> list[Credential]:
        return [credential for credential in self.credentials if credential.rp_id == rp_id]

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        members = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        members |= self.client_data
        return json.dumps({name: value for name, value in members.items() if value is not None}).encode()

    def _data(self, credential: Credential, more_flags: int = 0, attested: bytes = b"") -> bytes:
        rp_id_hash = hashlib.sha256((self.rp_id or credential.rp_id).encode()).digest()
        return self.alter_data(
            rp_id_hash + struct.pack(">BI", self.flags | more_flags, credential.sign_count) + attested
        )


def altered(response: dict[str, Any], member: str, change: Callable[[bytes], bytes]) -> dict[str, Any]:
    """A copy of an answer, with the bytes of one member of its `response` changed."""
    answer = response["response"]
    return response | {"response": answer | {member: encoded(change(decoded(answer[member])))}}


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _response(credential: Credential, **members: Any) -> dict[str, Any]:
    credential_id = encoded(credential.credential_id)
    return {
        "id": credential_id,
        "rawId": credential_id,
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "clientExtensionResults": {},
        "response": {name: encoded(value) if isinstance(value, bytes) else value for name, value in members.items()},
    }


def _new_key(algorithm: int) -> PrivateKey:
    if algorithm == ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == EDDSA:
        return Ed25519PrivateKey.generate()
    return generate_private_key(public_exponent=65537, key_size=2048)


def _cose(key: PrivateKey) -> dict[int, Any]:
    """The public half as COSE has it (RFC 9053, section 7; RFC 8230, section 4)."""
    if isinstance(key, EllipticCurvePrivateKey):
        point = key.public_key().public_numbers()
        return {1: 2, 3: ES256, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
    if isinstance(key, Ed25519PrivateKey):
        return {1: 1, 3: EDDSA, -1: 6, -2: key.public_key().public_bytes_raw()}
    numbers = key.public_key().public_numbers()
    return {1: 3, 3: RS256, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}


def _signed(key: PrivateKey, message: bytes) -> bytes:
    if isinstance(key, EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(message)
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
