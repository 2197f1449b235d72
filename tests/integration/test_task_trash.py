"""Tasks that are moved, completed with what is below them, deleted, restored and deleted for good."""

from typing import Any

import pytest

from taskward.tasks import quota
from tests.conftest import Clock
from tests.support.sample_events import Case, ask, check
from tests.support.task_events import Values, by_id, carried_out, somebody, with_subtasks

REPEATING: dict[str, Any] = {"due": "2026-11-30", "repeat": "FREQ=DAILY"}

CASES = {
    "tasks/patch_move": Case(200),
    "tasks/patch_under_itself": Case(422, "invalid_request", ["parent_id"]),
    "tasks/patch_bad_repeat": Case(422, "invalid_request", ["repeat"]),
    "tasks/patch_bad_timezone": Case(422, "invalid_request", ["tz"]),
    "tasks/replace_bad_timezone": Case(422, "invalid_request", ["tz"]),
    "tasks/complete_bad_timezone": Case(422, "invalid_request", ["tz"]),
    "tasks/complete_in_zone": Case(200),
    "tasks/restore_stale": Case(412, "precondition_failed"),
    "tasks/restore_missing": Case(404, "not_found"),
    "tasks/delete_permanently": Case(204),
    "tasks/delete_permanently_stale": Case(412, "precondition_failed"),
    "tasks/delete_bad_permanent": Case(422, "invalid_request", ["permanent"]),
    "tasks/delete_one_unknown_parameter": Case(422, "invalid_request", ["permanently"]),
}
OF_THE_TRASH = {"tasks/restore": Case(200)}
OVER_QUOTA = {f"tasks/{name}_over_quota": Case(409, "quota_exceeded") for name in ("replace", "patch", "complete")}
TOO_MANY = {
    f"tasks/{name}_too_many_changes": Case(422, "too_many_changes") for name in ("replace", "patch", "complete")
}
CASES_OF_STATES = OF_THE_TRASH | OVER_QUOTA | TOO_MANY


@pytest.fixture
def ann(moto_tables: None) -> Values:
    """Values of somebody with three tasks."""
    return somebody()


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says(name: str, ann: Values) -> None:
    before = by_id()
    check(name, CASES[name], ask(name, **ann))
    assert (by_id() == before) == (CASES[name].code is not None)


@pytest.mark.parametrize("name", OVER_QUOTA)
def test_beyond_the_quota_a_task_that_repeats_is_not_completed(
    name: str, ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = with_subtasks(ann, 0, **REPEATING)
    monkeypatch.setattr(quota, "MAX_TASKS", 0)
    before = by_id()
    check(name, OVER_QUOTA[name], ask(name, **values))
    assert by_id() == before


@pytest.mark.parametrize("name", TOO_MANY)
def test_what_cannot_be_repeated_in_one_step_is_not_completed(name: str, ann: Values) -> None:
    # With the next one and its subtasks, 102 tasks.
    values = with_subtasks(ann, 50, **REPEATING)
    before = by_id()
    check(name, TOO_MANY[name], ask(name, **values))
    assert by_id() == before


def test_a_restored_task_is_as_it_was_with_what_went_along(ann: Values) -> None:
    name = "tasks/restore"
    with_subtasks(ann, 2)
    values = ann | {"version": "2"}
    before = ask("tasks/read", **values).json()
    subtasks = ask("tasks/subtasks", **values).json()
    ask("tasks/delete", **values)
    assert ask("tasks/subtasks", **values).status == 404
    assert len(ask("tasks/list_trashed", **values).json()) == 3
    answer = ask(name, **values | {"version": "3"})
    check(name, OF_THE_TRASH[name], answer)
    task = answer.json()
    assert task == before | {"version": 4, "updated_at": task["updated_at"]}
    assert answer.header("etag") == '"4"'
    assert [each["id"] for each in ask("tasks/subtasks", **values).json()["tasks"]] == [
        each["id"] for each in subtasks["tasks"]
    ]


def test_what_is_not_in_the_trash_stays_as_it_is(ann: Values) -> None:
    before = by_id()
    assert ask("tasks/restore", **ann).json() == ask("tasks/read", **ann).json()
    assert by_id() == before


def test_a_month_later_nothing_is_restored(ann: Values, clock: Clock) -> None:
    ask("tasks/delete", **ann)
    values = ann | {"version": "3"}
    clock.advance(days=30)
    assert ask("tasks/restore", **values).status == 404
    assert ask("tasks/list_trashed", **values).json() == []


def test_what_is_deleted_for_good_is_nowhere_but_in_the_changes(ann: Values) -> None:
    ask("tasks/delete", **ann)
    assert ask("tasks/delete_permanently", **ann).status == 204
    assert ask("tasks/restore", **ann | {"version": "4"}).status == 404
    assert ask("tasks/delete_permanently", **ann).status == 404
    assert ask("tasks/list_trashed", **ann).json() == []
    (left,) = [task for task in ask("tasks/changes", **ann).json()["tasks"] if task["id"] == ann["task_id"]]
    assert left.keys() == {"id", "purged", "version", "updated_at", "deleted_at"}
    assert "title" not in by_id()[ann["task_id"]]


def test_a_completed_task_takes_what_is_below_it_along_and_brings_it_back(ann: Values) -> None:
    with_subtasks(ann, 2)
    ask("tasks/complete_in_zone", **ann)
    assert ask("tasks/subtasks", **ann).json()["progress"] == {"total": 2, "completed": 2}
    ask("tasks/complete_toggle", **ann)
    assert ask("tasks/subtasks", **ann).json()["progress"] == {"total": 2, "completed": 0}


def test_the_next_occurrence_is_not_in_the_past_of_the_zone_that_is_named(ann: Values, clock: Clock) -> None:
    values = with_subtasks(ann, 0, **REPEATING | {"due_timezone": None})
    # The evening of the 30th in New York, where the daily one is due again the day after.
    clock.moment = clock.moment.replace(year=2026, month=12, day=1, hour=4, minute=30)
    ask("tasks/complete_in_zone", **values)
    (following,) = [task for task in ask("tasks/list_open", **ann).json() if task["due"]]
    assert following["due"] == "2026-12-01"


def test_a_move_hangs_a_task_below_another_one_and_a_null_takes_it_back_to_the_top(ann: Values) -> None:
    assert ask("tasks/patch_move", **ann).json()["parent_id"] == ann["other_id"]
    assert [task["id"] for task in ask("tasks/subtasks", **ann | {"task_id": ann["other_id"]}).json()["tasks"]] == [
        ann["task_id"]
    ]
    (task,) = carried_out(ann, {"op": "patch", "id": ann["task_id"], "patch": {"parent_id": None}})
    assert task["parent_id"] is None
