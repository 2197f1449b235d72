"""A client is answered before the gateway gives up, however slow what the service depends on is."""

import ast
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from typing import Any, Final

import pytest

from taskward import remote
from taskward.identity import breached_passwords, encryption, keyring
from taskward.identity.user_tables import UserItem
from taskward.jobs import queue, results
from taskward.mail import outbox, ses
from taskward.storage import TableMeta, connection_of
from tests.support import aws
from tests.support.events import Context
from tests.support.every_operation import OPERATIONS
from tests.support.figures import Figure
from tests.support.household import Household, household
from tests.support.slow_database import absent_database, silent_database, slow_database
from tests.support.template import ROOT, resources, template

GATEWAY_SECONDS: Final = 29
"""For so long the gateway waits for a function, and CloudFront not much longer (30 s) for gateway and authorizer."""

CLIENTS: Final[dict[str, Callable[[], Any]]] = {
    "dynamodb": lambda: connection_of(UserItem).client,
    "secretsmanager": keyring.secrets_client,
    "kms": encryption._client,
    "jobs": queue._client,
    "mail": outbox._client,
    "s3": results._client,
    "sesv2": ses._client,
}
IN_MODULES: Final = {
    *("identity/keyring.py", "identity/encryption.py", "jobs/queue.py", "jobs/results.py", "mail/outbox.py"),
    "mail/ses.py",
}


def _functions() -> Iterator[tuple[str, int, bool]]:
    """Of each function its name, its time-out, and whether the gateway asks it."""
    common = template()["Globals"]["Function"]["Timeout"]
    for name, function in resources("AWS::Serverless::Function").items():
        of_gateway = any(event["Type"] == "Api" for event in function.get("Events", {}).values())
        yield name, function.get("Timeout", common), of_gateway


def test_authorizer_and_function_together_are_over_before_gateway_and_proxy_give_up() -> None:
    functions = {name: (timeout, of_gateway) for name, timeout, of_gateway in _functions()}
    authorizer, _ = functions["AuthorizerFunction"]
    for name, (timeout, of_gateway) in functions.items():
        if of_gateway:
            assert authorizer + timeout < GATEWAY_SECONDS, name


@pytest.mark.usefixtures("moto_tables")
@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_waits_for_a_bounded_time_and_tries_again_a_bounded_number_of_times(name: str) -> None:
    config = CLIENTS[name]().meta.config
    assert 0 < config.connect_timeout <= 3
    assert 0 < config.read_timeout <= 10
    assert 1 <= config.retries["total_max_attempts"] <= 4


@pytest.mark.usefixtures("moto_tables")
def test_in_the_time_of_a_function_there_is_room_for_what_it_asks_for_and_for_its_answer() -> None:
    """So no request is refused for want of time that is one of the first."""
    shortest = min(timeout for name, timeout, of_gateway in _functions() if of_gateway or name == "AuthorizerFunction")
    bulk = {name: timeout for name, timeout, _ in _functions()}["BulkFunction"]
    for name in CLIENTS.keys() - {"sesv2"}:
        config = CLIENTS[name]().meta.config
        needed = config.connect_timeout + config.read_timeout + remote.RESERVE_SECONDS
        assert needed * 1.5 < (bulk if name == "s3" else shortest), name
    assert breached_passwords.TIME_LIMIT_SECONDS < remote.RESERVE_SECONDS


def test_no_client_is_made_but_those_and_each_is_guarded() -> None:
    found = set()
    for folder in ("layers/taskward/taskward", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            guarded = [each for call in calls if _name(call) == "guarded" for each in call.args]
            for call in calls:
                assert _name(call) not in ("boto3.resource", "boto3.Session"), path
                if _name(call) == "boto3.client":
                    assert call in guarded, path
                    assert {keyword.arg for keyword in call.keywords} == {"config"}, path
                    found.add(str(path.relative_to(ROOT / folder)))
    assert found == IN_MODULES


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func)


def test_what_waits_for_cloudformation_waits_for_a_bounded_time() -> None:
    app: Any = import_module("functions.rotate_keys.app")
    longest = app._ANSWER_ATTEMPTS * app._ANSWER_TIMEOUT_SECONDS + sum(range(app._ANSWER_ATTEMPTS))
    assert longest < {name: timeout for name, timeout, _ in _functions()}["RotateKeysFunction"] / 2


# --- On real sockets, in a time that is shorter by the same measure -------------------------------------------------

FUNCTION_SECONDS: Final = 6.0
SLOWLY: Final = 0.5
"""How long each answer takes: less than the time-out for reading."""

NOISE: Final = 1.25
"""What of the time measured may be due to others on this machine; what is asked for would take half as long again."""

SLOW: Final = ("change the address", "delete all tasks", "turn the second factor off")
QUICK: Final = ("refresh", "list tasks")
DATABASES: Final[dict[str, Callable[[], AbstractContextManager[str]]]] = {
    "slow": partial(slow_database, SLOWLY),
    "silent": silent_database,
    "absent": absent_database,
}


@pytest.fixture(scope="module")
def house() -> Iterator[Household]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TableMeta, "connect_timeout_seconds", 0.2)
        patch.setattr(TableMeta, "read_timeout_seconds", 0.8)
        with household(but_reach="http://127.0.0.1") as made:
            yield made


@pytest.mark.parametrize("kind", DATABASES)
def test_whoever_has_to_wait_is_told_so_before_the_function_s_time_is_over(
    kind: str, house: Household, thorough: bool, figure: Figure
) -> None:
    names = SLOW if kind == "slow" else QUICK
    took: dict[str, float] = {}
    for name in names if thorough else names[:1]:
        house.set_back()
        request = OPERATIONS[name].make(house)
        with DATABASES[kind]() as endpoint:
            aws.connect(endpoint)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Context, "get_remaining_time_in_millis", lambda _: int(FUNCTION_SECONDS * 1000))
                started = time.monotonic()
                answer = house.asked(request)
                took[name] = time.monotonic() - started
            aws.connect()
        assert (answer.status, answer.header("retry-after")) == (503, "1"), name
        assert took[name] < FUNCTION_SECONDS * NOISE, name
        house.forget()
        assert house.asked(request).status == OPERATIONS[name].status
    figure(f"a {kind} database: 503 after {max(took.values()):.1f} s at most, of {FUNCTION_SECONDS:.0f} s")
