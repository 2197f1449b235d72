"""Accounts without a password, of those who sign in with passkeys alone; fed from events/account."""

import pytest

from local.samples.authenticator import Authenticator
from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import (
    PASSWORD,
    Values,
    add_passkey,
    add_second_factor,
    authenticator,
    link,
    passkey_sign_in,
    verify,
)
from tests.support.sample_events import (
    Case,
    ask,
    ask_with,
    check,
    is_let_in,
    send_mail,
    signed_in,
    signed_up,
)

CASES = {
    "account/remove_password": Case(204),
    "account/change_password_without_current_one": Case(204),
    "account/change_password_wrong": Case(403, "wrong_password"),
    "account/change_email_without_password": Case(204),
    "account/change_email_wrong_password": Case(403, "wrong_password"),
    "account/delete_missing_password": Case(204),
    "account/delete_wrong_password": Case(403, "wrong_password"),
    "factors/reauthenticate": Case(403, "wrong_password"),
}
LAST_WAY_IN = {"account/remove_password_last_way_in": Case(409, "last_way_in")}


@pytest.fixture
def phone() -> Authenticator:
    """What has Ann's passkey."""
    return authenticator()


@pytest.fixture
def ann(moto_tables: None, clock: Clock, phone: Authenticator) -> Values:
    """Values of somebody who is signed in and has a passkey, and no password."""
    ann = verify(signed_up())
    add_passkey(ann, phone)
    assert ask("account/remove_password", **ann).status == 204
    return ann


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says(name: str, ann: Values) -> None:
    check(name, CASES[name], ask(name, **ann))


@pytest.mark.parametrize("name", LAST_WAY_IN)
def test_a_password_stays_where_there_is_no_passkey(name: str, moto_tables: None) -> None:
    check(name, LAST_WAY_IN[name], ask(name, **verify(signed_up())))
    assert ask("login/ok").status == 200


@pytest.mark.parametrize("password", [PASSWORD, "", "None", "a quiet river at dusk"])
def test_no_password_signs_in_any_more_and_the_passkey_does(password: str, ann: Values, phone: Authenticator) -> None:
    refused = ask_with({"email": "ann@example.com", "password": password}, "login/ok")
    assert refused.json()["code"] == "invalid_credentials"
    grant = ask("login/passkey", **passkey_sign_in(phone)).json()
    assert grant["user"]["has_password"] is False


def test_the_refusal_does_not_tell_that_there_is_none(ann: Values) -> None:
    without, unknown = ask("login/wrong_password"), ask("login/unknown_email")
    assert without.headers == unknown.headers
    assert without.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


def test_removing_the_password_leaves_sessions_alone_and_links_worthless(moto_tables: None, clock: Clock) -> None:
    ann = verify(signed_up())
    other = signed_in()
    add_passkey(ann, authenticator())
    ask("recovery/forgot")
    reset_token = link("reset-password")
    assert ask("account/remove_password", **ann).status == 204
    assert is_let_in(ann["access_token"])
    assert is_let_in(other["access_token"])
    assert ask("recovery/reset", reset_token=reset_token).json()["code"] == "invalid_link"


def test_a_password_that_is_set_anew_counts_and_ends_the_other_sessions(ann: Values, phone: Authenticator) -> None:
    other = ask("login/passkey", **passkey_sign_in(phone)).json()
    assert ask("account/change_password_without_current_one", **ann).status == 204
    body = {"email": "ann@example.com", "password": "three lanterns, no wind"}
    assert ask_with(body, "login/ok").status == 200
    assert not is_let_in(other["access_token"])
    assert is_let_in(ann["access_token"])
    # From now on it is asked for.
    assert ask("account/change_password_without_current_one", **ann).json()["code"] == "wrong_password"


def test_a_new_password_is_held_to_the_same_as_any(ann: Values) -> None:
    for new in ("Password1", "lantern", "ann@example.com"):
        answer = ask_with({"new_password": new}, "account/change_password_without_current_one", **ann)
        assert (answer.status, answer.json()["errors"][0]["field"]) == (422, "new_password")


def test_a_second_factor_is_turned_off_by_a_code_alone(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    answer = ask_with({"code": app.code()}, "factors/turn_second_factor_off", **ann, code="")
    assert answer.status == 204


def test_its_owner_is_told_that_the_password_was_removed(ann: Values) -> None:
    assert "password_removed" in [event["type"] for event in ask("account/events", **ann).json()]
    send_mail()
    assert "Your password was removed" in {mail.subject for mail in aws.mailed()}
