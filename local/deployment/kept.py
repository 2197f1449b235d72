"""What was kept of a stack that is gone: the data, and the key to it, by the parameters that take them up again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.deployment.account import Account

TABLES = {"UsersTableName": "UsersTable", "SessionsTableName": "SessionsTable", "TasksTableName": "TasksTable"}
"""Logical ids of the tables, by the parameters (and outputs) that name them."""
KEY = "EncryptionKeyArn"
GIVEN_KEY = f"An {KEY} that was given by hand cannot be found here, and has to be given again."

_STACK_TAG = "aws:cloudformation:stack-name"


@dataclass(frozen=True)
class Kept:
    """What a new stack would take up, by parameter, and whether anything is in it; and tables that it would not."""

    values: Mapping[str, str]
    others: list[str]
    has_items: bool


def find(account: Account, stack_name: str) -> Kept:
    """What stacks of a name, of which there is none now, once made; of each kind the newest table that has items.

    A stack that took up tables has made some of its own as well, which are empty. Restored tables are named after the
    parameter that takes them up, as in the runbook.
    """
    database = account.client("dynamodb")
    names = [name for page in database.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    values: dict[str, str] = {}
    others: list[str] = []
    has_items = False
    users: Mapping[str, Any] = {}
    for parameter, logical_id in TABLES.items():
        prefixes = f"{stack_name}-{logical_id}-", f"{stack_name}-{parameter}-"
        tables = [_described(database, name) for name in names if name.startswith(prefixes)]
        if tables:
            *rest, chosen = sorted(tables, key=lambda table: (_has_items(database, table), table["CreationDateTime"]))
            values[parameter] = str(chosen["TableName"])
            others += [str(table["TableName"]) for table in rest]
            has_items = has_items or _has_items(database, chosen)
            users = users or chosen
    if users:
        key = _key(account, stack_name, _first(database, users, names)["CreationDateTime"])
        values |= {KEY: key} if key else {}
    return Kept(values, others, has_items)


def ways_to_remove(tables: Iterable[str], keys: Iterable[str], buckets: Iterable[str], region: str) -> list[str]:
    """The commands by which what was kept is gone for good."""
    commands = []
    for name in tables:
        table = f"--region {region} --table-name {name}"
        commands.append(f"aws dynamodb update-table {table} --no-deletion-protection-enabled")
        commands.append(f"aws dynamodb delete-table {table}")
    commands += [f"aws kms schedule-key-deletion --region {region} --key-id {key}" for key in keys]
    commands += [f"aws s3 rb --force s3://{bucket} --region {region}" for bucket in buckets]
    return commands


def _described(database: Any, name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = database.describe_table(TableName=name)["Table"]
    return table


def _has_items(database: Any, table: Mapping[str, Any]) -> bool:
    # What a table says of itself is hours old.
    return bool(database.scan(TableName=table["TableName"], Limit=1, Select="COUNT")["Count"])


def _first(database: Any, table: Mapping[str, Any], names: list[str]) -> Mapping[str, Any]:
    """The table that one was restored from, and that one from, as far as they are still there."""
    source = table.get("RestoreSummary", {}).get("SourceTableArn", "").rpartition("/")[2]
    found = _described(database, source) if source in names else table
    # A copy from another region may have the name of what it was made from.
    return _first(database, found, names) if found["CreationDateTime"] < table["CreationDateTime"] else table


def _key(account: Account, stack_name: str, made: datetime) -> str | None:
    """The key that was made together with something, None where all are gone."""
    pages = (
        account.client("resourcegroupstaggingapi")
        .get_paginator("get_resources")
        .paginate(ResourceTypeFilters=["kms:key"], TagFilters=[{"Key": _STACK_TAG, "Values": [stack_name]}])
    )
    arns = [resource["ResourceARN"] for page in pages for resource in page["ResourceTagMappingList"]]
    keys = [account.client("kms").describe_key(KeyId=arn)["KeyMetadata"] for arn in arns]
    enabled = [key for key in keys if key["KeyState"] == "Enabled"]
    return str(min(enabled, key=lambda key: abs(key["CreationDate"] - made))["Arn"]) if enabled else None
