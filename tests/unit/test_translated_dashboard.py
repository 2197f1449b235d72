"""The dashboard as it is deployed: it can be read, nothing covers anything, and all that it asks for is counted."""

import re
from typing import Any

import pytest

from tests.support import metrics
from tests.support.translated import Check, Harm, Translated, translated

WIDTH = 24


def covered_widgets(stack: Translated) -> list[str]:
    taken: set[tuple[int, int]] = set()
    found = []
    for widget in metrics.widgets(stack):
        area = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        if area & taken or any(x >= WIDTH for x, _ in area):
            found.append(f"{widget['properties']}")
        taken |= area
    return found


def test_no_widget_covers_another(stack: Translated) -> None:
    assert covered_widgets(stack) == []


def empty_graphs(stack: Translated) -> list[str]:
    asked = list(metrics.of_dashboard(stack))
    # The firewall is searched for: where it is off, nothing is found.
    return [f"{each}" for each in asked if metrics.missing(stack, each)] if asked else ["nothing is asked for"]


def test_every_graph_asks_for_what_is_counted(stack: Translated) -> None:
    assert empty_graphs(stack) == []


def broken_sums(stack: Translated) -> list[str]:
    """Expressions over what is not on the same graph, ids that two have, and graphs of another region."""
    found = []
    for widget in metrics.widgets(stack):
        entries = widget["properties"].get("metrics", [])
        options = [entry[-1] for entry in entries if isinstance(entry[-1], dict)]
        ids = [each["id"] for each in options if "id" in each]
        title = widget["properties"].get("title")
        if len(ids) != len(set(ids)):
            found.append(f"{title}: {ids}")
        if entries and widget["properties"]["region"] != "eu-west-1":
            found.append(f"{title} is about {widget['properties']['region']}")
        for expression in (each["expression"] for each in options if "expression" in each):
            if "SEARCH(" in expression:
                continue
            groups = re.findall(r"METRICS\('(\w+)'\)", expression)
            single = re.findall(r"\b[a-z]\w*", re.sub(r"METRICS\('\w+'\)", "", expression))
            found += [f"{title}: {group}" for group in groups if not any(group in each for each in ids)]
            found += [f"{title}: {name}" for name in single if name not in ids]
    return found


def test_every_expression_is_over_what_is_on_its_graph(stack: Translated) -> None:
    assert broken_sums(stack) == []


def missing_alarms(stack: Translated) -> list[str]:
    """Alarms that are there whatever is chosen, and are not shown."""
    shown = {
        arn for widget in metrics.widgets(stack) if widget["type"] == "alarm" for arn in widget["properties"]["alarms"]
    }
    always = {"${" + name + ".Arn}" for name in translated("defaults").of("AWS::CloudWatch::Alarm")}
    return [f"{arn}" for arn in always ^ shown]


def test_every_alarm_that_is_always_there_is_shown(stack: Translated) -> None:
    assert missing_alarms(stack) == []


def uncounted_functions(stack: Translated) -> list[str]:
    """Functions whose time is not in the cost, or at the price of another memory size."""
    sizes = {512: "half", 768: "more", 1024: "full"}
    wanted = {
        ("${" + name + "}", sizes.get(function["MemorySize"]))
        for name, function in stack.of("AWS::Lambda::Function").items()
    }
    found = {
        (entry[3], re.sub(r"\d+$", "", entry[4]["id"]))
        for widget in metrics.widgets(stack)
        for entry in widget["properties"].get("metrics", [])
        if entry[:2] == ["AWS/Lambda", "Duration"]
    }
    return [f"{each}" for each in wanted ^ found]


def test_the_cost_counts_every_function_at_its_size(stack: Translated) -> None:
    assert uncounted_functions(stack) == []


class Reworded(Harm):
    """The dashboard with a text in it in place of another."""

    def __init__(self, text: str, other: str) -> None:
        self._words = text, other

    def to(self, document: dict[str, Any]) -> None:
        body = document["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
        assert self._words[0] in body[0]
        body[0] = body[0].replace(*self._words)


HARMS: list[tuple[Check, Harm]] = [
    (covered_widgets, Reworded('"x": 12, "y": 1,', '"x": 11, "y": 1,')),
    (covered_widgets, Reworded('"x": 18, "y": 1,', '"x": 20, "y": 1,')),
    (empty_graphs, Reworded("AWS/ApiGateway", "AWS/Gateway")),
    (empty_graphs, Reworded('"ApiName", "${AWS::StackName}"', '"ApiName", "other"')),
    (empty_graphs, Reworded("${JobsQueue.QueueName}", "${JobsQueue}")),
    (empty_graphs, Reworded('MetricName=\\"Refusals\\"', 'MetricName=\\"Refused\\"')),
    (empty_graphs, Reworded(",route}", ",path}")),
    (broken_sums, Reworded('"id": "requests"', '"id": "asked"')),
    (broken_sums, Reworded('"id": "half1"', '"id": "half0"')),
    (broken_sums, Reworded("METRICS('reads')", "METRICS('lectures')")),
    (broken_sums, Reworded('"region": "${AWS::Region}"', '"region": "us-east-1"')),
    (missing_alarms, Reworded('"${AuthorizerFailing.Arn}", ', "")),
    (uncounted_functions, Harm("LoginFunction", "Properties", "MemorySize", value=512)),
    (uncounted_functions, Reworded('"FunctionName", "${LoginFunction}"', '"FunctionName", "${TasksFunction}"')),
]


@pytest.mark.parametrize(("check", "harm"), HARMS)
def test_a_dashboard_that_shows_something_else_is_seen(whole: Translated, check: Check, harm: Harm) -> None:
    assert check(whole.after(harm)) != []
