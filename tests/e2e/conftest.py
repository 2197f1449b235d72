"""The whole service: the real template deployed into the emulator, on free ports, behind the local front door."""

import asyncio
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from local import mailbox, web_build
from local import stack as stacks
from local.emulator import Emulator, free_port
from local.frontdoor import FrontDoor
from local.paths import tool
from local.stack import Stack
from tests.support import browser, conformance
from tests.support.people import PASSWORD
from tests.support.range_service import BREACHED, RangeService, range_service
from tests.support.web import Visitor
from tests.support.web_tasks import Elsewhere

_numbers = itertools.count(1)
_MAIL_SECONDS = 120


@pytest.fixture(scope="session")
def breaches() -> Iterator[RangeService]:
    """What the stack asks about passwords: a service on this machine that knows one."""
    with range_service() as service:
        service.passwords[BREACHED] = 52
        yield service


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sam build` makes of the template."""
    for name in ("sam", "emulator", "uv"):
        assert tool(name, "python").exists(), "`make test` installs what these tests need"
    folder = tmp_path_factory.mktemp("build")
    stacks.build(folder)
    return folder


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, build: Path, breaches: RangeService) -> Iterator[Stack]:
    """A stack of its own, with IAM enforced; gone at the end."""
    with Emulator(tmp_path_factory.mktemp("aws"), free_port()) as emulator:
        # A race of cold starts can take longer here than the usual grace, and so can a few refused sign-ins than the
        # usual first wait. All tests come from one address. Nothing else differs from the defaults.
        parameters = {"RefreshGraceSeconds": "300", "AttemptWaitSeconds": "5", "NetworkAttempts": "10000"}
        # And nobody on the internet is asked.
        parameters["BreachedPasswordsAddress"] = breaches.address
        # Mail is sent, and goes no further than the emulator.
        parameters["MailSender"] = mailbox.SENDER
        deployed = stacks.deploy(emulator, build, parameters)
        mailbox.let_send(deployed, mailbox.SENDER)
        yield deployed


@contextmanager
def serving(stack: Stack, port: int) -> Iterator[str]:
    """The front door in a thread of its own; yields the API's address."""
    loop = asyncio.new_event_loop()
    door = FrontDoor(stack, port)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(door.start(), loop).result(30)
    try:
        yield f"http://localhost:{port}/api"
    finally:
        asyncio.run_coroutine_threadsafe(door.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


@pytest.fixture(scope="session")
def base_url(stack: Stack) -> Iterator[str]:
    """Where the API is for a viewer."""
    with serving(stack, free_port()) as url:
        yield url


@pytest.fixture(scope="session")
def site_url(base_url: str) -> str:
    """Where the web app is, built as it is now."""
    web_build.build()
    return base_url.removesuffix("/api")


def _check_conformance(response: httpx.Response) -> None:
    response.read()
    request = response.request
    path = request.url.path.removeprefix("/api")
    conformance.check(request.method, path, response.status_code, response.headers, response.content)


@pytest.fixture(scope="session")
def new_client(base_url: str) -> Iterator[Callable[[], httpx.Client]]:
    """Makes HTTP clients; every answer they get must be one that the OpenAPI document describes."""
    clients: list[httpx.Client] = []

    def make() -> httpx.Client:
        client = httpx.Client(base_url=base_url, timeout=150, event_hooks={"response": [_check_conformance]})
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(new_client: Callable[[], httpx.Client]) -> httpx.Client:
    """A client that is not signed in."""
    return new_client()


def code_of(response: httpx.Response) -> tuple[int, str]:
    """The status of a refusal, and what it is called."""
    return response.status_code, response.json()["code"]


def new_address() -> str:
    """An e-mail address that nobody has yet."""
    return f"person{next(_numbers)}@example.com"


class Person:
    """Somebody who is signed in."""

    def __init__(self, client: httpx.Client, email: str, grant: dict[str, Any]) -> None:
        self.client = client
        self.email = email
        self.grant = grant
        self.access_token: str = grant["access_token"]
        self.refresh_token: str = grant.get("refresh_token", "")

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """A request with this person's access token."""
        headers = {"Authorization": f"Bearer {self.access_token}"} | arguments.pop("headers", {})
        return self.client.request(method, path, headers=headers, **arguments)

    def task(self, **fields: Any) -> dict[str, Any]:
        """A new task."""
        response = self.request("POST", "/tasks", json={"title": "Pay rent"} | fields)
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json()
        return made


@pytest.fixture(scope="session")
def new_person(new_client: Callable[[], httpx.Client]) -> Callable[[], Person]:
    """Registers somebody new, in a client of their own."""

    def make() -> Person:
        email = new_address()
        client = new_client()
        response = client.post("/auth/register", json={"email": email, "password": PASSWORD})
        assert response.status_code == 201, response.text
        return Person(client, email, response.json())

    return make


@pytest.fixture
def person(new_person: Callable[[], Person]) -> Person:
    """Somebody new."""
    return new_person()


@pytest.fixture
def inbox(base_url: str) -> Iterator[Callable[[str, str], str]]:
    """Waits for a mail to an address with a link to a page, and gives the token of the newest such link."""
    with httpx.Client(base_url=base_url.removesuffix("/api")) as door:

        def token(address: str, page: str) -> str:
            deadline = time.monotonic() + _MAIL_SECONDS
            while time.monotonic() < deadline:
                for mail in door.get("/_mail.json").json():
                    link = re.search(rf"/{page}#token=([A-Za-z0-9_=-]+)", mail["text"])
                    if mail["to"] == [address] and link:
                        return link[1]
                time.sleep(0.3)
            raise AssertionError(f"no mail to {address} with a link to {page}")

        yield token


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of a module's tests. Not of the session: while it is open, no other test can have an event loop."""
    with browser.launched() as launched:
        yield launched


@pytest.fixture
def visitor(chromium: Browser, site_url: str) -> Iterator[Callable[..., Visitor]]:
    """Makes people at the web app, each with a browser profile of their own (settings of `new_context`).

    In the end none of them may have met an error that nobody expected.
    """
    visitors: list[Visitor] = []

    def make(**settings: Any) -> Visitor:
        visitors.append(Visitor(chromium.new_context(base_url=site_url, **settings)))
        return visitors[-1]

    yield make
    for each in visitors:
        each.context.close()
    assert [fault for each in visitors for fault in each.faults] == []


@pytest.fixture
def signed_up(visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Makes people who have just signed up, and see their tasks."""

    def make(**settings: Any) -> Visitor:
        new = visitor(**settings)
        new.sign_up(new_address())
        return new

    return make


@pytest.fixture
def elsewhere(new_client: Callable[[], httpx.Client]) -> Callable[[Visitor], Elsewhere]:
    """Takes people to another device, where they use the API."""

    def take(person: Visitor) -> Elsewhere:
        return Elsewhere(new_client(), person.email)

    return take
