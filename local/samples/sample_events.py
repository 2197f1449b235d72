"""The sample events of events/, by name, with their placeholders filled."""

import json
import re
from functools import cache
from typing import Any

from local.paths import ROOT
from local.template import resources

FOLDER = ROOT / "events"

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def names() -> set[str]:
    """All sample events, each as `<function>/<case>`."""
    return {f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.json")}


def function_of(name: str) -> str:
    """The logical id of the function that a sample event is for."""
    code = f"functions/{name.partition('/')[0]}"
    functions = resources("AWS::Serverless::Function").items()
    return next(logical_id for logical_id, properties in functions if properties["CodeUri"] == code)


def placeholders(name: str) -> set[str]:
    """What has to be given to fill an event."""
    return set(_PLACEHOLDER.findall(text(name)))


def load(name: str, /, **values: str) -> Any:
    """An event with its placeholders filled.

    Raises
    ------
    ValueError: a placeholder has no value, or a value no placeholder; says which.
    """
    wanted = placeholders(name)
    if missing := wanted - values.keys():
        raise ValueError(f"{name} needs a value for {', '.join(sorted(missing))}")
    if unused := values.keys() - wanted:
        raise ValueError(f"{name} has no placeholder for {', '.join(sorted(unused))}")
    return _filled(json.loads(text(name)), values)


@cache
def text(name: str) -> str:
    """An event as its file has it."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def _filled(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: values[match[1]], value)
    if isinstance(value, dict):
        return {name: _filled(member, values) for name, member in value.items()}
    if isinstance(value, list):
        return [_filled(entry, values) for entry in value]
    return value
