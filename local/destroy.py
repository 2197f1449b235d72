"""`make destroy`: removes a stack and keeps the data, and says how that is taken up again, or removed for good."""

import argparse
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local import account as accounts
from local import deployed, kept, samconfig
from local.account import Account
from local.deployed import Deployed
from local.refusals import RefusedError
from local.samconfig import Environment

_BUCKET, _VERSION = "AWS::S3::Bucket", "AWS::Lambda::Version"
_WITH_SOMETHING_IN = (_BUCKET, "AWS::Logs::LogGroup", "AWS::SecretsManager::Secret", "AWS::SQS::Queue")
# Something may come into a bucket after it was emptied, so once more.
_TRIES = 2
_SECONDS = 5


@dataclass(frozen=True)
class Contents:
    """What goes with a stack, and what stays: of each its type and its name."""

    going: list[tuple[str, str]]
    staying: list[tuple[str, str]]


def main() -> int:
    """Remove the stack of one table of samconfig.toml; the exit status."""
    parser = argparse.ArgumentParser(prog="local.destroy", description=__doc__)
    parser.add_argument("--config-env", default="default")
    arguments = parser.parse_args()
    try:
        environment = samconfig.environment(arguments.config_env)
        account = accounts.connect(environment)
        print(f"Stack {environment.stack_name} in account {account.number}, region {account.region}.", flush=True)
        confirmation = os.environ.get("CONFIRM", "")
        destroy(account, environment, confirmation, is_on_terminal=sys.stdin.isatty())
    except RefusedError as error:
        print(error, file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("\nStopped; what CloudFormation has begun goes on.", file=sys.stderr)
    else:
        return 0
    return 1


def destroy(account: Account, environment: Environment, confirmation: str, *, is_on_terminal: bool) -> None:
    """Remove a stack, once somebody has confirmed that by its name.

    Raises
    ------
    RefusedError: nobody confirmed it, or something stands in the way.
    """
    name = environment.stack_name
    stack = deployed.find(account, name)
    if stack is None:
        print("There is none.")
        _say_how_to_go_on(account, environment, kept.find(account, name).values, [])
        return
    if stack.status.endswith("_IN_PROGRESS") and stack.status != "DELETE_IN_PROGRESS":
        raise RefusedError(f"It is in the state {stack.status}: wait until that has ended, and try again.")
    contents = _contents(account, name)
    data = {key: value for key, value in stack.outputs.items() if key in (*kept.TABLES, kept.KEY)}
    _announce(contents, data)
    if stack.status != "DELETE_IN_PROGRESS":
        _confirm(environment, confirmation, is_on_terminal=is_on_terminal)
    _remove(account, stack)
    print(f"The stack {name} is gone.")
    buckets = [physical_id for kind, physical_id in contents.staying if kind == _BUCKET]
    _say_how_to_go_on(account, environment, data or kept.find(account, name).values, buckets)


def _contents(account: Account, name: str) -> Contents:
    declared = deployed.template(account, name)["Resources"]
    contents = Contents([], [])
    for resource in deployed.resources(account, name):
        kind = resource["ResourceType"]
        policy = declared.get(resource["LogicalResourceId"], {}).get("DeletionPolicy", "Delete")
        # A version goes with its function, whatever its policy is.
        group = contents.going if policy == "Delete" or kind == _VERSION else contents.staying
        group.append((kind, resource.get("PhysicalResourceId", "")))
    return contents


def _announce(contents: Contents, data: Mapping[str, str]) -> None:
    print(f"\n{len(contents.going)} resources go. With what is in them:")
    print(*sorted(f"  {kind}  {name}" for kind, name in contents.going if kind in _WITH_SOMETHING_IN), sep="\n")
    print("\nThese stay:")
    staying = {name: kind for kind, name in contents.staying}
    # Tables that were given to the stack are not among its resources.
    given = {name: parameter for parameter, name in data.items() if name.rpartition("/")[2] not in staying}
    print(*sorted(f"  {kind}  {name}" for name, kind in {**staying, **given}.items()), sep="\n")


def _confirm(environment: Environment, confirmation: str, *, is_on_terminal: bool) -> None:
    name = environment.stack_name
    if not confirmation and is_on_terminal:
        confirmation = input(f"\nType the name of the stack to remove it ({name}): ").strip()
    if confirmation != name:
        raise RefusedError(f"Nothing was removed. Without a question: {environment.command('destroy')} CONFIRM={name}")


def _remove(account: Account, stack: Deployed) -> None:
    cloudformation = account.client("cloudformation")
    print("Removing it, which takes some minutes ...", flush=True)
    for _ in range(_TRIES):
        for kind, bucket in _contents(account, stack.id).going:
            if kind == _BUCKET:
                _empty(account.client("s3"), bucket)
        try:
            cloudformation.delete_stack(StackName=stack.id)
        except ClientError as error:
            raise RefusedError(f"CloudFormation refuses: {error.response['Error']['Message']}") from None
        if _is_gone(cloudformation, stack.id):
            return
    failed = [each for each in deployed.resources(account, stack.id) if each["ResourceStatus"] == "DELETE_FAILED"]
    reasons = [f"\n  {each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}" for each in failed]
    raise RefusedError(f"What stands in the way, before `make destroy` can go on:{''.join(reasons)}")


def _is_gone(cloudformation: Any, stack_id: str) -> bool:
    while True:
        time.sleep(_SECONDS)
        status = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
        if status != "DELETE_IN_PROGRESS":
            return bool(status == "DELETE_COMPLETE")


def _empty(s3: Any, bucket: str) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": each["Key"]} for each in page.get("Contents", ())]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


def _say_how_to_go_on(account: Account, environment: Environment, data: Mapping[str, str], buckets: list[str]) -> None:
    if data:
        values = " ".join(f"{name}={value}" for name, value in data.items())
        print(f'\nA new stack takes the data up again by:\n  {environment.command("deploy")} PARAMETERS="{values}"')
    commands = kept.ways_to_remove(data, buckets, account.region)
    if commands:
        print("\nFor good, and for nobody to bring back, what stays is removed by:")
        print(*(f"  {command}" for command in commands), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
