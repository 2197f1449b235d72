"""Where a client is: told by the gateway or by the proxy in front of it, and by no header that a client writes."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from local.stack import Stack
from tests.e2e.conftest import Person
from tests.support.people import PASSWORD

# Any address of 127.0.0.0/8 is this machine.
REAL = "127.0.0.9"
FORGED = {
    "X-Forwarded-For": "192.0.2.66",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=192.0.2.66;host=evil.example",
    "X-Real-IP": "192.0.2.66",
    "True-Client-IP": "192.0.2.66",
    "CloudFront-Viewer-Address": "192.0.2.66:443",
    "X-Taskward-Viewer-Address": "192.0.2.66",
    "X-Taskward-Viewer-Origin": "https://evil.example",
    "X-Taskward-Origin-Secret": "a guess",
}


@pytest.fixture(params=["directly", "through the proxy"])
def forger(request: pytest.FixtureRequest, stack: Stack, base_url: str) -> Iterator[httpx.Client]:
    """A client that sends forged headers with all it asks."""
    address, headers = base_url, dict(FORGED)
    if request.param == "directly":
        address = f"{stack.emulator.endpoint}/api"
        headers["Host"] = f"{stack.api_host}:{stack.emulator.port}"
    transport = httpx.HTTPTransport(local_address=REAL)
    with httpx.Client(base_url=address, headers=headers, transport=transport, timeout=150) as client:
        yield client


def test_forged_headers_change_neither_address_nor_origin(forger: httpx.Client, person: Person) -> None:
    body = {"email": person.email, "password": PASSWORD}
    grant = forger.post("/auth/login", json=body).json()
    headers = {"Authorization": f"Bearer {grant['access_token']}"}
    assert forger.get("/auth/session", headers=headers).json()["session"]["ip"] == REAL
    assert forger.get("/account/events", headers=headers).json()[0]["ip"] == REAL
    task = forger.post("/tasks", json={"title": "Where am I"}, headers=headers)
    assert "evil" not in task.headers["location"] + task.text


def test_forged_headers_are_no_way_round_the_limit_of_attempts(
    forger: httpx.Client, new_person: Callable[[], Person]
) -> None:
    body = {"email": new_person().email, "password": "a wrong one"}
    answers = [
        forger.post("/auth/login", json=body, headers=dict.fromkeys(FORGED, f"198.51.100.{number}"))
        for number in range(6)
    ]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
