"""Holds answers of the API to its OpenAPI document: what is not described there must not be answered."""

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NoReturn
from urllib.parse import quote

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.template import ROOT

_DOCUMENT_URI = "urn:taskward:openapi"
_PROBLEM = "application/problem+json"
_UNKNOWN_ROUTE_STATUSES = {403, 404, 405}
_BODILESS_STATUSES = {204, 304}


class NonconformingAnswerError(AssertionError):
    """An answer is not one that the document describes; the message says which, and in what it differs."""


def check(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Assert that an answer is one that the document describes.

    At an address, or for a method, that is not in the document it must be a problem document with 403, 404 or 405.
    What only a service with mail has may also ask for a token first, and then must say that it is switched off.

    Parameters
    ----------
    path: with or without the server's `/api`; a query is left out of account.

    Raises
    ------
    NonconformingAnswerError: it is not.
    """
    try:
        _check(method.upper(), path, status, {name.lower(): value for name, value in headers.items()}, body)
    except NonconformingAnswerError as error:
        shown = body[:500].decode(errors="replace")
        raise NonconformingAnswerError(f"{method} {path} -> {status}: {error}\n  body: {shown!r}") from None


def document(*, mail: bool | None = None) -> dict[str, Any]:
    """The OpenAPI document as it is deployed.

    Parameters
    ----------
    mail: where mail is sent, or where none is; as this test has it when None.
    """
    return _document(_mail_is_on() if mail is None else mail)


@cache
def _document(mail: bool) -> dict[str, Any]:
    name = "openapi.json" if mail else "openapi_without_mail.json"
    loaded: dict[str, Any] = json.loads((ROOT / "functions" / "discovery" / name).read_text("utf-8"))
    return loaded


def _mail_is_on() -> bool:
    return bool(os.environ.get("MAIL_SENDER"))


def validator(*pointer: str, mail: bool | None = None) -> Draft202012Validator:
    """Validates against the schema at a place in `document`, named by the members that lead to it."""
    fragment = "".join("/" + quote(member.replace("~", "~0").replace("/", "~1")) for member in pointer)
    return Draft202012Validator(
        {"$ref": f"{_DOCUMENT_URI}#{fragment}"},
        registry=_registry(_mail_is_on() if mail is None else mail),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


@cache
def _registry(mail: bool) -> Registry[Any]:
    registry: Registry[Any] = Registry().with_resource(_DOCUMENT_URI, DRAFT202012.create_resource(_document(mail)))
    return registry


def _check(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    template = _template_of(method, path)
    if template is None:
        is_off = _template_of(method, path, mail=True) is not None
        # The gateway asks who it is before the service sees the slash.
        is_guarded = is_off or _template_of(method, path.partition("?")[0].rstrip("/")) is not None
        _check_unknown_route(method, status, headers, body, is_off=is_off, is_guarded=is_guarded)
        return
    operation = document()["paths"][template][method.lower()]
    responses = operation["responses"]
    if str(status) not in responses:
        _fail(f"{operation['operationId']} documents {', '.join(responses)} only")
    place, response = _resolved(("paths", template, method.lower(), "responses", str(status)))
    _check_headers(response, headers)
    if "content" not in response:
        if body:
            _fail("there must be no body")
        return
    media_type = _media_type(headers)
    if media_type not in response["content"]:
        _fail(f"the content type is {media_type!r}, not {' or '.join(response['content'])}")
    _check_body(media_type, body, (*place, "content", media_type, "schema"))


def _check_unknown_route(
    method: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    is_off: bool = False,
    is_guarded: bool = False,
) -> None:
    if is_off and status == 404:
        body = _without_its_own_code(body)
    if status not in (_UNKNOWN_ROUTE_STATUSES | {401} if is_guarded else _UNKNOWN_ROUTE_STATUSES):
        _fail("the document has no such operation, so the status must be 403, 404 or 405")
    if (media_type := _media_type(headers)) != _PROBLEM:
        _fail(f"the document has no such operation, so the content type must be {_PROBLEM}, not {media_type!r}")
    if method != "HEAD":
        _check_body(_PROBLEM, body, ("components", "schemas", "Problem"))
    elif body:
        _fail("an answer to HEAD has no body")


def _without_its_own_code(body: bytes) -> bytes:
    """The problem of what is switched off, with a code that the document has."""
    problem = json.loads(body)
    if problem.get("code") != "email_disabled":
        _fail(f"what needs mail is switched off, so the code must be email_disabled, not {problem.get('code')!r}")
    return json.dumps(problem | {"code": "not_found"}).encode()


def _template_of(method: str, path: str, *, mail: bool | None = None) -> str | None:
    """The path of the document that has an operation for this request."""
    paths = document(mail=mail)["paths"]
    bare = path.partition("?")[0]
    server = document()["servers"][0]["url"]
    if bare.startswith(f"{server}/"):
        bare = bare.removeprefix(server)
    # The gateway takes a trailing slash for the same resource; the service does not when something is to be deleted.
    if method != "DELETE":
        bare = bare.rstrip("/")
    # As the gateway does it: a path that is written out goes before one with a parameter.
    patterns = {
        template: re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)) for template in sorted(paths, key=_parameters)
    }
    template = next((template for template, pattern in patterns.items() if re.fullmatch(pattern, bare)), None)
    return template if template and method.lower() in paths[template] else None


def _parameters(template: str) -> int:
    return template.count("{")


def _resolved(place: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """What stands at a place in the document, and where: at the end of its references."""
    found: Any = document()
    for member in place:
        found = found[member]
    if "$ref" in found:
        return _resolved(tuple(found["$ref"].removeprefix("#/").split("/")))
    return place, found


def _check_headers(response: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    for name in response.get("headers", {}):
        _, header = _resolved(tuple(response["headers"][name]["$ref"].removeprefix("#/").split("/")))
        if header["required"] and not headers.get(name.lower()):
            _fail(f"the header {name} is missing")


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _check_body(media_type: str, body: bytes, place: tuple[str, ...]) -> None:
    try:
        text = body.decode()
        value = json.loads(text) if media_type.endswith("json") else text
    except ValueError as error:
        _fail(f"the body is no {media_type}: {error}")
    faults = [f"{fault.json_path}: {_shortened(fault.message)}" for fault in validator(*place).iter_errors(value)]
    if faults:
        _fail("the body is not as documented:\n    " + "\n    ".join(faults))


def _shortened(message: str) -> str:
    # A message may begin with the whole value at fault; what is wrong with it stands at the end.
    return message if len(message) <= 300 else f"{message[:150]} ... {message[-150:]}"


def _fail(message: str) -> NoReturn:
    raise NonconformingAnswerError(message)
