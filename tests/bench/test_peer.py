"""What Taskward is measured beside does the same: the same requests have the same answers, good and bad."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from taskward import clock
from tests.support import peer
from tests.support.forgeries import Forge
from tests.support.gateway import Gateway
from tests.support.naming import naming
from tests.support.peer import Peer
from tests.support.people import PASSWORD
from tests.support.sample_events import Answer

pytestmark = [
    pytest.mark.skipif(peer.missing(), reason="`make test` installs what Taskward is measured beside"),
    pytest.mark.usefixtures("moto_tables", "weak_hashes"),
]

MADE_BY_THE_SERVICE = ("id", "url", "order", "completed_at", "created_at", "updated_at")
HEADERS = ("content-type", "etag", "location", "link")

_numbers = itertools.count(1)


@dataclass
class Side:
    """Taskward or its peer, and somebody who has an account there and a task."""

    service: Gateway | Peer
    email: str
    grant: dict[str, Any]
    task: str = ""

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """The answer to a request in their session."""
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self.service.ask(method, target, body, token=self.grant["access_token"], headers=named)


Sides = tuple[Side, Side]


@pytest.fixture(scope="module")
def running() -> Iterator[Peer]:
    with peer.running() as found:
        yield found


@pytest.fixture
def sides(running: Peer) -> Sides:
    return somebody_at(Gateway()), somebody_at(running)


def somebody_at(service: Gateway | Peer) -> Side:
    email = f"person{next(_numbers)}@example.com"
    made = service.ask("POST", "/auth/register", {"email": email, "password": PASSWORD})
    side = Side(service, email, made.json())
    side.task = "/tasks/" + side.ask("POST", "/tasks", {"title": "Pay rent"}).json()["id"]
    return side


def alike(sides: Sides, ask: Callable[[Side], Answer]) -> Answer:
    """Assert that both answer with the same status and headers, and with members of the same names and types."""
    ours, theirs = (ask(side) for side in sides)
    assert (theirs.status, theirs.text if theirs.status != ours.status else "") == (ours.status, "")
    assert {name for name in HEADERS if theirs.header(name)} == {name for name in HEADERS if ours.header(name)}
    assert theirs.header("content-type") == ours.header("content-type")
    assert shape(theirs.json()) == shape(ours.json())
    return ours


def shape(value: Any) -> Any:
    """What is left of a value of JSON without what is said in it."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(entry) for entry in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


def decided(task: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in task.items() if name not in MADE_BY_THE_SERVICE}


def test_who_registers_signs_in_and_refreshes_is_granted_the_same(sides: Sides) -> None:
    account = {"email": "Ada.Lovelace@example.com", "password": PASSWORD}
    assert (
        alike(sides, lambda side: side.service.ask("POST", "/auth/register", account | {"name": "Ada"})).status == 201
    )
    assert alike(sides, lambda side: side.service.ask("POST", "/auth/login", account)).status == 200
    renewed = alike(sides, lambda side: side.service.ask("POST", "/auth/refresh", refresh_of(side)))
    assert renewed.status == 200


def refresh_of(side: Side) -> dict[str, str]:
    return {"refresh_token": side.grant["refresh_token"]}


def test_who_is_signed_in_is_shown_the_same(sides: Sides) -> None:
    assert alike(sides, lambda side: side.ask("GET", "/auth/session")).status == 200


TASKS = {
    "title alone": {"title": "  Pay rent  "},
    "everything": {
        "title": "é" * 200,
        "description": "d" * 8192,
        "completed": True,
        "priority": "high",
        "due": "2026-12-24T18:00:00",
        "due_timezone": "Europe/Paris",
        "tags": [f"tag {number}" for number in range(20)],
        "order": -1.5,
        "repeat": "FREQ=DAILY",
        "repeat_from": "completion",
    },
    "nothing but nulls": {"title": "x", "description": None, "due": None, "due_timezone": None, "order": None},
    "a day": {"title": "x", "due": "2026-12-24"},
    "a floating time": {"title": "x", "due": "2026-12-24T18:00"},
    "a time in UTC": {"title": "x", "due": "2026-12-24T18:00:00.000Z"},
    "a time with an offset": {"title": "x", "due": "2026-12-24T23:30:00-05:00", "due_timezone": "Asia/Tokyo"},
}


@pytest.mark.parametrize("fields", TASKS.values(), ids=TASKS)
def test_a_task_is_made_and_shown_alike(fields: dict[str, Any], sides: Sides) -> None:
    assert alike(sides, lambda side: side.ask("POST", "/tasks", fields)).status == 201
    ours, theirs = (
        side.ask("GET", side.ask("POST", "/tasks", fields).json()["url"].rpartition("/api")[2]) for side in sides
    )
    assert decided(theirs.json()) == decided(ours.json())
    assert theirs.header("etag") == ours.header("etag") == '"1"'


def change(patch: dict[str, Any], side: Side) -> Answer:
    return side.ask("PATCH", side.task, patch)


PATCHES = {
    "nothing": {},
    "what it is already": {"title": "Pay rent", "completed": False},
    "some members": {"title": " Pay it ", "tags": ["home"], "order": 7},
    "completed": {"completed": True},
    "back to the default": {"description": None, "priority": None, "tags": None, "due": None},
    "a due date": {"due": "2026-12-24T18:00:00", "due_timezone": "Europe/Paris"},
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_a_task_is_changed_alike(patch: dict[str, Any], sides: Sides) -> None:
    fields = {"title": "Pay rent", "priority": "low", "tags": ["x"], "due": "2027-01-01T09:00:00Z"}
    for side in sides:
        side.task = "/tasks/" + side.ask("POST", "/tasks", fields).json()["id"]
    assert alike(sides, lambda side: side.ask("PATCH", side.task, patch, if_match='"0", "1"')).status == 200
    ours, theirs = (side.ask("GET", side.task) for side in sides)
    assert decided(theirs.json()) == decided(ours.json())
    assert theirs.header("etag") == ours.header("etag")


def test_a_zone_goes_with_the_time_that_it_belonged_to(sides: Sides) -> None:
    for patch in ({"due": "2027-01-01T09:00:00Z"}, {"due": "2027-01-02"}):
        assert alike(sides, partial(change, patch)).status == 200
    ours, theirs = (side.ask("GET", side.task).json() for side in sides)
    assert decided(theirs) == decided(ours)
    assert theirs["due_timezone"] is None


def test_lists_are_newest_first_and_go_on_where_the_page_before_ended(sides: Sides) -> None:
    for side in sides:
        for number in range(4):
            side.ask("POST", "/tasks", {"title": str(number)})
    assert alike(sides, lambda side: side.ask("GET", "/tasks?limit=2")).status == 200
    assert alike(sides, lambda side: side.ask("GET", "/tasks?limit=100")).status == 200
    for side in sides:
        titles: list[str] = []
        query: dict[str, str] | None = {"limit": "2"}
        while query:
            page = side.ask("GET", "/tasks?" + "&".join(f"{name}={value}" for name, value in query.items()))
            titles += [task["title"] for task in page.json()]
            query = page.next_page()
        assert titles == ["3", "2", "1", "0", "Pay rent"]


def titled(**members: Any) -> dict[str, Any]:
    return {"title": "Pay rent", **members}


REFUSED_FIELDS: dict[str, dict[str, Any]] = {
    "no title": {},
    "a blank title": {"title": " \t "},
    "a long title": {"title": "x" * 201},
    "a title that is a number": {"title": 7},
    "an unknown member": titled(colour="red"),
    "a member that the service sets": titled(version=3),
    "a long description": titled(description="x" * 8193),
    "completed as text": titled(completed="yes"),
    "another priority": titled(priority="urgent"),
    "a due date that is none": titled(due="tomorrow"),
    "a day that no month has": titled(due="2026-02-30"),
    "a year too late": titled(due="9999-01-01"),
    "a day in a zone": titled(due="2026-12-24", due_timezone="Europe/Paris"),
    "a zone without a time": titled(due_timezone="Europe/Paris"),
    "a zone that is none": titled(due="2026-12-24T18:00:00", due_timezone="Europe/Atlantis"),
    "a tag twice": titled(tags=["a", "a"]),
    "too many tags": titled(tags=[str(number) for number in range(21)]),
    "an empty tag": titled(tags=["a", ""]),
    "a long tag": titled(tags=["x" * 51]),
    "an order too large": titled(order=2**53),
    "an order too small": titled(order=1e-101),
    "an order that is a truth": titled(order=True),
    "a long rule": titled(due="2026-12-24", repeat="x" * 301),
    "repeated from elsewhere": titled(repeat_from="now"),
    "a long parent": titled(parent_id="x" * 37),
}


def test_fields_of_a_task_are_refused_alike(sides: Sides) -> None:
    for name, fields in REFUSED_FIELDS.items():
        with naming(partial(str, name)):
            assert_same_fields(sides, partial(Side.ask, method="POST", target="/tasks", body=fields))
            if "title" in fields:
                assert_same_fields(sides, partial(change, fields))


def assert_same_fields(sides: Sides, ask: Callable[[Side], Answer]) -> None:
    assert alike(sides, ask).status == 422
    ours, theirs = ([error["field"] for error in ask(side).json()["errors"]] for side in sides)
    assert sorted(theirs) == sorted(ours)


REFUSED_ACCOUNTS = {
    "no address": {"email": "nobody", "password": PASSWORD},
    "an address of no domain there is": {"email": "a@b", "password": PASSWORD},
    "a short password": {"email": "ben@example.com", "password": "1234567"},
    "a long password": {"email": "ben@example.com", "password": "x" * 129},
    "no password": {"email": "ben@example.com"},
    "a blank name": {"email": "ben@example.com", "password": PASSWORD, "name": " "},
    "an unknown member": {"email": "ben@example.com", "password": PASSWORD, "admin": True},
}


def test_accounts_are_refused_alike(sides: Sides) -> None:
    for name, account in REFUSED_ACCOUNTS.items():
        with naming(partial(str, name)):
            assert_same_fields(sides, partial(Side.ask, method="POST", target="/auth/register", body=account))


REFUSED: dict[str, tuple[int, Callable[[Side], Answer]]] = {
    "an address that has an account, in capitals": (
        409,
        lambda side: side.service.ask("POST", "/auth/register", {"email": side.email.upper(), "password": PASSWORD}),
    ),
    "a wrong password": (
        401,
        lambda side: side.service.ask("POST", "/auth/login", {"email": side.email, "password": "wrong"}),
    ),
    "no account": (
        401,
        lambda side: side.service.ask("POST", "/auth/login", {"email": "no@example.com", "password": PASSWORD}),
    ),
    "what is no address at a sign-in": (
        401,
        lambda side: side.service.ask("POST", "/auth/login", {"email": "?", "password": PASSWORD}),
    ),
    "an access token to refresh with": (
        401,
        lambda side: side.service.ask("POST", "/auth/refresh", {"refresh_token": side.grant["access_token"]}),
    ),
    "a refresh token to read with": (
        401,
        lambda side: side.service.ask("GET", side.task, token=side.grant["refresh_token"]),
    ),
    "no token": (401, lambda side: side.service.ask("GET", side.task)),
    "a token that is none": (401, lambda side: side.service.ask("GET", side.task, token="a.b.c")),
    "a task that there is not": (
        404,
        lambda side: side.ask("GET", "/tasks/0d3c1f0e-6f5a-4c55-8f0d-7d4f6c1b2a90"),
    ),
    "an id that is none": (404, lambda side: side.ask("PATCH", "/tasks/1", {"title": "x"})),
    "another version": (412, lambda side: side.ask("PATCH", side.task, {"title": "x"}, if_match='"2", "3"')),
    "a weak tag": (412, lambda side: side.ask("PATCH", side.task, {"title": "x"}, if_match='W/"1"')),
    "an empty page": (422, lambda side: side.ask("GET", "/tasks?limit=0")),
    "a page too large": (422, lambda side: side.ask("GET", "/tasks?limit=101")),
    "a page of no number": (422, lambda side: side.ask("GET", "/tasks?limit=ten")),
    "an unknown parameter": (422, lambda side: side.ask("GET", "/tasks?colour=red")),
    "a cursor that is none": (400, lambda side: side.ask("GET", "/tasks?cursor=x")),
    "no body": (400, lambda side: sent(side, None, "application/json")),
    "half a body": (400, lambda side: sent(side, b'{"title": "x', "application/json")),
    "a list": (400, lambda side: sent(side, b'["x"]', "application/json")),
    "a form": (415, lambda side: sent(side, b"title=x", "application/x-www-form-urlencoded")),
}


def sent(side: Side, body: bytes | None, media_type: str) -> Answer:
    headers = [("Content-Type", media_type), ("Authorization", f"Bearer {side.grant['access_token']}")]
    return side.service.send("POST", "/tasks", body, headers)


def test_requests_are_refused_alike(sides: Sides) -> None:
    for name, (status, ask) in REFUSED.items():
        with naming(partial(str, name)):
            assert alike(sides, ask).status == status


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_another_user_s_task_is_not_found(method: str, sides: Sides) -> None:
    body = {"title": "mine now"} if method == "PATCH" else None
    others = {id(side): somebody_at(side.service) for side in sides}
    assert alike(sides, lambda side: others[id(side)].ask(method, side.task, body)).status == 404
    assert alike(sides, lambda side: side.ask("GET", side.task)).json()["title"] == "Pay rent"
    assert {task["title"] for side in sides for task in others[id(side)].ask("GET", "/tasks").json()} == {"Pay rent"}


def test_a_session_that_was_ended_is_refused_at_once(sides: Sides, running: Peer) -> None:
    sides[0].ask("POST", "/auth/logout")
    running.query("DELETE FROM sessions")
    for ask in (
        lambda side: side.ask("GET", "/tasks"),
        lambda side: side.ask("GET", "/auth/session"),
        lambda side: side.service.ask("POST", "/auth/refresh", refresh_of(side)),
    ):
        assert alike(sides, ask).status == 401


def test_a_refresh_token_of_a_generation_gone_by_is_refused(running: Peer) -> None:
    side = somebody_at(running)
    answers = [side.service.ask("POST", "/auth/refresh", refresh_of(side)).status for _ in range(2)]
    assert answers == [200, 401]


FORGED = ("no algorithm", "algorithm confusion", "another algorithm", "a key in the token", "typ", "signature")


def test_the_peer_takes_no_forged_token(running: Peer) -> None:
    side = somebody_at(running)
    genuine = side.grant["access_token"]
    forge = Forge(genuine, running.signing_key, "http://127.0.0.1:1", clock.epoch())
    forgeries = [forgery for forgery in forge.all() if forgery.kind in FORGED]
    taken = [each.told() for each in forgeries if running.ask("GET", "/auth/session", token=each.text).status != 401]
    assert not taken
    assert {each.kind for each in forgeries} == set(FORGED)
    assert running.ask("GET", "/auth/session", token=genuine).status == 200


@pytest.mark.parametrize(
    "claims",
    [{"aud": "urn:peer:refresh"}, {"iss": "urn:other"}, {"exp": 1}, {"jti": ...}, {"aud": ...}, {"exp": ...}],
    ids=str,
)
def test_the_peer_takes_no_token_that_claims_otherwise(claims: dict[str, Any], running: Peer) -> None:
    side = somebody_at(running)
    forge = Forge(side.grant["access_token"], running.signing_key, "", clock.epoch())
    wrong = {name: value for name, value in (forge.of.claims | claims).items() if value is not ...}
    assert running.ask("GET", "/auth/session", token=forge.signed()).status == 200
    assert running.ask("GET", "/auth/session", token=forge.signed(claims=wrong)).status == 401
