"""The deployed stack under load: many users, a few clients that ask as fast as they are answered, and no error.

As many requests are under way at once as there are clients; the emulator has a process for each of a function's. It
waits up to 50 ms for a log line, so that its times show what queues up, and not how fast the service is: that growth of
work with users would be hidden here and is looked at in tests/proof/test_load.py.
"""

import itertools
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import monotonic
from typing import Final

import httpx
import pytest

from tests.e2e.conftest import Person
from tests.support.figures import Figure
from tests.support.people import PASSWORD

SEED: Final = 20260401
CLIENTS: Final = 3
FEW: Final = 6
LARGEST_RATIO: Final = 1.5
LARGEST_RATIO_OF_A_FEW: Final = 2.5
"""Where there are a few dozen requests, and other tests beside them."""

MIX: Final = {"list": 30, "changes": 25, "create": 15, "edit": 12, "complete": 8, "refresh": 8, "sign in": 2}
"""How often each operation comes in a hundred requests."""


@dataclass(frozen=True)
class User:
    """Somebody who is signed in, and the address of a task of theirs."""

    person: Person
    task: str


@dataclass
class Load:
    """What became of all requests: seconds of each, by its operation and by who was asking; and what was no success."""

    seconds: dict[tuple[str, bool], list[float]] = field(default_factory=dict)
    ratios: list[float] = field(default_factory=list)
    """Of two requests right after each other for the same, whatever else the machine does at that time."""
    errors: list[str] = field(default_factory=list)

    def ask(self, user: User, operation: str, among_few: bool) -> float:
        """One request, and its seconds; `among_few`: by one of those few who were there first."""
        response, expected = _asked(user.person, user.task, operation)
        if response.status_code != expected:
            self.errors.append(f"{operation}: {response.status_code} {response.text[:200]}")
        seconds = response.elapsed.total_seconds()
        self.seconds.setdefault((operation, among_few), []).append(seconds)
        return seconds

    def of(self, among_few: bool) -> list[float]:
        """All of one kind of users."""
        return [seconds for key, found in self.seconds.items() if key[1] == among_few for seconds in found]


def _asked(person: Person, task: str, operation: str) -> tuple[httpx.Response, int]:
    """The answer, and the status that it should have."""
    match operation:
        case "list":
            return person.request("GET", "/tasks?limit=5"), 200
        case "changes":
            return person.request("GET", "/tasks/changes?limit=5"), 200
        case "create":
            return person.request("POST", "/tasks", json={"title": "Water the plants"}), 201
        case "edit":
            return person.request("PATCH", task, json={"priority": "high"}), 200
        case "complete":
            return person.request("PATCH", f"{task}/complete"), 200
        case "refresh":
            response = person.client.post("/auth/refresh", json={"refresh_token": person.refresh_token})
            person.refresh_token = response.json().get("refresh_token", "")
            person.access_token = response.json().get("access_token", "")
            return response, 200
    return person.client.post("/auth/login", json={"email": person.email, "password": PASSWORD}), 200


@pytest.fixture
def people(new_person: Callable[[], Person], thorough: bool) -> list[list[User]]:
    """Users with a task each, those of each client apart: nobody asks twice at once."""

    def made(count: int) -> list[User]:
        found = []
        for _ in range(count):
            person = new_person()
            found.append(User(person, f"/tasks/{person.task()['id']}"))
        return found

    # Starts one process of each function before several start at once.
    made(1)
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(made, [(150 if thorough else FEW * 2) // CLIENTS] * CLIENTS))


def test_many_users_are_answered_without_an_error_and_as_fast_as_few(
    people: list[list[User]], thorough: bool, figure: Figure
) -> None:
    load = Load()
    seconds = 45 if thorough else 5

    def client(number: int) -> int:
        """Asks by turns for one of the first few users and for one of all, the same operation each."""
        chance, done = random.Random(SEED + number), 0
        own, deadline = people[number], started + seconds
        for operation in _mixed(chance):
            took = {
                among_few: load.ask(chance.choice(own[: FEW // CLIENTS] if among_few else own), operation, among_few)
                for among_few in chance.sample((True, False), 2)
            }
            load.ratios.append(took[False] / took[True])
            done += 2
            if monotonic() > deadline:
                break
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        # Starts the processes.
        list(pool.map(lambda own: [Load().ask(own[0], operation, True) for operation in MIX], people))
        started = monotonic()
        requests = sum(pool.map(client, range(CLIENTS)))
    few, many = load.of(True), load.of(False)
    ratio = median(load.ratios)
    count = sum(map(len, people))
    figure(
        f"{requests:,} requests to the deployed stack by {CLIENTS} clients in {monotonic() - started:.0f} s, "
        f"{len(load.errors)} errors: by {FEW} users and by {count} medians of {_ms(median(few))} and "
        f"{_ms(median(many))}, p95 {_ms(quantiles(few, n=20)[-1])} and {_ms(quantiles(many, n=20)[-1])}; "
        f"ratio of those right after each other {ratio:.2f}"
    )
    assert load.errors == [], f"seed {SEED}"
    assert ratio < (LARGEST_RATIO if thorough else LARGEST_RATIO_OF_A_FEW)


def _mixed(chance: random.Random) -> Iterator[str]:
    """Operations without end, in hundreds that are the mix."""
    hundred = [operation for operation, share in MIX.items() for _ in range(share)]
    return itertools.chain.from_iterable(chance.sample(hundred, len(hundred)) for _ in itertools.count())


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
