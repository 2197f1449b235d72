"""API Gateway, the authorizer and the functions in this process, put together as the template says.

For tests that ask more than a deployed stack can answer in their time. One request at a time: like an execution
environment of Lambda, and unlike a server.
"""

import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from tests.support import conformance, described
from tests.support.events import Context
from tests.support.sample_events import Answer
from tests.support.template import resources

STAGE: Final = "/api"
MAX_BYTES: Final = 10 * 1024 * 1024
"""Of a body; the gateway's own limit, which cannot be changed."""

Headers = Sequence[tuple[str, str]]

_numbers = itertools.count(1)


@dataclass
class Gateway:
    """Answers requests; holds each answer to the OpenAPI document.

    What a function raises is answered as the gateway does it, and kept in `crashes`: nothing that a client sends may
    lead there. `decodes_paths`: whether functions find the path without percent-encoding. `alter`: what becomes of each
    event before a function gets it.
    """

    decodes_paths: bool = True
    alter: Callable[[dict[str, Any]], None] | None = None
    crashes: list[BaseException] = field(default_factory=list)

    def ask(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Headers = (),
        source_ip: str = "203.0.113.7",
    ) -> Answer:
        """The answer to a request with a body of JSON, or with none, by whoever has this access token."""
        sent = None if body is None else json.dumps(body).encode()
        own = [("Content-Type", "application/json")] if sent is not None else []
        if token is not None:
            own.append(("Authorization", f"Bearer {token}"))
        return self.send(method, target, sent, [*own, *headers], source_ip)

    def send(
        self, method: str, target: str, body: bytes | None, headers: Headers, source_ip: str = "203.0.113.7"
    ) -> Answer:
        """The answer to a request as it goes over the wire; `target` is what stands behind the stage, encoded."""
        answer = self.unchecked(method, target, body, headers, source_ip)
        alone = {name: values[0] for name, values in answer.headers.items()}
        conformance.check(method, target, answer.status, alone, answer.text.encode(errors="surrogatepass"))
        return answer

    def unchecked(
        self, method: str, target: str, body: bytes | None, headers: Headers, source_ip: str = "203.0.113.7"
    ) -> Answer:
        """The answer to a request as it goes over the wire, whether or not the document describes it."""
        request_id = f"request-{next(_numbers)}"
        path, _, query = target.partition("?")
        route, parameters = _route(method, path)
        if body is not None and len(body) > MAX_BYTES:
            return _own("REQUEST_TOO_LARGE", request_id)
        if route is None:
            return _own("MISSING_AUTHENTICATION_TOKEN", request_id)
        event = self.event(method, path, query, body, headers, request_id, source_ip)
        event["resource"] = route.path
        event["pathParameters"] = parameters or None
        if not route.is_public:
            refusal = self._authorize(event, _last(headers, "authorization"), request_id)
            if refusal is not None:
                return refusal
        if self.alter is not None:
            self.alter(event)
        try:
            result = _handler(route.function)(event, Context())
        except BaseException as error:
            self.crashes.append(error)
            return _own("INTEGRATION_FAILURE", request_id)
        assert result["isBase64Encoded"] is False
        answered = {name.lower(): list(values) for name, values in result["multiValueHeaders"].items()}
        return Answer(result["statusCode"], answered, result["body"])

    def event(
        self,
        method: str,
        path: str,
        query: str,
        body: bytes | None,
        headers: Headers,
        request_id: str,
        source_ip: str,
    ) -> dict[str, Any]:
        """What a function gets of a request; who asks, and by which resource, is not in it yet."""
        several: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=None):
            several.setdefault(name, []).append(value)
        together: dict[str, list[str]] = {}
        for name, value in [("Host", "api.example"), *headers]:
            together.setdefault(name, []).append(value)
        return {
            "path": unquote(path, errors="replace") if self.decodes_paths else path,
            "httpMethod": method,
            "headers": {name: values[-1] for name, values in together.items()},
            "multiValueHeaders": together,
            "queryStringParameters": {name: values[-1] for name, values in several.items()} or None,
            "multiValueQueryStringParameters": several or None,
            "stageVariables": None,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "abc123",
                "stage": STAGE.strip("/"),
                "domainName": "abc123.execute-api.us-east-1.amazonaws.com",
                "path": f"{STAGE}{path}",
                "httpMethod": method,
                "requestId": request_id,
                "identity": {"sourceIp": source_ip, "userAgent": _last(headers, "user-agent")},
            },
            # The template declares no binary media types, so every body is taken for text.
            "body": body.decode(errors="replace") if body else None,
            "isBase64Encoded": False,
        }

    def _authorize(self, event: dict[str, Any], header: str | None, request_id: str) -> Answer | None:
        """The gateway's refusal; None when the function may be asked, and then the event says who is calling."""
        if header is None or not re.search(_token_shape(), header):
            return _own("UNAUTHORIZED", request_id)
        arn = f"arn:aws:execute-api:us-east-1:000000000000:abc123/api/{event['httpMethod']}{event['path']}"
        try:
            asked = {"type": "TOKEN", "methodArn": arn, "authorizationToken": header}
            decision = _handler("authorizer")(asked, Context())
        except BaseException:
            return _own("AUTHORIZER_FAILURE", request_id)
        if decision["policyDocument"]["Statement"][0]["Effect"] != "Allow":
            return _own("ACCESS_DENIED", request_id, decision["context"])
        event["requestContext"]["authorizer"] = decision["context"] | {"principalId": decision["principalId"]}
        return None


@dataclass(frozen=True)
class _Route:
    path: str
    pattern: re.Pattern[str]
    method: str
    function: str
    is_public: bool


@cache
def _routes() -> tuple[_Route, ...]:
    """What is written out goes before what has parameters."""
    routes = sorted(described.routes(), key=lambda route: route[0].count("{"))
    return tuple(
        _Route(path, _pattern(path), method.upper(), function, is_public)
        for path, method, function, is_public in routes
    )


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _route(method: str, path: str) -> tuple[_Route | None, dict[str, str]]:
    resource = None
    for route in _routes():
        found = route.pattern.fullmatch(path.rstrip("/"))
        if found is None or resource not in (None, route.path):
            continue
        # The resource is chosen first: one that is written out hides one with a parameter, whatever its methods are.
        resource = route.path
        if route.method == method:
            return route, {name: unquote(value, errors="replace") for name, value in found.groupdict().items()}
    return None, {}


@cache
def _handler(function: str) -> Any:
    return import_module(f"functions.{function}.app").handler


@cache
def _token_shape() -> str:
    (api,) = resources("AWS::Serverless::Api").values()
    shape: str = api["Auth"]["Authorizers"]["TokenAuthorizer"]["Identity"]["ValidationExpression"]
    return shape


def _own(kind: str, request_id: str, context: Mapping[str, str] | None = None) -> Answer:
    """What the gateway answers by itself."""
    (api,) = resources("AWS::Serverless::Api").values()
    response = api["GatewayResponses"][kind]
    headers = {
        name.lower(): [_text(value).strip("'").replace('\\"', '"')]
        for name, value in response["ResponseParameters"]["Headers"].items()
    }
    text = _text(response["ResponseTemplates"]["application/json"]).replace("$context.requestId", request_id)
    for name, value in (context or {}).items():
        text = text.replace(f"$context.authorizer.{name}", value)
    return Answer(int(response["StatusCode"]), headers, text)


def _text(value: Any) -> str:
    """A text of the template; where parameters go in, with the one that there is."""
    return str(value["Fn::Sub"]).replace("${CorsOrigin}", "") if isinstance(value, dict) else str(value)


def _last(headers: Headers, name: str) -> str | None:
    return next((value for key, value in reversed(headers) if key.lower() == name), None)
