"""`make run` as a person uses it: start, stop, start again, bring a change in; nothing is lost on the way."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from local.emulator import free_port, is_free
from local.paths import ROOT
from tests.support.people import PASSWORD

_START_SECONDS = 180
_STOP_SECONDS = 60
_MAIL_SECONDS = 60


class Run:
    """A running `make run`, without make."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "run.log"
        self.environment = os.environ | {"TASKWARD_STATE": str(folder / "state")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*_command("run"), "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        """Until it has said where it is."""
        deadline = time.monotonic() + _START_SECONDS
        while f"http://localhost:{self.port}/api" not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)

    def client(self) -> httpx.Client:
        """A client of the running service."""
        return httpx.Client(base_url=f"http://localhost:{self.port}/api", timeout=60)

    def mails(self, of: str) -> list[dict[str, Any]]:
        """The mail of one subject, as soon as there is some."""
        deadline = time.monotonic() + _MAIL_SECONDS
        while True:
            mails = httpx.get(f"http://localhost:{self.port}/_mail.json").json()
            if found := [mail for mail in mails if mail["subject"] == of]:
                return found
            assert time.monotonic() < deadline, mails
            time.sleep(0.2)

    def stop(self, number: signal.Signals) -> int:
        """Stop it by a signal; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(_STOP_SECONDS)


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "local.run", name]


def _said(command: str, run: Run) -> subprocess.CompletedProcess[str]:
    arguments = [*_command(command), "--port", str(free_port())]
    return subprocess.run(
        arguments, cwd=ROOT, env=run.environment, capture_output=True, text=True, check=False, timeout=60
    )


@contextmanager
def _running(folder: Path) -> Iterator[Run]:
    run = Run(folder)
    try:
        run.wait_until_ready()
        yield run
    finally:
        if run.process.poll() is None:
            run.stop(signal.SIGTERM)


def test_data_and_sessions_survive_a_restart_which_deploys_nothing_anew(tmp_path: Path) -> None:
    body = {"email": "ada@example.com", "password": PASSWORD}
    with _running(tmp_path) as run:
        page = httpx.get(f"http://localhost:{run.port}/")
        assert '<div id="root">' in page.text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        with run.client() as client:
            grant = client.post("/auth/register", json=body).json()
            headers = {"Authorization": f"Bearer {grant['access_token']}"}
            task = client.post("/tasks", json={"title": "Pay rent"}, headers=headers).json()
        mails = run.mails(of="Confirm your e-mail address")
        second = _said("run", run)
        assert second.returncode == 1
        assert "running already" in second.stderr
        unchanged = _said("update", run)
        assert (unchanged.returncode, unchanged.stdout) == (0, "Nothing has changed.\n")
        assert run.stop(signal.SIGINT) == 0
        assert "sam deploy" in run.log.read_text()
    with _running(tmp_path) as run:
        assert "sam deploy" not in run.log.read_text()
        assert "Building" not in run.log.read_text()
        assert run.mails(of="Confirm your e-mail address") == mails
        with run.client() as client:
            listed = client.get("/tasks", headers=headers).json()
            # It answers at another port now, and says so.
            assert [t | {"url": ""} for t in listed] == [task | {"url": ""}]
            assert listed[0]["url"].startswith(f"http://localhost:{run.port}/api/tasks/")
            assert client.post("/auth/refresh", json={"refresh_token": grant["refresh_token"]}).status_code == 200
            assert client.post("/auth/login", json=body).status_code == 200
        assert run.stop(signal.SIGTERM) == 0
    reset = _said("reset", run)
    assert reset.returncode == 0
    assert not (tmp_path / "state").exists()


def test_when_it_is_killed_nothing_of_it_goes_on(tmp_path: Path) -> None:
    with _running(tmp_path) as run:
        state = tmp_path / "state"
        port = json.loads((state / "running.json").read_text())["emulator_port"]
        run.stop(signal.SIGKILL)
        deadline = time.monotonic() + _STOP_SECONDS
        while not is_free(port):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    with _running(tmp_path) as run, run.client() as client:
        assert client.get("/.well-known/jwks.json").status_code == 200


def test_a_first_start_that_is_broken_off_does_not_spoil_the_next_and_cannot_be_doubled(tmp_path: Path) -> None:
    run = Run(tmp_path)
    deadline = time.monotonic() + _START_SECONDS
    while "sam deploy" not in run.log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "stop it first" in _said("reset", run).stderr
    assert "still starting" in _said("update", run).stderr
    assert "running already" in _said("run", run).stderr
    time.sleep(1)
    run.stop(signal.SIGINT)
    with _running(tmp_path) as again, again.client() as client:
        assert client.get("/.well-known/jwks.json").status_code == 200


def test_a_port_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [*_command("run"), "--port", str(port)]
        environment = os.environ | {"TASKWARD_STATE": str(tmp_path / "state")}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
