"""What can befall a request to AWS, and a wire on which it befalls one certain request of an operation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from tests.support.wire import (
    COLLISION_OF_PUT,
    COLLISION_OF_TRANSACTION,
    STILL_AT_WORK,
    Answer,
    Fault,
    Send,
    Wire,
    garbled,
    refused,
    unanswered,
    unreachable,
)


class Killed(BaseException):
    """The process ends here, and does nothing more: neither what handles errors nor what cleans up."""


def lost(send: Send) -> Answer:
    """Whatever the answer is, nobody learns it."""
    send()
    return unanswered(send)


def killed_before(_: Send) -> Answer:
    """The process ends before the request is sent."""
    raise Killed


def killed_after(send: Send) -> Answer:
    """The process ends when the request was carried out, before it knows."""
    send()
    raise Killed


@dataclass(frozen=True)
class Case:
    """What befalls an operation.

    Parameters
    ----------
    first: what befalls the request, and those after it that are for the same; one after the other.
    then: what befalls all later ones that are for the same.
    everywhere: whether `then` befalls the requests to all services.
    kills: whether the process ends with it.
    """

    name: str
    first: tuple[Fault, ...]
    then: Fault | None = None
    everywhere: bool = False
    kills: bool = False


class Injection(Wire):
    """All goes well but for what befalls request number `at`, counted from 0, and some of those after it."""

    def __init__(self, at: int | None = None, case: Case | None = None) -> None:
        super().__init__(knows_tokens=True)
        self.bodies: list[bytes] = []
        self.befell = 0
        self._at, self._case = at, case
        self._first = list(case.first) if case else []
        self._operation: str | None = None

    def take(self, operation: str, body: bytes, send: Send) -> Answer:
        """What becomes of a request."""
        number = len(self.requests)
        self.requests.append(operation)
        self.bodies.append(body or b"")
        fault = self._fault(number, operation)
        if fault is None:
            return self._sent(operation, body, send)
        self.befell += 1
        return fault(Sending(operation, body, lambda: self._sent(operation, body, send)))

    def _fault(self, number: int, operation: str) -> Fault | None:
        if self._case is None or self._at is None or number < self._at:
            return None
        if number == self._at:
            self._operation = operation
        if self._case.kills and number > self._at:
            raise Killed
        if operation == self._operation and self._first:
            return self._first.pop(0)
        return self._case.then if self._case.everywhere or operation == self._operation else None


@dataclass(frozen=True)
class Sending:
    """A request that can be sent, and what it asks for."""

    operation: str
    body: bytes
    send: Send

    def __call__(self) -> Answer:
        return self.send()

    def members(self) -> Any:
        """The request's members; of DynamoDB alone it is certain that they are JSON."""
        return json.loads(self.body)


def _told(**members: Any) -> Answer:
    return (SimpleNamespace(status_code=200, headers={}, content=b""), {**members, "ResponseMetadata": {}}), None


def nothing_read(send: Any) -> Answer:
    """Of a batch nothing is read, and all of it is to be asked for again."""
    wanted = send.members()["RequestItems"]
    return _told(Responses={table: [] for table in wanted}, UnprocessedKeys=wanted)


def half_read(send: Any) -> Answer:
    """Of a batch the first key is left to be asked for again."""
    answer, error = send()
    assert error is None
    ((table, wanted),) = send.members()["RequestItems"].items()
    left = wanted["Keys"][:1]
    read = [row for row in answer[1]["Responses"][table] if row["task_id"] != left[0]["task_id"]]
    return _told(Responses={table: read}, UnprocessedKeys={table: {**wanted, "Keys": left}})


def nothing_written(send: Any) -> Answer:
    """Of a batch nothing is written, and all of it is to be asked for again."""
    return _told(UnprocessedItems=send.members()["RequestItems"])


def half_written(send: Any) -> Answer:
    """Of a batch something is to be asked for again."""
    _, error = send()
    assert error is None
    ((table, wanted),) = send.members()["RequestItems"].items()
    return _told(UnprocessedItems={table: wanted[:1]})


def empty_page(send: Any) -> Answer:
    """A query finds nothing on its first page, and there are more."""
    members = send.members()
    start = members.get("ExclusiveStartKey") or _first_place(members)
    return _told(Items=[], Count=0, ScannedCount=0, LastEvaluatedKey=start)


def _first_place(query: Any) -> dict[str, Any]:
    """The key before all that a query can find."""
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[query["TableName"]]
    schema = [*table.schema, *next((i.schema for i in table.indexes if i.name == query.get("IndexName")), [])]
    (partition,) = [value for name, value in query["ExpressionAttributeValues"].items() if _is_partition(query, name)]
    edge = {"S": " "} if query.get("ScanIndexForward", True) else {"S": "~~~"}
    return {key["AttributeName"]: partition if key["KeyType"] == "HASH" else edge for key in schema}


def _is_partition(query: Any, name: str) -> bool:
    return str(query["KeyConditionExpression"]).strip("(").split(" AND ")[0].split(" = ")[1].strip(" )") == name


HTML: Final = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
_SINGLE_WRITES: Final = ("PutItem", "UpdateItem", "DeleteItem")
_CODES: Final = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")
_REFUSALS: Final = {
    **{code: refused(code) for code in _CODES},
    "InternalServerError": refused("InternalServerError", status=500),
    "time-out": unanswered,
    "connection refused": unreachable,
}
_GARBAGE: Final = {
    "HTML": garbled(HTML),
    "a truncated answer": garbled(b'{"Item": {"pk'),
    "an empty answer": garbled(b""),
    "another answer than was sent": garbled(b"{}", checksum="1"),
}
_CANCELLATIONS: Final = (
    ("None", "ThrottlingError"),
    ("TransactionConflict", "ThrottlingError"),
    ("None", "InternalServerError"),
)
_CONDITION: Final = refused("ConditionalCheckFailedException")
_CONDITION_OF_TRANSACTION: Final = refused(
    "TransactionCanceledException", "None", "ConditionalCheckFailed", "TransactionConflict"
)


def _always(name: str, fault: Fault, **more: Any) -> Case:
    return Case(f"{name} always", (), then=fault, **more)


def _once(name: str, fault: Fault, **more: Any) -> Case:
    return Case(f"{name} once", (fault,), **more)


_EVERYWHERE: Final = (
    # One of each line at each request, in turn: what they differ in is for the client library to tell.
    [_once(name, fault) for name, fault in _REFUSALS.items()],
    [_always(name, fault) for name, fault in _REFUSALS.items()],
    [_once("answer lost", lost)],
    [_always("answer lost", lost)],
    [_always("outage", fault, everywhere=True) for fault in (unanswered, unreachable)],
    [_once(name, fault) for name, fault in _GARBAGE.items()],
    [_always("a proxy's 502", garbled(HTML, 502)), _once("a proxy's 502", garbled(HTML, 502))],
    [Case("killed before", (killed_before,), kills=True)],
    [Case("killed after", (killed_after,), kills=True)],
)

_SINGLE_WRITE: Final = (_once("collision", COLLISION_OF_PUT), _always("collision", COLLISION_OF_PUT))
_CONDITIONAL: Final = {
    **dict.fromkeys(_SINGLE_WRITES, (_once("failed condition", _CONDITION), _always("failed condition", _CONDITION))),
    "TransactWriteItems": (
        _once("failed condition", _CONDITION_OF_TRANSACTION),
        _always("failed condition", _CONDITION_OF_TRANSACTION),
    ),
}
_BY_OPERATION: Final = {
    "TransactWriteItems": (
        _once("collision", COLLISION_OF_TRANSACTION),
        _always("collision", COLLISION_OF_TRANSACTION),
        Case("still at work", (lost, STILL_AT_WORK, STILL_AT_WORK)),
        _always("at work", STILL_AT_WORK),
        *(_once(f"cancelled for {each}", refused("TransactionCanceledException", *each)) for each in _CANCELLATIONS),
    ),
    "Query": (_once("an empty page", empty_page), Case("three empty pages", (empty_page,) * 3)),
    "BatchGetItem": (
        _once("nothing of a batch", nothing_read),
        _once("half of a batch", half_read),
        _always("nothing of a batch", nothing_read),
    ),
    "BatchWriteItem": (
        _once("nothing of a batch", nothing_written),
        _once("half of a batch", half_written),
        _always("nothing of a batch", nothing_written),
    ),
    **dict.fromkeys(_SINGLE_WRITES, _SINGLE_WRITE),
}


def cases(recorded: Injection) -> Iterator[tuple[int, Case]]:
    """All that can befall the requests of a run in which all went well."""
    for number, (operation, body) in enumerate(zip(recorded.requests, recorded.bodies, strict=True)):
        for kinds in _EVERYWHERE:
            yield number, kinds[number % len(kinds)]
        yield from ((number, case) for case in _BY_OPERATION.get(operation, ()))
        if b'"ConditionExpression"' in body:
            yield from ((number, case) for case in _CONDITIONAL.get(operation, ()))
