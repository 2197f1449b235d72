"""When something the service depends on fails: the answer says so, nobody is signed out, and a retry heals."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from pynamodb.exceptions import GetError, PutError, TransactWriteError

from taskward import storage
from taskward.errors import UnavailableError
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.tasks.tables import TaskItem
from tests.support import events
from tests.support.people import registered

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
    event = events.request("GET", "/tasks/1", principal=(user.user_id, session.session_id))
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
            handler(event, None)
    assert handler(event, None)["policyDocument"]["Statement"][0]["Effect"] == "Allow"


def test_a_logout_that_could_not_end_the_session_does_not_say_that_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    from pynamodb.exceptions import DeleteError

    from taskward.identity import grants

    token = grants.issue(registered()[1]).access_token
    event = events.request("POST", "/auth/logout", headers={"Authorization": f"Bearer {token}"})
    handler = _function("sessions").handler
    with monkeypatch.context() as patch:
        patch.setattr(SessionItem, "delete", _failing(DeleteError("failed", TIMED_OUT)))
        assert handler(event, events.Context())["statusCode"] == 503
    assert handler(event, events.Context())["statusCode"] == 204


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


def _cancelled(*codes: str) -> TransactWriteError:
    from pynamodb.exceptions import CancellationReason, VerboseClientError

    reasons = [CancellationReason(code) if code != "None" else None for code in codes]
    error = {"Error": {"Code": "TransactionCanceledException", "Message": ""}}
    return TransactWriteError("failed", VerboseClientError(error, "TransactWriteItems", cancellation_reasons=reasons))


def test_a_transaction_that_collides_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "back_off", lambda _: None)
    attempts: list[int] = []

    def collide_twice(_: Any) -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise _cancelled("None", "TransactionConflict")

    storage.transact(storage.connection_of(UserItem), collide_twice)
    assert len(attempts) == 3


def test_a_transaction_that_keeps_colliding_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "back_off", lambda _: None)
    with pytest.raises(UnavailableError):
        storage.transact(storage.connection_of(UserItem), _failing(_cancelled("TransactionConflict")))


def test_a_condition_that_fails_is_told_apart_from_a_collision() -> None:
    both = _cancelled("None", "ConditionalCheckFailed", "TransactionConflict")
    with pytest.raises(storage.TransactionConflictError):
        storage.transact(storage.connection_of(UserItem), _failing(both))


def test_a_transaction_that_fails_otherwise_is_raised_as_it_is() -> None:
    with pytest.raises(TransactWriteError):
        storage.transact(storage.connection_of(UserItem), _failing(_cancelled("ThrottlingError")))
