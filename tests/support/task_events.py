"""What tests of the tasks function start from: people with tasks, made by its sample events."""

import json
import uuid
from typing import Any

from tests.support.moto_account import ORIGIN_SECRET
from tests.support.sample_events import Answer, ask, ask_with, signed_up, stored

Values = dict[str, str]
"""What events are filled with."""


def somebody() -> Values:
    """Values of somebody signed in who has three tasks; `task_id` is the oldest, changed once since it was made."""
    ann = signed_up()
    changed = ann | {"task_id": ask("tasks/create", **ann).json()["id"], "version": "1"}
    ask("tasks/create_completed", **ann)
    other_id = ask("tasks/create_minimal", **ann).json()["id"]
    patched(changed, {"order": 2.5})
    return changed | {"version": "2", "old_version": "1", "other_id": other_id, "origin_secret": ORIGIN_SECRET}


def somebody_else() -> Values:
    """Values of another one who has three tasks; `foreign_id` is one of them."""
    ben = signed_up("register/by_cookie")
    made = [ask("tasks/create_minimal", **ben).json() for _ in range(3)]
    return ben | {"foreign_id": made[0]["id"]}


def patched(values: Values, patch: dict[str, Any]) -> Answer:
    """The answer to a patch of the task of `values`, which must be of the version that they say."""
    return ask_with(patch, "tasks/patch", **values)


def carried_out(values: Values, *operations: dict[str, Any]) -> list[Any]:
    """What a batch of operations gave."""
    answer = ask_with({"operations": operations}, "tasks/batch", **values)
    assert answer.status == 200, answer.text
    results: list[Any] = answer.json()["results"]
    return results


def with_subtasks(values: Values, count: int, **members: Any) -> Values:
    """The values, of whose task some members were changed and below which there are so many subtasks."""
    below = [{"title": f"Part {number}", "parent_id": values["task_id"]} for number in range(count)]
    for start in range(0, count, 50):
        part = below[start : start + 50]
        carried_out(values, *({"op": "create", "id": str(uuid.uuid4()), "task": task} for task in part))
    (task,) = carried_out(values, {"op": "patch", "id": values["task_id"], "patch": members})
    return values | {"version": str(task["version"])}


def by_id() -> dict[str, dict[str, Any]]:
    """All tasks in the table, of everybody and in any state."""
    return {item["task_id"]: item for item in stored("tasks") if "task_id" in item and "state" in item}


def titles(answer: Answer) -> list[str]:
    """The titles in a list of tasks."""
    assert answer.status == 200, answer.text
    return [task["title"] for task in json.loads(answer.text)]
