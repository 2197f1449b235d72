"""Answers with rows in them are parsed as botocore parses them, to the type of each value."""

import base64
import json
from typing import Any, Final

import pytest
from botocore.awsrequest import HeadersDict
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import JSONParser

from taskward import dynamodb
from taskward.dynamodb import RowParserFactory
from taskward.remote import UnusableAnswerError
from tests.support.exactly import exactly

SERVICE: Final[Any] = ServiceModel(Loader().load_service_model("dynamodb", "service-2"), "dynamodb")

OPERATIONS: Final = {
    name: SERVICE.operation_model(name)
    for name in SERVICE.operation_names
    if (shape := SERVICE.operation_model(name).output_shape) is not None and shape.name in dynamodb._OF_ROWS
}
"""Those whose answers are not read by way of the service's description."""

BINARY: Final = {"B": base64.b64encode(b"\0\xff").decode()}
HEADERS: Final = HeadersDict({"x-amzn-RequestId": "one", "X-Amz-Crc32": "1"})


def filled(shape: Any, depth: int = 0) -> Any:
    """What the JSON of a shape can be, with all members and no binary values."""
    if shape.type_name == "structure":
        members = {name: each for name, each in shape.members.items() if "Binary" not in each.name}
        if shape.name == "AttributeValue" and depth > 8:
            return {"S": 'it says "B": and \\"BS\\":'}
        return {name: filled(each, depth + 1) for name, each in members.items()}
    if shape.type_name == "list":
        return [filled(shape.member, depth + 1)] * 2
    if shape.type_name == "map":
        return {"B": filled(shape.value, depth + 1), "ä": filled(shape.value, depth + 1)}
    return {"string": "ä\u2028", "boolean": True, "double": 0.5, "integer": 3, "long": 3}[shape.type_name]


def parsed(parser: Any, body: bytes, shape: Any, status: int = 200) -> Any:
    response = {"body": body, "headers": HEADERS, "status_code": status, "context": {}}
    return parser.parse(response, shape)


def assert_parsed_alike(body: bytes, shape: Any, status: int = 200) -> Any:
    found = parsed(RowParserFactory().create_parser("json"), body, shape, status)
    assert exactly(found) == exactly(parsed(JSONParser(), body, shape, status))
    return found


def test_answers_of_rows_are_of_operations_that_there_are() -> None:
    assert {operation.output_shape.name for operation in OPERATIONS.values()} == dynamodb._OF_ROWS


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_in_an_answer_of_rows_is_to_be_converted_but_binary_values(name: str) -> None:
    """By the description: no dates, no members that the JSON has by other names, none in the headers."""
    seen: dict[str, Any] = {}

    def look(shape: Any) -> None:
        if shape.name in seen:
            return
        seen[shape.name] = shape
        assert not {"name", "location", "payload"} & shape.serialization.keys(), shape.name
        if shape.type_name == "structure":
            assert not any((shape.is_tagged_union, shape.is_document_type, shape.event_stream_name))
            for each in shape.members.values():
                assert not {"name", "location", "payload"} & each.serialization.keys()
                look(each)
        elif shape.type_name == "list":
            look(shape.member)
        elif shape.type_name == "map":
            look(shape.key)
            look(shape.value)
        else:
            assert shape.type_name in ("string", "boolean", "double", "integer", "long", "blob")

    look(OPERATIONS[name].output_shape)
    assert len(seen) > 5
    # Of the values of rows, these alone are announced as binary ones.
    blobs = {each for each, shape in seen["AttributeValue"].members.items() if "Binary" in shape.name}
    assert blobs == {"B", "BS"}
    assert [each for each, shape in seen.items() if shape.type_name == "blob"] == ["BinaryAttributeValue"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_answer_of_rows_is_parsed_as_by_botocore(name: str) -> None:
    shape = OPERATIONS[name].output_shape
    whole = filled(shape)
    for members in ({}, whole, *({each: whole[each]} for each in whole)):
        for body in (json.dumps(members), json.dumps(members, ensure_ascii=False, separators=(",", ":"))):
            found = assert_parsed_alike(body.encode(), shape)
            assert found["ResponseMetadata"]["RequestId"] == "one"
            assert found.keys() == members.keys() | {"ResponseMetadata"}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (BINARY, {"B": b"\0\xff"}),
        ({"BS": [BINARY["B"]]}, {"BS": [b"\0\xff"]}),
        ({"L": [{"M": {"B": BINARY}}]}, {"L": [{"M": {"B": {"B": b"\0\xff"}}}]}),
        ({"S": "B"}, {"S": "B"}),
        ({"M": {"B": {"S": "AP8="}}}, {"M": {"B": {"S": "AP8="}}}),
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,\n", " :\t")])
def test_binary_values_come_out_as_bytes(value: Any, read: Any, separators: tuple[str, str]) -> None:
    body = json.dumps({"Item": {"x": value}}, separators=separators).encode()
    assert assert_parsed_alike(body, OPERATIONS["GetItem"].output_shape)["Item"] == {"x": read}


def test_rows_without_binary_values_are_not_looked_up_in_the_description(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("looked up")

    monkeypatch.setattr(JSONParser, "_parse_shape", refuse)
    parser, shape = RowParserFactory().create_parser("json"), OPERATIONS["GetItem"].output_shape
    assert parsed(parser, b'{"Item":{"x":{"S":"y"}}}', shape)["Item"] == {"x": {"S": "y"}}
    with pytest.raises(AssertionError, match="looked up"):
        parsed(parser, b'{"Item":{"x":{"B":"AA=="}}}', shape)


@pytest.mark.parametrize("body", [b'{"Item":{}', b'{"Item"}', b"", b"{\xff}", b'{"Item":{"x":{"S":"\xed\xa0\x80"}}}'])
def test_what_is_no_json_is_no_answer(body: bytes) -> None:
    with pytest.raises(UnusableAnswerError):
        parsed(RowParserFactory().create_parser("json"), body, OPERATIONS["GetItem"].output_shape)


CANCELLED: Final = (
    b'{"__type":"x#TransactionCanceledException","Message":"no","CancellationReasons":[{"Code":"None"},'
    b'{"Code":"ConditionalCheckFailed","Message":"m","Item":{"x":{"B":"AP8="},"n":{"N":"1"}}}]}'
)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}'),
        (400, CANCELLED),
        (400, b"no JSON"),
        (500, b'{"__type":"x#InternalServerError"}'),
        (503, b"<html><body>Service Unavailable</body></html>"),
        (500, b""),
    ],
)
def test_a_refusal_is_parsed_as_by_botocore(status: int, body: bytes) -> None:
    assert_parsed_alike(body, OPERATIONS["GetItem"].output_shape, status)


def test_why_a_transaction_was_cancelled_is_parsed_as_by_botocore() -> None:
    shape = SERVICE.shape_for_error_code("TransactionCanceledException")
    found = assert_parsed_alike(CANCELLED, shape, 400)
    assert found["CancellationReasons"][1]["Item"] == {"x": {"B": b"\0\xff"}, "n": {"N": "1"}}


def test_other_answers_are_parsed_as_by_botocore() -> None:
    shape = SERVICE.operation_model("DescribeTable").output_shape
    found = assert_parsed_alike(b'{"Table":{"CreationDateTime":1.5,"TableName":"tasks"}}', shape)
    assert found["Table"]["CreationDateTime"].timestamp() == 1.5
    assert type(RowParserFactory().create_parser("rest-json")).__name__ == "RestJSONParser"
