"""How rows come out of DynamoDB's answers: the same as by the libraries, in a fifth of their time.

A list of tasks is a few thousand values. Botocore looks each of them up in the service's description, to find that it
is text and stays as it is; pynamodb asks each row for each of its attributes by name.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

from botocore.parsers import JSONParser, ResponseParserFactory
from pynamodb.attributes import Attribute, NumberAttribute
from pynamodb.constants import NULL
from pynamodb.exceptions import AttributeDeserializationError
from pynamodb.models import Model

from taskward.remote import UnusableAnswerError

_OF_ROWS: Final = {
    *("GetItemOutput", "QueryOutput", "PutItemOutput", "UpdateItemOutput", "DeleteItemOutput"),
    *("BatchGetItemOutput", "BatchWriteItemOutput", "TransactGetItemsOutput", "TransactWriteItemsOutput"),
}
"""Answers in which nothing but binary values is anything else than the JSON says."""

_BINARY: Final = (b'"B"', b'"BS"')
"""How a binary value is announced; within a text the quotes would be escaped."""


class RowParserFactory(ResponseParserFactory):
    """A botocore session's `response_parser_factory` for clients of DynamoDB."""

    def __init__(self) -> None:
        super().__init__()
        self._parser = _RowParser()

    def create_parser(self, protocol_name: str) -> Any:
        """A parser for one answer; there is no state in it."""
        return self._parser if protocol_name == "json" else super().create_parser(protocol_name)


class _RowParser(JSONParser):
    def _handle_json_body(self, raw_body: bytes, shape: Any) -> Any:
        if shape.name in _OF_ROWS and not any(mark in raw_body for mark in _BINARY):
            try:
                return json.loads(raw_body.decode())
            except ValueError:
                raise UnusableAnswerError from None
        return super()._handle_json_body(raw_body, shape)  # type: ignore[misc]


class Row(Model):
    """A pynamodb model whose rows are read in one pass over what there is of them."""

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        for name, attribute in list(vars(cls).items()):
            if isinstance(attribute, Attribute) and not _converts(attribute):
                setattr(cls, name, _Value(name, attribute))

    @classmethod
    def _instantiate(cls, attribute_values: dict[str, dict[str, Any]]) -> Self:
        reading = _reading(cls)
        values: dict[str, Any] = {name: make() for name, make in reading.defaults}
        for stored_name, stored in attribute_values.items():
            if stored_name not in reading.known:
                continue
            name, kind, deserialize = reading.known[stored_name]
            if kind in stored:
                values[name] = deserialize(stored[kind]) if deserialize else stored[kind]
            elif stored and NULL not in stored:
                raise AttributeDeserializationError(stored_name, kind)
        row = cls.__new__(cls)
        row.attribute_values = values
        for name in reading.converted & values.keys():
            setattr(row, name, values[name])
        return row


class _Value:
    """An attribute that is asked for as pynamodb's is, without the way through maps within maps: no row has those."""

    def __init__(self, name: str, attribute: Attribute[Any]) -> None:
        self._name, self._attribute = name, attribute

    def __get__(self, row: Row | None, model: type[Row]) -> Any:
        return self._attribute if row is None else row.attribute_values.get(self._name)

    def __set__(self, row: Row, value: Any) -> None:
        row.attribute_values[self._name] = value


_Deserialize = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Reading:
    """How rows of a model are read.

    `known` has by the name that it is stored under each attribute's own, its type, and what makes its value of what is
    stored, unless that is the value. `defaults` makes values of what may be missing. `converted` are those that make
    something else of a value when it is set.
    """

    known: dict[str, tuple[str, str, _Deserialize]]
    defaults: list[tuple[str, Callable[[], Any]]]
    converted: frozenset[str]


@cache
def _reading(model: type[Row]) -> _Reading:
    attributes = model.get_attributes().items()
    known = {each.attr_name: (name, each.attr_type, _deserializer(each)) for name, each in attributes}
    defaults = [(name, _maker(each.default)) for name, each in attributes if each.default is not None]
    return _Reading(known, defaults, frozenset(name for name, each in attributes if _converts(each)))


def _converts(attribute: Attribute[Any]) -> bool:
    kind = type(attribute)
    return kind.__set__ is not Attribute.__set__ or kind.__get__ is not Attribute.__get__


def _deserializer(attribute: Attribute[Any]) -> _Deserialize:
    if type(attribute).deserialize is Attribute.deserialize:
        return None
    return _number if type(attribute) is NumberAttribute else attribute.deserialize


def _maker(default: Any) -> Callable[[], Any]:
    return default if callable(default) else lambda: default


def _number(text: str) -> float:
    """As pynamodb has it; most are whole and not negative."""
    number: float = int(text) if text.isdecimal() else json.loads(text)
    return number
