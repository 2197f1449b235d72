"""The way back to an address that was changed, for an owner whose account somebody has taken over."""

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import (
    PASSWORD,
    Values,
    add_passkey,
    add_second_factor,
    add_token,
    authenticator,
    change_address,
    change_link,
    link,
    passkey_sign_in,
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
    send_mail,
    signed_in,
    signed_up,
    stored,
)
from tests.support.ways_in import aged

OLD, NEW = "ann@example.com", "ann.of.arden@example.com"
NEW_PASSWORD = "three lanterns, no wind"

CASES = {
    "recovery/restore": Case(204),
    "recovery/restore_used": Case(400, "invalid_link"),
    "recovery/restore_malformed": Case(400, "invalid_link"),
    "recovery/restore_missing_token": Case(422, "invalid_request", ["token"]),
}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, and whose address is verified."""
    return verify(signed_up())


def filled(name: str, ann: Values) -> Values:
    """The token that the event needs, in the state that it names."""
    values: Values = {}
    for placeholder in placeholders(name):
        values[placeholder] = change_address(ann)
        if placeholder == "used_undo_token":
            ask("recovery/restore", undo_token=values[placeholder])
    return values


def sign_in(email: str, password: str = PASSWORD) -> Any:
    """The answer to a sign-in with an address."""
    return ask_with({"email": email, "password": password}, "login/ok")


def values_of(grant: Any) -> Values:
    """The values that events are filled with in a new session."""
    return {"access_token": grant["access_token"], **authorized(grant["access_token"])}


def addresses() -> list[str]:
    """The addresses that accounts have."""
    return [row["email"] for row in stored("users") if row["sk"] == "PROFILE"]


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_only_a_good_link_changes_an_address(
    name: str, ann: Values
) -> None:
    values = filled(name, ann)
    before = addresses()
    check(name, CASES[name], ask(name, **values))
    assert (addresses() != before) == (name == "recovery/restore")


def test_the_way_back_restores_the_address_and_leaves_no_way_in_but_a_new_link(ann: Values, clock: Clock) -> None:
    other, token = signed_in(), add_token(ann, "tasks:read")
    undo_token = change_address(ann)
    assert ask("recovery/restore", undo_token=undo_token).status == 204
    for text in (ann["access_token"], other["access_token"], token["personal_access_token"]):
        assert not is_let_in(text)
    assert (sign_in(OLD).status, sign_in(NEW).status) == (401, 401)
    assert ask("recovery/reset", reset_token=link("reset-password")).status == 204
    assert sign_in(OLD, NEW_PASSWORD).status == 200
    # Nobody's now.
    assert ask_with({"email": NEW, "password": "seven grey stones"}, "register/created").status == 201


def test_the_link_for_a_new_password_goes_to_the_restored_address(ann: Values) -> None:
    undo_token = change_address(ann)
    before = len(aws.mailed())
    ask("recovery/restore", undo_token=undo_token)
    assert {(mail.to, mail.subject) for mail in send_mail()[before:]} == {
        (OLD, "Reset your password"),
        (OLD, "The change of your e-mail address was undone"),
        (NEW, "Your e-mail address was changed"),
    }


def test_what_was_added_since_the_change_goes_and_what_was_there_before_stays(ann: Values, clock: Clock) -> None:
    owners, thiefs = authenticator(), authenticator()
    add_passkey(ann, owners)
    aged(ann["user_id"])
    undo_token = change_address(ann)
    clock.advance(seconds=10)
    add_passkey(ann, thiefs)
    add_second_factor(ann, clock)
    assert ask("recovery/restore", undo_token=undo_token).status == 204
    assert ask("login/passkey", **passkey_sign_in(thiefs)).json()["code"] == "invalid_passkey"
    grant = ask("login/passkey", **passkey_sign_in(owners)).json()
    user = grant["user"]
    assert (user["email"], user["has_password"], user["second_factor"]) == (OLD, False, False)


def test_a_second_factor_from_before_the_change_stays(ann: Values, clock: Clock) -> None:
    app = add_second_factor(ann, clock)
    aged(ann["user_id"])
    undo_token = change_address(ann)
    ask("recovery/restore", undo_token=undo_token)
    assert ask("recovery/reset", reset_token=link("reset-password")).status == 204
    answer = sign_in(OLD, NEW_PASSWORD)
    assert answer.status == 202
    step_token = answer.json()["step_token"]
    assert ask("login/second_factor", step_token=step_token, code=app.code()).status == 200


def test_the_way_back_is_open_whatever_was_changed_since(ann: Values, clock: Clock) -> None:
    undo_token = change_address(ann)
    assert ask("account/change_password", **ann).status == 204
    add_second_factor(ann, clock)
    clock.advance(days=7, seconds=-31)
    assert ask("recovery/restore", undo_token=undo_token).status == 204
    assert addresses() == [OLD]


def test_the_way_back_is_open_for_a_week(ann: Values, clock: Clock) -> None:
    undo_token = change_address(ann)
    clock.advance(days=7)
    assert ask("recovery/restore", undo_token=undo_token).json()["code"] == "invalid_link"


def test_who_took_an_account_over_cannot_take_it_back_in_turn(ann: Values, clock: Clock) -> None:
    first = change_address(ann)
    clock.advance(hours=1)
    body = {"email": "mallory@example.com", "password": PASSWORD}
    assert ask_with(body, "account/change_email", **values_of(sign_in(NEW).json())).status == 204
    assert ask("recovery/confirm", change_token=link("confirm-email")).status == 204
    second = link("restore-email")
    assert second != first
    assert ask("recovery/restore", undo_token=first).status == 204
    assert addresses() == [OLD]
    assert ask("recovery/restore", undo_token=second).json()["code"] == "invalid_link"
    assert addresses() == [OLD]


def test_a_link_is_no_other_link_and_no_token(ann: Values) -> None:
    tokens = {"change_token": change_link(ann)}
    ask("recovery/confirm", **tokens)
    tokens["undo_token"] = link("restore-email")
    places = {
        "recovery/reset": "reset_token",
        "recovery/verify": "verification_token",
        "recovery/confirm": "change_token",
        "recovery/restore": "undo_token",
    }
    for kind, token in tokens.items():
        for name, place in places.items():
            if place != kind:
                assert ask(name, **{place: token}).json()["code"] == "invalid_link"
        assert not is_let_in(token)


def test_its_owner_reads_of_it(ann: Values) -> None:
    ask("recovery/restore", undo_token=change_address(ann))
    ask("recovery/reset", reset_token=link("reset-password"))
    values = values_of(sign_in(OLD, NEW_PASSWORD).json())
    told = {(event["type"], event["reason"]) for event in ask("account/events", **values).json()}
    assert told >= {("email_change_undone", None), ("session_ended", "email_change_undone")}
