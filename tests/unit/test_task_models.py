"""A task's fields: limits, merge patches, and numbers that sort."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from taskward.tasks.models import MAX_ORDER, TaskFields, fields_of, merge_patched, representation
from taskward.tasks.operations import set_completed_at, set_members
from taskward.tasks.tables import PURGED, TaskItem, sortable_number


def _item(**fields: Any) -> TaskItem:
    item = TaskItem("me", "1", version=1, created_at="2026-01-01T00:00:00.000000Z", order=1)
    item.updated_at = item.created_at
    made = TaskFields.model_validate({"title": "x"} | fields)
    set_members(item, made)
    set_completed_at(item, item.created_at if made.completed else None)
    return item


finite = st.floats(min_value=-MAX_ORDER, max_value=MAX_ORDER, allow_nan=False)


@given(finite, finite)
def test_sortable_numbers_sort_as_the_numbers_do(one: float, other: float) -> None:
    if one != other:
        assert (sortable_number(one) < sortable_number(other)) == (one < other)
    else:
        assert math.copysign(1, one) != math.copysign(1, other) or sortable_number(one) == sortable_number(other)


@pytest.mark.parametrize("order", [math.inf, math.nan, MAX_ORDER + 1, MAX_ORDER + 2, -MAX_ORDER - 1, True, "1"])
def test_an_order_that_does_not_survive_json_is_refused(order: object) -> None:
    with pytest.raises(ValidationError):
        TaskFields.model_validate({"title": "x", "order": order})


def test_a_title_is_trimmed_and_nothing_else_is() -> None:
    fields = TaskFields.model_validate({"title": " \u00a0a b\n", "description": " x ", "tags": [" t "]})
    assert (fields.title, fields.description, fields.tags) == ("a b", " x ", [" t "])


def test_a_patch_of_nothing_changes_nothing() -> None:
    item = _item(description="d", due="2026-12-24T18:00:00", due_timezone="Europe/Paris", order=2.5, completed=True)
    patched = TaskFields.model_validate(merge_patched(item, {}))
    assert patched.model_dump() == fields_of(item)


def test_null_in_a_patch_takes_a_member_back_to_its_default() -> None:
    item = _item(description="d", priority="high", tags=["a"], completed=True)
    patch = {"description": None, "priority": None, "tags": None, "completed": None}
    patched = TaskFields.model_validate(merge_patched(item, patch))
    assert (patched.description, patched.priority, patched.tags, patched.completed) == (None, "none", [], False)


def test_a_zone_goes_with_the_time_it_belonged_to() -> None:
    item = _item(due="2026-12-24T18:00:00", due_timezone="Europe/Paris")
    assert "due_timezone" not in merge_patched(item, {"due": None})
    assert "due_timezone" not in merge_patched(item, {"due": "2026-12-25"})
    assert merge_patched(item, {"due": "2026-12-25T09:00:00"})["due_timezone"] == "Europe/Paris"


def test_a_rule_goes_with_the_date_it_needs() -> None:
    item = _item(due="2026-12-24", repeat="FREQ=WEEKLY", repeat_from="completion")
    assert merge_patched(item, {})["repeat"] == "FREQ=WEEKLY"
    assert merge_patched(item, {"due": "2026-12-25"})["repeat"] == "FREQ=WEEKLY"
    assert "repeat" not in merge_patched(item, {"due": None})
    with pytest.raises(ValidationError):
        TaskFields.model_validate({"title": "x", "repeat": "FREQ=WEEKLY"})


def test_null_in_a_patch_ends_repeating_and_takes_a_subtask_to_the_top() -> None:
    item = _item(due="2026-12-24", repeat="FREQ=WEEKLY", repeat_from="completion")
    item.parent_id = "2"
    patched = TaskFields.model_validate(merge_patched(item, {"repeat": None, "repeat_from": None, "parent_id": None}))
    assert (patched.repeat, patched.repeat_from, patched.parent_id) == (None, "due", None)


def test_a_tombstone_shows_nothing_of_what_the_task_was() -> None:
    item = _item(description="d")
    item.state, item.deleted_at = PURGED, item.created_at
    assert representation(item, "https://x/api") == {
        "id": "1",
        "purged": True,
        "version": 1,
        "updated_at": item.updated_at,
        "deleted_at": item.deleted_at,
    }


def test_whole_orders_are_shown_as_whole_numbers() -> None:
    assert repr(representation(_item(order=3.0), "https://x/api")["order"]) == "3"
    assert repr(representation(_item(order=2.5), "https://x/api")["order"]) == "2.5"


def test_no_internal_attribute_is_shown() -> None:
    shown = representation(_item(), "https://x/api")
    assert not shown.keys() & {
        *("user_id", "state", "created_key", "changed_key", "order_key", "expires_at", "parent_key", "root_id", "tree"),
        *("trashed_with", "next_id", "request_digest", "write_id"),
    }
