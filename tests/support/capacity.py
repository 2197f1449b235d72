"""What requests cost, in the units that DynamoDB charges for."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from taskward.tasks.tables import TaskItem

_READS = {"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"}
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
_TELL = {"ReturnConsumedCapacity": "TOTAL"}


@dataclass
class Units:
    """Units of reading and of writing, in tables and indexes together, and how many requests took them."""

    read: float = 0
    write: float = 0
    requests: int = 0

    def __str__(self) -> str:
        parts = [f"{amount:g} {name}" for amount, name in ((self.read, "R"), (self.write, "W")) if amount]
        return " + ".join(parts) or "0"


@contextmanager
def metered() -> Iterator[Units]:
    """Adds up what every request to DynamoDB costs within the block, as the database itself tells.

    In some things DynamoDB Local tells less than AWS charges, which is put right here: of the actions of a transaction
    that cost the same it counts one, and of what is asked for and not there it counts nothing.
    """
    units, call = Units(), vars(BaseClient)["_make_api_call"]

    def call_and_add(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation not in _READS | _WRITES:
            return call(self, operation, arguments)
        units.requests += 1
        if operation == "TransactWriteItems":
            units.write += sum(2 * _cost_alone(partial(call, self), action) for action in arguments["TransactItems"])
            return call(self, operation, arguments)
        try:
            answer = call(self, operation, arguments | _TELL)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                # Such an answer does not tell, but costs as much as a write of the row alone; ours are below 1 KB.
                units.write += 1
            raise
        if operation in _READS:
            least = 1 if arguments.get("ConsistentRead") else 0.5
            units.read += max(least, _told(answer) + _missing(arguments, answer))
        else:
            units.write += _told(answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", call_and_add)
        yield units


def _told(answer: dict[str, Any]) -> float:
    consumed = answer["ConsumedCapacity"]
    return sum(float(each["CapacityUnits"]) for each in (consumed if isinstance(consumed, list) else [consumed]))


def _missing(arguments: dict[str, Any], answer: dict[str, Any]) -> int:
    """How many rows of a batch are not there: each costs one unit of a consistent read."""
    asked = sum(len(table["Keys"]) for table in arguments.get("RequestItems", {}).values())
    return asked and asked - sum(len(rows) for rows in answer["Responses"].values())


def _cost_alone(call: Callable[[str, dict[str, Any]], Any], action: dict[str, Any]) -> float:
    """What an action of a transaction costs when it is made by itself, on a copy of its row in another partition.

    Rows of other tables than that of tasks are in no index, and below 1 KB.
    """
    ((kind, put),) = action.items()
    if put["TableName"] != TaskItem.Meta.table_name:
        return 1
    assert kind == "Put", "no other kind is known here"
    table, item = put["TableName"], put["Item"]
    key = {name: item[name] for name in ("user_id", "task_id")}
    stored = call("GetItem", {"TableName": table, "Key": key, "ConsistentRead": True}).get("Item")
    aside = {"user_id": {"S": f"aside-{uuid.uuid4()}"}}
    if stored is not None:
        call("PutItem", {"TableName": table, "Item": stored | aside})
    return _told(call("PutItem", {"TableName": table, "Item": item | aside} | _TELL))
