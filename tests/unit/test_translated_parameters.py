"""Parameters, conditions, rules and outputs: each has a use, a default, and no value that it should refuse."""

import json
import re
from typing import Any

import pytest

from tests.support.template import template
from tests.support.translated import SETS, Translated, translated

PARAMETERS: dict[str, dict[str, Any]] = template()["Parameters"]


def _names(value: Any) -> set[str]:
    """All that functions in a part of a template name."""
    found: set[str] = set()
    if isinstance(value, list):
        return found.union(*map(_names, value))
    if not isinstance(value, dict):
        return found
    for key, member in value.items():
        if key in ("Ref", "Condition") and isinstance(member, str):
            found.add(member)
        elif key in ("Fn::If", "Fn::FindInMap"):
            found |= {member[0]} | _names(member[1:])
        elif key == "Fn::Sub":
            text = member if isinstance(member, str) else member[0]
            found |= set(re.findall(r"\$\{([\w:]+)", text)) | _names(member)
        else:
            found |= _names(member)
    return found


def _refused(name: str, value: str) -> str | None:
    """Why CloudFormation would not take a value for a parameter."""
    parameter = PARAMETERS[name]
    if "AllowedValues" in parameter:
        return None if value in map(str, parameter["AllowedValues"]) else "is none of the allowed values"
    if parameter["Type"] == "Number":
        if not re.fullmatch(r"-?\d+", value):
            return "is no number"
        return None if parameter["MinValue"] <= int(value) <= parameter["MaxValue"] else "is out of bounds"
    if not parameter.get("MinLength", 0) <= len(value) <= parameter.get("MaxLength", 4096):
        return "has another length"
    return None if re.fullmatch(parameter["AllowedPattern"], value) else "has another form"


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_has_bounds_and_a_default_within_them(name: str) -> None:
    parameter = PARAMETERS[name]
    assert "AllowedValues" in parameter or "AllowedPattern" in parameter or {"MinValue", "MaxValue"} <= parameter.keys()
    assert _refused(name, str(parameter["Default"])) is None


@pytest.mark.parametrize("name", SETS)
def test_every_value_that_is_tried_here_is_one_that_cloudformation_takes(name: str) -> None:
    assert {key: _refused(key, value) for key, value in SETS[name].items() if _refused(key, value)} == {}


ARN = "arn:aws:acm:us-east-1:123456789012:certificate/x"
REFUSED = [
    *(("SiteDomain", value) for value in ("tasks", "Tasks.example", "https://tasks.example", "tasks.example/", "a..b")),
    *(("CertificateArn", value) for value in ("x", ARN.replace("us-east-1", "eu-west-1"), ARN + "\n", "x" + ARN)),
    *(("HostedZoneId", value) for value in ("z0123", "/hostedzone/Z0123", "Z", "Z0123,Z4567")),
    *(("AlarmAddress", value) for value in ("nobody", "a@example.com, b@example.com", "A <a@example.com>", "@x.com")),
    *(("Release", value) for value in ("1.2.3", "abc", "A" * 64, "a" * 65, "main")),
    *(("UsersTableName", value) for value in ("ab", "users table", "arn:aws:dynamodb:x", "users/*", "*")),
    *(("EncryptionKeyArn", value) for value in ("alias/x", "*", "arn:aws:kms:eu-west-1:123456789012:key/*")),
    *(("Issuer", value) for value in ("taskward", "https://x y", "1urn:x")),
    *(("CorsOrigin", value) for value in ("*", "null", "https://x.example/", "https://a.x https://b.x", "")),
    *(("FirewallAuthRate", value) for value in ("9", "0", "2000000001", "many")),
    *(("LogRetentionDays", value) for value in ("0", "2", "3653", "forever")),
    *(("Rollout", value) for value in ("", "Canary", "Canary10Percent30Minutes")),
    *(("AccessTokenSeconds", value) for value in ("0", "3601")),
    *(("GatewayLogsRole", "absent"), ("Firewall", "true"), ("SnapStart", "ON"), ("LogLevel", "ERROR")),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_value_that_would_fail_later_is_refused_before_anything_is_changed(name: str, value: str) -> None:
    assert _refused(name, value) is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SiteDomain", "tasks.example.co.uk"),
        ("Release", "0123456789"),
        ("AlarmAddress", "on-call+taskward@mail.example.com"),
        ("UsersTableName", "taskward-UsersTable-1ABCDEFGHIJKL"),
        ("CertificateArn", ARN.replace("arn:aws:", "arn:aws-us-gov:")),
        ("EncryptionKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef"),
        ("CorsOrigin", "http://localhost:3000"),
        ("Issuer", "urn:example:tasks"),
    ],
)
def test_a_value_that_people_have_is_taken(name: str, value: str) -> None:
    assert _refused(name, value) is None


def test_every_parameter_condition_and_mapping_is_used() -> None:
    used = set().union(*(_names(template()[part]) for part in ("Conditions", "Globals", "Resources", "Outputs")))
    assert PARAMETERS.keys() - used == set()
    assert template()["Conditions"].keys() - used == set()
    assert template()["Mappings"].keys() - used == set()


def test_every_parameter_stands_in_one_group_of_the_console() -> None:
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    named = [name for group in groups for name in group["Parameters"]]
    assert sorted(named) == sorted(PARAMETERS)


@pytest.mark.parametrize("condition", template()["Conditions"])
def test_every_condition_is_tried_both_ways(condition: str, every: list[Translated]) -> None:
    assert {stack.resolver.holds(condition) for stack in every} == {True, False}


def _violated(stack: Translated) -> set[str]:
    """The rules that CloudFormation would stop at."""
    resolve = stack.resolver.resolved
    return {
        assertion["AssertDescription"]
        for rule in stack.document.get("Rules", {}).values()
        if resolve(rule["RuleCondition"])
        for assertion in rule["Assertions"]
        if not resolve(assertion["Assert"])
    }


def test_what_goes_together_is_asked_for_together(every: list[Translated]) -> None:
    assert set().union(*map(_violated, every)) == set()
    document = translated("domain").document

    def refused(**values: str) -> set[str]:
        return _violated(Translated(document, values))

    assert refused(SiteDomain="tasks.example") == {"SiteDomain needs CertificateArn."}
    assert refused(HostedZoneId="Z0123") == {"HostedZoneId needs SiteDomain."}
    assert refused(SiteDomain="tasks.example", CertificateArn=ARN, HostedZoneId="Z0123") == set()


OUTPUTS = {
    *("SiteUrl", "SiteBucketName", "DistributionId", "DistributionDomain", "ApiId", "ApiUrl", "OriginSecretArn"),
    *("UsersTableName", "SessionsTableName", "TasksTableName", "EncryptionKeyArn", "ExportsBucketName"),
    *("JobsQueueUrl", "JobsDeadLetterQueueUrl", "RotateKeysFunctionName"),
    *("AlarmTopicArn", "FunctionLogsName", "AccessLogsName", "DashboardUrl"),
}
OF_MAIL = {"MailQueueUrl", "MailDeadLetterQueueUrl", "MailReturnsTopicArn"}


def test_the_stack_puts_out_what_is_asked_of_it_and_no_secret(stack: Translated) -> None:
    assert stack.outputs.keys() == OUTPUTS | (OF_MAIL if stack.resolver.holds("HasMail") else set())
    assert "resolve:" not in json.dumps(stack.outputs)
    assert not any("Export" in output for output in stack.outputs.values())


def test_tables_and_key_that_are_given_are_used_by_functions_and_told_by_outputs() -> None:
    stack = translated("others")
    variables = [of["Environment"]["Variables"] for of in stack.of("AWS::Lambda::Function").values()]
    for variable, output in (
        ("USERS_TABLE", "UsersTableName"),
        ("SESSIONS_TABLE", "SessionsTableName"),
        ("TASKS_TABLE", "TasksTableName"),
        ("ENCRYPTION_KEY", "EncryptionKeyArn"),
    ):
        given = stack.parameters[output]
        assert {each[variable] for each in variables if variable in each} == {given}
        assert stack.outputs[output]["Value"] == given


def test_a_domain_is_served_with_its_certificate_and_named_in_its_zone() -> None:
    (alias,) = translated("domain").of("AWS::CloudFront::Distribution").values()
    certificate = alias["DistributionConfig"]["ViewerCertificate"]
    assert alias["DistributionConfig"]["Aliases"] == ["tasks.example"]
    assert certificate["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert not translated("domain").of("AWS::Route53::RecordSet")
    records = translated("zone").of("AWS::Route53::RecordSet").values()
    names = {(record["Type"], record["Name"]) for record in records}
    assert names == {("A", "tasks.example"), ("AAAA", "tasks.example")}
    assert {record["AliasTarget"]["DNSName"] for record in records} == {"${Distribution.DomainName}"}
    (plain,) = translated("defaults").of("AWS::CloudFront::Distribution").values()
    assert "Aliases" not in plain["DistributionConfig"]
