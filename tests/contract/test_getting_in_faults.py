"""Links, addresses and passkeys while the database fails, at each request: all is done or nothing, a retry heals."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, VerboseClientError

from taskward import storage
from taskward.errors import TaskwardError, UnavailableError
from taskward.identity import (
    account_changes,
    attempts,
    email_change,
    email_verification,
    links,
    passkeys,
    password_change,
    password_reset,
)
from taskward.identity.models import EmailChange, PasswordReset
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.storage import connection_of, is_passing_fault
from taskward.work import patience
from tests.support.mailbox import SITE, Mailbox, deliver
from tests.support.people import HOME, PASSWORD, principal_of
from tests.support.ways_in import (
    account,
    add_passkey,
    add_token,
    answer_of,
    authenticator,
    change_address,
    changed_address,
    enter,
    keep_passkey,
    made_passkey,
    verified,
)

pytestmark = pytest.mark.usefixtures("weak_hashes")

Operation = Callable[[], object]
Prepare = Callable[[UserItem, SessionItem, Mailbox], Operation]

WRITES: Final = ("TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem")
# Recorded by themselves, after what they tell of: of these one may be missing.
STANDING_ALONE: Final = {"email_change_requested", "password_reset_requested"}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (storage, account_changes, attempts, patience):
        monkeypatch.setattr(module, "back_off", lambda _: None)
    # All that is done here is done from one network.
    monkeypatch.setenv("NETWORK_ATTEMPTS", "10000")


def _store(user: UserItem, purpose: links.Purpose, email: str) -> str:
    return links.store(account(user.user_id), purpose, email)


def _verify(user: UserItem, _: SessionItem, __: Mailbox) -> Operation:
    account(user.user_id).update(actions=[UserItem.email_verified_at.remove(), UserItem.email_bounced_at.set(1)])
    token = _store(user, "verification", user.email)
    return lambda: email_verification.verify(token, HOME)


def _confirm(user: UserItem, _: SessionItem, __: Mailbox) -> Operation:
    token = _store(user, "address_change", f"new-{user.email}")
    return lambda: email_change.confirm(token, SITE, HOME)


def _undo(user: UserItem, session: SessionItem, mailbox: Mailbox) -> Operation:
    token = changed_address(user, f"new-{user.email}", mailbox)
    add_token(session)
    add_passkey(session)
    return lambda: email_change.undo(token, SITE, HOME)


def _reset(user: UserItem, session: SessionItem, _: Mailbox) -> Operation:
    add_token(session)
    request = PasswordReset(token=_store(user, "password_reset", user.email), new_password="violet bicycle 12")
    return lambda: password_reset.reset(request, HOME)


def _register(_: UserItem, session: SessionItem, __: Mailbox) -> Operation:
    made = made_passkey(session, authenticator())
    return lambda: keep_passkey(session, made)


def _the_passkey(session: SessionItem) -> str:
    add_passkey(session)
    (passkey,) = passkeys.of_user(session.user_id)
    return str(passkeys.representation(passkey)["id"])


def _rename(user: UserItem, session: SessionItem, _: Mailbox) -> Operation:
    passkey_id = _the_passkey(session)
    return lambda: passkeys.rename(user.user_id, passkey_id, "Another name")


def _remove(_: UserItem, session: SessionItem, __: Mailbox) -> Operation:
    passkey_id = _the_passkey(session)
    return lambda: passkeys.remove(principal_of(session), passkey_id, HOME)


def _enter(_: UserItem, session: SessionItem, __: Mailbox) -> Operation:
    answer = answer_of(add_passkey(session, authenticator(counts_by=1)))
    return lambda: enter(answer)


def _remove_password(_: UserItem, session: SessionItem, __: Mailbox) -> Operation:
    add_passkey(session)
    return lambda: password_change.remove_password(principal_of(session), HOME)


def _ask_for_change(user: UserItem, session: SessionItem, _: Mailbox) -> Operation:
    change = EmailChange(email=f"new-{user.email}", password=PASSWORD)
    return lambda: email_change.request(principal_of(session), change, SITE, HOME)


def _ask_for_reset(user: UserItem, _: SessionItem, __: Mailbox) -> Operation:
    return lambda: password_reset.request(user.email, SITE, HOME)


def _send_verification(user: UserItem, _: SessionItem, __: Mailbox) -> Operation:
    account(user.user_id).update(actions=[UserItem.email_verified_at.remove()])
    message = email_verification.message(user.user_id, SITE)
    return lambda: deliver(message)


def _send_reset(user: UserItem, _: SessionItem, __: Mailbox) -> Operation:
    message = password_reset.message(user.email, SITE, HOME)
    return lambda: deliver(message)


def _send_change(user: UserItem, session: SessionItem, mailbox: Mailbox) -> Operation:
    _ask_for_change(user, session, mailbox)()
    (message,) = mailbox.taken("address_change")
    return lambda: deliver(message)


def _announce(user: UserItem, _: SessionItem, mailbox: Mailbox) -> Operation:
    message = change_address(user, f"new-{user.email}", mailbox)
    return lambda: deliver(message)


REQUESTS: Final[list[Prepare]] = [
    *(_verify, _confirm, _undo, _reset, _register, _rename, _remove, _enter, _remove_password),
    *(_ask_for_change, _ask_for_reset),
]
TRANSACTIONS: Final[list[Prepare]] = REQUESTS[:5] + REQUESTS[6:9]
WORK: Final[list[Prepare]] = [_send_verification, _send_reset, _send_change, _announce]


def _rows(user: UserItem) -> Iterator[dict[str, Any]]:
    """All rows of a user, and of both addresses whoever has them."""
    addresses = [f"EMAIL#{email}" for email in (user.email, f"new-{user.email}")]
    places = [("users", key) for key in (f"USER#{user.user_id}", f"EVENTS#{user.user_id}", *addresses)]
    for table, key in [*places, ("sessions", user.user_id)]:
        yield from connection_of(UserItem).query(table, key, consistent_read=True)["Items"]


def _state(user: UserItem) -> dict[str, object]:
    """All that is kept of a user but ids and times, in a form that is the same for all that it happened to."""
    stored, found = account(user.user_id), Counter[str]()
    for row in _rows(user):
        told, kind = row.get("kind"), row.get("purpose", row.get("name", {"S": ""}))["S"]
        if told is not None:
            found[f"event {told['S']}"] += told["S"] not in STANDING_ALONE
        elif "session_id" in row:
            found["token" if row["session_id"]["S"].startswith("TOKEN#") else "session"] += 1
        else:
            place = f"{row['pk']['S']} {row['sk']['S'].partition('#')[0]} {kind} {'expires_at' in row}"
            found[place.replace(user.email, "…").replace(user.user_id, "…")] += 1
    return {
        "rows": +found,
        "email": stored.email.replace(user.email, "…"),
        "password": stored.password_hash == user.password_hash if stored.password_hash else None,
        "verified": stored.email_verified_at is not None,
        "bounced": stored.email_bounced_at is not None,
        "passkeys": int(stored.passkeys or 0),
        "counters": [int(passkey.sign_count) for passkey in passkeys.of_user(user.user_id)],
        "version": int(stored.credential_version),
        "sign_ins": int(stored.sign_ins),
    }


Fault = Callable[[str, Callable[[], Any]], Any]


def _throttled(operation: str, _: Callable[[], Any]) -> Any:
    raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, operation)


def _answer_lost(_: str, genuine: Callable[[], Any]) -> Any:
    """What was asked for is done, and nobody hears of it."""
    genuine()
    raise ReadTimeoutError(endpoint_url="https://dynamodb")


def _collided(operation: str, _: Callable[[], Any]) -> Any:
    if operation != "TransactWriteItems":
        raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, operation)
    error = {"Error": {"Code": "TransactionCanceledException", "Message": ""}}
    reasons = [None, CancellationReason("TransactionConflict")]
    raise VerboseClientError(error, operation, cancellation_reasons=reasons)


@contextmanager
def _failing(fault: Fault | None, at: Callable[[int, str], bool]) -> Iterator[list[str]]:
    """Have requests spoilt, by their number and operation; the list of all that were made."""
    made, dispatch = list[str](), Connection.dispatch

    def request(self: Connection, operation: str, arguments: dict[str, Any]) -> Any:
        made.append(operation)
        if fault is not None and at(len(made), operation):
            return fault(operation, lambda: dispatch(self, operation, arguments))
        return dispatch(self, operation, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "dispatch", request)
        yield made


def _raised(operation: Operation) -> Exception | None:
    try:
        operation()
    except Exception as error:
        assert isinstance(error, UnavailableError) or (
            not isinstance(error, TaskwardError) and is_passing_fault(error)
        ), error
        return error
    return None


def _clean_run(prepare: Prepare, mailbox: Mailbox) -> tuple[dict[str, object], list[str], list[str]]:
    """How an account is when all went well, the requests that it took, and the mail that was queued."""
    user, session = verified()
    operation = prepare(user, session, mailbox)
    _queued(mailbox)
    with _failing(None, lambda *_: False) as made:
        operation()
    return _state(user), made, _queued(mailbox)


def _queued(mailbox: Mailbox) -> list[str]:
    """The mail that was asked for; without what tells of something, which is queued whether or not it comes to it."""
    kinds = (message["kind"] for message in mailbox.taken())
    return [kind for kind in kinds if kind not in ("notice", "address_changed")]


@pytest.mark.parametrize("prepare", REQUESTS)
def test_whichever_request_fails_all_was_done_or_nothing_and_a_retry_heals(prepare: Prepare, mailbox: Mailbox) -> None:
    done, made, queued = _clean_run(prepare, mailbox)
    cases: list[tuple[int, Fault]] = [(number, _throttled) for number in range(1, len(made) + 1)]
    cases += [(n, fault) for n, op in enumerate(made, 1) if op in WRITES for fault in (_answer_lost, _collided)]
    for number, fault in cases:
        where = f"{fault.__name__} at {number}: {made[number - 1]}"
        user, session = verified()
        operation, before = prepare(user, session, mailbox), _state(user)
        mailbox.taken()
        with _failing(fault, lambda n, _, number=number: n == number):  # type: ignore[misc]
            raised = _raised(operation)
        after = _state(user)
        assert after == done if raised is None else after in (before, done), where
        if raised is None or after == before:
            assert raised is None or _raised(operation) is None, where
            assert (_state(user), _queued(mailbox)) == (done, queued), where


@pytest.mark.parametrize("prepare", TRANSACTIONS)
def test_what_goes_on_colliding_is_given_up_with_nothing_done_and_can_be_repeated(
    prepare: Prepare, mailbox: Mailbox
) -> None:
    done, _, _ = _clean_run(prepare, mailbox)
    user, session = verified()
    operation, before = prepare(user, session, mailbox), _state(user)
    with _failing(_collided, lambda _, operation: operation == "TransactWriteItems") as made:
        assert isinstance(_raised(operation), UnavailableError)
    assert made.count("TransactWriteItems") == storage.CONFLICT_ATTEMPTS
    assert _state(user) == before
    operation()
    assert _state(user) == done


@pytest.mark.parametrize("prepare", WORK)
def test_the_worker_waits_for_a_database_that_is_busy(prepare: Prepare, mailbox: Mailbox) -> None:
    done, made, _ = _clean_run(prepare, mailbox)
    for number in range(1, len(made) + 1):
        user, session = verified()
        operation = prepare(user, session, mailbox)
        with _failing(_throttled, lambda n, _, number=number: n == number):  # type: ignore[misc]
            operation()
        assert _state(user) == done, f"{number}: {made[number - 1]}"
