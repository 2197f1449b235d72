"""Requests that no good client sends, to every operation: refused as documented, and nothing is stored.

Each case is made from its number alone; `CASE=<number>` runs one again.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support import moto_state, snapshots
from tests.support.every_operation import OPERATIONS
from tests.support.figures import Figure
from tests.support.hostile_requests import CHANGES, Scene, Wired, needs_members, properties
from tests.support.household import PASSWORD, Household, Request, household
from tests.support.naming import naming
from tests.support.sample_events import Answer
from tests.support.snapshots import ATTEMPTS, EVENTS
from tests.support.wire import Wire, held

SEED: Final = 8259

Lines = Callable[[], list[dict[str, Any]]]
NUMBERS: Final = {
    "raw bodies": 11_000,
    "bodies of a mebibyte": 500,
    "values of members": 16_000,
    "headers": 4_000,
    "paths": 11_500,
    "queries": 4_000,
    "files": 3_000,
}
"""50,000 cases together."""

NOT_REFUSED_ONLY: Final = {"refresh long after"}
"""What is refused, and ends a session: that is its purpose."""

MAX_REQUESTS: Final = 30
"""To the database, for one request; and two more for each row of a file."""

UNREAD: Final = {400, 401, 403, 404, 405, 413, 415}
"""What a body can be answered that was not read, or could not be."""

JSON: Final = "application/json"
SHOWN_AS_SENT: Final = ("title", "description", "tags", "priority", "due_timezone", "repeat_from", "name", "timezone")


@pytest.fixture
def house() -> Iterator[Household]:
    with household() as made:
        yield made


def scene_of(house: Household) -> Scene:
    """What lies about: everybody's ids, cursors and tokens."""
    bobs = [house.does(house.bob.asks("POST", "/tasks", {"title": "Bob's"})).json()["id"] for _ in range(2)]
    ids = [house.single, house.root, house.leaf, house.trashed, house.upload_id, house.passkey_id, *bobs]
    ids += [house.ada.user_id, house.bob.user_id, house.ada.session_id, house.bob.session_id, house.access_token["id"]]
    pages = [
        house.ada.asks("GET", "/tasks?limit=1"),
        house.ada.asks("GET", "/tasks?limit=1&sort=due&status=all"),
        house.bob.asks("GET", "/tasks?limit=1"),
        house.ada.asks("GET", "/account/events?limit=1"),
        house.bob.asks("GET", "/account/events?limit=1"),
    ]
    links = [house.does(page).header("link") or "" for page in pages]
    cursors = [parse_qs(urlsplit(link.partition(">")[0]).query)["cursor"][0] for link in links]
    cursors += [house.does(each.asks("GET", "/tasks/changes")).json()["next"] for each in (house.ada, house.bob)]
    # Its use is noted once an hour, and so by none of the requests to come.
    house.does(Request("GET", "/tasks", token=house.access_token["token"]))
    tokens = [house.bob.token, house.access_token["token"], house.ada.refresh_token, house.elsewhere.token, "x.y.z", ""]
    return Scene(tuple(ids), tuple(cursors), tuple(tokens))


def wired(request: Request) -> Wired:
    """A good request as it goes over the wire."""
    headers = list(request.headers)
    body = request.body if isinstance(request.body, bytes | None) else json.dumps(request.body).encode()
    if body is not None:
        headers.append(("Content-Type", "text/csv" if isinstance(request.body, bytes) else "application/json"))
    if request.token is not None:
        headers.append(("Authorization", f"Bearer {request.token}"))
    return Wired(request.method, request.target, body, headers)


def with_another_token(chance: Random, request: Wired, scene: Scene) -> Wired:
    """The same by somebody else, or by nobody."""
    headers = [each for each in request.headers if each[0] != "Authorization"]
    if chance.random() < 0.5:
        headers.append(("Authorization", f"Bearer {chance.choice(scene.tokens)}"))
    return Wired(request.method, request.target, request.body, headers)


class Bench:
    """One household, to which requests are made; set back whenever one of them has changed something."""

    def __init__(self, house: Household, wire: Wire) -> None:
        self.house, self.wire = house, wire
        self.scene = scene_of(house)
        people = (house.ada, house.bob, house.elsewhere)
        self.secrets = {PASSWORD, *(each.token for each in people), *(each.refresh_token for each in people)}
        self.clean = moto_state.taken()
        self.statuses: Counter[int] = Counter()
        self.most = 0
        self._state, self._before = self.clean, snapshots.snapshot()
        self._queued = _queued()
        self._needs_members = self._has_members = False

    def prepared(self, name: str) -> Wired:
        """A good request of an operation, and all that it needs."""
        self.clean.restore()
        self.house.forget()
        self.house.gateway.alter = None
        request = wired(OPERATIONS[name].make(self.house))
        self._has_members = name in WITH_MEMBERS
        self._needs_members = needs_members(*OPERATIONS[name].route.split()) and "import" not in name
        self._state, self._before, self._queued = moto_state.taken(), snapshots.snapshot(), _queued()
        return request

    def tried(self, request: Wired, number: int) -> None:
        """Make a request, and look at what came of it."""
        self.wire.requests.clear()
        gateway = self.house.gateway
        gateway.decodes_paths = request.decodes_paths
        gateway.alter = (lambda event: _alter(event, request)) if request.as_text is not None else None
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        answer = gateway.send(request.method, request.target, request.body, request.headers, address)
        assert gateway.crashes == [], repr(gateway.crashes)
        assert answer.status < 500, answer.text
        if self._needs_members and request.as_text is None and _is_unreadable(request.body or b""):
            assert answer.status in UNREAD
        self.statuses[answer.status] += 1
        rows = max(map((request.body or b"").count, (b"\n", b"\r", b"{"))) if "/tasks/import" in request.target else 0
        self.most = max(self.most, len(self.wire.requests) - 2 * rows)
        assert len(self.wire.requests) <= MAX_REQUESTS + 2 * rows, Counter(self.wire.requests)
        assert all(secret not in answer.text for secret in self.secrets)
        changed = bool(self.wire.writes()) or _queued() != self._queued
        if answer.status >= 400:
            self._check_untouched(answer.json()["code"])
        else:
            if self._has_members:
                _check_shown(request, answer)
            self._check_kept(answer)
        if changed:
            self._state.restore()

    def _check_untouched(self, code: str) -> None:
        told = _queued()["mail"] - self._queued["mail"]
        # Of a wrong code after the right password its owner is told.
        assert _queued() == self._queued | {"mail": self._queued["mail"] + (told if code == "invalid_code" else 0)}
        if self.wire.writes():
            after = snapshots.snapshot()
            assert snapshots.changes(self._before, after, but=[ATTEMPTS, EVENTS]) == {}

    def _check_kept(self, answer: Answer) -> None:
        """A task that was answered is read again as it was answered."""
        if not answer.text.startswith('{"id":') or answer.header("etag") is None:
            return
        self.house.gateway.alter = None
        shown = self.house.asked(self.house.ada.asks("GET", f"/tasks/{answer.json()['id']}"))
        if shown.status == 200:
            assert shown.text == answer.text


def _alter(event: dict[str, Any], request: Wired) -> None:
    event["body"], event["isBase64Encoded"] = request.as_text, request.in_base64


def _queued() -> dict[str, int]:
    return {name: len(queue._messages) for name, queue in moto_state._queues().items()}


def _is_unreadable(body: bytes) -> bool:
    """Whether it is certainly no JSON object with each member once."""

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        read = json.loads(body.decode(errors="replace"), object_pairs_hook=distinct, parse_constant=int)
    except ValueError:
        return True
    except RecursionError:
        # How deep is too deep depends on who reads.
        return False
    return not isinstance(read, dict)


def _check_shown(request: Wired, answer: Answer) -> None:
    """What was accepted is shown as it was sent, to the letter; a title and a name without white space around."""
    if request.as_text is not None or not request.body or answer.header("content-type") != JSON:
        return
    try:
        sent = json.loads(request.body.decode(errors="replace"))
    except (ValueError, RecursionError):
        return
    shown = answer.json()
    if not isinstance(sent, dict) or not isinstance(shown, dict):
        return
    for name in SHOWN_AS_SENT:
        if name in sent and name in shown and isinstance(sent[name], str | list):
            # White space around them goes.
            whole = name not in ("title", "name")
            assert shown[name] == sent[name] if whole else shown[name].strip() == sent[name].strip(), name


def numbers(kind: str, *, thorough: bool) -> range:
    """Of the cases of a kind; the numbers of no two kinds are the same."""
    count = NUMBERS[kind] if thorough else max(1, NUMBERS[kind] // 25)
    begin = 100_000 * (1 + list(NUMBERS).index(kind))
    if "CASE" in os.environ:
        only = int(os.environ["CASE"])
        return range(only, only + 1) if begin <= only < begin + 100_000 else range(0)
    return range(begin, begin + count)


NAMES: Final = sorted(OPERATIONS.keys() - NOT_REFUSED_ONLY)
WITH_MEMBERS: Final = [name for name in NAMES if properties(*OPERATIONS[name].route.split()) and "import" not in name]
NAMES_OF: Final = {"files": ["import tasks"], "values of members": WITH_MEMBERS, "bodies of a mebibyte": WITH_MEMBERS}
"""Which operations a kind of case is about, where it is not about all."""


def case(number: int, request: Wired, scene: Scene) -> Wired:
    """The case of a number, made of a good request."""
    chance = Random(f"{SEED} {number}")
    if chance.random() < 0.12:
        request = with_another_token(chance, request, scene)
    return CHANGES[list(NUMBERS)[number // 100_000 - 1]](chance, request, scene)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", NUMBERS)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    kind: str, house: Household, thorough: bool, figure: Figure, lines: Lines
) -> None:
    with held(Wire(knows_tokens=False)) as wire:
        bench = Bench(house, wire)
        every = numbers(kind, thorough=thorough)
        # Those of one operation after each other: what it needs is made once.
        names = NAMES_OF.get(kind, NAMES)
        for start, name in enumerate(names):
            mine = [number for number in every if number % len(names) == start]
            good = bench.prepared(name) if mine else None
            for number in mine:
                assert good is not None
                request = case(number, good, bench.scene)
                with naming(lambda: f"CASE={number}, {name}: {request.told()}"):  # noqa: B023 - told at once
                    bench.tried(request, number)
    logged = str(lines())
    assert all(secret not in logged for secret in bench.secrets)
    told = ", ".join(f"{status} {count}" for status, count in sorted(bench.statuses.items()))
    figure(f"{len(every)} cases of {kind}: {told}; at most {bench.most} requests to the database for one")


def test_all_cases_together_are_fifty_thousand() -> None:
    assert sum(NUMBERS.values()) == 50_000
    assert NUMBERS.keys() == CHANGES.keys()
