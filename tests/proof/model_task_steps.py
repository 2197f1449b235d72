"""Steps of the model test that are about tasks."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.proof.model_accounts import Account
from tests.proof.model_devices import Device
from tests.proof.model_steps import PEOPLE, START, Steps, devices, people, picks, step
from tests.proof.model_tasks import DEFAULTS, Operation, RefusedError, Task
from tests.proof.model_world import expect, refused
from tests.support.sample_events import Answer

_MEMBERS: Final = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["a", " b ", "ü"]),
        "description": st.sampled_from([None, "c"]),
        "completed": st.booleans(),
        "priority": st.sampled_from(["low", "high"]),
        "due": st.sampled_from([None, -1, 0, 3, 40]),
        "tags": st.sampled_from([[], ["x"], ["x", "y"]]),
        "order": st.sampled_from([None, -1.5, 0, 2]),
        "parent": st.none() | picks,
    },
)
_WHAT: Final = ("create", "again", "replace", "patch", "clear", "complete", "delete", "purge", "restore")
_WISHES: Final = st.fixed_dictionaries(
    {
        "what": st.sampled_from(_WHAT),
        "task": picks,
        "known": st.sampled_from([None, None, "right", "stale"]),
        "members": _MEMBERS,
    }
)
"""What somebody wants to do, in small words: `task` and `parent` are counted from the newest, `due` in days."""

_DEFAULT_SORTS: Final = {"created": ("created_at", True), "updated": ("updated_at", True), "order": ("order", False)}


class TaskSteps(Steps):
    """What is done with tasks, and looked at."""

    @initialize()
    def make_tasks(self) -> None:
        """Everybody has three tasks, one below another."""
        for person in PEOPLE:
            used = self.device(person, 1)
            top, below, other = (str(uuid.uuid4()) for _ in range(3))
            tasks: list[tuple[str, dict[str, Any]]] = [
                *((top, {"parent": None}), (below, {"due": 0}), (other, {"completed": True})),
            ]
            operations: list[Operation] = [
                {"op": "create", "id": task_id, "task": _fields(used.account, members)} for task_id, members in tasks
            ]
            operations[1]["task"]["parent_id"] = top
            self._change_together(used, operations)

    @step(person=people, device=devices, members=_MEMBERS, key=st.none() | st.integers(0, 2), same=st.booleans())
    def create(self, person: str, device: int, members: dict[str, Any], key: int | None, same: bool) -> None:
        """A new task; with a key, maybe one that was used before, by the same request or by another one."""
        used = self.device(person, device)
        account = used.account
        if key is None:
            self._create(used, {"task": _fields(account, members), "comes_again": False}, [])
            return
        # The same words for everybody: keys of two users never meet.
        headers, known = [("Idempotency-Key", f"key-{key}")], account.keys.get(f"key-{key}")
        task = account.tasks.all.get(known or "")
        fields = task.made_by if same and task and task.made_by else _fields(account, members)
        made = self._create(used, {"task": fields} | ({"id": known} if known else {}), headers)
        if made:
            account.keys[f"key-{key}"] = made

    @step(person=people, device=devices, wishes=st.lists(_WISHES, min_size=1, max_size=4))
    def change(self, person: str, device: int, wishes: list[dict[str, Any]]) -> None:
        """Some operations, each as a request of its own."""
        used = self.device(person, device)
        for wish in wishes:
            operation = _operation(used.account, wish, [])
            if operation is not None:
                self._change(used, operation)

    @step(person=people, device=devices, wishes=st.lists(_WISHES, min_size=2, max_size=5))
    def batch(self, person: str, device: int, wishes: list[dict[str, Any]]) -> None:
        """Several operations, all or none."""
        used = self.device(person, device)
        account = used.account
        operations: list[Operation] = []
        made: list[str] = []
        for wish in wishes:
            operation = _operation(account, wish, made)
            if operation is not None:
                operations.append(operation)
                made += [operation["id"]] if operation["op"] == "create" else []
        if not operations:
            return
        self._change_together(used, operations)

    @step(person=people, device=devices, trashed=st.booleans())
    def clear(self, person: str, device: int, trashed: bool) -> None:
        """Everything into the trash, or the trash emptied."""
        used = self.device(person, device)
        assert self._carried_out(used.account, [{"op": "clear", "trashed": trashed}]) is None
        expect(used.ask("DELETE", f"/tasks{'?trashed=true' if trashed else ''}"), 204)

    @step(
        person=people,
        device=devices,
        status=st.sampled_from(["all", "open", "completed", "trashed"]),
        sort=st.sampled_from(sorted(_DEFAULT_SORTS)),
        limit=st.sampled_from([1, 2, 100]),
    )
    def see_list(self, person: str, device: int, status: str, sort: str, limit: int) -> None:
        """A list has everything that it should, in its order, and counts agree."""
        self.compare_list(self.device(person, device), status, sort, limit)

    @step(person=people, device=devices, task=picks)
    def see_task(self, person: str, device: int, task: int) -> None:
        """One task, with what is below it."""
        used = self.device(person, device)
        found = _picked(list(used.account.tasks.all), task)
        if found:
            self.compare_task(used, used.account.tasks.all[found])

    @step(person=people, device=devices, limit=st.sampled_from([1, 2, 500]))
    def synchronise(self, person: str, device: int, limit: int) -> None:
        """A device brings its copy up to date."""
        self.device(person, device).synchronise(limit)

    def compare_list(self, used: Device, status: str, sort: str, limit: int) -> None:
        """Compare a list, whole."""
        tasks = used.account.tasks
        wanted = tasks.trashed(self.world.now) if status == "trashed" else tasks.live()
        if status in ("open", "completed"):
            wanted = [task for task in wanted if (task.completed_at is not None) == (status == "completed")]
        shown = used.listed({"status": status, "sort": sort, "limit": limit})
        assert sorted(each["id"] for each in shown) == sorted(task.id for task in wanted)
        name, descending = _DEFAULT_SORTS[sort]
        places = [each[name] for each in shown]
        assert places == sorted(places, reverse=descending)

    def compare_counts(self, used: Device) -> None:
        """Compare the summary."""
        live, today = used.account.tasks.live(), self.world.now.date().isoformat()
        still_open = [task for task in live if task.completed_at is None]
        due = [task.members["due"] for task in still_open if task.members["due"]]
        counts = {
            "open": len(still_open),
            "completed": len(live) - len(still_open),
            "overdue": sum(each < today for each in due),
            "due_today": due.count(today),
        }
        shown = expect(used.ask("GET", "/tasks/summary"), 200).json()
        assert shown == {name: {"count": number, "exact": True} for name, number in counts.items()}

    def compare_task(self, used: Device, task: Task) -> None:
        """Compare a task, its ETag and its subtasks."""
        answer = used.ask("GET", f"/tasks/{task.id}")
        if not task.is_live:
            expect(answer, 404, "not_found")
            return
        self._check_shown(used, answer, task.id, 200)
        expect(used.ask("GET", f"/tasks/{task.id}", None, [("If-None-Match", f'"{task.version}"')]), 304)
        family = expect(used.ask("GET", f"/tasks/{task.id}/subtasks"), 200).json()
        below = used.account.tasks.below(task)
        assert sorted(each["id"] for each in family["tasks"]) == sorted(each.id for each in below)
        completed = sum(each.completed_at is not None for each in below)
        assert family["progress"] == {"total": len(below), "completed": completed}
        for shown in family["tasks"]:
            used.told(shown)

    def _create(self, used: Device, operation: Operation, headers: Sequence[tuple[str, str]]) -> str | None:
        """Create a task at an address of the service's choice, or ask for one that was made so; its id."""
        account = used.account
        answer = used.ask("POST", "/tasks", operation["task"], headers)
        new_id = answer.json().get("id", "none")
        refusal = self._carried_out(account, [{"op": "create", "id": new_id} | operation])
        if refusal is not None:
            self._check_refused(answer, refusal)
            return None
        self._check_shown(used, answer, operation.get("id", new_id), 201)
        return str(new_id)

    def _change(self, used: Device, operation: Operation) -> None:
        if operation["op"] == "create":
            operation["is_new"] = True
        elif operation["op"] == "complete" and "completed" not in operation:
            # It turns over.
            operation["completed"] = None
        refusal = self._carried_out(used.account, [operation])
        answer = _ask_alone(used, operation)
        if refusal is not None:
            self._check_refused(answer, refusal)
        elif operation["op"] == "delete":
            expect(answer, 204)
        else:
            self._check_shown(used, answer, operation["id"], 201 if operation["op"] == "create" else 200)

    def _change_together(self, used: Device, operations: list[Operation]) -> None:
        refusal = self._carried_out(used.account, operations)
        answer = used.ask("POST", "/tasks/batch", {"operations": operations})
        self.done["batches"] += 1
        if refusal is not None:
            self._check_refused(answer, refusal)
            assert answer.json()["index"] == refusal.index
            return
        results = expect(answer, 200).json()["results"]
        for operation, result in zip(operations, results, strict=True):
            task = used.account.tasks.all.get(operation["id"])
            if task is None or not task.is_live:
                assert result is None, (operation, result)
            else:
                used.told(result)

    def _carried_out(self, account: Account, operations: Sequence[Operation]) -> RefusedError | None:
        """Carry out what is asked for in the model; what it is refused with."""
        try:
            account.tasks.carry_out(operations, self.world.now)
        except RefusedError as refusal:
            self.done["changes refused"] += 1
            return refusal
        self.done["changes"] += 1
        for task_id in account.tasks.all:
            self.world.belongs(task_id, account)
        return None

    def _check_refused(self, answer: Answer, refusal: RefusedError) -> None:
        refused(answer, refusal)
        if refusal.code == "invalid_request":
            assert [error["field"] for error in answer.json()["errors"]] == ["parent_id"]

    def _check_shown(self, used: Device, answer: Answer, task_id: str, status: int) -> None:
        shown = expect(answer, status).json()
        assert shown["id"] == task_id
        used.told(shown)
        assert answer.header("etag") == f'"{shown["version"]}"'
        assert (answer.header("location") == shown["url"]) == (status == 201)


def _ask_alone(used: Device, operation: Operation) -> Answer:
    """Ask for one operation by the request that is for it."""
    target = f"/tasks/{operation['id']}"
    headers = [("If-Match", f'"{operation["version"]}"')] if "version" in operation else []
    match operation["op"]:
        case "create":
            return used.ask("PUT", target, operation["task"], [("If-None-Match", "*")])
        case "replace":
            # As one sends back what one has read.
            return used.ask("PUT", target, operation["task"] | {"id": operation["id"], "version": 99}, headers)
        case "patch":
            return used.ask("PATCH", target, operation["patch"], headers)
        case "complete":
            completed = operation["completed"]
            body = None if completed is None else {"completed": completed}
            return used.ask("PATCH", f"{target}/complete", body, headers)
        case "delete":
            return used.ask("DELETE", target + ("?permanent=true" if operation.get("permanent") else ""), None, headers)
        case _:
            return used.ask("POST", f"{target}/restore", None, headers)


def _operation(account: Account, wish: dict[str, Any], made: Sequence[str]) -> Operation | None:
    """The operation that a wish stands for; None when there is no task to do anything with.

    `made` are the ids of tasks that are to be made before it, by the same batch.
    """
    what, members = wish["what"], wish["members"]
    if what == "create":
        return {"op": "create", "id": str(uuid.uuid4()), "task": _fields(account, members, made)}
    task_id = _picked([*account.tasks.all, *made], wish["task"])
    if task_id is None:
        return None
    task = account.tasks.all.get(task_id)
    if what == "again":
        made_by = task.made_by if task and wish["known"] == "right" else None
        # Whether a place for it is there still has to do with the first request alone.
        return {"op": "create", "id": task_id, "task": (made_by or {"title": account.marker}) | {"parent_id": None}}
    operation: Operation = {"op": {"clear": "patch", "purge": "delete"}.get(what, what), "id": task_id}
    if what == "replace":
        operation["task"] = _fields(account, members, made)
    elif what == "patch":
        given = {"parent_id" if name == "parent" else name for name in members}
        fields = _fields(account, members, made)
        operation["patch"] = {name: value for name, value in fields.items() if name in given}
    elif what == "clear":
        # Null takes a member back to what it is by default.
        operation["patch"] = {name: None for name in DEFAULTS if name in members}
    elif what == "complete" and "completed" in members:
        operation["completed"] = members["completed"]
    elif what == "purge":
        operation["permanent"] = True
    if wish["known"] and task:
        operation["version"] = max(1, task.version) + (wish["known"] == "stale")
    return operation


def _fields(account: Account, members: dict[str, Any], made: Sequence[str] = ()) -> dict[str, Any]:
    """The members of a task as they are sent; each text that can be told from others' has the owner's marker."""
    fields = {name: value for name, value in members.items() if name != "parent"}
    fields["title"] = f"{members.get('title', 'd')}{account.marker}"
    if members.get("description"):
        fields["description"] += account.marker
    if members.get("tags"):
        fields["tags"] = [f"{tag}{account.marker}" for tag in members["tags"]]
    if members.get("due") is not None:
        fields["due"] = (START + timedelta(days=members["due"])).date().isoformat()
    if members.get("parent") is not None:
        fields["parent_id"] = _picked([*account.tasks.all, *made], members["parent"])
    elif "parent" in members:
        fields["parent_id"] = None
    return fields


def _picked(ids: Sequence[str], number: int) -> str | None:
    return ids[-1 - number % len(ids)] if ids else None
