"""Rows are read as pynamodb reads them, to the type of each value."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynamodb.attributes import (
    Attribute,
    AttributeContainer,
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    NumberSetAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.exceptions import AttributeDeserializationError
from pynamodb.models import Model

from taskward.dynamodb import Row
from tests.support import aws
from tests.support.exactly import exactly

NUMBERS: Final = (
    *("0", "7", "-1", "-0", "-0.5", "3.14", "1E+2", "1e2", "1E-7", "-1.5E+10", "0.1E+126"),
    "12345678901234567890123456789012345678",
)


class Place(MapAttribute[str, Any]):
    city = UnicodeAttribute()
    number = NumberAttribute(null=True)


def attributes() -> dict[str, Any]:
    """One of each kind; made anew for each model, because pynamodb changes them."""
    return {
        "key": UnicodeAttribute(hash_key=True),
        "place_in_it": NumberAttribute(range_key=True, attr_name="place"),
        "name": UnicodeAttribute(null=True, attr_name="n"),
        "with_default": NumberAttribute(default=5),
        "only_new": UnicodeAttribute(null=True, default_for_new="new"),
        "made": ListAttribute(default=list),
        "yes": BooleanAttribute(null=True),
        "texts": UnicodeSetAttribute(),
        "numbers": NumberSetAttribute(),
        "data": BinaryAttribute(legacy_encoding=False, null=True),
        "document": JSONAttribute(null=True),
        "at": UTCDateTimeAttribute(null=True),
        "raw": MapAttribute(null=True, default=dict),  # type: ignore[no-untyped-call]
        "typed": Place(null=True),  # type: ignore[no-untyped-call]
        "places": ListAttribute(of=Place, null=True),
        "version": VersionAttribute(),
    }


class Meta:
    table_name = "any"


def made(base: Any) -> Any:
    return type(base)("Everything", (base,), {**attributes(), "Meta": Meta})


Ours, Pynamodbs = made(Row), made(Model)

EVERYTHING: Final[dict[str, dict[str, Any]]] = {
    "key": {"S": "ä"},
    "place": {"N": "1E+2"},
    "n": {"S": ""},
    "with_default": {"N": "6"},
    "only_new": {"S": "old"},
    "made": {"L": [{"S": "a"}, {"N": "-0.5"}, {"NULL": True}, {"L": []}, {"M": {"x": {"BOOL": False}}}]},
    "yes": {"BOOL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
    "data": {"B": b"\0\xff"},
    "document": {"S": '{"a":[1,null]}'},
    "at": {"S": "2026-11-22T01:02:03.000004+0000"},
    "raw": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "d"}}}, "e": {"NULL": True}}},
    "typed": {"M": {"city": {"S": "Bonn"}, "number": {"NULL": True}}},
    "places": {"L": [{"M": {"city": {"S": "Ulm"}, "number": {"N": "7"}}}]},
    "version": {"N": "3"},
}


def as_pynamodb_reads(model: Any, stored: dict[str, Any]) -> Any:
    row = model.__new__(model)
    AttributeContainer._container_deserialize(row, stored)
    return row


def told(row: Any) -> Any:
    """All that can be seen of a row."""
    values = {name: exactly(getattr(row, name)) for name in row.get_attributes()}
    written = {name: exactly(value) for name, value in row.serialize(null_check=False).items()}
    return exactly(row.attribute_values), values, written


def outcome(read: Any) -> Any:
    try:
        return told(read())
    except AttributeDeserializationError as error:
        return str(error)


def assert_read_alike(model: Any, stored: dict[str, Any], reference: Any = None) -> None:
    expected = outcome(lambda: as_pynamodb_reads(reference or model, stored))
    assert outcome(lambda: model.from_raw_data(stored)) == expected


def variants(whole: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row, and that with each of its values missing, null, of another type or of none."""
    yield whole
    yield {**whole, "nobody_knows": {"S": "this"}, "attribute_values": {"S": "nor this"}}
    yield {}
    for name, value in whole.items():
        wrong = {"BOOL": True} if "BOOL" not in value else {"N": "1"}
        yield {other: value for other, value in whole.items() if other != name}
        yield from ({**whole, name: other} for other in ({"NULL": True}, wrong, {}))


@pytest.mark.parametrize("stored", list(variants(EVERYTHING)))
def test_attributes_of_each_kind_are_read_as_by_pynamodb(stored: dict[str, Any]) -> None:
    assert_read_alike(Ours, stored, Pynamodbs)


def test_what_was_read_is_as_it_is_meant() -> None:
    row = Ours.from_raw_data(EVERYTHING)
    assert (row.key, row.place_in_it, row.name, row.yes, row.texts) == ("ä", 100.0, "", True, {"a", "b"})
    assert (row.data, row.at, row.version) == (b"\0\xff", datetime(2026, 11, 22, 1, 2, 3, 4, UTC), 3)
    assert (row.raw.a, row.typed.city, row.typed.number, row.places[0].number) == (1, "Bonn", None, 7)
    row = Ours.from_raw_data({})
    assert (row.with_default, row.only_new, row.made, row.name) == (5, None, [], None)
    with pytest.raises(AttributeDeserializationError, match="with_default"):
        Ours.from_raw_data({"with_default": {"S": "5"}})


def test_rows_share_nothing_with_each_other() -> None:
    first, second = Ours.from_raw_data({}), Ours.from_raw_data({})
    first.made.append("x")
    first.raw["y"] = 1
    first.name = "z"
    assert (second.made, dict(second.raw.attribute_values), second.name) == ([], {}, None)


def test_a_row_that_was_read_is_changed_and_written_as_one_of_pynamodb() -> None:
    ours, theirs = Ours.from_raw_data(EVERYTHING), Pynamodbs.from_raw_data(EVERYTHING)
    for row in (ours, theirs):
        row.name = "other"
        row.with_default = None
        row.raw = {"new": "map"}
        row.typed.city = "Köln"
        row.version = 4.0
    assert told(ours) == told(theirs)
    again = {"key": {"S": "k"}, "place": {"N": "1"}}
    for row in (ours, theirs):
        row.deserialize(again)
    assert told(ours) == told(theirs)


def test_attributes_of_the_class_make_the_same_conditions() -> None:
    for model in (Ours, Pynamodbs):
        assert str(model.name == "x") == "n = {'S': 'x'}"
        assert str(model.typed.city.exists()) == "attribute_exists (typed.city)"
    assert Ours.get_attributes().keys() == Pynamodbs.get_attributes().keys()


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read_as_by_pynamodb(text: str) -> None:
    assert_read_alike(Ours, {"place": {"N": text}}, Pynamodbs)


_TEXT = st.text(max_size=5)
_NUMBER = st.sampled_from(NUMBERS) | st.integers().map(str)
_ANY: st.SearchStrategy[Any] = st.deferred(
    lambda: (
        st.fixed_dictionaries({"S": _TEXT})
        | st.fixed_dictionaries({"N": _NUMBER})
        | st.fixed_dictionaries({"BOOL": st.booleans()})
        | st.just({"NULL": True})
        | st.fixed_dictionaries({"M": st.dictionaries(_TEXT, _ANY, max_size=2)})
    )
)
_VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "S": _TEXT,
    "N": _NUMBER,
    "BOOL": st.booleans(),
    "B": st.just(b"AP8="),
    "SS": st.lists(_TEXT, min_size=1, max_size=3, unique=True),
    "L": st.lists(_ANY, max_size=3),
    "M": st.dictionaries(st.text("abc", min_size=1, max_size=3), _ANY, max_size=3),
}


def stored_values(attribute: Attribute[Any]) -> st.SearchStrategy[Any]:
    kind = attribute.attr_type
    return st.fixed_dictionaries({kind: _VALUES[kind]}) | st.just({"NULL": True})


_EXAMPLES: Final[dict[str, Any]] = {
    "S": "ä",
    "N": "7",
    "BOOL": True,
    "SS": ["one"],
    "B": b"AP8=",
    "L": [{"M": {"a": {"S": "b"}}}],
    "M": {"a": {"N": "1"}},
}


@pytest.mark.parametrize("model", aws.MODELS, ids=lambda model: model.__name__)
def test_rows_of_each_table_are_read_as_by_pynamodb(model: Any) -> None:
    known = {each.attr_name: each for each in model.get_attributes().values()}
    whole = {name: {each.attr_type: _EXAMPLES[each.attr_type]} for name, each in known.items()}
    for stored in variants(whole):
        assert_read_alike(model, stored)
    assert told(model.from_raw_data(whole))[2] == exactly(whole)

    @settings(max_examples=15, deadline=None, database=None)
    @given(st.fixed_dictionaries({}, optional={name: stored_values(each) for name, each in known.items()}))
    def of_any(stored: dict[str, Any]) -> None:
        assert_read_alike(model, stored)

    of_any()
