"""Passkeys: what authenticators make is accepted, and what was made for another time, place or person is not."""

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest

from local.samples import authenticator as software
from local.samples.authenticator import EDDSA, ES256, RS256, Authenticator, BrowserError, altered, decoded, encoded
from local.samples.cbor import encoded as cbor
from taskward.errors import InvalidPasskeyError
from taskward.identity import webauthn
from taskward.identity.webauthn import ClonedPasskeyError, NewPasskey, Site
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

OTHER_CHALLENGE = bytes(reversed(CHALLENGE))


@pytest.fixture
def authenticator() -> Authenticator:
    return Authenticator(ORIGIN)


@pytest.fixture
def passkey(authenticator: Authenticator) -> NewPasskey:
    return registered(authenticator)


@pytest.fixture
def registration(authenticator: Authenticator) -> Response:
    return authenticator.create(creation_options())


@pytest.fixture
def assertion(authenticator: Authenticator, passkey: NewPasskey) -> Response:
    return authenticator.get(webauthn.request_options(SITE, CHALLENGE))


# --- What is accepted ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost:8080"])
def test_a_passkey_is_made_and_used(algorithm: int, origin: str) -> None:
    site, authenticator = Site(origin), Authenticator(origin, algorithm=algorithm)
    passkey = registered(authenticator, site)
    response = authenticator.get(webauthn.request_options(site, CHALLENGE))
    assert webauthn.claimed_passkey(response) == (USER_ID, passkey.credential_id)
    assert verified(response, passkey, site=site) == 0


def test_what_is_kept_of_a_passkey(authenticator: Authenticator) -> None:
    passkey = registered(authenticator)
    (credential,) = authenticator.credentials
    assert passkey == NewPasskey(
        credential_id=credential.credential_id,
        public_key=cbor(software._cose(credential.private_key)),
        sign_count=0,
        aaguid=software.AAGUID,
        transports=["hybrid", "internal"],
        backed_up=True,
    )


@pytest.mark.parametrize("more", [0, software.BACKUP_ELIGIBLE])
def test_a_passkey_that_stays_on_its_device_is_not_backed_up(more: int) -> None:
    flags = software.USER_PRESENT | software.USER_VERIFIED | more
    assert not registered(Authenticator(ORIGIN, flags=flags)).backed_up


def test_an_attestation_that_nobody_asked_for_is_not_looked_at() -> None:
    statement = {"alg": ES256, "sig": b"no signature", "x5c": [b"no certificate"]}
    assert registered(Authenticator(ORIGIN, attestation=("packed", statement))).aaguid == software.AAGUID


def test_results_of_extensions_do_no_harm() -> None:
    def extended(data: bytes) -> bytes:
        return data[:32] + bytes([data[32] | 0x80]) + data[33:] + cbor({"credProtect": 2})

    authenticator = Authenticator(ORIGIN, alter_data=extended)
    assert used(authenticator, registered(authenticator)) == 0


def test_a_key_is_kept_without_members_of_no_use() -> None:
    authenticator = Authenticator(ORIGIN, alter_key=lambda key: key | {2: b"x" * 5000, -70001: "more"})
    passkey = registered(authenticator)
    assert len(passkey.public_key) < 80
    assert used(authenticator, passkey) == 0


def test_transports_are_those_that_the_standard_knows(registration: Response) -> None:
    registration["response"]["transports"] = ["usb", "smoke signals", "usb", None, {}, ["nfc"], "ble"]
    assert webauthn.verify_registration(SITE, CHALLENGE, registration).transports == ["ble", "usb"]
    del registration["response"]["transports"]
    assert webauthn.verify_registration(SITE, CHALLENGE, registration).transports == []


# --- Options ------------------------------------------------------------------------------------------------------


def test_options_for_a_new_passkey() -> None:
    options = webauthn.registration_options(
        Site("http://localhost:8080"),
        user_id=USER_ID,
        email="ada@example.com",
        name="Ada",
        challenge=CHALLENGE,
        exclude=[b"one", b"two"],
    )
    assert json.loads(json.dumps(options)) == {
        "rp": {"id": "localhost", "name": "Taskward"},
        "user": {"id": encoded(uuid.UUID(USER_ID).bytes), "name": "ada@example.com", "displayName": "Ada"},
        "challenge": encoded(CHALLENGE),
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (ES256, EDDSA, RS256)],
        "timeout": 300_000,
        "excludeCredentials": [{"type": "public-key", "id": encoded(known)} for known in (b"one", b"two")],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def test_options_for_using_a_passkey() -> None:
    assert webauthn.request_options(SITE, CHALLENGE, [b"one"]) == {
        "rpId": "tasks.example",
        "challenge": encoded(CHALLENGE),
        "timeout": 300_000,
        "userVerification": "required",
        "allowCredentials": [{"type": "public-key", "id": encoded(b"one")}],
    }


def test_who_has_no_name_is_shown_by_address() -> None:
    assert creation_options()["user"]["displayName"] == "ada@example.com"


def test_an_authenticator_makes_no_second_passkey_beside_an_excluded_one(
    authenticator: Authenticator, passkey: NewPasskey
) -> None:
    with pytest.raises(BrowserError, match="InvalidStateError"):
        authenticator.create(creation_options(exclude=(passkey.credential_id,)))


# --- Whose passkey it claims to be --------------------------------------------------------------------------------


def test_an_answer_may_leave_out_who_it_is_when_that_is_known(
    authenticator: Authenticator, passkey: NewPasskey
) -> None:
    authenticator.names_user = False
    response = authenticator.get(webauthn.request_options(SITE, CHALLENGE, [passkey.credential_id]))
    assert webauthn.claimed_passkey(response, USER_ID) == (USER_ID, passkey.credential_id)
    for handle in (response, _without(response, "userHandle")):
        with pytest.raises(InvalidPasskeyError):
            webauthn.claimed_passkey(handle)


def test_an_answer_of_somebody_else_is_refused_where_it_is_known_who_it_is(assertion: Response) -> None:
    assert webauthn.claimed_passkey(assertion, USER_ID)[0] == USER_ID
    with pytest.raises(InvalidPasskeyError):
        webauthn.claimed_passkey(assertion, str(uuid.uuid4()))


def _without(response: Response, member: str) -> Response:
    return response | {"response": {name: value for name, value in response["response"].items() if name != member}}


# --- What both ceremonies refuse ----------------------------------------------------------------------------------

REFUSED_CLIENT_DATA = {
    "another challenge": {"challenge": encoded(OTHER_CHALLENGE)},
    "a part of the challenge": {"challenge": encoded(CHALLENGE[:16])},
    "no challenge": {"challenge": None},
    "an empty challenge": {"challenge": ""},
    "a challenge padded": {"challenge": encoded(CHALLENGE) + "="},
    "a challenge that is a number": {"challenge": 1},
    "a challenge that is no ASCII": {"challenge": "ä"},
    "a challenge of half a character": {"challenge": "\ud800"},
    "another origin": {"origin": "https://evil.example"},
    "another port": {"origin": f"{ORIGIN}:8443"},
    "the default port": {"origin": f"{ORIGIN}:443"},
    "a subdomain": {"origin": "https://evil.tasks.example"},
    "a longer host": {"origin": "https://tasks.example.evil.example"},
    "a parent domain": {"origin": "https://example"},
    "no encryption": {"origin": "http://tasks.example"},
    "a path": {"origin": f"{ORIGIN}/"},
    "another case": {"origin": "https://Tasks.example"},
    "no page": {"origin": "null"},
    "an app": {"origin": "android:apk-key-hash:AAAA"},
    "no origin": {"origin": None},
    "an origin in a list": {"origin": [ORIGIN]},
    "a frame of another site": {"crossOrigin": True},
    "a frame of no known site": {"crossOrigin": "false"},
    "a page around it": {"topOrigin": "https://evil.example"},
    "a type of nothing": {"type": None},
    "a type for payments": {"type": "payment.get"},
}

REFUSED_FLAGS = {
    "nobody there": software.USER_VERIFIED,
    "nobody verified": software.USER_PRESENT,
    "neither": 0,
    "backed up though it cannot be": software.USER_PRESENT | software.USER_VERIFIED | software.BACKED_UP,
}


@pytest.mark.parametrize("members", REFUSED_CLIENT_DATA.values(), ids=REFUSED_CLIENT_DATA)
def test_what_the_browser_saw_must_be_what_was_meant(members: dict[str, Any], passkey: NewPasskey) -> None:
    authenticator = Authenticator(ORIGIN, client_data=members)
    with pytest.raises(InvalidPasskeyError):
        registered(authenticator)
    (made,) = authenticator.credentials
    kept = replace(passkey, public_key=cbor(software._cose(made.private_key)))
    with pytest.raises(InvalidPasskeyError):
        used(authenticator, kept)
    authenticator.client_data = {"crossOrigin": None}
    assert used(authenticator, kept) == 0, "all else was right"


def test_a_challenge_is_good_for_one_ceremony_only(
    registration: Response, assertion: Response, passkey: NewPasskey
) -> None:
    for response, wrong_type in ((registration, "webauthn.get"), (assertion, "webauthn.create")):
        members = json.loads(decoded(response["response"]["clientDataJSON"])) | {"type": wrong_type}
        response["response"]["clientDataJSON"] = encoded(json.dumps(members).encode())
    with pytest.raises(InvalidPasskeyError):
        webauthn.verify_registration(SITE, CHALLENGE, registration)
    with pytest.raises(InvalidPasskeyError):
        verified(assertion, passkey)


def test_a_signature_for_making_a_passkey_does_not_sign_in(authenticator: Authenticator, passkey: NewPasskey) -> None:
    authenticator.client_data = {"type": "webauthn.create"}
    with pytest.raises(InvalidPasskeyError):
        used(authenticator, passkey)


@pytest.mark.parametrize("flags", REFUSED_FLAGS.values(), ids=REFUSED_FLAGS)
def test_the_user_must_be_there_andverified(flags: int, authenticator: Authenticator, passkey: NewPasskey) -> None:
    with pytest.raises(InvalidPasskeyError):
        registered(Authenticator(ORIGIN, flags=flags))
    authenticator.flags = flags
    with pytest.raises(InvalidPasskeyError):
        used(authenticator, passkey)


@pytest.mark.parametrize("rp_id", ["example", "evil.example", "sub.tasks.example", "Tasks.example", ORIGIN])
def test_it_must_be_made_and_signed_for_our_site(rp_id: str, authenticator: Authenticator, passkey: NewPasskey) -> None:
    with pytest.raises(InvalidPasskeyError):
        registered(Authenticator(ORIGIN, rp_id=rp_id))
    authenticator.rp_id = rp_id
    with pytest.raises(InvalidPasskeyError):
        used(authenticator, passkey)


# --- Assertions that are refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_another_passkey_does_not_do(algorithm: int, assertion: Response) -> None:
    with pytest.raises(InvalidPasskeyError):
        verified(assertion, registered(Authenticator(ORIGIN, algorithm=algorithm)))


def test_an_answer_to_an_earlier_challenge_is_refused(authenticator: Authenticator, passkey: NewPasskey) -> None:
    with pytest.raises(InvalidPasskeyError):
        verified(authenticator.get(webauthn.request_options(SITE, OTHER_CHALLENGE)), passkey)


# --- Counters -----------------------------------------------------------------------------------------------------


def test_a_counter_is_followed() -> None:
    authenticator = Authenticator(ORIGIN, counts_by=3)
    passkey = registered(authenticator)
    first = used(authenticator, passkey, passkey.sign_count)
    assert (passkey.sign_count, first, used(authenticator, passkey, first)) == (0, 3, 6)


def test_a_counter_that_stays_zero_is_none(authenticator: Authenticator, passkey: NewPasskey) -> None:
    assert [used(authenticator, passkey, 0) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(("kept", "shown"), [(5, 5), (5, 4), (5, 0), (2**32 - 1, 1)])
def test_a_counter_that_did_not_grow_betrays_a_clone(
    kept: int, shown: int, authenticator: Authenticator, passkey: NewPasskey
) -> None:
    authenticator.credentials[0].sign_count = shown
    with pytest.raises(ClonedPasskeyError):
        used(authenticator, passkey, kept)


def test_of_an_authenticator_and_its_clone_the_one_that_is_behind_is_found_out() -> None:
    authenticator = Authenticator(ORIGIN, counts_by=1)
    passkey = registered(authenticator)
    clone = authenticator.clone()
    count = used(authenticator, passkey, 0)
    with pytest.raises(ClonedPasskeyError):
        used(clone, passkey, count)


def test_a_counter_with_a_wrong_signature_betrays_nothing(assertion: Response, passkey: NewPasskey) -> None:
    with pytest.raises(InvalidPasskeyError) as caught:
        verified(altered(assertion, "signature", bit_flipped(0)), passkey, sign_count=5)
    assert type(caught.value) is InvalidPasskeyError
