"""Several operations in one request: all or nothing, one version of each task, and the place of what was refused."""

import uuid
from typing import Any

import pytest

from taskward.errors import InvalidRequestError, NotFoundError, PreconditionFailedError, TaskwardError
from taskward.tasks import models, quota, service
from taskward.tasks.batch import Batch, carry_out_all
from taskward.tasks.errors import TaskExistsError, TaskGoneError, TooManyChangesError, TooManyTasksError
from taskward.tasks.tables import COMPLETED, OPEN, PURGED, TRASHED, TaskItem
from taskward.validation import validated
from tests.support import forest
from tests.support.own_tasks import (
    ME,
    YOU,
    again,
    carried_out,
    chain,
    completed,
    made,
    patched,
    restored,
    titles_below,
    trashed,
)
from tests.support.racing import all_at_once
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")


def _create(task_id: str, title: str = "new", **fields: Any) -> dict[str, Any]:
    return {"op": "create", "id": task_id, "task": {"title": title, **fields}}


def _patch(task: TaskItem | str, **members: Any) -> dict[str, Any]:
    return {"op": "patch", "id": task if isinstance(task, str) else task.task_id, "patch": members}


def _ids(count: int) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(count)]


def test_each_operation_does_what_it_does_alone() -> None:
    patch, replace, complete, reopen, delete, purge, restore = (made(str(n)) for n in range(7))
    completed(reopen)
    trashed(restore)
    new_id = str(uuid.uuid4())
    results = carried_out(
        _create(new_id, "new", tags=["a"]),
        _patch(patch, title="patched"),
        {"op": "replace", "id": replace.task_id, "task": {"title": "replaced", "version": 7, "id": "ignored"}},
        {"op": "complete", "id": complete.task_id},
        {"op": "complete", "id": reopen.task_id, "completed": False},
        {"op": "delete", "id": delete.task_id},
        {"op": "delete", "id": purge.task_id, "permanent": True},
        {"op": "restore", "id": restore.task_id},
    )
    told = [result and (result.title, result.state, result.version) for result in results]
    assert told == [
        ("new", OPEN, 1), ("patched", OPEN, 2), ("replaced", OPEN, 2), ("2", COMPLETED, 2), ("3", OPEN, 3),
        None, None, ("6", OPEN, 3),
    ]  # fmt: skip
    assert (again(delete).state, again(purge).state) == (TRASHED, PURGED)
    for result in results:
        assert result is None or again(result).to_simple_dict() == result.to_simple_dict()


REFUSED: dict[str, tuple[dict[str, Any], type[TaskwardError]]] = {
    "what is not there": ({"op": "complete", "id": "00000000-0000-4000-8000-000000000000"}, NotFoundError),
    "another version": ({"version": 9}, PreconditionFailedError),
    "a title that is empty": ({"patch": {"title": " "}}, InvalidRequestError),
    "a member that is unknown": ({"patch": {"nonsense": 1}}, InvalidRequestError),
    "a parent that is itself": ({"parent": True}, InvalidRequestError),
    "an id that is none": ({"op": "create", "id": "x", "task": {"title": "x"}}, InvalidRequestError),
    "a task without a title": ({"op": "create", "id": str(uuid.uuid4()), "task": {}}, InvalidRequestError),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_is_named_by_its_place_and_nothing_is_done(kind: str) -> None:
    one, other = made("one"), made("other")
    fault, error = REFUSED[kind]
    operation = fault if "op" in fault else _patch(other, title="anew") | fault
    if operation.pop("parent", False):
        operation["patch"] = {"parent_id": other.task_id}
    new_id = str(uuid.uuid4())
    with pytest.raises(error) as caught:
        carried_out(_patch(one, title="anew"), _create(new_id), operation, _patch(one, title="later"))
    assert caught.value.index == 2
    assert sorted(each.title for each in forest.stored(ME).values()) == ["one", "other"]


def test_nobody_reaches_another_s_task() -> None:
    task = made()
    operations = (
        {"op": "restore", "id": task.task_id},
        {"op": "delete", "id": task.task_id, "permanent": True},
        _patch(task, title="mine"),
        _create(str(uuid.uuid4()), parent_id=task.task_id),
    )
    for operation in operations:
        batch = Batch.model_validate({"operations": [operation]})
        with pytest.raises((NotFoundError, InvalidRequestError)):
            carry_out_all(YOU, batch, utc)
    # The same id is another task for somebody else.
    (own,) = carry_out_all(YOU, Batch.model_validate({"operations": [_create(task.task_id, "yours")]}), utc)
    assert own is not None
    assert (service.get(YOU, task.task_id).title, again(task).title) == ("yours", "Pay rent")


def test_several_operations_on_one_task_make_one_version_and_see_each_other() -> None:
    task = made(tags=["a"])
    results = carried_out(
        _patch(task, title="first"), _patch(task, priority="high"), {"op": "complete", "id": task.task_id}
    )
    assert {result and result.version for result in results} == {2}
    stored = again(task)
    assert (stored.title, stored.priority, stored.state, stored.version) == ("first", "high", COMPLETED, 2)


def test_what_is_taken_back_within_a_batch_was_never_done() -> None:
    task, gone = made(), made()
    new_id = str(uuid.uuid4())
    results = carried_out(
        _patch(task, title="anew"),
        _patch(task, title="Pay rent"),
        {"op": "delete", "id": gone.task_id},
        {"op": "restore", "id": gone.task_id},
        _create(new_id),
        {"op": "delete", "id": new_id, "permanent": True},
    )
    # Of each the task as it is in the end, whatever its own operation made of it.
    assert [result and result.task_id for result in results] == [
        *(task.task_id, task.task_id, gone.task_id, gone.task_id),
        *(None, None),
    ]
    assert (again(task).version, again(gone).version) == (1, 1)
    assert new_id not in forest.stored(ME)


@pytest.mark.parametrize("permanent", [False, True])
def test_what_is_deleted_in_the_end_is_shown_by_no_operation_before(permanent: bool) -> None:
    task = made()
    results = carried_out(
        _patch(task, title="anew"),
        {"op": "complete", "id": task.task_id},
        {"op": "delete", "id": task.task_id, "permanent": permanent},
    )
    assert results == [None, None, None]


def test_the_version_is_that_of_before_the_batch() -> None:
    task = made()
    carried_out(_patch(task, title="a") | {"version": 1}, _patch(task, title="b") | {"version": 1})
    with pytest.raises(PreconditionFailedError) as caught:
        carried_out(_patch(task, title="c") | {"version": 2}, _patch(task, title="d") | {"version": 3})
    assert caught.value.index == 1
    assert (again(task).title, again(task).version) == ("b", 2)
    for name in ("replace", "complete", "delete", "restore"):
        more = {"task": {"title": "x"}} if name == "replace" else {}
        with pytest.raises(PreconditionFailedError):
            carried_out({"op": name, "id": task.task_id, "version": 1, **more})
    assert again(task).version == 2


def test_a_tree_is_made_at_once_and_its_top_knows_it() -> None:
    ids = _ids(3)
    carried_out(_create(ids[0], "1"), _create(ids[1], "2", parent_id=ids[0]), _create(ids[2], "3", parent_id=ids[1]))
    assert sorted(each.title for each in service.subtasks(ME, ids[0])) == ["2", "3"]
    assert {each.version for each in forest.stored(ME).values()} == {1}
    assert forest.faults(ME) == []


def test_a_tree_is_turned_upside_down_at_once() -> None:
    tree = chain("1", "2", "3")
    carried_out(
        _patch(tree[2], parent_id=None),
        _patch(tree[1], parent_id=tree[2].task_id),
        _patch(tree[0], parent_id=tree[1].task_id),
    )
    assert titles_below(tree[2]) == ["1", "2"]
    assert titles_below(tree[1]) == ["1"]
    assert forest.faults(ME) == []


def test_fifty_operations_are_taken_and_not_one_more_or_none() -> None:
    operations = [_create(task_id) for task_id in _ids(51)]
    carried_out(*operations[:50])
    assert len(forest.stored(ME)) == 50
    for wrong in (operations, []):
        with pytest.raises(InvalidRequestError):
            validated(Batch, {"operations": wrong})
    for unknown in ({"op": "explode", "id": "x"}, {"op": "delete"}, _create("x") | {"version": 1}):
        with pytest.raises(InvalidRequestError):
            validated(Batch, {"operations": [unknown]})


def test_what_changes_more_than_a_hundred_tasks_is_refused_at_the_operation_that_is_too_much() -> None:
    trees = []
    for n in range(3):
        top_id, *ids = _ids(40)
        carried_out(_create(top_id, str(n)), *[_create(task_id, parent_id=top_id) for task_id in ids])
        trees.append(top_id)
    with pytest.raises(TooManyChangesError) as caught:
        carried_out(*[{"op": "delete", "id": top_id} for top_id in trees])
    assert caught.value.index == 2
    assert {each.state for each in forest.stored(ME).values()} == {OPEN}
    carried_out(*[{"op": "delete", "id": top_id} for top_id in trees[:2]])
    assert sum(each.state == TRASHED for each in forest.stored(ME).values()) == 80


def test_exactly_a_hundred_tasks_can_change_at_once() -> None:
    tops = []
    for _ in range(2):
        top_id, *ids = _ids(50)
        carried_out(_create(top_id), *[_create(task_id, parent_id=top_id) for task_id in ids])
        tops.append(top_id)
    carried_out(*[{"op": "complete", "id": top_id} for top_id in tops])
    assert {each.state for each in forest.stored(ME).values()} == {COMPLETED}


def test_a_batch_that_comes_again_changes_nothing() -> None:
    ids = _ids(2)
    operations = (_create(ids[0], "1"), _create(ids[1], "2", parent_id=ids[0]), _patch(ids[0], priority="high"))
    first = carried_out(*operations)
    second = carried_out(*operations)
    assert [each and models.facts(each) for each in second] == [each and models.facts(each) for each in first]


def test_an_id_of_another_task_or_of_one_that_is_gone_is_not_taken() -> None:
    new_id = str(uuid.uuid4())
    carried_out(_create(new_id, "1"))
    with pytest.raises(TaskExistsError) as caught:
        carried_out(_create(str(uuid.uuid4())), _create(new_id, "another"))
    assert caught.value.index == 1
    for permanent in (False, True):
        service.delete(ME, new_id, permanent=permanent)
        with pytest.raises(TaskGoneError):
            carried_out(_create(new_id, "1"))
    assert len(forest.stored(ME)) == 1


def test_the_same_id_twice_in_one_batch_is_one_task_if_it_is_the_same() -> None:
    new_id = str(uuid.uuid4())
    carried_out(_create(new_id, "1"), _create(new_id, "1"))
    with pytest.raises(TaskExistsError) as caught:
        other_id = str(uuid.uuid4())
        carried_out(_create(other_id, "1"), _create(other_id, "2"))
    assert caught.value.index == 1
    assert list(forest.stored(ME)) == [new_id]


def test_of_batches_in_a_race_each_is_done_whole() -> None:
    tasks = [made(str(n)) for n in range(4)]

    def rename(name: str) -> None:
        carried_out(*[_patch(task, title=name) for task in (tasks if name < "b" else tasks[::-1])])

    results = all_at_once([lambda name=name: rename(name) for name in "abc"])  # type: ignore[misc]
    assert results == [None] * 3
    assert len({again(task).title for task in tasks}) == 1
    assert {again(task).version for task in tasks} == {4}


def test_of_twin_batches_that_make_the_same_tasks_both_are_told_the_same() -> None:
    operations = [_create(task_id) for task_id in _ids(3)]
    results = all_at_once([lambda: carried_out(*operations)] * 3)
    shown = [
        [each and models.facts(each) for each in result] for result in results if not isinstance(result, Exception)
    ]
    assert len(shown) == 3
    assert shown[0] == shown[1] == shown[2]
    assert len(forest.stored(ME)) == 3


def test_a_batch_that_knows_the_version_loses_whole_to_who_was_quicker() -> None:
    one, other = made("one"), made("other")
    patched(other, title="quicker")
    with pytest.raises(PreconditionFailedError):
        carried_out(_patch(one, title="a") | {"version": 1}, _patch(other, title="b") | {"version": 1})
    assert (again(one).title, again(other).title) == ("one", "quicker")


def test_room_is_asked_for_what_is_new_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = _ids(4)
    carried_out(_create(ids[0]), _create(ids[1]))
    quota._counted(quota._usage(ME))
    monkeypatch.setattr(quota, "MAX_TASKS", 3)
    with pytest.raises(TooManyTasksError):
        carried_out(_create(ids[2]), _create(ids[3]))
    assert len(forest.stored(ME)) == 2
    carried_out(_create(ids[0]), _create(ids[1]), _create(ids[2]))
    assert len(forest.stored(ME)) == 3


def test_a_task_can_come_back_below_what_comes_back_in_the_same_batch() -> None:
    tree = chain("1", "2")
    trashed(tree[1])
    trashed(tree[0])
    carried_out({"op": "restore", "id": tree[0].task_id}, {"op": "restore", "id": tree[1].task_id})
    assert titles_below(tree[0]) == ["2"]
    assert restored(tree[0]).state == OPEN
    assert forest.faults(ME) == []


def test_a_subtask_and_then_the_task_above_it_come_back_in_one_batch() -> None:
    tree = chain("1", "2", "3")
    trashed(tree[0])
    carried_out({"op": "restore", "id": tree[1].task_id}, {"op": "restore", "id": tree[0].task_id})
    # When the subtask came back, its place was not there yet.
    assert (titles_below(tree[0]), titles_below(tree[1])) == ([], ["3"])
    assert forest.faults(ME) == []


@pytest.mark.parametrize("then", [{"op": "restore"}, {"op": "delete", "permanent": True}])
def test_what_goes_to_the_trash_with_a_task_in_a_batch_comes_along_from_there_in_the_same_batch(
    then: dict[str, Any],
) -> None:
    tree = chain("1", "2", "3")
    top = tree[0].task_id
    carried_out({"op": "delete", "id": top}, {**then, "id": top})
    states = {each.state for each in forest.stored(ME).values()}
    assert states == ({OPEN} if then["op"] == "restore" else {PURGED})
    assert forest.faults(ME) == []


def test_of_a_tree_that_goes_to_the_trash_in_a_batch_a_part_can_come_back_in_the_same_batch() -> None:
    tree = chain("1", "2", "3")
    carried_out({"op": "delete", "id": tree[0].task_id}, {"op": "restore", "id": tree[1].task_id})
    assert [again(each).state for each in tree[1:]] == [OPEN, OPEN]
    assert titles_below(tree[1]) == ["3"]
    assert forest.faults(ME) == []
