"""Versions of functions. SAM keeps all that were ever published; those that nothing leads to any more go."""

from typing import Any

from local.deployment import deployed
from local.deployment.account import Account

_KEPT = 5
"""The newest, in any case: one of them is what a rollback goes back to."""


def remove_old(account: Account, stack_name: str) -> int:
    """Remove the versions of a stack's functions that no alias leads to, but for the newest; how many those were."""
    functions, removed = account.client("lambda"), 0
    for resource in deployed.resources(account, stack_name):
        if resource["ResourceType"] == "AWS::Lambda::Function":
            name = resource["PhysicalResourceId"]
            used = _used(functions, name)
            for version in _numbered(functions, name)[:-_KEPT]:
                if version not in used:
                    functions.delete_function(FunctionName=name, Qualifier=str(version))
                    removed += 1
    return removed


def _numbered(functions: Any, name: str) -> list[int]:
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    return sorted(int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST")


def _used(functions: Any, name: str) -> set[int]:
    """What aliases lead to, those included that only a part of the calls goes to."""
    pages = functions.get_paginator("list_aliases").paginate(FunctionName=name)
    aliases = [alias for page in pages for alias in page["Aliases"]]
    partly = [
        version for alias in aliases for version in alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", ())
    ]
    return {
        int(version) for version in [*partly, *(alias["FunctionVersion"] for alias in aliases)] if version != "$LATEST"
    }
