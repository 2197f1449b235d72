"""`make destroy` on a small stack: what goes, what stays, and what it does where something is in the way."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from local.deployment import deployed, destroy, samconfig
from local.deployment.account import Account
from local.deployment.refusals import RefusedError

REGION = "us-east-1"
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
}
TEMPLATE = {
    "Resources": {
        "UsersTable": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": TABLE},
        "SiteBucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": "site"}},
        "ExportsBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "exports"}},
        "JobsQueue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}},
    },
    "Outputs": {"UsersTableName": {"Value": {"Ref": "UsersTable"}}, "TasksTableName": {"Value": "restored"}},
}


class World:
    """An account with one stack, in whose buckets there is something."""

    def __init__(self) -> None:
        self.account = Account(boto3.Session(region_name=REGION), DEFAULT_ACCOUNT_ID)
        self.cloudformation = self.account.client("cloudformation")
        self.cloudformation.create_stack(StackName="taskward-dev", TemplateBody=json.dumps(TEMPLATE))
        self.s3 = self.account.client("s3")
        for bucket, count in (("exports", 3), ("site", 1)):
            for number in range(count):
                self.s3.put_object(Bucket=bucket, Key=str(number), Body=b"-")
        self.users = str(deployed.resources(self.account, "taskward-dev")[0]["PhysicalResourceId"])

    def destroy(self, confirmation: str = "taskward-dev", *, is_on_terminal: bool = False) -> None:
        """With the stack's name, unless another is given."""
        environment = samconfig.environment("dev")
        destroy.destroy(self.account, environment, confirmation, is_on_terminal=is_on_terminal)

    @property
    def buckets(self) -> dict[str, int]:
        """How much is in each bucket there is."""
        names = [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]]
        return {name: self.s3.list_objects_v2(Bucket=name)["KeyCount"] for name in names}

    @property
    def tables(self) -> list[str]:
        """Their names."""
        return list(self.account.client("dynamodb").list_tables()["TableNames"])

    def be(self, status: str) -> None:
        """Have the stack in a state."""
        (stack,) = cloudformation_backends[DEFAULT_ACCOUNT_ID][REGION].stacks.values()
        stack.status = status


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An account of moto's."""
    monkeypatch.setattr(destroy, "_SECONDS", 0)
    with mock_aws():
        yield World()


def test_the_stack_goes_with_what_is_in_its_buckets_and_what_is_to_be_kept_stays(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.destroy()
    assert deployed.find(world.account, "taskward-dev") is None
    assert world.buckets == {"site": 1}
    assert world.tables == [world.users]
    told = capsys.readouterr().out
    assert "2 resources go. With what is in them:\n  AWS::S3::Bucket  exports\n" in told
    stays = told.partition("These stay:\n")[2].partition("\nRemoving")[0].splitlines()
    assert stays == [
        "  AWS::DynamoDB::Table  restored",
        f"  AWS::DynamoDB::Table  {world.users}",
        "  AWS::S3::Bucket  site",
    ]
    assert f'make deploy CONFIG=dev PARAMETERS="UsersTableName={world.users} TasksTableName=restored"' in told
    for command in (
        f"aws dynamodb delete-table --region {REGION} --table-name {world.users}",
        f"aws dynamodb delete-table --region {REGION} --table-name restored",
        f"aws s3 rb --force s3://site --region {REGION}",
    ):
        assert f"  {command}\n" in told


def test_once_more_there_is_nothing_to_remove_and_what_was_kept_is_told_again(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.account.client("dynamodb").put_item(TableName=world.users, Item={"pk": {"S": "-"}})
    world.destroy()
    capsys.readouterr()
    world.destroy()
    told = capsys.readouterr().out
    assert "There is none." in told
    assert f"UsersTableName={world.users}" in told
    assert "An EncryptionKeyArn that was given by hand cannot be found here" in told


def test_where_nothing_is_in_what_was_kept_only_the_ways_to_remove_it_are_told_again(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.destroy()
    capsys.readouterr()
    world.destroy()
    told = capsys.readouterr().out
    assert "A new stack takes the data up" not in told
    assert f"  aws dynamodb delete-table --region {REGION} --table-name {world.users}\n" in told


@pytest.mark.parametrize(
    ("confirmation", "typed"), [("", None), ("taskward", None), ("yes", None), ("", "y\n"), ("", "taskward\n")]
)
def test_without_its_name_nothing_goes(
    world: World, confirmation: str, typed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(typed or ""))
    with pytest.raises(RefusedError, match=r"Nothing was removed. .*make destroy CONFIG=dev CONFIRM=taskward-dev"):
        world.destroy(confirmation, is_on_terminal=typed is not None)
    assert deployed.find(world.account, "taskward-dev")
    assert world.buckets == {"site": 1, "exports": 3}


def test_whoever_types_its_name_at_a_terminal_means_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("taskward-dev\n"))
    world.destroy("", is_on_terminal=True)
    assert deployed.find(world.account, "taskward-dev") is None


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_while_something_else_goes_on_nothing_goes(world: World, status: str) -> None:
    world.be(status)
    with pytest.raises(RefusedError, match=f"{status}: wait"):
        world.destroy()
    assert world.buckets == {"site": 1, "exports": 3}


@pytest.mark.parametrize("status", ["DELETE_FAILED", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_a_stack_that_failed_goes_as_well(world: World, status: str) -> None:
    world.be(status)
    world.destroy()
    assert world.buckets == {"site": 1}


def test_what_a_failed_first_deployment_left_behind_is_named_and_what_it_was_given_as_well(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Whatever the template says of it by now.
    summaries = [
        {"ResourceType": kind, "LogicalResourceId": "Former", "PhysicalResourceId": name, "ResourceStatus": status}
        for kind, name, status in (
            ("AWS::DynamoDB::Table", "users", "DELETE_SKIPPED"),
            ("AWS::KMS::Key", "1-2-3", "DELETE_SKIPPED"),
            ("AWS::Lambda::Version", "version", "DELETE_SKIPPED"),
            ("AWS::SQS::Queue", "jobs", "DELETE_COMPLETE"),
        )
    ]
    pages = SimpleNamespace(paginate=lambda **_: [{"StackResourceSummaries": summaries}])
    cloudformation = Stubborn(world.cloudformation)
    _use(cloudformation, monkeypatch)
    monkeypatch.setattr(cloudformation, "get_paginator", lambda _: pages, raising=False)
    monkeypatch.setattr(destroy, "_is_gone", lambda *_: True)
    found = deployed.find(world.account, "taskward-dev")
    assert found
    given = {"TasksTableName": "restored", "UsersTableName": "", "LogLevel": "INFO"}
    failed = replace(found, status="ROLLBACK_COMPLETE", outputs={}, parameters=given)
    monkeypatch.setattr(deployed, "find", lambda *_: failed)
    world.destroy()
    told = capsys.readouterr().out
    assert "0 resources go." in told
    assert told.partition("These stay:\n")[2].partition("\nRemoving")[0].splitlines() == [
        "  AWS::DynamoDB::Table  restored",
        "  AWS::DynamoDB::Table  users",
        "  AWS::KMS::Key  1-2-3",
    ]
    assert 'PARAMETERS="TasksTableName=restored"\n' in told
    assert f"  aws dynamodb delete-table --region {REGION} --table-name users\n" in told
    assert f"  aws kms schedule-key-deletion --region {REGION} --key-id 1-2-3\n" in told


class Stubborn:
    """CloudFormation as it is, but that it does not remove stacks."""

    def __init__(self, cloudformation: Any, error: ClientError | None = None) -> None:
        self.cloudformation = cloudformation
        self.error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cloudformation, name)

    def delete_stack(self, **_: str) -> None:
        if self.error:
            raise self.error


def _use(stubborn: Stubborn, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Account.client

    def client(account: Account, service: str) -> Any:
        return stubborn if service == "cloudformation" else session(account, service)

    monkeypatch.setattr(Account, "client", client)


def test_what_came_into_a_bucket_meanwhile_is_removed_and_then_the_stack(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use(Stubborn(world.cloudformation), monkeypatch)
    found: list[int] = []

    def is_gone(*_: Any) -> bool:
        found.append(world.buckets["exports"])
        world.s3.put_object(Bucket="exports", Key="late", Body=b"-")
        return len(found) == 2

    monkeypatch.setattr(destroy, "_is_gone", is_gone)
    world.destroy()
    assert found == [0, 0]


def test_what_stands_in_the_way_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = deployed.resources(world.account, "taskward-dev")
    reason = "The bucket you tried to delete is not empty"
    failed = {"ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": reason}
    of_it = [{**each, **(failed if each["LogicalResourceId"] == "ExportsBucket" else {})} for each in found]
    monkeypatch.setattr(deployed, "resources", lambda *_: of_it)
    monkeypatch.setattr(destroy, "_is_gone", lambda *_: False)
    _use(Stubborn(world.cloudformation), monkeypatch)
    with pytest.raises(RefusedError) as refused:
        world.destroy()
    assert str(refused.value).splitlines()[1:] == [f"  ExportsBucket: {reason}"]


def test_a_stack_that_is_protected_stays_with_all_that_is_in_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = deployed.find(world.account, "taskward-dev")
    assert stack
    monkeypatch.setattr(deployed, "find", lambda *_: replace(stack, is_protected=True))
    with pytest.raises(RefusedError, match=r"It is protected .* --stack-name taskward-dev"):
        world.destroy()
    assert world.buckets == {"site": 1, "exports": 3}


def test_what_aws_refuses_is_said_in_its_words(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "You may not"}}, "DeleteStack")
    _use(Stubborn(world.cloudformation, error), monkeypatch)
    monkeypatch.setattr("sys.argv", ["local.deployment.destroy", "--config-env", "dev"])
    monkeypatch.setenv("CONFIRM", "taskward-dev")
    assert destroy.main() == 1
    assert "AWS says: " in (told := capsys.readouterr().err)
    assert "You may not" in told
