"""What is somebody else's: exactly like what does not exist, for every route, id, cursor, token and key."""

from typing import Any

import pytest

from tests.integration import test_task_batches, test_task_creation, test_task_lists, test_task_trash, test_tasks
from tests.support.people import principal_of, registered
from tests.support.sample_events import Answer, Case, ask, load, placeholders, stored
from tests.support.task_events import Values, by_id, somebody, somebody_else, with_subtasks
from tests.support.template import resources

CASES = {"tasks/patch_under_foreign": Case(422, "invalid_request", ["parent_id"])}

TABLES = [
    *(test_tasks.CASES, test_task_lists.CASES, test_task_creation.CASES),
    *(test_task_trash.CASES, test_task_trash.CASES_OF_STATES),
]
# Those that reach the task that they are about, and so are not refused for what they say alone.
OF_ONE_TASK = sorted(
    name
    for table in TABLES
    for name, case in table.items()
    if "task_id" in placeholders(name)
    and case.code in (None, "precondition_failed", "quota_exceeded", "too_many_changes")
    and name not in ("tasks/create_subtask", "tasks/replace_as_new_existing")
)
OF_BATCHES = sorted(
    name for name, case in (test_task_batches.CASES | test_task_batches.CASES_OF_STATES).items() if case.index == 1
)


@pytest.fixture
def ann(moto_tables: None) -> Values:
    """Values of somebody with three tasks, one of which has subtasks; and what belongs to somebody else."""
    values = with_subtasks(somebody(), 2)
    ben = somebody_else()
    page = ask("tasks/list_open_limited", **ben).next_page()
    return values | {
        "foreign_id": ben["foreign_id"],
        "foreign_cursor": (page or {})["cursor"],
        "foreign_since": ask("tasks/changes", **ben).json()["next"],
    }


@pytest.fixture
def bob(ann: Values) -> Values:
    """Ann's values in the hands of a third person, who has nothing."""
    user, session = registered()
    principal = principal_of(session)
    own = {"session_id": principal.session_id, "authenticated_at": str(principal.authenticated_at)}
    return ann | {"user_id": user.user_id, **own}


def without_id(answer: Answer) -> dict[str, Any]:
    """A problem as far as it is the same for every request."""
    problem: dict[str, Any] = answer.json()
    return problem | {"request_id": ""}


def test_the_events_of_one_task_are_of_every_route_that_there_is() -> None:
    routes = {
        (source["Properties"]["Method"], source["Properties"]["Path"])
        for function in resources("AWS::Serverless::Function").values()
        for source in function.get("Events", {}).values()
        if source["Type"] == "Api" and source["Properties"]["Path"].startswith("/tasks/{id}")
    }
    found = set()
    for name in OF_ONE_TASK:
        event = load(name, **dict.fromkeys(placeholders(name), "1"))
        found.add((event["httpMethod"], event["resource"]))
    assert found == routes
    assert len(found) == 7


def test_somebody_elses_task_is_answered_like_one_that_does_not_exist_by_every_route(
    bob: Values, subtests: pytest.Subtests
) -> None:
    before = by_id()
    missing = ask("tasks/read_missing", **bob)
    assert missing.status == 404
    for name in OF_ONE_TASK:
        with subtests.test(name):
            answer = ask(name, **bob)
            assert (answer.status, answer.headers) == (missing.status, missing.headers)
            assert without_id(answer) == without_id(missing)
            assert by_id() == before


@pytest.mark.parametrize("name", OF_BATCHES)
def test_a_batch_reaches_nobody_elses_task(name: str, bob: Values) -> None:
    before = by_id()
    answer = ask(name, **bob)
    assert (answer.status, answer.json()["code"], answer.json()["index"]) == (404, "not_found", 0)
    assert by_id() == before


def test_an_operation_on_somebody_elses_task_is_refused_like_one_on_none(ann: Values) -> None:
    foreign, missing = (ask(f"tasks/batch_{name}", **ann) for name in ("foreign", "missing"))
    assert (foreign.status, foreign.headers) == (missing.status, missing.headers)
    assert without_id(foreign) == without_id(missing)


def test_a_task_goes_below_nobody_elses(ann: Values) -> None:
    foreign = ask("tasks/patch_under_foreign", **ann)
    missing = ask("tasks/create_under_missing", **ann)
    assert (foreign.status, foreign.headers) == (missing.status, missing.headers) == (422, foreign.headers)
    assert without_id(foreign) == without_id(missing)
    assert [error["field"] for error in foreign.json()["errors"]] == ["parent_id"]
    assert by_id()[ann["task_id"]].get("parent_id") is None


def test_an_id_that_somebody_else_uses_is_free(bob: Values) -> None:
    before = by_id()[bob["task_id"]]
    answer = ask("tasks/replace_as_new_existing", **bob)
    assert (answer.status, answer.json()["id"]) == (201, bob["task_id"])
    assert [task["user_id"] for task in stored("tasks") if task.get("task_id") == bob["task_id"]].count(
        bob["user_id"]
    ) == 1
    assert before in stored("tasks")


def test_cursors_and_tokens_of_somebody_else_are_refused_like_made_up_ones(ann: Values) -> None:
    cursors = [ask("tasks/list_foreign_cursor", **ann), ask("tasks/list_broken_cursor", **ann)]
    tokens = [ask("tasks/changes_foreign_token", **ann), ask("tasks/changes_broken_token", **ann)]
    for foreign, broken in (cursors, tokens):
        assert (foreign.status, foreign.headers) == (broken.status, broken.headers) == (400, foreign.headers)
        assert without_id(foreign) == without_id(broken)


def test_lists_numbers_and_changes_have_nothing_of_others(bob: Values) -> None:
    for name in (*test_task_lists.LISTED, "tasks/list", "tasks/list_by_due"):
        assert ask(name, **bob).json() == [], name
    assert ask("tasks/changes", **bob).json()["tasks"] == []
    assert {count["count"] for count in ask("tasks/summary", **bob).json().values()} == {0}
