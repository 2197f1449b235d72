"""template.yaml, read for what has to be as it says: what runs here, and tests."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from local.paths import ROOT

_FILE = ROOT / "template.yaml"


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


def template() -> dict[str, Any]:
    """The whole template, as it is at this moment."""
    return _read(_FILE.stat().st_mtime_ns)


def read(file: Path) -> dict[str, Any]:
    """A template of a file: ours, or what `sam build` made of it."""
    loaded: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
    return loaded


@lru_cache(maxsize=1)
def _read(_version: int) -> dict[str, Any]:
    return read(_FILE)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type: properties by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }
