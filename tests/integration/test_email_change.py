"""Change of the address: asked for, and confirmed at the new one; fed from events/account and events/recovery."""

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import (
    PASSWORD,
    SITE,
    Values,
    add_second_factor,
    add_token,
    change_address,
    change_link,
    link,
    verify,
)
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

OLD, NEW = "ann@example.com", "ann.of.arden@example.com"

CASES = {
    "account/change_email": Case(204),
    "account/change_email_to_a_taken_one": Case(204),
    "account/change_email_to_the_same": Case(422, "invalid_request", ["email"]),
    "account/change_email_wrong_password": Case(403, "wrong_password"),
    "account/change_email_without_password": Case(403, "wrong_password"),
    "account/change_email_not_an_email": Case(422, "invalid_request", ["email"]),
    # The mail that greeted her at her registration counts as one.
    "account/change_email_too_many_attempts": Case(429, "too_many_attempts", after=["account/change_email"] * 2),
    "account/change_email_missing_members": Case(422, "invalid_request", ["email"]),
    "account/change_email_unknown_member": Case(422, "invalid_request", ["name"]),
    "recovery/confirm": Case(204),
    "recovery/confirm_used": Case(400, "invalid_link"),
    "recovery/confirm_taken": Case(409, "email_exists"),
    "recovery/confirm_malformed": Case(400, "invalid_link"),
    "recovery/confirm_missing_token": Case(422, "invalid_request", ["token"]),
}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, and whose address is verified."""
    return verify(signed_up())


def register(email: str) -> int:
    """The status of somebody else's registration with an address."""
    return ask_with({"email": email, "password": "seven grey stones"}, "register/created").status


def filled(name: str, ann: Values) -> Values:
    """Her values, with the token that the event needs, in the state that it names."""
    values = dict(ann)
    for placeholder in placeholders(name) - values.keys():
        values[placeholder] = change_link(ann)
        if placeholder == "used_change_token":
            ask("recovery/confirm", change_token=values[placeholder])
    if name == "recovery/confirm_taken":
        assert register(NEW) == 201
    return values


def addresses() -> dict[str, str]:
    """Who has which address."""
    return {row["pk"]: row["email"] for row in stored("users") if row["sk"] == "PROFILE"}


def signs_in(email: str, password: str = PASSWORD) -> int:
    """The status of a sign-in with an address."""
    return ask_with({"email": email, "password": password}, "login/ok").status


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_only_a_good_link_changes_an_address(
    name: str, ann: Values
) -> None:
    signed_up("register/by_cookie")
    values = filled(name, ann)
    for earlier in CASES[name].after:
        assert ask(earlier, **values).status == 204
    before = addresses()
    check(name, CASES[name], ask(name, **values))
    assert (addresses() != before) == (name == "recovery/confirm")


# --- Asked for -------------------------------------------------------------------------------------------------------


def test_the_link_goes_to_the_new_address_and_nothing_changes_before_it_is_followed(ann: Values) -> None:
    send_mail()
    before = len(aws.mailed())
    assert ask("account/change_email", **ann).status == 204
    (mail,) = send_mail()[before:]
    assert (mail.to, mail.subject) == (NEW, "Confirm your new e-mail address")
    assert f"\n{SITE}/confirm-email#token=" in mail.text
    assert (signs_in(OLD), signs_in(NEW)) == (200, 401)


def test_whether_an_address_is_taken_is_told_to_its_own_mailbox_alone(ann: Values) -> None:
    signed_up("register/by_cookie")
    send_mail()
    before = len(aws.mailed())
    free, taken = ask("account/change_email", **ann), ask("account/change_email_to_a_taken_one", **ann)
    assert (taken.status, taken.headers, taken.text) == (free.status, free.headers, free.text)
    to_free, to_taken = send_mail()[before:]
    assert (to_taken.to, to_taken.subject) == ("ben@example.com", "You have a Taskward account already")
    assert "#token=" in to_free.text
    assert "#token=" not in to_taken.text


def test_an_address_that_looks_otherwise_and_is_the_same_is_refused(ann: Values) -> None:
    for email in (OLD, "ANN@example.com"):
        answer = ask_with({"email": email, "password": PASSWORD}, "account/change_email", **ann)
        assert answer.status == 422


def test_wrong_passwords_are_counted_with_those_at_the_sign_in(ann: Values) -> None:
    for _ in range(5):
        assert ask("account/change_email_wrong_password", **ann).status == 403
    assert ask("account/change_email", **ann).status == 429
    assert ask("login/ok").status == 429


def test_nothing_is_sent_for_a_wrong_password(ann: Values) -> None:
    before = len(send_mail())
    ask("account/change_email_wrong_password", **ann)
    assert len(send_mail()) == before


def test_a_session_that_ended_meanwhile_asks_for_nothing(ann: Values) -> None:
    ask("sessions/logout_access_token", **ann)
    assert ask("account/change_email", **ann).json()["code"] == "session_revoked"


# --- Confirmed -------------------------------------------------------------------------------------------------------


def test_a_confirmed_address_is_the_account_s_and_verified(ann: Values) -> None:
    before = ask("account/read", **ann).json()
    assert ask("recovery/confirm", change_token=change_link(ann)).status == 204
    assert ask("account/read", **ann).json() == before | {"email": NEW, "email_verified": True}
    assert (signs_in(OLD), signs_in(NEW)) == (401, 200)


def test_sessions_and_tokens_stay(ann: Values) -> None:
    other, token = signed_in(), add_token(ann, "tasks:read")
    change_address(ann)
    for text in (ann["access_token"], other["access_token"], token["personal_access_token"]):
        assert is_let_in(text)


def test_the_former_address_is_told_with_a_way_back_and_the_new_one_is_not(ann: Values) -> None:
    token = change_link(ann)
    before = len(aws.mailed())
    ask("recovery/confirm", change_token=token)
    aws.hasten("MAIL_QUEUE")
    (mail,) = send_mail()[before:]
    assert (mail.to, mail.subject) == (OLD, "Your e-mail address was changed")
    assert f"\n{SITE}/restore-email#token=" in mail.text
    assert "It works for 7 days." in mail.text


def test_nobody_is_told_of_a_change_that_was_not_made(ann: Values) -> None:
    token = change_link(ann)
    before = len(aws.mailed())
    assert register(NEW) == 201
    assert ask("recovery/confirm", change_token=token).status == 409
    aws.hasten("MAIL_QUEUE")
    assert [mail.subject for mail in send_mail()[before:]] == ["Confirm your e-mail address"]


@pytest.mark.parametrize("change", ["account/change_password", "factors/begin_and_confirm"])
def test_a_link_from_before_a_change_of_a_credential_is_good_for_nothing(
    change: str, ann: Values, clock: Clock
) -> None:
    token = change_link(ann)
    if change == "account/change_password":
        assert ask(change, **ann).status == 204
    else:
        add_second_factor(ann, clock)
    assert ask("recovery/confirm", change_token=token).json()["code"] == "invalid_link"


def test_a_change_that_was_asked_for_before_a_reset_is_not_even_sent(ann: Values) -> None:
    assert ask("recovery/forgot").status == 204
    reset_token = link("reset-password")
    assert ask("account/change_email", **ann).status == 204
    assert ask("recovery/reset", reset_token=reset_token).status == 204
    assert "Confirm your new e-mail address" not in {mail.subject for mail in send_mail()}


def test_a_link_for_a_new_password_that_went_to_the_old_address_is_good_for_nothing(ann: Values) -> None:
    ask("recovery/forgot")
    reset_token = link("reset-password")
    change_address(ann)
    assert ask("recovery/reset", reset_token=reset_token).json()["code"] == "invalid_link"


def test_a_link_is_good_for_a_day(ann: Values, clock: Clock) -> None:
    token = change_link(ann)
    clock.advance(hours=24)
    assert ask("recovery/confirm", change_token=token).json()["code"] == "invalid_link"


# --- The former address ----------------------------------------------------------------------------------------------


def test_the_former_address_is_kept_for_its_owner_for_a_week_and_then_free(ann: Values, clock: Clock) -> None:
    change_address(ann)
    clock.advance(days=7, seconds=-1)
    assert register(OLD) == 409
    clock.advance(seconds=1)
    assert register(OLD) == 201
    assert (signs_in(OLD), signs_in(OLD, "seven grey stones"), signs_in(NEW)) == (401, 200, 200)


def test_the_former_address_is_no_way_to_the_account(ann: Values) -> None:
    change_address(ann)
    assert signs_in(OLD) == 401
    before = len(send_mail())
    assert ask("recovery/forgot").status == 204
    assert len(send_mail()) == before


def test_who_changed_it_by_mistake_may_change_it_back(ann: Values) -> None:
    change_address(ann)
    answer = ask_with({"email": OLD, "password": PASSWORD}, "account/change_email", **ann)
    assert answer.status == 204
    assert ask("recovery/confirm", change_token=link("confirm-email")).status == 204
    assert (signs_in(OLD), signs_in(NEW)) == (200, 401)
    assert register(NEW) == 409


# --- Who is told -----------------------------------------------------------------------------------------------------


def test_its_owner_reads_of_both_steps(ann: Values) -> None:
    change_address(ann)
    told = {event["type"] for event in ask("account/events", **ann).json()}
    assert told >= {"email_change_requested", "email_changed"}
