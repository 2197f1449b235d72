"""template.yaml, read for tests: what they check or build must be what is deployed."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms: `!Ref X` becomes `{"Ref": "X"}`, `!Sub` and the others `{"Fn::Sub": ...}`."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".") if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506
    return loaded


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type: properties by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def with_everything_on(value: Any) -> Any:
    """A part of the template as it is when all that is optional was chosen: of every `Fn::If` what it says then."""
    if isinstance(value, list):
        return [with_everything_on(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Fn::If"}:
        return with_everything_on(value["Fn::If"][1])
    return {name: with_everything_on(member) for name, member in value.items()}


def with_nothing_on(value: Any) -> Any:
    """A part of the template as it is when nothing that is optional was chosen, without list entries of no value."""
    if isinstance(value, list):
        entries = [with_nothing_on(entry) for entry in value]
        return [entry for entry in entries if entry != {"Ref": "AWS::NoValue"}]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Fn::If"}:
        return with_nothing_on(value["Fn::If"][2])
    return {name: with_nothing_on(member) for name, member in value.items()}
