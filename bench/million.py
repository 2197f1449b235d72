"""What a million requests of each kind cost, and what one would pay for the peer: tables of docs/cost.md.

    python -m bench.million

The peer of bench/peer is reckoned twice: on Lambda, behind the same REST API and with no function before it; and in
containers that are always on, behind a load balancer. Either has a small Postgres, and on Lambda a proxy before it,
since each execution environment opens a connection. What both would have alike is left out: CloudFront, logs, traces,
mail, secrets and alarms.

The month is that of bench/simulation.py, with as many users as make so many requests.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

from bench import prices
from bench.measured import measured
from bench.memory import chosen, function_of, price, template_mb
from bench.names import PEER
from bench.prices import HOURS, tiered
from bench.simulation import ANSWER_KB, DAYS, KINDS, ROW_KB, TASKS, Month, dollars, number, units
from tests.support.documents import table

MILLION: Final = 1_000_000
MONTHS: Final = (0, MILLION, 10 * MILLION, 100 * MILLION)
"""Requests."""

UNITS: Final = {
    "register": "POST /auth/register",
    "login": "POST /auth/login",
    "refresh": "POST /auth/refresh",
    "authorize": "the authorizer, before any other request",
    "create": "POST /tasks",
    "get": "GET /tasks/{id}",
    "list of 50": "GET /tasks",
    "update": "PATCH /tasks/{id}, title",
}
"""The row of docs/cost.md that each kind of request has."""

PUBLIC: Final = ("register", "login", "refresh")

# --- The peer ---------------------------------------------------------------------------------------------------------

DISK_GB: Final = 20
"""At least; no database is smaller."""

ROWS: Final = 2
"""What a task takes of the disk, in rows: itself, and what it has in indexes."""

CONTAINERS: Final = 2
"""At least, so that one may fail."""

CONTAINER_VCPU, CONTAINER_GB = 0.25, 0.5
CONTAINER_USE: Final = 0.6
"""How much of its processor a container uses in the busiest second."""

ADDRESSES: Final = 2
"""Of the balancer, one in each availability zone. Each container has one, too: a gateway for all would cost more."""


def own_costs(operation: str) -> dict[str, float]:
    """Dollars for a request to Taskward; the authorizer's are in it, and alone where it is what is asked about."""
    function = function_of(operation)
    read, write = units(UNITS[operation])
    compute = price(operation, function, template_mb(function))
    if operation not in (*PUBLIC, "authorize"):
        compute += price("authorize", "authorizer", template_mb("authorizer"))
        read += units(UNITS["authorize"])[0]
    return {
        "gateway": 0 if operation == "authorize" else prices.GATEWAY[0][1],
        "Lambda": compute,
        "DynamoDB": read * prices.READ_UNIT + write * prices.WRITE_UNIT,
    }


def peer_costs(operation: str) -> dict[str, float]:
    """Dollars for a request to the peer on Lambda, without the database."""
    return {"gateway": prices.GATEWAY[0][1], "Lambda": price(operation, PEER, chosen(PEER), PEER)}


def month_of(requests: float) -> Month:
    """The month with as many users as make so many requests."""
    return Month(requests / Month(1).requests())


def database(month: Month) -> float:
    """Dollars of the peer's database."""
    return HOURS * prices.POSTGRES_HOUR + max(DISK_GB, month.users * TASKS * ROW_KB * ROWS / 1e6) * prices.POSTGRES_GB


def taskward(month: Month) -> float:
    """Dollars of gateway, Lambda and DynamoDB."""
    costs = month.costs()
    return sum(costs[name] for name in ("API Gateway", "Lambda", "DynamoDB, requests", "DynamoDB, storage and backups"))


def peer_on_lambda(month: Month) -> float:
    """Dollars of gateway, Lambda, proxy and database."""
    compute = sum(month.requests((kind,)) * peer_costs(kind.like)["Lambda"] for kind in KINDS)
    return tiered(month.requests(), prices.GATEWAY) + compute + HOURS * prices.PROXY_HOUR + database(month)


def containers(month: Month) -> int:
    """How many are needed in the busiest second."""
    busy = sum(month.requests((kind,)) * measured().warm[PEER][kind.like] / 1000 for kind in KINDS)
    return max(CONTAINERS, math.ceil(month.at_peak(busy) / (CONTAINER_VCPU * CONTAINER_USE)))


def peer_in_containers(month: Month) -> float:
    """Dollars of containers, balancer, addresses and database."""
    each = CONTAINER_VCPU * prices.CONTAINER_VCPU_HOUR + CONTAINER_GB * prices.CONTAINER_GB_HOUR
    hourly = containers(month) * (each + prices.ADDRESS_HOUR) + prices.BALANCER_HOUR + ADDRESSES * prices.ADDRESS_HOUR
    return HOURS * hourly + month.requests() * ANSWER_KB / 1e6 * prices.BALANCER_GB + database(month)


WAYS: Final[dict[str, Callable[[Month], float]]] = {
    "Taskward": taskward,
    "the peer on Lambda": peer_on_lambda,
    "the peer in containers": peer_in_containers,
}


def crossing(dearer: Callable[[Month], float], cheaper: Callable[[Month], float]) -> float | None:
    """From how many requests a month the one costs more than the other, to a hundredth; None if it is a billion."""
    return next((each for each in _more_and_more() if dearer(month_of(each)) > cheaper(month_of(each))), None)


def _more_and_more() -> Iterator[float]:
    requests = 1000.0
    while requests < 1000 * MILLION:
        yield requests
        requests *= 1.01


# --- Tables -----------------------------------------------------------------------------------------------------------


def tables() -> list[list[str]]:
    """The tables of docs/cost.md, each a list of lines."""
    return [_requests(), _fixed(), _months(), _crossings()]


def _requests() -> list[str]:
    rows = []
    for operation in UNITS:
        ours = [each * MILLION for each in own_costs(operation).values()]
        theirs = [each * MILLION for each in peer_costs(operation).values()]
        # It looks at the token in each request, and never by itself.
        beside = ["", ""] if operation == "authorize" else [dollars(theirs[1]), dollars(sum(theirs))]
        rows.append([operation, *map(dollars, [*ours, sum(ours)]), *beside])
    heads = ["gateway", "Lambda", "DynamoDB", "together", "the peer: Lambda", "with the gateway"]
    return table([["dollars for 1,000,000", *heads], *rows])


def _fixed() -> list[str]:
    each = CONTAINER_VCPU * prices.CONTAINER_VCPU_HOUR + CONTAINER_GB * prices.CONTAINER_GB_HOUR
    addresses = (CONTAINERS + ADDRESSES) * prices.ADDRESS_HOUR
    items = {
        "db.t4g.micro, one availability zone": (prices.POSTGRES_HOUR, prices.POSTGRES_HOUR),
        f"{DISK_GB} GB of gp3": 2 * (DISK_GB * prices.POSTGRES_GB / HOURS,),
        "RDS Proxy, 2 processors": (prices.PROXY_HOUR, 0),
        f"{CONTAINERS} Fargate tasks of {CONTAINER_VCPU:g} vCPU and {CONTAINER_GB:g} GB": (0, CONTAINERS * each),
        "Application Load Balancer": (0, prices.BALANCER_HOUR),
        f"{CONTAINERS + ADDRESSES} public IPv4 addresses": (0, addresses),
    }
    rows = [[name, *(dollars(hourly * HOURS) if hourly else "" for hourly in item)] for name, item in items.items()]
    together = (dollars(sum(hourly) * HOURS) for hourly in zip(*items.values(), strict=True))
    return table([["dollars a month, unused", *list(WAYS)[1:]], *rows, ["together", *together]])


def _months() -> list[str]:
    heads = [f"{requests:,}" for requests in MONTHS]
    rows = [[name, *(dollars(cost(month_of(requests))) for requests in MONTHS)] for name, cost in WAYS.items()]
    shape = {
        "users that make them": [number(month_of(requests).users) for requests in MONTHS],
        "containers": [str(containers(month_of(requests))) for requests in MONTHS],
    }
    return table([["dollars a month, by requests", *heads], *rows, *([name, *row] for name, row in shape.items())])


def _crossings() -> list[str]:
    rows = []
    for dearer, cheaper in (("Taskward", "the peer on Lambda"), ("Taskward", "the peer in containers")):
        found = crossing(WAYS[dearer], WAYS[cheaper])
        told = ["", ""] if found is None else [number(found), number(found / (DAYS * 86_400))]
        rows.append([f"{dearer} costs more than {cheaper}", *told])
    return table([["from there on", "requests a month", "requests a second, on average"], *rows])


def main() -> None:
    """Print the tables."""
    print("\n\n".join("\n".join(lines) for lines in tables()))


if __name__ == "__main__":
    main()
