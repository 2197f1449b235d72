"""Carries connections from an address of this machine to its loopback, where nothing else than itself could reach."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK_BYTES = 65536


@contextmanager
def relaying(address: str, port: int) -> Iterator[None]:
    """For as long as this lasts, a connection to a port of an address reaches the same port of 127.0.0.1.

    Raises
    ------
    OSError: the address is none of this machine's, or its port is taken.
    """
    with socket.create_server((address, port)) as listener:
        threading.Thread(target=_accept, args=(listener, port), daemon=True).start()
        try:
            yield
        finally:
            # Wakes whoever waits for a connection, which closing alone does not.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, port: int) -> None:
    # It ends when the listener is closed.
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", port))
            except OSError:
                near.close()
                continue
            threading.Thread(target=_carry_both_ways, args=(near, far), daemon=True).start()


def _carry_both_ways(near: socket.socket, far: socket.socket) -> None:
    with near, far:
        back = threading.Thread(target=_carry, args=(far, near), daemon=True)
        back.start()
        _carry(near, far)
        back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    """All that comes from one end, to the other, and its end, too."""
    with suppress(OSError):
        while data := source.recv(_CHUNK_BYTES):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
