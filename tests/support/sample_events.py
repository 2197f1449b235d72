"""The sample events of events/, fed to the handlers that they are for, and what comes back."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from http.cookies import Morsel, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3

from local.samples.bad_tokens import forged as forged
from local.samples.sample_events import FOLDER as FOLDER
from local.samples.sample_events import load as load
from local.samples.sample_events import names as names
from local.samples.sample_events import placeholders as placeholders
from local.samples.sample_events import text
from tests.support import aws, conformance
from tests.support.events import Context

fed: dict[str, set[str]] = {}
"""What the events of each name were answered with, in short, in all tests so far."""


def feed(name: str, event: Any) -> Any:
    """What the function of a sample event answers to the event, through its real handler."""
    function = name.partition("/")[0]
    answers = fed.setdefault(name, set())
    try:
        result = import_module(f"functions.{function}.app").handler(event, Context())
    except Exception:
        answers.add("raises")
        raise
    answers.add(in_short(result))
    return result


def in_short(result: Any) -> str:
    """A function's result as a status and a code, or as what it is in place of an answer to a request."""
    match result:
        case {"statusCode": status, "body": body}:
            return f"{status} {json.loads(body)['code']}" if status >= 400 else str(status)
        case {"policyDocument": {"Statement": [{"Effect": effect}]}, "context": context}:
            return f"{effect} {context.get('code', '')}".rstrip()
        case {"published": keys}:
            return f"{len(keys)} published"
        case {"answered": status}:
            return str(status)
    assert result is None
    return "done"


@dataclass(frozen=True)
class Answer:
    """What a function behind the gateway answered. Header names are in lower case."""

    status: int
    headers: dict[str, list[str]]
    text: str

    def header(self, name: str) -> str | None:
        """A header that stands once or not at all."""
        values = self.headers.get(name, [])
        assert len(values) <= 1, f"{name} stands more than once"
        return values[0] if values else None

    def json(self) -> Any:
        """The body, which must be declared as JSON."""
        assert self.header("content-type") in ("application/json", "application/problem+json")
        return json.loads(self.text)

    def next_page(self) -> dict[str, str] | None:
        """The query of the page after this one; None when this is the last."""
        link = self.header("link")
        if link is None:
            return None
        address, _, relation = link.partition("; ")
        assert relation == 'rel="next"'
        return dict(parse_qsl(urlsplit(address.strip("<>")).query, strict_parsing=True))

    def cookie(self) -> Morsel[str]:
        """The one cookie that is set, with its attributes."""
        (cookie,) = SimpleCookie(self.header("set-cookie")).values()
        return cookie


def ask(name: str, /, **values: str) -> Answer:
    """The answer to a sample event, filled with those of the values that it has placeholders for."""
    return answer_to(name, load(name, **{key: values[key] for key in placeholders(name) & values.keys()}))


def ask_with(body: Any, name: str, /, **values: str) -> Answer:
    """The answer to a sample event that carries another body, otherwise as `ask`."""
    event = load(name, **{key: values[key] for key in placeholders(name) & values.keys()})
    return answer_to(name, event | {"body": json.dumps(body)})


def answer_to(name: str, event: Any) -> Answer:
    """The answer to an event made from the sample of this name; it must be one that the OpenAPI document describes."""
    result = feed(name, event)
    assert result["isBase64Encoded"] is False
    headers = {header.lower(): list(values) for header, values in result["multiValueHeaders"].items()}
    alone = {header: values[0] for header, values in headers.items()}
    conformance.check(event["httpMethod"], event["path"], result["statusCode"], alone, result["body"].encode())
    return Answer(result["statusCode"], headers, result["body"])


@dataclass(frozen=True)
class Case:
    """What a sample event is answered with: a status and, for a refusal, its code and the members that it names.

    `after` are the events that come before it, in this order; `media_type` is what a body is that is no refusal;
    `index` is the place of the operation at fault among several.
    """

    status: int
    code: str | None = None
    fields: Collection[str] = ()
    after: Sequence[str] = ()
    media_type: str = "application/json"
    index: int | None = None


def check(name: str, case: Case, answer: Answer) -> None:
    """Assert what all answers have in common, and what this case says of its own."""
    assert (answer.status, answer.text if answer.status != case.status else "") == (case.status, "")
    assert "no-store" in (answer.header("cache-control") or "")
    if case.code is not None:
        check_problem(answer, json.loads(text(name))["requestContext"]["requestId"], case)
    elif answer.status in (204, 304):
        assert answer.text == ""
        assert answer.header("content-type") is None
    else:
        assert answer.header("content-type") == case.media_type


def check_problem(answer: Answer, request_id: str, case: Case) -> None:
    """Assert that an answer is the problem document (RFC 9457) of a case."""
    assert answer.header("content-type") == "application/problem+json"
    problem = answer.json()
    errors = problem.pop("errors", [])
    assert problem.pop("title")
    assert problem.pop("detail")
    assert problem == {
        "type": f"urn:taskward:problem:{case.code}",
        "status": case.status,
        "code": case.code,
        "request_id": request_id,
        **({} if case.index is None else {"index": case.index}),
    }
    assert sorted(error["field"] for error in errors) == sorted(case.fields)
    assert all(error["message"] for error in errors)
    assert answer.header("set-cookie") is None
    says_why = case.status == 401 or case.code == "insufficient_scope"
    assert (answer.header("www-authenticate") is not None) == says_why
    assert (answer.header("retry-after") is not None) == (case.status in (429, 503))


def check_cleared(answer: Answer) -> None:
    """Assert that the browser is told to forget the refresh token."""
    cookie = answer.cookie()
    assert (cookie.key, cookie.value) == ("__Host-taskward_refresh", "")
    # A browser drops a cookie with this prefix unless these are as they were when it was set.
    assert {name: value for name, value in cookie.items() if value} == {
        "path": "/",
        "max-age": "0",
        "secure": True,
        "httponly": True,
        "samesite": "Strict",
    }


def is_let_in(access_token: str) -> bool:
    """Whether the authorizer allows a request with this token."""
    return _decision(access_token)[0] == "Allow"


def authorized(access_token: str) -> dict[str, str]:
    """What the authorizer tells a function of whoever sends this token, which must be good."""
    effect, context = _decision(access_token)
    assert effect == "Allow", context
    return context


def _decision(access_token: str) -> tuple[str, dict[str, str]]:
    decision = feed("authorizer/allow", load("authorizer/allow", access_token=access_token))
    return decision["policyDocument"]["Statement"][0]["Effect"], decision["context"]


def signed_in(name: str = "login/ok", **values: str) -> dict[str, str]:
    """Sign in through the function itself; the values that events about this user and session are filled with.

    User, session and when they authenticated are what the authorizer finds in the new access token.
    """
    grant = ask(name, **values)
    assert grant.status in (200, 201), grant.text
    token = grant.json()["access_token"]
    refresh_token = grant.json().get("refresh_token") or grant.cookie().value
    return {"access_token": token, "refresh_token": refresh_token, **authorized(token)}


def signed_up(name: str = "register/created", **values: str) -> dict[str, str]:
    """Register through the function itself; otherwise as `signed_in`."""
    return signed_in(name, **values)


def work_off() -> None:
    """Have the worker do all that waits in its queue."""
    for message in aws.queued():
        event = load("worker/export", user_id="", job_id="", receipt_handle="taken")
        event["Records"][0]["body"] = json.dumps(message)
        feed("worker/export", event)


def send_mail() -> list[aws.Mail]:
    """Have the worker send all mail that waits in the queue; all that was sent in this test, the oldest first."""
    for message in aws.queued("MAIL_QUEUE"):
        event = load("worker/notice", user_id="", receipt_handle="taken")
        event["Records"][0]["body"] = json.dumps(message)
        feed("worker/notice", event)
    return aws.mailed()


def stored(table: str) -> list[dict[str, Any]]:
    """All items of a table, to see what a call left there."""
    items: list[dict[str, Any]] = _database().Table(table).scan(ConsistentRead=True)["Items"]
    return items


@cache
def _database() -> Any:
    # Made once: it takes far longer than what it is asked for.
    return boto3.resource("dynamodb")
