"""What `sam local` serves and how it reaches the emulator, as far as that can be seen without Docker."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import Emulator, free_port
from local.paths import ROOT, tool
from local.samples import sam_local
from local.samples.relay import relaying
from local.stack import Stack
from tests.integration.test_sample_events import routes
from tests.support.template import resources

OTHER_LOOPBACK = "127.0.0.2"


@pytest.fixture(scope="module")
def served() -> set[tuple[str, str, str, str | None]]:
    """Method and path of each route of `sam local start-api`, its function, and its authorizer if it has one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.run(
        [tool("sam", "python"), ROOT / "tests" / "support" / "sam_routes_process.py", ROOT / "template.yaml"],
        env=environment | {"AWS_DEFAULT_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        check=True,
    )
    return {tuple(route) for route in json.loads(process.stdout)}


def test_every_route_of_the_template_is_served_and_all_but_the_open_ones_by_leave_of_the_authorizer(
    served: set[tuple[str, str, str, str | None]],
) -> None:
    folders = {name: properties["CodeUri"] for name, properties in resources("AWS::Serverless::Function").items()}
    found = {
        (method, path): (folders[function].removeprefix("functions/"), authorizer)
        for method, path, function, authorizer in served
        if method != "OPTIONS"
    }
    assert len(found) == len(routes())
    assert found == {
        route: (folder, "AuthorizerFunction" if is_closed else None) for route, (folder, is_closed) in routes().items()
    }


class Lambda:
    """Knows the settings of one function."""

    def get_function_configuration(self, FunctionName: str) -> Any:  # noqa: N803 - boto3's name
        return {"Environment": {"Variables": {"TASKS_TABLE": f"the table of {FunctionName}"}}}


def test_a_function_in_a_container_has_the_settings_of_the_deployed_one_and_finds_the_emulator(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stack = Stack(Emulator(tmp_path, 4567), {}, {})
    monkeypatch.setattr(Stack, "client", lambda *_: Lambda())
    monkeypatch.setattr(sam_local, "physical_ids", lambda *_: {"TasksFunction": "taskward-Tasks-1"})
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    built = {
        "Parameters": {"Architecture": {"Default": "x86_64"}},
        "Resources": {
            "TasksFunction": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"Environment": {"Variables": {"TASKS_TABLE": {"Ref": "TasksTable"}}}},
            },
            "TasksTable": {"Type": "AWS::DynamoDB::Table"},
        },
    }
    made = sam_local.template(stack, built)
    assert made["Resources"]["TasksFunction"]["Properties"]["Environment"]["Variables"] == {
        "TASKS_TABLE": "the table of taskward-Tasks-1",
        "AWS_ENDPOINT_URL": "http://host.docker.internal:4567",
        "AWS_ENDPOINT_URL_S3": "http://s3.localhost:4567",
    }
    assert made["Parameters"]["Architecture"]["Default"] == "arm64"


@pytest.mark.parametrize("told", ["172.17.0.1\n", "172.17.0.0/16\n"])
def test_the_gateway_of_containers_is_found_whether_docker_tells_it_or_its_network(
    told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess([], 0, stdout=told, stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert sam_local.docker_gateway() == "172.17.0.1"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(), "there is no command `docker` here"),
        (subprocess.CalledProcessError(1, [], stderr="Cannot connect to the daemon.\n"), "Cannot connect"),
    ],
)
def test_without_docker_that_is_said(error: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(sam_local.DockerError, match=said):
        sam_local.docker_gateway()


@pytest.fixture
def echo() -> Iterator[int]:
    """A port of the loopback where one connection is answered with what was sent, in upper case, after its end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                received = b""
                while part := connection.recv(1024):
                    received += part
                connection.sendall(received.upper())

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def test_a_connection_to_another_address_reaches_the_loopback_both_ways_to_its_end(echo: int) -> None:
    with relaying(OTHER_LOOPBACK, echo), socket.create_connection((OTHER_LOOPBACK, echo), timeout=10) as connection:
        connection.sendall(b"water the plants")
        connection.shutdown(socket.SHUT_WR)
        assert connection.makefile("rb").read() == b"WATER THE PLANTS"


def test_afterwards_nobody_listens_there() -> None:
    port = free_port()
    with relaying(OTHER_LOOPBACK, port):
        socket.create_connection((OTHER_LOOPBACK, port), timeout=10).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((OTHER_LOOPBACK, port), timeout=10)
