"""The tasks function, fed from events/tasks."""

import json
import re
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import Clock
from tests.support.events import VIEWER_ORIGIN
from tests.support.sample_events import (
    Answer,
    Case,
    answer_to,
    ask,
    check,
    feed,
    load,
    placeholders,
)
from tests.support.task_events import by_id, somebody, somebody_else

CASES = {
    "tasks/list": Case(200),
    "tasks/list_limited": Case(200),
    "tasks/list_next_page": Case(200),
    "tasks/list_foreign_cursor": Case(400, "invalid_cursor"),
    "tasks/list_broken_cursor": Case(400, "invalid_cursor"),
    "tasks/list_bad_limit": Case(422, "invalid_request", ["limit"]),
    "tasks/list_unknown_parameter": Case(422, "invalid_request", ["complete"]),
    "tasks/list_without_principal": Case(401, "invalid_token"),
    "tasks/create": Case(201),
    "tasks/create_minimal": Case(201),
    "tasks/create_completed": Case(201),
    "tasks/create_base64": Case(201),
    "tasks/create_through_proxy": Case(201),
    "tasks/create_through_forged_proxy": Case(201),
    "tasks/create_bad_fields": Case(
        422,
        "invalid_request",
        ["title", "description", "completed", "priority", "due", "due_timezone", "tags", "order"],
    ),
    "tasks/create_missing_title": Case(422, "invalid_request", ["title"]),
    "tasks/create_unknown_field": Case(422, "invalid_request", ["colour", "id"]),
    "tasks/create_broken_json": Case(400, "malformed_request"),
    "tasks/create_not_an_object": Case(400, "malformed_request"),
    "tasks/create_duplicate_member": Case(400, "malformed_request"),
    "tasks/create_no_body": Case(400, "malformed_request"),
    "tasks/create_wrong_content_type": Case(415, "unsupported_media_type"),
    "tasks/read": Case(200),
    "tasks/read_not_modified": Case(304),
    "tasks/read_modified": Case(200),
    "tasks/read_missing": Case(404, "not_found"),
    "tasks/replace": Case(200),
    "tasks/replace_sent_back": Case(200),
    "tasks/replace_stale": Case(412, "precondition_failed"),
    "tasks/replace_missing": Case(404, "not_found"),
    "tasks/replace_missing_title": Case(422, "invalid_request", ["title"]),
    "tasks/replace_unknown_field": Case(422, "invalid_request", ["colour"]),
    "tasks/replace_no_body": Case(400, "malformed_request"),
    "tasks/patch": Case(200),
    "tasks/patch_merge": Case(200),
    "tasks/patch_stale": Case(412, "precondition_failed"),
    "tasks/patch_missing": Case(404, "not_found"),
    "tasks/patch_null_title": Case(422, "invalid_request", ["title"]),
    "tasks/patch_read_only_field": Case(422, "invalid_request", ["version"]),
    "tasks/patch_no_body": Case(400, "malformed_request"),
    "tasks/patch_wrong_content_type": Case(415, "unsupported_media_type"),
    "tasks/complete_toggle": Case(200),
    "tasks/complete_explicit": Case(200),
    "tasks/complete_stale": Case(412, "precondition_failed"),
    "tasks/complete_bad_value": Case(422, "invalid_request", ["completed"]),
    "tasks/complete_missing": Case(404, "not_found"),
    "tasks/delete": Case(204),
    "tasks/delete_stale": Case(412, "precondition_failed"),
    "tasks/delete_missing": Case(404, "not_found"),
}

CHANGES = [
    name for name, case in CASES.items() if case.code is None and not name.startswith(("tasks/list", "tasks/read"))
]
OF_ONE_TASK = [name for name in CASES if "task_id" in placeholders(name) and CASES[name].status in (200, 204, 304, 412)]
GATEWAY = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"


@pytest.fixture
def ann(moto_tables: None) -> dict[str, str]:
    """Values of somebody signed in who has three tasks; `task_id` is the oldest, changed once since it was made."""
    return somebody()


@pytest.fixture
def ben(moto_tables: None) -> dict[str, str]:
    """Values of somebody else who has three tasks."""
    return somebody_else()


@pytest.mark.parametrize("name", CHANGES)
def test_each_event_that_changes_something_is_answered_as_its_case_says(name: str, ann: dict[str, str]) -> None:
    before = by_id()
    check(name, CASES[name], ask(name, **ann))
    assert by_id() != before


def test_each_other_event_is_answered_as_its_case_says_and_changes_nothing(
    ann: dict[str, str], subtests: pytest.Subtests
) -> None:
    cursor = _next_page(ask("tasks/list_limited", **ann))["cursor"]
    before = by_id()
    # One after the other on the same tasks: that nothing changes is the point.
    for name in sorted(CASES.keys() - CHANGES - {"tasks/list_foreign_cursor"}):
        with subtests.test(name):
            check(name, CASES[name], ask(name, **ann, cursor=cursor))
            assert by_id() == before


def test_a_cursor_of_somebody_elses_list_is_refused(ann: dict[str, str], ben: dict[str, str]) -> None:
    name = "tasks/list_foreign_cursor"
    cursor = _next_page(ask("tasks/list_limited", **ben))["cursor"]
    assert ask("tasks/list_next_page", **ben, cursor=cursor).status == 200
    check(name, CASES[name], ask(name, **ann, foreign_cursor=cursor))


def test_a_registration_leads_through_the_authorizer_to_a_task_of_that_user(moto_tables: None) -> None:
    token = ask("register/created").json()["access_token"]
    decision = feed("authorizer/allow", load("authorizer/allow", access_token=token))
    event = load("tasks/create_minimal", access_token=token, **decision["context"])
    task = answer_to("tasks/create_minimal", event).json()
    assert {task_id: item["user_id"] for task_id, item in by_id().items()} == {task["id"]: decision["principalId"]}


def test_somebody_elses_task_is_answered_exactly_like_one_that_does_not_exist(
    ann: dict[str, str], ben: dict[str, str]
) -> None:
    before = by_id()
    missing = ask("tasks/read_missing", **ann)
    assert missing.status == 404
    for name in OF_ONE_TASK:
        foreign = ask(name, **ann | ben)
        assert (foreign.status, foreign.headers) == (missing.status, missing.headers), name
        assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}, name
    assert by_id() == before


def test_a_body_over_one_mebibyte_is_too_large(ann: dict[str, str]) -> None:
    event = load("tasks/create_minimal", **_principal(ann))
    fitting = json.dumps({"title": "a", "description": ""})
    room = 1024 * 1024 - len(fitting)
    for extra, expected in ((0, (422, "invalid_request")), (1, (413, "too_large"))):
        event["body"] = json.dumps({"title": "a", "description": "x" * (room + extra)})
        answer = answer_to("tasks/create_minimal", event)
        assert (answer.status, answer.json()["code"]) == expected


# --- Lists ---


def test_a_list_is_a_bare_array_of_the_callers_tasks_newest_first(ann: dict[str, str], ben: dict[str, str]) -> None:
    answer = ask("tasks/list", **ann)
    titles = ["Water the plants", "Call the dentist", "Book the train to Zürich"]
    assert [task["title"] for task in answer.json()] == titles
    assert answer.header("link") is None


def test_a_listed_task_is_shown_as_when_it_is_read(ann: dict[str, str]) -> None:
    assert ask("tasks/list", **ann).json()[-1] == ask("tasks/read", **ann).json()


def test_a_page_links_to_the_next_until_all_tasks_were_shown_once(ann: dict[str, str]) -> None:
    first = ask("tasks/list_limited", **ann)
    second = ask("tasks/list_next_page", **ann, cursor=_next_page(first)["cursor"])
    assert len(first.json()) == 2
    assert first.json() + second.json() == ask("tasks/list", **ann).json()
    assert second.header("link") is None


def test_the_link_to_the_next_page_is_absolute_and_keeps_the_limit(ann: dict[str, str]) -> None:
    link = ask("tasks/list_limited", **ann).header("link") or ""
    assert re.fullmatch(rf'<{GATEWAY}/api/tasks\?[^>]+>; rel="next"', link)
    assert _next_page(ask("tasks/list_limited", **ann)).keys() == {"limit", "cursor"}
    assert _next_page(ask("tasks/list_limited", **ann))["limit"] == "2"


# --- Creation ---


def test_a_new_task_is_echoed_with_its_title_trimmed_and_the_rest_as_it_was_sent(ann: dict[str, str]) -> None:
    sent = json.loads(load("tasks/create", **_principal(ann))["body"])
    task = ask("tasks/create", **ann).json()
    assert sent["title"] != sent["title"].strip()
    assert {name: task[name] for name in sent} == sent | {"title": sent["title"].strip()}


def test_a_new_task_has_an_opaque_id_an_absolute_address_and_its_first_version(ann: dict[str, str]) -> None:
    answer = ask("tasks/create", **ann)
    task = answer.json()
    assert str(uuid.UUID(task["id"])) == task["id"]
    assert task["url"] == f"{GATEWAY}/api/tasks/{task['id']}"
    assert answer.header("location") == task["url"]
    assert (task["version"], answer.header("etag")) == (1, '"1"')
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", task["created_at"])
    assert task["updated_at"] == task["created_at"]
    assert task["deleted_at"] is None


def test_a_task_of_a_title_alone_has_defaults_for_the_rest(ann: dict[str, str]) -> None:
    task = ask("tasks/create_minimal", **ann).json()
    defaults: dict[str, Any] = {
        "title": "Water the plants",
        "description": None,
        "completed": False,
        "completed_at": None,
        "priority": "none",
        "due": None,
        "due_timezone": None,
        "tags": [],
    }
    assert {name: task[name] for name in defaults} == defaults
    assert task["order"] > max(other["order"] for other in ask("tasks/list", **ann).json() if other["id"] != task["id"])


def test_a_task_may_be_completed_when_it_is_made(ann: dict[str, str]) -> None:
    task = ask("tasks/create_completed", **ann).json()
    assert task["completed"] is True
    assert task["completed_at"].endswith("Z")


def test_a_body_in_base64_is_read_like_any_other(ann: dict[str, str]) -> None:
    assert load("tasks/create_base64", **_principal(ann))["isBase64Encoded"] is True
    assert ask("tasks/create_base64", **ann).json()["title"] == "Naïve café ☕"


@pytest.mark.parametrize(
    ("name", "origin"),
    [("tasks/create_through_proxy", VIEWER_ORIGIN), ("tasks/create_through_forged_proxy", GATEWAY)],
)
def test_addresses_are_the_viewers_only_with_the_proxys_secret(name: str, origin: str, ann: dict[str, str]) -> None:
    assert load(name, **{key: ann[key] for key in placeholders(name)})["headers"]["x-taskward-viewer-origin"] == (
        VIEWER_ORIGIN
    )
    answer = ask(name, **ann)
    task = answer.json()
    assert answer.header("location") == task["url"] == f"{origin}/api/tasks/{task['id']}"


# --- One task ---


def test_a_task_is_read_with_its_current_tag(ann: dict[str, str]) -> None:
    answer = ask("tasks/read", **ann)
    assert (answer.json()["id"], answer.json()["version"]) == (ann["task_id"], 2)
    assert answer.header("etag") == '"2"'
    assert ask("tasks/read_modified", **ann) == answer


def test_who_has_the_current_version_gets_its_tag_and_no_body(ann: dict[str, str]) -> None:
    answer = ask("tasks/read_not_modified", **ann)
    assert (answer.status, answer.text, answer.header("etag")) == (304, "", '"2"')


def test_a_replacement_keeps_nothing_that_it_does_not_name(ann: dict[str, str]) -> None:
    before = ask("tasks/read", **ann).json()
    answer = ask("tasks/replace", **ann)
    task = answer.json()
    assert (task["title"], task["priority"], task["due"]) == ("Book the night train", "low", "2026-12-23")
    assert (task["description"], task["due_timezone"], task["tags"]) == (None, None, [])
    assert (task["id"], task["created_at"]) == (before["id"], before["created_at"])
    assert task["updated_at"] > before["updated_at"]
    assert (task["version"], answer.header("etag")) == (3, '"3"')
    assert ask("tasks/read", **ann).json() == task


def test_of_two_replacements_of_one_version_the_second_is_refused(ann: dict[str, str]) -> None:
    assert [ask("tasks/replace", **ann).status for _ in range(2)] == [200, 412]


def test_read_only_members_that_are_sent_back_are_ignored(ann: dict[str, str]) -> None:
    before = ask("tasks/read", **ann).json()
    task = ask("tasks/replace_sent_back", **ann).json()
    assert task["title"] == "Book the night train"
    assert (task["version"], task["created_at"]) == (3, before["created_at"])
    assert task["completed_at"] is None


def test_a_patch_changes_what_it_names_and_nothing_else(ann: dict[str, str]) -> None:
    before = ask("tasks/read", **ann).json()
    answer = ask("tasks/patch", **ann)
    task = answer.json()
    assert task == before | {
        "title": "Book the night train",
        "version": 3,
        "updated_at": task["updated_at"],
    }
    assert answer.header("etag") == '"3"'
    assert ask("tasks/read", **ann).json() == task


def test_a_null_in_a_merge_patch_takes_a_member_back_to_its_default(ann: dict[str, str]) -> None:
    before = ask("tasks/read", **ann).json()
    task = ask("tasks/patch_merge", **ann).json()
    assert task == before | {
        "description": None,
        "due": None,
        # The zone belonged to the time that is gone.
        "due_timezone": None,
        "tags": ["rail"],
        "version": 3,
        "updated_at": task["updated_at"],
    }


def test_completing_without_a_body_toggles(ann: dict[str, str]) -> None:
    completed, reopened = (ask("tasks/complete_toggle", **ann).json() for _ in range(2))
    assert (completed["completed"], completed["version"]) == (True, 3)
    assert completed["completed_at"].endswith("Z")
    assert (reopened["completed"], reopened["completed_at"], reopened["version"]) == (False, None, 4)


def test_completing_what_is_completed_changes_nothing(ann: dict[str, str]) -> None:
    first, second = (ask("tasks/complete_explicit", **ann) for _ in range(2))
    assert first.json()["completed"] is True
    assert second == first


# --- Deletion ---


def test_a_deleted_task_is_gone_for_every_request_and_lies_in_the_trash_for_a_month(
    ann: dict[str, str], clock: Clock
) -> None:
    ask("tasks/delete", **ann)
    assert ann["task_id"] not in [task["id"] for task in ask("tasks/list", **ann).json()]
    item = by_id()[ann["task_id"]]
    assert item["state"] == "trashed"
    assert item["expires_at"] == int(clock.now().timestamp()) + 30 * 24 * 3600
    for name in OF_ONE_TASK:
        assert ask(name, **ann).status == 404, name


def _principal(values: dict[str, str]) -> dict[str, str]:
    """What every event of somebody signed in is filled with."""
    return {name: values[name] for name in placeholders("tasks/create")}


def _next_page(answer: Answer) -> dict[str, str]:
    """The query parameters of the link to the next page."""
    link = re.fullmatch(r"<([^>]+)>.*", answer.header("link") or "")
    assert link, answer
    return {name: values[0] for name, values in parse_qs(urlsplit(link[1]).query).items()}
