"""The trash: what goes there and for how long, what comes back and where to, and deletion for good."""

import pytest

from taskward.errors import InvalidRequestError, NotFoundError, PreconditionFailedError
from taskward.tasks import feed, models, service, trash, trees
from taskward.tasks.tables import COMPLETED, LIVE, OPEN, PURGED, TRASHED, TaskItem
from tests.conftest import Clock
from tests.support import forest
from tests.support.own_tasks import (
    ME,
    YOU,
    again,
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

pytestmark = pytest.mark.usefixtures("database")


def _states(*tasks: TaskItem) -> list[str]:
    return [again(task).state for task in tasks]


def test_a_task_comes_back_as_it_was(clock: Clock) -> None:
    task = made(description="x", tags=["a"], due="2026-12-01", repeat="FREQ=DAILY", order=3)
    before = models.fields_of(task)
    clock.advance(seconds=1)
    trashed(task)
    stored = again(task)
    assert (stored.version, stored.deleted_at) == (2, stored.updated_at)
    assert stored.expires_at == int(clock.now().timestamp()) + 30 * 86400
    back = restored(task)
    assert models.fields_of(back) == models.fields_of(service.get(ME, task.task_id)) == before
    assert not {"deleted_at", "expires_at", "trashed_with"} & back.to_simple_dict().keys()
    assert back.version == 3


def test_a_completed_task_comes_back_completed_since_then() -> None:
    task = made()
    since = completed(task).completed_at
    trashed(task)
    assert (restored(task).state, again(task).completed_at) == (COMPLETED, since)


def test_what_is_not_in_the_trash_stays_as_it_is_when_restored() -> None:
    task = made()
    assert restored(task).version == 1


def test_after_thirty_days_a_task_is_gone_though_the_database_still_has_it(clock: Clock) -> None:
    tree = chain("1", "2")
    trashed(tree[0])
    clock.advance(days=30, seconds=-1)
    restored(tree[0])
    trashed(tree[0])
    clock.advance(days=30)
    for task in tree:
        with pytest.raises(NotFoundError):
            restored(task)
        with pytest.raises(NotFoundError):
            purged(task)
    assert _states(*tree) == [TRASHED, TRASHED]


@pytest.mark.parametrize("permanent", [True, False])
def test_what_is_not_there_or_is_somebody_else_s_is_not_found(permanent: bool) -> None:
    task = made()
    for user, task_id in ((YOU, task.task_id), (ME, "00000000-0000-4000-8000-000000000000"), (ME, "x"), (ME, "USAGE")):
        with pytest.raises(NotFoundError):
            service.delete(user, task_id, permanent=permanent)
        with pytest.raises(NotFoundError):
            service.restore(user, task_id)
    assert again(task).version == 1


def test_what_is_in_the_trash_cannot_be_put_there_again_or_be_changed() -> None:
    task = made()
    trashed(task)
    for attempt in (trashed, completed, lambda task: patched(task, title="x"), lambda task: moved(task, None)):
        with pytest.raises(NotFoundError):
            attempt(task)
    assert again(task).version == 2


def test_the_version_of_what_is_in_the_trash_is_a_precondition_too() -> None:
    task = made()
    trashed(task)
    with pytest.raises(PreconditionFailedError):
        service.restore(ME, task.task_id, lambda version: version == 1)
    with pytest.raises(PreconditionFailedError):
        service.delete(ME, task.task_id, lambda version: version == 1, permanent=True)
    assert service.restore(ME, task.task_id, lambda version: version == 2).state == OPEN


def test_all_that_is_below_goes_along_and_comes_back_to_where_it_was() -> None:
    tree = chain("1", "2", "3", "4")
    completed(tree[3])
    trashed(tree[1])
    assert _states(*tree) == [OPEN, TRASHED, TRASHED, TRASHED]
    assert titles_below(tree[0]) == []
    assert [again(each).trashed_with for each in tree[1:]] == [None, tree[1].task_id, tree[1].task_id]
    assert forest.faults(ME) == []
    restored(tree[1])
    assert _states(*tree) == [OPEN, OPEN, OPEN, COMPLETED]
    assert titles_below(tree[0]) == ["2", "3", "4"]
    assert titles_below(tree[2]) == ["4"]
    assert forest.faults(ME) == []


def test_what_was_in_the_trash_before_does_not_come_back_with_the_task_above() -> None:
    tree = chain("1", "2", "3")
    trashed(tree[2])
    trashed(tree[0])
    restored(tree[0])
    assert _states(*tree) == [OPEN, OPEN, TRASHED]
    restored(tree[2])
    assert titles_below(tree[1]) == ["3"]
    assert forest.faults(ME) == []


def test_a_subtask_comes_back_alone_at_the_top_while_what_took_it_along_stays() -> None:
    tree = chain("1", "2", "3", "4")
    trashed(tree[0])
    restored(tree[2])
    assert kept(tree[2], "parent_id", "root_id") == (None, None)
    assert titles_below(tree[2]) == ["4"]
    assert _states(*tree) == [TRASHED, TRASHED, OPEN, OPEN]
    assert forest.faults(ME) == []
    restored(tree[0])
    assert titles_below(tree[0]) == ["2"]
    assert titles_below(tree[2]) == ["4"]
    assert forest.faults(ME) == []


@pytest.mark.parametrize("gone", ["trashed", "deleted for good"])
def test_a_task_whose_place_is_gone_comes_back_at_the_top(gone: str) -> None:
    tree = chain("1", "2", "3")
    trashed(tree[1])
    service.delete(ME, tree[0].task_id, permanent=gone == "deleted for good")
    restored(tree[1])
    assert kept(tree[1], "parent_id", "root_id") == (None, None)
    assert titles_below(tree[1]) == ["3"]
    assert forest.faults(ME) == []


@pytest.mark.parametrize("limit", ["MAX_DESCENDANTS", "MAX_LEVELS"])
def test_a_task_whose_place_is_full_comes_back_at_the_top(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = chain("1", "2", "3", "4")
    trashed(tree[2])
    # What it was one by one: full, with just what is to come back missing.
    monkeypatch.setattr(trees, limit, {"MAX_DESCENDANTS": 2, "MAX_LEVELS": 3}[limit])
    assert restored(tree[2]).parent_id is None
    assert titles_below(tree[2]) == ["4"]
    assert titles_below(tree[0]) == ["2"]
    assert forest.faults(ME) == []
    trashed(tree[3])
    monkeypatch.setattr(trees, limit, {"MAX_DESCENDANTS": 3, "MAX_LEVELS": 4}[limit])
    assert restored(tree[3]).parent_id == tree[2].task_id


def test_a_task_comes_back_into_a_tree_that_was_moved_meanwhile() -> None:
    tree, other = chain("1", "2", "3"), made("other")
    trashed(tree[2])
    moved(tree[0], other)
    restored(tree[2])
    assert titles_below(other) == ["1", "2", "3"]
    assert again(tree[2]).root_id == other.task_id
    assert forest.faults(ME) == []


@pytest.mark.parametrize("first", ["live", "trashed"])
def test_what_is_deleted_for_good_leaves_a_tombstone_with_nothing_of_the_task(first: str, clock: Clock) -> None:
    task = made("secret", description="secret", tags=["secret"], due="2026-12-01", repeat="FREQ=DAILY")
    if first == "trashed":
        trashed(task)
    clock.advance(days=1)
    purged(task)
    stored = again(task)
    assert stored.state == PURGED
    assert "secret" not in str(stored.to_simple_dict())
    kept = {name for name, value in stored.to_simple_dict().items() if value not in (None, [])}
    assert kept <= {
        *("user_id", "task_id", "state", "version", "write_id", "changed_key"),
        *("created_at", "updated_at", "deleted_at", "expires_at"),
    }
    assert stored.expires_at == int(clock.now().timestamp()) + 30 * 86400
    assert stored.version == (3 if first == "trashed" else 2)
    for attempt in (restored, purged, trashed):
        with pytest.raises(NotFoundError):
            attempt(task)


def test_deletion_for_good_takes_all_that_is_below_and_nothing_else() -> None:
    tree = chain("1", "2", "3")
    beside, earlier = made("beside", tree[0]), made("earlier", tree[1])
    trashed(earlier)
    purged(tree[1])
    assert _states(*tree, beside, earlier) == [OPEN, PURGED, PURGED, OPEN, TRASHED]
    assert titles_below(tree[0]) == ["beside"]
    assert restored(earlier).parent_id is None
    assert forest.faults(ME) == []


def test_deletion_for_good_from_the_trash_takes_what_went_there_along() -> None:
    tree = chain("1", "2", "3", "4")
    trashed(tree[0])
    restored(tree[3])
    purged(tree[1])
    assert _states(*tree) == [TRASHED, PURGED, PURGED, OPEN]
    restored(tree[0])
    assert titles_below(tree[0]) == []
    assert forest.faults(ME) == []


def test_a_new_subtask_can_come_when_one_went(clock: Clock) -> None:
    top = made("top")
    first = made("first", top)
    trashed(first)
    made("second", top)
    assert titles_below(top) == ["second"]
    restored(first)
    assert titles_below(top) == ["first", "second"]
    assert forest.faults(ME) == []


def test_each_step_is_told_by_the_feed_in_its_order(clock: Clock) -> None:
    tree = chain("1", "2")
    clock.advance(minutes=2)
    token = feed.changes(ME, None, 100).next_token
    clock.advance(minutes=2)
    trashed(tree[0])
    told = feed.changes(ME, token, 100).tasks
    assert sorted((each.title, each.state, each.version) for each in told) == [("1", TRASHED, 2), ("2", TRASHED, 2)]
    purged(tree[1])
    restored(tree[0])
    told = feed.changes(ME, token, 100).tasks
    assert sorted((each.state, each.version) for each in told) == [(OPEN, 3), (PURGED, 3)]


def test_time_in_the_trash_is_thirty_days_however_late_a_subtask_was_made() -> None:
    tree = chain("1", "2")
    trashed(tree[0])
    one, other = (again(each).expires_at for each in tree)
    assert abs(one - other) <= 1
    assert trash.TRASH_DAYS == 30
    assert not [each for each in forest.stored(ME).values() if each.state in LIVE]
    with pytest.raises(InvalidRequestError):
        made("3", tree[1])
