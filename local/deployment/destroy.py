"""`make destroy`: removes a stack and keeps the data, and says how that is taken up again, or removed for good."""

import argparse
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.deployment import account as accounts
from local.deployment import deployed, kept, samconfig
from local.deployment.account import Account
from local.deployment.deployed import Deployed
from local.deployment.refusals import RefusedError
from local.deployment.samconfig import Environment

_BUCKET, _KEY, _TABLE, _VERSION = "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::DynamoDB::Table", "AWS::Lambda::Version"
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
    parser = argparse.ArgumentParser(prog="local.deployment.destroy", description=__doc__)
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
    except (BotoCoreError, ClientError) as error:
        print(f"AWS says: {error}", file=sys.stderr)
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
        left = kept.find(account, name)
        tables = [*(value for key, value in left.values.items() if key != kept.KEY), *left.others]
        keys = [value for key, value in left.values.items() if key == kept.KEY]
        _say_how_to_go_on(
            environment,
            left.values if left.has_items else {},
            kept.ways_to_remove(tables, keys, [], account.region),
            kept.GIVEN_KEY,
        )
        return
    if stack.status.endswith("_IN_PROGRESS") and stack.status != "DELETE_IN_PROGRESS":
        raise RefusedError(f"It is in the state {stack.status}: wait until that has ended, and try again.")
    if stack.is_protected:
        command = "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name"
        raise RefusedError(f"It is protected against that. Where it is to go all the same: {command} {name}")
    contents = _contents(account, name)
    # A stack whose first deployment failed has no outputs, but may have been given the data of an earlier one.
    known = {**stack.parameters, **stack.outputs}
    data = {key: known[key] for key in (*kept.TABLES, kept.KEY) if known.get(key)}
    staying = _staying(contents, data)
    _announce(contents, staying)
    if stack.status != "DELETE_IN_PROGRESS":
        _confirm(environment, confirmation, is_on_terminal=is_on_terminal)
    _remove(account, stack)
    print(f"The stack {name} is gone.")
    tables, keys, buckets = ([name for kind, name in staying if kind == of] for of in (_TABLE, _KEY, _BUCKET))
    _say_how_to_go_on(environment, data, kept.ways_to_remove(tables, keys, buckets, account.region))


def _staying(contents: Contents, data: Mapping[str, str]) -> list[tuple[str, str]]:
    """What stays, with the tables and the key that the stack uses and did not make."""
    used = [(_TABLE, data[parameter]) for parameter in kept.TABLES if parameter in data]
    if kept.KEY in data:
        # By its id, as the stack's own resources have it.
        used.append((_KEY, data[kept.KEY].rpartition("/")[2]))
    return sorted({*contents.staying, *used})


def _contents(account: Account, name: str) -> Contents:
    declared = deployed.template(account, name)["Resources"]
    contents = Contents([], [])
    for resource in deployed.resources(account, name):
        kind = resource["ResourceType"]
        policy = declared.get(resource["LogicalResourceId"], {}).get("DeletionPolicy", "Delete")
        is_left_behind = resource["ResourceStatus"] == "DELETE_SKIPPED"
        if kind == _VERSION and is_left_behind:
            # Its function is gone, and so is it.
            continue
        # A version goes with its function, whatever its policy is.
        stays = kind != _VERSION and (is_left_behind or policy != "Delete")
        (contents.staying if stays else contents.going).append((kind, resource.get("PhysicalResourceId", "")))
    return contents


def _announce(contents: Contents, staying: list[tuple[str, str]]) -> None:
    print(f"\n{len(contents.going)} resources go. With what is in them:")
    print(*sorted(f"  {kind}  {name}" for kind, name in contents.going if kind in _WITH_SOMETHING_IN), sep="\n")
    print("\nThese stay:")
    print(*(f"  {kind}  {name}" for kind, name in staying), sep="\n")


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
        cloudformation.delete_stack(StackName=stack.id)
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


def _say_how_to_go_on(
    environment: Environment, data: Mapping[str, str], commands: list[str], caution: str = ""
) -> None:
    if data:
        values = " ".join(f"{name}={value}" for name, value in data.items())
        print(f'\nA new stack takes the data up again by:\n  {environment.command("deploy")} PARAMETERS="{values}"')
        if caution:
            print(caution)
    if commands:
        print("\nFor good, and for nobody to bring back, what stays is removed by:")
        print(*(f"  {command}" for command in commands), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
