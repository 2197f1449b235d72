"""A proxy on this machine that spoils answers on their way, and remembers what was asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import HTTPServer
from typing import Any

import httpx

from tests.support.loopback import QuietHandler, serving

_OF_THE_CONNECTION = {"connection", "content-encoding", "content-length", "transfer-encoding", "date", "server"}


@dataclass
class Exchange:
    """A request and its answer, which may be changed before it goes on."""

    method: str
    path: str
    sent: dict[str, Any]
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What the body says."""
        return json.loads(self.body)

    @json.setter
    def json(self, value: Any) -> None:
        self.body = json.dumps(value).encode()


@dataclass
class Proxy:
    """Where the proxy is, and what went through it, as it came from the service."""

    address: str
    exchanges: list[Exchange] = field(default_factory=list)

    def sent(self, name: str) -> set[str]:
        """What requests said under a name."""
        return {exchange.sent[name] for exchange in self.exchanges if name in exchange.sent}


@contextmanager
def spoiling(origin: str, spoil: Callable[[Exchange], None]) -> Iterator[Proxy]:
    """A proxy in front of an origin that gives each exchange to a function first."""
    proxy = Proxy("")

    class Handler(QuietHandler):
        def _pass(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = client.request(self.command, self.path, content=content, headers=headers)
            kept = {name: value for name, value in answer.headers.items() if name not in _OF_THE_CONNECTION}
            sent = json.loads(content) if content else {}
            exchange = Exchange(self.command, self.path, sent, answer.status_code, kept, answer.content)
            proxy.exchanges.append(exchange)
            spoil(exchange)
            self.send_response(exchange.status)
            for name, value in exchange.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(exchange.body)))
            self.end_headers()
            self.wfile.write(exchange.body)

        do_GET = do_POST = do_PATCH = do_DELETE = _pass

    with httpx.Client(base_url=origin, timeout=60) as client, serving(HTTPServer(("127.0.0.1", 0), Handler)) as address:
        proxy.address = address
        yield proxy
