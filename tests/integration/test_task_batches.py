"""Batches: several operations in one request, all of them or none, and which of them was refused."""

import pytest

from taskward.tasks import quota
from tests.support.sample_events import Case, ask, check
from tests.support.task_events import Values, by_id, somebody, somebody_else, with_subtasks

CASES = {
    "tasks/batch": Case(200),
    "tasks/batch_of_one_task": Case(200),
    "tasks/batch_missing": Case(404, "not_found", index=1),
    "tasks/batch_foreign": Case(404, "not_found", index=1),
    "tasks/batch_stale": Case(412, "precondition_failed", index=1),
    "tasks/batch_bad_fields": Case(422, "invalid_request", ["due", "tags"], index=1),
    "tasks/batch_task_exists": Case(422, "task_exists", index=1),
    "tasks/batch_unknown_operation": Case(422, "invalid_request", ["operations.1"]),
    "tasks/batch_too_long": Case(422, "invalid_request", ["operations"]),
    "tasks/batch_bad_timezone": Case(422, "invalid_request", ["tz"]),
}
CASES_OF_STATES = {
    "tasks/batch_task_gone": Case(410, "task_gone", index=1),
    "tasks/batch_over_quota": Case(409, "quota_exceeded"),
    "tasks/batch_too_many_changes": Case(422, "too_many_changes", index=1),
}


@pytest.fixture
def ann(moto_tables: None) -> Values:
    """Values of somebody with three tasks, and the id of somebody else's."""
    return somebody() | {"foreign_id": somebody_else()["foreign_id"]}


def refused(name: str, values: Values) -> None:
    """Assert that a batch is refused as its case says, and that none of it was done."""
    before = by_id()
    check(name, (CASES | CASES_OF_STATES)[name], ask(name, **values))
    assert by_id() == before


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.code])
def test_a_batch_that_is_refused_does_nothing(name: str, ann: Values) -> None:
    refused(name, ann)


def test_a_batch_gives_each_task_as_it_is_in_the_end(ann: Values) -> None:
    answer = ask("tasks/batch", **ann)
    check("tasks/batch", CASES["tasks/batch"], answer)
    made, patched, completed, deleted = answer.json()["results"]
    assert (made["title"], made["version"]) == ("Pack the bags", 1)
    # Two operations on one task make one version.
    assert patched == completed == ask("tasks/read", **ann).json()
    assert (patched["priority"], patched["completed"], patched["version"]) == ("high", True, 3)
    assert deleted is None
    assert by_id()[ann["other_id"]]["state"] == "trashed"


def test_a_task_can_be_made_changed_deleted_and_restored_in_one_batch(ann: Values) -> None:
    answer = ask("tasks/batch_of_one_task", **ann)
    check("tasks/batch_of_one_task", CASES["tasks/batch_of_one_task"], answer)
    made, replaced, deleted, restored = answer.json()["results"]
    # Each shows the task as it is in the end.
    assert made == replaced == deleted == restored
    assert (restored["title"], restored["version"], restored["deleted_at"]) == ("Pack the red bag", 1, None)


def test_a_create_that_comes_again_is_told_that_its_task_was_deleted(ann: Values) -> None:
    name = "tasks/batch_task_gone"
    made = ask(name, **ann).json()["results"][1]
    ask("tasks/delete", **ann | {"task_id": made["id"], "version": "1"})
    refused(name, ann)


def test_a_batch_that_makes_more_than_there_is_room_for_does_nothing(
    ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "MAX_TASKS", 0)
    refused("tasks/batch_over_quota", ann)


def test_a_batch_that_would_write_more_than_a_hundred_tasks_does_nothing(ann: Values) -> None:
    values = with_subtasks(ann, 50, due="2026-11-30", repeat="FREQ=DAILY")
    refused("tasks/batch_too_many_changes", values)
