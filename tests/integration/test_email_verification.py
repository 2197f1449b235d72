"""Verification of the address: a link by mail, and what comes of following it; fed from events."""

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import SITE, Values, link, verify
from tests.support.moto_account import ORIGIN_SECRET
from tests.support.sample_events import (
    Case,
    ask,
    check,
    feed,
    is_let_in,
    load,
    placeholders,
    send_mail,
    signed_up,
    stored,
)

CASES = {
    "recovery/verify": Case(204),
    "recovery/verify_used": Case(400, "invalid_link"),
    "recovery/verify_expired": Case(400, "invalid_link"),
    "recovery/verify_malformed": Case(400, "invalid_link"),
    "recovery/verify_missing_token": Case(422, "invalid_request", ["token"]),
    "account/send_verification": Case(204),
    # The mail that greeted her at her registration counts as one.
    "account/send_verification_too_many_attempts": Case(
        429, "too_many_attempts", after=["account/send_verification"] * 2
    ),
}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who has just registered."""
    return signed_up()


def filled(name: str, ann: Values, clock: Clock) -> Values:
    """Her values, with the token that the event needs, in the state that it names."""
    values = dict(ann)
    for placeholder in placeholders(name) - values.keys():
        values[placeholder] = link("verify-email")
        if placeholder == "used_verification_token":
            ask("recovery/verify", verification_token=values[placeholder])
        elif placeholder == "expired_verification_token":
            clock.advance(hours=24)
    return values


def is_verified(ann: Values) -> bool:
    """Whether her address is."""
    return bool(ask("account/read", **ann).json()["email_verified"])


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_only_a_good_link_verifies(
    name: str, ann: Values, clock: Clock
) -> None:
    values = filled(name, ann, clock)
    for earlier in CASES[name].after:
        ask(earlier, **values)
    before = is_verified(ann)
    check(name, CASES[name], ask(name, **values))
    assert (is_verified(ann) != before) == (name == "recovery/verify")


def test_a_new_account_s_address_gets_a_link(ann: Values) -> None:
    (mail,) = send_mail()
    assert (mail.to, mail.subject) == ("ann@example.com", "Confirm your e-mail address")
    assert f"\n{SITE}/verify-email#token=" in mail.text
    assert "It works for 24 hours." in mail.text


@pytest.mark.parametrize(
    ("name", "site"),
    [("register/through_proxy", "https://taskward.example"), ("register/through_forged_proxy", SITE)],
)
def test_the_first_link_leads_to_where_somebody_registered(name: str, site: str, moto_tables: None) -> None:
    ask(name, origin_secret=ORIGIN_SECRET)
    assert f"\n{site}/verify-email#token=" in send_mail()[-1].text


def test_a_link_is_followed_by_whoever_reads_the_mail_signed_in_or_not(ann: Values) -> None:
    token = link("verify-email")
    ask("sessions/end_all", **ann)
    assert ask("recovery/verify", verification_token=token).status == 204


def test_another_link_is_sent_on_demand_and_both_are_good_until_one_is_followed(ann: Values) -> None:
    first = link("verify-email")
    assert ask("account/send_verification", **ann).status == 204
    second = link("verify-email")
    assert second != first
    assert ask("recovery/verify", verification_token=first).status == 204
    # Of something that is done already.
    assert ask("recovery/verify", verification_token=second).status == 204
    assert ask("recovery/verify", verification_token=second).status == 400


def test_no_further_link_is_sent_to_an_address_that_is_verified(ann: Values) -> None:
    verify(ann)
    before = len(send_mail())
    for _ in range(4):
        assert ask("account/send_verification", **ann).status == 204
    assert aws.queued("MAIL_QUEUE") == []
    assert len(aws.mailed()) == before


def test_a_link_that_waits_in_the_queue_is_not_sent_once_it_is_needless(ann: Values) -> None:
    token = link("verify-email")
    ask("account/send_verification", **ann)
    before = len(aws.mailed())
    assert ask("recovery/verify", verification_token=token).status == 204
    assert len(send_mail()) == before


def test_a_link_from_before_the_password_was_changed_is_good_for_nothing(ann: Values) -> None:
    token = link("verify-email")
    assert ask("account/change_password", **ann).status == 204
    assert ask("recovery/verify", verification_token=token).json()["code"] == "invalid_link"
    assert ask("account/send_verification", **ann).status == 204
    verify(ann)
    assert is_verified(ann)


def test_an_address_that_mail_comes_back_from_is_good_again_once_a_link_was_followed(ann: Values) -> None:
    verify(ann)
    event = load("worker/bounce", receipt_handle="taken", email="ann@example.com")
    feed("worker/bounce", event)
    assert ask("account/read", **ann).json()["email_bounced"] is True
    assert ask("account/send_verification", **ann).status == 204
    verify(ann)
    assert ask("account/read", **ann).json()["email_bounced"] is False


def test_each_link_verifies_the_address_of_its_own_account(ann: Values) -> None:
    token = link("verify-email")
    ben = signed_up("register/by_cookie")
    assert ask("recovery/verify", verification_token=token).status == 204
    assert (is_verified(ann), is_verified(ben)) == (True, False)


def test_a_link_is_no_other_link_and_no_token(ann: Values) -> None:
    token = link("verify-email")
    for name, place in (
        ("recovery/reset", "reset_token"),
        ("recovery/confirm", "change_token"),
        ("recovery/restore", "undo_token"),
    ):
        assert ask(name, **{place: token}).json()["code"] == "invalid_link"
    assert not is_let_in(token)
    assert ask("recovery/verify", verification_token=token).status == 204


def test_a_link_of_a_deleted_account_is_good_for_nothing(ann: Values) -> None:
    token = link("verify-email")
    ask("account/delete", **ann)
    before: list[Any] = stored("users")
    assert ask("recovery/verify", verification_token=token).json()["code"] == "invalid_link"
    assert stored("users") == before


def test_its_owner_reads_of_it(ann: Values) -> None:
    verify(ann)
    assert "email_verified" in [event["type"] for event in ask("account/events", **ann).json()]
