"""The template's metrics are made of log lines: of those that the functions and the gateway really write."""

import importlib
import json
import re
from collections.abc import Callable
from typing import Any, get_args

import pytest

from taskward.identity import events as security_events
from taskward.telemetry import logger, security_event
from tests.conftest import Clock
from tests.support import events
from tests.support.sample_events import feed, load
from tests.support.template import resources

Lines = Callable[[], list[dict[str, Any]]]

FILTERS = resources("AWS::Logs::MetricFilter")
ACCESS_LINE: str = resources("AWS::Serverless::Api")["Api"]["AccessLogSetting"]["Format"]
VALUES = {
    "$context.requestTimeEpoch": "1773482448000",
    "$context.status": "200",
    "$context.responseLatency": "41",
    "$context.httpMethod": "GET",
    "$context.resourcePath": "/tasks/{id}",
    "$context.error.responseType": "-",
}


def _counted(name: str, line: dict[str, Any]) -> tuple[float, dict[str, str]] | None:
    """What a line adds to a metric, and under which dimensions; None when it is none of the metric's lines."""
    (transformation,) = FILTERS[name]["MetricTransformations"]
    if not _matches(FILTERS[name]["FilterPattern"], line):
        return None
    value = transformation["MetricValue"]
    dimensions = {
        entry["Key"]: line[entry["Value"].removeprefix("$.")] for entry in transformation.get("Dimensions", ())
    }
    return float(line[value.removeprefix("$.")] if value.startswith("$.") else value), dimensions


def _matches(pattern: str, line: dict[str, Any]) -> bool:
    """What CloudWatch does with the few patterns that the template has."""
    return all(_holds(comparison, line) for comparison in pattern.removeprefix("{ ").removesuffix(" }").split(" && "))


def _holds(written: str, line: dict[str, Any]) -> bool:
    asked = re.fullmatch(r'\$\.(\w+) (=|!=) (\*|"[^"]*")', written)
    assert asked is not None, written
    field, comparison, wanted = asked.groups()
    if field not in line:
        return False
    return wanted == "*" or (line[field] == wanted.strip('"')) is (comparison == "=")


def _access_line(**values: str) -> dict[str, Any]:
    """A line of the gateway's log, with a dash for what there is not."""
    known = VALUES | {f"$context.{name}": value for name, value in values.items()}
    line: dict[str, Any] = json.loads(re.sub(r"\$context[\w.]+", lambda found: known.get(found[0], "-"), ACCESS_LINE))
    return line


def test_every_metric_is_made_of_a_log_of_the_stack_in_a_namespace_of_its_own() -> None:
    for properties in FILTERS.values():
        assert properties["LogGroupName"]["Ref"] in ("FunctionLogs", "AccessLogs")
        (transformation,) = properties["MetricTransformations"]
        assert transformation["MetricNamespace"] == {"Fn::Sub": "Taskward/${AWS::StackName}"}


def test_a_security_event_is_counted_by_its_name(lines: Lines) -> None:
    security_event("SignedIn", user_id="somebody")
    (line,) = lines()
    assert _counted("SecurityEventsMetric", line) == (1, {"event": "SignedIn"})
    assert _counted("RefusalsMetric", line) is None
    assert _counted("FailuresMetric", line) is None


def test_the_events_that_alarms_look_at_are_events_that_there_are() -> None:
    asked = {
        dimension["Value"]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        for metric in (alarm, *(entry.get("MetricStat", {}).get("Metric", {}) for entry in alarm.get("Metrics", ())))
        if metric.get("MetricName") == "SecurityEvents"
        for dimension in metric["Dimensions"]
    }
    named = {security_events.metric(kind) for kind in get_args(security_events.Kind)} | {"AttemptsLimited"}
    assert asked == {"RefreshTokenReused", "SignInFailed", "AttemptsLimited"}
    assert asked <= named


@pytest.mark.usefixtures("moto_tables")
def test_a_refusal_is_counted_by_its_code_whoever_says_it(lines: Lines) -> None:
    feed("tasks/list", events.request("GET", "/tasks", query={"nonsense": "1"}, principal=("somebody", "somewhere")))
    feed("authorizer/allow", load("authorizer/allow", access_token="a.b.c"))
    told = [counted for line in lines() if (counted := _counted("RefusalsMetric", line))]
    assert told == [(1, {"code": "invalid_request"}), (1, {"code": "invalid_token"})]


@pytest.mark.usefixtures("moto_tables")
def test_a_failure_is_counted_by_the_function_that_answered_with_it(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(importlib.import_module("taskward.tasks.service"), "get", fail)
    request = events.request("GET", f"/tasks/{'0' * 36}", principal=("somebody", "somewhere"))
    # As it is known from the environment on Lambda, before anything else.
    with logger.append_context_keys(function="taskward-TasksFunction-1"):
        assert feed("tasks/read", request)["statusCode"] == 500
    told = [counted for line in lines() if (counted := _counted("FailuresMetric", line))]
    assert told == [(1, {"function": "taskward-TasksFunction-1"})]


@pytest.mark.usefixtures("moto_tables")
def test_the_age_of_the_signing_key_is_told_by_each_rotation(lines: Lines, clock: Clock) -> None:
    feed("rotate_keys/scheduled", load("rotate_keys/scheduled"))
    clock.advance(seconds=86400)
    feed("rotate_keys/scheduled", load("rotate_keys/scheduled"))
    told = [counted for line in lines() if (counted := _counted("KeyAgeMetric", line))]
    assert [dimensions for _, dimensions in told] == [{}, {}]
    assert told[1][0] - told[0][0] == 86400


def test_the_gateway_s_log_is_one_line_of_json_whatever_is_asked() -> None:
    line = _access_line(requestId="7e3f94d8", **{"authorizer.user_id": "somebody"})
    assert (line["request_id"], line["user_id"], line["session_id"]) == ("7e3f94d8", "somebody", "-")
    assert "\n" not in ACCESS_LINE
    # What a client can write as it likes could end a value with a quote, and has secrets in it.
    written = set(re.findall(r"\$context[\w.]+", ACCESS_LINE))
    assert not written & {"$context.path", "$context.identity.userAgent", "$context.error.message"}
    assert not [name for name in written if "request.header" in name or "query" in name.lower()]


def test_how_long_each_operation_took_is_told_by_its_route() -> None:
    assert _counted("LatencyMetric", _access_line()) == (41, {"route": "GET /tasks/{id}"})


def test_no_client_makes_up_routes_to_be_counted() -> None:
    refused = _access_line(httpMethod="NONSENSE", **{"error.responseType": "MISSING_AUTHENTICATION_TOKEN"})
    assert _counted("LatencyMetric", refused) is None


def test_what_the_gateway_refuses_by_itself_is_counted_by_its_kind() -> None:
    assert _counted("GatewayRefusalsMetric", _access_line()) is None
    refused = _access_line(**{"error.responseType": "THROTTLED"})
    assert _counted("GatewayRefusalsMetric", refused) == (1, {"kind": "THROTTLED"})
