"""What is made of CloudFormation's functions, for templates of a few lines."""

from typing import Any

import pytest

from tests.support.intrinsics import DanglingReferenceError, Resolver

TEMPLATE: dict[str, Any] = {
    "Mappings": {"Sizes": {"small": {"Memory": 128}}},
    "Conditions": {
        "IsOn": {"Fn::Equals": [{"Ref": "Switch"}, "on"]},
        "IsOff": {"Fn::Not": [{"Condition": "IsOn"}]},
        "Both": {"Fn::And": [{"Condition": "IsOn"}, {"Condition": "IsOff"}]},
        "Either": {"Fn::Or": [{"Condition": "IsOn"}, {"Condition": "IsOff"}]},
        "IsFive": {"Fn::Equals": [{"Ref": "Number"}, 5]},
    },
    "Resources": {"Table": {}, "Optional": {"Condition": "IsOn"}},
}


def resolved(value: Any, **values: Any) -> Any:
    return Resolver(TEMPLATE, {"Switch": "off", "Number": "4", **values}).resolved(value)


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("text", "text"),
        ({"Ref": "Switch"}, "off"),
        ({"Ref": "Table"}, "${Table}"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "${Table.Arn}"),
        ({"Fn::GetAtt": "Table.Stream.Arn"}, "${Table.Stream.Arn}"),
        ({"Fn::Sub": "a-${Switch}-${Table.Arn}-${AWS::Partition}"}, "a-off-${Table.Arn}-aws"),
        ({"Fn::Sub": ["${One}/${Switch}", {"One": {"Ref": "Table"}}]}, "${Table}/off"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Number"}, {"Ref": "AWS::NoValue"}]]}, "a-4"),
        ({"Fn::Select": [1, {"Fn::Split": ["<", "a<b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", "small", "Memory"]}, 128),
        ({"Fn::If": ["IsOn", 1, 2]}, 2),
        ([1, {"Fn::If": ["IsOn", 1, {"Ref": "AWS::NoValue"}]}, 3], [1, 3]),
        ({"a": {"Fn::If": ["IsOn", 1, {"Ref": "AWS::NoValue"}]}, "b": 2}, {"b": 2}),
        # What is not chosen may name what is not there.
        ({"Fn::If": ["IsOn", {"Ref": "Optional"}, "none"]}, "none"),
        # Of one member, but no function.
        ({"Reference": "Table"}, {"Reference": "Table"}),
    ],
)
def test_a_function_says_what_cloudformation_makes_of_it(value: Any, result: Any) -> None:
    assert resolved(value) == result


@pytest.mark.parametrize(
    ("condition", "off", "on"),
    [
        *(("IsOn", False, True), ("IsOff", True, False), ("Both", False, False), ("Either", True, True)),
        ("IsFive", False, True),
    ],
)
def test_conditions_hold_by_the_values_of_parameters(condition: str, off: bool, on: bool) -> None:
    assert Resolver(TEMPLATE, {"Switch": "off", "Number": "4"}).holds(condition) is off
    assert Resolver(TEMPLATE, {"Switch": "on", "Number": 5}).holds(condition) is on


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nothing"},
        {"Ref": "Optional"},
        {"Fn::GetAtt": ["Optional", "Arn"]},
        {"Fn::Sub": "${Optional}"},
        {"Fn::If": ["IsNothing", 1, 2]},
        {"Fn::FindInMap": ["Sizes", "large", "Memory"]},
    ],
)
def test_what_names_something_that_is_not_there_is_refused(value: Any) -> None:
    with pytest.raises(DanglingReferenceError):
        resolved(value)


def test_a_function_that_nobody_knows_is_not_passed_over() -> None:
    with pytest.raises(NotImplementedError):
        resolved({"Fn::Cidr": ["10.0.0.0/16", 1, 8]})
