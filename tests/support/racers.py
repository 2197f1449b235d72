"""People whose requests race: each with an account, an address of their own, and what they may send."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jwt

from taskward import clock
from taskward.identity import links, sessions
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.storage import user_key
from tests.support.environment import Request
from tests.support.environments import Environments
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

    def change_password(self) -> Request:
        """A change to `NEW_PASSWORD`."""
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        return self.ask("POST", "/auth/password", body)

    def reset_password(self) -> Request:
        """The same by a link, which was sent by now."""
        token = links.store(account(self), "password_reset", self.email)
        return Request("POST", "/auth/password/reset", {"token": token, "new_password": NEW_PASSWORD})

    def delete_account(self) -> Request:
        """The deletion of the account."""
        return self.ask("DELETE", "/account", {"password": PASSWORD})


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


def codes(answers: Sequence[Answer]) -> set[str]:
    """Why something was refused."""
    return {answer.json()["code"] for answer in answers if answer.status >= 400}


def granted(answers: Sequence[Answer]) -> list[Answer]:
    """Those that have tokens."""
    return [answer for answer in answers if answer.status in (200, 201)]


def uses(answers: Sequence[Answer], address: str) -> list[Request]:
    """All that can be tried with the tokens in answers."""
    given = [answer.json() for answer in granted(answers)]
    return [
        *(Request("GET", "/auth/session", token=each["access_token"], source_ip=address) for each in given),
        *(refresh(each["refresh_token"], address) for each in given),
    ]


# --- What the tables say ----------------------------------------------------------------------------------------------


def account(racer: Racer) -> UserItem:
    """Somebody's account."""
    return UserItem.get(user_key(racer.user_id), PROFILE, consistent_read=True)


def session(racer: Racer) -> SessionItem:
    """Somebody's session."""
    return SessionItem.get(racer.user_id, racer.session_id, consistent_read=True)


def alive(racer: Racer) -> set[str]:
    """Somebody's sessions."""
    return {each.session_id for each in sessions.live(racer.user_id)}


def events_of(racer: Racer, *kinds: str) -> list[tuple[str, str | None]]:
    """What was recorded of such kinds, with the reason."""
    rows = EventItem.query(event_key(racer.user_id), consistent_read=True)
    return [(row.kind, row.reason) for row in rows if row.kind in kinds]


def verify(racer: Racer) -> None:
    """Have somebody's address verified."""
    account(racer).update(actions=[UserItem.email_verified_at.set(clock.epoch())])
