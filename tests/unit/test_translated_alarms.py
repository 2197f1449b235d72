"""Alarms and the metrics made of logs, as they are deployed: each asks for what is counted, tells somebody, and leads
to a section of the runbook.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from taskward import telemetry
from tests.support import metrics
from tests.support.template import ROOT
from tests.support.translated import Check, Harm, Translated, translated

# Alarms, and the section of docs/operations.md that each leads to.
ALARMS = {
    "ErrorsAlarm": "errors",
    "SlowAlarm": "slow",
    "ThrottledAlarm": "throttled",
    "AuthorizerFailing": "authorizer",
    "ReuseAlarm": "reuse",
    "AttackAlarm": "attack",
    "KeysAlarm": "keys",
    "JobsDeadLetterAlarm": "dead-letters",
    "WorkBehindAlarm": "work-behind",
}
OF_MAIL = {"MailDeadLetterAlarm": "dead-letters", "MailBehindAlarm": "work-behind"}
DAY = 86_400


def _sections() -> set[str]:
    """The addresses that headings of the runbook have on its page."""
    text = Path(ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.M)
    }


def _failing(stack: Translated) -> dict[str, str]:
    """The alarm of each function, when functions are replaced by and by; of the authorizer there is one in any case."""
    functions = [name.removesuffix("Function") for name in stack.of("AWS::Lambda::Function")]
    gradual = stack.resolver.holds("IsGradual")
    return {f"{name}Failing": "poisoned-deployment" for name in functions if gradual and name != "Authorizer"}


def missing_alarms(stack: Translated) -> list[str]:
    wanted = ALARMS | _failing(stack) | (OF_MAIL if stack.resolver.holds("HasMail") else {})
    found = {
        name: alarm["AlarmDescription"].partition(" docs/operations.md#")[2]
        for name, alarm in stack.of("AWS::CloudWatch::Alarm").items()
    }
    return [f"{entry}" for entry in wanted.items() ^ found.items()]


def test_every_alarm_leads_to_its_section_of_the_runbook(stack: Translated) -> None:
    assert missing_alarms(stack) == []


def silent_alarms(stack: Translated) -> list[str]:
    tell = ["${AlarmTopic}"]
    found = [
        name
        for name, alarm in stack.of("AWS::CloudWatch::Alarm").items()
        if (alarm.get("AlarmActions"), alarm.get("OKActions")) != (tell, tell) or "TreatMissingData" not in alarm
    ]
    told = {(of["TopicArn"], of["Endpoint"]) for of in stack.of("AWS::SNS::Subscription").values()}
    address = stack.parameters.get("AlarmAddress")
    if address and ("${AlarmTopic}", address) not in told:
        found.append(f"{address} is not told")
    return found


def test_every_alarm_tells_who_is_to_be_told_and_knows_what_no_data_means(stack: Translated) -> None:
    assert silent_alarms(stack) == []


def deaf_alarms(stack: Translated) -> list[str]:
    """Alarms on what nobody counts, which never go off."""
    return [f"{asked}" for asked in metrics.of_alarms(stack) if metrics.missing(stack, asked)]


def test_every_alarm_asks_for_what_is_counted(stack: Translated) -> None:
    assert deaf_alarms(stack) == []


def broken_sums(stack: Translated) -> list[str]:
    """Expressions over what is not there, and more or less than one result; and periods that CloudWatch refuses."""
    found = []
    for name, alarm in stack.of("AWS::CloudWatch::Alarm").items():
        entries = alarm.get("Metrics", [])
        ids = {each["Id"] for each in entries}
        used = {word for each in entries for word in re.findall(r"\b[a-z]\w*", each.get("Expression", ""))}
        results = [each for each in entries if each.get("ReturnData", True)]
        if entries and (used != ids - {each["Id"] for each in results} or len(results) != 1 or len(entries) > 10):
            found.append(f"{name} sums up {sorted(used ^ ids)}")
        periods = [each["MetricStat"]["Period"] for each in entries if "MetricStat" in each]
        period = max([alarm.get("Period", 0), *periods])
        if period * alarm["EvaluationPeriods"] > (7 * DAY if period >= 3600 else DAY) or (period % 60 and period > 30):
            found.append(f"{name} looks back over {alarm['EvaluationPeriods']} times {period}")
    return found


def test_every_alarm_sums_up_what_it_has_over_a_time_that_cloudwatch_takes(stack: Translated) -> None:
    assert broken_sums(stack) == []


def unwatched_rollouts(stack: Translated) -> list[str]:
    """Functions that are replaced by and by, and do not go back by themselves on an alarm of their own."""
    found = []
    groups = stack.of("AWS::CodeDeploy::DeploymentGroup")
    for alias, resource in stack.resources.items():
        if resource["Type"] != "AWS::Lambda::Alias":
            continue
        function = alias.removesuffix("Aliaslive")
        policy = resource.get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate")
        if not stack.resolver.holds("IsGradual"):
            found += [f"{alias} is replaced by and by"] if policy else []
            continue
        group = groups.get(f"{function}DeploymentGroup", {})
        wanted = f"{function.removesuffix('Function')}Failing"
        if not policy or policy["DeploymentGroupName"] != "${" + f"{function}DeploymentGroup" + "}":
            found.append(f"{alias} is replaced at once")
        if group.get("AlarmConfiguration") != {"Enabled": True, "Alarms": [{"Name": "${" + wanted + "}"}]}:
            found.append(f"{function} watches {group.get('AlarmConfiguration')}")
        if "DEPLOYMENT_STOP_ON_ALARM" not in group.get("AutoRollbackConfiguration", {}).get("Events", []):
            found.append(f"{function} stays")
        watched = {value for of in metrics.of_alarms(stack) if of.by == wanted for value in of.dimensions.values()}
        if watched != {"${" + function + "}"}:
            found.append(f"{wanted} watches {watched}")
    return found


def test_a_function_that_is_replaced_by_and_by_goes_back_on_an_alarm_of_its_own(stack: Translated) -> None:
    assert unwatched_rollouts(stack) == []


def blind_filters(stack: Translated) -> list[str]:
    """Metrics of what is in no line of the log that they are made of."""
    (stage,) = stack.of("AWS::ApiGateway::Stage").values()
    access = json.loads(re.sub(r":\$context[\w.]+", ":0", stage["AccessLogSetting"]["Format"])).keys()
    functions = {"security_event", "message", "code", "function", "key_age"}
    names = {"${AccessLogs}": access, "${FunctionLogs}": functions}
    found = []
    for name, entry in stack.of("AWS::Logs::MetricFilter").items():
        read = set(re.findall(r"\$\.(\w+)", json.dumps(entry)))
        unknown = read - names.get(entry["LogGroupName"], set())
        message = re.search(r'\$\.message = "([^"]*)"', entry["FilterPattern"])
        if unknown or (message and message[1] not in (telemetry.REFUSED, telemetry.FAILED)):
            found.append(f"{name} looks for {unknown or message}")
        for made in entry["MetricTransformations"]:
            # Both at once are refused: a metric by dimensions has no value where nothing happened.
            if "DefaultValue" in made and "Dimensions" in made:
                found.append(f"{name} has both")
            if made["MetricNamespace"] != "Taskward/taskward":
                found.append(f"{name} is in {made['MetricNamespace']}")
    return found


def test_every_metric_is_made_of_what_is_in_the_log_that_it_reads(stack: Translated) -> None:
    assert blind_filters(stack) == []


def _alarm(name: str, *path: Any, **value: Any) -> Harm:
    return Harm(name, "Properties", *path, **value)


HARMS: list[tuple[Check, Harm]] = [
    (missing_alarms, Harm("MailBehindAlarm")),
    (missing_alarms, Harm("Another", value={"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmDescription": ""}})),
    (missing_alarms, _alarm("ReuseAlarm", "AlarmDescription", value="It is slow.")),
    (missing_alarms, _alarm("ReuseAlarm", "AlarmDescription", value="It is slow. docs/operations.md#errors")),
    (silent_alarms, _alarm("ReuseAlarm", "AlarmActions")),
    (silent_alarms, _alarm("ReuseAlarm", "OKActions", value=[])),
    (silent_alarms, _alarm("ReuseAlarm", "TreatMissingData")),
    (silent_alarms, Harm("AlarmMails")),
    (deaf_alarms, _alarm("ReuseAlarm", "MetricName", value="Latenzy")),
    (deaf_alarms, _alarm("ReuseAlarm", "Dimensions", 0, "Value", value="another")),
    (deaf_alarms, _alarm("ReuseAlarm", "Dimensions", 0)),
    (deaf_alarms, _alarm("ReuseAlarm", "Dimensions", 0, "Value", value="RefreshTokenStolen")),
    (deaf_alarms, _alarm("ReuseAlarm", "Dimensions", 0, "Name", value="kind")),
    (deaf_alarms, _alarm("ReuseAlarm", "Namespace", value="Taskward")),
    (deaf_alarms, Harm("SecurityEventsMetric")),
    (deaf_alarms, Harm("KeyAgeMetric")),
    (broken_sums, _alarm("ErrorsAlarm", "Metrics", 2)),
    (broken_sums, _alarm("ErrorsAlarm", "Metrics", 1, "ReturnData")),
    (broken_sums, _alarm("ReuseAlarm", "Period", value=86400 * 8)),
    (unwatched_rollouts, Harm("LoginFunctionAliaslive", "UpdatePolicy")),
    (unwatched_rollouts, _alarm("LoginFunctionDeploymentGroup", "AlarmConfiguration")),
    (unwatched_rollouts, _alarm("LoginFunctionDeploymentGroup", "AutoRollbackConfiguration")),
    (
        unwatched_rollouts,
        _alarm(
            "LoginFailing",
            *("Metrics", 1, "MetricStat", "Metric", "Dimensions", 0, "Value"),
            value={"Ref": "TasksFunction"},
        ),
    ),
    (blind_filters, _alarm("LatencyMetric", "FilterPattern", value="{ $.duration = * }")),
    (blind_filters, _alarm("LatencyMetric", "LogGroupName", value={"Ref": "FunctionLogs"})),
    (blind_filters, _alarm("FailuresMetric", "FilterPattern", value='{ $.message = "it failed" }')),
    (blind_filters, _alarm("RefusalsMetric", "MetricTransformations", 0, "DefaultValue", value=0)),
]


@pytest.mark.parametrize(("check", "harm"), HARMS)
def test_an_alarm_that_would_not_ring_is_seen(whole: Translated, check: Check, harm: Harm) -> None:
    assert check(whole.after(harm)) != []


@pytest.mark.parametrize("section", sorted({*ALARMS.values(), *OF_MAIL.values(), "poisoned-deployment"}))
def test_the_section_that_an_alarm_leads_to_is_in_the_runbook(section: str) -> None:
    assert section in _sections()


def test_nothing_is_replaced_by_and_by_unless_that_was_asked_for() -> None:
    assert not translated("defaults").of("AWS::CodeDeploy::DeploymentGroup")
    assert not translated("defaults").of("AWS::CodeDeploy::Application")
