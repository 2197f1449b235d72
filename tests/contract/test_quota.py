"""How much a user may keep: refused when it is too much, counted before that, and sampled in between."""

from collections.abc import Callable

import pytest
from pynamodb.connection import Connection

from taskward import clock as clock_module
from taskward.errors import UnavailableError
from taskward.tasks import quota, service
from taskward.tasks.errors import TooManyTasksError
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import TaskItem
from taskward.tasks.usage_tables import USAGE, UsageItem
from tests.conftest import Clock
from tests.support import forest
from tests.support.own_tasks import ME, YOU, again, chain, completed, made, patched, purged, restored, trashed
from tests.support.wire import THROTTLED, Wire, held, refused

pytestmark = pytest.mark.usefixtures("database")

Sampling = Callable[[bool], None]


@pytest.fixture
def sampling(monkeypatch: pytest.MonkeyPatch) -> Sampling:
    """Decides whether writes are sampled; none is at first."""

    def decide(sampled: bool) -> None:
        monkeypatch.setattr("taskward.tasks.quota.secrets.randbelow", lambda _: 0 if sampled else 1)

    decide(False)
    return decide


def _full_at(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "MAX_TASKS", limit)


def _noted(tasks: int, size: int = 0, counted_at: int = 0, user: str = ME) -> None:
    UsageItem(user, tasks=tasks, bytes=size, counted_at=counted_at).save()


def test_the_limits_are_those_that_are_promised() -> None:
    assert (quota.MAX_TASKS, quota.MAX_BYTES) == (100_000, 500_000_000)
    assert TooManyTasksError().status == 409


def test_up_to_the_limit_there_is_room_and_not_beyond(sampling: Sampling, monkeypatch: pytest.MonkeyPatch) -> None:
    _full_at(3, monkeypatch)
    made()
    trashed(made())
    quota.check(ME, 1)
    # What is noted is believed only once it was counted.
    _noted(3)
    made()
    _noted(3)
    with pytest.raises(TooManyTasksError):
        made()
    assert len(forest.stored(ME)) == 3
    assert quota._usage(ME).tasks == 3


def test_what_was_noted_wrongly_is_counted_before_anybody_is_refused(
    sampling: Sampling, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    _full_at(5, monkeypatch)
    purged(made())
    trashed(made())
    _noted(1000, 10**12)
    made()
    assert (quota._usage(ME).tasks, quota._usage(ME).counted_at) == (1, clock_module.epoch())


def test_one_who_is_refused_is_not_counted_again_for_an_hour(
    sampling: Sampling, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    _full_at(2, monkeypatch)
    first, _ = made(), made()
    _noted(2)
    with pytest.raises(TooManyTasksError):
        made()
    purged(first)
    # As though a sample had missed it.
    _noted(2, counted_at=clock_module.epoch())
    clock.advance(seconds=3599)
    with held(Wire(knows_tokens=False)) as wire, pytest.raises(TooManyTasksError):
        made()
    assert wire.requests == ["GetItem"]
    clock.advance(seconds=1)
    made()


def test_the_count_includes_the_trash_and_leaves_out_tombstones_and_all_of_others(sampling: Sampling) -> None:
    purged(made())
    trashed(chain("1", "2")[0])
    completed(made())
    made("x", user=YOU)
    _noted(7)
    assert quota._counted(quota._usage(ME)).tasks == 3


def test_a_count_that_takes_too_long_goes_on_where_it_was(sampling: Sampling, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        made(str(n))
    _noted(quota.MAX_TASKS)
    query = Connection.query
    monkeypatch.setattr(Connection, "query", lambda *args, **kwargs: query(*args, **{**kwargs, "limit": 2}))
    monkeypatch.setattr(quota, "_COUNT_SECONDS", -1)
    for _ in range(2):
        with pytest.raises(UnavailableError):
            made()
    assert made().version == 1
    assert quota._usage(ME).tasks == 5
    assert quota._usage(ME).counting is None


@pytest.mark.parametrize("database", ["dynamodb-local"], indirect=True)  # moto knows nothing of sizes
def test_the_size_is_counted_without_the_copies_in_indexes(sampling: Sampling) -> None:
    for n in range(40):
        made(str(n), description="x" * 8000)
    counted = quota._counted(quota._usage(ME))
    assert counted.tasks == 40
    assert 0.8 < counted.bytes / (40 * 8600) < 1.2


@pytest.mark.parametrize("database", ["dynamodb-local"], indirect=True)
def test_too_many_bytes_are_refused_like_too_many_tasks(sampling: Sampling, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        made(description="x" * 8000)
    monkeypatch.setattr(quota, "MAX_BYTES", 30_000)
    _noted(5, 50_000)
    with pytest.raises(TooManyTasksError):
        made()
    monkeypatch.setattr(quota, "MAX_BYTES", 100_000)
    made()


def test_a_sample_stands_for_sixteen_writes(sampling: Sampling) -> None:
    sampling(True)
    task = made(description="x" * 1000)
    usage = quota._usage(ME)
    assert usage.tasks == 16
    assert 1000 < usage.bytes / 16 < 2000
    # A change makes none more; what it makes larger is counted.
    patched(task, description="x" * 2000)
    assert quota._usage(ME).tasks == 16
    assert 950 < (quota._usage(ME).bytes - usage.bytes) / 16 < 1050
    trashed(task)
    assert quota._usage(ME).tasks == 16
    # What is deleted for good is counted each time, for itself.
    purged(task)
    assert quota._usage(ME).tasks == 15


def test_a_sample_of_many_counts_them_all(sampling: Sampling) -> None:
    tree = chain("1", "2", "3")
    sampling(True)
    trashed(tree[0])
    assert quota._usage(ME).tasks == 0
    purged(tree[0])
    assert quota._usage(ME).tasks == -3


def test_what_is_deleted_for_good_makes_room_at_once(sampling: Sampling, monkeypatch: pytest.MonkeyPatch) -> None:
    _full_at(3, monkeypatch)
    tasks = [made(str(n)) for n in range(3)]
    _noted(50)
    with pytest.raises(TooManyTasksError):
        made()
    purged(tasks[0])
    assert made().version == 1


def test_about_one_write_in_sixteen_is_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def draw(below: int) -> int:
        drawn.append(below)
        return len(drawn) % below

    monkeypatch.setattr("taskward.tasks.quota.secrets.randbelow", draw)
    for _ in range(32):
        made()
    assert drawn == [16] * 32
    assert quota._usage(ME).tasks == 32


def test_deletion_for_good_makes_room_and_the_trash_does_not(
    sampling: Sampling, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    _full_at(3, monkeypatch)
    tree = chain("1", "2", "3")
    quota._counted(quota._usage(ME))
    trashed(tree[0])
    clock.advance(hours=1)
    with pytest.raises(TooManyTasksError):
        made()
    clock.advance(hours=1)
    purged(tree[0])
    made("1")
    quota.check(ME, 2)
    with pytest.raises(TooManyTasksError):
        _noted(1, counted_at=clock_module.epoch())
        quota.check(ME, 3)


def test_without_room_all_that_makes_no_task_goes_on(sampling: Sampling, monkeypatch: pytest.MonkeyPatch) -> None:
    task = made()
    quota._counted(quota._usage(ME))
    _full_at(1, monkeypatch)
    with pytest.raises(TooManyTasksError):
        service.create_at(ME, "00000000-0000-4000-8000-000000000001", TaskFields(title="x"))
    patched(task, title="anew")
    completed(task)
    trashed(task)
    restored(task)
    assert again(task).version == 5


def test_what_one_keeps_is_no_limit_of_another(sampling: Sampling, monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    quota._counted(quota._usage(ME))
    _full_at(1, monkeypatch)
    assert made(user=YOU).version == 1


def test_a_sample_that_is_lost_is_no_fault_of_the_request(
    sampling: Sampling, lines: Callable[[], list[dict[str, object]]]
) -> None:
    sampling(True)
    with held(Wire(knows_tokens=False)) as wire:
        wire.fail("UpdateItem", THROTTLED, THROTTLED, THROTTLED)
        task = made()
    assert again(task).version == 1
    assert quota._usage(ME).tasks == 0
    assert [line["user_id"] for line in lines() if "sample" in str(line["message"])] == [ME]


def test_a_sample_that_we_wrote_wrong_is_not_passed_over(sampling: Sampling) -> None:
    sampling(True)
    with held(Wire(knows_tokens=False)) as wire, pytest.raises(Exception, match="ValidationException"):
        wire.fail("UpdateItem", refused("ValidationException"))
        made()


def test_the_row_of_the_count_is_in_no_list_and_is_no_task(sampling: Sampling) -> None:
    made()
    quota._counted(quota._usage(ME))
    indexes = (TaskItem.by_created, TaskItem.by_changed, TaskItem.by_due, TaskItem.by_order)
    for index in indexes:
        assert USAGE not in [row.task_id for row in index.query(ME, consistent_read=True)]
    assert USAGE in [row.task_id for row in UsageItem.query(ME)]
