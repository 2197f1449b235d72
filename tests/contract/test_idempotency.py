"""Creation that can be repeated: by Idempotency-Key, or under an id that the client made."""

import uuid
from functools import partial
from typing import Any

import pytest

from taskward.errors import InvalidRequestError, PreconditionFailedError
from taskward.tasks import quota, service
from taskward.tasks.errors import TaskExistsError, TaskGoneError, TooManyTasksError
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import COMPLETED, TaskItem
from tests.support import forest
from tests.support.own_tasks import ME, YOU, again, completed, made, moved, patched, restored, titles_below, trashed
from tests.support.racing import all_at_once
from tests.support.wire import Wire, held

pytestmark = pytest.mark.usefixtures("database")

# The same at every run: it stands in the names of tests.
AN_ID = uuid.UUID("64277bf6-d32d-44a4-9e90-b2744262379c")


def _keyed(key: str | None = "k1", user: str = ME, **fields: Any) -> TaskItem:
    return service.create(user, TaskFields.model_validate({"title": "Pay rent", **fields}), key)


def test_a_request_that_comes_again_gets_the_task_that_it_made_as_it_is_now() -> None:
    task = _keyed(tags=["a"], due="2026-12-01")
    assert _keyed(tags=["a"], due="2026-12-01").to_simple_dict() == task.to_simple_dict()
    patched(task, title="anew")
    completed(task)
    replayed = _keyed(tags=["a"], due="2026-12-01")
    assert (replayed.task_id, replayed.title, replayed.state) == (task.task_id, "anew", COMPLETED)
    assert replayed.version == again(task).version == 3
    assert len(forest.stored(ME)) == 1


def test_the_same_body_written_otherwise_is_the_same_request() -> None:
    task = _keyed(priority="none", description=None, order=None)
    assert _keyed(title=" Pay rent ").task_id == task.task_id


@pytest.mark.parametrize(
    "other", [{"title": "Pay RENT"}, {"completed": True}, {"tags": ["b"]}, {"order": 1}, {"due": "2026-12-01"}]
)
def test_another_body_with_the_same_key_is_refused(other: dict[str, Any]) -> None:
    task = _keyed()
    with pytest.raises(TaskExistsError):
        _keyed(**other)
    assert again(task).version == 1
    trashed(task)
    with pytest.raises(TaskExistsError):
        _keyed(**other)
    assert len(forest.stored(ME)) == 1


def test_what_was_deleted_since_is_gone_and_not_made_again() -> None:
    task = _keyed()
    trashed(task)
    with pytest.raises(TaskGoneError):
        _keyed()
    restored(task)
    assert _keyed().task_id == task.task_id
    service.delete(ME, task.task_id, permanent=True)
    for fields in ({}, {"title": "another"}):
        with pytest.raises(TaskGoneError):
            _keyed(**fields)
    assert len(forest.stored(ME)) == 1


def test_keys_of_two_users_never_meet() -> None:
    mine, yours = _keyed(), _keyed(user=YOU, title="yours")
    assert mine.task_id != yours.task_id
    assert (again(mine).title, again(yours).title) == ("Pay rent", "yours")


def test_other_keys_and_no_key_make_other_tasks() -> None:
    ids = {_keyed(key).task_id for key in ("k1", "K1", "k1 ", "k2", None, None)}
    assert len(ids) == 6


def test_of_twins_in_a_race_one_task_is_made_and_all_are_told_of_it() -> None:
    for n in range(4):
        results = all_at_once([partial(_keyed, f"key {n}")] * 4)
        assert len({result.task_id for result in results if isinstance(result, TaskItem)}) == 1
        assert not [result for result in results if isinstance(result, Exception)]
    assert len(forest.stored(ME)) == 4


def test_of_two_bodies_in_a_race_for_one_key_one_is_refused() -> None:
    for n in range(4):
        results = all_at_once([partial(_keyed, f"key {n}", title=title) for title in "ab"])
        assert sum(isinstance(result, TaskExistsError) for result in results) == 1
        assert sum(isinstance(result, TaskItem) for result in results) == 1


def test_a_key_costs_no_further_request(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without a sample of what a user keeps.
    monkeypatch.setattr("taskward.tasks.quota.secrets.randbelow", lambda _: 1)
    made()
    with held(Wire(knows_tokens=False)) as plain:
        made()
    with held(Wire(knows_tokens=False)) as first:
        _keyed()
    with held(Wire(knows_tokens=False)) as replayed:
        _keyed()
    assert first.requests == plain.requests == ["GetItem", "PutItem"]
    assert replayed.writes() == ["PutItem"]
    assert len(replayed.requests) == 4


def test_a_subtask_that_comes_again_is_found_wherever_it_is_by_now(monkeypatch: pytest.MonkeyPatch) -> None:
    top = made("top")
    task = _keyed(parent_id=top.task_id)
    assert _keyed(parent_id=top.task_id).task_id == task.task_id
    assert titles_below(top) == ["Pay rent"]
    moved(task, None)
    monkeypatch.setattr("taskward.tasks.trees.MAX_DESCENDANTS", 0)
    assert _keyed(parent_id=top.task_id).task_id == task.task_id
    trashed(top)
    assert _keyed(parent_id=top.task_id).task_id == task.task_id
    with pytest.raises(InvalidRequestError):
        _keyed("k2", parent_id=top.task_id)
    trashed(task)
    with pytest.raises(TaskGoneError):
        _keyed(parent_id=top.task_id)
    assert forest.faults(ME) == []


def test_a_request_that_comes_again_needs_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    task = _keyed()
    quota._counted(quota._usage(ME))
    monkeypatch.setattr(quota, "MAX_TASKS", 1)
    assert _keyed().task_id == task.task_id
    for key in ("k2", None):
        with pytest.raises(TooManyTasksError):
            _keyed(key)


def _put(task_id: str, user: str = ME, **fields: Any) -> TaskItem:
    return service.create_at(user, task_id, TaskFields.model_validate({"title": "Pay rent", **fields}))


def test_an_id_that_the_client_made_is_taken_once() -> None:
    task_id = str(uuid.uuid4())
    assert _put(task_id).task_id == task_id
    for fields in ({}, {"title": "another"}):
        with pytest.raises(PreconditionFailedError):
            _put(task_id, **fields)
    assert service.get(ME, task_id).version == 1
    for permanent in (False, True):
        service.delete(ME, task_id, permanent=permanent)
        with pytest.raises(PreconditionFailedError):
            _put(task_id)
    assert _put(task_id, YOU).version == 1


@pytest.mark.parametrize("wrong", ["x", "", "USAGE", str(AN_ID).upper(), AN_ID.hex, f"{AN_ID}\n", "\u0661" * 36])
def test_what_is_no_id_is_not_taken(wrong: str) -> None:
    with pytest.raises(InvalidRequestError):
        _put(wrong)
    assert forest.stored(ME) == {}


def test_of_those_who_put_the_same_id_at_once_one_makes_it() -> None:
    for _ in range(4):
        task_id = str(uuid.uuid4())
        results = all_at_once([partial(_put, task_id)] * 4)
        assert sum(isinstance(result, TaskItem) for result in results) == 1
        assert sum(isinstance(result, PreconditionFailedError) for result in results) == 3
