"""Sign-in with a passkey alone; fed from events/login."""

import json
from dataclasses import replace
from typing import Any

import pytest

from local.samples.authenticator import EDDSA, RS256, USER_PRESENT, Authenticator, altered
from tests.conftest import Clock
from tests.support.factors import (
    SITE,
    Values,
    add_passkey,
    add_second_factor,
    authenticator,
    first_step,
    passkey_sign_in,
    verify,
)
from tests.support.sample_events import Case, ask, check, is_let_in, placeholders, signed_up, stored

MANY_WRONG = ["login/passkey_wrong"] * 25

CASES = {
    "login/passkey_options": Case(200),
    "login/passkey": Case(200),
    "login/passkey_by_cookie": Case(200),
    "login/passkey_over_another_session": Case(200),
    "login/passkey_wrong": Case(401, "invalid_passkey"),
    "login/passkey_unknown": Case(401, "invalid_passkey"),
    "login/passkey_malformed": Case(401, "invalid_passkey"),
    "login/passkey_used_step": Case(401, "invalid_token"),
    "login/passkey_expired_step": Case(401, "token_expired"),
    "login/passkey_second_factor_step": Case(401, "invalid_token"),
    "login/passkey_too_many_attempts": Case(429, "too_many_attempts", after=MANY_WRONG),
    "login/passkey_missing_members": Case(422, "invalid_request", ["step_token", "credential"]),
    "login/passkey_wrong_types": Case(422, "invalid_request", ["step_token", "credential"]),
    "login/passkey_unknown_member": Case(422, "invalid_request", ["remember"]),
}
STARTS_A_SESSION = {"login/passkey", "login/passkey_by_cookie", "login/passkey_over_another_session"}


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
    """Her values, with what the event needs besides."""
    wanted = placeholders(name)
    values = dict(ann)
    begun = ask("login/passkey_options").json()
    if "second_factor_step_token" in wanted:
        add_second_factor(ann, clock)
        values["second_factor_step_token"] = first_step()
    values |= passkey_sign_in(phone)
    if "used_step_token" in wanted:
        assert ask("login/passkey", **values).status == 200
        values["used_step_token"] = values["step_token"]
    if "expired_step_token" in wanted:
        clock.advance(seconds=300)
        values["expired_step_token"] = values["step_token"]
    if "unknown_credential" in wanted:
        values["unknown_credential"] = json.dumps(stranger().get(begun["options"]))
        values["step_token"] = begun["step_token"]
    # Signed for another step than the one it is sent in.
    values["wrong_credential"] = values["credential"]
    if "wrong_credential" in wanted:
        values["step_token"] = begun["step_token"]
    return values


def stranger() -> Authenticator:
    """An authenticator with a passkey for this site that no account has."""
    made = authenticator()
    user = {"id": "AAAAAAAAAAAAAAAAAAAAAA", "name": "nobody", "displayName": "nobody"}
    parameters = [{"type": "public-key", "alg": -7}]
    rp_id = SITE.removeprefix("https://")
    made.create({"rp": {"id": rp_id}, "user": user, "challenge": "AAAA", "pubKeyCredParams": parameters})
    return made


def sessions() -> set[str]:
    """All sessions that there are."""
    return {item["session_id"] for item in stored("sessions")}


def refusal(used: Authenticator) -> Any:
    """The code of the refusal of what an authenticator signs in a new sign-in."""
    return ask("login/passkey", **passkey_sign_in(used)).json()["code"]


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_only_a_good_passkey_starts_a_session(
    name: str, ann: Values, phone: Authenticator, clock: Clock
) -> None:
    values = filled(name, ann, phone, clock)
    for earlier in CASES[name].after:
        ask(earlier, **values)
    before = sessions()
    check(name, CASES[name], ask(name, **values))
    assert bool(sessions() - before) == (name in STARTS_A_SESSION)


# --- Options ---------------------------------------------------------------------------------------------------------


def test_the_options_name_nobody_and_ask_for_the_user_s_own_verification(moto_tables: None) -> None:
    first, second = (ask("login/passkey_options").json() for _ in range(2))
    assert first.keys() == {"step_token", "options"}
    options = first["options"]
    assert (options["rpId"], options["allowCredentials"]) == (SITE.removeprefix("https://"), [])
    assert (options["userVerification"], options["timeout"]) == ("required", 300_000)
    assert len(options["challenge"]) == 43
    assert options["challenge"] != second["options"]["challenge"]


def test_options_cost_no_write(moto_tables: None) -> None:
    before = stored("users"), stored("sessions")
    assert ask("login/passkey_options").status == 200
    assert (stored("users"), stored("sessions")) == before


def test_the_token_of_the_step_is_no_other_token(ann: Values, phone: Authenticator) -> None:
    begun = passkey_sign_in(phone)
    step_token = begun["step_token"]
    assert not is_let_in(step_token)
    assert ask("refresh/by_body", refresh_token=step_token).json()["code"] == "invalid_token"
    assert ask("login/second_factor", step_token=step_token, code="123456").json()["code"] == "invalid_token"
    for name in ("factors/add_passkey", "factors/reauthenticate_with_passkey"):
        assert ask(name, **ann | begun).json()["code"] == "wrong_passkey"


# --- The answer ------------------------------------------------------------------------------------------------------


def test_a_passkey_signs_in_by_itself_whatever_else_the_account_has(
    ann: Values, phone: Authenticator, clock: Clock
) -> None:
    add_second_factor(ann, clock)
    answer = ask("login/passkey", **passkey_sign_in(phone))
    grant = answer.json()
    assert grant.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "session_id", "user"}
    assert grant["user"] == ask("account/read", **ann).json()
    assert grant["session_id"] != ann["session_id"]
    assert is_let_in(grant["access_token"])
    assert answer.header("set-cookie") is None


def test_a_browser_gets_the_refresh_token_in_a_cookie_that_no_script_can_read(
    ann: Values, phone: Authenticator
) -> None:
    answer = ask("login/passkey_by_cookie", **passkey_sign_in(phone))
    cookie = answer.cookie()
    assert "refresh_token" not in answer.json()
    assert (cookie.key, cookie["path"], cookie["domain"]) == ("__Host-taskward_refresh", "/", "")
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Strict")
    assert ask("refresh/by_cookie", refresh_token=cookie.value).json()["session_id"] == answer.json()["session_id"]


def test_a_sign_in_ends_the_session_that_the_browser_leaves_behind(ann: Values, phone: Authenticator) -> None:
    answer = ask("login/passkey_over_another_session", **ann, **passkey_sign_in(phone))
    assert not is_let_in(ann["access_token"])
    assert is_let_in(answer.json()["access_token"])


@pytest.mark.parametrize("algorithm", [EDDSA, RS256])
def test_keys_of_other_kinds_sign_in_too(algorithm: int, ann: Values) -> None:
    key = authenticator(algorithm=algorithm)
    add_passkey(ann, key)
    assert ask("login/passkey", **passkey_sign_in(key)).status == 200


def test_its_use_is_noted_with_the_passkey(ann: Values, phone: Authenticator, clock: Clock) -> None:
    (unused,) = ask("factors/list_passkeys", **ann).json()
    assert unused["last_used_at"] is None
    clock.advance(seconds=60)
    ask("login/passkey", **passkey_sign_in(phone))
    (used,) = ask("factors/list_passkeys", **ann).json()
    assert used == unused | {"last_used_at": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_each_passkey_of_an_account_signs_in_to_it_and_to_no_other(ann: Values, phone: Authenticator) -> None:
    ben = signed_up("register/by_cookie")
    verify(ben)
    key, bens = authenticator(), authenticator()
    add_passkey(ann, key)
    add_passkey(ben, bens)
    for used, owner in ((phone, ann), (key, ann), (bens, ben)):
        assert ask("login/passkey", **passkey_sign_in(used)).json()["user"]["id"] == owner["user_id"]


# --- What proves nothing ---------------------------------------------------------------------------------------------


def test_a_passkey_does_not_sign_in_as_somebody_else(ann: Values, phone: Authenticator) -> None:
    ben = verify(signed_up("register/by_cookie"))
    bens = authenticator()
    add_passkey(ben, bens)
    (anns,), (credential,) = phone.credentials, bens.credentials
    bens.credentials = [replace(credential, user_handle=anns.user_handle)]
    assert refusal(bens) == "invalid_passkey"


@pytest.mark.parametrize(
    "settings",
    [
        {"origin": "https://taskward.example"},
        {"origin": SITE + ":8443"},
        {"rp_id": "taskward.example"},
        {"flags": USER_PRESENT},
        {"client_data": {"type": "webauthn.create"}},
        {"client_data": {"crossOrigin": True}},
    ],
    ids=["origin", "port", "relying party", "nobody verified", "kind", "frame"],
)
def test_what_was_signed_elsewhere_or_otherwise_is_refused(
    settings: dict[str, Any], ann: Values, phone: Authenticator
) -> None:
    before = sessions()
    assert refusal(replace(phone, **settings)) == "invalid_passkey"
    assert sessions() == before


def test_a_signature_that_was_changed_is_refused(ann: Values, phone: Authenticator) -> None:
    begun = ask("login/passkey_options").json()
    credential = altered(phone.get(begun["options"]), "signature", lambda data: data[:-1] + bytes([data[-1] ^ 1]))
    answer = ask("login/passkey", step_token=begun["step_token"], credential=json.dumps(credential))
    assert answer.json()["code"] == "invalid_passkey"


def test_a_passkey_that_was_removed_is_refused_from_then_on(ann: Values, phone: Authenticator) -> None:
    begun = passkey_sign_in(phone)
    (passkey,) = ask("factors/list_passkeys", **ann).json()
    assert ask("factors/remove_passkey", **ann, passkey_id=passkey["id"]).status == 204
    assert ask("login/passkey", **begun).json()["code"] == "invalid_passkey"


def test_a_passkey_of_a_deleted_account_is_refused_from_then_on(ann: Values, phone: Authenticator) -> None:
    begun = passkey_sign_in(phone)
    assert ask("account/delete", **ann).status == 204
    # Its row is still there, until the worker comes to it.
    assert ask("login/passkey", **begun).json()["code"] == "invalid_passkey"


def test_refusals_do_not_tell_whether_there_is_such_a_passkey_or_such_a_user(
    ann: Values, phone: Authenticator, clock: Clock
) -> None:
    answers = [
        ask(name, **filled(name, ann, phone, clock)) for name in ("login/passkey_wrong", "login/passkey_unknown")
    ]
    wrong, unknown = ({**answer.json(), "request_id": ""} for answer in answers)
    assert wrong == unknown
    assert answers[0].headers == answers[1].headers


def test_a_copy_of_a_passkey_is_noticed_by_its_counter(ann: Values, clock: Clock) -> None:
    key = authenticator(counts_by=1)
    add_passkey(ann, key)
    copy = key.clone()
    assert ask("login/passkey", **passkey_sign_in(key)).status == 200
    clock.advance(seconds=1)
    assert refusal(copy) == "invalid_passkey"
    event = ask("account/events", **ann).json()[0]
    assert (event["type"], event["reason"]) == ("passkey_check_failed", "counter_went_back")


def test_an_answer_that_comes_a_second_time_is_a_replay_and_no_copy(ann: Values) -> None:
    key = authenticator(counts_by=1)
    add_passkey(ann, key)
    begun = passkey_sign_in(key)
    assert ask("login/passkey", **begun).status == 200
    assert ask("login/passkey", **begun).json()["code"] == "invalid_token"
    told = [event["type"] for event in ask("account/events", **ann).json()]
    assert "passkey_check_failed" not in told


# --- Too many tries --------------------------------------------------------------------------------------------------


def test_a_network_that_sends_too_much_that_proves_nothing_has_to_wait_and_its_good_passkeys_do_not(
    ann: Values, phone: Authenticator, clock: Clock
) -> None:
    values = filled("login/passkey_wrong", ann, phone, clock)
    for _ in range(25):
        assert ask("login/passkey_wrong", **values).status == 401
    assert ask("login/passkey_wrong", **values).header("retry-after") == "1"
    assert ask("login/passkey", **passkey_sign_in(phone)).status == 200
    clock.advance(seconds=1)
    assert ask("login/passkey_wrong", **values).status == 401
