"""What is in the logs after all that can be done with passwords and tokens: what happened, and none of them."""

import json
import time
from pathlib import Path

import httpx
import pytest

from local.stack import Stack
from tests.e2e.conftest import Person
from tests.support.people import PASSWORD

COOKIE = "__Host-taskward_refresh"
EVENTS = ("Registered", "SignedIn", "SignInFailed", "PasswordChanged", "DeletionRequested")


def _logged(stack: Stack) -> str:
    """Everything that the functions logged: what CloudWatch has, and what the emulator itself wrote down."""
    logs = stack.client("logs")
    messages = []
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            messages += [event["message"] for event in page["events"]]
    return "\n".join([*messages, Path(stack.emulator.log).read_text("utf-8", errors="replace")])


@pytest.fixture
def secrets(client: httpx.Client, stack: Stack) -> list[str]:
    """Every password and token of a life with the service, good and bad, seen and refused."""
    used = {"first": "a first secret phrase", "wrong": "a wrong secret phrase", "next": "the next secret phrase"}
    email = "secretive@example.com"
    found = list(used.values())

    def post(path: str, body: object, **headers: str) -> httpx.Response:
        response = client.post(path, json=body, headers=headers)
        if response.headers["content-type"].startswith("application/json") and response.content:
            members = response.json()
            found.extend(value for name, value in members.items() if name.endswith("_token"))
        found.extend(response.cookies.values())
        return response

    def token(response: httpx.Response) -> str:
        return f"Bearer {response.json()['access_token']}"

    registered = post("/auth/register", {"email": email, "password": used["first"]})
    post("/auth/register", {"email": email, "password": used["first"]})
    post("/auth/register", {"email": "x", "password": used["wrong"], "pass_word": used["wrong"]})
    post("/auth/login", {"email": used["wrong"], "password": used["wrong"]})
    post("/auth/login", {"email": email, "password": used["wrong"]})
    client.post("/auth/login", content=f'{{"email": "{email}", "password": "{used["wrong"]}"')
    by_cookie = post("/auth/login", {"email": email, "password": used["first"], "delivery": "cookie"})
    cookie = by_cookie.cookies[COOKIE]
    post("/auth/refresh", None, **{"Cookie": f"{COOKIE}={cookie}", "X-Taskward-Client": "web"})
    post("/auth/refresh", {"refresh_token": registered.json()["refresh_token"]})
    forged = registered.json()["refresh_token"][:-6] + "AAAAAA"
    found.append(forged)
    post("/auth/refresh", {"refresh_token": forged})
    client.get("/tasks", headers={"Authorization": f"Bearer {forged}"})
    client.get(f"/tasks?token={used['wrong']}", headers={"Authorization": token(registered)})
    post(
        "/auth/password",
        {"current_password": used["wrong"], "new_password": used["next"]},
        Authorization=token(registered),
    )
    post(
        "/auth/password",
        {"current_password": used["first"], "new_password": used["next"]},
        Authorization=token(registered),
    )
    headers = {"Authorization": token(registered)}
    client.request("DELETE", "/account", json={"password": used["wrong"]}, headers=headers)
    client.post("/account/export", headers=headers)
    post("/auth/logout", {"refresh_token": registered.json()["refresh_token"]}, Authorization=token(registered))
    again = post("/auth/login", {"email": email, "password": used["next"]})
    client.request("DELETE", "/account", json={"password": used["next"]}, headers={"Authorization": token(again)})
    found.append(stack.origin_secret)
    return found


def test_no_password_and_no_token_is_ever_logged(secrets: list[str], stack: Stack, person: Person) -> None:
    # Or there is nothing to be seen in what was searched.
    wanted = [f'"security_event":"{event}"' for event in EVENTS]
    deadline = time.monotonic() + 30
    while missing := [event for event in wanted if event not in (logged := _logged(stack))]:
        assert time.monotonic() < deadline, missing
        time.sleep(0.5)
    assert len(secrets) > 10
    for secret in [*secrets, PASSWORD, person.access_token, person.refresh_token]:
        assert secret not in logged
        # As a part of JSON in JSON, and a token's signature by itself.
        assert json.dumps(secret)[1:-1] not in logged
        signature = secret.rpartition(".")[2]
        # A secret of CloudFormation's can have a dot anywhere.
        assert len(signature) < 20 or signature not in logged
    assert "argon2" not in logged
    assert "PRIVATE" not in logged
