"""Who is signed in proves again who they are: by password and code, or by passkey; fed from events/factors."""

import json
from dataclasses import replace

import pytest

from local.samples.authenticator import USER_PRESENT, Authenticator
from tests.conftest import Clock
from tests.support.factors import (
    SecondFactor,
    Values,
    add_passkey,
    add_second_factor,
    authenticator,
    made_passkey,
    passkey_proof,
    passkey_sign_in,
    reauthenticate,
    verify,
)
from tests.support.sample_events import (
    Case,
    ask,
    ask_with,
    authorized,
    check,
    is_let_in,
    placeholders,
    signed_in,
    signed_up,
    stored,
)

FIVE_WRONG = ["factors/reauthenticate_wrong_password"] * 5

CASES = {
    "factors/reauthentication_options": Case(200),
    "factors/reauthenticate": Case(204),
    "factors/reauthenticate_with_code": Case(204),
    "factors/reauthenticate_with_passkey": Case(204),
    "factors/reauthenticate_wrong_password": Case(403, "wrong_password"),
    "factors/reauthenticate_wrong_code": Case(403, "wrong_code"),
    "factors/reauthenticate_without_code": Case(403, "wrong_code"),
    "factors/reauthenticate_wrong_passkey": Case(403, "wrong_passkey"),
    "factors/reauthenticate_foreign_step": Case(403, "wrong_passkey"),
    "factors/reauthenticate_too_many_attempts": Case(429, "too_many_attempts", after=FIVE_WRONG),
    "factors/reauthenticate_without_proof": Case(422, "invalid_request", ["password"]),
    "factors/reauthenticate_wrong_types": Case(
        422, "invalid_request", ["password", "code", "step_token", "credential"]
    ),
}
PROVES = {name for name, case in CASES.items() if case.status == 204}
WITH_SECOND_FACTOR = {f"factors/reauthenticate_{how}" for how in ("with_code", "wrong_code", "without_code")}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, and whose address is verified."""
    return verify(signed_up())


@pytest.fixture
def phone(ann: Values) -> Authenticator:
    """What has the one passkey of hers."""
    phone = authenticator()
    add_passkey(ann, phone)
    return phone


def filled(name: str, ann: Values, phone: Authenticator, clock: Clock) -> Values:
    """Her values, with what the event needs besides; she has a second factor where the event is about one."""
    values = dict(ann)
    if name in WITH_SECOND_FACTOR:
        values["code"] = add_second_factor(ann, clock).code()
    values |= passkey_proof(ann, phone)
    # Signed in another step than the one it is sent in.
    values["wrong_credential"] = passkey_proof(ann, phone)["credential"]
    if "foreign_step_token" in placeholders(name):
        ben = signed_up("register/by_cookie")
        begun = ask("factors/reauthentication_options", **ben).json()
        values |= {
            "foreign_step_token": begun["step_token"],
            "credential": json.dumps(phone.get(begun["options"])),
        }
    return values


def authenticated_at(values: Values) -> int:
    """When she authenticated last in this session, as the authorizer says."""
    return int(authorized(values["access_token"])["authenticated_at"])


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_only_a_proof_counts_as_an_authentication(
    name: str, ann: Values, phone: Authenticator, clock: Clock
) -> None:
    values = filled(name, ann, phone, clock)
    clock.advance(seconds=30)
    for earlier in CASES[name].after:
        ask(earlier, **values)
    before = authenticated_at(ann)
    check(name, CASES[name], ask(name, **values))
    assert (authenticated_at(ann) > before) == (name in PROVES)


# --- What it changes -------------------------------------------------------------------------------------------------


def test_it_counts_in_the_same_session_with_the_same_tokens_and_in_no_other(ann: Values, clock: Clock) -> None:
    other = signed_in()
    clock.advance(seconds=700)
    before = stored("sessions")
    assert ask("factors/reauthenticate", **ann).text == ""
    now = int(clock.now().timestamp())
    assert (authenticated_at(ann), authenticated_at(other)) == (now, now - 700)
    changed = [row for row in stored("sessions") if row not in before]
    assert [row["session_id"] for row in changed] == [ann["session_id"]]
    assert ask("refresh/by_body", **ann).status == 200
    shown = {session["id"]: session["authenticated_at"] for session in ask("sessions/list", **ann).json()}
    assert shown[ann["session_id"]] == clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert shown[other["session_id"]] < shown[ann["session_id"]]


def test_a_refresh_is_no_authentication(ann: Values, clock: Clock) -> None:
    clock.advance(seconds=700)
    refreshed = ask("refresh/by_body", **ann).json()
    assert authenticated_at({"access_token": refreshed["access_token"]}) == int(clock.now().timestamp()) - 700


def test_a_session_that_ended_meanwhile_is_not_brought_back(ann: Values) -> None:
    ask("sessions/logout_access_token", **ann)
    assert ask("factors/reauthenticate", **ann).json()["code"] == "session_revoked"
    assert not is_let_in(ann["access_token"])


# --- By password and code --------------------------------------------------------------------------------------------


def test_where_there_is_a_second_factor_the_password_alone_is_no_proof(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    before = authenticated_at(ann)
    assert ask("factors/reauthenticate", **ann).json()["code"] == "wrong_code"
    assert authenticated_at(ann) == before
    assert ask("factors/reauthenticate_with_code", **ann, code=app.code()).status == 204
    assert authenticated_at(ann) > before


def test_a_code_counts_once_here_too(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    assert ask("factors/reauthenticate_with_code", **ann, code=app.code()).status == 204
    assert ask("factors/reauthenticate_with_code", **ann, code=app.code()).json()["code"] == "wrong_code"
    first, *_ = app.recovery_codes
    assert ask("factors/reauthenticate_with_code", **ann, code=first).status == 204
    assert ask("factors/reauthenticate_with_code", **ann, code=first).json()["code"] == "wrong_code"


def test_a_code_is_not_looked_at_before_the_password_was_right(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    body = {"password": "a quiet river at dusk", "code": app.code()}
    assert ask_with(body, "factors/reauthenticate", **ann).json()["code"] == "wrong_password"
    assert ask("factors/reauthenticate_with_code", **ann, code=app.code()).status == 204


def test_a_code_that_nobody_asked_for_changes_nothing(ann: Values) -> None:
    assert ask("factors/reauthenticate_with_code", **ann, code="31415x").status == 204


def test_wrong_passwords_are_counted_with_those_at_the_sign_in(ann: Values, clock: Clock) -> None:
    for _ in range(5):
        assert ask("factors/reauthenticate_wrong_password", **ann).status == 403
    assert ask("login/ok").header("retry-after") == "1"
    assert ask("factors/reauthenticate", **ann).header("retry-after") == "1"
    clock.advance(seconds=1)
    reauthenticate(ann)


def test_wrong_codes_are_counted_although_each_comes_with_the_right_password(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    for _ in range(5):
        assert ask("factors/reauthenticate_wrong_code", **ann).status == 403
    answer = ask("factors/reauthenticate_with_code", **ann, code=app.code())
    assert (answer.status, answer.header("retry-after")) == (429, "1")


# --- By passkey ------------------------------------------------------------------------------------------------------


def test_the_options_name_the_user_s_passkeys_and_no_others(ann: Values, phone: Authenticator) -> None:
    ben = verify(signed_up("register/by_cookie"))
    add_passkey(ben, authenticator())
    (allowed,) = ask("factors/reauthentication_options", **ann).json()["options"]["allowCredentials"]
    begun = ask("login/passkey_options").json()
    assert allowed == {"type": "public-key", "id": phone.get(begun["options"])["id"]}


def test_a_passkey_proves_who_it_is_whatever_second_factor_there_is(
    ann: Values, phone: Authenticator, clock: Clock
) -> None:
    add_second_factor(ann, clock)
    before = authenticated_at(ann)
    proof = passkey_proof(ann, replace(phone, names_user=False))
    assert ask("factors/reauthenticate_with_passkey", **ann | proof).status == 204
    assert authenticated_at(ann) > before


def test_a_passkey_s_proof_counts_once_and_in_its_own_session_alone(ann: Values, phone: Authenticator) -> None:
    other = signed_in()
    proof = passkey_proof(ann, phone)
    name = "factors/reauthenticate_with_passkey"
    assert ask(name, **other | proof).json()["code"] == "wrong_passkey"
    assert ask(name, **ann | proof).status == 204
    assert ask(name, **ann | proof).json()["code"] == "wrong_passkey"


def test_a_passkey_s_step_passes_with_time(ann: Values, phone: Authenticator, clock: Clock) -> None:
    proof = passkey_proof(ann, phone)
    clock.advance(seconds=300)
    assert ask("factors/reauthenticate_with_passkey", **ann | proof).json()["code"] == "wrong_passkey"


def test_steps_of_other_purposes_prove_nothing(ann: Values, phone: Authenticator) -> None:
    for begun in (passkey_sign_in(phone), made_passkey(ann, authenticator())):
        assert ask("factors/reauthenticate_with_passkey", **ann | begun).json()["code"] == "wrong_passkey"


def test_the_token_of_the_step_is_no_other_token(ann: Values, phone: Authenticator) -> None:
    proof = passkey_proof(ann, phone)
    assert not is_let_in(proof["step_token"])
    assert ask("refresh/by_body", refresh_token=proof["step_token"]).json()["code"] == "invalid_token"
    assert ask("login/passkey", **proof).json()["code"] == "invalid_token"
    assert ask("factors/add_passkey", **ann | proof).json()["code"] == "wrong_passkey"


def test_somebody_else_s_passkey_proves_nothing(ann: Values, phone: Authenticator) -> None:
    ben = verify(signed_up("register/by_cookie"))
    bens = authenticator()
    add_passkey(ben, bens)
    begun = ask("factors/reauthentication_options", **ann).json()
    credential = bens.get(begun["options"] | {"allowCredentials": []})
    values = {"step_token": begun["step_token"], "credential": json.dumps(credential)}
    assert ask("factors/reauthenticate_with_passkey", **ann | values).json()["code"] == "wrong_passkey"


def test_a_passkey_whose_user_was_not_verified_proves_nothing(ann: Values, phone: Authenticator) -> None:
    proof = passkey_proof(ann, replace(phone, flags=USER_PRESENT))
    assert ask("factors/reauthenticate_with_passkey", **ann | proof).json()["code"] == "wrong_passkey"


# --- Who is told -----------------------------------------------------------------------------------------------------


def test_its_owner_reads_of_it(ann: Values, phone: Authenticator, clock: Clock) -> None:
    app: SecondFactor = add_second_factor(ann, clock)
    ask("factors/reauthenticate_wrong_password", **ann)
    ask("factors/reauthenticate_wrong_code", **ann)
    ask("factors/reauthenticate_wrong_passkey", **filled("factors/reauthenticate_wrong_passkey", ann, phone, clock))
    ask("factors/reauthenticate_with_code", **ann, code=app.recovery_codes[0])
    told = {event["type"] for event in ask("account/events", **ann).json()}
    checks = {"password_check_failed", "code_check_failed", "passkey_check_failed"}
    assert told >= checks | {"recovery_code_used", "reauthenticated"}
