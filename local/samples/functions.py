"""The functions of a stack, called with sample events as the gateway would call them."""

import json
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local.samples import sample_events
from local.stack import STACK_NAME, Stack


class AnswerError(Exception):
    """A function answered otherwise than what was asked of it needs; the message has the answer."""


@dataclass(frozen=True)
class Answer:
    """What a function behind the gateway answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        """The body."""
        return json.loads(self.text)


class Functions:
    """The functions of a stack.

    The people of the sample events, such as ann@example.com, have addresses of their own in each of these, such as
    ann.1f0c2b7a@example.com, and are at a place of their own in the network: what was done for another event, or how
    often, is no matter.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._mark = secrets.token_hex(4)
        # Of a range that is set aside for tests (RFC 2544).
        self._network = f"198.18.{secrets.randbelow(256)}.{secrets.randbelow(256)}"

    def event(self, name: str, values: dict[str, str]) -> Any:
        """A sample event, filled with those of the values that it has placeholders for.

        Raises
        ------
        ValueError: it needs another one.
        """
        wanted = sample_events.placeholders(name) & values.keys()
        event = sample_events.load(name, **{placeholder: values[placeholder] for placeholder in wanted})
        return json.loads(self._as_own(json.dumps(event)))

    def address(self, person: str) -> str:
        """The address of one of the people."""
        return self._as_own(f"{person}@example.com")

    def _as_own(self, text: str) -> str:
        text = re.sub(r"\b198\.51\.100\.\d+", self._network, text)
        return re.sub(rf"(?<!\.{self._mark})@example\.com", rf".{self._mark}\g<0>", text, flags=re.IGNORECASE)

    def call(self, name: str, event: Any) -> Any:
        """What the function of a sample event makes of an event.

        Raises
        ------
        AnswerError: it failed.
        """
        function = self._names[sample_events.function_of(name)]
        answer = self.stack.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        result = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise AnswerError(f"{name} failed: {json.dumps(result)}")
        return result

    def ask(self, name: str, values: dict[str, str], body: Any = None) -> Answer:
        """The answer to a sample event, if one is given with another body, which must be a success.

        Raises
        ------
        AnswerError: it is none.
        """
        event = self.event(name, values)
        if body is not None:
            event["body"] = json.dumps(body)
        result = self.call(name, event)
        headers = {header.lower(): entries[0] for header, entries in result["multiValueHeaders"].items()}
        answer = Answer(result["statusCode"], headers, result["body"])
        if not 200 <= answer.status < 300:
            raise AnswerError(f"{name} was answered with {answer.status}: {answer.text}")
        return answer

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names of the functions by logical id."""
        return physical_ids(self.stack, "AWS::Lambda::Function")


def physical_ids(stack: Stack, kind: str) -> dict[str, str]:
    """What the resources of one type are really called, by logical id."""
    pages = stack.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found if each["ResourceType"] == kind}
