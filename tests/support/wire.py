"""Requests to AWS as they go over the wire: counted, refused, unanswered, garbled, or made with their answer lost."""

import json
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.endpoint import Endpoint
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.retries.quota import RetryQuota

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


def unreachable(_: Send) -> Answer:
    """Nobody takes the connection."""
    return None, EndpointConnectionError(endpoint_url="https://dynamodb")


def garbled(body: bytes, status: int = 200, checksum: str | None = None) -> Fault:
    """The request is carried out, and something in between makes this of the answer."""

    def garble(send: Send) -> Answer:
        convert = botocore.endpoint.convert_to_response_dict

        def convert_and_garble(response: Any, model: Any) -> Any:
            headers = {"x-amz-crc32": checksum} if checksum else {"content-type": "text/html"}
            return convert(response, model) | {"body": body, "headers": headers, "status_code": status}

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(botocore.endpoint, "convert_to_response_dict", convert_and_garble)
            answer, error = send()
        assert error is None
        return (SimpleNamespace(status_code=status, headers={}, content=body), answer[1]), None

    return garble


def refused(code: str, *reasons: str, status: int = 400) -> Fault:
    """The service refuses; the database with the reason for each action of a transaction."""

    def refuse(_: Send) -> Answer:
        response = SimpleNamespace(status_code=status, headers={}, content=b"")
        told: dict[str, Any] = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
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
def held(wire: Wire, services: Collection[str] = ("dynamodb",)) -> Iterator[Wire]:
    """Send all requests to these services through a wire, and wait nowhere before another attempt.

    The operations of others than DynamoDB are known by the service as well: `kms.Decrypt`.
    """
    respond = vars(Endpoint)["_do_get_response"]

    def respond_through_wire(self: Any, request: Any, model: Any, context: Any) -> Any:
        service = model.service_model.service_name
        if service not in services:
            return respond(self, request, model, context)
        operation = model.name if service == "dynamodb" else f"{service}.{model.name}"
        return wire.take(operation, request.body, lambda: respond(self, request, model, context))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "_do_get_response", respond_through_wire)
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
        # A client that met hundreds of faults tries nothing again for a while: here each is the first one.
        patch.setattr(RetryQuota, "acquire", lambda *_: True)
        for name, module in list(sys.modules.items()):
            if name.startswith("taskward.") and hasattr(module, "back_off"):
                patch.setattr(module, "back_off", lambda _: None)
        yield wire
