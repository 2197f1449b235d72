"""`make smoke`: it passes on the service as it is, and names what does not hold of one that is broken."""

import json
from collections.abc import Callable

import pytest

from local.deployment import smoke
from local.deployment.smoke_checks import CHECKS
from local.stack import Stack
from tests.support.spoiling_proxy import Exchange, Proxy, spoiling

PAGE, OPENAPI, KEYS, NO_TOKEN, REGISTER, SESSION, TASK, FORGED, REFRESH, SIGN_OUT, DELETION = (
    title for title, _ in CHECKS
)


def _run(address: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["local.deployment.smoke", "--address", address])
    return smoke.main()


def _accounts_left(stack: Stack, proxy: Proxy) -> set[str]:
    """The addresses that the service still has of those that were registered."""
    addresses = proxy.sent("email")
    assert len(addresses) <= 2
    return {address for address in addresses if _is_there(stack, address)}


def _is_there(stack: Stack, address: str) -> bool:
    values = {":pk": {"S": f"EMAIL#{address}"}}
    table, database = stack.outputs["UsersTableName"], stack.client("dynamodb")
    answer = database.query(TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values)
    return bool(answer["Items"])


def _nothing(_: Exchange) -> None:
    """As it is."""


def test_it_passes_on_the_service_as_it_is_and_leaves_no_account_behind_and_tells_no_secret(
    stack: Stack, site_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with spoiling(site_url, _nothing) as proxy:
        assert _run(proxy.address, monkeypatch) == 0
    told = capsys.readouterr()
    assert [line.split(" s  ")[1] for line in told.out.splitlines()[1:]] == [title for title, _ in CHECKS]
    assert told.err == ""
    assert len(proxy.sent("email")) == 2
    assert all(address.endswith("@simulator.amazonses.com") for address in proxy.sent("email"))
    assert _accounts_left(stack, proxy) == set()
    secrets = proxy.sent("password") | proxy.sent("refresh_token")
    assert len(secrets) >= 3
    assert not [secret for secret in secrets if secret in told.out]


def _missing(path: str) -> Callable[[Exchange], None]:
    def spoil(exchange: Exchange) -> None:
        if exchange.path.startswith(path):
            exchange.status = 404

    return spoil


def _without_header(name: str, path: str = "/", status: int | None = None) -> Callable[[Exchange], None]:
    def spoil(exchange: Exchange) -> None:
        if exchange.path == path and status in (None, exchange.status):
            exchange.headers.pop(name, None)

    return spoil


def _as(method: str, path: str, when: int, status: int, body: object = None) -> Callable[[Exchange], None]:
    """An answer of one status is another one."""

    def spoil(exchange: Exchange) -> None:
        if exchange.method == method and exchange.path.startswith(path) and exchange.status == when:
            exchange.status = status
            exchange.body = json.dumps(body).encode()

    return spoil


def _private_key(exchange: Exchange) -> None:
    if exchange.path.endswith("jwks.json"):
        exchange.json = {"keys": [key | {"d": "secret"} for key in exchange.json["keys"]]}


def _no_key(exchange: Exchange) -> None:
    if exchange.path.endswith("jwks.json"):
        exchange.json = {"keys": []}


def _somebody_else(exchange: Exchange) -> None:
    if exchange.path == "/api/auth/session" and exchange.status == 200:
        exchange.json = exchange.json | {"user": exchange.json["user"] | {"id": "another"}}


def _change_without_effect(exchange: Exchange) -> None:
    if exchange.method == "PATCH" and exchange.status == 200:
        exchange.json = exchange.json | {"title": "Smoke test"}


def _others_see_it(exchange: Exchange) -> None:
    if exchange.method == "GET" and exchange.status == 404:
        exchange.status = 200


def _guard_without_effect(exchange: Exchange) -> None:
    if exchange.status == 412:
        exchange.status = 200


def _sees_all_tasks(exchange: Exchange) -> None:
    if exchange.path == "/api/tasks" and exchange.body == b"[]":
        exchange.json = [{"title": "Of somebody else"}]


def _same_refresh_token(exchange: Exchange) -> None:
    if exchange.path == "/api/auth/refresh" and exchange.status == 200:
        exchange.json = exchange.json | {"refresh_token": exchange.sent["refresh_token"]}


def _refused_for_another_reason(exchange: Exchange) -> None:
    if exchange.status == 401 and b"session_revoked" in exchange.body:
        exchange.json = exchange.json | {"code": "token_expired"}


SPOILT: dict[str, tuple[str, Callable[[Exchange], None]]] = {
    "no page": (PAGE, _missing("/")),
    "no script": (PAGE, _missing("/assets/")),
    "no policy": (PAGE, _without_header("content-security-policy")),
    "framed": (PAGE, _without_header("x-frame-options")),
    "no document": (OPENAPI, _missing("/api/openapi.json")),
    "another document": (OPENAPI, _as("GET", "/api/openapi.json", 200, 200, {"openapi": "3.1.0", "paths": {}})),
    "no keys": (KEYS, _no_key),
    "private key": (KEYS, _private_key),
    "routes are open": (NO_TOKEN, _as("GET", "/api/tasks", 401, 200, [])),
    "refusal without a challenge": (NO_TOKEN, _without_header("www-authenticate", "/api/tasks", 401)),
    "no registration": (REGISTER, _as("POST", "/api/auth/register", 201, 500)),
    "grant without tokens": (REGISTER, _as("POST", "/api/auth/register", 201, 201, {"user": {"id": "one"}})),
    "somebody else": (SESSION, _somebody_else),
    "no task": (TASK, _as("POST", "/api/tasks", 201, 500)),
    "no tag": (TASK, _as("GET", "/api/tasks/", 304, 200)),
    "no list": (TASK, _as("GET", "/api/tasks", 200, 200, {})),
    "no change": (TASK, _change_without_effect),
    "no guard": (TASK, _guard_without_effect),
    "others see the task": (TASK, _others_see_it),
    "others see the list": (TASK, _sees_all_tasks),
    "no refresh": (REFRESH, _as("POST", "/api/auth/refresh", 200, 500)),
    "refresh without another token": (REFRESH, _same_refresh_token),
    "no sign-out": (SIGN_OUT, _as("POST", "/api/auth/logout", 204, 500)),
    "signed out for another reason": (SIGN_OUT, _refused_for_another_reason),
}


@pytest.mark.parametrize(("title", "spoil"), SPOILT.values(), ids=SPOILT)
def test_what_does_not_hold_is_named_and_no_account_is_left_behind(
    title: str,
    spoil: Callable[[Exchange], None],
    stack: Stack,
    site_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with spoiling(site_url, spoil) as proxy:
        assert _run(proxy.address, monkeypatch) == 1
    told = capsys.readouterr()
    assert told.out.splitlines()[-1].endswith(f" s  {title}")
    assert told.out.splitlines()[-1].startswith("  failed ")
    assert told.err.startswith(f"{title}: ")
    assert len(told.err.splitlines()) == 1
    assert _accounts_left(stack, proxy) == set()


def test_a_token_that_is_forged_and_taken_is_named(
    site_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refusals = 0

    def spoil(exchange: Exchange) -> None:
        nonlocal refusals
        if exchange.path == "/api/tasks" and exchange.status == 401:
            refusals += 1
            # The first is that of no token.
            if refusals == 2:
                exchange.status = 200

    with spoiling(site_url, spoil) as proxy:
        assert _run(proxy.address, monkeypatch) == 1
    assert capsys.readouterr().err.startswith(f"{FORGED}: GET /api/tasks answered 200")


def test_a_failure_is_told_with_the_id_that_the_log_knows_it_by(
    site_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = {"code": "internal_error", "request_id": "1-2-3"}

    def spoil(exchange: Exchange) -> None:
        if exchange.method == "POST" and exchange.path == "/api/tasks":
            exchange.status, exchange.json = 500, problem
            exchange.headers["content-type"] = "application/problem+json"

    with spoiling(site_url, spoil) as proxy:
        assert _run(proxy.address, monkeypatch) == 1
    told = "POST /api/tasks answered 500 internal_error, request_id 1-2-3; expected 201"
    assert told in capsys.readouterr().err


def test_accounts_that_cannot_be_deleted_are_named(
    stack: Stack, site_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with spoiling(site_url, _as("POST", "/api/auth/login", 200, 500)) as proxy:
        assert _run(proxy.address, monkeypatch) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{DELETION}: ")
    left = _accounts_left(stack, proxy)
    assert len(left) == 2
    for address in left:
        assert f"The account {address} could not be deleted: POST /api/auth/login answered 500" in told


def test_it_asks_again_where_it_is_told_to_and_goes_on(site_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = {"/": 503, "/api/openapi.json": 429}

    def spoil(exchange: Exchange) -> None:
        status = busy.pop(exchange.path, None)
        if status:
            exchange.status = status
            exchange.headers["retry-after"] = "0"

    with spoiling(site_url, spoil) as proxy:
        assert _run(proxy.address, monkeypatch) == 0
    assert busy == {}
    assert [exchange.path for exchange in proxy.exchanges[:2]] == ["/", "/"]


@pytest.mark.parametrize("address", ["tasks.example.com", "https://tasks.example.com/api", "ftp://example.com", "/"])
def test_what_is_no_origin_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(address, monkeypatch) == 2
    assert "ADDRESS must be the origin of a site" in capsys.readouterr().err
