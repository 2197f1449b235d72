"""A request takes the same however many users there are: the same work, to the unit, and the same time.

Through gateway, authorizer and functions in this process, on Amazon's own database: no emulator waits for log lines
here, and there is room for thousands of users. What it cannot show is how AWS takes many requests at once.
"""

import json
import random
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter
from typing import Final

import pytest

from tests.support import aws, many_tasks, many_users, moto_account
from tests.support.capacity import metered
from tests.support.figures import Figure
from tests.support.gateway import Gateway
from tests.support.people import PASSWORD

pytestmark = pytest.mark.usefixtures("weak_hashes")

SEED: Final = 20260401
FEW: Final = 10
LARGEST_RATIO: Final = 1.5
"""Of medians: these are times of a few milliseconds, on a machine that does other things as well."""

IN_A_ROW: Final = 5
_WARM_UP: Final = 2

OPERATIONS: Final = ("list", "changes", "create", "edit", "complete", "refresh", "session", "sign in")


@dataclass
class Crowd:
    """Users in a database of their own, and what requests of some of them took."""

    endpoint: str
    count: int
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    work: dict[str, set[tuple[int, float, float]]] = field(default_factory=lambda: defaultdict(set))
    """Requests to the database, with read and write units."""
    gateway: Gateway = field(default_factory=Gateway)
    errors: list[str] = field(default_factory=list)

    def ask(self, operation: str, number: int, turn: int) -> None:
        """One request by one user; `turn` is another one each time."""
        grant = many_users.grant_of(number)
        task = f"/tasks/{many_tasks.task_id(turn % many_users.TASKS)}"
        method, path, body = {
            "list": ("GET", "/tasks?limit=5", None),
            "changes": ("GET", "/tasks/changes?limit=5", None),
            "create": ("POST", "/tasks", {"title": "Water the plants"}),
            "edit": ("PATCH", task, {"title": f"Water them, {turn}"}),
            "complete": ("PATCH", f"{task}/complete", None),
            "refresh": ("POST", "/auth/refresh", {"refresh_token": grant.refresh_token}),
            "session": ("GET", "/auth/session", None),
            "sign in": ("POST", "/auth/login", {"email": many_users.email_of(number), "password": PASSWORD}),
        }[operation]
        headers = [("Authorization", f"Bearer {grant.access_token}")]
        headers += [("Content-Type", "application/json")] if body else []
        with metered() as units:
            started = perf_counter()
            answer = self.gateway.unchecked(method, path, json.dumps(body).encode() if body else None, headers)
            self.seconds[operation].append(perf_counter() - started)
        self.work[operation].add((units.requests, units.read, units.write))
        if answer.status not in (200, 201):
            self.errors.append(f"{operation}: {answer.status} {answer.text}")

    def last(self, operation: str) -> float:
        """The median of the last few."""
        return median(self.seconds[operation][-IN_A_ROW:])


@pytest.fixture
def crowds(local_endpoint: str, thorough: bool, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Crowd, Crowd]]:
    """A few users, and many, each in a database of their own."""
    # No write is sampled for the quota.
    monkeypatch.setattr(secrets, "randbelow", lambda _: 1)
    with aws.local_database() as other, aws.in_memory(but_reach="http://127.0.0.1:"):
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        crowds = Crowd(local_endpoint, FEW), Crowd(other, 5_000 if thorough else 200)
        try:
            for crowd in crowds:
                aws.connect(crowd.endpoint)
                aws.create_tables(crowd.endpoint)
                # One ring of keys, published in both.
                aws.publish_keys()
                many_users.settle(crowd.endpoint, crowd.count)
            yield crowds
        finally:
            for crowd in crowds:
                aws.delete_tables(crowd.endpoint)
            aws.connect()


def test_neither_work_nor_time_of_a_request_grows_with_the_number_of_users(
    crowds: tuple[Crowd, Crowd], thorough: bool, figure: Figure
) -> None:
    few, many = crowds
    chance = random.Random(SEED)
    turn = 0
    ratios: dict[str, list[float]] = {operation: [] for operation in OPERATIONS}
    for rounds in range(-_WARM_UP, 40 if thorough else 4):
        for operation in OPERATIONS:
            # Both right after each other, whatever else the machine does at that time.
            for crowd in chance.sample(crowds, 2):
                aws.connect(crowd.endpoint)
                # Reads the keys, once for the requests to come.
                Gateway().ask("GET", "/auth/session", token=many_users.grant_of(0).access_token)
                for _ in range(1 if operation == "sign in" else IN_A_ROW):
                    turn += 1
                    crowd.ask(operation, chance.randrange(crowd.count), turn)
            if rounds >= 0:
                ratios[operation].append(many.last(operation) / few.last(operation))
    assert few.errors + many.errors == [], f"seed {SEED}"
    assert few.work == many.work
    by_operation = {operation: median(found) for operation, found in ratios.items()}
    figure(
        f"{turn:,} requests in this process, no error: of {few.count} users and of {many.count:,} the same work each; "
        f"medians {_ms(median(_all(few)))} and {_ms(median(_all(many)))}, p95 {_ms(_p95(few))} and {_ms(_p95(many))}; "
        f"ratios {', '.join(f'{operation} {ratio:.2f}' for operation, ratio in by_operation.items())}"
    )
    assert median(by_operation.values()) < LARGEST_RATIO


def _all(crowd: Crowd) -> list[float]:
    return [seconds for each in crowd.seconds.values() for seconds in each]


def _p95(crowd: Crowd) -> float:
    return quantiles(_all(crowd), n=20)[-1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
