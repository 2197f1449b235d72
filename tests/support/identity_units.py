"""What signing in and staying signed in cost in read and write units: whole requests, as the database tells."""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from functions.authorizer import app as authorizer
from taskward.identity import passwords
from tests.support import aws
from tests.support.capacity import Units, metered
from tests.support.events import Context
from tests.support.gateway import Gateway
from tests.support.people import PASSWORD

SESSIONS = {"1": 1, "10": 10}
"""How many devices a user is signed in on, as the table has it."""

Figures = dict[str, dict[str, Units]]
"""Units by what is done and by devices."""


def measured(endpoint: str) -> Figures:
    """Everything measured, with keys that an execution environment has read within the last minute.

    The process is connected to the database there, in moto's account.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_context", passwords._context.using(argon2__memory_cost=8, argon2__time_cost=1))
        # No write is sampled for the quota.
        patch.setattr(secrets, "randbelow", lambda _: 1)
        aws.create_tables(endpoint)
        try:
            aws.publish_keys()
            by_devices = {name: _measured(f"person{count}@example.com", count) for name, count in SESSIONS.items()}
            return {name: {devices: by_devices[devices][name] for devices in SESSIONS} for name in by_devices["1"]}
        finally:
            aws.delete_tables(endpoint)


def rows(figures: Figures) -> list[list[str]]:
    """The figures as a table has them, the first row its head."""
    named = [[_named(name), *(str(units) for units in by_devices.values())] for name, by_devices in figures.items()]
    return [["", *(f"{name} device{'s' * (count > 1)}" for name, count in SESSIONS.items())], *named]


def _named(name: str) -> str:
    return name if name.startswith("the ") else f"`{name}`"


def _measured(email: str, devices: int) -> dict[str, Units]:
    """Each by a user who is signed in on so many devices when it is done."""
    gateway, credentials = Gateway(), {"email": email, "password": PASSWORD}

    def asked(path: str, body: dict[str, Any] | None = None, *, token: str | None = None) -> Any:
        answer = gateway.ask("POST", path, body, token=token)
        assert answer.status in (200, 201, 204, 401), answer.text
        return json.loads(answer.text or "{}")

    # Whoever asks first reads the keys.
    asked("/auth/register", credentials | {"email": f"first-{email}"})
    found = {"POST /auth/register": _cost(lambda: asked("/auth/register", credentials))}
    for _ in range(devices - 1):
        asked("/auth/login", credentials)
    found["POST /auth/login"] = _cost(lambda: asked("/auth/login", credentials))
    found["POST /auth/login, wrong password"] = _cost(
        lambda: asked("/auth/login", credentials | {"password": f"not {PASSWORD}"})
    )
    grant = asked("/auth/login", credentials)
    found["POST /auth/refresh"] = _cost(lambda: asked("/auth/refresh", {"refresh_token": grant["refresh_token"]}))
    token = grant["access_token"]
    found["the authorizer, before any other request"] = _cost(lambda: _authorized(token))
    asking, letting_in = _cost(lambda: gateway.ask("GET", "/account", token=token)), _cost(lambda: _authorized(token))
    found["GET /account"] = Units(asking.read - letting_in.read, asking.write, asking.requests - letting_in.requests)
    found["POST /auth/logout"] = _cost(lambda: asked("/auth/logout", token=token))
    return found


def _authorized(token: str) -> None:
    event = {"type": "TOKEN", "methodArn": "arn", "authorizationToken": f"Bearer {token}"}
    decision = authorizer.handler(event, Context())
    assert decision["policyDocument"]["Statement"][0]["Effect"] == "Allow"


def _cost(action: Callable[[], object]) -> Units:
    with metered() as units:
        action()
    return units
