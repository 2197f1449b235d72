"""When something that ways in depend on fails: nothing is half done, no attempt is lost, and a retry heals."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError, TransactWriteError, UpdateError

from taskward.identity import attempts, encryption
from taskward.identity.access_token_tables import AccessTokenItem
from taskward.identity.link_tables import LinkItem
from taskward.mail import outbox
from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import (
    Values,
    add_passkey,
    add_second_factor,
    add_token,
    authenticator,
    begin_second_factor,
    change_link,
    first_step,
    link,
    made_passkey,
    passkey_proof,
    passkey_sign_in,
    verify,
)
from tests.support.sample_events import ask, feed, is_let_in, load, signed_up, stored

THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "Decrypt")
TIMED_OUT = ConnectTimeoutError(endpoint_url="https://away")

# More often than a wrong code or password could be given.
MORE_THAN_ENOUGH = 6


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, and whose address is verified."""
    return verify(signed_up())


class _Away:
    """A client of a service that does not answer."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, _: str) -> Callable[..., Any]:
        def fail(**__: Any) -> Any:
            raise self.error

        return fail


def _failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", [THROTTLED, TIMED_OUT], ids=["throttled", "timed out"])
def test_a_key_service_that_does_not_answer_costs_no_attempt_and_uses_no_code_up(
    error: Exception, ann: Values, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, step_token = add_second_factor(ann, clock), first_step()
    with monkeypatch.context() as patch:
        patch.setattr(encryption, "_client", lambda: _Away(error))
        for _ in range(MORE_THAN_ENOUGH):
            assert ask("login/second_factor", step_token=step_token, code=app.code()).status == 503
            assert ask("factors/reauthenticate_with_code", **ann, code=app.code()).status == 503
        # Recovery codes need no key.
        answer = ask("login/second_factor", step_token=first_step(), code=app.recovery_codes[0])
        assert answer.status == 200
    assert ask("login/second_factor", step_token=step_token, code=app.code()).status == 200


def test_a_second_factor_that_could_not_be_encrypted_is_not_begun(ann: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(encryption, "_client", lambda: _Away(TIMED_OUT))
        assert ask("factors/begin_second_factor", **ann).status == 503
    assert ask("factors/confirm_second_factor_when_off", **ann).json()["code"] == "second_factor_off"
    assert begin_second_factor(ann)


def _enrolment(ann: Values, _: Clock) -> Values:
    return {"code": begin_second_factor(ann).code()}


def _second_step(ann: Values, clock: Clock) -> Values:
    app = add_second_factor(ann, clock)
    return {"step_token": first_step(), "code": app.code()}


def _passkey(ann: Values, _: Clock) -> Values:
    phone = authenticator()
    add_passkey(ann, phone)
    return passkey_sign_in(phone)


def _passkey_again(ann: Values, _: Clock) -> Values:
    phone = authenticator()
    add_passkey(ann, phone)
    return passkey_proof(ann, phone)


def _reset(_: Values, __: Clock) -> Values:
    assert ask("recovery/forgot").status == 204
    return {"reset_token": link("reset-password")}


WRITING: dict[str, Callable[[Values, Clock], Values]] = {
    "login/second_factor": _second_step,
    "login/passkey": _passkey,
    "factors/reauthenticate": lambda *_: {},
    "factors/reauthenticate_with_passkey": _passkey_again,
    "factors/confirm_second_factor": _enrolment,
    "factors/add_passkey": lambda ann, _: made_passkey(ann, authenticator()),
    "factors/create_token": lambda *_: {},
    "recovery/reset": _reset,
    "recovery/confirm": lambda ann, _: {"change_token": change_link(ann)},
}


@pytest.mark.parametrize("name", WRITING)
def test_a_fault_uses_nothing_up_and_a_retry_does_it(
    name: str, ann: Values, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = ann | WRITING[name](ann, clock)
    before = [row for row in stored("users") if not row["pk"].startswith("ATTEMPT#")], stored("sessions")
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "transact_write_items", _failing(TransactWriteError("failed", TIMED_OUT)))
        for _ in range(MORE_THAN_ENOUGH):
            assert ask(name, **values).status == 503
    assert ([row for row in stored("users") if not row["pk"].startswith("ATTEMPT#")], stored("sessions")) == before
    answer = ask(name, **values)
    assert 200 <= answer.status < 300, answer.text


@pytest.mark.parametrize("error", [THROTTLED, TIMED_OUT], ids=["throttled", "timed out"])
def test_what_is_about_a_mail_fails_with_the_queue_and_what_merely_tells_of_it_does_not(
    error: Exception, ann: Values, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = change_link(ann)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_client", lambda: _Away(error))
        assert ask("recovery/forgot").status == 503
        assert ask("recovery/confirm", change_token=token).status == 503
        assert ask("factors/create_token", **ann).status == 201
        assert ask("account/change_password", **ann).status == 204
        assert ask("register/by_cookie").status == 201


def test_an_address_is_not_changed_unless_the_former_one_can_be_told(
    ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = change_link(ann)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_client", lambda: _Away(TIMED_OUT))
        assert ask("recovery/confirm", change_token=token).status == 503
        assert ask("account/read", **ann).json()["email"] == "ann@example.com"
    assert ask("recovery/confirm", change_token=token).status == 204


def test_a_token_is_let_in_even_when_its_use_cannot_be_noted(ann: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    token = add_token(ann, "tasks:read")["personal_access_token"]
    with monkeypatch.context() as patch:
        patch.setattr(AccessTokenItem, "update", _failing(UpdateError("failed", TIMED_OUT)))
        assert is_let_in(token)
    (shown,) = ask("factors/list_tokens", **ann).json()
    assert shown["last_used_at"] is None


def test_the_authorizer_raises_when_it_cannot_look_a_token_up_and_never_denies(
    ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = load("authorizer/allow", access_token=add_token(ann, "tasks:read")["personal_access_token"])
    monkeypatch.setattr(AccessTokenItem, "get", _failing(UpdateError("failed", TIMED_OUT)))
    with pytest.raises(UpdateError):
        feed("authorizer/allow", event)


def test_no_link_is_sent_that_could_not_be_stored(moto_tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_up()
    (message,) = aws.queued("MAIL_QUEUE")
    event = load("worker/verification", user_id=message["user_id"], receipt_handle="taken")
    wrong = ClientError({"Error": {"Code": "ValidationException", "Message": "our fault"}}, "PutItem")
    monkeypatch.setattr(LinkItem, "save", _failing(PutError("failed", wrong)))
    with pytest.raises(PutError):
        feed("worker/verification", event)
    assert aws.mailed() == []


class _Unheard:
    """The client of a queue that takes everything and is never heard of."""

    def __init__(self) -> None:
        self.taken = 0

    def send_message(self, **_: Any) -> Any:
        self.taken += 1
        raise ReadTimeoutError(endpoint_url="https://away")


def test_mails_that_may_have_been_taken_count_so_that_no_mailbox_is_flooded_by_a_slow_queue(
    ann: Values, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = _Unheard()
    monkeypatch.setattr(outbox, "_client", lambda: queue)
    answers = [ask("recovery/forgot").status for _ in range(12)]
    assert set(answers) == {503, 429}
    assert queue.taken == answers.count(503) <= attempts.MAILS_AT_ONCE


def test_mails_that_were_certainly_not_taken_do_not_count(
    ann: Values, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_client", lambda: _Away(TIMED_OUT))
        assert [ask("recovery/forgot").status for _ in range(12)] == [503] * 12
    assert ask("recovery/forgot").status == 204
