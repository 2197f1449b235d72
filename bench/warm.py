"""Warm requests: processes that have answered before answer again, both sides and the floors taking turns."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.names import EMPTY, FLOOR, OURS, PEER
from bench.operations import OPERATIONS, Side
from bench.runtime import Cost, Function, RuntimeProcess

Record = dict[str, Any]

FLOORS: Final = {
    "an empty handler": "",
    "EdDSA verification": "verify",
    "GetItem, signed by hand": "get_item",
    "argon2id": "argon2id",
}

_FUNCTIONS: Final = {"register": "register", "login": "login", "refresh": "refresh", "authorize": "authorizer"}
"""Those of operations; the others are `tasks`."""


class Warm:
    """Running processes, and a user on either side who is signed in."""

    def __init__(self, processes: Mapping[str, RuntimeProcess]) -> None:
        self._processes = processes
        self.taskward = Side(OURS, self._invoke, lambda operation: _FUNCTIONS.get(operation, "tasks"), authorizes=True)
        self.peer = Side(PEER, self._invoke, lambda _: PEER, authorizes=False)
        self._floor_event = _signed()

    def measure(self, rounds: int) -> list[Record]:
        """What each operation cost in each round."""
        return [record for number in range(rounds) for record in self._round(number)]

    def memory(self) -> dict[str, int]:
        """The most memory that was resident in each process, in bytes."""
        return {name: process.peak_memory() for name, process in self._processes.items()}

    def _round(self, number: int) -> Iterator[Record]:
        for operation in OPERATIONS:
            for side in (self.taskward, self.peer):
                cost = side.ask(operation)
                yield {"operation": operation, "side": side.name, "round": number, "cpu": cost.cpu, "wall": cost.wall}
        for name, kind in FLOORS.items():
            process = self._processes[FLOOR if kind else EMPTY]
            _, cost = process.invoke(self._floor_event | {"floor": kind} if kind else {})
            yield {"operation": name, "side": FLOOR, "round": number, "cpu": cost.cpu, "wall": cost.wall}

    def _invoke(self, function: str, event: Any) -> tuple[Any, Cost]:
        return self._processes[function].invoke(event)


@contextmanager
def warmed(python: Path, functions: Mapping[str, Function], settle: int) -> Iterator[Warm]:
    """All that is measured, running, after so many rounds that are not counted."""
    names = [*dict.fromkeys(_FUNCTIONS.values()), "tasks", PEER, FLOOR, EMPTY]
    with ExitStack() as stack:
        warm = Warm({name: stack.enter_context(RuntimeProcess(python, functions[name]).running()) for name in names})
        warm.measure(settle)
        yield warm


def _signed() -> dict[str, str]:
    key = Ed25519PrivateKey.generate()
    # As long as an access token.
    text = b"a" * 400
    parts = {"signed": text, "signature": key.sign(text), "public_key": key.public_key().public_bytes_raw()}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}
