"""Which metrics there are in a translated stack, and which its alarms and its dashboard ask for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from taskward.identity import events
from tests.support.translated import Translated

# What AWS counts by itself, and by which dimensions.
_OF_AWS = {
    "AWS/ApiGateway": ({"Count", "4XXError", "5XXError", "Latency"}, {"ApiName", "Stage"}),
    "AWS/DynamoDB": (
        {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"},
        {"TableName"},
    ),
    "AWS/Lambda": ({"Errors", "Duration"}, {"FunctionName"}),
    "AWS/Logs": ({"IncomingBytes"}, {"LogGroupName"}),
    "AWS/SQS": ({"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}, {"QueueName"}),
    "AWS/WAFV2": ({"BlockedRequests"}, {"Region", "Rule", "WebACL"}),
}
_OF_ALL_FUNCTIONS = {"Throttles", "ConcurrentExecutions"}
_RESOURCES = {
    "FunctionName": ("AWS::Lambda::Function", "${%s}"),
    "function": ("AWS::Lambda::Function", "${%s}"),
    "LogGroupName": ("AWS::Logs::LogGroup", "${%s}"),
    "QueueName": ("AWS::SQS::Queue", "${%s.QueueName}"),
}
# Those that no user's account is concerned with; the others are kinds of events.
_OTHER_EVENTS = {"AttemptsLimited", "BreachedPasswordsUnavailable"}


@dataclass(frozen=True)
class Asked:
    """A metric that something asks for; a value of None is any."""

    by: str
    namespace: str
    name: str
    dimensions: dict[str, str | None]


def of_alarms(stack: Translated) -> Iterator[Asked]:
    """What alarms ask for."""
    for alarm, properties in stack.of("AWS::CloudWatch::Alarm").items():
        for metric in [each["MetricStat"]["Metric"] for each in properties.get("Metrics", []) if "MetricStat" in each]:
            yield _of_alarm(alarm, metric)
        if "MetricName" in properties:
            yield _of_alarm(alarm, properties)


def _of_alarm(alarm: str, metric: dict[str, Any]) -> Asked:
    dimensions: dict[str, str | None] = {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}
    return Asked(alarm, metric["Namespace"], metric["MetricName"], dimensions)


def widgets(stack: Translated) -> list[dict[str, Any]]:
    """What the dashboard shows."""
    (dashboard,) = stack.of("AWS::CloudWatch::Dashboard").values()
    found: list[dict[str, Any]] = json.loads(dashboard["DashboardBody"])["widgets"]
    return found


def of_dashboard(stack: Translated) -> Iterator[Asked]:
    """What the dashboard asks for, searches included."""
    for widget in widgets(stack):
        title = widget["properties"].get("title", "")
        for entry in widget["properties"].get("metrics", []):
            if isinstance(entry[0], dict):
                for search in re.finditer(r"SEARCH\('\{([^}]+)\} MetricName=\"(\w+)\"", entry[0]["expression"]):
                    namespace, *dimensions = search[1].replace('"', "").split(",")
                    yield Asked(title, namespace, search[2], dict.fromkeys(dimensions))
            else:
                namespace, name, *rest = [each for each in entry if isinstance(each, str)]
                yield Asked(title, namespace, name, dict(zip(rest[::2], rest[1::2], strict=True)))


def missing(stack: Translated, asked: Asked) -> bool:
    """Whether nobody counts that, by these dimensions and for these values of them."""
    if asked.namespace == "AWS/Lambda" and asked.name in _OF_ALL_FUNCTIONS:
        return bool(asked.dimensions)
    if asked.namespace in _OF_AWS:
        names, dimensions = _OF_AWS[asked.namespace]
        known = asked.name in names and asked.dimensions.keys() == dimensions
    else:
        counted = own(stack)
        known = counted.get((asked.namespace, asked.name)) == asked.dimensions.keys()
    return not known or any(value not in _values(stack, key) for key, value in asked.dimensions.items() if value)


def own(stack: Translated) -> dict[tuple[str, str], set[str]]:
    """The metrics that are made of logs, by namespace and name: their dimensions."""
    return {
        (made["MetricNamespace"], made["MetricName"]): {each["Key"] for each in made.get("Dimensions", [])}
        for each in stack.of("AWS::Logs::MetricFilter").values()
        for made in each["MetricTransformations"]
    }


def _values(stack: Translated, dimension: str) -> set[str]:
    if dimension in _RESOURCES:
        kind, form = _RESOURCES[dimension]
        return {form % name for name in stack.of(kind)}
    match dimension:
        case "ApiName":
            # A REST API without a name has the title of its document.
            return {stack.of("AWS::ApiGateway::RestApi")["Api"]["Body"]["info"]["title"]}
        case "Stage":
            return {stage["StageName"] for stage in stack.of("AWS::ApiGateway::Stage").values()}
        case "TableName":
            # Those that functions use, of the stack or not.
            variables = [of["Environment"]["Variables"] for of in stack.of("AWS::Lambda::Function").values()]
            return {value for each in variables for name, value in each.items() if name.endswith("_TABLE")}
        case "event":
            return {kind.title().replace("_", "") for kind in get_args(events.Kind)} | _OTHER_EVENTS
    return set()
