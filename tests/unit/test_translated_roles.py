"""Roles and policies as they are deployed: one role for each function, and nothing open that is not in a list here."""

from typing import Any

import pytest

from tests.support.policies import of_resources, of_roles
from tests.support.translated import OTHERS, Check, Harm, Translated, listed

MANAGED = "arn:aws:iam::aws:policy/"

# What AWS has to say in its own policies, since it knows what its services need.
POLICIES_OF_FUNCTIONS = {
    f"{MANAGED}service-role/AWSLambdaBasicExecutionRole": "Writes lines of logs, and can do nothing else.",
    f"{MANAGED}AWSXrayWriteOnlyAccess": "Writes traces, which belong to no resource that could be named.",
}
# Roles of services: who has it, and the policies of AWS in it.
OTHER_ROLES = {
    "RotateKeysFunctionDailyRole": ("scheduler.amazonaws.com", []),
    "CodeDeployServiceRole": ("codedeploy.amazonaws.com", [f"{MANAGED}service-role/AWSCodeDeployRoleForLambda"]),
    "GatewayLogsWriter": (
        "apigateway.amazonaws.com",
        [f"{MANAGED}service-role/AmazonAPIGatewayPushToCloudWatchLogs"],
    ),
}
SERVICES = {"dynamodb", "kms", "s3", "secretsmanager", "ses", "sqs"}
FORBIDDEN = {"dynamodb:Scan", "dynamodb:PartiQLSelect", "s3:PutBucketPolicy", "sqs:PurgeQueue"}

_RESTORED = f"arn:aws:dynamodb:eu-west-1:123456789012:table/{OTHERS['TasksTableName']}/index/*"
# Names with a * in them, who may use them, and why. Each has to be needed by the one and by no other.
WILDCARDS = {
    ("TasksFunctionRole", "${TasksTable.Arn}/index/*"): "Lists of tasks use all indexes, and a table has no others.",
    ("TasksFunctionRole", _RESTORED): "The same of a table in its place.",
    ("AccountFunctionRole", "${ExportsBucket.Arn}/exports/*"): "Each job makes objects; links to them are signed.",
    ("BulkFunctionRole", "${ExportsBucket.Arn}/exports/*"): "The same, and forms to upload them.",
    ("WorkerFunctionRole", "${ExportsBucket.Arn}/exports/*"): "The same: it writes, reads and removes them.",
    ("WorkerFunctionRole", "arn:aws:ses:eu-west-1:123456789012:identity/*"): (
        "The sender's identity is the address or a domain above it, which is not known; a condition names the address."
    ),
}
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
# What is allowed to more than one service, and why.
OPEN_PRINCIPALS = {
    ("EncryptionKey", "LetRolesOfTheAccountDecide"): (
        "A key without it could be used and mended by nobody; it lets policies of roles decide, and does not itself."
    ),
}


def _function_roles(stack: Translated) -> dict[str, str]:
    return {name: of["Role"].strip("${}") for name, of in stack.of("AWS::Lambda::Function").items()}


def shared_roles(stack: Translated) -> list[str]:
    return [
        f"{function} has {role}"
        for function, role in _function_roles(stack).items()
        if role != f"{function}Role.Arn" or f"{function}Role" not in stack.of("AWS::IAM::Role")
    ]


def test_every_function_has_a_role_of_its_own(stack: Translated) -> None:
    assert shared_roles(stack) == []


def wrong_trust(stack: Translated) -> list[str]:
    """Roles that anybody else can take on, or that nobody was supposed to have."""
    found = []
    roles = stack.of("AWS::IAM::Role")
    functions = {role.removesuffix(".Arn") for role in _function_roles(stack).values()}
    for name, role in roles.items():
        service = "lambda.amazonaws.com" if name in functions else OTHER_ROLES.get(name, ("nobody", []))[0]
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            principal = statement["Principal"]
            if listed(statement["Action"]) != ["sts:AssumeRole"]:
                found.append(f"{name}: {statement['Action']}")
            if principal.keys() != {"Service"} or listed(principal["Service"]) != [service]:
                found.append(f"{name}: {principal}")
    return found


def test_nobody_takes_on_a_role_but_the_service_that_it_is_for(stack: Translated) -> None:
    assert wrong_trust(stack) == []


def unknown_policies(stack: Translated) -> list[str]:
    """Policies that somebody else wrote, and may change."""
    functions = {role.removesuffix(".Arn") for role in _function_roles(stack).values()}
    found = []
    for name, role in stack.of("AWS::IAM::Role").items():
        wanted = set(POLICIES_OF_FUNCTIONS) if name in functions else set(OTHER_ROLES.get(name, ("", []))[1])
        if set(role.get("ManagedPolicyArns", [])) != wanted:
            found.append(f"{name}: {role.get('ManagedPolicyArns')}")
    apart = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::User")
    return found + [name for kind in apart for name in stack.of(kind)]


def test_no_role_has_a_policy_that_somebody_else_wrote_unless_there_is_a_reason(stack: Translated) -> None:
    assert unknown_policies(stack) == []


def broad_actions(stack: Translated) -> list[str]:
    """Actions that nobody wrote out, or that none of ours has a use for."""
    functions = {role.removesuffix(".Arn") for role in _function_roles(stack).values()}
    found = []
    for statement in of_roles(stack):
        for action in statement.actions if statement.allows else ():
            known = action.partition(":")[0] in SERVICES or statement.holder not in functions
            if "*" in action or "NotAction" in statement.content or action in FORBIDDEN or not known:
                found.append(f"{statement.holder}: {action}")
    return found


def test_no_role_may_scan_or_do_what_is_not_written_out(stack: Translated) -> None:
    assert broad_actions(stack) == []


def _wildcards(stack: Translated) -> set[tuple[str, str]]:
    return {
        (statement.holder, resource)
        for statement in of_roles(stack)
        for resource in statement.resources
        if statement.allows and "*" in resource
    }


def broad_resources(stack: Translated) -> list[str]:
    """What is neither of this stack, nor given to it by a parameter, nor in the list."""
    others = [value.removeprefix("arn:") for value in stack.parameters.values()]
    found = [f"{entry}" for entry in _wildcards(stack) - WILDCARDS.keys()]
    for statement in of_roles(stack):
        for resource in statement.resources:
            ours = "${" in resource or any(resource.split("/index/")[0].endswith(other) for other in others if other)
            if not ours and (statement.holder, resource) not in WILDCARDS:
                found.append(f"{statement.holder}: {resource}")
        if "NotResource" in statement.content:
            found.append(statement.holder)
    return found


def test_no_role_reaches_beyond_the_stack_or_has_a_wildcard_without_a_reason(stack: Translated) -> None:
    assert broad_resources(stack) == []


def open_resources(stack: Translated) -> list[str]:
    """What a bucket, a topic, a queue or a key lets others do, without saying on whose behalf."""
    found = []
    for statement in of_resources(stack):
        if not statement.allows:
            continue
        principal = statement.content["Principal"]
        conditions: dict[str, Any] = {}
        for members in statement.conditions.values():
            conditions |= members
        named = isinstance(principal, dict) and principal.keys() == {"Service"}
        # Without it, a service would do it for any account that asks.
        for_us = "${" in str(conditions.get("aws:SourceArn", "")) or "aws:SourceAccount" in conditions
        broad = any("*" in action for action in statement.actions)
        if (statement.holder, statement.content["Sid"]) in OPEN_PRINCIPALS and principal == ROOT:
            continue
        if not named or not for_us or broad:
            found.append(f"{statement.holder}: {statement.content}")
    return found


def test_buckets_topics_queues_and_keys_serve_others_only_on_behalf_of_this_stack(stack: Translated) -> None:
    assert open_resources(stack) == []


def _role(name: str, *path: Any) -> tuple[Any, ...]:
    return f"{name}FunctionRole", "Properties", *path


def _statements(name: str) -> tuple[Any, ...]:
    return _role(name, "Policies", 0, "PolicyDocument", "Statement")


def _allowing(action: str, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


TRUST = ("AssumeRolePolicyDocument", "Statement", 0, "Principal")
ARN = {"Fn::GetAtt": ["UsersTable", "Arn"]}
HARMS: list[tuple[Check, Harm]] = [
    (shared_roles, Harm("LoginFunction", "Properties", "Role", value={"Fn::GetAtt": ["TasksFunctionRole", "Arn"]})),
    (shared_roles, Harm("LoginFunction", "Properties", "Role", value="arn:aws:iam::123456789012:role/admin")),
    (wrong_trust, Harm(*_role("Login", *TRUST), value={"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})),
    (wrong_trust, Harm(*_role("Login", *TRUST), value={"AWS": "*"})),
    (wrong_trust, Harm("GatewayLogsWriter", "Properties", *TRUST, value={"Service": "lambda.amazonaws.com"})),
    (unknown_policies, Harm(*_role("Login", "ManagedPolicyArns", 0), value=f"{MANAGED}AdministratorAccess")),
    (unknown_policies, Harm("CodeDeployServiceRole", "Properties", "ManagedPolicyArns", 0, value=f"{MANAGED}X")),
    (unknown_policies, Harm("Apart", value={"Type": "AWS::IAM::Policy"})),
    (broad_actions, Harm(*_statements("Login"), 0, value=_allowing("dynamodb:*", ARN))),
    (broad_actions, Harm(*_statements("Login"), 0, value=_allowing("dynamodb:Scan", ARN))),
    (broad_actions, Harm(*_statements("Login"), 0, value=_allowing("iam:PassRole", ARN))),
    (broad_resources, Harm(*_statements("Login"), 0, value=_allowing("dynamodb:GetItem", "*"))),
    (broad_resources, Harm(*_statements("Login"), 0, value=_allowing("s3:GetObject", "arn:aws:s3:::elsewhere/x"))),
    (broad_resources, Harm(*_statements("Login"), 0, value=_allowing("s3:GetObject", "${ExportsBucket.Arn}/*"))),
    (open_resources, Harm("MailQueuePolicy", "Properties", "PolicyDocument", "Statement", 0, "Condition")),
    (open_resources, Harm("MailReturnsPolicy", "Properties", "PolicyDocument", "Statement", 0, "Principal", value="*")),
    (open_resources, Harm("SiteBucketPolicy", "Properties", "PolicyDocument", "Statement", 1, "Action", value="s3:*")),
    (open_resources, Harm("EncryptionKey", "Properties", "KeyPolicy", "Statement", 0, "Principal", "AWS", value="*")),
]


@pytest.mark.parametrize(("check", "harm"), HARMS)
def test_a_role_or_policy_that_is_too_wide_is_refused(whole: Translated, check: Check, harm: Harm) -> None:
    assert check(whole.after(harm)) != []


def test_no_exception_is_listed_that_nobody_needs(every: list[Translated]) -> None:
    assert set().union(*(_wildcards(stack) for stack in every)) == WILDCARDS.keys()
    assert {name for stack in every for name in stack.of("AWS::IAM::Role")} >= OTHER_ROLES.keys()
    holders = {(each.holder, each.content["Sid"]) for stack in every for each in of_resources(stack)}
    assert holders >= OPEN_PRINCIPALS.keys()
