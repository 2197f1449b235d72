"""Requests to the database as they go over the wire: counted, refused, unanswered, or made with their answer lost."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.endpoint import Endpoint
from botocore.exceptions import ReadTimeoutError

from taskward import storage
from taskward.tasks import workspace

Answer = tuple[Any, Exception | None]
Send = Callable[[], Answer]
Fault = Callable[[Send], Answer]
"""What becomes of a request instead of `send()`."""

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem")


def unanswered(_: Send) -> Answer:
    """The request never arrives."""
    return None, ReadTimeoutError(endpoint_url="https://dynamodb")


def answer_lost(send: Send) -> Answer:
    """The request is carried out, and nobody learns of it."""
    answer, error = send()
    assert error is None
    assert answer[0].status_code == 200, answer[1]
    return None, ReadTimeoutError(endpoint_url="https://dynamodb")


def refused(code: str, *reasons: str) -> Fault:
    """The database refuses, with the reason for each action of a transaction."""

    def refuse(_: Send) -> Answer:
        response = SimpleNamespace(status_code=400, headers={}, content=b"")
        told: dict[str, Any] = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 400}}
        if reasons:
            told["CancellationReasons"] = [{"Code": reason} for reason in reasons]
        return (response, told), None

    return refuse


COLLISION_OF_TRANSACTION = refused("TransactionCanceledException", "None", "TransactionConflict")
COLLISION_OF_PUT = refused("TransactionConflictException")
STILL_AT_WORK = refused("TransactionInProgressException")
THROTTLED = refused("ProvisionedThroughputExceededException")


class Wire:
    """All requests since this was made, and what befalls those to come.

    Parameters
    ----------
    knows_tokens: answer a transaction that comes again by its token as DynamoDB does, for a database that does not.
    """

    def __init__(self, *, knows_tokens: bool) -> None:
        self.requests: list[str] = []
        self._faults: dict[str, list[Fault]] = {}
        self._before: list[tuple[str, Callable[[], Any]]] = []
        self._answers: dict[str, Answer] | None = {} if knows_tokens else None

    def fail(self, operation: str, *faults: Fault) -> None:
        """Let these befall the next requests for an operation, one after the other."""
        self._faults.setdefault(operation, []).extend(faults)

    def before(self, operation: str, action: Callable[[], Any]) -> None:
        """Do something once, right before the next request for an operation."""
        self._before.append((operation, action))

    def writes(self) -> list[str]:
        """The requests that were to write something."""
        return [operation for operation in self.requests if operation in WRITES]

    def pending(self) -> int:
        """How many of the faults did not befall any request yet."""
        return sum(map(len, self._faults.values()))

    def take(self, operation: str, body: bytes, send: Send) -> Answer:
        """What becomes of a request."""
        for waiting in self._before:
            if waiting[0] == operation:
                self._before.remove(waiting)
                waiting[1]()
                break
        self.requests.append(operation)
        faults = self._faults.get(operation)
        if not faults:
            return self._sent(operation, body, send)
        return faults.pop(0)(lambda: self._sent(operation, body, send))

    def _sent(self, operation: str, body: bytes, send: Send) -> Answer:
        if self._answers is None or operation != "TransactWriteItems":
            return send()
        token = json.loads(body)["ClientRequestToken"]
        if token not in self._answers:
            answer = send()
            if answer[0] is None or answer[0][0].status_code != 200:
                return answer
            self._answers[token] = answer
        return self._answers[token]


@contextmanager
def held(wire: Wire) -> Iterator[Wire]:
    """Send all requests to DynamoDB through a wire, and wait nowhere before another attempt."""
    respond = vars(Endpoint)["_do_get_response"]

    def respond_through_wire(self: Any, request: Any, model: Any, context: Any) -> Any:
        if model.service_model.service_name != "dynamodb":
            return respond(self, request, model, context)
        return wire.take(model.name, request.body, lambda: respond(self, request, model, context))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "_do_get_response", respond_through_wire)
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
        patch.setattr(storage, "back_off", lambda _: None)
        patch.setattr(workspace, "back_off", lambda _: None)
        yield wire
