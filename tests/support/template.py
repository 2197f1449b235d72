"""template.yaml, read for tests: what they check or build must be what is deployed."""

from typing import Any

from local.paths import ROOT
from local.template import resources, template

__all__ = ["ROOT", "resources", "template", "variables", "with_everything_on", "with_nothing_on"]


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


def variables(function: str) -> dict[str, str]:
    """The variables that the template sets for a function, each with its parameter's default.

    Of what CloudFormation makes, such as names of tables, any text.
    """
    common = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = resources("AWS::Serverless::Function")[function]["Environment"]["Variables"]
    return {name: _value(value) for name, value in {**common, **own}.items()}


def _value(setting: Any) -> str:
    if isinstance(setting, dict):
        setting = template()["Parameters"].get(setting.get("Ref"), {}).get("Default")
    return str(setting or "any")
