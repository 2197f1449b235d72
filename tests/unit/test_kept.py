"""What is left of stacks that are gone, and old versions of functions of those that are not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends

from local.deployment import deploy, kept, versions
from local.deployment.account import Account

REGION = "us-east-1"


@pytest.fixture
def account() -> Iterator[Account]:
    """An account of moto's."""
    with mock_aws():
        yield Account(boto3.Session(region_name=REGION), DEFAULT_ACCOUNT_ID)


def _table(account: Account, name: str, items: int = 0) -> None:
    database = account.client("dynamodb")
    database.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    for number in range(items):
        database.put_item(TableName=name, Item={"pk": {"S": str(number)}})


def _key(account: Account, stack_name: str) -> str:
    tags = [{"TagKey": "aws:cloudformation:stack-name", "TagValue": stack_name}]
    return str(account.client("kms").create_key(Tags=tags)["KeyMetadata"]["Arn"])


def _date(account: Account, month: int, names: tuple[str, ...], *keys: str) -> None:
    """Have tables and keys made in a month."""
    made = datetime(2026, month, 1, tzinfo=UTC)
    for name in names:
        dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[name].created_at = made.replace(tzinfo=None)
    for key in keys:
        kms_backends[DEFAULT_ACCOUNT_ID][REGION].keys[key.rpartition("/")[2]].creation_date = made.timestamp()


def test_the_newest_tables_that_have_something_in_are_found_with_the_key_that_was_made_with_them_and_no_other_stack_s(
    account: Account,
) -> None:
    old = "taskward-UsersTable-OLD", "taskward-SessionsTable-1", "taskward-TasksTable-1"
    # Of a stack that took the others up, and of other stacks.
    new = "taskward-UsersTable-OWN", "taskward-prod-UsersTable-1", "taskward2-UsersTable-1", "other"
    used = "taskward-UsersTable-USED"
    for name in (*old, used, *new):
        _table(account, name, items=0 if name in new else 1)
    gone, key = _key(account, "taskward"), _key(account, "taskward")
    account.client("kms").schedule_key_deletion(KeyId=gone.rpartition("/")[2])
    _date(account, 1, old, _key(account, "taskward"))
    _date(account, 3, (used,), gone, key, _key(account, "taskward-prod"))
    _date(account, 5, new, _key(account, "taskward"))
    found = kept.find(account, "taskward")
    assert found.values == {
        "UsersTableName": "taskward-UsersTable-USED",
        "SessionsTableName": "taskward-SessionsTable-1",
        "TasksTableName": "taskward-TasksTable-1",
        "EncryptionKeyArn": key,
    }
    assert set(found.others) == {"taskward-UsersTable-OLD", "taskward-UsersTable-OWN"}


def test_where_there_was_never_a_stack_nothing_is_found(account: Account) -> None:
    _key(account, "taskward")
    assert kept.find(account, "taskward") == kept.Kept({}, [], has_items=False)


def _restore(account: Account, source: str, name: str) -> None:
    account.client("dynamodb").restore_table_to_point_in_time(
        SourceTableName=source, TargetTableName=name, UseLatestRestorableTime=True
    )


def test_a_table_that_was_restored_is_newer_than_the_one_it_was_restored_from_and_has_the_same_key(
    account: Account,
) -> None:
    # A second stack took up what the first one left; its own key is as old as the newest of the restored tables.
    first, restored, again = "taskward-UsersTable-1", "taskward-UsersTableName-20260301", "taskward-UsersTableName-2"
    _table(account, first, items=1)
    _restore(account, first, restored)
    _restore(account, restored, again)
    _table(account, "taskward-UsersTable-OWN")
    key = _key(account, "taskward")
    _date(account, 1, (first,), key)
    _date(account, 3, (restored,))
    _date(account, 4, (again, "taskward-UsersTable-OWN"), _key(account, "taskward"))
    found = kept.find(account, "taskward")
    assert found.values == {"UsersTableName": again, "EncryptionKeyArn": key}
    assert set(found.others) == {first, restored, "taskward-UsersTable-OWN"}


def test_a_restored_table_whose_source_is_gone_or_has_its_name_goes_by_its_own_date(account: Account) -> None:
    restored = "taskward-UsersTableName-1"
    _table(account, "elsewhere", items=1)
    _restore(account, "elsewhere", restored)
    key = _key(account, "taskward")
    _date(account, 1, (), _key(account, "taskward"))
    _date(account, 3, (restored,), key)
    account.client("dynamodb").delete_table(TableName="elsewhere")
    assert kept.find(account, "taskward").values == {"UsersTableName": restored, "EncryptionKeyArn": key}
    table: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[restored]
    table.source_table_arn = table.table_arn
    assert kept.find(account, "taskward").values == {"UsersTableName": restored, "EncryptionKeyArn": key}


def test_a_new_stack_takes_up_what_was_kept_when_somebody_says_yes(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _table(account, "taskward-UsersTable-1", items=1)
    for answer, name in (("yes", "taskward-UsersTable-1"), ("", "")):
        monkeypatch.setattr("sys.stdin", StringIO(f"{answer}\n\n\n\n\n\n"))
        assert deploy.plan("default", "", is_on_terminal=True).effective["UsersTableName"] == name
        told = capsys.readouterr().out
        assert "  UsersTableName=taskward-UsersTable-1" in told
        assert "An EncryptionKeyArn that was given by hand cannot be found here, and has to be given again." in told


def test_whoever_gives_the_key_again_is_offered_the_tables_without_another_one(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _table(account, "taskward-UsersTable-1", items=1)
    key, given = _key(account, "taskward"), "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
    monkeypatch.setattr("sys.stdin", StringIO("yes\n\n\n\n\n\n"))
    found = deploy.plan("default", f"EncryptionKeyArn={given}", is_on_terminal=True).effective
    assert (found["UsersTableName"], found["EncryptionKeyArn"]) == ("taskward-UsersTable-1", given)
    told = capsys.readouterr().out
    assert key not in told
    assert "given by hand" not in told


def test_tables_in_which_there_is_nothing_are_named_and_not_offered(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"taskward-{each}-1" for each in kept.TABLES.values()]
    for name in (*names, "taskward-UsersTable-2"):
        _table(account, name)
    answers = StringIO("\n\n\n\n\n")
    monkeypatch.setattr("sys.stdin", answers)
    assert deploy.plan("default", "", is_on_terminal=True).effective["UsersTableName"] == ""
    assert answers.read() == ""
    told = capsys.readouterr().out
    assert "There is data" not in told
    assert "Tables of an earlier stack of this name are empty" in told
    assert all(f"  {name}\n" in told for name in (*names, "taskward-UsersTable-2"))


def test_where_one_table_has_something_in_all_are_offered(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    _table(account, "taskward-UsersTable-1", items=1)
    _table(account, "taskward-TasksTable-1")
    deploy.plan("default", "", is_on_terminal=False)
    told = capsys.readouterr().out
    assert "There is data" in told
    assert "  TasksTableName=taskward-TasksTable-1\n" in told


def test_whoever_named_a_table_is_not_told_of_others(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    _table(account, "taskward-UsersTable-1", items=1)
    deploy.plan("default", "UsersTableName=restored", is_on_terminal=False)
    assert "taskward-UsersTable-1" not in capsys.readouterr().out


def test_the_commands_that_remove_it_for_good_lift_the_protection_first() -> None:
    assert kept.ways_to_remove(["users"], ["1-2-3"], ["site"], "eu-west-1") == [
        "aws dynamodb update-table --region eu-west-1 --table-name users --no-deletion-protection-enabled",
        "aws dynamodb delete-table --region eu-west-1 --table-name users",
        "aws kms schedule-key-deletion --region eu-west-1 --key-id 1-2-3",
        "aws s3 rb --force s3://site --region eu-west-1",
    ]


class _Functions:
    """A function with versions, one alias that leads to one of them and a tenth of the calls to another."""

    def __init__(self, newest: int) -> None:
        self.versions = ["$LATEST", *map(str, range(1, newest + 1))]
        self.aliases = [{"FunctionVersion": "3", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}]

    def get_paginator(self, operation: str) -> Any:
        pages = {
            # In two pages, and in the order of texts.
            "list_versions_by_function": [
                {"Versions": [{"Version": each} for each in part]}
                for part in (sorted(self.versions)[:2], sorted(self.versions)[2:])
            ],
            "list_aliases": [{"Aliases": self.aliases}],
            "list_stack_resources": [{"StackResourceSummaries": [_FUNCTION, _QUEUE]}],
        }
        return SimpleNamespace(paginate=lambda **_: pages[operation])

    def delete_function(self, **arguments: str) -> None:
        assert arguments["FunctionName"] == "tasks"
        self.versions.remove(arguments["Qualifier"])


_FUNCTION = {
    "ResourceType": "AWS::Lambda::Function",
    "PhysicalResourceId": "tasks",
    "ResourceStatus": "CREATE_COMPLETE",
}
_QUEUE = _FUNCTION | {"ResourceType": "AWS::SQS::Queue", "PhysicalResourceId": "jobs"}


@pytest.mark.parametrize(
    ("newest", "left"),
    [(12, ["2", "3", "8", "9", "10", "11", "12"]), (5, ["1", "2", "3", "4", "5"]), (6, ["2", "3", "4", "5", "6"])],
)
def test_of_a_function_s_versions_the_newest_five_stay_and_those_that_calls_go_to(newest: int, left: list[str]) -> None:
    functions = _Functions(newest)
    account: Any = SimpleNamespace(client=lambda _: functions)
    removed = versions.remove_old(account, "taskward")
    assert functions.versions == ["$LATEST", *left]
    assert removed == newest - len(left)
