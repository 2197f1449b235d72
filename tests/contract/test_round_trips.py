"""How many requests to DynamoDB an operation takes: what bench/memory.py reckons its waiting from."""

import json
import secrets
from typing import Any

import pytest

from bench.memory import ROUND_TRIPS
from tests.support.capacity import metered
from tests.support.gateway import Gateway
from tests.support.people import PASSWORD

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")


def test_each_operation_takes_as_many_requests_as_its_time_is_reckoned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    # No write is sampled for the quota.
    monkeypatch.setattr(secrets, "randbelow", lambda _: 1)
    gateway, found = Gateway(), {}

    def ask(operation: str, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        with metered() as units:
            answer = gateway.ask(method, path, body, token=token)
        assert answer.status in (200, 201), answer.text
        # The authorizer's is another operation.
        found[operation] = units.requests - (ROUND_TRIPS["authorize"] if token else 0)
        return json.loads(answer.text)

    def credentials(name: str) -> dict[str, str]:
        return {"email": f"{name}@example.com", "password": PASSWORD}

    # Whoever asks first reads the keys.
    ask("the first", "POST", "/auth/register", credentials("first"))
    ask("register", "POST", "/auth/register", credentials("ada"))
    grant = ask("login", "POST", "/auth/login", credentials("ada"))
    grant = ask("refresh", "POST", "/auth/refresh", {"refresh_token": grant["refresh_token"]})
    token = grant["access_token"]
    task = f"/tasks/{ask('create', 'POST', '/tasks', {'title': 'Water the plants'}, token)['id']}"
    ask("get", "GET", task, token=token)
    ask("list of 50", "GET", "/tasks?limit=50", token=token)
    ask("list of 100", "GET", "/tasks?limit=100", token=token)
    ask("update", "PATCH", task, {"title": "Water them"}, token)
    assert {name: found[name] for name in ROUND_TRIPS if name != "authorize"} == {
        name: trips for name, trips in ROUND_TRIPS.items() if name != "authorize"
    }
