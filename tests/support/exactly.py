"""Equality that minds types, where 1 and 1.0 and True are three things."""

from typing import Any

from pynamodb.attributes import AttributeContainer


def exactly(value: Any) -> Any:
    """What can only be equal to a value of the same types all through."""
    if isinstance(value, AttributeContainer):
        return type(value), exactly(value.attribute_values)
    if isinstance(value, dict):
        return {name: exactly(each) for name, each in value.items()}
    if isinstance(value, list):
        return [exactly(each) for each in value]
    if isinstance(value, set):
        return type(value), frozenset(map(exactly, value))
    return type(value), repr(value)
