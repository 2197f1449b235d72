"""Forgotten passwords: a link by mail, and a new password in exchange; fed from events/recovery."""

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.events import VIEWER_ORIGIN
from tests.support.factors import (
    SITE,
    Values,
    add_passkey,
    add_second_factor,
    add_token,
    authenticator,
    first_step,
    link,
    passkey_sign_in,
    verify,
)
from tests.support.moto_account import ORIGIN_SECRET
from tests.support.range_service import RangeService
from tests.support.sample_events import (
    Case,
    answer_to,
    ask,
    ask_with,
    check,
    is_let_in,
    load,
    placeholders,
    send_mail,
    signed_in,
    signed_up,
    stored,
)

NEW = "three lanterns, no wind"

CASES = {
    "recovery/forgot": Case(204),
    "recovery/forgot_unknown_email": Case(204),
    "recovery/forgot_not_an_email": Case(204),
    # The mail that greeted her at her registration counts as one.
    "recovery/forgot_too_many_attempts": Case(429, "too_many_attempts", after=["recovery/forgot"] * 2),
    "recovery/forgot_missing_email": Case(422, "invalid_request", ["email"]),
    "recovery/forgot_wrong_types": Case(422, "invalid_request", ["email"]),
    "recovery/forgot_unknown_member": Case(422, "invalid_request", ["name"]),
    "recovery/reset": Case(204),
    "recovery/reset_used": Case(400, "invalid_link"),
    "recovery/reset_expired": Case(400, "invalid_link"),
    "recovery/reset_outdated": Case(400, "invalid_link"),
    "recovery/reset_malformed": Case(400, "invalid_link"),
    "recovery/reset_by_link_of_verification": Case(400, "invalid_link"),
    "recovery/reset_to_a_common_one": Case(422, "invalid_request", ["new_password"]),
    "recovery/reset_to_a_breached_one": Case(422, "invalid_request", ["new_password"]),
    "recovery/reset_missing_members": Case(422, "invalid_request", ["token", "new_password"]),
    "recovery/reset_wrong_types": Case(422, "invalid_request", ["token", "new_password"]),
}
FORGOT = [name for name, case in CASES.items() if name.startswith("recovery/forgot") and case.status == 204]


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in."""
    return signed_up()


def reset_link() -> str:
    """The token of a new link for a new password."""
    assert ask("recovery/forgot").status == 204
    return link("reset-password")


def filled(name: str, ann: Values, clock: Clock) -> Values:
    """Her values, with the token that the event needs, in the state that it names."""
    values = dict(ann)
    for placeholder in placeholders(name):
        if placeholder == "verification_token":
            values[placeholder] = link("verify-email")
            continue
        values[placeholder] = token = reset_link()
        if placeholder == "used_reset_token":
            ask("recovery/reset", reset_token=token)
        elif placeholder == "expired_reset_token":
            clock.advance(minutes=15)
        elif placeholder == "outdated_reset_token":
            ask("account/change_password", **ann)
    return values


def kept() -> list[Any]:
    """What is stored, but for the counters of attempts and the security events."""
    beside = ("ATTEMPT#", "EVENTS#")
    return [*stored("sessions"), *(row for row in stored("users") if not row["pk"].startswith(beside))]


def signs_in(password: str) -> int:
    """The status of a sign-in with a password."""
    return ask_with({"email": "ann@example.com", "password": password}, "login/ok").status


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_only_a_good_link_changes_anything(
    name: str, ann: Values, clock: Clock, breaches: RangeService
) -> None:
    values = filled(name, ann, clock)
    for earlier in CASES[name].after:
        ask(earlier)
    before = kept()
    check(name, CASES[name], ask(name, **values))
    assert (kept() != before) == (name == "recovery/reset")


# --- Asking for a link -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORGOT)
def test_who_asks_is_not_told_whether_there_is_an_account(name: str, ann: Values) -> None:
    known, other = ask("recovery/forgot"), ask(name)
    assert (other.status, other.headers, other.text) == (known.status, known.headers, known.text)


def test_the_link_goes_to_the_account_s_address_in_a_letter_and_to_nobody_else(ann: Values) -> None:
    send_mail()
    before = len(aws.mailed())
    for name in FORGOT:
        ask(name)
    (mail,) = send_mail()[before:]
    assert (mail.to, mail.subject) == ("ann@example.com", "Reset your password")
    assert f"\n{SITE}/reset-password#token=" in mail.text
    assert "It works once, and for 15 minutes." in mail.text


def test_the_address_may_be_written_in_another_way(ann: Values) -> None:
    assert ask_with({"email": "ANN@Example.COM"}, "recovery/forgot").status == 204
    assert ask("recovery/reset", reset_token=link("reset-password")).status == 204


def through_proxy(name: str, secret: str) -> Any:
    """The answer to an event that somebody says came through the proxy."""
    event = load(name)
    event["headers"] |= {
        "x-taskward-origin-secret": secret,
        "x-taskward-viewer-origin": VIEWER_ORIGIN,
        "x-taskward-viewer-address": "203.0.113.7",
    }
    return answer_to(name, event)


@pytest.mark.parametrize(("secret", "site"), [(ORIGIN_SECRET, VIEWER_ORIGIN), ("a guess", SITE)])
def test_links_lead_to_where_the_service_is_used_and_nobody_else_says_where_that_is(
    secret: str, site: str, ann: Values
) -> None:
    send_mail()
    assert through_proxy("recovery/forgot", secret).status == 204
    assert f"\n{site}/reset-password#token=" in send_mail()[-1].text


def test_a_setting_says_where_links_lead_whoever_asks(ann: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_ORIGIN", "https://taskward.example")
    ask("recovery/forgot")
    assert "\nhttps://taskward.example/reset-password#token=" in send_mail()[-1].text


def test_the_host_header_does_not_say_where_links_lead(ann: Values) -> None:
    event = load("recovery/forgot")
    for header in ("Host", "X-Forwarded-Host", "origin"):
        event["headers"][header] = "evil.example"
    assert answer_to("recovery/forgot", event).status == 204
    assert "evil" not in send_mail()[-1].text


def test_nobodys_mailbox_is_flooded(ann: Values, clock: Clock) -> None:
    for _ in range(2):
        assert ask("recovery/forgot").status == 204
    for wait in (60, 120, 240):
        refused = ask("recovery/forgot")
        assert (refused.status, refused.header("retry-after")) == (429, str(wait))
        clock.advance(seconds=wait)
        assert ask("recovery/forgot").status == 204
    send_mail()
    assert len([mail for mail in aws.mailed() if mail.subject == "Reset your password"]) == 5


@pytest.mark.parametrize("name", FORGOT)
def test_the_waits_do_not_tell_whether_there_is_an_account(name: str, ann: Values) -> None:
    event = load(name)
    # Where nobody has asked for anything yet.
    event["requestContext"]["identity"]["sourceIp"] = "203.0.113.50"
    statuses = [answer_to(name, event).status for _ in range(4)]
    assert statuses == [204, 204, 204, 429]


def test_no_link_goes_where_mail_comes_back_from(ann: Values, clock: Clock) -> None:
    from taskward.identity.user_tables import PROFILE, UserItem

    UserItem(f"USER#{ann['user_id']}", PROFILE).update(actions=[UserItem.email_bounced_at.set(1)])
    before = len(send_mail())
    ask("recovery/forgot")
    assert len(send_mail()) == before


# --- Following it ----------------------------------------------------------------------------------------------------


def test_the_new_password_counts_and_the_old_one_no_more(ann: Values) -> None:
    assert ask("recovery/reset", reset_token=reset_link()).header("set-cookie") is None
    assert (signs_in("a quiet river at dawn"), signs_in(NEW)) == (401, 200)


def test_a_reset_ends_all_sessions_and_all_tokens_and_starts_none(ann: Values, clock: Clock) -> None:
    verify(ann)
    other, token = signed_in(), add_token(ann, "tasks:read")
    assert ask("recovery/reset", reset_token=reset_link()).status == 204
    for text in (ann["access_token"], other["access_token"], token["personal_access_token"]):
        assert not is_let_in(text)
    assert ask("refresh/by_body", **other).json()["code"] == "session_revoked"
    assert {row["user_id"] for row in stored("sessions")} == {"KEYS"}


def test_a_reset_touches_nobody_else(ann: Values) -> None:
    ben = signed_up("register/by_cookie")
    ask("recovery/reset", reset_token=reset_link())
    assert is_let_in(ben["access_token"])


def test_a_reset_verifies_the_address_since_its_mail_was_read(ann: Values) -> None:
    assert ask("account/read", **ann).json()["email_verified"] is False
    ask("recovery/reset", reset_token=reset_link())
    user = ask_with({"email": "ann@example.com", "password": NEW}, "login/ok").json()["user"]
    assert user["email_verified"] is True


def test_a_second_factor_stays_so_that_the_mailbox_alone_lets_nobody_in(ann: Values, clock: Clock) -> None:
    app = add_second_factor(verify(ann), clock)
    ask("recovery/reset", reset_token=reset_link())
    answer = ask_with({"email": "ann@example.com", "password": NEW}, "login/ok")
    assert answer.status == 202
    again = ask("login/second_factor", step_token=answer.json()["step_token"], code=app.code())
    assert again.status == 200


def test_a_step_that_was_begun_before_a_reset_leads_nowhere(ann: Values, clock: Clock) -> None:
    app = add_second_factor(verify(ann), clock)
    step_token = first_step()
    ask("recovery/reset", reset_token=reset_link())
    assert ask("login/second_factor", step_token=step_token, code=app.code()).json()["code"] == "invalid_token"


def test_passkeys_stay(ann: Values) -> None:
    phone = authenticator()
    add_passkey(verify(ann), phone)
    ask("recovery/reset", reset_token=reset_link())
    assert ask("login/passkey", **passkey_sign_in(phone)).status == 200


def test_who_has_no_password_gets_one_by_a_reset(ann: Values) -> None:
    add_passkey(verify(ann), authenticator())
    assert ask("account/remove_password", **ann).status == 204
    assert ask("recovery/reset", reset_token=reset_link()).status == 204
    assert signs_in(NEW) == 200


@pytest.mark.parametrize("new", ["x" * 7, "x" * 129, "Password1", "ann@example.com!", "taskward1"])
def test_a_new_password_that_is_refused_leaves_the_link_good(new: str, ann: Values) -> None:
    values = {"token": reset_link(), "new_password": new}
    answer = ask_with(values, "recovery/reset", reset_token="")
    assert (answer.status, [error["field"] for error in answer.json()["errors"]]) == (422, ["new_password"])
    assert new not in answer.text
    assert ask("recovery/reset", reset_token=values["token"]).status == 204


def test_nobody_is_asked_about_a_new_password_before_the_link_was_good(ann: Values, breaches: RangeService) -> None:
    assert ask("recovery/reset_malformed").status == 400
    assert breaches.asked == []


def test_of_two_links_each_is_good_until_one_was_followed(ann: Values) -> None:
    first, second = reset_link(), reset_link()
    assert first != second
    assert ask("recovery/reset", reset_token=first).status == 204
    assert ask("recovery/reset", reset_token=second).json()["code"] == "invalid_link"


def test_a_link_is_no_other_link_and_no_token(ann: Values) -> None:
    token = reset_link()
    for name, place in (
        ("recovery/verify", "verification_token"),
        ("recovery/confirm", "change_token"),
        ("recovery/restore", "undo_token"),
    ):
        assert ask(name, **{place: token}).json()["code"] == "invalid_link"
    assert ask("refresh/by_body", refresh_token=token).json()["code"] == "invalid_token"
    assert not is_let_in(token)
    assert ask("recovery/reset", reset_token=token).status == 204


@pytest.mark.parametrize("change", [lambda text: text[:-4] + "AAAA", lambda text: text[:64] + text, lambda _: "A" * 64])
def test_a_link_that_was_changed_or_made_up_is_good_for_nothing(change: Any, ann: Values) -> None:
    assert ask("recovery/reset", reset_token=change(reset_link())).json()["code"] == "invalid_link"


def test_its_owner_is_told_that_it_was_asked_for_and_done(ann: Values) -> None:
    ask("recovery/reset", reset_token=reset_link())
    fresh = ask_with({"email": "ann@example.com", "password": NEW}, "login/ok").json()
    values = ann | {"access_token": fresh["access_token"], "session_id": fresh["session_id"]}
    told = {(event["type"], event["reason"]) for event in ask("account/events", **values).json()}
    assert told >= {("password_reset_requested", None), ("password_reset", None), ("session_ended", "password_reset")}
    assert "Your password was reset" in {mail.subject for mail in send_mail()}
