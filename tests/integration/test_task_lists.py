"""What the tasks function gives many tasks of: lists with every parameter, numbers, changes and subtasks."""

import pytest

from tests.conftest import Clock
from tests.support.sample_events import Case, ask, check
from tests.support.task_events import Values, by_id, carried_out, somebody, somebody_else, titles, with_subtasks

TRAIN, DENTIST, PLANTS = "Book the train to Zürich", "Call the dentist", "Water the plants"

# Of ann's three tasks those that each list has, in its order: the train is open and due on 24 December at 9:30 in
# Zurich, the dentist is completed, the plants are open without a date.
LISTED = {
    "tasks/list_open": [PLANTS, TRAIN],
    "tasks/list_completed": [DENTIST],
    "tasks/list_trashed": [],
    "tasks/list_by_priority": [TRAIN],
    "tasks/list_by_tags": [TRAIN],
    "tasks/list_due_before": [TRAIN],
    "tasks/list_due_after": [],
    "tasks/list_overdue": [],
    "tasks/list_without_due": [PLANTS, DENTIST],
    "tasks/list_by_text": [TRAIN],
    "tasks/list_by_change": [TRAIN, PLANTS, DENTIST],
    "tasks/list_by_order_backwards": [PLANTS, DENTIST, TRAIN],
    "tasks/list_open_limited": [PLANTS],
}

CASES = {
    **{name: Case(200) for name in LISTED},
    "tasks/list_by_due": Case(200),
    "tasks/list_open_next_page": Case(200),
    "tasks/list_cursor_of_other_query": Case(400, "invalid_cursor"),
    "tasks/list_bad_parameters": Case(
        422,
        "invalid_request",
        [
            *("status", "priority", "tag", "due_before", "due_after", "overdue", "no_due", "q"),
            *("sort", "direction"),
        ],
    ),
    "tasks/list_bad_timezone": Case(422, "invalid_request", ["tz"]),
    "tasks/list_repeated_parameter": Case(422, "invalid_request", ["sort"]),
    "tasks/summary": Case(200),
    "tasks/summary_in_zone": Case(200),
    "tasks/summary_bad_timezone": Case(422, "invalid_request", ["tz"]),
    "tasks/changes": Case(200),
    "tasks/changes_limited": Case(200),
    "tasks/changes_since": Case(200),
    "tasks/changes_broken_token": Case(400, "invalid_cursor"),
    "tasks/changes_foreign_token": Case(400, "invalid_cursor"),
    "tasks/changes_old_token": Case(410, "changes_token_expired"),
    "tasks/changes_bad_limit": Case(422, "invalid_request", ["limit"]),
    "tasks/subtasks": Case(200),
    "tasks/subtasks_missing": Case(404, "not_found"),
}


@pytest.fixture
def ann(moto_tables: None) -> Values:
    """Values of somebody with three tasks."""
    return somebody()


def test_each_event_is_answered_as_its_case_says_and_changes_nothing(
    ann: Values, clock: Clock, subtests: pytest.Subtests
) -> None:
    page = ask("tasks/list_open_limited", **ann).next_page()
    values = ann | {
        "cursor": (page or {})["cursor"],
        "since": ask("tasks/changes", **ann).json()["next"],
        "foreign_since": ask("tasks/changes", **somebody_else()).json()["next"],
    }
    before = by_id()
    for name in sorted(CASES.keys() - {"tasks/changes_old_token"}):
        with subtests.test(name):
            check(name, CASES[name], ask(name, **values))
            assert by_id() == before


@pytest.mark.parametrize("name", LISTED)
def test_a_list_has_what_its_parameters_ask_for_in_their_order(name: str, ann: Values) -> None:
    assert titles(ask(name, **ann)) == LISTED[name]


def test_tasks_without_a_due_date_stand_behind_all_others(ann: Values) -> None:
    first, *others = titles(ask("tasks/list_by_due", **ann))
    assert (first, set(others)) == (TRAIN, {DENTIST, PLANTS})


def test_a_list_of_what_is_due_later_has_it_once_the_bound_is_earlier(ann: Values) -> None:
    (task,) = carried_out(
        ann,
        {
            "op": "patch",
            "id": ann["other_id"],
            "patch": {"due": "2026-12-24T12:01:00", "due_timezone": "America/New_York"},
        },
    )
    assert titles(ask("tasks/list_due_after", **ann)) == [task["title"]]


def test_what_is_overdue_is_seen_from_the_zone_that_is_named(ann: Values, clock: Clock) -> None:
    # In Tokyo a day is over at 15:00 UTC.
    carried_out(ann, {"op": "patch", "id": ann["other_id"], "patch": {"due": "2026-12-23"}})
    clock.moment = clock.moment.replace(year=2026, month=12, day=23, hour=14, minute=59)
    assert titles(ask("tasks/list_overdue", **ann)) == []
    clock.advance(minutes=1)
    assert titles(ask("tasks/list_overdue", **ann)) == [PLANTS]


def test_the_trash_is_listed_by_its_own_status_alone(ann: Values) -> None:
    ask("tasks/delete", **ann)
    (trashed,) = ask("tasks/list_trashed", **ann).json()
    assert (trashed["id"], trashed["deleted_at"] is None) == (ann["task_id"], False)
    assert TRAIN not in titles(ask("tasks/list", **ann))


def test_the_next_page_keeps_the_query_and_its_cursor_is_good_for_no_other(ann: Values) -> None:
    page = ask("tasks/list_open_limited", **ann).next_page()
    assert page is not None
    assert page.keys() == {"status", "limit", "cursor"}
    following = ask("tasks/list_open_next_page", **ann, cursor=page["cursor"])
    assert titles(following) == [TRAIN]
    assert following.next_page() is None


def test_the_summary_counts_what_is_overdue_and_due_today_in_a_zone(ann: Values, clock: Clock) -> None:
    carried_out(ann, {"op": "patch", "id": ann["other_id"], "patch": {"due": "2026-12-25"}})
    # Half past eight in the evening in Zurich, and the 25th in Auckland.
    clock.moment = clock.moment.replace(year=2026, month=12, day=24, hour=19, minute=30)
    shown = ask("tasks/summary", **ann).json()
    assert shown == {
        # The train, which was due this morning.
        "overdue": {"count": 1, "exact": True},
        "due_today": {"count": 1, "exact": True},
        "open": {"count": 2, "exact": True},
        "completed": {"count": 1, "exact": True},
    }
    carried_out(ann, {"op": "complete", "id": ann["task_id"]})
    assert ask("tasks/summary", **ann).json()["due_today"]["count"] == 0
    assert ask("tasks/summary_in_zone", **ann).json()["due_today"]["count"] == 1


def test_changes_are_followed_page_by_page_and_then_from_where_they_ended(ann: Values, clock: Clock) -> None:
    first = ask("tasks/changes_limited", **ann).json()
    assert (len(first["tasks"]), first["more"]) == (2, True)
    second = ask("tasks/changes_since", **ann, since=first["next"]).json()
    assert second["more"] is False
    everything = ask("tasks/changes", **ann).json()["tasks"]
    assert first["tasks"] + second["tasks"] == everything
    assert [task["title"] for task in everything] == [DENTIST, PLANTS, TRAIN]
    clock.advance(minutes=5)
    ask("tasks/delete_permanently", **ann)
    later = ask("tasks/changes_since", **ann, since=second["next"]).json()["tasks"]
    assert later[-1] == {
        "id": ann["task_id"],
        "purged": True,
        "version": 3,
        "updated_at": later[-1]["updated_at"],
        "deleted_at": later[-1]["deleted_at"],
    }


def test_a_token_of_changes_is_good_for_29_days(ann: Values, clock: Clock) -> None:
    name = "tasks/changes_old_token"
    token = ask("tasks/changes", **ann).json()["next"]
    # It says from a minute earlier on.
    clock.advance(days=29, minutes=-1)
    assert ask("tasks/changes_since", **ann, since=token).status == 200
    clock.advance(minutes=1, seconds=1)
    check(name, CASES[name], ask(name, **ann, since=token))


def test_subtasks_are_listed_with_how_many_of_them_are_completed(ann: Values) -> None:
    assert ask("tasks/subtasks", **ann).json() == {"progress": {"total": 0, "completed": 0}, "tasks": []}
    with_subtasks(ann, 2)
    first = ask("tasks/subtasks", **ann).json()["tasks"][0]["id"]
    carried_out(ann, {"op": "complete", "id": first})
    shown = ask("tasks/subtasks", **ann).json()
    assert shown["progress"] == {"total": 2, "completed": 1}
    assert {task["parent_id"] for task in shown["tasks"]} == {ann["task_id"]}
