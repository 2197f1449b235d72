"""Cold starts: a new process imports a function and answers for the first time."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from bench.names import EMPTY, FLOOR
from bench.requests import Event, request
from bench.runtime import Function, RuntimeProcess, environment
from local.emulator import free_port
from local.paths import TOOLS

Record = dict[str, Any]

_PUBLIC: Final = {"discovery": ("GET", "/.well-known/jwks.json"), "recovery": ("POST", "/auth/password/reset")}
_PRIVATE: Final = {
    "sessions": ("GET", "/auth/session"),
    "account": ("GET", "/account"),
    "factors": ("GET", "/account/passkeys"),
    "bulk": ("POST", "/tasks/export"),
}


def first_event(name: str, token: str, authorizer: Mapping[str, str]) -> Event:
    """What a function that no operation measures is asked first."""
    if name in (FLOOR, EMPTY):
        return {}
    method, resource = (_PUBLIC | _PRIVATE)[name]
    body = {"token": "no such link", "password": "correct horse staple"} if name == "recovery" else None
    return request(method, resource, body, token=token, authorizer=authorizer)


def measure(
    python: Path, functions: Mapping[str, Function], event: Callable[[str], Event], rounds: int
) -> list[Record]:
    """What each start and each first answer cost, the functions taking turns."""
    records: list[Record] = []
    for number in range(rounds):
        for name, function in functions.items():
            with RuntimeProcess(python, function).running() as process:
                answer, first = process.invoke(event(name))
                assert answer.get("statusCode", 200) < 500, answer
                start = process.start
                records.append(
                    {
                        "function": name,
                        "round": number,
                        "cpu": start.cpu + first.cpu,
                        "wall": start.wall + first.wall,
                        "import_cpu": start.cpu,
                        "memory": process.peak_memory(),
                    }
                )
    return records


def interface_emulator() -> Path | None:
    """Lambda's runtime interface emulator, where there is one: the SAM command line brings it along."""
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}.get(os.uname().machine, "")
    return next(TOOLS.glob(f"sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}"), None)


def measure_emulated(
    emulator: Path, python: Path, functions: Mapping[str, Function], event: Callable[[str], Event], rounds: int
) -> list[Record]:
    """How long the first answer takes under the runtime interface emulator, which starts the process for it."""
    return [
        {"function": name, "round": number, "wall": _first_answer(emulator, python, function, event(name))}
        for number in range(rounds)
        for name, function in functions.items()
    ]


def _first_answer(emulator: Path, python: Path, function: Function, event: Event) -> float:
    interface, api = free_port(), free_port()
    addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{interface}"]
    addresses += ["--runtime-api-address", f"127.0.0.1:{api}"]
    process = subprocess.Popen(
        [emulator, *addresses, python, "-m", "awslambdaric", "app.handler"],
        cwd=function.folder,
        env=environment(function),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{interface}/2015-03-31/functions/function/invocations"
    try:
        _wait_for(interface)
        begun = time.perf_counter()
        with closing(urllib.request.urlopen(url, json.dumps(event).encode(), timeout=60)) as answer:
            answered = json.loads(answer.read())
        assert answered.get("statusCode", 200) < 500, answered
        return time.perf_counter() - begun
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
