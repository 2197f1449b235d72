"""The template as CloudFormation takes it: without a fault that cfn-lint knows of, and within what AWS has room for."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.policies import of_resources
from tests.support.template import ROOT
from tests.support.translated import Check, Harm, Translated, translated

# Names are known when the stack is made; of those that are, none is longer.
LONGEST_NAME = "x" * 140
MEGABYTE = 1_000_000

# What cfn-lint finds in what SAM made, and why that is as it should be.
EXPECTED = {
    "W2001": "Release is a parameter for SAM, which uses it up: what it means is in the names of versions.",
}


def _written(value: Any) -> str:
    """As AWS counts it: without spaces, and with names in it as long as they get."""
    return re.sub(r"\$\{[^}]+\}", LONGEST_NAME, json.dumps(value, separators=(",", ":")))


def large_templates(stack: Translated) -> list[str]:
    document = stack.document
    sizes = {"Resources": 500, "Outputs": 200, "Parameters": 200, "Mappings": 200}
    found = [f"{len(document[part])} {part}" for part, most in sizes.items() if len(document[part]) > most]
    for size in (len(_written(document)), (ROOT / "template.yaml").stat().st_size):
        found += [f"{size} bytes"] if size > MEGABYTE else []
    return found


def test_cloudformation_has_room_for_the_template(stack: Translated) -> None:
    assert large_templates(stack) == []


def large_roles(stack: Translated) -> list[str]:
    """All that is written into a role has to go into 10,240 characters."""
    sizes = {
        name: sum(len(_written(policy["PolicyDocument"])) for policy in role.get("Policies", []))
        for name, role in stack.of("AWS::IAM::Role").items()
    }
    return [f"{name}: {size}" for name, size in sizes.items() if size > 10_240]


def test_a_role_has_room_for_its_policies(stack: Translated) -> None:
    assert large_roles(stack) == []


def many_callers(stack: Translated) -> list[str]:
    """What may call a version of a function has to go into 20 KB: each route is a statement."""
    sizes: dict[str, int] = {}
    for name, entry in stack.of("AWS::Lambda::Permission").items():
        statement = {
            "Sid": f"{LONGEST_NAME}{name}",
            "Effect": "Allow",
            "Principal": {"Service": entry["Principal"]},
            "Action": entry["Action"],
            "Resource": "${Alias}",
            "Condition": {"ArnLike": {"AWS:SourceArn": entry["SourceArn"]}},
        }
        sizes[entry["FunctionName"]] = sizes.get(entry["FunctionName"], 0) + len(_written(statement))
    return [f"{name}: {size}" for name, size in sizes.items() if size > 20_480]


def test_a_function_has_room_for_all_that_may_call_it(stack: Translated) -> None:
    assert many_callers(stack) == []


def large_policies(stack: Translated) -> list[str]:
    """A bucket's policy has 20 KB, a key's 32, a topic's 30: the least for all."""
    sizes: dict[str, int] = {}
    for statement in of_resources(stack):
        sizes[statement.holder] = sizes.get(statement.holder, 0) + len(_written(statement.content))
    return [f"{name}: {size}" for name, size in sizes.items() if size > 20_480]


def test_a_resource_has_room_for_its_policy(stack: Translated) -> None:
    assert large_policies(stack) == []


def large_environments(stack: Translated) -> list[str]:
    return [
        name
        for name, function in stack.of("AWS::Lambda::Function").items()
        if len(_written(function["Environment"]["Variables"])) > 4096
    ]


def test_a_function_has_room_for_its_variables(stack: Translated) -> None:
    assert large_environments(stack) == []


def large_gateways(stack: Translated) -> list[str]:
    """An API has 300 resources; each part of a path is one."""
    (api,) = stack.of("AWS::ApiGateway::RestApi").values()
    parts = {path[:end] for path in api["Body"]["paths"] for end in (m.start() for m in re.finditer("/|$", path))}
    found = [f"{len(parts)} resources"] if len(parts) > 300 else []
    (stage,) = stack.of("AWS::ApiGateway::Stage").values()
    return found + (["the log's format"] if len(stage["AccessLogSetting"]["Format"]) > 3072 else [])


def test_the_gateway_has_room_for_routes_and_for_the_format_of_its_log(stack: Translated) -> None:
    assert large_gateways(stack) == []


def large_texts(stack: Translated) -> list[str]:
    """Code at the edge has 10 KB, an alarm's description 1,024 characters, a dashboard 500 metrics."""
    functions = stack.of("AWS::CloudFront::Function").items()
    alarms = stack.of("AWS::CloudWatch::Alarm").items()
    (dashboard,) = stack.of("AWS::CloudWatch::Dashboard").values()
    found = [name for name, function in functions if len(function["FunctionCode"].encode()) > 10_240]
    found += [name for name, alarm in alarms if len(alarm["AlarmDescription"]) > 1024]
    shown = [len(each["properties"].get("metrics", [])) for each in json.loads(dashboard["DashboardBody"])["widgets"]]
    return found + (["the dashboard"] if sum(shown) > 500 else [])


def test_there_is_room_for_code_at_the_edge_for_descriptions_and_for_the_dashboard(stack: Translated) -> None:
    assert large_texts(stack) == []


def _properties(name: str, *path: Any, **value: Any) -> Harm:
    return Harm(name, "Properties", *path, **value)


LONG = "y" * 20_000
STATEMENT = {"Effect": "Deny", "Principal": "*", "Action": LONG, "Sid": "Long", "Resource": "*"}
HARMS: list[tuple[Check, Harm]] = [
    (large_templates, _properties("SiteBucket", "BucketName", value="y" * MEGABYTE)),
    (large_roles, _properties("LoginFunctionRole", "Policies", 0, "PolicyDocument", "Version", value=LONG)),
    (many_callers, _properties("LoginFunctionLoginPermissionapi", "SourceArn", value=LONG)),
    (large_policies, _properties("SiteBucketPolicy", "PolicyDocument", "Statement", 0, value=STATEMENT)),
    (large_environments, _properties("LoginFunction", "Environment", "Variables", "X", value=LONG)),
    (large_gateways, _properties("ApiapiStage", "AccessLogSetting", "Format", value=LONG)),
    (large_gateways, _properties("Api", "Body", "paths", value={f"/a{n}/b": {} for n in range(150)})),
    (large_texts, _properties("SiteFunction", "FunctionCode", value=LONG)),
    (large_texts, _properties("SlowAlarm", "AlarmDescription", value=LONG)),
]


@pytest.mark.parametrize(("check", "harm"), HARMS)
def test_a_template_that_there_is_no_room_for_is_seen(whole: Translated, check: Check, harm: Harm) -> None:
    assert check(whole.after(harm)) != []


def _faults(stack: Translated, folder: Path) -> set[str]:
    """The rules that cfn-lint says a template breaks."""
    path = folder / "translated.json"
    path.write_text(json.dumps(stack.document), encoding="utf-8")
    lint = Path(sys.executable).with_name("cfn-lint")
    command: list[str | Path] = [lint, "--format", "json", "--regions", "us-east-1", "--", path]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return {entry["Rule"]["Id"] for entry in json.loads(done.stdout)}


# The others are made of the same document, by conditions in it, of which cfn-lint tries all.
@pytest.mark.parametrize("name", ["defaults", "rollout"])
def test_what_cloudformation_gets_has_no_fault_that_cfn_lint_knows_of(name: str, tmp_path: Path) -> None:
    assert _faults(translated(name), tmp_path) == EXPECTED.keys()


def test_a_fault_that_cfn_lint_knows_of_is_seen(tmp_path: Path) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": "soon"}}
    assert _faults(Translated({"Resources": {"Queue": queue}}, {}), tmp_path) == {"E3012"}


def test_conditions_and_the_kind_of_rollout_are_all_that_makes_documents_differ(every: list[Translated]) -> None:
    def names(stack: Translated) -> set[str]:
        # What is made anew at each deployment, or of each kind of function, has a digest in its name.
        return {re.sub(r"(Version|Layer|Deployment)[0-9a-f]{10}$", r"\1", name) for name in stack.document["Resources"]}

    gradual = {frozenset(names(stack)) for stack in every if stack.resolver.holds("IsGradual")}
    at_once = {frozenset(names(stack)) for stack in every if not stack.resolver.holds("IsGradual")}
    assert (len(gradual), len(at_once)) == (1, 1)
