"""Writers who know the version (If-Match): no update is lost, whoever writes at the same time."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from taskward.errors import NotFoundError, PreconditionFailedError
from taskward.preconditions import etag, if_match
from taskward.tasks import models, service
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import TaskItem
from tests.support import forest
from tests.support.interleaving import interleaved, switches
from tests.support.own_tasks import ME, again, chain, completed, made, moved, patched, restored, trashed
from tests.support.racing import all_at_once
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")

WRITERS, INCREMENTS = 4, 6


def _knowing(task: TaskItem) -> Callable[[int], bool]:
    precondition = if_match(etag(task.version))
    assert precondition is not None
    return precondition


def _incremented_by_patch(task: TaskItem) -> None:
    patch = {"order": int(task.order) + 1}
    service.patch(ME, task.task_id, patch, utc, _knowing(task))


def _incremented_by_put(task: TaskItem) -> None:
    fields = TaskFields.model_validate({**models.fields_of(task), "order": int(task.order) + 1})
    service.replace(ME, task.task_id, fields, utc, _knowing(task))


@pytest.mark.parametrize("below", [False, True])
def test_all_increments_of_all_writers_are_counted(below: bool) -> None:
    task = made(order=0, below=made("top") if below else None)

    def write(increment: Callable[[TaskItem], None]) -> int:
        refused = 0
        for _ in range(INCREMENTS):
            while True:
                try:
                    increment(service.get(ME, task.task_id))
                except PreconditionFailedError:
                    refused += 1
                else:
                    break
        return refused

    ways = [_incremented_by_patch, _incremented_by_put]
    results = all_at_once([partial(write, ways[n % 2]) for n in range(WRITERS)])
    assert all(isinstance(each, int) for each in results)
    stored = again(task)
    assert (stored.order, stored.version) == (WRITERS * INCREMENTS, WRITERS * INCREMENTS + 1)


CHANGES: dict[str, Callable[[TaskItem, Any], Any]] = {
    "patch": lambda task, known: service.patch(ME, task.task_id, {"title": "mine"}, utc, known),
    "replace": lambda task, known: service.replace(ME, task.task_id, TaskFields(title="mine"), utc, known),
    "complete": lambda task, known: service.complete(ME, task.task_id, True, utc, known),
    "toggle": lambda task, known: service.complete(ME, task.task_id, None, utc, known),
    "trash": lambda task, known: service.delete(ME, task.task_id, known),
    "purge": lambda task, known: service.delete(ME, task.task_id, known, permanent=True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_a_version_that_is_no_more_is_refused(change: str) -> None:
    task = made()
    quicker = patched(task, priority="high")
    with pytest.raises(PreconditionFailedError):
        CHANGES[change](task, _knowing(task))
    assert again(task).to_simple_dict() == quicker.to_simple_dict()
    CHANGES[change](task, _knowing(quicker))
    assert again(task).version == 3


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_overtaken_between_its_read_and_its_write_is_refused(change: str) -> None:
    for switch in switches():
        task = made()
        known = _knowing(task)
        first, second = interleaved(
            [partial(CHANGES[change], task, known), partial(patched, task, priority="high")],
            switch,
        )
        stored = again(task)
        if isinstance(first, Exception):
            assert isinstance(first, PreconditionFailedError)
            assert (stored.priority, stored.title, stored.version) == ("high", "Pay rent", 2)
        else:
            # It came first; what came second found the task gone, or changed what was there.
            assert isinstance(second, Exception) == (change in ("trash", "purge"))


def test_what_cannot_be_restored_is_not_found_whatever_version_is_known() -> None:
    task = made()
    trashed(task)
    service.delete(ME, task.task_id, permanent=True)
    with pytest.raises(NotFoundError):
        service.restore(ME, task.task_id, if_match('"1"'))


def test_a_restore_of_a_version_that_is_no_more_is_refused() -> None:
    task = made()
    trashed(task)
    known = _knowing(again(task))
    restored(task)
    trashed(task)
    with pytest.raises(PreconditionFailedError):
        service.restore(ME, task.task_id, known)
    service.restore(ME, task.task_id, _knowing(again(task)))


def test_a_weak_tag_or_none_matches_nothing_and_a_star_all() -> None:
    task = made()
    for header in ('W/"1"', "1", "", '"2"', '"01"'):
        with pytest.raises(PreconditionFailedError):
            service.patch(ME, task.task_id, {"title": "x"}, utc, if_match(header))
    for header in ("*", '"9", "2"'):
        service.patch(ME, task.task_id, {"title": header}, utc, if_match(header))
    assert again(task).version == 3


def test_changes_in_the_tree_around_it_are_no_new_version_of_a_task() -> None:
    tree, other = chain("1", "2", "3"), made("other")
    made("new", tree[1])
    moved(tree[1], other)
    completed(tree[1])
    assert [again(each).version for each in (tree[0], other)] == [1, 1]
    service.patch(ME, tree[0].task_id, {"title": "mine"}, utc, _knowing(tree[0]))
    assert forest.faults(ME) == []
