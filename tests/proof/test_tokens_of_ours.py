"""Signed tokens that are genuine, and good for nothing all the same: past their time, of another, of a dead key."""

import itertools

import pytest

from taskward import clock as service_clock
from taskward.identity import keyring, rotation, tokens
from tests.conftest import Clock
from tests.support.figures import Figure
from tests.support.forgeries import Forge
from tests.support.jws import compact, parts
from tests.support.naming import naming
from tests.support.snapshots import ATTEMPTS, changes, snapshot
from tests.support.token_places import PLACES, Holder, Place, Refused, holder
from tests.support.wire import Wire, held

pytestmark = pytest.mark.usefixtures("moto_tables", "weak_hashes", "mail_off")

TAKES = [place for place in PLACES if place.status != 204]
"""Where a token that is over is refused; signing out takes it."""


@pytest.fixture
def ada(clock: Clock) -> Holder:
    return holder("ada@example.com", clock)


@pytest.fixture
def ben(clock: Clock) -> Holder:
    return holder("ben@example.com", clock)


def forge_of(token: str) -> Forge:
    return Forge(token, keyring.signing_key().private_key, "", service_clock.epoch())


@pytest.mark.parametrize("place", TAKES, ids=lambda place: place.name)
def test_a_token_past_its_time_is_told_so(place: Place, ada: Holder) -> None:
    genuine = place.token(ada)
    before = snapshot()
    for forgery in forge_of(genuine).expired():
        with naming(forgery.told):
            assert place.show(ada, forgery.text) == place.refusal(forgery)
    assert changes(before, snapshot()) == {}
    place.works(ada, genuine)


def test_no_token_is_good_where_another_kind_is_asked_for(ada: Holder, figure: Figure) -> None:
    genuine = {place.name: place.token(ada) for place in PLACES}
    kinds = {name: parts(token).header["typ"] for name, token in genuine.items()}
    before, tried = snapshot(), 0
    for (shown, token), place in itertools.product(genuine.items(), TAKES):
        if kinds[shown] != kinds[place.name]:
            expected = Refused(403, "wrong_passkey") if place.status == 403 else Refused(401, "invalid_token")
            assert place.show(ada, token) == expected, (shown, place.name)
            tried += 1
    assert changes(before, snapshot(), but=[ATTEMPTS]) == {}
    figure(f"{tried} genuine tokens refused where another kind is asked for")


def test_a_session_of_another_user_is_no_session(ada: Holder, ben: Holder) -> None:
    mine, theirs = (parts(each.grant["access_token"]).claims for each in (ada, ben))
    access = forge_of(ada.grant["access_token"])
    refresh = forge_of(ada.grant["refresh_token"])
    before = snapshot()
    for swapped in ({"sub": theirs["sub"]}, {"sid": theirs["sid"]}):
        token = access.signed(claims=access.of.claims | swapped)
        assert ada.ask("GET", "/tasks", Authorization=f"Bearer {token}").json()["code"] == "session_revoked"
        assert ada.ask("POST", "/auth/logout", Authorization=f"Bearer {token}").status == 204
        token = refresh.signed(claims=refresh.of.claims | swapped)
        assert ada.ask("POST", "/auth/refresh", {"refresh_token": token}).json()["code"] == "session_revoked"
        assert ada.ask("POST", "/auth/logout", {"refresh_token": token}).status == 204
    assert mine["sid"] != theirs["sid"]
    assert changes(before, snapshot()) == {}
    assert {each.ask("GET", "/tasks", signed_in=True).status for each in (ada, ben)} == {200}


def test_a_generation_that_was_never_issued_proves_nothing(ada: Holder) -> None:
    refresh = forge_of(ada.grant["refresh_token"])
    before = snapshot()
    for generation in (2, 3, 1000, 2**53 - 1):
        token = refresh.signed(claims=refresh.of.claims | {"gen": generation})
        assert ada.ask("POST", "/auth/refresh", {"refresh_token": token}).json()["code"] == "invalid_token"
    assert changes(before, snapshot(), but=[ATTEMPTS]) == {}
    assert ada.ask("POST", "/auth/refresh", {"refresh_token": refresh.genuine}).status == 200


@pytest.mark.parametrize("place", TAKES, ids=lambda place: place.name)
def test_a_token_of_another_deployment_is_none_though_the_kid_is_the_same(place: Place, ada: Holder) -> None:
    genuine = parts(place.token(ada))
    other = keyring.new_key(genuine.header["kid"], 0, 0)
    private = keyring._signing_key(other).private_key
    for kid in (other.kid, "another"):
        token = compact(genuine.header | {"kid": kid}, genuine.claims, private.sign)
        assert place.show(ada, token).status == place.status


@pytest.mark.parametrize("place", TAKES, ids=lambda place: place.name)
def test_a_token_of_a_revoked_key_is_dead_once_another_signs(place: Place, ada: Holder, clock: Clock) -> None:
    token = place.token(ada)
    rotation.rotate(revoked=parts(token).header["kid"])
    clock.advance(seconds=rotation.EMERGENCY_LEAD_SECONDS)
    answer = place.show(ada, token)
    # Who is signed in by an access token of that key gets no further than the gateway.
    assert answer == Refused(401, "invalid_token")


def test_signing_out_takes_a_token_past_its_time_and_no_other(ada: Holder) -> None:
    access = forge_of(ada.grant["access_token"])
    *_, expired = access.expired()
    with held(Wire(knows_tokens=False)) as wire:
        forged = compact(access.of.header, parts(expired.text).claims, access.own.sign)
        assert ada.ask("POST", "/auth/logout", Authorization=f"Bearer {forged}").status == 204
        assert wire.requests == []
    assert ada.ask("GET", "/tasks", signed_in=True).status == 200
    assert ada.ask("POST", "/auth/logout", Authorization=f"Bearer {expired.text}").status == 204
    assert ada.ask("GET", "/tasks", signed_in=True).json()["code"] == "session_revoked"


def test_a_forged_cookie_ends_no_session_when_somebody_signs_in(ada: Holder, ben: Holder) -> None:
    genuine = forge_of(ben.grant["refresh_token"])
    forged = [
        compact(genuine.of.header, genuine.of.claims, genuine.own.sign),
        compact(genuine.of.header | {"alg": "none"}, genuine.of.claims, lambda _: b""),
        genuine.signed(genuine.of.header | {"typ": tokens.ACCESS_TYPE}),
        ben.grant["access_token"],
        "x" * 5000,
    ]
    for token in forged:
        step = ada.ask("POST", "/auth/login/passkey/options").json()
        proof = {"step_token": step["step_token"], "credential": ada.passkey.get(step["options"])}
        cookie = f"__Host-taskward_refresh={token}"
        assert ada.ask("POST", "/auth/login/passkey", proof, Cookie=cookie).status == 200
        assert ben.ask("GET", "/tasks", signed_in=True).status == 200
