"""People whose requests race: each with an account, an address of their own, and what they may send."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jwt

from taskward.identity.session_tables import SessionItem
from tests.support.environments import Environments, Request
from tests.support.people import PASSWORD
from tests.support.sample_events import Answer

NEW_PASSWORD = "violet bicycle 12"

_numbers = itertools.count(1)


def new_address() -> str:
    """A network that nobody came from before."""
    number = next(_numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def new_email() -> str:
    """An address that nobody has."""
    return f"racer{next(_numbers)}@example.com"


@dataclass(frozen=True)
class Racer:
    """Somebody in a session."""

    email: str
    user_id: str
    session_id: str
    access: str
    refresh: str
    address: str

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Request:
        """A request in this session; underscores in names of headers stand for hyphens."""
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Request(method, target, body, self.access, named, self.address)

    def in_session(self, grant: Answer) -> "Racer":
        """The same, with the tokens of an answer."""
        assert grant.status in (200, 201), grant.text
        given = grant.json()
        return replace(
            self, session_id=given["session_id"], access=given["access_token"], refresh=given["refresh_token"]
        )

    def sign_in(self, password: str = PASSWORD, address: str | None = None) -> Request:
        """A sign-in, from another network each time when none is given."""
        body = {"email": self.email, "password": password}
        return Request("POST", "/auth/login", body, source_ip=address or new_address())

    def renew(self) -> Request:
        """A refresh."""
        return refresh(self.refresh, self.address)


def register(email: str, address: str | None = None) -> Request:
    """A registration."""
    body = {"email": email, "password": PASSWORD}
    return Request("POST", "/auth/register", body, source_ip=address or new_address())


def refresh(token: str, address: str) -> Request:
    """A refresh by a token."""
    return Request("POST", "/auth/refresh", {"refresh_token": token}, source_ip=address)


def racers(environments: Environments, count: int) -> list[Racer]:
    """So many who have just registered."""
    requests = [register(new_email()) for _ in range(count)]
    return [_racer(request, answer) for request, answer in zip(requests, environments.at_once(requests), strict=True)]


def _racer(request: Request, answer: Answer) -> Racer:
    assert answer.status == 201, answer.text
    user_id = answer.json()["user"]["id"]
    return Racer(request.body["email"], user_id, "", "", "", request.source_ip).in_session(answer)


def generation(token: str) -> int:
    """Which generation of its session a refresh token is of."""
    return int(jwt.decode(token, options={"verify_signature": False})["gen"])


def statuses(answers: Sequence[Answer]) -> list[int]:
    """Of each answer."""
    return [answer.status for answer in answers]


def codes(answers: Sequence[Answer]) -> list[str]:
    """Of each refusal, why; of everything else nothing."""
    return [answer.json()["code"] for answer in answers if answer.status >= 400]


def use_of(*grants: Answer, address: str) -> list[Request]:
    """All that can be tried with the tokens of sessions."""
    given = [grant.json() for grant in grants if grant.status in (200, 201)]
    return [
        *(Request("GET", "/auth/session", token=each["access_token"], source_ip=address) for each in given),
        *(refresh(each["refresh_token"], address) for each in given),
    ]


def alive(racer: Racer) -> set[str]:
    """The sessions of somebody that the table has."""
    return {row.session_id for row in SessionItem.query(racer.user_id, consistent_read=True) if len(row.session_id) == 36}
