"""A server that is never to be asked: where a forger has put a key of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import HTTPServer

from tests.support.loopback import QuietHandler, serving


@dataclass
class Listener:
    """Where it is, and what it was asked for."""

    address: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a free port of this machine."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            self.send_error(404)

    with serving(HTTPServer(("127.0.0.1", 0), Handler)) as address:
        found = Listener(address)
        yield found
