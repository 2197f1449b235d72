"""Tasks that are made safely: by a key, under an id of the client's own, below another one; and those that repeat."""

import pytest

from taskward.tasks import quota
from tests.conftest import Clock
from tests.support.sample_events import Case, ask, ask_with, check
from tests.support.task_events import Values, by_id, somebody, somebody_else

CASES = {
    "tasks/create_with_key": Case(201),
    "tasks/create_with_key_other_body": Case(422, "task_exists", after=["tasks/create_with_key"]),
    "tasks/create_with_key_of_deleted": Case(410, "task_gone"),
    "tasks/create_bad_key": Case(422, "invalid_request", ["Idempotency-Key"]),
    "tasks/create_subtask": Case(201),
    "tasks/create_under_missing": Case(422, "invalid_request", ["parent_id"]),
    "tasks/create_repeating": Case(201),
    "tasks/create_bad_repeat": Case(422, "invalid_request", ["repeat", "repeat_from"]),
    "tasks/create_repeat_without_due": Case(422, "invalid_request", ["repeat"]),
    "tasks/create_over_quota": Case(409, "quota_exceeded"),
    "tasks/replace_as_new": Case(201),
    "tasks/replace_as_new_existing": Case(412, "precondition_failed"),
    "tasks/replace_as_new_bad_id": Case(422, "invalid_request", ["id"]),
}

BY_THEMSELVES = sorted(CASES.keys() - {"tasks/create_with_key_of_deleted", "tasks/create_over_quota"})


@pytest.fixture
def ann(moto_tables: None) -> Values:
    """Values of somebody with three tasks."""
    return somebody()


@pytest.mark.parametrize("name", BY_THEMSELVES)
def test_each_event_is_answered_as_its_case_says(name: str, ann: Values) -> None:
    for earlier in CASES[name].after:
        ask(earlier, **ann)
    before = by_id()
    check(name, CASES[name], ask(name, **ann))
    assert (by_id() == before) == (CASES[name].code is not None)


def test_a_request_that_comes_again_gets_the_task_that_it_made_as_it_is_now(ann: Values) -> None:
    first = ask("tasks/create_with_key", **ann)
    task = first.json()
    assert ask("tasks/create_with_key", **ann) == first
    ask_with({"priority": "high"}, "tasks/patch", **ann | {"task_id": task["id"], "version": "1"})
    again = ask("tasks/create_with_key", **ann)
    assert (again.status, again.header("location")) == (201, task["url"])
    assert (again.json()["priority"], again.json()["version"], again.header("etag")) == ("high", 2, '"2"')
    assert again.json()["id"] == task["id"]


@pytest.mark.parametrize("deletion", ["tasks/delete", "tasks/delete_permanently"])
def test_a_request_whose_task_was_deleted_since_makes_no_other(deletion: str, ann: Values) -> None:
    name = "tasks/create_with_key_of_deleted"
    made = ask(name, **ann)
    assert made.status == 201
    ask(deletion, **ann | {"task_id": made.json()["id"], "version": "1"})
    check(name, CASES[name], ask(name, **ann))


def test_the_same_key_of_two_people_makes_two_tasks(ann: Values) -> None:
    ben = somebody_else()
    tasks = [ask("tasks/create_with_key", **values).json() for values in (ann, ben)]
    assert len({task["id"] for task in tasks}) == 2
    assert [by_id()[task["id"]]["user_id"] for task in tasks] == [ann["user_id"], ben["user_id"]]


def test_beyond_the_quota_nothing_is_made(ann: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "tasks/create_over_quota"
    monkeypatch.setattr(quota, "MAX_TASKS", 0)
    before = by_id()
    check(name, CASES[name], ask(name, **ann))
    assert by_id() == before


def test_a_task_is_made_under_the_id_of_its_address_once(ann: Values) -> None:
    answer = ask("tasks/replace_as_new", **ann)
    task = answer.json()
    assert (answer.header("location"), answer.header("etag")) == (task["url"], '"1"')
    assert (task["title"], task["version"]) == ("Pack the bags", 1)
    assert ask("tasks/replace_as_new", **ann).status == 412
    ask("tasks/delete_permanently", **ann | {"task_id": task["id"]})
    assert ask("tasks/replace_as_new", **ann).status == 412, "there was one"


def test_a_subtask_knows_what_it_is_a_part_of(ann: Values) -> None:
    task = ask("tasks/create_subtask", **ann).json()
    assert task["parent_id"] == ann["task_id"]
    assert ask("tasks/subtasks", **ann).json()["tasks"] == [task]


def test_completing_a_task_that_repeats_makes_the_next_one(ann: Values, clock: Clock) -> None:
    clock.moment = clock.moment.replace(year=2026, month=11, day=27)
    task = ask("tasks/create_repeating", **ann).json()
    assert (task["repeat"], task["repeat_from"]) == ("FREQ=WEEKLY;BYDAY=MO", "due")
    values = ann | {"task_id": task["id"]}
    assert ask("tasks/complete_explicit", **values).json()["completed"] is True
    (following,) = [
        each for each in ask("tasks/list_open", **ann).json() if each["title"] == task["title"] and each["due"]
    ]
    assert (following["due"], following["due_timezone"]) == ("2026-12-07T09:00:00", "Europe/Paris")
    assert following["repeat"] == task["repeat"]
    # Opened again, it takes the next one back.
    assert ask("tasks/complete_toggle", **values).json()["completed"] is False
    assert following["id"] not in {each["id"] for each in ask("tasks/list", **ann).json()}
