"""Parameters of the template: what may be given, and what is in effect then."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from local.deployment.refusals import RefusedError
from local.template import template

RELEASE = "Release"
"""The one that nobody gives: `make deploy` computes it."""


def declared() -> Mapping[str, Mapping[str, Any]]:
    """What the template says of each, by name."""
    found: Mapping[str, Mapping[str, Any]] = template()["Parameters"]
    return found


def parsed(text: str) -> dict[str, str]:
    """Parameters as they are written for `sam`: `Name=value Other="with spaces"`.

    Raises
    ------
    RefusedError: it is not written so.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise RefusedError(f"PARAMETERS cannot be read ({error}): {text}") from None
    for word in words:
        if not re.match("[A-Za-z0-9]+=", word):
            raise RefusedError(f'PARAMETERS are written Name=value Other="with spaces", not {word}')
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def overrides(values: Mapping[str, str]) -> list[str]:
    """Parameters as `sam deploy --parameter-overrides` takes them, whatever is in their values."""
    # In quotes, for else sam would take an empty value for none, and end one at a space.
    return ['{}="{}"'.format(name, value.replace('"', r"\"")) for name, value in values.items()]


def effective(given: Mapping[str, str], previous: Mapping[str, str]) -> dict[str, str]:
    """What holds for all, but for Release: what is given, else what the stack has, else the default."""
    defaults = {name: str(entry["Default"]) for name, entry in declared().items() if "Default" in entry}
    still_declared = {name: value for name, value in previous.items() if name in declared()}
    known = {**defaults, **still_declared, **given}
    return {name: value for name, value in known.items() if name != RELEASE}


def check(values: Mapping[str, str]) -> None:
    """Whether CloudFormation would take the values, each by itself and all together.

    Raises
    ------
    RefusedError: it would not, or does not know a name.
    """
    for name, value in values.items():
        problem = problem_of(name, value)
        if problem:
            raise RefusedError(problem)
    for rule in template().get("Rules", {}).values():
        if _holds(rule.get("RuleCondition", True), values):
            for assertion in rule["Assertions"]:
                if not _holds(assertion["Assert"], values):
                    raise RefusedError(assertion["AssertDescription"])


def problem_of(name: str, value: str) -> str | None:
    """Why a parameter cannot have a value, None where it can."""
    if name not in declared():
        return f"There is no parameter {name}; template.yaml says at its top which there are."
    entry = declared()[name]
    allowed = [str(each) for each in entry.get("AllowedValues", ())]
    if allowed and value not in allowed:
        return f"{name} cannot be {value or 'empty'}: it is one of {', '.join(allowed)}."
    if entry["Type"] == "Number":
        return _problem_of_number(name, value, entry)
    if len(value) > entry.get("MaxLength", len(value)):
        return f"{name} cannot be so long: it has {entry['MaxLength']} characters at most."
    if not re.fullmatch(entry.get("AllowedPattern", ".*"), value):
        return f"{name} cannot be {value or 'empty'}: it has to match {entry['AllowedPattern']}"
    return None


def _problem_of_number(name: str, value: str, entry: Mapping[str, Any]) -> str | None:
    if not re.fullmatch("-?[0-9]+", value):
        return f"{name} cannot be {value or 'empty'}: it is a number."
    low, high = entry.get("MinValue", int(value)), entry.get("MaxValue", int(value))
    return None if low <= int(value) <= high else f"{name} cannot be {value}: it is from {low} to {high}."


def _holds(condition: Any, values: Mapping[str, str]) -> bool:
    """What a condition of a rule comes to, of the functions that the template's rules are made of."""
    if isinstance(condition, bool):
        return condition
    ((function, arguments),) = condition.items()
    if function == "Fn::Not":
        return not _holds(arguments[0], values)
    if function == "Fn::And":
        return all(_holds(each, values) for each in arguments)
    if function == "Fn::Or":
        return any(_holds(each, values) for each in arguments)
    if function == "Fn::Equals":
        first, second = (values[each["Ref"]] if isinstance(each, dict) else str(each) for each in arguments)
        return first == second
    raise NotImplementedError(f"A rule of the template is made of {function}, which is not known here.")
