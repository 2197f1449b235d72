"""Pages of lists while tasks change between them, cursors that do not belong, and what search takes for the same."""

import uuid
from collections.abc import Callable

import pytest

from taskward import cursors
from taskward.errors import InvalidCursorError
from taskward.tasks import list_queries, lists, service
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import TaskItem
from taskward.timezones import zone
from tests.conftest import Clock
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")

ME, YOU = str(uuid.uuid4()), str(uuid.uuid4())


def _made(title: str, user: str = ME, **fields: object) -> TaskItem:
    return service.create(user, TaskFields.model_validate({"title": title, **fields}))


def _page(limit: int, cursor: str | None = None, user: str = ME, tz: str = "UTC", **parameters: str) -> lists.Page:
    query = list_queries.parsed({name: [value] for name, value in parameters.items()}, lambda: zone(tz, "tz"))
    return lists.page(user, query, limit, cursor)


def _titles(page: lists.Page) -> list[str]:
    return [task.title for task in page.tasks]


@pytest.mark.parametrize(("sort", "member"), [("due", "due"), ("order", "order")])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_what_happens_between_two_pages_makes_nothing_skipped_or_shown_twice(
    sort: str, member: str, direction: str
) -> None:
    def made_at(title: str, place: int) -> TaskItem:
        return _made(title, ME, **{member: f"2026-12-{place + 10:02}" if sort == "due" else place})

    made = [made_at(str(n), n) for n in range(8)]
    shown = range(8) if direction == "asc" else range(7, -1, -1)
    first = _page(3, sort=sort, direction=direction)
    assert _titles(first) == [str(n) for n in shown[:3]]
    # The task that the cursor names is deleted; one that was shown is completed, and so is one that was not.
    service.delete(ME, made[shown[2]].task_id)
    service.complete(ME, made[shown[1]].task_id, True, utc)
    service.complete(ME, made[shown[4]].task_id, True, utc)
    made_at("before the cursor", shown[0])
    made_at("behind the cursor", shown[7])
    rest = _page(100, first.next_cursor, sort=sort, direction=direction)
    titles = _titles(rest)
    assert [title for title in titles if title != "behind the cursor"] == [str(n) for n in shown[3:]]
    assert "behind the cursor" in titles


def test_a_cursor_of_another_user_query_or_zone_is_refused() -> None:
    for user in (ME, YOU):
        for n in range(3):
            _made(str(n), user=user, due="2026-12-01")
    asked = {"due_before": "2027-01-01", "sort": "due"}
    cursor = _page(1, **asked).next_cursor
    assert cursor is not None
    assert _page(1, cursor, **asked).tasks
    others: list[Callable[[], object]] = [
        lambda: _page(1, cursor, user=YOU, **asked),
        lambda: _page(1, cursor, tz="Europe/Paris", **asked),
        lambda: _page(1, cursor, **asked, status="open"),
        lambda: _page(1, cursor, due_before="2027-01-02", sort="due"),
        lambda: _page(1, cursor, due_before="2027-01-01"),
        lambda: _page(1, cursor),
    ]
    for other in others:
        with pytest.raises(InvalidCursorError) as refused:
            other()
        assert refused.value.status == 400


@pytest.mark.parametrize("sort", list_queries.SORTS)
@pytest.mark.parametrize("direction", list_queries.DIRECTIONS)
def test_a_cursor_with_a_made_up_place_is_refused_or_shows_what_is_behind_it(sort: str, direction: str) -> None:
    for n in range(3):
        _made(str(n), due=f"2026-12-0{n + 1}", order=n)
    some_id = str(uuid.uuid4())
    for parameters in (
        {"sort": sort, "direction": direction},
        {"sort": sort, "direction": direction, "status": "open", "due_before": "2026-12-03"},
        {"sort": sort, "direction": direction, "no_due": "true"},
    ):
        query = list_queries.parsed({name: [value] for name, value in parameters.items()}, utc)
        everything = {task.task_id for task in lists.page(ME, query, 100, None).tasks}
        for place in ("", "0", "~", "~" * 40, "9" * 40, "2026-12-02", "a" * 41, "open", "\x00", "é", "#", "1#2"):
            for task_id in (some_id, "-" * 36, "x", "", some_id.upper(), f"{some_id}#"):
                cursor = cursors.encoded(lists._list_name(ME, query), (place, task_id))
                try:
                    found = lists.page(ME, query, 100, cursor)
                except InvalidCursorError:
                    continue
                assert {task.task_id for task in found.tasks} <= everything
        for values in ((), ("0",), ("0", some_id, "0")):
            with pytest.raises(InvalidCursorError):
                lists.page(ME, query, 100, cursors.encoded(lists._list_name(ME, query), values))


def test_a_task_is_overdue_where_its_time_is_past(clock: Clock) -> None:
    # Half past midnight in Paris on the day after summer time ended there, still the day before in London.
    clock.moment = clock.moment.replace(year=2026, month=10, day=25, hour=23, minute=30)
    _made("a day", due="2026-10-25")
    _made("floating", due="2026-10-26T00:15:00")
    _made("in Paris", due="2026-10-26T00:15:00", due_timezone="Europe/Paris")
    _made("in New York", due="2026-10-26T00:15:00", due_timezone="America/New_York")
    _made("never")
    for name, overdue in (
        ("Europe/Paris", ["a day", "floating", "in Paris"]),
        ("Europe/London", ["in Paris"]),
        ("Pacific/Kiritimati", ["a day", "floating", "in Paris"]),
        ("America/New_York", ["in Paris"]),
    ):
        assert sorted(_titles(_page(10, tz=name, overdue="true"))) == overdue, name


def test_in_the_hour_that_a_clock_shows_twice_a_time_is_overdue_once_it_was_shown_first(clock: Clock) -> None:
    _made("at half past two", due="2026-10-25T02:30:00", due_timezone="Europe/Paris")
    for hour, minute, is_overdue in ((0, 29, False), (0, 31, True), (1, 29, True), (1, 31, True)):
        clock.moment = clock.moment.replace(year=2026, month=10, day=25, hour=hour, minute=minute)
        assert bool(_page(10, overdue="true", tz="Europe/Paris").tasks) is is_overdue, (hour, minute)


def test_the_trash_leaves_out_what_is_over(clock: Clock) -> None:
    for n in range(4):
        service.delete(ME, _made(str(n)).task_id)
        clock.advance(days=1)
    clock.advance(days=28)
    page = _page(10, status="trashed")
    assert (_titles(page), page.next_cursor) == (["3"], None)


def test_search_looks_in_title_and_description_and_takes_signs_as_they_are() -> None:
    _made("100 % done")
    _made("b", description="Straße\nnach Århus")
    _made("strange (a|b).*")
    assert _titles(_page(10, q="strasse")) == ["b"]
    assert _titles(_page(10, q="ARHUS")) == ["b"]
    assert _titles(_page(10, q="%")) == ["100 % done"]
    assert _titles(_page(10, q="(a|b).*")) == ["strange (a|b).*"]
    assert _titles(_page(10, q="nowhere")) == []
