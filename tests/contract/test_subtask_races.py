"""Changes of trees by several at the same time: never a circle, never too many, never a task below nothing."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from taskward.errors import InvalidRequestError, NotFoundError, TaskwardError
from taskward.tasks import service, trees
from taskward.tasks.tables import LIVE, OPEN, TaskItem
from tests.support import forest
from tests.support.interleaving import interleaved, switches
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
    titles_below,
    trashed,
)
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("database")

REFUSALS = (InvalidRequestError, NotFoundError)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_of_those_who_would_close_a_ring_one_is_refused(size: int) -> None:
    for _ in range(3):
        ring = [made(str(n)) for n in range(size)]
        results = all_at_once([partial(moved, ring[n], ring[(n + 1) % size]) for n in range(size)])
        refused = [each for each in results if isinstance(each, Exception)]
        assert [type(each) for each in refused] == [InvalidRequestError]
        assert forest.faults(ME) == []


def test_two_subtrees_of_one_tree_never_get_below_each_other() -> None:
    for switch in switches():
        top = made("top")
        one, other = made("one", top), made("other", top)
        results = interleaved([partial(moved, one, other), partial(moved, other, one)], switch)
        assert sum(isinstance(each, InvalidRequestError) for each in results) == 1
        assert forest.faults(ME) == []


def test_of_many_who_add_at_eighty_nine_one_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    # The same at nine of ten, and faster.
    monkeypatch.setattr(trees, "MAX_DESCENDANTS", 10)
    top = made("top")
    for n in range(9):
        made(str(n), top)
    inner = service.subtasks(ME, top.task_id)[0]
    results = all_at_once([partial(made, "late", top if n % 2 else inner) for n in range(4)])
    assert sum(isinstance(each, TaskItem) for each in results) == 1
    assert sum(isinstance(each, InvalidRequestError) for each in results) == 3
    assert len(titles_below(top)) == 10
    assert forest.faults(ME) == []


def test_of_two_trees_moved_into_a_third_at_once_only_what_fits_gets_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MAX_DESCENDANTS", 5)
    for switch in switches():
        top, one, other = made("top"), *[chain("a", "b", "c")[0] for _ in range(2)]
        results = interleaved([partial(moved, one, top), partial(moved, other, top)], switch)
        assert sum(isinstance(each, InvalidRequestError) for each in results) == 1
        assert forest.faults(ME) == []


def test_a_change_of_a_subtask_does_not_take_back_the_move_of_what_is_above_it() -> None:
    # The move changes of the subtask only what tree it is in, and that is no new version.
    for switch in switches():
        tree, other = chain("1", "2", "3"), made("other")
        results = interleaved([partial(patched, tree[2], title="3 anew"), partial(moved, tree[1], other)], switch)
        assert not [each for each in results if isinstance(each, Exception)]
        assert again(tree[2]).title == "3 anew"
        assert titles_below(other) == ["2", "3 anew"]
        assert forest.faults(ME) == []


Overtaking = Callable[..., Any]
"""Is given the task at the top, the one to hang something below, and one of another tree."""


def _trashed_and_restored(_: TaskItem, parent: TaskItem, __: TaskItem) -> None:
    trashed(parent)
    restored(parent)


OVERTAKING: dict[str, Overtaking] = {
    "moved to the top": lambda _, parent, __: moved(parent, None),
    "moved to another tree": lambda _, parent, other: moved(parent, other),
    "moved with its tree": lambda top, _, other: moved(top, other),
    "trashed": lambda _, parent, __: trashed(parent),
    "trashed with its tree": lambda top, _, __: trashed(top),
    "deleted for good": lambda _, parent, __: purged(parent),
    "completed": lambda _, parent, __: completed(parent),
    "trashed and restored": _trashed_and_restored,
}


@pytest.mark.parametrize("overtaking", OVERTAKING)
@pytest.mark.parametrize("change", ["add", "move", "restore"])
def test_nothing_is_hung_below_what_is_gone_or_elsewhere_by_then(change: str, overtaking: str) -> None:
    for switch in switches():
        tree, other, task = chain("1", "2", "3"), made("other"), made("new")
        if change == "restore":
            moved(task, tree[1])
            trashed(task)
        hang: Callable[[], TaskItem] = {
            "add": partial(made, "new", tree[1]),
            "move": partial(moved, task, tree[1]),
            "restore": partial(restored, task),
        }[change]
        first, second = interleaved([hang, partial(OVERTAKING[overtaking], *tree[:2], other)], switch)
        assert not isinstance(second, Exception)
        assert forest.faults(ME) == []
        if isinstance(first, Exception):
            assert isinstance(first, InvalidRequestError)
            assert again(tree[1]).state not in LIVE
        elif again(tree[1]).state in LIVE and change != "restore":
            assert first.parent_id == tree[1].task_id
            assert "new" in titles_below(tree[1])


def test_what_is_added_while_a_tree_is_trashed_goes_along_or_is_refused() -> None:
    for _ in range(5):
        tree = chain("1", "2")
        adding: list[Callable[[], Any]] = [partial(made, "new", tree[n % 2]) for n in range(3)]
        all_at_once([lambda: trashed(tree[0]), *adding])  # noqa: B023
        assert again(tree[0]).state not in LIVE
        assert forest.faults(ME) == []


def test_a_batch_that_read_a_task_before_it_was_moved_does_not_go_by_that() -> None:
    # The batch reads all that it names at first, and the task at the top later; it writes not all that it goes by.
    for switch in switches():
        tree, other = chain("1", "2", "3"), made("other")
        results = interleaved(
            [
                partial(
                    carried_out,
                    {"op": "patch", "id": other.task_id, "patch": {}},
                    {"op": "delete", "id": tree[1].task_id},
                ),
                partial(moved, other, tree[2]),
            ],
            switch,
        )
        assert not [each for each in results if isinstance(each, Exception) and not isinstance(each, REFUSALS)]
        assert forest.faults(ME) == []


@pytest.mark.parametrize("overtaking", ["moved", "trashed"])
def test_a_list_of_subtasks_is_of_one_moment(overtaking: str) -> None:
    for switch in switches():
        tree, other = chain("1", "2", "3"), made("other")
        change: Callable[[], Any] = (
            partial(moved, tree[1], other) if overtaking == "moved" else partial(trashed, tree[2])
        )
        found, _ = interleaved([partial(service.subtasks, ME, tree[1].task_id), change], switch)
        assert not isinstance(found, Exception)
        assert [(each.title, each.state) for each in found] in ([("3", OPEN)], [] if overtaking == "trashed" else None)


def _any_change(draw: random.Random, tasks: list[TaskItem]) -> Callable[[], Any]:
    task, other = draw.choice(tasks), draw.choice([*tasks, None])
    ids = [each.task_id for each in draw.sample(tasks, 3)]
    changes: list[Callable[[], Any]] = [
        lambda: moved(task, other),
        lambda: moved(task, other),
        lambda: made("new", other),
        lambda: trashed(task),
        lambda: restored(task),
        lambda: restored(task),
        lambda: purged(task),
        lambda: completed(task, None),
        lambda: patched(task, title="anew"),
        lambda: carried_out(
            {"op": "patch", "id": ids[0], "patch": {}},
            {"op": "patch", "id": ids[1], "patch": {"parent_id": ids[2]}},
            {"op": draw.choice(["delete", "restore", "complete"]), "id": ids[0]},
        ),
    ]
    return draw.choice(changes)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_done_in_whatever_order_all_trees_are_in_order(
    seed: int, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    monkeypatch.setattr(trees, "MAX_DESCENDANTS", 6)
    monkeypatch.setattr(trees, "MAX_LEVELS", 4)
    draw = random.Random(f"{seed}/{database}")
    tasks = [*chain("1", "2", "3", "4"), *chain("a", "b", "c"), made("x"), made("y"), made("z")]
    for step in range(25):
        changes = [_any_change(draw, tasks) for _ in range(3)]
        results = interleaved(changes, draw.choice)
        unexpected = [each for each in results if isinstance(each, Exception) and not isinstance(each, TaskwardError)]
        assert unexpected == []
        assert forest.faults(ME) == [], step
