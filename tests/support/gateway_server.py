"""The gateway of `gateway.py` behind HTTP on this machine, for tools that ask by HTTP alone. One request at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer

from tests.support import loopback
from tests.support.gateway import STAGE, Gateway


@contextmanager
def serving(gateway: Gateway) -> Iterator[str]:
    """Serves a gateway; yields the API's address."""

    class Handler(loopback.QuietHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            answer = gateway.unchecked(self.command, self.path.removeprefix(STAGE), body, tuple(self.headers.items()))
            self.send_response_only(answer.status)
            for name, values in answer.headers.items():
                for value in values:
                    self.send_header(name, value)
            content = answer.text.encode(errors="surrogatepass")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def __getattr__(self, name: str) -> object:
            # The base class looks for one method for each of HTTP's, of which there is no end.
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

    with loopback.serving(HTTPServer(("127.0.0.1", 0), Handler)) as origin:
        yield f"{origin}{STAGE}"
