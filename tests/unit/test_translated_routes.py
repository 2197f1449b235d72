"""The gateway as it is deployed: who may ask what, what answers, and that nobody else can call what answers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.translated import Check, Harm, Translated

PUBLIC = {
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/login/second-factor"),
    ("POST", "/auth/login/passkey/options"),
    ("POST", "/auth/login/passkey"),
    ("POST", "/auth/password/forgot"),
    ("POST", "/auth/password/reset"),
    ("POST", "/auth/email/verify"),
    ("POST", "/auth/email/confirm"),
    ("POST", "/auth/email/restore"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
}
CALLS = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{}/invocations"
ASKS = "arn:aws:execute-api:eu-west-1:123456789012:${Api}/"
AUTHORIZER = "${AuthorizerFunction.Arn}:live"


def _body(stack: Translated) -> dict[str, Any]:
    body: dict[str, Any] = stack.of("AWS::ApiGateway::RestApi")["Api"]["Body"]
    return body


def _operations(stack: Translated) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and what the gateway does then; without the answers to preflights."""
    for path, methods in _body(stack)["paths"].items():
        for method, operation in methods.items():
            if method != "options":
                yield method.upper(), path, operation


def open_routes(stack: Translated) -> list[str]:
    found = [f"{route} is not there" for route in PUBLIC - {route[:2] for route in _operations(stack)}]
    for method, path, operation in _operations(stack):
        wanted = "NONE" if (method, path) in PUBLIC else "TokenAuthorizer"
        if operation.get("security") != [{wanted: []}]:
            found.append(f"{method} {path} has {operation.get('security')}")
    return found


def test_every_route_needs_a_token_but_the_public_ones(stack: Translated) -> None:
    assert open_routes(stack) == []


def weak_authorizers(stack: Translated) -> list[str]:
    ((name, scheme),) = _body(stack)["securityDefinitions"].items()
    wanted = {
        "type": "token",
        # Nothing that it says is remembered: a logout counts on the next request.
        "authorizerResultTtlInSeconds": 0,
        "authorizerUri": CALLS.format(AUTHORIZER),
    }
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    found = [f"{key} is {authorizer.get(key)}" for key in wanted if authorizer.get(key) != wanted[key]]
    if (name, scheme["in"], scheme["name"]) != ("TokenAuthorizer", "header", "Authorization"):
        found.append(f"{name} looks at {scheme['name']} in {scheme['in']}")
    return found


def test_the_authorizer_is_asked_each_time_and_is_the_one_that_is_live(stack: Translated) -> None:
    assert weak_authorizers(stack) == []


def stray_integrations(stack: Translated) -> list[str]:
    """Routes that are not answered by the version of a function that is live."""
    live = {CALLS.format("${" + alias + "}") for alias, of in stack.of("AWS::Lambda::Alias").items() if _is_live(of)}
    return [
        f"{method} {path} goes to {operation['x-amazon-apigateway-integration']}"
        for method, path, operation in _operations(stack)
        if (entry := operation["x-amazon-apigateway-integration"])["type"] != "aws_proxy"
        or entry["httpMethod"] != "POST"
        or entry["uri"] not in live
    ]


def test_every_route_is_answered_by_the_live_version_of_a_function(stack: Translated) -> None:
    assert stray_integrations(stack) == []


def _is_live(alias: dict[str, Any]) -> bool:
    return alias["Name"] == "live" and alias["FunctionName"].strip("${}") in alias["FunctionVersion"]


def wrong_permissions(stack: Translated) -> list[str]:
    """What may call a function without being asked to, and what is asked to but may not."""
    wanted = {("lambda:InvokeFunction", "apigateway.amazonaws.com", AUTHORIZER, ASKS + "authorizers/*")}
    for method, path, operation in _operations(stack):
        function = re.search(r"functions/(.+)/invocations", operation["x-amazon-apigateway-integration"]["uri"])
        assert function
        route = f"{ASKS}*/{method}{re.sub(r'{[^}]+}', '*', path)}"
        wanted.add(("lambda:InvokeFunction", "apigateway.amazonaws.com", function[1], route))
    given = {
        (entry["Action"], entry["Principal"], entry["FunctionName"], entry.get("SourceArn"))
        for entry in stack.of("AWS::Lambda::Permission").values()
    }
    return [f"{entry}" for entry in wanted ^ given]


def test_only_this_gateway_calls_functions_and_each_for_its_own_routes_alone(stack: Translated) -> None:
    assert wrong_permissions(stack) == []


def wrong_preflights(stack: Translated) -> list[str]:
    """Answers to a browser that asks before it asks: made by the gateway, for one origin."""
    found = []
    for path, methods in _body(stack)["paths"].items():
        preflight = methods.get("options", {})
        integration = preflight.get("x-amazon-apigateway-integration", {})
        if integration.get("type") != "mock" or "uri" in integration or "security" in preflight:
            found.append(f"OPTIONS {path} is {preflight}")
            continue
        headers = integration["responses"]["default"]["responseParameters"]
        if headers["method.response.header.Access-Control-Allow-Origin"] != "'https://taskward.invalid'":
            found.append(f"OPTIONS {path} allows {headers}")
    return found


def test_preflights_are_answered_by_the_gateway_itself_for_one_origin(stack: Translated) -> None:
    assert wrong_preflights(stack) == []


def weak_stages(stack: Translated) -> list[str]:
    """Ways to the API past the throttles, the log and the firewall, which all belong to one stage."""
    # SAM makes a second stage unless the template says which OpenAPI it is in.
    found = [
        f"a stage called {deployment['StageName']}"
        for deployment in stack.of("AWS::ApiGateway::Deployment").values()
        if "StageName" in deployment
    ]
    stages = stack.of("AWS::ApiGateway::Stage")
    for name, stage in stages.items():
        if stage.get("StageName") != "api" or stage.get("TracingEnabled") is not True:
            found.append(f"{name} is called {stage.get('StageName')}, tracing {stage.get('TracingEnabled')}")
        if stage.get("AccessLogSetting", {}).get("DestinationArn") != "${AccessLogs.Arn}":
            found.append(f"{name} writes no log")
        every = [s for s in stage["MethodSettings"] if (s["ResourcePath"], s["HttpMethod"]) == ("/*", "*")]
        if not every or not {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= every[0].keys():
            found.append(f"{name} is not throttled")
    return found if len(stages) == 1 else [*found, f"{len(stages)} stages"]


def test_the_api_has_one_stage_which_is_throttled_logged_and_traced(stack: Translated) -> None:
    assert weak_stages(stack) == []


_API = ("Api", "Properties", "Body")
_GET_TASK = (*_API, "paths", "/tasks/{id}", "get")
_AUTHORIZER = (*_API, "securityDefinitions", "TokenAuthorizer", "x-amazon-apigateway-authorizer")
HARMS: list[tuple[Check, Harm]] = [
    (open_routes, Harm(*_GET_TASK, "security", value=[{"NONE": []}])),
    (open_routes, Harm(*_GET_TASK, "security")),
    (open_routes, Harm(*_GET_TASK, "security", value=[{"TokenAuthorizer": []}, {"NONE": []}])),
    (open_routes, Harm(*_API, "paths", "/auth/login", "post", "security", value=[{"TokenAuthorizer": []}])),
    (open_routes, Harm(*_API, "paths", "/docs")),
    (weak_authorizers, Harm(*_AUTHORIZER, "authorizerResultTtlInSeconds", value=300)),
    (weak_authorizers, Harm(*_AUTHORIZER, "authorizerResultTtlInSeconds")),
    (weak_authorizers, Harm(*_AUTHORIZER, "authorizerUri", value=CALLS.format("${LoginFunction.Arn}:live"))),
    (weak_authorizers, Harm(*_AUTHORIZER, "type", value="request")),
    (stray_integrations, Harm(*_GET_TASK, "x-amazon-apigateway-integration", "type", value="http_proxy")),
    (
        stray_integrations,
        Harm(*_GET_TASK, "x-amazon-apigateway-integration", "uri", value=CALLS.format("${TasksFunction.Arn}")),
    ),
    (stray_integrations, Harm("TasksFunctionAliaslive", "Properties", "Name", value="beta")),
    (wrong_permissions, Harm("TasksFunctionReadPermissionapi")),
    (wrong_permissions, Harm("TasksFunctionReadPermissionapi", "Properties", "SourceArn")),
    (wrong_permissions, Harm("TasksFunctionReadPermissionapi", "Properties", "Principal", value="*")),
    (wrong_permissions, Harm("TasksFunctionReadPermissionapi", "Properties", "SourceArn", value=ASKS + "*")),
    (wrong_preflights, Harm(*_API, "paths", "/tasks", "options")),
    (
        wrong_preflights,
        Harm(*_API, "paths", "/tasks", "options", "x-amazon-apigateway-integration", "type", value="aws_proxy"),
    ),
    (weak_stages, Harm("ApiapiStage", "Properties", "AccessLogSetting")),
    (weak_stages, Harm("ApiapiStage", "Properties", "TracingEnabled", value=False)),
    (weak_stages, Harm("ApiapiStage", "Properties", "MethodSettings", 0)),
    (weak_stages, Harm("Second", value={"Type": "AWS::ApiGateway::Stage", "Properties": {"MethodSettings": []}})),
    (weak_stages, Harm("Second", value={"Type": "AWS::ApiGateway::Deployment", "Properties": {"StageName": "x"}})),
]


@pytest.mark.parametrize(("check", "harm"), HARMS)
def test_a_gateway_with_a_gap_is_refused(whole: Translated, check: Check, harm: Harm) -> None:
    assert check(whole.after(harm)) != []


def test_the_access_log_has_nothing_in_it_that_a_client_writes(whole: Translated) -> None:
    (stage,) = whole.of("AWS::ApiGateway::Stage").values()
    written = stage["AccessLogSetting"]["Format"]
    # A path or a header can hold a quote, which breaks the line, or a secret.
    dangerous = re.compile(r"path$|querystring|header|userAgent|domain|protocol|error\.message|body")
    assert [variable for variable in re.findall(r"\$context[\w.]+", written) if dangerous.search(variable)] == []
    filled = re.sub(r":\$context[\w.]+", ":0", written)
    assert {"request_id", "route", "status", "latency", "user_id", "session_id"} <= json.loads(filled).keys()
    assert "\n" not in written
