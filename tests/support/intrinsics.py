"""What CloudFormation makes of a template's functions and conditions, for given values of its parameters.

What is known only when the stack is made is named as `Fn::Sub` names it: `${UsersTable}` for a reference to a resource,
`${UsersTable.Arn}` for an attribute of it.
"""

import re
from collections.abc import Mapping
from typing import Any

PSEUDO_PARAMETERS = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::StackName": "taskward",
    "AWS::URLSuffix": "amazonaws.com",
}

_NOTHING = object()
_PLACEHOLDER = re.compile(r"\$\{([^}!]+)\}")


class DanglingReferenceError(Exception):
    """A template names a resource, a condition or an entry of a mapping that it does not have then."""


class Resolver:
    """A template and values of parameters: what each function in it says then."""

    def __init__(self, template: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self._template = template
        self._values = {**PSEUDO_PARAMETERS, **{name: str(value) for name, value in values.items()}}
        self._present = {name for name, entry in template["Resources"].items() if self.applies(entry)}

    def applies(self, entry: Mapping[str, Any]) -> bool:
        """Whether a resource or an output is there, by its condition."""
        return "Condition" not in entry or self.holds(entry["Condition"])

    def holds(self, condition: str) -> bool:
        """Whether a condition is true.

        Raises
        ------
        DanglingReferenceError: there is none of that name.
        """
        if condition not in self._template["Conditions"]:
            raise DanglingReferenceError(condition)
        return self._true(self._template["Conditions"][condition])

    def resolved(self, value: Any) -> Any:
        """A part of the template with its functions evaluated, and without what has no value.

        Raises
        ------
        DanglingReferenceError: it names what is not there.
        """
        if isinstance(value, list):
            entries = [self.resolved(entry) for entry in value]
            return [entry for entry in entries if entry is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in ("Ref", "Condition") and isinstance(argument, str):
                return self._ref(argument) if name == "Ref" else self.holds(argument)
            if name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        members = {name: self.resolved(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member is not _NOTHING}

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        return self._values[name] if name in self._values else self._made(name)

    def _made(self, name: str) -> str:
        """What a resource, or an attribute of one, is called here."""
        if name.partition(".")[0] not in self._present:
            raise DanglingReferenceError(name)
        return "${" + name + "}"

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "If":
                condition, then, otherwise = argument
                return self.resolved(then if self.holds(condition) else otherwise)
            case "GetAtt":
                return self._made(argument if isinstance(argument, str) else ".".join(argument))
            case "Sub":
                return self._substituted(argument)
            case "Join":
                separator, parts = argument
                return separator.join(str(part) for part in self.resolved(parts))
            case "Split":
                separator, text = argument
                return self.resolved(text).split(separator)
            case "Select":
                index, entries = argument
                return self.resolved(entries)[int(index)]
            case "FindInMap":
                return self._found(*self.resolved(argument))
            case "Equals" | "Not" | "And" | "Or":
                return self._true({f"Fn::{name}": argument})
        raise NotImplementedError(name)

    def _substituted(self, argument: Any) -> str:
        text, names = argument if isinstance(argument, list) else (argument, {})
        own = {name: str(self.resolved(value)) for name, value in names.items()}
        return _PLACEHOLDER.sub(lambda found: own[found[1]] if found[1] in own else str(self._ref(found[1])), text)

    def _found(self, mapping: str, first: str, second: str) -> Any:
        try:
            return self._template["Mappings"][mapping][first][second]
        except KeyError as missing:
            raise DanglingReferenceError(f"{mapping}: {missing}") from None

    def _true(self, value: Any) -> bool:
        ((name, argument),) = value.items()
        match name:
            case "Fn::Equals":
                one, other = (str(self.resolved(side)) for side in argument)
                return one == other
            case "Fn::Not":
                return not self._true(argument[0])
            case "Fn::And":
                return all(self._true(each) for each in argument)
            case "Fn::Or":
                return any(self._true(each) for each in argument)
            case "Condition":
                return self.holds(argument)
        raise NotImplementedError(name)
