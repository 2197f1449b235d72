"""Copies of a process that was kept (SnapStart): what is made ready before, and that no copy is like another after."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.template import ROOT, resources, variables

# In place of the module of that name in Lambda's runtime, which calls what was registered in just this order.
_RUNTIME = """
before, after = [], []
def register_before_snapshot(call, *arguments, **named):
    before.append((call, arguments, named))
    return call
def register_after_restore(call, *arguments, **named):
    after.append((call, arguments, named))
    return call
def snapshot():
    while before:
        call, arguments, named = before.pop()
        call(*arguments, **named)
def restore():
    for call, arguments, named in after:
        call(*arguments, **named)
"""

FUNCTIONS = resources("AWS::Serverless::Function")
ANSWERING = sorted(
    name
    for name, function in FUNCTIONS.items()
    if name == "AuthorizerFunction" or any(event["Type"] == "Api" for event in function.get("Events", {}).values())
)
ISSUING = ["LoginFunction", "RefreshFunction", "RegisterFunction"]

_ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_LAMBDA_FUNCTION_NAME": "test",
}

# Nobody may be asked before a snapshot: the answer would be as old as the snapshot, a connection as dead.
_BEGIN = """
import json, socket, sys
sys.path[:0] = json.loads(sys.argv[1])
def refuse(*_):
    raise AssertionError("somebody is asked")
socket.socket.connect = socket.getaddrinfo = refuse
import app
"""


def _run(function: str, code: str, folder: Path, kind: str = "snap-start") -> subprocess.CompletedProcess[str]:
    """Run code in a process that has imported a function; `folder` may hold a module of the runtime."""
    path = [str(folder), str(ROOT / "layers" / "taskward"), str(ROOT / FUNCTIONS[function]["CodeUri"])]
    return subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", _BEGIN + code, json.dumps(path)],
        env=variables(function) | _ENVIRONMENT | {"AWS_LAMBDA_INITIALIZATION_TYPE": kind},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _printed(function: str, code: str, folder: Path, kind: str = "snap-start") -> Any:
    """What code prints there, as JSON."""
    (folder / "snapshot_restore_py.py").write_text(_RUNTIME)
    done = _run(function, code, folder, kind)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


# The snapshot, what a request before it would have left behind, and three copies.
_LIFE = """
import random, ssl, snapshot_restore_py
snapshot_restore_py.snapshot()
from taskward import kept_connections, storage
(database,) = storage._connections.values()
keys, keyring = (sys.modules.get(f"taskward.identity.{name}") for name in ("keys", "keyring"))
ready = {
    "database": database.client.meta.endpoint_url,
    "authorities": kept_connections._trust.cache_info().currsize,
    "secrets": keyring and keyring.secrets_client.cache_info().currsize,
}

closed = []
class Idle:
    def close(self): closed.append("database")
idle = database.client._endpoint._connections._idle
idle.append(Idle())
if keys:
    keys._copy = "public"
if keyring:
    keyring._copy = "private"
    keyring.secrets_client()._endpoint.http_session.close = lambda: closed.append("secrets")

drawn, added = [], []
ssl.RAND_add = lambda numbers, entropy: added.append([numbers.hex(), entropy])
for copy in range(3):
    random.seed(1)
    snapshot_restore_py.restore()
    drawn.append(random.random())

left = [*idle, *(module._copy for module in (keys, keyring) if module)]
told = {"ready": ready, "closed": closed, "left": left, "drawn": drawn, "added": added}
print(json.dumps(told | {"makes_keys": "taskward.identity.rotation" in sys.modules}))
"""


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """What became of a function; it is made to live once."""

    @cache
    def lived(function: str) -> dict[str, Any]:
        told: dict[str, Any] = _printed(function, _LIFE, tmp_path_factory.mktemp("runtime"))
        return told

    return lived


Life = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("function", ANSWERING)
def test_a_snapshot_has_the_clients_that_most_requests_need_and_nobody_was_asked(life: Life, function: str) -> None:
    ready = life(function)["ready"]
    assert (ready["database"], ready["authorities"]) == ("https://dynamodb.us-east-1.amazonaws.com", 1)
    # Functions that sign nothing do not load it.
    assert ready["secrets"] == 1 or (ready["secrets"] is None and function not in ISSUING)


@pytest.mark.parametrize("function", ANSWERING)
def test_each_copy_draws_numbers_of_its_own(life: Life, function: str) -> None:
    drawn, added = life(function)["drawn"], life(function)["added"]
    assert len(set(drawn)) == 3
    assert len({numbers for numbers, _ in added}) == 3
    assert {(len(numbers), entropy) for numbers, entropy in added} == {(96, 48)}


@pytest.mark.parametrize("function", ANSWERING)
def test_no_copy_makes_keys_from_numbers_that_cannot_be_drawn_anew(life: Life, function: str) -> None:
    # The package for cryptography has an OpenSSL of its own, which Python's `ssl` does not reach.
    assert life(function)["makes_keys"] is False


@pytest.mark.parametrize("function", ANSWERING)
def test_a_copy_has_no_keys_and_no_connection_of_before(life: Life, function: str) -> None:
    told = life(function)
    assert set(told["left"]) <= {None}
    assert "database" in told["closed"]
    assert "secrets" in told["closed"] or told["ready"]["secrets"] is None


_LAZY = """
from taskward import storage
print(json.dumps(["snapshot_restore_py" in sys.modules, len(storage._connections)]))
"""


@pytest.mark.parametrize("kind", ["on-demand", "provisioned-concurrency"])
def test_where_no_snapshot_is_taken_nothing_is_registered_or_made_ready(kind: str, tmp_path: Path) -> None:
    printed = _printed("TasksFunction", _LAZY, tmp_path, kind)
    assert printed == [False, 0]


def test_without_the_hooks_of_the_runtime_there_is_no_snapshot(tmp_path: Path) -> None:
    done = _run("TasksFunction", "", tmp_path)
    assert done.returncode == 1
    assert "No module named 'snapshot_restore_py'" in done.stderr
