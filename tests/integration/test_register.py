"""The register function, fed from events/register."""

import json
import uuid
from typing import Any

import jwt
import pytest

from tests.conftest import Clock
from tests.support.events import VIEWER_ADDRESS
from tests.support.moto_account import ORIGIN_SECRET
from tests.support.range_service import RangeService
from tests.support.sample_events import Case, ask, check, is_let_in, load, signed_up, stored

CASES = {
    "register/created": Case(201),
    "register/by_cookie": Case(201),
    "register/over_another_session": Case(201),
    "register/through_proxy": Case(201),
    "register/through_forged_proxy": Case(201),
    "register/email_exists": Case(409, "email_exists", after=["register/created"]),
    "register/weak_password": Case(422, "invalid_request", ["password"]),
    "register/short_password": Case(422, "invalid_request", ["password"]),
    "register/long_password": Case(422, "invalid_request", ["password"]),
    "register/breached_password": Case(422, "invalid_request", ["password"]),
    "register/password_of_email": Case(422, "invalid_request", ["password"]),
    "register/bad_email": Case(422, "invalid_request", ["email"]),
    "register/missing_members": Case(422, "invalid_request", ["email", "password"]),
    "register/wrong_types": Case(422, "invalid_request", ["email", "password", "name", "delivery"]),
    "register/unknown_member": Case(422, "invalid_request", ["is_admin"]),
    "register/broken_json": Case(400, "malformed_request"),
    "register/not_an_object": Case(400, "malformed_request"),
    "register/duplicate_member": Case(400, "malformed_request"),
    "register/no_body": Case(400, "malformed_request"),
    "register/wrong_content_type": Case(415, "unsupported_media_type"),
    "register/wrong_charset": Case(415, "unsupported_media_type"),
    "register/too_many_attempts": Case(
        429, "too_many_attempts", after=["register/created", *["register/email_exists"] * 5]
    ),
}


def kept() -> list[Any]:
    """What is stored, but for the counters of failed attempts."""
    return [*stored("sessions"), *(row for row in stored("users") if not row["pk"].startswith("ATTEMPT#"))]


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_a_refusal_stores_nothing(
    name: str, moto_tables: None, breaches: RangeService, clock: Clock
) -> None:
    case = CASES[name]
    for earlier in case.after:
        ask(earlier)
    before = kept()
    check(name, case, ask(name, origin_secret=ORIGIN_SECRET, refresh_token="not.a.token"))
    assert (kept() == before) == (case.code is not None)


@pytest.mark.parametrize(
    "name",
    ["register/weak_password", "register/short_password", "register/breached_password", "register/email_exists"],
)
def test_a_refusal_does_not_repeat_the_password(name: str, moto_tables: None, breaches: RangeService) -> None:
    ask("register/created")
    assert json.loads(load(name)["body"])["password"] not in ask(name).text


def test_the_answer_is_a_session_grant_with_the_new_user(moto_tables: None) -> None:
    answer = ask("register/created")
    grant = answer.json()
    user = grant.pop("user")
    assert grant.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "session_id"}
    assert (grant["token_type"], grant["expires_in"]) == ("Bearer", 900)
    assert str(uuid.UUID(user.pop("id")))
    assert user.pop("created_at").endswith("Z")
    assert user == {
        "email": "ann@example.com",
        "email_verified": False,
        "email_bounced": False,
        "has_password": True,
        "second_factor": False,
        "name": "Ann",
        "timezone": None,
    }
    assert answer.header("set-cookie") is None


def test_the_access_token_is_verified_by_the_public_keys_alone(moto_tables: None, clock: Clock) -> None:
    grant = ask("register/created").json()
    key_set = jwt.PyJWKSet.from_dict(json.loads(ask("discovery/jwks").text))
    header = jwt.get_unverified_header(grant["access_token"])
    claims = jwt.decode(
        grant["access_token"], key_set[header["kid"]], algorithms=["EdDSA"], audience="urn:taskward:test:api"
    )
    assert header.keys() == {"alg", "typ", "kid"}
    assert header["typ"] == "at+jwt"
    assert claims.keys() == {"iss", "aud", "sub", "sid", "jti", "iat", "exp"}
    assert claims["iss"] == "urn:taskward:test"
    assert (claims["sub"], claims["sid"]) == (grant["user"]["id"], grant["session_id"])
    assert claims["exp"] - claims["iat"] == grant["expires_in"]


def test_a_browser_gets_the_refresh_token_in_a_cookie_that_no_script_can_read(moto_tables: None, clock: Clock) -> None:
    answer = ask("register/by_cookie")
    cookie = answer.cookie()
    assert "refresh_token" not in answer.json()
    assert jwt.get_unverified_header(cookie.value)["typ"] == "rt+jwt"
    assert cookie.key == "__Host-taskward_refresh"
    assert {name: value for name, value in cookie.items() if value} == {
        "path": "/",
        "max-age": "604800",
        "secure": True,
        "httponly": True,
        "samesite": "Strict",
    }


def test_a_taken_address_keeps_its_account(moto_tables: None) -> None:
    user = ask("register/created").json()["user"]
    ask("register/email_exists")
    assert ask("login/ok").json()["user"] == user


def test_the_password_is_stored_as_an_argon2id_hash_alone(moto_tables: None) -> None:
    password = json.loads(load("register/created")["body"])["password"]
    ask("register/created")
    items = stored("users")
    assert [item["password_hash"][:10] for item in items if "password_hash" in item] == ["$argon2id$"]
    assert password not in repr(items)


def test_the_session_has_the_viewers_address_when_a_trusted_proxy_passes_it_on(moto_tables: None) -> None:
    ann = signed_up("register/through_proxy", origin_secret=ORIGIN_SECRET)
    assert ask("sessions/who_am_i", **ann).json()["session"]["ip"] == VIEWER_ADDRESS


def test_the_session_has_the_gateways_address_when_the_proxys_secret_is_wrong(moto_tables: None) -> None:
    event = load("register/through_forged_proxy")
    ann = signed_up("register/through_forged_proxy")
    assert event["headers"]["x-taskward-viewer-address"] == VIEWER_ADDRESS
    gateways = event["requestContext"]["identity"]["sourceIp"]
    assert ask("sessions/who_am_i", **ann).json()["session"]["ip"] == gateways


def test_whoever_meets_five_addresses_that_have_an_account_has_to_wait(moto_tables: None, clock: Clock) -> None:
    ask("register/created")
    for _ in range(5):
        assert ask("register/email_exists").status == 409
    for wait in (1, 2, 4):
        refused = ask("register/email_exists")
        assert (refused.status, refused.header("retry-after")) == (429, str(wait))
        clock.advance(seconds=wait)
        assert ask("register/email_exists").status == 409
    assert ask("register/by_cookie").status == 201


def test_who_has_to_wait_has_nobody_asked_about_the_password(
    moto_tables: None, breaches: RangeService, clock: Clock
) -> None:
    for name in ["register/created", *["register/email_exists"] * 5]:
        ask(name)
    assert len(breaches.asked) == 6
    assert ask("register/too_many_attempts").status == 429
    assert len(breaches.asked) == 6


def test_a_password_that_is_refused_costs_no_attempt(moto_tables: None, breaches: RangeService) -> None:
    for name in ["register/breached_password", "register/weak_password"] * 4:
        assert ask(name).status == 422
    assert ask("register/created").status == 201


def test_while_breaches_cannot_be_looked_up_people_register_all_the_same(
    moto_tables: None, breaches: RangeService
) -> None:
    breaches.respond = lambda handler: handler.send_error(503)
    assert ask("register/breached_password").status == 201
    assert ask("register/weak_password").status == 422


def test_a_registration_ends_the_session_that_the_browser_leaves_behind(moto_tables: None) -> None:
    ann, ben = signed_up(), signed_up("register/by_cookie")
    answer = ask("register/over_another_session", refresh_token=ben["refresh_token"])
    assert not is_let_in(ben["access_token"])
    assert is_let_in(ann["access_token"])
    assert is_let_in(answer.json()["access_token"])
