"""Passkeys of who is signed in: added, listed, renamed, removed; fed from events/factors."""

import json
from typing import Any

import pytest

from local.samples.authenticator import AAGUID, Authenticator, BrowserError, decoded
from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import Values, add_passkey, authenticator, made_passkey, passkey_sign_in, verify
from tests.support.sample_events import (
    Case,
    ask,
    ask_with,
    check,
    is_let_in,
    placeholders,
    send_mail,
    signed_in,
    signed_up,
    stored,
)

CASES = {
    "factors/list_passkeys": Case(200),
    "factors/passkey_options": Case(200),
    "factors/passkey_options_too_many": Case(409, "too_many_passkeys"),
    "factors/passkey_options_unverified": Case(403, "email_unverified"),
    "factors/add_passkey": Case(201),
    "factors/add_passkey_wrong": Case(403, "wrong_passkey"),
    "factors/add_passkey_used_step": Case(403, "wrong_passkey"),
    "factors/add_passkey_expired_step": Case(403, "wrong_passkey"),
    "factors/add_passkey_foreign_step": Case(403, "wrong_passkey"),
    "factors/add_passkey_too_many": Case(409, "too_many_passkeys"),
    "factors/add_passkey_missing_members": Case(422, "invalid_request", ["step_token", "credential", "name"]),
    "factors/add_passkey_bad_name": Case(422, "invalid_request", ["name"]),
    "factors/rename_passkey": Case(200),
    "factors/rename_passkey_missing": Case(404, "not_found"),
    "factors/rename_passkey_foreign": Case(404, "not_found"),
    "factors/rename_passkey_bad_name": Case(422, "invalid_request", ["name"]),
    "factors/rename_passkey_unknown_member": Case(422, "invalid_request", ["sign_count"]),
    "factors/remove_passkey": Case(204),
    "factors/remove_passkey_missing": Case(404, "not_found"),
    "factors/remove_passkey_foreign": Case(404, "not_found"),
    "factors/remove_passkey_last_way_in": Case(409, "last_way_in"),
}
CHANGES = {"factors/add_passkey", "factors/rename_passkey", "factors/remove_passkey"}
MISSING_AND_FOREIGN = ["factors/rename_passkey", "factors/remove_passkey"]


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, and whose address is verified."""
    return verify(signed_up())


@pytest.fixture
def ben(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody else with a passkey."""
    ben = verify(signed_up("register/by_cookie"))
    return ben | {"passkey_id": add_passkey(ben, authenticator())}


def filled(name: str, ann: Values, ben: Values, clock: Clock) -> Values:
    """Her values, with what the event needs besides."""
    wanted, values = placeholders(name), ann | {"foreign_passkey_id": ben["passkey_id"]}
    if "passkey_id" in wanted:
        values["passkey_id"] = add_passkey(ann, authenticator())
    if name == "factors/remove_passkey_last_way_in":
        assert ask("account/remove_password", **ann).status == 204
    if "credential" in wanted or "wrong_credential" in wanted:
        values |= made_passkey(ann, authenticator())
        # Made for another step than the one it is sent in.
        values["wrong_credential"] = made_passkey(ann, authenticator())["credential"]
    if "foreign_step_token" in wanted:
        values["foreign_step_token"] = made_passkey(ben, authenticator())["step_token"]
    if "used_step_token" in wanted:
        assert ask("factors/add_passkey", **values).status == 201
        values["used_step_token"] = values["step_token"]
    if "expired_step_token" in wanted:
        clock.advance(seconds=300)
        values["expired_step_token"] = values["step_token"]
    if name.endswith("_too_many"):
        for _ in range(10):
            add_passkey(ann, authenticator())
    return values


def kept() -> list[dict[str, Any]]:
    """What is stored, but for the counters of failed attempts and the security events."""
    beside = ("ATTEMPT#", "EVENTS#")
    return [*stored("sessions"), *(row for row in stored("users") if not row["pk"].startswith(beside))]


def names(ann: Values) -> list[str]:
    """What her passkeys are called."""
    return [passkey["name"] for passkey in ask("factors/list_passkeys", **ann).json()]


@pytest.mark.parametrize("name", [name for name in CASES if not name.endswith("_unverified")])
def test_each_event_is_answered_as_its_case_says_and_changes_something_only_where_it_should(
    name: str, ann: Values, ben: Values, clock: Clock
) -> None:
    values = filled(name, ann, ben, clock)
    before = kept()
    check(name, CASES[name], ask(name, **values))
    assert (kept() != before) == (name in CHANGES)


def test_an_address_that_was_not_verified_gets_no_passkey(moto_tables: None) -> None:
    name = "factors/passkey_options_unverified"
    check(name, CASES[name], ask(name, **signed_up()))


# --- Added -----------------------------------------------------------------------------------------------------------


def test_the_options_are_for_this_user_and_leave_out_devices_that_have_a_passkey_already(ann: Values) -> None:
    phone = authenticator()
    add_passkey(ann, phone)
    options = ask("factors/passkey_options", **ann).json()["options"]
    assert decoded(options["user"]["id"]).hex() == ann["user_id"].replace("-", "")
    assert (options["user"]["name"], options["user"]["displayName"]) == ("ann@example.com", "Ann")
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    with pytest.raises(BrowserError, match="InvalidStateError"):
        phone.create(options)
    assert authenticator().create(options)


def test_a_new_passkey_is_shown_with_what_its_maker_tells_and_nothing_secret(ann: Values, clock: Clock) -> None:
    answer = ask("factors/add_passkey", **ann, **made_passkey(ann, authenticator()))
    shown = answer.json()
    assert shown == {
        "id": shown["id"],
        "name": "Laptop",
        "created_at": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "last_used_at": None,
        "backed_up": True,
        "transports": ["hybrid", "internal"],
        "aaguid": AAGUID,
    }
    assert ask("factors/list_passkeys", **ann).json() == [shown]


def test_passkeys_are_listed_the_oldest_first(ann: Values, clock: Clock) -> None:
    made = []
    for _ in range(3):
        made.append(add_passkey(ann, authenticator()))
        clock.advance(seconds=1)
    assert [passkey["id"] for passkey in ask("factors/list_passkeys", **ann).json()] == made


def test_the_token_of_the_step_is_no_other_token(ann: Values) -> None:
    made = made_passkey(ann, authenticator())
    step_token = made["step_token"]
    assert not is_let_in(step_token)
    assert ask("refresh/by_body", refresh_token=step_token).json()["code"] == "invalid_token"
    assert ask("login/passkey", **made).json()["code"] == "invalid_token"
    assert ask("login/second_factor", step_token=step_token, code="123456").json()["code"] == "invalid_token"
    assert ask("factors/reauthenticate_with_passkey", **ann | made).json()["code"] == "wrong_passkey"


def test_a_step_is_good_in_the_session_that_it_was_begun_in_alone(ann: Values) -> None:
    made, other = made_passkey(ann, authenticator()), signed_in()
    assert ask("factors/add_passkey", **other | made).json()["code"] == "wrong_passkey"
    assert ask("factors/add_passkey", **ann | made).status == 201


def test_no_passkey_is_added_for_a_session_that_ended_meanwhile(ann: Values) -> None:
    made = made_passkey(ann, authenticator())
    ask("sessions/logout_access_token", **ann)
    assert ask("factors/add_passkey", **ann | made).json()["code"] == "session_revoked"
    assert "PASSKEY" not in {row["sk"].partition("#")[0] for row in stored("users")}


@pytest.mark.parametrize("settings", [{"origin": "https://taskward.example"}, {"flags": 0x01}, {"rp_id": "example"}])
def test_what_was_made_elsewhere_or_without_verification_is_refused(settings: dict[str, Any], ann: Values) -> None:
    options = ask("factors/passkey_options", **ann).json()
    made = Authenticator(**{"origin": authenticator().origin, **settings}).create(options["options"])
    values = {"step_token": options["step_token"], "credential": json.dumps(made)}
    assert ask("factors/add_passkey", **ann | values).json()["code"] == "wrong_passkey"
    assert names(ann) == []


# --- Renamed, removed ------------------------------------------------------------------------------------------------


def test_a_new_name_changes_nothing_else(ann: Values, ben: Values) -> None:
    passkey_id = add_passkey(ann, phone := authenticator())
    (before,) = ask("factors/list_passkeys", **ann).json()
    answer = ask("factors/rename_passkey", **ann | {"passkey_id": passkey_id})
    assert answer.json() == before | {"name": "Blue key"}
    assert ask("factors/list_passkeys", **ann).json() == [answer.json()]
    assert names(ben) == ["Laptop"]
    assert ask("login/passkey", **passkey_sign_in(phone)).status == 200


@pytest.mark.parametrize(("name", "stored_as"), [("  Key  ", "Key"), ("ключ 🗝", "ключ 🗝"), ("x" * 100, "x" * 100)])
def test_a_name_is_trimmed_and_may_have_a_hundred_characters(name: str, stored_as: str, ann: Values) -> None:
    values = ann | {"passkey_id": add_passkey(ann, authenticator())}
    assert ask_with({"name": name}, "factors/rename_passkey", **values).status == 200
    assert names(ann) == [stored_as]
    assert ask_with({"name": "x" * 101}, "factors/rename_passkey", **values).status == 422


@pytest.mark.parametrize("name", MISSING_AND_FOREIGN)
def test_a_passkey_of_somebody_else_is_answered_exactly_like_one_that_does_not_exist(
    name: str, ann: Values, ben: Values
) -> None:
    foreign = ask(f"{name}_foreign", **ann, foreign_passkey_id=ben["passkey_id"])
    missing = ask(f"{name}_missing", **ann)
    assert foreign.headers == missing.headers
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}


@pytest.mark.parametrize("passkey_id", ["x", "x" * 1100, "PASSKEY#", "%00" * 12])
def test_a_text_that_is_no_id_is_a_passkey_that_does_not_exist(passkey_id: str, ann: Values) -> None:
    for name in MISSING_AND_FOREIGN:
        assert ask(name, **ann | {"passkey_id": passkey_id}).status == 404


def test_a_removed_passkey_is_gone_and_the_others_stay(ann: Values) -> None:
    phone, laptop = authenticator(), authenticator()
    first, second = add_passkey(ann, phone), add_passkey(ann, laptop)
    assert ask("factors/remove_passkey", **ann | {"passkey_id": first}).status == 204
    assert [passkey["id"] for passkey in ask("factors/list_passkeys", **ann).json()] == [second]
    assert ask("login/passkey", **passkey_sign_in(phone)).status == 401
    assert ask("login/passkey", **passkey_sign_in(laptop)).status == 200
    assert ask("factors/remove_passkey", **ann | {"passkey_id": first}).status == 404


def test_there_is_room_again_once_one_of_ten_is_removed(ann: Values) -> None:
    first, *_ = [add_passkey(ann, authenticator()) for _ in range(10)]
    assert ask("factors/passkey_options_too_many", **ann).status == 409
    assert ask("factors/remove_passkey", **ann | {"passkey_id": first}).status == 204
    add_passkey(ann, authenticator())
    assert ask("factors/passkey_options_too_many", **ann).status == 409


# --- The last way in -------------------------------------------------------------------------------------------------


def test_without_a_password_the_last_passkey_stays_and_the_last_but_one_need_not(ann: Values) -> None:
    first, second = add_passkey(ann, authenticator()), add_passkey(ann, authenticator())
    assert ask("account/remove_password", **ann).status == 204
    assert ask("factors/remove_passkey", **ann | {"passkey_id": first}).status == 204
    answer = ask("factors/remove_passkey", **ann | {"passkey_id": second})
    assert answer.json()["code"] == "last_way_in"
    assert ask("account/change_password_without_current_one", **ann).status == 204
    assert ask("factors/remove_passkey", **ann | {"passkey_id": second}).status == 204


# --- Who is told -----------------------------------------------------------------------------------------------------


def test_its_owner_is_told_of_passkeys_that_are_added_and_removed(ann: Values) -> None:
    passkey_id = add_passkey(ann, authenticator())
    ask("factors/rename_passkey", **ann | {"passkey_id": passkey_id})
    ask("factors/remove_passkey", **ann | {"passkey_id": passkey_id})
    told = {event["type"] for event in ask("account/events", **ann).json()}
    assert told >= {"passkey_added", "passkey_removed"}
    send_mail()
    assert {mail.subject for mail in aws.mailed()} >= {"A passkey was added", "A passkey was removed"}
