"""HTTP servers of tests, on this machine alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class QuietHandler(BaseHTTPRequestHandler):
    """Answers requests, and says nothing of them."""

    def log_message(self, *_: object) -> None:
        """Not even to standard error."""


@contextmanager
def serving(server: HTTPServer) -> Iterator[str]:
    """Serve in a thread of its own until the end of the block, which closes the server; yields its origin."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
