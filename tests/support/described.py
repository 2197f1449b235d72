"""What the OpenAPI documents describe, listed for tests: operations and refusals; and the template's routes."""

from collections.abc import Iterator
from typing import Any

from tests.support.conformance import document
from tests.support.template import resources

PROBLEM = "application/problem+json"
NEED_MAIL = {
    ("/auth/password/forgot", "post"),
    ("/auth/password/reset", "post"),
    ("/auth/email/verify", "post"),
    ("/auth/email/confirm", "post"),
    ("/auth/email/restore", "post"),
    ("/account/email", "post"),
    ("/account/email/verification", "post"),
}
"""Paths and methods that a service without mail does not have."""


def operations(*, mail: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All operations, each with its path and method, of a service that sends mail or of one that sends none."""
    for path, methods in document(mail=mail)["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def refusals(*, mail: bool) -> Iterator[tuple[str, int, str]]:
    """Each operation's refusals: its id, the status and the code."""
    components = document(mail=mail)["components"]["responses"]
    for _, _, operation in operations(mail=mail):
        for status, response in operation["responses"].items():
            if "$ref" in response:
                resolved = components[response["$ref"].rpartition("/")[2]]
                _, narrowed = resolved["content"][PROBLEM]["schema"]["allOf"]
                assert narrowed["properties"]["status"] == {"const": int(status)}
                for code in narrowed["properties"]["code"]["enum"]:
                    assert f"`{code}`" in resolved["description"]
                    yield operation["operationId"], int(status), code


def routes() -> Iterator[tuple[str, str, str, bool]]:
    """The template's routes: path, method in lower case, the function's folder, and whether anybody may call it."""
    for function in resources("AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "Api":
                route = event["Properties"]
                authorizer = route.get("Auth", {}).get("Authorizer")
                assert authorizer in (None, "NONE")
                folder = function["CodeUri"].removeprefix("functions/")
                yield route["Path"], route["Method"].lower(), folder, authorizer == "NONE"
