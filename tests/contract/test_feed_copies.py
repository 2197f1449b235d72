"""Clients that keep a copy by the change feed, while writers with wrong clocks change everything: the copies are right.

Time is simulated. A write can be under way for a while: it has its time of change already, and is stored later.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from taskward import clock, storage
from taskward.errors import TaskwardError
from taskward.storage import TransactionConflictError
from taskward.tasks import batch, feed, models, service, workspace
from taskward.tasks.batch import Batch
from taskward.tasks.errors import ChangesTokenExpiredError
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import TaskItem
from taskward.tasks.trash import TRASH_DAYS
from tests.support.zones import utc

pytestmark = pytest.mark.usefixtures("database")

MAX_SKEW: Final = timedelta(seconds=10)
UNDER_WAY: Final = feed.OVERLAP - 2 * MAX_SKEW
"""How long a write may take from its time of change until it is stored."""

_skews = st.sampled_from([-MAX_SKEW, MAX_SKEW, timedelta(), timedelta(seconds=2.5)])
_waits = st.sampled_from([0, 20, 39.999999, 60]).map(lambda seconds: timedelta(seconds=seconds))
_picks = st.integers(0, 30)
_users = itertools.count()


class _HeldError(Exception):
    """Carries a write out of the service that is not made yet."""

    def __init__(self, write: Callable[[], object]) -> None:
        super().__init__()
        self.write = write


@dataclass
class Stage:
    """The time as it is, how far off the clock of whoever acts is, and whether writes are held back."""

    moment: datetime = datetime(2026, 3, 1, tzinfo=UTC)
    skew: timedelta = timedelta()
    is_holding: bool = False

    def now(self) -> datetime:
        return self.moment + self.skew

    @contextmanager
    def acting(self, skew: timedelta, *, holding: bool = False) -> Iterator[None]:
        self.skew, self.is_holding = skew, holding
        try:
            yield
        finally:
            self.skew, self.is_holding = timedelta(), False

    def holdable(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def hold_or_write(*arguments: Any) -> Any:
            if self.is_holding:
                raise _HeldError(lambda: write(*arguments))
            return write(*arguments)

        return hold_or_write


@dataclass
class Copy:
    """What one client knows, by what the feed told it and nothing else."""

    token: str | None = None
    is_walking: bool = False
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read_page(self, user_id: str, limit: int) -> None:
        try:
            found = feed.changes(user_id, self.token, limit)
        except ChangesTokenExpiredError:
            self.token, self.is_walking = None, False
            self.tasks.clear()
            return
        assert len(found.tasks) <= limit
        for task in found.tasks:
            self._take(models.representation(task, "https://x/api"))
        self.token, self.is_walking = found.next_token, found.more

    def _take(self, shown: dict[str, Any]) -> None:
        known = self.tasks.get(shown["id"])
        if known is not None:
            assert shown["version"] >= known["version"], "what is told is never older than what was told before"
            assert shown["version"] > known["version"] or shown == known, "a version is always the same"
        self.tasks[shown["id"]] = shown


class Copies(RuleBasedStateMachine):
    """Any order of changes, of writes that are under way, of reading and of waiting."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        stage.moment = Stage.moment
        self.user_id = f"user-{next(_users)}"
        self.ids: list[str] = []
        self.under_way: list[tuple[datetime, Callable[[], object]]] = []
        self.clients = [Copy(), Copy()]

    @rule(skew=_skews, held=st.booleans(), one=_picks, kind=st.sampled_from(["plain", "subtask", "repeating"]))
    def create(self, skew: timedelta, held: bool, one: int, kind: str) -> None:
        members: dict[str, object] = {"title": f"{len(self.ids)}"}
        if kind == "subtask":
            members["parent_id"] = self._picked(one)
        if kind == "repeating":
            members |= {"due": "2026-03-05", "repeat": "FREQ=WEEKLY"}
        fields = TaskFields.model_validate(members)
        self._change(skew, held, lambda: service.create_at(self.user_id, self._new_id(), fields))

    @rule(
        skew=_skews,
        held=st.booleans(),
        one=_picks,
        what=st.sampled_from(["retitle", "complete", "trash", "restore", "purge"]),
    )
    def change(self, skew: timedelta, held: bool, one: int, what: str) -> None:
        user_id, task_id = self.user_id, self._picked(one)
        changes: dict[str, Callable[[], object]] = {
            "retitle": lambda: service.patch(user_id, task_id, {"title": f"at {self.stage.now()}"}, utc),
            "complete": lambda: service.complete(user_id, task_id, None, utc),
            "trash": lambda: service.delete(user_id, task_id),
            "restore": lambda: service.restore(user_id, task_id),
            "purge": lambda: service.delete(user_id, task_id, permanent=True),
        }
        self._change(skew, held, changes[what])

    @rule(skew=_skews, held=st.booleans(), one=_picks, other=st.none() | _picks)
    def move(self, skew: timedelta, held: bool, one: int, other: int | None) -> None:
        parent_id = None if other is None else self._picked(other)
        task_id = self._picked(one)
        self._change(skew, held, lambda: service.patch(self.user_id, task_id, {"parent_id": parent_id}, utc))

    @rule(skew=_skews, held=st.booleans(), one=_picks, other=_picks)
    def several(self, skew: timedelta, held: bool, one: int, other: int) -> None:
        operations: list[dict[str, Any]] = [
            {"op": "patch", "id": self._picked(one), "patch": {"title": f"batch at {self.stage.moment}"}},
            {"op": "delete", "id": self._picked(other)},
            {"op": "create", "id": self._new_id(), "task": {"title": "of a batch"}},
        ]
        wanted = Batch.model_validate({"operations": operations})
        self._change(skew, held, lambda: batch.carry_out_all(self.user_id, wanted, utc))

    @precondition(lambda self: self.under_way)
    @rule(which=_picks)
    def store(self, which: int) -> None:
        self._store(self.under_way.pop(which % len(self.under_way)))

    @rule(after=_waits, client=st.integers(0, 1), limit=st.integers(1, 6), skew=_skews)
    def read_a_page(self, after: timedelta, client: int, limit: int, skew: timedelta) -> None:
        self._wait(after)
        with self.stage.acting(skew):
            self.clients[client].read_page(self.user_id, limit)

    @rule(after=_waits, client=st.integers(0, 1), skew=_skews)
    def read_to_the_end(self, after: timedelta, client: int, skew: timedelta) -> None:
        self._wait(after)
        with self.stage.acting(skew):
            self._walk(self.clients[client])

    @rule(by=_waits)
    def wait(self, by: timedelta) -> None:
        self._wait(by)

    def teardown(self) -> None:
        for write in self.under_way:
            self._store(write)
        for client in self.clients:
            # The walk that it is in, and one more.
            for _ in range(2):
                self._walk(client)
            assert self._kept(client.tasks) == self._kept(self._stored())

    def _picked(self, pick: int) -> str:
        return self.ids[pick % len(self.ids)] if self.ids else str(uuid.UUID(int=0, version=4))

    def _new_id(self) -> str:
        self.ids.append(str(uuid.UUID(int=len(self.ids) + 1, version=4)))
        return self.ids[-1]

    def _change(self, skew: timedelta, held: bool, change: Callable[[], object]) -> None:
        try:
            with self.stage.acting(skew, holding=held), suppress(TaskwardError):
                result = change()
                if isinstance(result, TaskItem) and result.next_id is not None:
                    self.ids.append(result.next_id)
        except _HeldError as error:
            self.under_way.append((self.stage.moment + UNDER_WAY, error.write))

    def _store(self, write: tuple[datetime, Callable[[], object]]) -> None:
        # When somebody else was quicker, nothing is written: that request was refused.
        with suppress(TransactionConflictError):
            write[1]()

    def _wait(self, by: timedelta) -> None:
        until = self.stage.moment + by
        for write in sorted(self.under_way, key=lambda write: write[0]):
            if write[0] <= until:
                self.stage.moment = write[0]
                self.under_way.remove(write)
                self._store(write)
        self.stage.moment = until

    def _walk(self, client: Copy) -> None:
        for _ in range(1_000):
            client.read_page(self.user_id, 3)
            if client.token is not None and not client.is_walking:
                return
        raise AssertionError("a walk comes to its end")

    def _rows(self) -> list[TaskItem]:
        return [row for row in TaskItem.query(self.user_id, consistent_read=True) if row.state is not None]

    def _stored(self) -> dict[str, dict[str, Any]]:
        return {row.task_id: models.representation(row, "https://x/api") for row in self._rows()}

    def _kept(self, tasks: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Without those that are over: who keeps a copy can tell by their dates, and the database erases them."""
        oldest = clock.rfc3339(self.stage.moment - timedelta(days=TRASH_DAYS) + 2 * MAX_SKEW)
        return {task_id: task for task_id, task in tasks.items() if (task["deleted_at"] or "9") > oldest}


class CopiesForMonths(Copies):
    """The same, with clients that are away for weeks, and a database that erases what is over, or has not yet."""

    @rule(days=st.sampled_from([1, 16, 28.9, 30.5]), erased=st.booleans())
    def wait_for_days(self, days: float, erased: bool) -> None:
        self._wait(timedelta(days=days))
        if erased:
            for row in self._rows():
                if row.expires_at is not None and row.expires_at <= self.stage.moment.timestamp():
                    row.delete()


@pytest.mark.parametrize("machine", [Copies, CopiesForMonths])
def test_a_client_that_applies_what_it_is_told_equals_the_server_in_the_end(
    machine: type[Copies], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage()
    monkeypatch.setattr(clock, "now", stage.now)
    monkeypatch.setattr(workspace, "_put", stage.holdable(workspace._put))
    monkeypatch.setattr(workspace, "transact", stage.holdable(storage.transact))
    run_state_machine_as_test(
        lambda: machine(stage),  # type: ignore[arg-type]
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            # To find a shorter way to a fault takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
