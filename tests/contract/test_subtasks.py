"""Subtasks: where they can hang, how many and how deep, and what happens to them with the task above."""

from functools import partial

import pytest

from taskward.errors import InvalidRequestError, NotFoundError
from taskward.tasks import service
from taskward.tasks.tables import COMPLETED, OPEN, TaskItem
from tests.conftest import Clock
from tests.support import forest
from tests.support.own_tasks import (
    ME,
    YOU,
    again,
    carried_out,
    chain,
    completed,
    made,
    moved,
    patched,
    refused_field,
    titles_below,
    trashed,
)

pytestmark = pytest.mark.usefixtures("database")


def _many_below(task: TaskItem, count: int) -> list[TaskItem]:
    made_at_once: list[TaskItem] = []
    while len(made_at_once) < count:
        numbers = range(len(made_at_once), min(count, len(made_at_once) + 50))
        operations = [
            {
                "op": "create",
                "id": f"00000000-0000-4000-8000-{hash((task.task_id, n)) % 16**12:012x}",
                "task": {"title": f"{n:02}", "parent_id": task.task_id},
            }
            for n in numbers
        ]
        made_at_once += [each for each in carried_out(*operations) if each is not None]
    return made_at_once


def test_a_tree_is_listed_with_all_its_levels_parents_before_their_children() -> None:
    tasks = chain("1", "2", "3", "4", "5")
    made("2b", tasks[0])
    found = service.subtasks(ME, tasks[0].task_id)
    assert sorted(each.title for each in found) == ["2", "2b", "3", "4", "5"]
    places = {each.task_id: place for place, each in enumerate(found)}
    assert all(places.get(each.parent_id, -1) < places[each.task_id] for each in found)
    assert titles_below(tasks[2]) == ["4", "5"]
    assert titles_below(tasks[4]) == []
    assert forest.faults(ME) == []


def test_progress_counts_all_levels() -> None:
    tasks = chain("1", "2", "3")
    completed(tasks[2])
    assert service.progress(service.subtasks(ME, tasks[0].task_id)) == {"total": 2, "completed": 1}


def test_a_tree_has_five_levels_and_not_six() -> None:
    tasks = chain("1", "2", "3", "4", "5")
    with pytest.raises(InvalidRequestError) as caught:
        made("6", tasks[-1])
    assert refused_field(caught.value) == "parent_id"
    assert "5 levels" in str((caught.value.errors or [])[0].message)
    assert len(forest.stored(ME)) == 5


def test_what_is_moved_brings_its_own_levels_along() -> None:
    three, three_more = chain("1", "2", "3"), chain("a", "b", "c")
    with pytest.raises(InvalidRequestError):
        moved(three_more[0], three[2])
    moved(three_more[0], three[1])
    assert titles_below(three[0]) == ["2", "3", "a", "b", "c"]
    assert forest.faults(ME) == []


def test_ninety_subtasks_are_possible_and_one_more_is_not() -> None:
    top = made("top")
    subtasks = _many_below(top, 89)
    last = made("the ninetieth", subtasks[0])
    for parent in (top, subtasks[0], last):
        with pytest.raises(InvalidRequestError) as caught:
            made("one too many", parent)
        assert refused_field(caught.value) == "parent_id"
    assert len(titles_below(top)) == 90
    # What is in the tree can go on moving within it.
    moved(last, subtasks[1])
    assert titles_below(subtasks[1]) == ["the ninetieth"]
    # Room comes back with what goes.
    trashed(subtasks[5])
    made("fits again", top)
    assert forest.faults(ME) == []


def test_two_trees_that_are_too_many_together_stay_apart() -> None:
    one, other = made("one"), made("other")
    _many_below(one, 45)
    _many_below(other, 45)
    with pytest.raises(InvalidRequestError):
        moved(other, one)
    trashed(service.subtasks(ME, one.task_id)[0])
    moved(other, one)
    assert len(titles_below(one)) == 90
    assert forest.faults(ME) == []


def test_a_whole_tree_of_ninety_can_be_completed_reopened_trashed_restored_and_deleted_for_good() -> None:
    top = made("top")
    _many_below(top, 90)
    completed(top)
    assert {each.state for each in service.subtasks(ME, top.task_id)} == {COMPLETED}
    completed(top, False)
    assert {each.state for each in service.subtasks(ME, top.task_id)} == {OPEN}
    trashed(top)
    service.restore(ME, top.task_id)
    assert len(titles_below(top)) == 90
    service.delete(ME, top.task_id, permanent=True)
    assert {each.state for each in forest.stored(ME).values()} == {"purged"}


@pytest.mark.parametrize("below", [0, 1, 2])
def test_no_task_gets_below_itself(below: int) -> None:
    tasks = chain("1", "2", "3")
    with pytest.raises(InvalidRequestError) as caught:
        moved(tasks[0], tasks[below])
    assert refused_field(caught.value) == "parent_id"
    assert again(tasks[0]).parent_id is None
    assert forest.faults(ME) == []


def test_in_the_middle_of_a_tree_no_task_gets_below_its_own_subtasks_either() -> None:
    tasks = chain("1", "2", "3", "4")
    with pytest.raises(InvalidRequestError):
        moved(tasks[1], tasks[3])
    assert forest.faults(ME) == []


def test_a_batch_makes_no_circle() -> None:
    one, other = made("one"), made("other")
    hung = [
        {"op": "patch", "id": one.task_id, "patch": {"parent_id": other.task_id}},
        {"op": "patch", "id": other.task_id, "patch": {"parent_id": one.task_id}},
    ]
    with pytest.raises(InvalidRequestError) as caught:
        carried_out(*hung)
    assert caught.value.index == 1
    assert again(one).parent_id is None


def test_a_subtree_moves_to_another_tree_as_it_is() -> None:
    tree, other = chain("1", "2", "3", "4"), chain("a", "b")
    before = [again(each).version for each in tree]
    moved(tree[1], other[1])
    assert titles_below(tree[0]) == []
    assert titles_below(other[0]) == ["2", "3", "4", "b"]
    assert titles_below(tree[2]) == ["4"]
    # Only the one that hangs elsewhere is another version to its owner.
    after = [again(each).version for each in tree]
    assert [new - old for old, new in zip(before, after, strict=True)] == [0, 1, 0, 0]
    assert forest.faults(ME) == []


def test_a_subtree_becomes_a_tree_of_its_own_and_a_tree_becomes_a_subtree() -> None:
    tree = chain("1", "2", "3")
    moved(tree[1], None)
    assert (titles_below(tree[0]), titles_below(tree[1])) == ([], ["3"])
    assert again(tree[1]).root_id is None
    moved(tree[0], tree[2])
    assert titles_below(tree[1]) == ["1", "3"]
    assert forest.faults(ME) == []
    moved(tree[2], None)
    assert titles_below(tree[1]) == []
    assert forest.faults(ME) == []


def test_a_move_within_a_tree_is_seen_by_everybody_above() -> None:
    tree = chain("1", "2", "3")
    other = made("2b", tree[0])
    moved(tree[2], other)
    assert (titles_below(tree[1]), titles_below(other)) == ([], ["3"])
    assert titles_below(tree[0]) == ["2", "2b", "3"]
    assert forest.faults(ME) == []


@pytest.mark.parametrize("kind", ["missing", "somebody else's", "trashed", "deleted for good", "no id"])
def test_nothing_hangs_below_what_is_no_live_task_of_its_owner(kind: str) -> None:
    parent = made("parent", user=YOU if kind == "somebody else's" else ME)
    parent_id = {"missing": "00000000-0000-4000-8000-000000000000", "no id": "x"}.get(kind, parent.task_id)
    if kind in ("trashed", "deleted for good"):
        service.delete(ME, parent_id, permanent=kind == "deleted for good")
    task = made()
    for attempt in (partial(made, "child", parent_id), partial(patched, task, parent_id=parent_id)):
        with pytest.raises(InvalidRequestError) as caught:
            attempt()
        assert refused_field(caught.value) == "parent_id"
        assert "no such task" in (caught.value.errors or [])[0].message
    assert again(task).parent_id is None


def test_the_subtasks_of_somebody_else_s_task_are_not_found() -> None:
    tree = chain("1", "2")
    for user, task_id in ((YOU, tree[0].task_id), (ME, "x"), (ME, "00000000-0000-4000-8000-000000000000")):
        with pytest.raises(NotFoundError):
            service.subtasks(user, task_id)


def test_completing_takes_along_what_is_open_below_and_reopening_opens_just_that(clock: Clock) -> None:
    tree = chain("1", "2", "3")
    early = made("done before", tree[1])
    completed(early)
    clock.advance(minutes=1)
    completed(tree[1])
    assert [again(each).state for each in (*tree, early)] == [OPEN, COMPLETED, COMPLETED, COMPLETED]
    clock.advance(minutes=1)
    completed(tree[0])
    assert again(tree[1]).completed_at < again(tree[0]).completed_at
    completed(tree[0], False)
    assert [again(each).state for each in (*tree, early)] == [OPEN, COMPLETED, COMPLETED, COMPLETED]
    completed(tree[1], False)
    assert [again(each).state for each in (*tree, early)] == [OPEN, OPEN, OPEN, COMPLETED]


def test_a_subtask_may_be_opened_or_added_below_a_completed_task() -> None:
    tree = chain("1", "2")
    completed(tree[0])
    completed(tree[1], False)
    made("3", tree[0])
    assert again(tree[0]).state == COMPLETED
    assert service.progress(service.subtasks(ME, tree[0].task_id)) == {"total": 2, "completed": 0}


def test_what_was_never_in_a_tree_is_changed_without_looking_for_one() -> None:
    task = made()
    completed(task)
    trashed(task)
    stored = again(task).to_simple_dict()
    assert not {"tree", "root_id", "parent_key"} & stored.keys()
