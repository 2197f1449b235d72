"""What CloudFormation gets: the template as SAM's own translator makes it, for several sets of parameters.

Functions and conditions in it are evaluated (see intrinsics.py), so that what is proved of it is what is deployed.
"""

import copy
import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from local.paths import ROOT, tool
from local.template import template
from tests.support.intrinsics import Resolver

_PROCESS = Path(__file__).with_name("translator_process.py")

_MAIL = {"MailSender": "Taskward <no-reply@tasks.example>"}
_DOMAIN = {
    "SiteDomain": "tasks.example",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/7d0e2f0a-6a1e-4d9b-8f8e-0e3c5b1d2a4f",
}
_ZONE = {"HostedZoneId": "Z0123456789ABCDEFGHIJ"}
_FIREWALL = {"Firewall": "on"}
_ALARMS = {"AlarmAddress": "on-call@tasks.example"}
_ROLLOUT = {"Rollout": "Canary10Percent5Minutes"}
_SNAPSTART = {"SnapStart": "on"}
_CONCURRENCY = {"AuthConcurrency": "5"}
_ISSUER = {"Issuer": "https://tasks.example"}
OTHERS = {
    "UsersTableName": "users-restored",
    "SessionsTableName": "sessions-restored",
    "TasksTableName": "tasks-restored",
    "EncryptionKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/0f6f6f3a-9a55-4d0e-9a0b-3f0f3e3f1c11",
}
"""What is used in the place of tables and of a key that the stack makes else."""

SETS: dict[str, dict[str, str]] = {
    "defaults": {},
    "mail": _MAIL,
    "domain": _DOMAIN,
    "zone": _DOMAIN | _ZONE,
    "firewall": _FIREWALL,
    "alarms": _ALARMS,
    "rollout": _ROLLOUT,
    "snapstart": _SNAPSTART,
    "concurrency": _CONCURRENCY,
    "issuer": _ISSUER,
    "present": {"GatewayLogsRole": "present"},
    "others": OTHERS,
    "everything": {
        **_MAIL,
        **_DOMAIN,
        **_ZONE,
        **_FIREWALL,
        **_ALARMS,
        **_ROLLOUT,
        **_SNAPSTART,
        **_CONCURRENCY,
        **_ISSUER,
    },
}
"""The defaults, each switch by itself, and all that goes together."""


@dataclass(frozen=True)
class Translated:
    """A stack as it is about to be made."""

    document: Mapping[str, Any]
    """What CloudFormation gets, with its functions and conditions as they are written."""
    parameters: Mapping[str, str]
    """Those that are not the default."""

    @cached_property
    def values(self) -> dict[str, str]:
        """What every parameter is."""
        return {name: str(entry["Default"]) for name, entry in self.document["Parameters"].items()} | dict(
            self.parameters
        )

    @cached_property
    def resolver(self) -> Resolver:
        """Evaluates what the document says."""
        return Resolver(self.document, self.values)

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """All that will be made, whole, by logical id."""
        return self._evaluated("Resources")

    @cached_property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """What the stack will put out."""
        return self._evaluated("Outputs")

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of what is of one type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def after(self, harm: "Harm") -> "Translated":
        """The same stack of a template that was harmed."""
        document = copy.deepcopy(dict(self.document))
        harm.to(document)
        return Translated(document, self.parameters)

    def _evaluated(self, section: str) -> dict[str, dict[str, Any]]:
        return {
            name: {member: self.resolver.resolved(value) for member, value in entry.items() if member != "Condition"}
            for name, entry in self.document[section].items()
            if self.resolver.applies(entry)
        }


Check = Callable[[Translated], list[str]]
"""Looks for one kind of fault, and says what it found."""

REMOVED = object()


class Harm:
    """Something wrong with a template, to see that it is found: what a path leads to is another value, or is gone.

    A path begins below `Resources`. The length of a list leads to behind its end.
    """

    def __init__(self, *path: Any, value: Any = REMOVED) -> None:
        self._path = path
        self._value = value

    def to(self, document: dict[str, Any]) -> None:
        """Do it to a template.

        Raises
        ------
        KeyError, IndexError: there is nothing at the path.
        """
        *parents, last = self._path
        place: Any = document["Resources"]
        for name in parents:
            place = place[name]
        if self._value is REMOVED:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(self._value)
        else:
            place[last] = self._value


@cache
def translated(name: str) -> Translated:
    """The stack of one of the sets.

    Raises
    ------
    ValueError: SAM refuses the template for it.
    """
    return Translated(_document(_of_sets()[name]), SETS[name])


def translate(sets: list[dict[str, str]], source: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The template, or another one, as it is translated for each set of parameters.

    Raises
    ------
    ValueError: SAM refuses it for one of them.
    """
    return [_document(answer) for answer in _answers(sets, source or template())]


@cache
def _of_sets() -> dict[str, dict[str, Any]]:
    return dict(zip(SETS, _answers(list(SETS.values()), template()), strict=True))


def _answers(sets: list[dict[str, str]], source: Mapping[str, Any]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [tool("sam", "python"), "-I", _PROCESS],
        input=json.dumps({"template": source, "sets": sets}),
        cwd=ROOT,
        # No credentials, and nowhere to look for them.
        env={},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _document(answer: dict[str, Any]) -> dict[str, Any]:
    if "refused" in answer:
        raise ValueError(f"SAM refuses the template: {answer['refused']}")
    document: dict[str, Any] = answer["document"]
    return document


def listed(value: Any) -> list[Any]:
    """What policies may write as one or as a list, as a list."""
    return value if isinstance(value, list) else [value]
