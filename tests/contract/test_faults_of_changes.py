"""When the database refuses a write, or its answer is lost: tried again, never done twice, and given up in the end."""

from collections.abc import Callable
from typing import Any

import pytest
from pynamodb.exceptions import PynamoDBException

from taskward.errors import UnavailableError
from taskward.storage import CONFLICT_ATTEMPTS, is_passing_fault
from taskward.tasks.tables import COMPLETED, OPEN, TaskItem
from tests.support import forest
from tests.support.own_tasks import (
    ME,
    again,
    carried_out,
    chain,
    completed,
    made,
    moved,
    patched,
    purged,
    restored,
    trashed,
)
from tests.support.wire import (
    COLLISION_OF_PUT,
    COLLISION_OF_TRANSACTION,
    STILL_AT_WORK,
    THROTTLED,
    Fault,
    Wire,
    answer_lost,
    held,
    refused,
    unanswered,
)

NEW_ID = "00000000-0000-4000-8000-000000000001"

Tree = list[TaskItem]


@pytest.fixture
def wire(database: str, monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setattr("taskward.tasks.quota.secrets.randbelow", lambda _: 1)
    return Wire(knows_tokens=database == "moto")


def _tree() -> Tree:
    """A tree of three, another one of one, and a lonely task in the trash."""
    tasks = [*chain("1", "2", "3"), made("other"), made("trashed", due="2026-12-01", repeat="FREQ=DAILY")]
    trashed(tasks[4])
    return tasks


SINGLE: dict[str, Callable[[Tree], Any]] = {
    "create": lambda _: made("new"),
    "patch": lambda tree: patched(tree[3], title="anew"),
    "complete": lambda tree: completed(tree[3]),
    "toggle": lambda tree: completed(tree[3], None),
    "toggle a subtask": lambda tree: completed(tree[2], None),
    "trash": lambda tree: trashed(tree[3]),
    "purge": lambda tree: purged(tree[3]),
    "restore": lambda tree: restored(tree[4]),
    "batch of one": lambda tree: carried_out({"op": "complete", "id": tree[3].task_id}),
}

MULTIPLE: dict[str, Callable[[Tree], Any]] = {
    "add a subtask": lambda tree: made("new", tree[1]),
    "move a subtree": lambda tree: moved(tree[1], tree[3]),
    "move to the top": lambda tree: moved(tree[1], None),
    "complete a tree": lambda tree: completed(tree[0]),
    "toggle a tree": lambda tree: completed(tree[0], None),
    "trash a tree": lambda tree: trashed(tree[0]),
    "trash a subtask": lambda tree: trashed(tree[2]),
    "purge a tree": lambda tree: purged(tree[0]),
    "batch": lambda tree: carried_out(
        {"op": "create", "id": NEW_ID, "task": {"title": "new"}},
        {"op": "patch", "id": tree[3].task_id, "patch": {"order": 5}},
        {"op": "complete", "id": tree[0].task_id},
    ),
}

_SHOWN = ("title", "state", "version", "order", "due", "tree", "completed")


def _seen() -> list[tuple[Any, ...]]:
    """All tasks but for their ids and times: what would show that something was done twice."""
    tasks = forest.stored(ME)
    titles = {task_id: task.title for task_id, task in tasks.items()}

    def shown(task: TaskItem) -> tuple[Any, ...]:
        order = task.order if task.order and task.order < 100 else 0
        above = (titles.get(task.parent_id), titles.get(task.root_id), titles.get(task.trashed_with))
        return (str(task.title), task.state, task.version, order, task.tree or 0, *map(str, above))

    return sorted(map(shown, tasks.values()))


def _expected(change: Callable[[Tree], Any]) -> list[tuple[Any, ...]]:
    """What is there after the change when nothing fails; then all is as before it began."""
    change(_tree())
    seen = _seen()
    with TaskItem.batch_write() as batch:
        for task in forest.stored(ME).values():
            batch.delete(task)
    return seen


def _passing(operation: str, collision: Fault) -> list[tuple[Fault, ...]]:
    still = [(STILL_AT_WORK, collision)] if operation == "TransactWriteItems" else []
    return [
        (collision,),
        (collision, collision, answer_lost),
        (answer_lost,),
        (unanswered,),
        (THROTTLED,),
        *still,
    ]


@pytest.mark.parametrize("name", [*SINGLE, *MULTIPLE])
def test_a_fault_that_passes_is_not_noticed_and_nothing_is_done_twice(name: str, wire: Wire) -> None:
    change = (SINGLE | MULTIPLE)[name]
    operation = "PutItem" if name in SINGLE else "TransactWriteItems"
    collision = COLLISION_OF_PUT if name in SINGLE else COLLISION_OF_TRANSACTION
    expected = _expected(change)
    for faults in _passing(operation, collision):
        tree = _tree()
        with held(wire):
            wire.fail(operation, *faults)
            change(tree)
        assert wire.pending() == 0
        assert _seen() == expected, faults
        assert forest.faults(ME) == []
        with TaskItem.batch_write() as batch:
            for task in forest.stored(ME).values():
                batch.delete(task)


@pytest.mark.parametrize("name", [*SINGLE, *MULTIPLE])
def test_what_keeps_colliding_is_unavailable_and_nothing_was_done(name: str, wire: Wire) -> None:
    tree = _tree()
    before = _seen()
    operation = "PutItem" if name in SINGLE else "TransactWriteItems"
    with held(wire), pytest.raises(UnavailableError) as caught:
        wire.fail(operation, *[COLLISION_OF_PUT if name in SINGLE else COLLISION_OF_TRANSACTION] * 100)
        (SINGLE | MULTIPLE)[name](tree)
    assert caught.value.status == 503
    assert wire.requests.count(operation) == CONFLICT_ATTEMPTS
    assert _seen() == before


@pytest.mark.parametrize("name", [*SINGLE, *MULTIPLE])
@pytest.mark.parametrize("fault", [unanswered, THROTTLED])
def test_a_database_that_does_not_come_back_is_a_passing_fault(name: str, fault: Fault, wire: Wire) -> None:
    tree = _tree()
    before = _seen()
    with held(wire), pytest.raises(PynamoDBException) as caught:
        wire.fail("PutItem" if name in SINGLE else "TransactWriteItems", *[fault] * 20)
        (SINGLE | MULTIPLE)[name](tree)
    # Which the api answers with 503.
    assert is_passing_fault(caught.value)
    assert len(wire.writes()) <= 3
    assert _seen() == before


def test_a_write_that_others_keep_overtaking_is_unavailable(wire: Wire) -> None:
    task = made()
    with held(wire), pytest.raises(UnavailableError):
        wire.fail("PutItem", *[refused("ConditionalCheckFailedException")] * 20)
        patched(task, title="anew")
    assert again(task).version == 1


def test_a_lost_answer_is_told_from_somebody_else_s_write_of_the_same_moment(wire: Wire) -> None:
    task = made()
    with held(wire):
        # Ours fails, and what is there then was written by another.
        wire.before("PutItem", lambda: completed(task, None))
        completed(task, None)
    assert (again(task).state, again(task).version) == (OPEN, 3)


def test_a_transaction_whose_answers_are_lost_for_good_can_be_repeated_by_its_ids(wire: Wire) -> None:
    tree = _tree()
    with held(wire), pytest.raises(PynamoDBException):
        wire.fail("TransactWriteItems", answer_lost, unanswered)
        MULTIPLE["batch"](tree)
    assert again(tree[0]).state == COMPLETED
    seen = _seen()
    MULTIPLE["batch"](tree)
    assert _seen() == seen


def test_a_next_occurrence_is_made_once_whatever_was_lost(wire: Wire) -> None:
    for faults in _passing("TransactWriteItems", COLLISION_OF_TRANSACTION):
        task = made(due="2026-12-01", repeat="FREQ=DAILY")
        with held(wire):
            wire.fail("TransactWriteItems", *faults)
            completed(task, None)
        (following,) = [each for each in forest.stored(ME).values() if each.state == OPEN]
        assert again(task).next_id == following.task_id
        with held(wire):
            wire.fail("TransactWriteItems", *faults)
            completed(task, None)
        assert again(task).state == OPEN
        purged(task)
