"""What a smoke test checks, in this order: each by one function, which raises when the service does something else."""

import base64
import re
from collections.abc import Callable
from http import HTTPStatus

import httpx

from local.deployment.smoke_visit import CheckError, Visit, document, member, told
from local.web_headers import site_headers

_TASKS, _SESSION = "/api/tasks", "/api/auth/session"
_INVALID = 'Bearer error="invalid_token"'


def _must(holds: bool, answer: httpx.Response, what: str) -> None:
    if not holds:
        raise CheckError(f"{told(answer)}, but {what}")


def _page(visit: Visit) -> None:
    page = visit.ask("GET", "/", HTTPStatus.OK)
    _must(page.headers.get("Content-Type", "").startswith("text/html"), page, "it is no page")
    for name, value in site_headers().items():
        _must(page.headers.get(name) == value, page, f"its header {name} is not what template.yaml says")
    script = re.search(r'<script[^>]* src="(/[^"]+)"', page.text)
    if script is None:
        raise CheckError(f"{told(page)}, but it leads to no script")
    code = visit.ask("GET", script[1], HTTPStatus.OK)
    _must("javascript" in code.headers.get("Content-Type", ""), code, "it is no script")


def _openapi(visit: Visit) -> None:
    answer = visit.ask("GET", "/api/openapi.json", HTTPStatus.OK)
    _must(str(member(answer, "openapi")).startswith("3."), answer, "it is no OpenAPI document")
    _must("/tasks" in member(answer, "paths"), answer, "it does not describe /tasks")


def _keys(visit: Visit) -> None:
    answer = visit.ask("GET", "/api/.well-known/jwks.json", HTTPStatus.OK)
    keys = member(answer, "keys")
    _must(bool(keys), answer, "there is no key")
    for key in keys:
        _must((key.get("kty"), key.get("crv")) == ("OKP", "Ed25519"), answer, "a key is not of Ed25519")
        _must("d" not in key, answer, "a key is a PRIVATE one")


def _no_token(visit: Visit) -> None:
    answer = visit.ask("GET", _TASKS, HTTPStatus.UNAUTHORIZED)
    _must(answer.headers.get("WWW-Authenticate") == "Bearer", answer, "WWW-Authenticate is not Bearer")


def _registration(visit: Visit) -> None:
    visit.register()
    visit.register()


def _session(visit: Visit) -> None:
    for person in visit.people:
        answer = visit.ask("GET", _SESSION, HTTPStatus.OK, person)
        _must(member(answer, "user", "id") == person.id, answer, "it is somebody else")


def _task(visit: Visit) -> None:
    owner, stranger = visit.people
    made = visit.ask("POST", _TASKS, HTTPStatus.CREATED, owner, json={"title": "Smoke test"})
    task = f"{_TASKS}/{member(made, 'id')}"
    read = visit.ask("GET", task, HTTPStatus.OK, owner)
    _must(document(read) == document(made), read, "it is not the task that was made")
    tag = read.headers.get("ETag", "")
    visit.ask("GET", task, HTTPStatus.NOT_MODIFIED, owner, headers={"If-None-Match": tag})
    listed = visit.ask("GET", _TASKS, HTTPStatus.OK, owner)
    _must(document(listed) == [document(made)], listed, "it is not a list of that one task")

    change = {"json": {"title": "Smoke test, changed"}, "headers": {"If-Match": tag}}
    changed = visit.ask("PATCH", task, HTTPStatus.OK, owner, **change)
    _must(member(changed, "title") == "Smoke test, changed", changed, "the title is another one")
    visit.ask("PATCH", task, HTTPStatus.PRECONDITION_FAILED, owner, **change)

    visit.ask("GET", task, HTTPStatus.NOT_FOUND, stranger)
    visit.ask("PATCH", task, HTTPStatus.NOT_FOUND, stranger, json={"title": "Taken"})
    others = visit.ask("GET", _TASKS, HTTPStatus.OK, stranger)
    _must(document(others) == [], others, "the list of somebody else is not empty")


def _forged_token(visit: Visit) -> None:
    head, body, signature = visit.people[0].access_token.split(".")
    other = bytes(byte ^ 1 for byte in base64.urlsafe_b64decode(signature + "=="))
    forged = base64.urlsafe_b64encode(other).decode().rstrip("=")
    headers = {"Authorization": f"Bearer {head}.{body}.{forged}"}
    answer = visit.ask("GET", _TASKS, HTTPStatus.UNAUTHORIZED, headers=headers)
    _must(answer.headers.get("WWW-Authenticate") == _INVALID, answer, f"WWW-Authenticate is not {_INVALID}")


def _refresh(visit: Visit) -> None:
    # The token that is used here is good for some seconds yet, so nothing is said about a second use.
    person = visit.people[0]
    before = person.refresh_token
    visit.refresh(person)
    answer = visit.ask("GET", _SESSION, HTTPStatus.OK, person)
    _must(person.refresh_token != before, answer, "the refresh token is the one of before")


def _sign_out(visit: Visit) -> None:
    person = visit.people[0]
    visit.ask("POST", "/api/auth/logout", HTTPStatus.NO_CONTENT, person)
    answer = visit.ask("GET", _TASKS, HTTPStatus.UNAUTHORIZED, person)
    _must(member(answer, "code") == "session_revoked", answer, "not because the session is over")
    visit.ask("POST", "/api/auth/refresh", HTTPStatus.UNAUTHORIZED, json={"refresh_token": person.refresh_token})


def _deletion(visit: Visit) -> None:
    for person in list(visit.people):
        visit.delete(person)
        visit.ask("GET", _TASKS, HTTPStatus.UNAUTHORIZED, person)


CHECKS: tuple[tuple[str, Callable[[Visit], None]], ...] = (
    ("The page is there, its script and its headers", _page),
    ("The OpenAPI document is there", _openapi),
    ("The public keys are there, and they alone", _keys),
    ("Without a token it is 401", _no_token),
    ("Two people register", _registration),
    ("Each is who they are", _session),
    ("A task is made, read, listed and changed by its owner, and not there for somebody else", _task),
    ("A forged token is 401", _forged_token),
    ("A refresh gives the next tokens", _refresh),
    ("Signing out ends the session at once", _sign_out),
    ("Both accounts are deleted", _deletion),
)
"""Titles and functions. Each stands on those before."""
