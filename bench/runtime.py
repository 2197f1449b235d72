"""Functions as Lambda runs them: a process of Lambda's own runtime client, which asks this one for its invocations.

What an invocation costs a process is read from its clock of processor time, from when an event is handed out until the
process asks for the next one: so all that the runtime client does for it is in it, and nothing of this process.
"""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.loopback import QuietHandler, serving

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Function:
    """What is run: a folder with an `app.py` whose `handler` answers, its packages, and its variables."""

    name: str
    folder: Path
    packages: Sequence[Path]
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time and of time."""

    cpu: float
    wall: float


class RuntimeProcess:
    """A running function. `start` is what it took until it asked for its first event."""

    def __init__(self, python: Path, function: Function) -> None:
        self.name = function.name
        self._python, self._function = python, function
        self._events: queue.Queue[bytes] = queue.Queue()
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._asked = threading.Semaphore(0)
        self.start = Cost(0, 0)

    @contextmanager
    def running(self) -> Iterator["RuntimeProcess"]:
        """The process, until the end of the block."""
        with serving(_runtime_api(self)) as origin:
            begun = time.perf_counter()
            self._process = subprocess.Popen(
                [self._python, "-m", "awslambdaric", "app.handler"],
                cwd=self._function.folder,
                env=environment(self._function) | {"AWS_LAMBDA_RUNTIME_API": origin.removeprefix("http://")},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            try:
                self._wait_until_it_asks()
                self.start = Cost(self.cpu(), time.perf_counter() - begun)
                yield self
            finally:
                self._process.kill()
                self._process.wait()

    def invoke(self, event: Any) -> tuple[Any, Cost]:
        """The function's answer to an event, and what it cost."""
        body = json.dumps(event).encode()
        cpu, wall = self.cpu(), time.perf_counter()
        self._events.put(body)
        answer = self._answers.get(timeout=PATIENCE_SECONDS)
        answered = time.perf_counter()
        self._wait_until_it_asks()
        return json.loads(answer), Cost(self.cpu() - cpu, answered - wall)

    def cpu(self) -> float:
        """Seconds of processor time so far: the clock that Linux has for each process, by its number."""
        return time.clock_gettime(~self._process.pid << 3 | _CPUCLOCK_SCHED)

    def peak_memory(self) -> int:
        """Bytes of memory that were resident at once at most."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("Linux says this of each process")

    def _wait_until_it_asks(self) -> None:
        if not self._asked.acquire(timeout=PATIENCE_SECONDS):
            raise TimeoutError(f"{self.name} does not ask for an event: it stopped with {self._process.poll()}")


def environment(function: Function) -> dict[str, str]:
    """What a function's process is started with, but for where it asks for events."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, function.packages)),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "LAMBDA_TASK_ROOT": str(function.folder),
        **function.variables,
    }


_CPUCLOCK_SCHED = 2
"""Of the kinds of clocks that processes have, the one that counts nanoseconds."""


def _runtime_api(process: RuntimeProcess) -> ThreadingHTTPServer:
    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body go out in two pieces, and the second would wait for the first to be acknowledged.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            process._asked.release()
            body = process._events.get()
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-8000-000000000000")
            self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + 30) * 1000)))
            self.send_header(
                "Lambda-Runtime-Invoked-Function-Arn", f"arn:aws:lambda:us-east-1:1:function:{process.name}"
            )
            self._end(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.endswith("/response"):
                process._answers.put(body)
            else:
                process._answers.put(json.dumps({"failed": body.decode()}).encode())
            self.send_response(202)
            self._end(b"")

        def _end(self, body: bytes) -> None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
