"""Two people who have all that a request can be about, in a service in this process that a test can set back."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.samples.authenticator import Authenticator
from taskward import clock as service_clock
from taskward.identity import keyring, keys, links, passwords, totp
from taskward.jobs import results
from tests.conftest import Clock
from tests.support import aws, moto_account, moto_state
from tests.support.gateway import Gateway
from tests.support.mailbox import SITE
from tests.support.sample_events import Answer
from tests.support.ways_in import account

PASSWORD = "tangerine umbrella 7"
ADA, BOB = "ada@example.com", "bob@example.com"


@dataclass(frozen=True)
class Request:
    """A request that can be made again, to the letter. A body of bytes is a file."""

    method: str
    target: str
    body: Any = None
    token: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Person:
    """What somebody who is signed in knows."""

    email: str
    user_id: str
    session_id: str
    token: str
    refresh_token: str

    def asks(self, method: str, target: str, body: Any = None, **headers: str) -> Request:
        """A request by this person; of a header's name, `_` stands for `-`."""
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Request(method, target, body, self.token, named)


@dataclass
class Household:
    """Ada has passkey, token, sessions, tasks and jobs; Bob has a second factor."""

    clock: Clock
    gateway: Gateway = field(default_factory=Gateway)

    def __post_init__(self) -> None:
        self.ada = self.signed_up(ADA)
        self.elsewhere = self.signed_in(ADA)
        self.bob = self.signed_up(BOB)
        for person in (self.ada, self.bob):
            self.does(Request("POST", "/auth/email/verify", {"token": self.link(person, "verification")}))
        self.authenticator = Authenticator(SITE)
        self.passkey_id = self.does(self.new_passkey(self.authenticator)).json()["id"]
        self.access_token = self.does(self.ada.asks("POST", "/account/tokens", NEW_TOKEN)).json()
        self._fill_lists()
        self._turn_second_factor_on()
        self.moment = self.clock.moment
        self.state = moto_state.taken()

    def set_back(self) -> None:
        """Make all as it was when everybody had everything."""
        self.clock.moment = self.moment
        self.state.restore()
        self.forget()

    def forget(self) -> None:
        """Know no more than a process that has just begun."""
        keys.forget()
        keyring.forget()

    def asked(self, request: Request) -> Answer:
        """What the service answers, whatever it is."""
        if isinstance(request.body, bytes):
            own = (("Authorization", f"Bearer {request.token}"), ("Content-Type", "text/csv"))
            return self.gateway.send(request.method, request.target, request.body, own)
        return self.gateway.ask(
            request.method, request.target, request.body, token=request.token, headers=request.headers
        )

    def does(self, request: Request) -> Answer:
        """What the service answers to a request that it must not refuse."""
        answer = self.asked(request)
        assert answer.status < 300, answer.text
        return answer

    def signed_up(self, email: str) -> Person:
        """Somebody new."""
        return self._granted(email, Request("POST", "/auth/register", {"email": email, "password": PASSWORD}))

    def signed_in(self, email: str) -> Person:
        """Another session of somebody."""
        return self._granted(email, Request("POST", "/auth/login", {"email": email, "password": PASSWORD}))

    def link(self, person: Person, purpose: links.Purpose, email: str | None = None) -> str:
        """The token of a link that was sent to somebody."""
        return links.store(account(person.user_id), purpose, email or person.email)

    def first_step(self) -> str:
        """The token that Bob gets for his password."""
        return str(self.does(Request("POST", "/auth/login", {"email": BOB, "password": PASSWORD})).json()["step_token"])

    def code(self) -> str:
        """What Bob's authenticator app shows."""
        return totp.code_at(self.secret, service_clock.epoch())

    def new_passkey(self, authenticator: Authenticator) -> Request:
        """Ada adds a passkey that was just made."""
        begun = self.does(self.ada.asks("POST", "/account/passkeys/options")).json()
        made = {"credential": authenticator.create(begun["options"]), "name": "Phone"}
        return self.ada.asks("POST", "/account/passkeys", {"step_token": begun["step_token"], **made})

    def proof(self, begin: Request) -> dict[str, Any]:
        """What Ada's passkey signs once a ceremony is begun."""
        begun = self.does(begin).json()
        return {"step_token": begun["step_token"], "credential": self.authenticator.get(begun["options"])}

    def task(self, title: str, **members: Any) -> str:
        """The id of a new task of Ada's."""
        return str(self.does(self.ada.asks("POST", "/tasks", {"title": title, **members})).json()["id"])

    def _granted(self, email: str, request: Request) -> Person:
        grant = self.does(request).json()
        return Person(email, grant["user"]["id"], grant["session_id"], grant["access_token"], grant["refresh_token"])

    def _fill_lists(self) -> None:
        self.single = self.task("Pay rent", due="2026-12-01")
        self.root = self.task("Move house")
        self.branch = self.task("Pack", parent_id=self.root)
        self.leaf = self.task("Find boxes", parent_id=self.branch)
        self.repeating = self.task("Water plants", due="2026-12-01", repeat="FREQ=DAILY")
        self.completed = self.task("Buy milk", completed=True)
        self.trashed = self.task("Old")
        self.trashed_tree = self.task("Old tree")
        self.task("Old leaf", parent_id=self.trashed_tree)
        for task_id in (self.trashed, self.trashed_tree):
            self.does(self.ada.asks("DELETE", f"/tasks/{task_id}"))
        upload = self.does(self.ada.asks("POST", "/tasks/import?format=csv&upload=true", None)).json()
        self.upload_id = str(upload["id"])
        results.store(results.upload_key_of(self.ada.user_id, self.upload_id), b"title\nFrom a file\nAnother\n")

    def _turn_second_factor_on(self) -> None:
        begun = self.does(self.bob.asks("POST", "/account/second-factor")).json()
        self.secret = base64.b32decode(begun["secret"])
        confirmed = self.does(self.bob.asks("POST", "/account/second-factor/confirm", {"code": self.code()})).json()
        self.recovery_codes: list[str] = confirmed["recovery_codes"]
        # The app shows a code that was not used.
        self.clock.advance(seconds=totp.STEP_SECONDS)


NEW_TOKEN = {"name": "A program", "scopes": ["tasks:read"], "expires_in_days": 30}


@contextmanager
def household(but_reach: str | None = None) -> Iterator[Household]:
    """A household with a service of its own; its clock stands still, and every write is counted.

    Requests to endpoints that begin with `but_reach` go there.
    """
    clock = Clock(service_clock.now())
    with pytest.MonkeyPatch.context() as patch, aws.in_memory(but_reach=but_reach):
        patch.setattr(service_clock, "now", clock.now)
        patch.setattr(passwords, "_context", passwords._context.using(argon2__memory_cost=8, argon2__time_cost=1))
        patch.setattr("taskward.tasks.quota.secrets.randbelow", lambda _: 0)
        patch.setenv("SITE_ORIGIN", SITE)
        passwords._dummy_hash.cache_clear()
        aws.create_tables()
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        aws.publish_keys()
        yield Household(clock)
    passwords._dummy_hash.cache_clear()
