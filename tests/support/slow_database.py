"""A database on a socket of its own that takes its time: moto's, answered for over loopback."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from botocore.exceptions import ClientError

from tests.support import aws
from tests.support.loopback import QuietHandler, serving


@contextmanager
def slow_database(delay: float) -> Iterator[str]:
    """Answers each request after so many seconds; yields the endpoint."""

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            operation = self.headers["X-Amz-Target"].partition(".")[2]
            members = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(delay)
            try:
                status, told = 200, aws.client("dynamodb")._make_api_call(operation, members)
            except ClientError as error:
                status, told = 400, {"__type": error.response["Error"]["Code"]}
            body = json.dumps(told, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with serving(server) as origin:
        yield origin


@contextmanager
def silent_database() -> Iterator[str]:
    """Takes connections and never answers; yields the endpoint."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def absent_database() -> Iterator[str]:
    """Takes no connection; yields the endpoint."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
