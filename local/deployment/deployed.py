"""A stack of CloudFormation, as it is deployed: whether it can be changed now, and what it says of itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.deployment.account import Account
from local.deployment.refusals import RefusedError

RUNBOOK = "docs/operations.md#poisoned-deployment"

# There is no stack yet, only changes that somebody said no to.
_NOT_MADE = "REVIEW_IN_PROGRESS"
_ROLLED_BACK_FOR_GOOD = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
_STUCK = ("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED")


@dataclass(frozen=True)
class Deployed:
    """A stack that there is."""

    id: str
    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    is_protected: bool = False


def find(account: Account, name: str) -> Deployed | None:
    """The stack of a name, None where nothing has been deployed."""
    try:
        answer = account.client("cloudformation").describe_stacks(StackName=name)
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    stack = answer["Stacks"][0]
    if stack["StackStatus"] == _NOT_MADE:
        return None
    return Deployed(
        stack["StackId"],
        stack["StackName"],
        stack["StackStatus"],
        {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())},
        {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())},
        stack.get("EnableTerminationProtection", False),
    )


def check_deployable(stack: Deployed) -> None:
    """Whether `sam deploy` can change it.

    Raises
    ------
    RefusedError: it cannot, with what to do about that.
    """
    told = f"The stack {stack.name} is in the state {stack.status}"
    if stack.status in _ROLLED_BACK_FOR_GOOD:
        raise RefusedError(
            f"{told}: its first deployment failed. `make destroy` removes what is left of it; then deploy again. "
            f"What went wrong: {RUNBOOK}"
        )
    if stack.status in _STUCK:
        raise RefusedError(f"{told}: a deployment failed, and could not be taken back. What to do: {RUNBOOK}")
    if stack.status == "DELETE_FAILED":
        raise RefusedError(
            f"{told}: it was to be removed. `make destroy` goes on with that, and says what is in the way."
        )
    if stack.status.endswith("_IN_PROGRESS"):
        raise RefusedError(f"{told}: something is going on. Wait until that has ended, and try again.")


def is_declined(account: Account, name: str) -> bool:
    """Whether somebody said no to the newest changes: `sam deploy` ends well then, too."""
    pages = account.client("cloudformation").get_paginator("list_change_sets").paginate(StackName=name)
    change_sets = [change_set for page in pages for change_set in page["Summaries"]]
    newest = max(change_sets, key=lambda change_set: change_set["CreationTime"], default=None)
    return newest is not None and newest["ExecutionStatus"] == "AVAILABLE"


def template(account: Account, name: str) -> Mapping[str, Any]:
    """The template of a stack as CloudFormation has it, which need not be the one that is here."""
    answer = account.client("cloudformation").get_template(StackName=name, TemplateStage="Processed")
    body: Any = answer["TemplateBody"]
    found: Mapping[str, Any] = json.loads(body) if isinstance(body, str) else body
    return found


def resources(account: Account, name: str) -> list[Mapping[str, Any]]:
    """What a stack is made of, but for what has been removed; with what a failed deployment left behind it."""
    pages = account.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
    found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return [resource for resource in found if resource["ResourceStatus"] != "DELETE_COMPLETE"]
