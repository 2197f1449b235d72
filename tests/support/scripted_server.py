"""A server on loopback that answers as it is told to, byte by byte, however wrong that is."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

PATIENCE_SECONDS: Final = 3

Step = Callable[[socket.socket, bytes], None]
"""What is done on a connection once a request has come, given its body."""


def send(*parts: bytes) -> Step:
    """Answer by these bytes, in as many segments."""

    def sent(connection: socket.socket, _: bytes) -> None:
        for part in parts:
            connection.sendall(part)

    return sent


def reset(connection: socket.socket, _: bytes) -> None:
    """Be gone without a word, as what forgot all about the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass
class ScriptedServer:
    """`requests` are those that came: the number of the connection, from 0, the head and the body of each.

    `ended` has an event for each connection: it is over at this end, or at the other.
    """

    port: int
    requests: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    ended: list[threading.Event] = field(default_factory=list)

    def connections_used(self) -> list[int]:
        """By which connection each request came."""
        return [number for number, _, _ in self.requests]

    def wait_for_end(self, connection: int) -> None:
        """Return when that connection is over."""
        assert self.ended[connection].wait(PATIENCE_SECONDS)


@contextmanager
def scripted_server(*connections: Sequence[Step], tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Takes as many connections and does on each one step for each request; what has no more steps is closed.

    The last step of all leaves its connection open until the other end closes it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ScriptedServer(listener.getsockname()[1], ended=[threading.Event() for _ in connections])
        threads: list[threading.Thread] = []

        def accept() -> None:
            for number, steps in enumerate(connections):
                try:
                    connection, _ = listener.accept()
                except OSError:
                    # The test is over.
                    return
                stays = number == len(connections) - 1
                threads.append(threading.Thread(target=_served, args=(server, number, connection, steps, tls, stays)))
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            accepting.join(PATIENCE_SECONDS)
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
                assert not thread.is_alive(), "a connection was left open"


def _served(
    server: ScriptedServer,
    number: int,
    connection: socket.socket,
    steps: Sequence[Step],
    tls: ssl.SSLContext | None,
    stays: bool,
) -> None:
    # Whoever asks may go away at any time.
    with suppress(OSError), connection:
        talking = tls.wrap_socket(connection, server_side=True) if tls else connection
        with talking:
            talking.settimeout(PATIENCE_SECONDS)
            for step in steps:
                head, body = _request(talking)
                server.requests.append((number, head, body))
                step(talking, body)
            if stays:
                talking.recv(1)
    server.ended[number].set()


def _request(connection: socket.socket) -> tuple[bytes, bytes]:
    came = b""
    while b"\r\n\r\n" not in came:
        came += _more(connection)
    head, _, body = came.partition(b"\r\n\r\n")
    length = next(int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length"))
    while len(body) < length:
        body += _more(connection)
    return head, body


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(65_536)
    if not part:
        raise ConnectionAbortedError
    return part
