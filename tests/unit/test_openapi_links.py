"""Links of the OpenAPI documents: each leads to an operation that takes what the link gives it."""

from typing import Any

import pytest

from local.openapi.links import LINKS
from tests.support.conformance import document
from tests.support.described import operations

BOTH = pytest.mark.parametrize("mail", [True, False], ids=["with_mail", "without_mail"])


def resolved(value: Any, *, mail: bool) -> Any:
    """What a reference leads to."""
    while "$ref" in value:
        found: Any = document(mail=mail)
        for member in value["$ref"].removeprefix("#/").split("/"):
            found = found[member]
        value = found
    return value


def taken(operation: dict[str, Any], *, mail: bool) -> set[str]:
    """Parameters that an operation takes, as links name them."""
    parameters = [resolved(parameter, mail=mail) for parameter in operation.get("parameters", ())]
    return {f"{parameter['in']}.{parameter['name']}" for parameter in parameters}


@BOTH
def test_each_link_leads_to_an_operation_that_takes_what_it_gives(mail: bool) -> None:
    by_id = {operation["operationId"]: operation for _, _, operation in operations(mail=mail)}
    found = set()
    for name, operation in by_id.items():
        for status, response in operation["responses"].items():
            for link in response.get("links", {}).values():
                found.add((name, status))
                target = by_id[link["operationId"]]
                assert link.get("parameters", {}).keys() <= taken(target, mail=mail), (name, link)
                if "requestBody" in link:
                    (content, *_) = target["requestBody"]["content"].values()
                    members = resolved(content["schema"], mail=mail)["properties"]
                    assert link["requestBody"].keys() <= members.keys(), (name, link)
    assert found == set(LINKS)


@BOTH
def test_what_a_link_takes_from_an_answer_is_in_its_example(mail: bool) -> None:
    checked = 0
    for _, _, operation in operations(mail=mail):
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                for expression in (*link.get("parameters", {}).values(), *link.get("requestBody", {}).values()):
                    value: Any = next(iter(response["content"].values()))["example"]
                    for member in expression.removeprefix("$response.body#/").split("/"):
                        value = value[int(member)] if isinstance(value, list) else value[member]
                    assert isinstance(value, str)
                    checked += 1
    assert checked >= len(LINKS)
