"""The change feed: walks, tokens, tombstones, and writes that are under way while it is read."""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskward import cursors
from taskward.errors import InvalidCursorError
from taskward.tasks import feed, models, service, workspace
from taskward.tasks.errors import ChangesTokenExpiredError, InvalidChangesTokenError
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import PURGED, TRASHED, TaskItem
from tests.conftest import Clock
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")

ME, YOU = str(uuid.uuid4()), str(uuid.uuid4())


def _made(title: str = "Pay rent", user: str = ME, **fields: object) -> TaskItem:
    return service.create(user, TaskFields.model_validate({"title": title, **fields}))


def _walked(since: str | None = None, limit: int = 100, user: str = ME) -> tuple[list[TaskItem], str]:
    """All that a walk to the end shows, and the token that it ends with."""
    tasks: list[TaskItem] = []
    while True:
        found = feed.changes(user, since, limit)
        tasks += found.tasks
        since = found.next_token
        if not found.more:
            return tasks, since


def _ids(tasks: list[TaskItem]) -> list[str]:
    return [task.task_id for task in tasks]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 100])
def test_a_walk_without_a_token_shows_everything_once_in_the_order_of_changes(limit: int, clock: Clock) -> None:
    made = []
    for n in range(7):
        clock.advance(seconds=1)
        made.append(_made(str(n)))
    clock.advance(seconds=1)
    service.patch(ME, made[2].task_id, {"title": "changed last"}, utc)
    _made(user=YOU)
    tasks, _ = _walked(limit=limit)
    assert _ids(tasks) == _ids([*made[:2], *made[3:], made[2]])


def test_a_page_has_as_many_as_asked_for_and_says_whether_there_is_more() -> None:
    for n in range(5):
        _made(str(n))
    first = feed.changes(ME, None, 3)
    assert (len(first.tasks), first.more) == (3, True)
    second = feed.changes(ME, first.next_token, 3)
    assert (len(second.tasks), second.more) == (2, False)


def test_of_somebody_who_has_no_task_there_is_nothing_and_a_token_all_the_same(clock: Clock) -> None:
    tasks, token = _walked()
    assert tasks == []
    clock.advance(hours=1)
    made = _made()
    assert _ids(_walked(token)[0]) == [made.task_id]


def test_every_kind_of_change_is_told_in_the_newest_state(clock: Clock) -> None:
    made = [_made(str(n)) for n in range(5)]
    clock.advance(hours=1)
    _, token = _walked()
    clock.advance(hours=1)
    assert _walked(token)[0] == []
    changes = (
        lambda: service.patch(ME, made[0].task_id, {"title": "changed"}, utc),
        lambda: service.complete(ME, made[1].task_id, True, utc),
        lambda: service.delete(ME, made[2].task_id),
        lambda: service.delete(ME, made[3].task_id, permanent=True),
        lambda: service.delete(ME, made[4].task_id),
        lambda: service.restore(ME, made[4].task_id),
    )
    for change in changes:
        clock.advance(seconds=1)
        change()
    clock.advance(seconds=1)
    new = _made("new")
    told = _walked(token)[0]
    assert [(task.task_id, task.state, task.version) for task in told] == [
        (made[0].task_id, "open", 2),
        (made[1].task_id, "completed", 2),
        (made[2].task_id, TRASHED, 2),
        (made[3].task_id, PURGED, 2),
        (made[4].task_id, "open", 3),
        (new.task_id, "open", 1),
    ]


def test_of_a_task_deleted_for_good_nothing_but_a_tombstone_is_left(clock: Clock) -> None:
    task = _made("a secret", description="another", tags=["third"], due="2026-12-01")
    clock.advance(minutes=1)
    service.delete(ME, task.task_id, permanent=True)
    (stone,) = _walked()[0]
    assert models.representation(stone, "https://x/api") == {
        "id": task.task_id,
        "purged": True,
        "version": 2,
        "updated_at": stone.updated_at,
        "deleted_at": stone.updated_at,
    }
    row = stone.to_simple_dict()
    assert not {"title", "description", "due", "order", "created_key", "due_key", "order_key"} & row.keys()
    assert row.get("tags", []) == []


def test_a_task_that_comes_twice_comes_in_the_same_version(clock: Clock) -> None:
    made = _made()
    tasks, token = _walked()
    clock.advance(seconds=30)
    again, token = _walked(token)
    assert [models.facts(task) for task in again] == [models.facts(task) for task in tasks]
    assert _ids(again) == [made.task_id]
    # Once it is well past, it comes no more.
    clock.advance(seconds=120)
    _, token = _walked(token)
    clock.advance(seconds=120)
    assert _walked(token)[0] == []


@pytest.mark.parametrize(("writer", "reader"), [(-10, 10), (10, -10), (-10, -10), (10, 10)])
def test_a_write_that_was_under_way_while_all_was_read_is_told_by_the_next_walk(
    writer: float, reader: float, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, put = clock.moment, workspace._put
    missed: list[str] = []
    token = ""

    def late_put(*written: Any) -> bool:
        nonlocal token
        # Forty seconds pass until it is stored; just before, the others read all there is.
        clock.moment = start + timedelta(seconds=40 + reader)
        tasks, token = _walked()
        missed.extend(_ids(tasks))
        return put(*written)

    with monkeypatch.context() as patch:
        patch.setattr(workspace, "_put", late_put)
        clock.moment = start + timedelta(seconds=writer)
        late = _made("late")
    clock.moment = start + timedelta(seconds=41 + reader)
    assert missed == []
    assert _ids(_walked(token)[0]) == [late.task_id]


def test_what_is_changed_between_two_pages_is_told_by_the_same_walk_or_the_next(clock: Clock) -> None:
    made = []
    for n in range(6):
        clock.advance(seconds=1)
        made.append(_made(str(n)))
    first = feed.changes(ME, None, 3)
    clock.advance(seconds=1)
    service.patch(ME, made[0].task_id, {"title": "seen already"}, utc)
    service.patch(ME, made[5].task_id, {"title": "not seen yet"}, utc)
    rest, _ = _walked(first.next_token, 2)
    assert [task.title for task in rest] == ["3", "4", *sorted(["seen already", "not seen yet"], key=_by_id(made))]


def _by_id(made: list[TaskItem]) -> Any:
    ids = {"seen already": made[0].task_id, "not seen yet": made[5].task_id}
    return ids.__getitem__


def test_a_token_serves_for_twenty_nine_days_and_is_gone_after_them(clock: Clock) -> None:
    start = clock.moment
    _made()
    _, token = _walked()
    clock.moment = start + timedelta(days=29) - feed.OVERLAP
    assert _walked(token)[0] != []
    clock.advance(seconds=1)
    with pytest.raises(ChangesTokenExpiredError) as refused:
        feed.changes(ME, token, 10)
    assert refused.value.status == 410


def test_a_walk_that_was_left_off_can_be_gone_on_with_for_twenty_nine_days(clock: Clock) -> None:
    start = clock.moment
    for n in range(3):
        _made(str(n))
    first = feed.changes(ME, None, 1)
    clock.moment = start + timedelta(days=29)
    assert len(_walked(first.next_token)[0]) == 2
    clock.advance(seconds=1)
    with pytest.raises(ChangesTokenExpiredError):
        feed.changes(ME, first.next_token, 1)


def test_a_tombstone_outlives_every_token_from_before_it(clock: Clock) -> None:
    task = _made()
    service.delete(ME, task.task_id, permanent=True)
    clock.advance(days=feed.TOKEN_DAYS)
    stone = TaskItem.get(ME, task.task_id)
    assert stone.expires_at > clock.moment.timestamp() + 20


def test_a_token_of_another_user_is_refused() -> None:
    for user in (ME, YOU):
        for n in range(2):
            _made(str(n), user=user)
    for token in (feed.changes(YOU, None, 1).next_token, _walked(user=YOU)[1]):
        with pytest.raises(InvalidChangesTokenError) as refused:
            feed.changes(ME, token, 10)
        assert refused.value.status == 400


NOW = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize(
    "values",
    [
        (),
        ("",),
        ("", ""),
        (f"{NOW}.000000Z",),
        (f"{NOW}.000000Z", "", ""),
        (f"{NOW}.000000Z", "x"),
        # Seven digits and no zone; zones of their own; dates that there are not.
        (f"{NOW}.0000000", ""),
        (f"{NOW}.000000Z", f"{NOW}.0000000"),
        ("9999-12-31T23:59:59.9-23:59", ""),
        (f"{NOW}.000000Z", "9999-12-31T23:59:59.9-23:59"),
        ("2026-13-01T00:00:00.000000Z", ""),
        ("2026-01-01T24:00:01.000000Z", ""),
        (f"{NOW}.000000Z", "0000-00-00T00:00:00.000000Z"),
        ("~" * 27, ""),
        (f"{NOW}.000000Z#", ""),
        (f"{NOW}.000000Z#{'g' * 36}", ""),
        (f"{NOW}.000000Z\n", ""),
        ("٢٠٢٦-11-21T00:00:00.000000Z", ""),
    ],
)
def test_a_token_that_was_made_up_is_refused(values: tuple[str, ...]) -> None:
    with pytest.raises(InvalidChangesTokenError):
        feed.changes(ME, cursors.encoded(feed._feed_name(ME), values), 10)


def test_a_token_from_the_future_shows_nothing_and_breaks_nothing() -> None:
    _made()
    for place in ("9999-12-31T23:59:59.999999Z", f"9999-12-31T23:59:59.999999Z#{uuid.UUID(int=0)}"):
        for began in ("", "9999-12-31T23:59:59.999999Z"):
            found = feed.changes(ME, cursors.encoded(feed._feed_name(ME), (place, began)), 10)
            assert (found.tasks, found.more) == ([], False)
            assert feed.changes(ME, found.next_token, 10).more is False


def test_a_token_from_before_all_time_is_too_old() -> None:
    for began in ("", "0001-01-01T00:00:00.000000Z"):
        with pytest.raises(ChangesTokenExpiredError):
            feed.changes(ME, cursors.encoded(feed._feed_name(ME), ("0001-01-01T00:00:00.000000Z", began)), 10)


@pytest.mark.parametrize("token", ["", "x", "e30", "W10", "bnVsbA", "!!!", "\u00e9", "a" * 5000, "WzEsMiwzXQ"])
def test_what_is_no_token_at_all_is_refused(token: str) -> None:
    with pytest.raises(InvalidCursorError):
        feed.changes(ME, token, 10)


def test_the_cursor_of_a_list_is_no_token() -> None:
    _made()
    values = json.loads(base64.urlsafe_b64decode(feed.changes(ME, None, 1).next_token + "=="))
    for name in (f"{ME}/tasks/created", f"{ME}/events"):
        with pytest.raises(InvalidChangesTokenError):
            feed.changes(ME, cursors.encoded(name, tuple(values[1:])), 10)
