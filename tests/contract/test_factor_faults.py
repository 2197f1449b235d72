"""What proves who somebody is, while database or key management fail: all or nothing, and a retry heals."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError

from taskward import storage
from taskward.client import Client
from taskward.errors import SessionRevokedError, UnavailableError
from taskward.identity import (
    access_token_changes,
    account_changes,
    encryption,
    keys,
    links,
    password_reset,
    proofs,
    second_factor,
    users,
)
from taskward.identity.attempt_tables import AttemptsItem
from taskward.identity.models import PasswordReset, Reauthentication
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal
from taskward.storage import connection_of, is_passing_fault
from tests.conftest import Clock
from tests.support.faults import cancelled
from tests.support.mailbox import SITE
from tests.support.people import HOME, PASSWORD, principal_of
from tests.support.second_factors import begun, finish, first_step, turned_on
from tests.support.ways_in import account, add_token, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock")

EMAIL = "ada@example.com"
Operation = Callable[[], object]

THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "Decrypt")
INTERNAL = ClientError({"Error": {"Code": "KMSInternalException", "Message": ""}}, "Decrypt")
UNREACHABLE = EndpointConnectionError(endpoint_url="https://kms")
TIMED_OUT = ReadTimeoutError(endpoint_url="https://kms")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (storage, account_changes):
        monkeypatch.setattr(module, "back_off", lambda _: None)


def _reauthenticate(session: SessionItem, code: str) -> None:
    proof = Reauthentication(password=PASSWORD, code=code)
    proofs.reauthenticate(principal_of(session), proof, keys.published(), SITE, HOME)


def _on(session: SessionItem, clock: Clock) -> dict[str, Operation]:
    """What can be done where the second factor is on; each with a code or a token of its own."""
    app, principal = turned_on(session, clock), principal_of(session)
    email = account(session.user_id).email
    codes, token, (personal, _) = app.recovery_codes, first_step(email), add_token(session)
    return {
        "second step": lambda: finish(token, app.code()),
        "second step by recovery code": lambda: finish(token, codes[0]),
        "renew": lambda: second_factor.renew_recovery_codes(principal, HOME),
        "turn off": lambda: second_factor.turn_off(principal, PASSWORD, app.code(), HOME),
        "reauthenticate": lambda: _reauthenticate(session, app.code()),
        "reauthenticate by recovery code": lambda: _reauthenticate(session, codes[0]),
        "make a token": lambda: add_token(session, "Another"),
        "revoke a token": lambda: access_token_changes.revoke(principal, personal.token_id, HOME),
    }


def _off(session: SessionItem, _: Clock) -> dict[str, Operation]:
    """What can be done where it is not."""
    app, principal = begun(session), principal_of(session)
    return {
        "begin": lambda: second_factor.begin(principal),
        "confirm": lambda: second_factor.confirm(principal, app.code(), HOME),
    }


OPERATIONS = {
    **dict.fromkeys(("begin", "confirm"), _off),
    **dict.fromkeys(("second step", "second step by recovery code", "renew", "turn off"), _on),
    **dict.fromkeys(("reauthenticate", "reauthenticate by recovery code", "make a token", "revoke a token"), _on),
}
ASK_FOR_KEYS = ("begin", "confirm", "second step", "reauthenticate", "turn off")
IN_A_TRANSACTION = tuple(name for name in OPERATIONS if name != "begin")


def _prepared(name: str, clock: Clock) -> Operation:
    """An operation on an account of its own."""
    _, session = verified()
    return OPERATIONS[name](session, clock)[name]


def _everything() -> str:
    """All rows of both tables, but for attempts; failed ones are counted by `_failures`."""
    found = []
    for model in (UserItem, SessionItem):
        items = connection_of(model).scan(model.Meta.table_name, consistent_read=True)["Items"]
        found += [item for item in items if not item.get("pk", {"S": ""})["S"].startswith("ATTEMPT#")]
    return "\n".join(
        sorted(json.dumps(item, default=lambda value: bytes(value).hex(), sort_keys=True) for item in found)
    )


def _failures() -> int:
    return sum(int(item.failures) for item in AttemptsItem.scan(AttemptsItem.pk.startswith("ATTEMPT#")))


@pytest.mark.parametrize("fault", [THROTTLED, INTERNAL, UNREACHABLE, TIMED_OUT], ids=lambda fault: type(fault).__name__)
def test_while_no_key_is_to_be_had_nothing_is_used_up_and_a_retry_works(
    fault: Exception, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def encrypt(self, **_: object) -> None:
            raise fault

        decrypt = encrypt

    for name in ASK_FOR_KEYS:
        operation, before = _prepared(name, clock), _everything()
        with monkeypatch.context() as patch:
            patch.setattr(encryption, "_client", Broken)
            for _ in range(2):
                with pytest.raises((ClientError, EndpointConnectionError, ReadTimeoutError)) as raised:
                    operation()
                assert is_passing_fault(raised.value), name
        assert (_everything(), _failures()) == (before, 0), name
        operation()


def test_a_recovery_code_gets_in_while_no_key_is_to_be_had(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    _, session = verified(EMAIL)
    app = turned_on(session, clock)
    monkeypatch.setattr(encryption, "_client", lambda: pytest.fail("no key is needed"))
    finish(first_step(EMAIL), app.recovery_codes[0])


def _spoilt(monkeypatch: pytest.MonkeyPatch, reasons: tuple[str, ...], times: int) -> list[int]:
    """Have so many transactions cancelled for these reasons; the list grows by one with each transaction."""
    calls, transact = list[int](), Connection.transact_write_items

    def call(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) <= times:
            raise cancelled(*reasons)
        return transact(*arguments, **named)

    monkeypatch.setattr(Connection, "transact_write_items", call)
    return calls


@pytest.mark.parametrize("reason", ["TransactionConflict", "ConditionalCheckFailed"])
def test_what_collides_is_tried_again(reason: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IN_A_TRANSACTION:
        operation = _prepared(name, clock)
        with monkeypatch.context() as patch:
            calls = _spoilt(patch, (reason, "None"), 3)
            operation()
        assert (len(calls), _failures()) == (4, 0), name


@pytest.mark.parametrize("reason", ["TransactionConflict", "ConditionalCheckFailed", "ThrottlingError"])
def test_what_goes_on_colliding_does_nothing_by_halves_and_can_be_repeated(
    reason: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in IN_A_TRANSACTION:
        operation, before = _prepared(name, clock), _everything()
        with monkeypatch.context() as patch:
            _spoilt(patch, ("None", reason), 1000)
            for _ in range(2):
                with pytest.raises((UnavailableError, TransactWriteError)) as raised:
                    operation()
                assert isinstance(raised.value, UnavailableError) or is_passing_fault(raised.value), name
        assert (_everything(), _failures()) == (before, 0), name
        operation()


# --- Ended in the middle ---------------------------------------------------------------------------------------------


def _reset(user: UserItem) -> None:
    """As the owner does who finds somebody else in the account."""
    token = links.store(account(user.user_id), "password_reset", user.email)
    password_reset.reset(PasswordReset(token=token, new_password="violet bicycle 12"), Client("192.0.2.1", "tests"))


@pytest.mark.parametrize("name", ["confirm", "renew", "turn off", "make a token"])
def test_what_was_let_in_before_a_reset_changes_nothing_after_it(
    name: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account and the session are read, then comes the reset, then what was asked for is to be stored."""
    user, session = verified(EMAIL)
    operation, signed_in = OPERATIONS[name](session, clock)[name], users.signed_in
    after = list[str]()

    def reset_meanwhile(principal: Principal) -> UserItem:
        monkeypatch.setattr(users, "signed_in", signed_in)
        found = signed_in(principal)
        _reset(user)
        after.append(_everything())
        return found

    monkeypatch.setattr(users, "signed_in", reset_meanwhile)
    with pytest.raises(SessionRevokedError):
        operation()
    assert [_everything()] == after
    assert access_token_changes.of_user(user.user_id) == []
