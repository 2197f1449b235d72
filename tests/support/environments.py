"""Execution environments: several processes, each with the whole service and caches of its own, at one database.

So it is on Lambda: requests that come at once are answered by different processes, that have nothing in common but the
tables and the secrets. Nothing is simulated of who comes first: it is as the machine has it.
"""

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from taskward import clock
from tests.support import aws, moto_account
from tests.support.environment import (
    FORGET,
    FUNCTIONS,
    PATIENCE_SECONDS,
    READY,
    SEED,
    FaultError,
    Program,
    Request,
    account,
    serve,
)
from tests.support.sample_events import Answer

_T = TypeVar("_T")


class Environments:
    """All processes, from without."""

    def __init__(self, endpoint: str, count: int, folder: Path) -> None:
        self.count = count
        self.random = random.Random(SEED)
        self._offset = 0.0
        # From a process that has imported everything and done nothing: several seconds less than one by one.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.conftest", serve.__module__, *FUNCTIONS])
        self._barrier = context.Barrier(count)
        self._pipes, self._processes = [], []
        for number in range(count):
            ours, theirs = context.Pipe()
            arguments = (number, count, endpoint, folder, theirs, self._barrier)
            process = context.Process(target=serve, args=arguments, daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        self._all_are_ready()
        self.begin()

    def stop(self) -> None:
        """End all processes."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(30)
            process.close()

    def begin(self) -> None:
        """Count from here what `told` tells of."""
        self._rounds, self._requests, self._unavailable = 0, 0, Counter[str]()
        self._begun = time.monotonic()

    def forget(self) -> None:
        """Have all drop their copies of keys."""
        for pipe in self._pipes:
            pipe.send(FORGET)
        self._all_are_ready()

    def now(self) -> datetime:
        """The time of all environments, but that their clocks differ by up to a second."""
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def advance(self, seconds: float) -> None:
        """Move the clocks on."""
        self._offset += seconds

    def at_once(self, programs: Sequence[Program[_T]]) -> list[_T]:
        """What each program gives, in their order; all that are no more than there are processes start together."""
        return self.rounds([programs])[0]

    def rounds(self, rounds: Sequence[Sequence[Program[_T]]]) -> list[list[_T]]:
        """The same several times, one after the other."""
        shares: list[list[list[Program[_T]]]] = [[[] for _ in rounds] for _ in range(self.count)]
        dealt: list[list[tuple[int, int]]] = []
        for number, programs in enumerate(rounds):
            first = self.random.randrange(self.count)
            places = []
            for place, program in enumerate(programs):
                share = shares[(first + place) % self.count][number]
                places.append(((first + place) % self.count, len(share)))
                share.append(program)
            dealt.append(places)
        given = self._given(shares)
        return [[given[owner][number][place] for owner, place in places] for number, places in enumerate(dealt)]

    def ask(self, method: str, target: str, body: Any = None, **named: Any) -> Answer:
        """The answer of any of them, while the others have nothing to do."""
        return self.at_once([Request(method, target, body, **named)])[0]

    def race(self, rounds: Sequence[Sequence[Program[_T]]]) -> list[list[_T]]:
        """Like `rounds`, of what a test is about: these are counted."""
        self._rounds += len(rounds)
        return self.rounds(rounds)

    def told(self, of: str, and_what: str) -> str:
        """A sentence with figures of what was done since `begin`."""
        seconds = time.monotonic() - self._begun
        healed = "".join(f", {count} x {where}" for where, count in self._unavailable.items())
        return (
            f"races of {of}: {self._rounds:,} rounds in {self.count} processes, {self._requests:,} requests, "
            f"{self._unavailable.total()} of them 503 and healed{healed}, {seconds:.1f} s; {and_what}"
        )

    def _given(self, shares: Sequence[Sequence[Sequence[Program[Any]]]]) -> list[Any]:
        for pipe, share in zip(self._pipes, shares, strict=True):
            pipe.send((self._offset, share))
        received = [self._received(pipe) for pipe in self._pipes]
        faults = [each for each in received if isinstance(each, FaultError)]
        if faults or None in received:
            self._barrier.reset()
            raise faults[0] if faults else FaultError("an environment did not come to its end in time")
        for _, requests, unavailable in received:
            self._requests += requests
            self._unavailable.update(unavailable)
        return [results for results, *_ in received]

    def _all_are_ready(self) -> None:
        assert [self._received(pipe) for pipe in self._pipes] == [READY] * self.count

    @staticmethod
    def _received(pipe: Any) -> Any:
        assert pipe.poll(PATIENCE_SECONDS), "an environment does not answer"
        return pipe.recv()


@pytest.fixture(scope="session")
def processes(
    local_endpoint: str, thorough: bool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Environments, Path]]:
    """The processes, started once, and where they have their secrets."""
    folder = tmp_path_factory.mktemp("secrets")
    started = Environments(local_endpoint, 6 if thorough else 4, folder)
    yield started, folder
    started.stop()


@pytest.fixture(scope="module")
def environments(processes: tuple[Environments, Path], local_endpoint: str) -> Iterator[Environments]:
    """Environments at empty tables, which this process is at as well."""
    started, folder = processes
    for secret in folder.iterdir():
        secret.unlink()
    (folder / f"{os.environ['ORIGIN_SECRET']}.AWSCURRENT").write_text(moto_account.ORIGIN_SECRET)
    with account(local_endpoint, folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", started.now)
        aws.create_tables(local_endpoint)
        try:
            # So long ago that the key signs by all their clocks.
            started.advance(-2)
            aws.publish_keys()
            started.advance(2)
            started.forget()
            yield started
        finally:
            aws.delete_tables(local_endpoint)
