"""Notices by mail: which accounts get them, how many in a day, and that half a sign-in is told of."""

from typing import Any

import pytest

from taskward.errors import InvalidCodeError
from taskward.identity import keys as published_keys
from taskward.identity import second_step
from taskward.identity.models import Credentials
from taskward.identity.sign_in import SecondFactorNeededError, sign_in
from taskward.identity.user_tables import UserItem
from taskward.work import mailing
from taskward.work.messages import Notice
from tests.conftest import Clock
from tests.support import aws
from tests.support.people import ELSEWHERE, PASSWORD, registered
from tests.support.second_factors import with_second_factor
from tests.support.ways_in import account, verified

EMAIL = "ada@example.com"


def _tell(user: UserItem, event: str = "password_changed", **more: Any) -> None:
    members = {"kind": "notice", "user_id": user.user_id, "event": event, "at": "2026-11-20T10:30:00Z"}
    members |= {"address": "203.0.113.7", "user_agent": "tests"} | more
    mailing.tell(Notice.model_validate(members), lambda: 900)


@pytest.mark.usefixtures("moto_tables")
def test_nobody_is_told_at_an_address_that_was_never_verified() -> None:
    user, _ = registered(EMAIL)
    _tell(user)
    assert aws.mailed() == []
    account(user.user_id).update(actions=[UserItem.email_verified_at.set(1)])
    _tell(user)
    assert [mail.to for mail in aws.mailed()] == [EMAIL]


@pytest.mark.usefixtures("moto_tables")
def test_no_more_are_sent_in_a_day_than_somebody_reads_and_sign_ins_hide_nothing_else(clock: Clock) -> None:
    user, _ = verified(EMAIL)
    for _ in range(mailing.SIGN_IN_NOTICES_A_DAY + 3):
        _tell(user, "signed_in", reason="new_device")
    assert len(aws.mailed()) == mailing.SIGN_IN_NOTICES_A_DAY
    _tell(user, "code_check_failed")
    assert len(aws.mailed()) == mailing.SIGN_IN_NOTICES_A_DAY
    for _ in range(mailing.NOTICES_A_DAY + 3):
        _tell(user, "access_token_created")
    assert len(aws.mailed()) == mailing.SIGN_IN_NOTICES_A_DAY + mailing.NOTICES_A_DAY
    clock.advance(days=1)
    _tell(user, "signed_in", reason="new_device")
    _tell(user)
    assert len(aws.mailed()) == mailing.SIGN_IN_NOTICES_A_DAY + mailing.NOTICES_A_DAY + 2


@pytest.mark.usefixtures("moto_tables")
def test_who_has_the_password_but_not_the_code_is_told_of(clock: Clock) -> None:
    with_second_factor(EMAIL, clock)
    aws.queued("MAIL_QUEUE")
    with pytest.raises(SecondFactorNeededError) as needed:
        sign_in(Credentials(email=EMAIL, password=PASSWORD), ELSEWHERE)
    token = second_step.begin(needed.value.user)["step_token"]
    with pytest.raises(InvalidCodeError):
        second_step.finish(token, "not a code", published_keys.published(), ELSEWHERE)
    (message,) = aws.queued("MAIL_QUEUE")
    assert (message["event"], message["session_id"]) == ("code_check_failed", None)
    account(needed.value.user.user_id).update(actions=[UserItem.email_verified_at.set(1)])
    mailing.tell(Notice.model_validate(message), lambda: 900)
    assert [mail.subject for mail in aws.mailed()] == ["Somebody has your password"]
