"""Tasks that repeat: completion makes the next one, with its subtasks; reopening takes it back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from taskward.errors import InvalidRequestError
from taskward.tasks import feed, models, quota, service
from taskward.tasks.errors import TooManyChangesError, TooManyTasksError
from taskward.tasks.tables import COMPLETED, OPEN, PURGED, TRASHED, TaskItem
from tests.conftest import Clock
from tests.support import forest
from tests.support.interleaving import interleaved, switches
from tests.support.own_tasks import (
    ME,
    again,
    carried_out,
    chain,
    completed,
    kept,
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


@pytest.fixture(autouse=True)
def _on_a_tuesday(clock: Clock) -> None:
    clock.moment = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def _repeating(below: TaskItem | None = None, **fields: Any) -> TaskItem:
    return made("Water plants", below, **{"due": "2026-12-01", "repeat": "FREQ=DAILY", **fields})


def _next_of(task: TaskItem) -> TaskItem:
    return service.get(ME, again(task).next_id)


def _open() -> list[TaskItem]:
    return [each for each in forest.stored(ME).values() if each.state == OPEN]


@pytest.mark.parametrize(
    ("due", "timezone", "repeat", "next_due"),
    [
        ("2026-12-01", None, "FREQ=DAILY", "2026-12-02"),
        ("2026-11-03", None, "FREQ=WEEKLY;BYDAY=MO,TH", "2026-12-03"),
        ("2026-12-01T09:00:00", None, "FREQ=WEEKLY", "2026-12-08T09:00:00"),
        ("2026-12-01T13:00:00", "Europe/Paris", "FREQ=MONTHLY", "2027-01-01T13:00:00"),
        ("2026-03-28T09:00:00", "Europe/Paris", "FREQ=YEARLY", "2027-03-28T09:00:00"),
        ("2026-12-31", None, "FREQ=DAILY", "2027-01-01"),
    ],
)
def test_completion_makes_the_next_one_with_a_due_date_of_the_same_kind(
    due: str, timezone: str | None, repeat: str, next_due: str
) -> None:
    members: dict[str, Any] = {"description": "x", "priority": "high", "tags": ["a"], "order": 7.5}
    task = _repeating(due=due, due_timezone=timezone, repeat=repeat, **members)
    done = completed(task)
    assert (done.state, done.due, done.repeat) == (COMPLETED, due, repeat)
    following = _next_of(task)
    assert models.fields_of(following) == {**models.fields_of(task), "due": next_due, "completed": False}
    assert kept(following, "version", "completed_at") == (1, None)
    assert following.created_at == following.updated_at == done.updated_at


def test_from_completion_the_next_one_is_reckoned_from_that_day() -> None:
    task = _repeating(due="2026-10-01", repeat="FREQ=DAILY;INTERVAL=3", repeat_from="completion")
    completed(task)
    assert (_next_of(task).due, _next_of(task).repeat_from) == ("2026-12-04", "completion")


def test_today_is_that_of_who_asks(clock: Clock) -> None:
    clock.moment = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    task = _repeating(repeat_from="completion")
    service.complete(ME, task.task_id, True, lambda: ZoneInfo("Europe/Paris"))
    assert _next_of(task).due == "2026-12-03"


def test_the_zone_is_asked_for_by_nothing_that_does_not_need_it() -> None:
    def zone_of() -> ZoneInfo:
        raise AssertionError

    task = made()
    service.complete(ME, task.task_id, True, zone_of)
    service.complete(ME, task.task_id, False, zone_of)
    with pytest.raises(AssertionError):
        service.complete(ME, _repeating().task_id, True, zone_of)


def test_a_rule_that_counts_comes_to_its_end() -> None:
    task = _repeating(repeat="FREQ=DAILY;COUNT=3")
    dues = [task.due]
    while True:
        completed(task)
        if again(task).next_id is None:
            break
        task = _next_of(task)
        dues.append(task.due)
    assert dues == ["2026-12-01", "2026-12-02", "2026-12-03"]
    assert _open() == []
    assert completed(task, False).repeat == "FREQ=DAILY;COUNT=1"


def test_every_way_to_complete_makes_the_next_one() -> None:
    toggled, put, in_a_batch = _repeating(), _repeating(), _repeating()
    completed(toggled, None)
    fields = models.TaskFields.model_validate({**models.fields_of(put), "completed": True})
    service.replace(ME, put.task_id, fields, lambda: ZoneInfo("UTC"))
    carried_out({"op": "complete", "id": in_a_batch.task_id})
    assert {_next_of(each).due for each in (toggled, put, in_a_batch)} == {"2026-12-02"}


def test_what_is_completed_already_makes_none() -> None:
    task = _repeating()
    completed(task)
    completed(task)
    patched(task, title="anew")
    born_completed = _repeating(completed=True)
    completed(born_completed)
    assert len(forest.stored(ME)) == 3


def test_of_two_who_complete_it_at_once_one_makes_the_next() -> None:
    for _ in range(4):
        task = _repeating()
        results = all_at_once([lambda: completed(task)] * 3)  # noqa: B023
        assert not [each for each in results if isinstance(each, Exception)]
        (following,) = _open()
        assert following.task_id == again(task).next_id
        trashed(following)


def test_one_who_completes_and_one_who_toggles_leave_one_that_is_open() -> None:
    for switch in switches():
        task = _repeating()
        interleaved([lambda: completed(task), lambda: completed(task, None)], switch)  # noqa: B023
        (left,) = _open()
        assert (left.task_id == task.task_id) == (again(task).state == OPEN)
        trashed(left)


def test_subtasks_come_along_open_and_as_many_days_later() -> None:
    top = _repeating(repeat="FREQ=WEEKLY")
    fields: dict[str, Any] = {"due": "2026-11-29T08:00:00", "due_timezone": "Europe/Paris"}
    inner = made("inner", top, **fields)
    made("innermost", inner)
    completed(inner)
    completed(top)
    following = _next_of(top)
    subtasks = {each.title: each for each in service.subtasks(ME, following.task_id)}
    assert {each.state for each in subtasks.values()} == {OPEN}
    assert subtasks["inner"].due == "2026-12-06T08:00:00"
    assert subtasks["innermost"].due is None
    assert subtasks["innermost"].parent_id == subtasks["inner"].task_id
    assert titles_below(top) == ["inner", "innermost"]
    assert forest.faults(ME) == []


def test_a_subtask_that_repeats_has_its_next_one_beside_it() -> None:
    top = made("top")
    task = _repeating(top)
    made("inner", task)
    completed(task)
    assert _next_of(task).parent_id == top.task_id
    assert titles_below(top) == ["Water plants"] * 2 + ["inner"] * 2
    assert forest.faults(ME) == []


def test_reopening_takes_the_next_one_back_with_its_subtasks(clock: Clock) -> None:
    top = _repeating()
    made("inner", top)
    completed(top)
    made_then = [each.task_id for each in _open()]
    clock.advance(minutes=2)
    token = feed.changes(ME, None, 100).next_token
    clock.advance(minutes=2)
    completed(top, False)
    assert kept(top, "state", "repeat", "next_id") == (OPEN, "FREQ=DAILY", None)
    stored = forest.stored(ME)
    assert [stored[task_id].state for task_id in made_then] == [PURGED, PURGED]
    assert {each.task_id for each in feed.changes(ME, token, 100).tasks} >= set(made_then)
    assert titles_below(top) == ["inner"]
    assert forest.faults(ME) == []
    # It goes on as if nothing had been.
    completed(top)
    assert _next_of(top).due == "2026-12-02"
    assert again(top).next_id not in made_then


TOUCHES: dict[str, Callable[..., Any]] = {
    "changed": lambda task, _: patched(task, title="anew"),
    "completed": lambda task, _: completed(task),
    "changed below": lambda _, inner: patched(inner, title="anew"),
    "completed below": lambda _, inner: completed(inner),
    "trashed below": lambda _, inner: trashed(inner),
    "added below": lambda _, inner: made("more", inner),
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_when_the_next_one_was_touched_it_stays_and_the_reopened_one_repeats_no_more(touch: str) -> None:
    top = _repeating()
    made("inner", top)
    completed(top)
    following = _next_of(top)
    (inner,) = service.subtasks(ME, following.task_id)
    TOUCHES[touch](following, inner)
    before = again(following).to_simple_dict()
    completed(top, False)
    assert kept(top, "state", "repeat", "next_id") == (OPEN, None, None)
    assert again(following).to_simple_dict() == before
    assert forest.faults(ME) == []


@pytest.mark.parametrize("remove", [trashed, purged])
def test_when_the_next_one_was_deleted_the_reopened_one_goes_on(remove: Callable[[TaskItem], None]) -> None:
    task = _repeating()
    completed(task)
    remove(_next_of(task))
    completed(task, False)
    assert kept(task, "state", "repeat", "next_id") == (OPEN, "FREQ=DAILY", None)
    completed(task)
    assert [each.due for each in _open()] == ["2026-12-02"]


def test_a_subtask_that_repeats_itself_is_not_doubled_by_what_it_is_below() -> None:
    top = _repeating(repeat="FREQ=WEEKLY")
    watered = made("watered each day", top, due="2026-12-01", repeat="FREQ=DAILY")
    made("below", watered)
    for _ in range(2):
        completed(watered)
        watered = _next_of(watered)
    completed(top)
    following = _next_of(top)
    assert sorted(each.title for each in _open()) == ["Water plants", "below", "watered each day"]
    assert titles_below(following) == ["below", "watered each day"]
    assert forest.faults(ME) == []


@pytest.mark.parametrize("goes", [purged, trashed, lambda task: moved(task, None)])
def test_what_a_repeating_subtask_left_behind_does_not_come_back(goes: Callable[[TaskItem], None]) -> None:
    top = _repeating(repeat="FREQ=WEEKLY")
    each_day = made("each day", top, due="2026-12-01", repeat="FREQ=DAILY")
    completed(each_day)
    goes(_next_of(each_day))
    completed(top)
    assert titles_below(_next_of(top)) == []
    assert forest.faults(ME) == []


def test_a_next_one_that_lost_a_subtask_is_touched() -> None:
    for parent in (None, made("top")):
        task = _repeating(parent)
        made("inner", task)
        completed(task)
        following = _next_of(task)
        (inner,) = service.subtasks(ME, following.task_id)
        moved(inner, None)
        completed(task, False)
        assert (again(following).state, again(inner).state) == (OPEN, OPEN)
        assert kept(task, "state", "repeat", "next_id", "next_size") == (OPEN, None, None, None)


def test_a_rule_that_is_sent_with_the_reopening_counts() -> None:
    task = _repeating()
    completed(task)
    patched(_next_of(task), title="anew")
    patched(task, completed=False, repeat="FREQ=WEEKLY")
    assert kept(task, "state", "repeat") == (OPEN, "FREQ=WEEKLY")


def test_where_the_tree_is_full_the_next_one_is_at_the_top() -> None:
    top = made("top")
    task = _repeating(top)
    for n in range(89):
        made(str(n), top)
    completed(task)
    assert kept(_next_of(task), "parent_id", "due") == (None, "2026-12-02")
    assert forest.faults(ME) == []


def test_within_a_tree_what_was_added_below_the_next_one_keeps_it_there_too() -> None:
    task = _repeating(made("top"))
    completed(task)
    following = _next_of(task)
    inner = made("inner", following)
    completed(task, False)
    assert (again(following).state, again(inner).state) == (OPEN, OPEN)
    assert kept(task, "state", "repeat", "next_id") == (OPEN, None, None)
    assert forest.faults(ME) == []


def test_a_touch_while_it_is_reopened_is_not_lost() -> None:
    for switch in switches():
        task = _repeating()
        completed(task)
        following = _next_of(task)
        _, touched = interleaved(
            [lambda: completed(task, False), lambda: patched(following, title="anew")],  # noqa: B023
            switch,
        )
        stored = again(following)
        if isinstance(touched, Exception):
            assert stored.state == PURGED
        else:
            assert (stored.state, stored.title) == (OPEN, "anew")
            assert again(task).repeat is None


def test_completed_reopened_and_completed_in_one_batch_makes_one() -> None:
    task = _repeating()
    steps = [{"op": "complete", "id": task.task_id, "completed": done} for done in (True, False, True)]
    carried_out(*steps)
    assert [each.due for each in _open()] == ["2026-12-02"]
    carried_out(steps[1], steps[0])
    assert [each.due for each in _open()] == ["2026-12-02"]
    carried_out(*steps[:2])
    assert again(task).state == COMPLETED or len(_open()) == 1


def test_a_repeating_task_made_and_completed_in_one_batch_has_its_next_one() -> None:
    task_id = "00000000-0000-4000-8000-000000000001"
    task = {"title": "x", "due": "2026-12-01", "repeat": "FREQ=DAILY"}
    carried_out({"op": "create", "id": task_id, "task": task}, {"op": "complete", "id": task_id})
    assert [(each.due, each.title) for each in _open()] == [("2026-12-02", "x")]


def test_what_would_take_more_than_a_transaction_is_refused_and_nothing_is_done() -> None:
    top = _repeating()
    operations = [
        {"op": "create", "id": f"00000000-0000-4000-8000-{n:012}", "task": {"title": "x", "parent_id": top.task_id}}
        for n in range(50)
    ]
    carried_out(*operations[:49])
    completed(top)
    completed(top, False)
    carried_out(*operations[49:])
    with pytest.raises(TooManyChangesError):
        completed(top)
    assert {each.state for each in service.subtasks(ME, top.task_id)} == {OPEN}
    # Without the rule it goes.
    patched(top, repeat=None)
    assert completed(top).state == COMPLETED


def test_without_room_for_the_next_one_the_task_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    top = _repeating()
    made("inner", top)
    quota._counted(quota._usage(ME))
    monkeypatch.setattr(quota, "MAX_TASKS", 3)
    with pytest.raises(TooManyTasksError):
        completed(top)
    assert again(top).state == OPEN
    monkeypatch.setattr(quota, "MAX_TASKS", 4)
    assert completed(top).state == COMPLETED


def test_a_task_that_repeats_goes_on_from_the_trash() -> None:
    task = _repeating()
    completed(task)
    following = _next_of(task)
    trashed(task)
    restored(task)
    assert again(task).next_id == following.task_id
    completed(task, False)
    assert again(following).state == PURGED


def test_taking_away_the_due_date_takes_the_rule_along_and_a_rule_needs_one() -> None:
    task = _repeating()
    assert patched(task, due=None).repeat is None
    with pytest.raises(InvalidRequestError):
        patched(task, repeat="FREQ=DAILY")


def test_a_moved_or_trashed_one_in_between_leaves_no_loose_ends() -> None:
    tree = chain("1", "2")
    task = _repeating(tree[1])
    completed(task)
    moved(_next_of(task), tree[0])
    completed(task, False)
    assert forest.faults(ME) == []
    trashed(tree[1])
    assert again(task).state == TRASHED
    assert forest.faults(ME) == []
