"""Medians and ratios of what was measured, and the targets that they are held against."""

from collections.abc import Callable, Iterable
from statistics import median
from typing import Any, Final

from bench.names import EMPTY, FLOOR, OURS, PEER

COLD_TARGETS: Final = {"tasks": 0.45, "authorizer": 0.35}
"""Processor time of import and first answer, over the peer's."""

WARM_TARGET: Final = 0.6
"""Processor time of a request, over the peer's."""

LOGIN_TARGET: Final = 1.10
"""Processor time of a sign-in, over the bare hash's."""

LAYER_TARGET: Final = 20_000_000
"""Bytes, zipped."""

HASHING: Final = ("register", "login")
"""Operations of which most is one password hash, of the same strength on either side."""

HASH: Final = "argon2id"


class Findings:
    """What the raw numbers say; see `bench.side_by_side.measure`. Times are in milliseconds."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def operations(self) -> list[str]:
        """What was asked of both sides, in order."""
        return list(dict.fromkeys(each["operation"] for each in self.raw["warm"] if each["side"] == PEER))

    def floors(self) -> dict[str, float]:
        """What lies below."""
        names = dict.fromkeys(each["operation"] for each in self.raw["warm"] if each["side"] == FLOOR)
        return {name: self.warm(name, FLOOR) for name in names}

    def warm(self, operation: str, side: str) -> float:
        """Processor time of a request."""
        return self._median("warm", "cpu", lambda each: (each["operation"], each["side"]) == (operation, side))

    def whole(self, operation: str) -> float:
        """Processor time of a request to Taskward with the authorizer's before it, where there is one."""
        is_private = operation not in ("register", "login", "refresh", "authorize")
        return self.warm(operation, OURS) + (self.warm("authorize", OURS) if is_private else 0)

    def without_hash(self, operation: str, side: str) -> float:
        """What is left of a request that hashes a password when the hash's own time is taken away."""
        return self.warm(operation, side) - self.hash()

    def hash(self) -> float:
        """The bare hash: argon2id and nothing around it, less the empty handler it was called from."""
        floors = self.floors()
        return floors[HASH] - floors["an empty handler"]

    def ratio(self, operation: str) -> float:
        """Of a request's processor time to the peer's; without the hash, where there is one."""
        if operation in HASHING:
            return self.without_hash(operation, OURS) / self.without_hash(operation, PEER)
        return self.warm(operation, OURS) / self.warm(operation, PEER)

    def functions(self) -> list[str]:
        """All that were started."""
        return list(dict.fromkeys(each["function"] for each in self.raw["cold"]))

    def cold(self, function: str, of: str = "cpu") -> float:
        """Import and first answer: `cpu`, `wall`, or `import_cpu` for the import alone."""
        return self._median("cold", of, lambda each: each["function"] == function)

    def cold_ratio(self, function: str) -> float:
        """Of a start's processor time to the peer's."""
        return self.cold(function) / self.cold(PEER)

    def memory(self, function: str) -> float:
        """Megabytes resident at once at most, in a process that was asked over and over; else after one answer."""
        most: float = self.raw["memory"].get(function) or max(
            each["memory"] for each in self.raw["cold"] if each["function"] == function
        )
        return most / 1e6

    def emulated(self, function: str) -> float | None:
        """Time until the first answer under the runtime interface emulator, where there was one."""
        found = [each["wall"] for each in self.raw.get("emulated", ()) if each["function"] == function]
        return 1000 * median(found) if found else None

    def plotted(self) -> dict[str, Any]:
        """What `bench/plot.py` draws."""
        cold = {name: self.cold(name) for name in self.functions() if name not in (EMPTY, FLOOR)}
        warm = {name: (self.warm(name, OURS), self.warm(name, PEER)) for name in self.operations()}
        return {"cold": cold, "warm": warm, "peer": PEER}

    def _median(self, kind: str, of: str, wanted: Callable[[dict[str, Any]], bool]) -> float:
        numbers: Iterable[float] = [each[of] for each in self.raw[kind] if wanted(each)]
        return 1000 * median(numbers)
