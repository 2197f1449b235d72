"""How many tasks there are of each kind: exact up to a bound, told from more, and never much read for it."""

import random
import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pynamodb.connection import Connection

from taskward.tasks import quota, service
from taskward.tasks import summary as summaries
from taskward.tasks.models import TaskFields
from taskward.tasks.summary import Count, summary
from taskward.tasks.tables import OPEN, TaskItem
from tests.conftest import Clock
from tests.support.capacity import metered
from tests.support.listed_tasks import NOW, ZONES, random_tasks, wanted
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")

ME = str(uuid.uuid4())


def _stored(tasks: list[TaskItem]) -> None:
    with TaskItem.batch_write() as batch:
        for task in tasks:
            batch.save(task)


def _made(title: str, **fields: object) -> TaskItem:
    return service.create(ME, TaskFields.model_validate({"title": title, **fields}))


def _few(count: int) -> list[TaskItem]:
    """Open tasks that are overdue, of which half are due today."""
    tasks = random_tasks(random.Random(9), ME, count)
    for n, task in enumerate(tasks):
        task.state, task.completed_at, task.expires_at, task.deleted_at = OPEN, None, None, None
        task.due, task.due_timezone = ("2026-10-25T00:10:00" if n % 2 else "2026-10-24"), None
        task.set_index_keys()
    return tasks


def test_of_somebody_without_tasks_all_counts_are_exactly_none() -> None:
    none = Count(0, exact=True)
    assert summary(ME, utc()) == {"open": none, "completed": none, "overdue": none, "due_today": none}


def test_it_counts_what_the_lists_show_in_whatever_zone(clock: Clock) -> None:
    clock.moment = NOW
    tasks = random_tasks(random.Random(10), ME, 100)
    _stored([*tasks, *random_tasks(random.Random(11), "another", 20)])
    for name in ZONES:
        zone = ZoneInfo(name)
        today = NOW.astimezone(zone).date()
        expected = {
            "open": len(wanted(tasks, {"status": ["open"]}, zone)),
            "completed": len(wanted(tasks, {"status": ["completed"]}, zone)),
            "overdue": len(wanted(tasks, {"overdue": ["true"]}, zone)),
            "due_today": sum(
                task.state == OPEN and task.due is not None and _day(task, zone) == today for task in tasks
            ),
        }
        assert summary(ME, zone) == {kind: Count(count, exact=True) for kind, count in expected.items()}, name
        assert all(expected.values()), "there are some of each kind"


def _day(task: TaskItem, zone: ZoneInfo) -> object:
    moment = datetime.fromisoformat(task.due)
    if task.due_timezone is None:
        return moment.date()
    return moment.replace(tzinfo=ZoneInfo(task.due_timezone)).astimezone(zone).date()


def test_a_count_is_exact_up_to_the_bound_and_flagged_beyond(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert summaries.MAX_COUNT == 1000
    monkeypatch.setattr(summaries, "MAX_COUNT", 20)
    clock.moment = NOW
    tasks = _few(21)
    for count, exact in ((19, True), (20, True), (21, False)):
        _stored(tasks[:count])
        told = summary(ME, utc())
        assert told["open"] == told["overdue"] == Count(min(count, 20), exact=exact)
        assert told["due_today"] == Count(count // 2, exact=True)


def test_what_is_neither_overdue_nor_due_today_is_read_so_far_and_no_further(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "MAX_COUNT", 10)
    monkeypatch.setattr(summaries, "MAX_EXAMINED", 30)
    clock.moment = NOW
    tasks = _few(200)
    for task in tasks:
        # It sorts before what is past by now in UTC, but where it is asked from it is noon.
        task.due, task.due_timezone = "2026-10-24T20:00:00", None
        task.set_index_keys()
    _stored(tasks)
    told = summary(ME, ZoneInfo("Etc/GMT+12"))
    assert told["overdue"] == Count(0, exact=False)
    with metered() as units:
        summary(ME, ZoneInfo("Etc/GMT+12"))
    # Two counts, and pages of eleven until thirty were looked at.
    assert units.requests <= 2 + 4 + 4


def test_today_and_overdue_follow_the_clock_of_the_zone(clock: Clock) -> None:
    clock.moment = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    _made("a day", due="2026-03-29")
    _made("floating", due="2026-03-29T00:15:00")
    _made("in the hour that Paris skips", due="2026-03-29T02:30:00", due_timezone="Europe/Paris")

    def told(name: str) -> tuple[int, int]:
        counts = summary(ME, ZoneInfo(name))
        return counts["overdue"].count, counts["due_today"].count

    assert told("Europe/Paris") == (1, 3)
    assert told("UTC") == (0, 0)
    clock.advance(hours=2)
    assert told("Europe/Paris") == (1, 3)
    clock.advance(minutes=1)
    assert told("Europe/Paris") == (2, 3)
    clock.advance(days=1)
    assert told("Europe/Paris") == (3, 0)


def test_a_thousand_of_the_largest_tasks_can_be_counted() -> None:
    largest = _made(
        "\U0001f600" * 200, description="\U0001f600" * 8192, tags=[f"{n:02}" + "\U0001f600" * 48 for n in range(20)]
    )
    assert (summaries.MAX_COUNT + 1) * quota._bytes(largest.to_simple_dict()) < summaries.MAX_QUERIES * 2**20


def test_a_count_that_would_take_too_many_queries_is_not_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        _made(str(n), due="2020-01-01")
    query = Connection.query
    monkeypatch.setattr(Connection, "query", lambda *args, **kwargs: query(*args, **{**kwargs, "limit": 1}))
    monkeypatch.setattr(summaries, "MAX_QUERIES", 3)
    assert summary(ME, utc())["open"] == summary(ME, utc())["overdue"] == Count(3, exact=False)
    monkeypatch.setattr(summaries, "MAX_QUERIES", 6)
    assert summary(ME, utc())["open"] == summary(ME, utc())["overdue"] == Count(5, exact=True)
