"""All that moto's tables hold, taken without a request: what a refusal may not change is compared after each."""

from collections.abc import Collection, Mapping
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

Key = tuple[str, str, str]
Snapshot = Mapping[Key, Any]
"""Of each row, by table and key, its attributes."""

ATTEMPTS, EVENTS = "ATTEMPT#", "EVENTS#"


def snapshot() -> Snapshot:
    """Everything that is stored at this moment."""
    return {
        (table.name, str(partition.value), str(sort.value)): {name: of.to_json() for name, of in item.attrs.items()}
        for table in dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables.values()
        for partition, rows in table.items.items()
        for sort, item in rows.items()
    }


def changes(before: Snapshot, after: Snapshot, but: Collection[str] = ()) -> dict[Key, tuple[Any, Any]]:
    """Each row that is not what it was, as it was and as it is; but for those of these kinds."""
    return {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key) and not any(part.startswith(tuple(but)) for part in key)
    }
