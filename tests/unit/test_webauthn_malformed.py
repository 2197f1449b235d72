"""Passkeys: answers that no authenticator gives are refused, and do nothing else, whatever they are made of."""

import hashlib
import json
import struct
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.samples import authenticator as software
from local.samples.authenticator import EDDSA, ES256, RS256, Authenticator, altered, decoded, encoded
from local.samples.cbor import encoded as cbor
from taskward.errors import InvalidPasskeyError
from taskward.identity import webauthn
from tests.support.passkeys import (
    CHALLENGE,
    ORIGIN,
    SITE,
    USER_ID,
    Response,
    bit_flipped,
    creation_options,
    registered,
    used,
    verified,
)

_authenticator = Authenticator(ORIGIN)
_REGISTRATION = _authenticator.create(creation_options())
_PASSKEY = webauthn.verify_registration(SITE, CHALLENGE, _REGISTRATION)
_ASSERTION = _authenticator.get(webauthn.request_options(SITE, CHALLENGE))


@pytest.fixture
def registration() -> Response:
    return deepcopy(_REGISTRATION)


@pytest.fixture
def assertion() -> Response:
    return deepcopy(_ASSERTION)


# --- Registrations that are refused -------------------------------------------------------------------------------

P256_BUT_NOT_ON_IT = {-2: b"\x01" * 32, -3: b"\x02" * 32}
REFUSED_KEYS: dict[str, tuple[int, Callable[[dict[int, Any]], Any]]] = {
    "no key": (ES256, lambda _: {}),
    "a list": (ES256, lambda key: list(key)),
    "text": (ES256, lambda _: "key"),
    "a number": (ES256, lambda _: 7),
    "an algorithm not asked for": (ES256, lambda key: key | {3: -35}),
    "an algorithm with SHA-1": (RS256, lambda key: key | {3: -65535}),
    "an algorithm that is a list": (ES256, lambda key: key | {3: [ES256]}),
    "another key type": (ES256, lambda key: key | {1: 3}),
    "another curve": (ES256, lambda key: key | {-1: 2}),
    "a point beside the curve": (ES256, lambda key: key | P256_BUT_NOT_ON_IT),
    "a compressed point": (ES256, lambda key: key | {-3: True}),
    "a short coordinate": (ES256, lambda key: key | {-2: key[-2][1:]}),
    "a coordinate of numbers": (ES256, lambda key: key | {-2: list(key[-2])}),
    "no y": (ES256, lambda key: {label: value for label, value in key.items() if label != -3}),
    "another Edwards curve": (EDDSA, lambda key: key | {-1: 7}),
    "a long Ed25519 key": (EDDSA, lambda key: key | {-2: key[-2] * 2}),
    "a short modulus": (RS256, lambda key: key | {-1: key[-1][:128]}),
    "a huge modulus": (RS256, lambda key: key | {-1: key[-1] * 3}),
    "a huge exponent": (RS256, lambda key: key | {-2: key[-1]}),
    "an exponent of one": (RS256, lambda key: key | {-2: b"\x01"}),
}


@pytest.mark.parametrize(("algorithm", "alter_key"), REFUSED_KEYS.values(), ids=REFUSED_KEYS)
def test_a_key_that_is_of_no_use_is_refused(algorithm: int, alter_key: Callable[[dict[int, Any]], Any]) -> None:
    with pytest.raises(InvalidPasskeyError):
        registered(Authenticator(ORIGIN, algorithm=algorithm, alter_key=alter_key))


def test_a_passkey_under_another_credential_id_is_refused(registration: Response) -> None:
    other = encoded(b"x" * 20)
    with pytest.raises(InvalidPasskeyError):
        webauthn.verify_registration(SITE, CHALLENGE, registration | {"id": other, "rawId": other})


def test_a_registration_without_a_credential_is_refused() -> None:
    def unattested(data: bytes) -> bytes:
        return data[:32] + bytes([data[32] & ~software.ATTESTED]) + data[33:37]

    with pytest.raises(InvalidPasskeyError):
        registered(Authenticator(ORIGIN, alter_data=unattested))


def _attested(size: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:53] + struct.pack(">H", size) + data[55:]


REFUSED_ATTESTATIONS: dict[str, bytes] = {
    "nothing": b"",
    "no map": cbor([1, 2, 3]),
    "an empty map": cbor({}),
    "text for data": cbor({"fmt": "none", "attStmt": {}, "authData": "x" * 200}),
    "a list for data": cbor({"fmt": "none", "attStmt": {}, "authData": [1] * 200}),
    # Made of this by the library: a thousand million bytes.
    "a number for data": cbor({"fmt": "none", "attStmt": {}, "authData": 10**9}),
    "no data": cbor({"fmt": "none", "attStmt": {}, "authData": b""}),
    "a list that never ends": b"\x81" * 16_000,
    "a list of more than there is": b"\x9b" + b"\xff" * 8 + b"\x00" * 16_000,
    "a map of more than there is": b"\xbb" + b"\xff" * 8 + b"\x00" * 16_000,
    "text of more than there is": b"\x7b" + b"\xff" * 8 + b"x" * 100,
    "a map with lists for names": b"\xa1\x80\x80",
    "a tag": b"\xc0\x00",
    "no length": b"\x5a\x00",
    "an unknown length": b"\x5f\xff",
    "text that is no UTF-8": b"\x61\xff",
}


@pytest.mark.parametrize("attestation", REFUSED_ATTESTATIONS.values(), ids=REFUSED_ATTESTATIONS)
def test_an_attestation_object_that_is_none_is_refused(attestation: bytes, registration: Response) -> None:
    with pytest.raises(InvalidPasskeyError):
        webauthn.verify_registration(SITE, CHALLENGE, altered(registration, "attestationObject", lambda _: attestation))


@pytest.mark.parametrize("size", [0, 19, 21, 1024, 65535])
def test_a_credential_id_of_another_length_than_it_says_is_refused(size: int) -> None:
    with pytest.raises(InvalidPasskeyError):
        registered(Authenticator(ORIGIN, alter_data=_attested(size)))


def test_bytes_after_the_end_are_refused(registration: Response) -> None:
    with pytest.raises(InvalidPasskeyError):
        webauthn.verify_registration(
            SITE, CHALLENGE, altered(registration, "attestationObject", lambda data: data + b"\x00")
        )
    with pytest.raises(InvalidPasskeyError):
        registered(Authenticator(ORIGIN, alter_data=lambda data: data + b"\x00"))


@pytest.mark.parametrize("transports", ["usb", {"usb": True}, None, 1])
def test_transports_that_are_no_list_are_refused(transports: object, registration: Response) -> None:
    registration["response"]["transports"] = transports
    with pytest.raises(InvalidPasskeyError):
        webauthn.verify_registration(SITE, CHALLENGE, registration)


# --- Uses of passkeys that are refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_no_bit_of_a_signature_can_be_changed(algorithm: int) -> None:
    authenticator = Authenticator(ORIGIN, algorithm=algorithm)
    passkey = registered(authenticator)
    response = authenticator.get(webauthn.request_options(SITE, CHALLENGE))
    for position in range(len(decoded(response["response"]["signature"]))):
        with pytest.raises(InvalidPasskeyError):
            verified(altered(response, "signature", bit_flipped(position)), passkey)
    assert verified(response, passkey) == 0


def test_no_bit_of_what_is_signed_can_be_changed(assertion: Response) -> None:
    for member in ("authenticatorData", "clientDataJSON"):
        for position in range(len(decoded(assertion["response"][member]))):
            with pytest.raises(InvalidPasskeyError) as caught:
                verified(altered(assertion, member, bit_flipped(position)), _PASSKEY)
            assert type(caught.value) is InvalidPasskeyError
    assert verified(assertion, _PASSKEY) == 0


@pytest.mark.parametrize("size", [0, 15, 17, 1024])
def test_a_user_handle_that_is_no_uuid_is_refused(assertion: Response, size: int) -> None:
    with pytest.raises(InvalidPasskeyError):
        webauthn.claimed_passkey(altered(assertion, "userHandle", lambda _: b"x" * size))


def test_a_credential_id_has_1_to_1023_bytes(assertion: Response) -> None:
    def named(size: int) -> Response:
        name = encoded(b"x" * size)
        return assertion | {"id": name, "rawId": name}

    assert webauthn.claimed_passkey(named(1023))[1] == b"x" * 1023
    for size in (0, 1024, 5000):
        with pytest.raises(InvalidPasskeyError):
            webauthn.claimed_passkey(named(size))


@pytest.mark.parametrize("signature", [b"", b"\x00", b"\x30\x06\x02\x01\x00\x02\x01\x00", b"x" * 1025])
def test_a_signature_that_is_none_is_refused(signature: bytes, assertion: Response) -> None:
    with pytest.raises(InvalidPasskeyError):
        verified(altered(assertion, "signature", lambda _: signature), _PASSKEY)


def test_the_same_bytes_written_in_another_way_are_refused(assertion: Response) -> None:
    signature = assertion["response"]["signature"]
    for other in (signature + "=", signature + "==", signature[:5] + "\n" + signature[5:], " " + signature):
        assertion["response"]["signature"] = other
        with pytest.raises(InvalidPasskeyError):
            verified(assertion, _PASSKEY)


def test_what_is_right_but_too_large_is_refused() -> None:
    def extended(data: bytes) -> bytes:
        return data[:32] + bytes([data[32] | 0x80]) + data[33:] + cbor({"x": b"x" * 2048})

    statement = {"x": b"x" * 16_384}
    authenticator = Authenticator(ORIGIN, attestation=("packed", statement))
    with pytest.raises(InvalidPasskeyError):
        registered(authenticator)
    statement["x"] = b"x" * 14_000
    passkey = registered(authenticator)
    authenticator.client_data = {"more": "x" * 4096}
    with pytest.raises(InvalidPasskeyError):
        used(authenticator, passkey)
    authenticator.client_data, authenticator.alter_data = {"more": "x" * 3000}, extended
    with pytest.raises(InvalidPasskeyError):
        used(authenticator, passkey)
    authenticator.alter_data = bytes
    assert used(authenticator, passkey) == 0


# --- Whatever else an answer may hold -----------------------------------------------------------------------------

# Of few characters, because all of Unicode takes a second to load.
TEXT = st.text(st.sampled_from('azAZ09-_=+/ {}[]"\\ä😀\ud800\x00'), max_size=40)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.just("A" * 100_000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
OUTER = ("id", "rawId", "type", "response")
REGISTRATION_MEMBERS = ("clientDataJSON", "attestationObject", "transports")
ASSERTION_MEMBERS = ("clientDataJSON", "authenticatorData", "signature")


def _refused_or(check: Callable[[], object]) -> None:
    """It may pass, or be refused; anything else that is raised fails the test."""
    try:
        check()
    except InvalidPasskeyError:
        return


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(OUTER), ANYTHING))
def test_answers_of_anything_are_refused_and_nothing_else_happens(response: Response) -> None:
    for check in (
        lambda: webauthn.verify_registration(SITE, CHALLENGE, response),
        lambda: webauthn.claimed_passkey(response),
        lambda: verified(response, _PASSKEY),
    ):
        with pytest.raises(InvalidPasskeyError):
            check()


@settings(deadline=None)
@given(st.sampled_from([*OUTER, *REGISTRATION_MEMBERS]), ANYTHING)
def test_a_registration_with_anything_for_a_member_is_no_more_than_refused(member: str, value: object) -> None:
    response = deepcopy(_REGISTRATION)
    (response if member in OUTER else response["response"])[member] = value
    _refused_or(lambda: webauthn.verify_registration(SITE, CHALLENGE, response))


@settings(deadline=None)
@given(st.sampled_from([*OUTER, *ASSERTION_MEMBERS, "userHandle"]), ANYTHING)
def test_an_assertion_with_anything_for_a_member_is_no_more_than_refused(member: str, value: object) -> None:
    response = deepcopy(_ASSERTION)
    (response if member in OUTER else response["response"])[member] = value
    _refused_or(lambda: verified(response, _PASSKEY))
    _refused_or(lambda: webauthn.claimed_passkey(response))
    _refused_or(lambda: webauthn.claimed_passkey(response, USER_ID))


@pytest.mark.parametrize("member", [*OUTER, *REGISTRATION_MEMBERS[:2]])
def test_a_registration_without_a_member_is_refused(member: str, registration: Response) -> None:
    del (registration if member in OUTER else registration["response"])[member]
    with pytest.raises(InvalidPasskeyError):
        webauthn.verify_registration(SITE, CHALLENGE, registration)


@pytest.mark.parametrize("member", ["response", *ASSERTION_MEMBERS])
def test_an_assertion_without_a_member_is_refused(member: str, assertion: Response) -> None:
    del (assertion if member in OUTER else assertion["response"])[member]
    with pytest.raises(InvalidPasskeyError):
        verified(assertion, _PASSKEY)


@pytest.mark.parametrize("member", [*OUTER, "userHandle"])
def test_a_claim_without_a_member_is_refused(member: str, assertion: Response) -> None:
    del (assertion if member in OUTER else assertion["response"])[member]
    with pytest.raises(InvalidPasskeyError):
        webauthn.claimed_passkey(assertion)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_an_attestation_object_of_any_bytes_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidPasskeyError):
        webauthn.verify_registration(SITE, CHALLENGE, altered(_REGISTRATION, "attestationObject", lambda _: data))


# So that the fuzz reaches past the site's hash and the flags.
_BEGINNING = hashlib.sha256(b"tasks.example").digest()


@settings(deadline=None)
@given(st.integers(0, 255), st.binary(max_size=200))
def test_authenticator_data_of_any_bytes_are_refused(flags: int, rest: bytes) -> None:
    data = _BEGINNING + bytes([flags]) + rest
    attestation = cbor({"fmt": "none", "attStmt": {}, "authData": data})
    with pytest.raises(InvalidPasskeyError):
        webauthn.verify_registration(
            SITE, CHALLENGE, altered(_REGISTRATION, "attestationObject", lambda _: attestation)
        )
    with pytest.raises(InvalidPasskeyError):
        verified(altered(_ASSERTION, "authenticatorData", lambda _: data), _PASSKEY)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_a_key_of_any_bytes_is_no_more_than_refused(key: bytes) -> None:
    credential_id = decoded(_REGISTRATION["id"])
    flags = software.USER_PRESENT | software.USER_VERIFIED | software.ATTESTED
    data = _BEGINNING + struct.pack(">BI16sH", flags, 0, b"", len(credential_id)) + credential_id + key
    attestation = cbor({"fmt": "none", "attStmt": {}, "authData": data})
    _refused_or(
        lambda: webauthn.verify_registration(
            SITE, CHALLENGE, altered(_REGISTRATION, "attestationObject", lambda _: attestation)
        )
    )


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["type", "challenge", "origin", "crossOrigin"]), ANYTHING))
def test_client_data_with_anything_in_it_are_refused(members: dict[str, Any]) -> None:
    data = json.dumps(members).encode()
    with pytest.raises(InvalidPasskeyError):
        verified(altered(_ASSERTION, "clientDataJSON", lambda _: data), _PASSKEY)


@pytest.mark.parametrize(
    "data", [b"", b"[", b"\xff", b"null", b"[]", b'"text"', b"[" * 4000, b"9" * 4096, b" " * 5000, b"\xef\xbb\xbf{}"]
)
def test_client_data_that_are_no_json_object_are_refused(data: bytes, assertion: Response) -> None:
    with pytest.raises(InvalidPasskeyError):
        verified(altered(assertion, "clientDataJSON", lambda _: data), _PASSKEY)
