"""Tasks against a database: isolation, versions, lists and their cursors."""

import json
import uuid
from typing import Any

import pytest

from taskward.errors import InvalidCursorError, NotFoundError, PreconditionFailedError
from taskward.tasks import clearing, list_queries, lists, models, service, workspace
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import COMPLETED, OPEN, TRASHED, TaskItem
from tests.conftest import Clock
from tests.support.racing import all_at_once
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")

ME, YOU = str(uuid.uuid4()), str(uuid.uuid4())


def _made(title: str = "Pay rent", user: str = ME, **fields: object) -> TaskItem:
    return service.create(user, TaskFields.model_validate({"title": title, **fields}))


def _titled(title: str) -> dict[str, Any]:
    return {"title": title}


def _page(user: str, limit: int, cursor: str | None) -> lists.Page:
    return lists.page(user, list_queries.parsed({}, utc), limit, cursor)


def _all_titles(user: str, limit: int = 100) -> list[str]:
    titles: list[str] = []
    cursor = None
    while True:
        page = _page(user, limit, cursor)
        titles += [task.title for task in page.tasks]
        cursor = page.next_cursor
        if cursor is None:
            return titles


def test_what_is_stored_comes_back() -> None:
    fields = {
        "title": "Pay rent",
        "description": "a\x00b \U0001f468\u200d\U0001f469 \u202eabc <script>alert(1)</script> '; DROP TABLE tasks;--",
        "completed": True,
        "priority": "high",
        "due": "2026-12-01T09:00:00",
        "due_timezone": "Europe/Paris",
        "tags": ["home", "größe", " kept as it is "],
        "order": -12.5,
        "repeat": "FREQ=WEEKLY",
        "repeat_from": "completion",
        "parent_id": None,
    }
    task = _made(**fields)  # type: ignore[arg-type]
    assert models.fields_of(service.get(ME, task.task_id)) == fields
    assert models.fields_of(_page(ME, 1, None).tasks[0]) == fields


def test_nobody_reaches_another_s_task_by_any_operation() -> None:
    task = _made()
    for operation in (
        lambda: service.get(YOU, task.task_id),
        lambda: service.patch(YOU, task.task_id, _titled("mine now"), utc),
        lambda: service.delete(YOU, task.task_id),
    ):
        with pytest.raises(NotFoundError):
            operation()
    clearing.delete(YOU, clearing.selected(YOU, "all"), "all")
    clearing.delete(YOU, [task.task_id], "all")
    assert _all_titles(YOU) == []
    assert service.get(ME, task.task_id).title == "Pay rent"
    assert service.get(ME, task.task_id).version == 1


def test_an_id_that_no_database_would_take_is_just_not_found() -> None:
    for task_id in ("x" * 3000, "", "\x00"):
        if task_id:
            with pytest.raises(NotFoundError):
                service.get(ME, task_id)


def test_each_change_makes_the_next_version_at_a_later_time(clock: Clock) -> None:
    task = _made()
    seen = [(task.version, task.updated_at)]
    for title in ("a", "b", "c"):
        clock.advance(seconds=-1)
        changed = service.patch(ME, task.task_id, _titled(title), utc)
        seen.append((changed.version, changed.updated_at))
    assert [version for version, _ in seen] == [1, 2, 3, 4]
    assert seen == sorted(seen, key=lambda pair: pair[1])
    assert len({moment for _, moment in seen}) == 4


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    task = _made()
    assert service.patch(ME, task.task_id, _titled("Pay rent"), utc).version == 1


def test_a_stale_precondition_is_refused_and_nothing_is_lost() -> None:
    task = _made()
    service.patch(ME, task.task_id, _titled("second"), utc, lambda version: version == 1)
    with pytest.raises(PreconditionFailedError):
        service.patch(ME, task.task_id, _titled("third"), utc, lambda version: version == 1)
    assert service.get(ME, task.task_id).title == "second"


def test_of_parallel_writers_who_know_the_version_exactly_one_succeeds() -> None:
    task = _made()
    results = all_at_once(
        [lambda n=n: service.patch(ME, task.task_id, _titled(f"writer {n}"), utc, lambda v: v == 1) for n in range(6)]  # type: ignore[misc]
    )
    winners = [result for result in results if isinstance(result, TaskItem)]
    assert len(winners) == 1
    assert sum(isinstance(result, PreconditionFailedError) for result in results) == 5
    assert service.get(ME, task.task_id).title == winners[0].title


def test_parallel_changes_without_a_precondition_are_all_made() -> None:
    task = _made()

    def with_tag(tag: str) -> TaskItem:
        def change(here: workspace.Workspace) -> TaskItem:
            item = here.live(task.task_id)
            item.tags = [*item.tags, tag]
            return item

        return workspace.carry_out(ME, change)

    results = all_at_once([lambda n=n: with_tag(str(n)) for n in range(4)])  # type: ignore[misc]
    assert not [result for result in results if isinstance(result, Exception)]
    stored = service.get(ME, task.task_id)
    assert (sorted(stored.tags), stored.version) == (["0", "1", "2", "3"], 5)


def test_of_two_toggles_in_the_same_instant_neither_takes_the_other_s_write_for_its_own(clock: Clock) -> None:
    # With the clock behind, both make the same time of change: nothing but the write itself tells them apart.
    task = _made()
    clock.advance(hours=-1)
    for _ in range(3):
        all_at_once([lambda: service.complete(ME, task.task_id, None, utc)] * 2)
    stored = service.get(ME, task.task_id)
    assert (stored.version, stored.state) == (7, OPEN)


def test_a_write_whose_answer_was_lost_is_not_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    task = _made()
    put = workspace._put
    lost = iter([True])

    def answer_lost_once(*written: Any) -> bool:
        # What the client library does when a time-out hides a success: it repeats the write, which then fails.
        return put(*written) and (not next(lost, False) or put(*written))

    monkeypatch.setattr(workspace, "_put", answer_lost_once)
    assert service.complete(ME, task.task_id, None, utc).state == COMPLETED
    assert (service.get(ME, task.task_id).state, service.get(ME, task.task_id).version) == (COMPLETED, 2)


def test_a_deleted_task_is_in_the_trash_and_nowhere_else(clock: Clock) -> None:
    task = _made()
    service.delete(ME, task.task_id)
    with pytest.raises(NotFoundError):
        service.get(ME, task.task_id)
    with pytest.raises(NotFoundError):
        service.patch(ME, task.task_id, _titled("back"), utc)
    assert _all_titles(ME) == []
    stored = TaskItem.get(ME, task.task_id)
    assert (stored.state, stored.title) == (TRASHED, "Pay rent")
    assert stored.expires_at == int(clock.now().timestamp()) + 30 * 86400


def test_completing_keeps_the_first_time_and_reopening_forgets_it(clock: Clock) -> None:
    task = _made()
    done = service.complete(ME, task.task_id, True, utc)
    first = done.completed_at
    assert first is not None
    clock.advance(minutes=1)
    again = service.complete(ME, task.task_id, True, utc)
    assert (again.completed_at, again.version) == (first, done.version)
    assert service.complete(ME, task.task_id, False, utc).completed_at is None


def test_the_list_is_newest_first_with_open_and_completed_merged(clock: Clock) -> None:
    for n in range(7):
        clock.advance(seconds=1)
        _made(str(n), completed=n % 3 == 0)
    for limit in (1, 2, 3, 7, 100):
        assert _all_titles(ME, limit) == ["6", "5", "4", "3", "2", "1", "0"], limit


def test_tasks_of_the_same_instant_are_neither_skipped_nor_repeated(clock: Clock) -> None:
    for n in range(9):
        _made(str(n), completed=n % 2 == 0)
    for limit in (1, 2, 4, 5):
        titles = _all_titles(ME, limit)
        assert sorted(titles) == [str(n) for n in range(9)], limit


def test_a_page_is_full_and_has_a_cursor_unless_it_is_the_last() -> None:
    for n in range(5):
        _made(str(n))
    first = _page(ME, 4, None)
    assert (len(first.tasks), first.next_cursor is not None) == (4, True)
    second = _page(ME, 4, first.next_cursor)
    assert (len(second.tasks), second.next_cursor) == (1, None)
    exact = _page(ME, 5, None)
    assert (len(exact.tasks), exact.next_cursor) == (5, None)


def test_paging_survives_what_happens_between_two_pages(clock: Clock) -> None:
    made = []
    for n in range(8):
        clock.advance(seconds=1)
        made.append(_made(str(n)))
    first = _page(ME, 3, None)
    assert [task.title for task in first.tasks] == ["7", "6", "5"]
    clock.advance(seconds=1)
    _made("made in between")
    service.delete(ME, made[5].task_id)  # the task that the cursor names
    service.complete(ME, made[6].task_id, True, utc)  # seen already
    service.complete(ME, made[3].task_id, True, utc)  # not seen yet
    rest = _page(ME, 100, first.next_cursor)
    assert [task.title for task in rest.tasks] == ["4", "3", "2", "1", "0"]


def test_a_list_that_was_cut_off_by_the_amount_read_still_shows_everything_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lists, "MAX_QUERIES", 2)
    # 100 tasks of 32 KB are three times what one query reads; the two states are cut at different places.
    text = "\U0001f4be" * 8192
    for n in range(100):
        _made(str(n), description=text if n % 4 else "short", completed=n % 4 == 0)
    page = _page(ME, 100, None)
    assert page.next_cursor is not None
    assert 0 < len(page.tasks) < 100
    assert _all_titles(ME, 100) == [str(n) for n in reversed(range(100))]


def test_a_task_that_is_completed_between_the_two_queries_is_shown_once_as_completed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = _made()
    read = lists._Stream.read

    def completed_after_the_open_ones_were_read(stream: lists._Stream) -> None:
        read(stream)
        if stream._low.startswith(OPEN):
            service.complete(ME, task.task_id, True, utc)

    monkeypatch.setattr(lists._Stream, "read", completed_after_the_open_ones_were_read)
    (shown,) = _page(ME, 10, None).tasks
    assert (shown.state, shown.version) == (COMPLETED, 2)


def test_an_answer_never_outgrows_what_lambda_may_return() -> None:
    text = "\x01" * 8192
    for n in range(100):
        _made(str(n), description=text, tags=[f"{k:02}" + "\x01" * 48 for k in range(20)])
    page = _page(ME, 100, None)
    assert page.next_cursor is not None
    shown = json.dumps([models.representation(task, "https://x/api") for task in page.tasks], ensure_ascii=False)
    assert len(json.dumps({"body": shown}, ensure_ascii=False).encode()) < 6 * 1024 * 1024
    assert _all_titles(ME) == [str(n) for n in reversed(range(100))]


def test_a_cursor_of_another_user_or_of_nobody_is_refused() -> None:
    for n in range(3):
        _made(str(n))
        _made(str(n), user=YOU)
    cursor = _page(YOU, 1, None).next_cursor
    assert cursor is not None
    for wrong in (cursor, "", "x", "e30", "W10", "!!!", "a" * 5000, cursor[:-1], "\u00e9", "WzEsMiwzXQ", "bnVsbA"):
        with pytest.raises(InvalidCursorError):
            _page(ME, 1, wrong)


def test_deleting_all_completed_leaves_the_open_ones() -> None:
    for n in range(5):
        _made(str(n), completed=n % 2 == 0)
    clearing.delete(ME, clearing.selected(ME, "completed"), "completed")
    assert _all_titles(ME) == ["3", "1"]
    clearing.delete(ME, clearing.selected(ME, "all"), "all")
    assert _all_titles(ME) == []


def test_deleting_all_completed_spares_a_task_that_is_reopened_meanwhile() -> None:
    task = _made(completed=True)
    selected = clearing.selected(ME, "completed")
    service.complete(ME, task.task_id, False, utc)
    clearing.delete(ME, selected, "completed")
    assert service.get(ME, task.task_id).state == OPEN


def test_two_parallel_creations_both_appear_at_once() -> None:
    for _ in range(5):
        all_at_once([lambda: _made("a"), lambda: _made("b")])
    assert sorted(_all_titles(ME)) == ["a"] * 5 + ["b"] * 5


def test_the_index_keys_follow_every_change() -> None:
    task = _made(due="2026-12-01", order=1)
    service.complete(ME, task.task_id, True, utc)
    stored = TaskItem.get(ME, task.task_id)
    assert stored.created_key.startswith(f"{COMPLETED}#")
    assert stored.due_key == f"{COMPLETED}#2026-12-01#{task.task_id}"
    assert stored.order_key.startswith(f"{COMPLETED}#bff")
    assert stored.changed_key == f"{stored.updated_at}#{task.task_id}"
    service.patch(ME, task.task_id, {"due": None}, utc)
    assert TaskItem.get(ME, task.task_id).due_key == f"{COMPLETED}#~#{task.task_id}"
