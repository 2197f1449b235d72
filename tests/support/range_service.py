"""A service of breached passwords on loopback, in the protocol of Pwned Passwords, that remembers what it was asked."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any

from tests.support.loopback import QuietHandler, serving

BREACHED = "correct horse battery staple"
"""A password that only this service knows: it is not among the common ones."""

Respond = Callable[[BaseHTTPRequestHandler], None]


def sha1(password: str) -> str:
    """All forty digits, upper case."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@dataclass
class RangeService:
    """Knows of `passwords`, each with how often it was seen; `respond` replaces the usual answer."""

    port: int
    passwords: dict[str, int] = field(default_factory=dict)
    respond: Respond | None = None
    asked: list[tuple[str, Message]] = field(default_factory=list)
    """Request lines, with the headers of each."""

    @property
    def address(self) -> str:
        """What `BREACHED_PASSWORDS_ADDRESS` is set to."""
        return f"http://127.0.0.1:{self.port}/range"

    def lines(self, prefix: str) -> list[str]:
        """The answer for a range, with as much made up beside it as the real one has."""
        known = [(sha1(password), seen) for password, seen in self.passwords.items()]
        made_up = [f"{secrets.token_hex(20)[5:].upper()}:0" for _ in range(800)]
        return [*made_up, *(f"{digest[5:]}:{seen}" for digest, seen in known if digest.startswith(prefix))]


@contextmanager
def range_service(tls: SSLContext | None = None) -> Iterator[RangeService]:
    """One that serves until the end of the block; with `tls` over that."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            service.asked.append((self.requestline, self.headers))
            if service.respond:
                service.respond(self)
            else:
                answer(self, "\r\n".join(service.lines(self.path.rpartition("/")[2])).encode())

    class Server(ThreadingHTTPServer):
        def get_request(self) -> tuple[Any, Any]:
            connection, address = super().get_request()
            if tls:
                # Greeted by the thread that answers, so that nobody who says nothing keeps others waiting.
                return tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address
            return connection, address

        def handle_error(self, *_: object) -> None:
            """Says nothing: who asks may go away at any time, and tests have it do so."""

    server = Server(("127.0.0.1", 0), Handler)
    service = RangeService(server.server_port)
    with serving(server):
        yield service


def answer(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """Answer a request whole."""
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
