"""Lists of tasks: filters, sorts and pages of every size, against what plain Python makes of the same tasks."""

import random
import uuid
from collections.abc import Callable
from itertools import chain, cycle
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from taskward.tasks import list_queries, lists
from taskward.tasks.tables import TaskItem
from tests.conftest import Clock
from tests.support.listed_tasks import NOW, ZONES, random_query, random_tasks, wanted

pytestmark = pytest.mark.usefixtures("database")

ME = str(uuid.uuid4())


@pytest.fixture
def tasks(clock: Clock) -> list[TaskItem]:
    """Tasks of mine, and others' beside them, at a moment that stands still."""
    clock.moment = NOW
    chance = random.Random(5)
    mine = random_tasks(chance, ME, 60)
    with TaskItem.batch_write() as batch:
        for task in [*mine, *random_tasks(chance, "another", 20)]:
            batch.save(task)
    return mine


def _pages(parameters: dict[str, list[str]], zone: ZoneInfo, limit: int) -> list[list[str]]:
    query, cursor = list_queries.parsed(parameters, lambda: zone), None
    pages: list[list[str]] = []
    while True:
        found = lists.page(ME, query, limit, cursor)
        pages.append([task.task_id for task in found.tasks])
        cursor = found.next_cursor
        if cursor is None:
            return pages


def _all(parameters: dict[str, list[str]], zone: ZoneInfo, limit: int = lists.MAX_LIMIT) -> list[str]:
    return list(chain(*_pages(parameters, zone, limit)))


def _every_query() -> list[dict[str, list[str]]]:
    """Each status by each sort, with each filter alone; the two directions in turn."""
    directions = cycle(list_queries.DIRECTIONS)
    filters: list[dict[str, list[str]]] = [
        {},
        {"priority": ["high"]},
        {"priority": ["high", "low"]},
        {"tag": ["home"]},
        {"tag": ["home", "Größe"]},
        {"due_before": ["2026-10-25"]},
        {"due_after": ["2026-10-25T01:00:00"]},
        {"overdue": ["true"]},
        {"no_due": ["true"]},
        {"q": ["GRÖSSE"]},
        {"q": ["find"], "priority": ["none", "low"]},
    ]
    return [
        {"status": [status], "sort": [sort], "direction": [next(directions)], **each}
        for status in list_queries.STATUSES
        for sort in list_queries.SORTS
        for each in filters
    ]


def test_each_filter_in_each_order_shows_what_is_wanted(tasks: list[TaskItem]) -> None:
    found = 0
    for parameters in _every_query():
        zone = ZoneInfo("Europe/Paris")
        shown = _all(parameters, zone)
        assert shown == wanted(tasks, parameters, zone), parameters
        found += len(shown)
    assert found > 500, "most of them find something"


def test_filters_combined_show_the_same_tasks_in_pages_of_any_size(database: str, tasks: list[TaskItem]) -> None:
    chance = random.Random(6)
    # Moto takes ten times as long.
    for _ in range(20 if database == "moto" else 150):
        parameters, zone = random_query(chance), ZoneInfo(chance.choice(ZONES))
        limit = chance.choice([1, 3, 7, 20, 100])
        pages = _pages(parameters, zone, limit)
        assert list(chain(*pages)) == wanted(tasks, parameters, zone), (parameters, zone, limit)
        if parameters.get("status") != ["trashed"]:
            assert all(len(page) == limit for page in pages[:-1]), "pages are full, whatever is filtered out"


def test_pages_cut_off_by_the_amount_read_show_everything_once_all_the_same(
    tasks: list[TaskItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "EXAMINED_A_QUERY", 5)
    chance, were_short = random.Random(7), 0
    for _ in range(25):
        parameters, zone = random_query(chance), ZoneInfo(chance.choice(ZONES))
        pages = _pages(parameters, zone, 10)
        assert list(chain(*pages)) == wanted(tasks, parameters, zone), (parameters, zone)
        were_short += any(len(page) < 10 for page in pages[:-1])
    assert were_short > 3


def test_bounds_the_wrong_way_round_show_nothing(tasks: list[TaskItem]) -> None:
    wrong = {"due_after": ["2027-06-01"], "due_before": ["2025-06-01"]}
    for sort in list_queries.SORTS:
        assert _pages({**wrong, "sort": [sort]}, ZoneInfo("UTC"), 10) == [[]]
        late = {"due_after": ["2027-06-01"], "overdue": ["true"], "sort": [sort]}
        assert _pages(late, ZoneInfo("UTC"), 10) == [[]]
    first = lists.page(ME, list_queries.parsed({"sort": ["due"]}, lambda: ZoneInfo("UTC")), 1, None)
    assert first.tasks


def test_however_few_pass_a_filter_a_page_takes_four_queries_of_so_many_tasks_at_most(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.moment = NOW
    assert (lists.MAX_QUERIES, lists.EXAMINED_A_QUERY) == (4, 250)
    monkeypatch.setattr(lists, "EXAMINED_A_QUERY", 25)
    many = random_tasks(random.Random(8), ME, 160)
    with TaskItem.batch_write() as batch:
        for task in many:
            batch.save(task)
    read, examined = _counted(monkeypatch)
    for parameters in ({"q": ["nowhere"]}, {"q": ["nowhere"], "sort": ["updated"]}, {"tag": ["none has it"]}):
        read.clear()
        examined.clear()
        found = lists.page(ME, list_queries.parsed(parameters, lambda: ZoneInfo("UTC")), 10, None)
        assert found.tasks == []
        assert len(read) <= lists.MAX_QUERIES
        assert sum(examined) <= lists.MAX_QUERIES * lists.EXAMINED_A_QUERY
        assert _all(parameters, ZoneInfo("UTC"), 10) == []
    # There are more of them than one page looks at.
    assert lists.page(ME, list_queries.parsed({"q": ["nowhere"]}, lambda: ZoneInfo("UTC")), 10, None).next_cursor


def _counted(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[int]]:
    read: list[str] = []
    examined: list[int] = []
    plain: Callable[[Any], None] = lists._Stream.read

    def counting(stream: lists._Stream) -> None:
        before = len(stream.tasks)
        plain(stream)
        read.append(stream._low)
        examined.append(len(stream.tasks) - before)

    monkeypatch.setattr(lists._Stream, "read", counting)
    return read, examined
