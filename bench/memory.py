"""How much memory each function gets: what sizes cost, how long they take, and the one that a rule chooses.

    python -m bench.memory

Lambda gives 1,769 MB one virtual processor, and less memory its share of one. So what a function computes takes
1,769 / M times as long at M MB; what it waits for takes as long as ever. The price is the time times the memory, and so
much for each request: less memory makes what is computed slower and no cheaper, and what is waited for cheaper.

Processor time and memory are those of docs/measured.json, and a virtual processor is taken to be as fast as the one
that they were measured on. Each request to DynamoDB is taken as 4 ms; how many there are is known.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bench import prices
from bench.measured import measured
from bench.names import OURS, PEER
from tests.support.documents import table
from tests.support.template import resources, template

VCPU_MB: Final = 1769
SIZES: Final = (128, 256, 512, 768, 1024, 1536, VCPU_MB)

ROUND_TRIP_MS: Final = 4
ROUND_TRIPS: Final = {
    "register": 8,
    "login": 11,
    "refresh": 1,
    "authorize": 1,
    "create": 2,
    "get": 1,
    "list of 50": 2,
    "list of 100": 2,
    "update": 2,
}
"""Requests to DynamoDB, one after the other."""

PEER_WAIT_MS: Final = 4
"""What the peer waits for Postgres: four statements, which begin, read the session, do what is asked and commit."""

START_WAIT_MS: Final = 7 * ROUND_TRIP_MS
"""Of a start: a connection and TLS to two services, the keys, the secret, and what is asked first."""

STARTS: Final = 0.001
"""Of all requests, those that find no execution environment."""

# The rule.
ROOM: Final = 1.3
"""The memory that a function needs, over the most that it was seen to use."""

REQUEST_MS: Final = 75
"""What a warm request may compute."""

START_MS: Final = 1500
"""What a start may take, until it has answered."""

HEAVIEST: Final = {
    "authorizer": "authorize",
    "register": "register",
    "login": "login",
    "refresh": "refresh",
    "tasks": "list of 100",
    "account": "login",
    "recovery": "login",
    "factors": "login",
    PEER: "register",
}
"""The heaviest request to a function that was measured. Those to three others check a password, as a sign-in does."""


def template_mb(function: str) -> int:
    """What the template gives a function, which goes by the name of its folder."""
    for properties in resources("AWS::Serverless::Function").values():
        if Path(properties["CodeUri"]).name == function:
            return int(properties.get("MemorySize", template()["Globals"]["Function"]["MemorySize"]))
    raise LookupError(function)


def computed_ms(cpu_ms: float, mb: int) -> float:
    """How long so much processor time takes in so much memory."""
    return cpu_ms * VCPU_MB / min(mb, VCPU_MB)


def request_ms(operation: str, mb: int, side: str = OURS) -> float:
    """How long a warm request takes."""
    waits = PEER_WAIT_MS if side == PEER else ROUND_TRIPS[operation] * ROUND_TRIP_MS
    return computed_ms(measured().warm[side][operation], mb) + waits


def start_ms(function: str, mb: int) -> float:
    """How long a start takes until it has answered."""
    return computed_ms(measured().start[function], mb) + START_WAIT_MS


def gb_seconds(operation: str, function: str, mb: int, side: str = OURS) -> float:
    """What a request is charged for besides that it is one, with its share of a start."""
    milliseconds = request_ms(operation, mb, side) + STARTS * start_ms(function, mb)
    return milliseconds / 1000 * mb / 1024


def price(operation: str, function: str, mb: int, side: str = OURS) -> float:
    """Dollars for a request."""
    return prices.LAMBDA_REQUEST + gb_seconds(operation, function, mb, side) * prices.LAMBDA_GB_SECOND[0][1]


def smallest(function: str) -> dict[str, int]:
    """The smallest size by each part of the rule. What its requests take counts where it was measured."""
    found = {
        "memory": _smallest({mb: measured().peak[function] * ROOM <= mb for mb in SIZES}),
        "start": _smallest({mb: start_ms(function, mb) <= START_MS for mb in SIZES}),
    }
    if function in HEAVIEST:
        cpu_ms = measured().warm[PEER if function == PEER else OURS][HEAVIEST[function]]
        found["request"] = _smallest({mb: computed_ms(cpu_ms, mb) <= REQUEST_MS for mb in SIZES})
    return found


def chosen(function: str) -> int:
    """The size that the rule chooses: the smallest that has room, starts and answers in time."""
    return max(smallest(function).values())


def function_of(operation: str) -> str:
    """Which function of ours does something that was measured."""
    return "authorizer" if operation == "authorize" else operation if operation in HEAVIEST else "tasks"


def _smallest(fits: Mapping[int, bool]) -> int:
    # Nothing is faster than at the largest.
    return next((mb for mb, enough in fits.items() if enough), SIZES[-1])


def tables() -> list[list[str]]:
    """The tables of docs/cost.md, each a list of lines."""
    sizes = [f"{mb:,} MB" for mb in SIZES]
    functions = sorted(measured().start, key=lambda name: -measured().start[name])
    return [
        table([["warm request: ms, dollars for 1,000,000", *sizes], *map(_requests, ROUND_TRIPS)]),
        table([["start: seconds", *sizes], *map(_starts, functions)]),
        table(
            [
                ["function", "start, CPU ms", "request, CPU ms", "peak MB", "chosen", "for its", "template"],
                *map(_choice, functions),
            ]
        ),
    ]


def _requests(operation: str) -> list[str]:
    function = function_of(operation)

    def told(mb: int) -> str:
        return f"{request_ms(operation, mb):.0f} ms, {price(operation, function, mb) * 1e6:.2f}"

    return [operation, *_by_size(function, told)]


def _starts(function: str) -> list[str]:
    return [function, *_by_size(function, lambda mb: f"{start_ms(function, mb) / 1000:.1f}")]


def _by_size(function: str, told: Callable[[int], str]) -> list[str]:
    """A cell for each size: empty where there is no room, bold where it is the template's."""
    given = None if function == PEER else template_mb(function)
    cells = ((mb, told(mb) if mb >= smallest(function)["memory"] else "") for mb in SIZES)
    return [f"**{cell}**" if mb == given else cell for mb, cell in cells]


def _choice(function: str) -> list[str]:
    by_part, side = smallest(function), PEER if function == PEER else OURS
    heaviest = f"{measured().warm[side][HEAVIEST[function]]:g}, {HEAVIEST[function]}" if function in HEAVIEST else ""
    return [
        function,
        f"{measured().start[function]:g}",
        heaviest,
        f"{measured().peak[function]:g}",
        f"{chosen(function):,}",
        max(by_part, key=lambda part: by_part[part]),
        "" if function == PEER else f"{template_mb(function):,}",
    ]


def main() -> None:
    """Print the tables."""
    print("\n\n".join("\n".join(lines) for lines in tables()))


if __name__ == "__main__":
    main()
