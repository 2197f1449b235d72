"""Functions as they are deployed: in time for who waits for them, with all they need and no secret, and renewed."""

import copy
import re
from typing import Any

import pytest

from tests.support.template import template
from tests.support.translated import Check, Harm, Translated, translate, translated

# The gateway waits for so many seconds, for the authorizer and for a function each.
GATEWAY_WAITS = 29
RESERVED = {f"{name}Function" for name in ("Register", "Login", "Recovery")}
# What functions are told of the stack's resources: names and ARNs, and never what is in a secret.
NAMES = {
    *("${UsersTable}", "${SessionsTable}", "${TasksTable}", "${ExportsBucket}", "${JobsQueue}", "${MailQueue}"),
    *("${MailConfigurationSet}", "${EncryptionKey.Arn}", "${SigningKeysSecret.Id}", "${OriginSecret.Id}"),
}


def _functions(stack: Translated) -> dict[str, dict[str, Any]]:
    return stack.of("AWS::Lambda::Function")


def late_functions(stack: Translated) -> list[str]:
    """Functions that go on when nobody waits for them any more."""
    called = {
        permission["FunctionName"].strip("${}").removesuffix("Aliaslive").partition(".")[0]
        for permission in stack.of("AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    }
    return [
        f"{name} takes {function['Timeout']}"
        for name, function in _functions(stack).items()
        if function["Timeout"] >= (GATEWAY_WAITS if name in called else 901)
    ]


def test_every_function_is_done_before_the_gateway_gives_up(stack: Translated) -> None:
    assert late_functions(stack) == []


def impatient_queues(stack: Translated) -> list[str]:
    """Queues that give work to a second one while the first is at it, or to a version that is not live."""
    found = []
    mappings = stack.of("AWS::Lambda::EventSourceMapping")
    queues = stack.of("AWS::SQS::Queue")
    for name, mapping in mappings.items():
        function = mapping["FunctionName"].strip("${}")
        queue = queues[mapping["EventSourceArn"].strip("${}").removesuffix(".Arn")]
        if not function.endswith("Aliaslive"):
            found.append(f"{name} calls {function}")
        elif queue["VisibilityTimeout"] < 6 * _functions(stack)[function.removesuffix("Aliaslive")]["Timeout"]:
            found.append(f"{name} gives work away after {queue['VisibilityTimeout']}")
    return found


def test_work_is_nobody_else_s_while_a_function_is_at_it(stack: Translated) -> None:
    assert impatient_queues(stack) == []


def incomplete_functions(stack: Translated) -> list[str]:
    (layer,) = stack.of("AWS::Lambda::LayerVersion")
    wanted = {
        "Handler": "app.handler",
        "Runtime": stack.values["Runtime"],
        "Architectures": [stack.values["Architecture"]],
        "Layers": ["${" + layer + "}"],
        "TracingConfig": {"Mode": "Active"},
    }
    if stack.values["SnapStart"] == "on":
        wanted["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    found = []
    for name, function in _functions(stack).items():
        found += [f"{name}: {key} is {function.get(key)}" for key in wanted if function.get(key) != wanted[key]]
        if ("SnapStart" in function) != ("SnapStart" in wanted):
            found.append(f"{name}: {function.get('SnapStart')}")
        if not 128 <= function["MemorySize"] <= 1024:
            found.append(f"{name} has {function['MemorySize']} MB")
        # With the release, which SAM writes behind it.
        if not 10 <= len(function.get("Description", "")) <= 256 - 65:
            found.append(f"{name} is described by {function.get('Description')}")
    return found


def test_every_function_has_runtime_layer_memory_and_traces(stack: Translated) -> None:
    assert incomplete_functions(stack) == []


def told_secrets(stack: Translated) -> list[str]:
    """Variables that anybody may read who may look at a function, and what is in them but should not be."""
    given = set(stack.values.values())
    found = []
    for name, function in _functions(stack).items():
        for variable, value in function["Environment"]["Variables"].items():
            references = set(re.findall(r"\$\{[^}]+\}", str(value)))
            if references - NAMES or "resolve:" in str(value):
                found.append(f"{name}: {variable} is {value}")
            # What is no reference is a setting: as short as those are, and not made up here.
            known = str(value) in given or variable in ("POWERTOOLS_SERVICE_NAME", "ISSUER", "JOB_RECEIVES")
            if not references and value and not known:
                found.append(f"{name}: {variable} is {value}")
    hidden = {name for name, entry in stack.document["Parameters"].items() if entry.get("NoEcho")}
    return [*found, *hidden]


def test_no_secret_stands_in_an_environment_variable(stack: Translated) -> None:
    assert told_secrets(stack) == []


def unshared_executions(stack: Translated) -> list[str]:
    """Functions that keep executions from others, or do not when they should."""
    limit = stack.parameters.get("AuthConcurrency")
    found = {
        name: str(function["ReservedConcurrentExecutions"])
        for name, function in _functions(stack).items()
        if "ReservedConcurrentExecutions" in function
    }
    wanted = dict.fromkeys(RESERVED, limit) if limit else {}
    return [f"{entry}" for entry in found.items() ^ wanted.items()]


def test_a_function_that_hashes_or_mails_for_anybody_has_a_share_of_its_own_where_one_is_set(stack: Translated) -> None:
    assert unshared_executions(stack) == []


def unversioned_callers(stack: Translated) -> list[str]:
    """What calls a function at regular hours, and not the version of it that is live."""
    return [
        f"{name} calls {schedule['Target']['Arn']}"
        for name, schedule in stack.of("AWS::Scheduler::Schedule").items()
        if not re.fullmatch(r"\$\{\w+Aliaslive\}", schedule["Target"]["Arn"])
    ]


def test_what_calls_a_function_by_the_clock_calls_its_live_version(stack: Translated) -> None:
    assert unversioned_callers(stack) == []


def _login(*path: Any, **value: Any) -> Harm:
    return Harm("LoginFunction", "Properties", *path, **value)


SECRET = {"Fn::Sub": "{{resolve:secretsmanager:${SigningKeysSecret}}}"}
HARMS: list[tuple[Check, Harm]] = [
    (late_functions, _login("Timeout", value=29)),
    (late_functions, Harm("AuthorizerFunction", "Properties", "Timeout", value=30)),
    (impatient_queues, Harm("JobsQueue", "Properties", "VisibilityTimeout", value=5399)),
    (impatient_queues, Harm("JobsForWorker", "Properties", "FunctionName", value={"Ref": "WorkerFunction"})),
    (incomplete_functions, _login("TracingConfig")),
    (incomplete_functions, _login("Layers", value=[])),
    (incomplete_functions, _login("Layers", value=["arn:aws:lambda:eu-west-1:999999999999:layer:another:1"])),
    (incomplete_functions, _login("Runtime", value="python3.9")),
    (incomplete_functions, _login("MemorySize", value=3008)),
    (incomplete_functions, _login("SnapStart")),
    (incomplete_functions, _login("Description", value="x" * 200)),
    (told_secrets, _login("Environment", "Variables", "SIGNING_KEYS_SECRET", value=SECRET)),
    (told_secrets, _login("Environment", "Variables", "PEPPER", value="c2VjcmV0")),
    (told_secrets, _login("Environment", "Variables", "PEPPER", value={"Ref": "SiteAccess"})),
    (unshared_executions, _login("ReservedConcurrentExecutions")),
    (unshared_executions, Harm("TasksFunction", "Properties", "ReservedConcurrentExecutions", value=5)),
    (
        unversioned_callers,
        Harm("RotateKeysFunctionDaily", "Properties", "Target", "Arn", value={"Ref": "RotateKeysFunction"}),
    ),
]


@pytest.mark.parametrize(("check", "harm"), HARMS)
def test_a_function_that_is_not_as_it_should_be_is_seen(whole: Translated, check: Check, harm: Harm) -> None:
    assert check(whole.after(harm)) != []


def _versions(document: dict[str, Any]) -> set[str]:
    return {name for name, entry in document["Resources"].items() if entry["Type"] == "AWS::Lambda::Version"}


def test_a_release_publishes_a_new_version_of_every_function_and_nothing_else_does_while_it_is_the_same() -> None:
    releases = ("a" * 64, "a" * 64, "b" * 10)
    first, again, second = map(_versions, translate([{"Release": release} for release in releases]))
    assert first == again
    assert not first & second
    assert len(first) == len(second) == len(_functions(translated("defaults")))


def test_another_layer_publishes_a_new_version_of_every_function() -> None:
    changed = copy.deepcopy(template())
    changed["Resources"]["TaskwardLayer"]["Properties"]["ContentUri"] = "s3://uploaded/another-layer"
    (after,) = translate([{}], changed)
    before = translated("defaults").document
    assert not _versions(after) & _versions(dict(before))
    assert len(_versions(after)) == len(_versions(dict(before)))


def test_every_kind_of_rollout_is_one_of_codedeploy_and_all_at_once_is_none() -> None:
    kinds = template()["Parameters"]["Rollout"]["AllowedValues"]
    for kind, document in zip(kinds, translate([{"Rollout": kind} for kind in kinds]), strict=True):
        groups = Translated(document, {"Rollout": kind}).of("AWS::CodeDeploy::DeploymentGroup")
        if kind == "AllAtOnce":
            assert not groups
        else:
            assert len(groups) == len(_functions(translated("defaults")))
            assert {group["DeploymentConfigName"] for group in groups.values()} == {f"CodeDeployDefault.Lambda{kind}"}
