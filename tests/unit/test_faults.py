"""When something the service depends on fails: the answer says so, nobody is signed out, and a retry heals."""

import importlib
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import GetError, PutError, TransactWriteError

from taskward import storage
from taskward.errors import UnavailableError
from taskward.identity import sessions
from taskward.identity.event_tables import EventItem
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.jobs import jobs, queue
from taskward.tasks.tables import TaskItem
from tests.support import aws, events
from tests.support.faults import cancelled
from tests.support.people import PASSWORD, registered

pytestmark = pytest.mark.usefixtures("moto_tables")

THROTTLED = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow"}}, "GetItem")
TIMED_OUT = ConnectTimeoutError(endpoint_url="https://dynamodb")
WRONG = ClientError({"Error": {"Code": "ValidationException", "Message": "our fault"}}, "GetItem")


def _function(name: str) -> Any:
    return importlib.import_module(f"functions.{name}.app")


def _failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("cause", [THROTTLED, TIMED_OUT])
def test_a_database_that_does_not_answer_is_503_and_a_retry_heals(
    cause: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session = registered()
    event = events.request("POST", "/tasks", {"title": "x"}, principal=(user.user_id, session.session_id))
    handler = _function("tasks").handler
    with monkeypatch.context() as patch:
        patch.setattr(TaskItem, "save", _failing(PutError("failed", cause)))
        answer = handler(event, events.Context())
    assert answer["statusCode"] == 503
    assert answer["multiValueHeaders"]["Retry-After"] == ["1"]
    assert handler(event, events.Context())["statusCode"] == 201


def test_a_request_of_ours_that_is_wrong_is_500_and_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    user, session = registered()
    monkeypatch.setattr(TaskItem, "get", _failing(GetError("secret detail", WRONG)))
    event = events.request("GET", f"/tasks/{uuid.uuid4()}", principal=(user.user_id, session.session_id))
    answer = _function("tasks").handler(event, events.Context())
    assert answer["statusCode"] == 500
    assert "secret detail" not in answer["body"]
    assert "Traceback" not in answer["body"]


def test_the_authorizer_raises_when_it_cannot_know_and_never_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    from taskward.identity import grants

    token = grants.issue(registered()[1]).access_token
    event = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": "arn:x/api/GET/tasks"}
    handler = _function("authorizer").handler
    with monkeypatch.context() as patch:
        patch.setattr(SessionItem, "get", _failing(GetError("failed", THROTTLED)))
        with pytest.raises(GetError):
            handler(event, events.Context())
    assert handler(event, events.Context())["policyDocument"]["Statement"][0]["Effect"] == "Allow"


def test_a_logout_that_could_not_end_the_session_does_not_say_that_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    from taskward.identity import grants

    token = grants.issue(registered()[1]).access_token
    event = events.request("POST", "/auth/logout", headers={"Authorization": f"Bearer {token}"})
    handler = _function("sessions").handler
    alive = SessionItem.count()
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "transact_write_items", _failing(TransactWriteError("failed", TIMED_OUT)))
        assert handler(event, events.Context())["statusCode"] == 503
        assert SessionItem.count() == alive
    assert handler(event, events.Context())["statusCode"] == 204
    assert SessionItem.count() == alive - 1


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/auth/sessions"), ("DELETE", "/auth/sessions/{session_id}")])
def test_an_end_of_sessions_that_failed_ends_none(method: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user, session = registered()
    address = path.format(session_id=session.session_id)
    event = events.request(method, address, principal=(user.user_id, session.session_id))
    handler = _function("sessions").handler
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "transact_write_items", _failing(TransactWriteError("failed", THROTTLED)))
        answer = handler(event, events.Context())
        assert answer["statusCode"] == 503
        assert "Set-Cookie" not in answer["multiValueHeaders"]
    assert [alive.session_id for alive in sessions.live(user.user_id)] == [session.session_id]
    assert handler(event, events.Context())["statusCode"] == 204


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/auth/password", {"current_password": PASSWORD, "new_password": "walnut canoe 9 rivers"}),
        ("DELETE", "/account", {"password": PASSWORD}),
    ],
)
def test_a_fault_is_no_failed_attempt_and_a_retry_does_it(
    method: str, path: str, body: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session = registered()
    event = events.request(method, path, body, principal=(user.user_id, session.session_id))
    handler = _function("account").handler
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "transact_write_items", _failing(TransactWriteError("failed", TIMED_OUT)))
        # More often than a wrong password could be given.
        for _ in range(6):
            assert handler(event, events.Context())["statusCode"] == 503
    assert handler(event, events.Context())["statusCode"] == 204


@pytest.mark.parametrize("cause", [THROTTLED, TIMED_OUT])
def test_an_export_that_could_not_be_queued_is_in_no_later_ones_way(
    cause: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session = registered()
    event = events.request("POST", "/account/export", principal=(user.user_id, session.session_id))
    handler = _function("account").handler
    with monkeypatch.context() as patch:
        patch.setattr(queue, "send", _failing(cause))
        for _ in range(6):
            assert handler(event, events.Context())["statusCode"] == 503
    assert jobs.of_user(user.user_id) == []
    assert handler(event, events.Context())["statusCode"] == 202
    assert [message["kind"] for message in aws.queued()] == ["export"]


def test_a_deletion_that_could_not_be_queued_deletes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    user, session = registered()
    event = events.request("DELETE", "/account", {"password": PASSWORD}, principal=(user.user_id, session.session_id))
    handler = _function("account").handler
    with monkeypatch.context() as patch:
        patch.setattr(queue, "send", _failing(TIMED_OUT))
        answer = handler(event, events.Context())
    assert answer["statusCode"] == 503
    assert "Set-Cookie" not in answer["multiValueHeaders"]
    assert sessions.live(user.user_id) != []
    assert handler(event, events.Context())["statusCode"] == 204


def test_a_security_event_that_could_not_be_stored_takes_nothing_from_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, session = registered()
    body = {"current_password": "a guess", "new_password": "walnut canoe 9 rivers"}
    event = events.request("POST", "/auth/password", body, principal=(user.user_id, session.session_id))
    monkeypatch.setattr(EventItem, "save", _failing(PutError("failed", THROTTLED)))
    assert _function("account").handler(event, events.Context())["statusCode"] == 403


def test_a_registration_that_could_not_be_answered_stores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from taskward.identity import keyring

    body = {"email": "ada@example.com", "password": "tangerine umbrella 7"}
    event = events.request("POST", "/auth/register", body)
    handler = _function("register").handler
    with monkeypatch.context() as patch:
        keyring.forget()
        patch.setattr(keyring, "load", _failing(ConnectTimeoutError(endpoint_url="https://secretsmanager")))
        assert handler(event, events.Context())["statusCode"] == 503
    assert handler(event, events.Context())["statusCode"] == 201


def _in_progress() -> TransactWriteError:
    cause = ClientError({"Error": {"Code": "TransactionInProgressException", "Message": ""}}, "TransactWriteItems")
    return TransactWriteError("failed", cause)


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Lets transactions fail in the ways given, one after the other, and then succeed; gives the token of each."""

    def fail(*errors: Exception) -> list[str]:
        left, tokens = list(errors), list[str]()

        def answer(_: Any, **arguments: Any) -> dict[str, Any]:
            tokens.append(arguments["client_request_token"])
            if left:
                raise left.pop(0)
            return {}

        monkeypatch.setattr(storage, "back_off", lambda _: None)
        monkeypatch.setattr(Connection, "transact_write_items", answer)
        return tokens

    return fail


def _transact(fill: Callable[[Any], None] = lambda _: None) -> None:
    storage.transact(storage.connection_of(UserItem), fill)


def test_a_transaction_that_collides_is_made_anew(transactions: Callable[..., list[str]]) -> None:
    tokens = transactions(cancelled("None", "TransactionConflict"), cancelled("TransactionConflict"))
    filled: list[int] = []
    _transact(lambda _: filled.append(1))
    assert len(set(tokens)) == len(filled) == 3


def test_a_transaction_that_is_still_at_work_is_not_made_a_second_time(
    transactions: Callable[..., list[str]],
) -> None:
    tokens = transactions(_in_progress(), _in_progress())
    filled: list[int] = []
    _transact(lambda _: filled.append(1))
    assert len(tokens) == 3
    assert len(set(tokens)) == len(filled) == 1


def test_a_transaction_that_keeps_colliding_is_unavailable(transactions: Callable[..., list[str]]) -> None:
    transactions(*[cancelled("TransactionConflict")] * 99)
    with pytest.raises(UnavailableError):
        _transact()


def test_a_condition_that_fails_is_told_apart_from_a_collision(transactions: Callable[..., list[str]]) -> None:
    transactions(cancelled("None", "ConditionalCheckFailed", "TransactionConflict"))
    with pytest.raises(storage.TransactionConflictError):
        _transact()


def test_a_transaction_that_fails_otherwise_is_raised_as_it_is(transactions: Callable[..., list[str]]) -> None:
    transactions(cancelled("ThrottlingError"))
    with pytest.raises(TransactWriteError):
        _transact()
