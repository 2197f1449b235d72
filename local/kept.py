"""What was kept of a stack that is gone: the data, and the key to it, by the parameters that take them up again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.account import Account

TABLES = {"UsersTableName": "UsersTable", "SessionsTableName": "SessionsTable", "TasksTableName": "TasksTable"}
"""Logical ids of the tables, by the parameters (and outputs) that name them."""
KEY = "EncryptionKeyArn"

_STACK_TAG = "aws:cloudformation:stack-name"


@dataclass(frozen=True)
class Kept:
    """The newest table of each kind, and the newest key, by parameter; and tables that are older than those."""

    values: Mapping[str, str]
    older: list[str]


def find(account: Account, stack_name: str) -> Kept:
    """What stacks of a name, of which there is none now, once made."""
    database = account.client("dynamodb")
    names = [name for page in database.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    values, older = {}, []
    for parameter, logical_id in TABLES.items():
        tables = [_described(database, name) for name in names if name.startswith(f"{stack_name}-{logical_id}-")]
        if tables:
            *others, newest = sorted(tables, key=lambda table: table["CreationDateTime"])
            values[parameter] = str(newest["TableName"])
            older += [str(table["TableName"]) for table in others]
    key = _key(account, stack_name) if values else None
    return Kept(values | ({KEY: key} if key else {}), older)


def ways_to_remove(values: Mapping[str, str], buckets: list[str], region: str) -> list[str]:
    """The commands by which what was kept is gone for good."""
    commands = []
    for name in (values[parameter] for parameter in TABLES if parameter in values):
        commands.append(
            f"aws dynamodb update-table --region {region} --table-name {name} --no-deletion-protection-enabled"
        )
        commands.append(f"aws dynamodb delete-table --region {region} --table-name {name}")
    if KEY in values:
        commands.append(f"aws kms schedule-key-deletion --region {region} --key-id {values[KEY]}")
    commands.extend(f"aws s3 rb --force s3://{bucket} --region {region}" for bucket in buckets)
    return commands


def _described(database: Any, name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = database.describe_table(TableName=name)["Table"]
    return table


def _key(account: Account, stack_name: str) -> str | None:
    """The newest key that is not to be deleted."""
    pages = (
        account.client("resourcegroupstaggingapi")
        .get_paginator("get_resources")
        .paginate(ResourceTypeFilters=["kms:key"], TagFilters=[{"Key": _STACK_TAG, "Values": [stack_name]}])
    )
    arns = [resource["ResourceARN"] for page in pages for resource in page["ResourceTagMappingList"]]
    keys = [account.client("kms").describe_key(KeyId=arn)["KeyMetadata"] for arn in arns]
    enabled = [key for key in keys if key["KeyState"] == "Enabled"]
    return str(max(enabled, key=lambda key: key["CreationDate"])["Arn"]) if enabled else None
