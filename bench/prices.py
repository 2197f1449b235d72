"""List prices of AWS in us-east-1, in dollars, as they were noted in November 2026.

Without taxes, discounts, and what is free in the first year. An hour of something is 1 of 730 in a month. Where a price
falls with the amount, there are tiers: each has so much at a price.
"""

import math
from typing import Final

Tiers = tuple[tuple[float, float], ...]

HOURS: Final = 730
"""Of a month."""

# --- By use -----------------------------------------------------------------------------------------------------------

GATEWAY: Final[Tiers] = ((333e6, 3.5e-6), (667e6, 2.8e-6), (19e9, 2.38e-6), (math.inf, 1.51e-6))
"""A request to a REST API."""

LAMBDA_REQUEST: Final = 0.2e-6
LAMBDA_GB_SECOND: Final[Tiers] = ((7.5e9, 1.33334e-5), (11.25e9, 1.20001e-5), (math.inf, 1.06667e-5))
"""On arm64. Starts are charged like requests."""

READ_UNIT, WRITE_UNIT = 0.125e-6, 0.625e-6
"""On demand."""

STORED_GB, BACKED_UP_GB = 0.25, 0.20
"""A month in DynamoDB, and of what it takes to go back to any second."""

FRONT_REQUEST: Final[Tiers] = ((10e6, 0.0), (math.inf, 1e-6))
FRONT_RUN: Final[Tiers] = ((2e6, 0.0), (math.inf, 0.1e-6))
FRONT_GB: Final[Tiers] = (
    (1e3, 0.0),
    (10e3, 0.085),
    (40e3, 0.080),
    (100e3, 0.060),
    (350e3, 0.040),
    (math.inf, 0.030),
)
"""CloudFront: a request, a run of a function, a gigabyte to the internet."""

LOG_GB: Final = 0.50
TRACE: Final = 5e-6
MAIL: Final = 0.1e-3
SECRET, KEY = 0.40, 1.00
ALARM, METRIC = 0.10, 0.30
"""Each a month; an alarm for each metric that it looks at, a metric for the hours in which it has a value."""

# --- By the hour ------------------------------------------------------------------------------------------------------

POSTGRES_HOUR: Final = 0.016
"""A db.t4g.micro in one availability zone: two virtual processors that may be used a tenth, and 1 GB."""

POSTGRES_GB: Final = 0.115
"""A month on gp3; backups of as much again are free."""

PROXY_HOUR: Final = 2 * 0.015
"""RDS Proxy, by the processors of its database: two."""

CONTAINER_VCPU_HOUR, CONTAINER_GB_HOUR = 0.03238, 0.00356
"""Fargate on arm64."""

BALANCER_HOUR: Final = 0.0225
BALANCER_GB: Final = 0.008
"""A unit of an Application Load Balancer takes 1 GB in an hour, or 25 new connections a second; bytes are more here."""

ADDRESS_HOUR: Final = 0.005
"""Of a public IPv4 address."""


def tiered(amount: float, tiers: Tiers) -> float:
    """What an amount costs, where each tier has so much at a price."""
    cost = 0.0
    for size, price in tiers:
        cost += min(amount, size) * price
        amount -= min(amount, size)
    return cost
