"""What 1,000, 1,000,000 and 100,000,000 users ask, use up and cost, on paper: the tables of docs/cost.md.

    python -m bench.simulation

Units are those that docs/cost.md has measured. Everything else is an assumption, or a price or quota of AWS, and stands
below; prices are those of us-east-1 without taxes, discounts or what is free in the first year.
"""

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.conftest import ROOT
from tests.support.template import resources, template

USERS: Final = (1_000, 1_000_000, 100_000_000)

DOCUMENT: Final = ROOT / "docs" / "cost.md"

# --- Assumptions --------------------------------------------------------------------------------------------------

ACTIVE_SHARE: Final = 0.2
"""Of all users, on a day."""

PEAK: Final = 3
"""The busiest second, as a multiple of the mean."""

DAYS: Final = 30
TASKS: Final = 200
"""Of a user, with what is completed and in the trash."""

ROW_KB: Final = 0.5
COPIES: Final = 5
"""The task, and one in each of the four indexes that it is in."""

ANSWER_KB: Final = 2
"""Of an answer on average, with its headers; most have nothing new to tell."""

FIRST_VISIT_KB: Final = 400
LOG_KB: Final = 1
"""Of authorizer and function together."""

TRACED: Final = 0.05
MAILS_PER_REGISTRATION: Final = 2


@dataclass(frozen=True)
class Kind:
    """Requests of one kind.

    `daily` is how many an active user makes a day, `function` what runs for it besides the authorizer (None: no
    authorizer), `unit` the row of docs/cost.md, `milliseconds` how long the function takes when warm.
    """

    name: str
    daily: float
    function: str
    unit: str
    milliseconds: float
    table: str = "TasksTable"
    public: bool = False


KINDS: Final = (
    Kind("changes, nothing new", 20, "TasksFunction", "GET /tasks/changes?since=…, nothing new", 12),
    Kind("account, at each start", 5, "AccountFunction", "GET /account", 12, "UsersTable"),
    Kind("refresh", 5, "RefreshFunction", "POST /auth/refresh", 12, "SessionsTable", public=True),
    Kind("create", 3, "TasksFunction", "POST /tasks, Idempotency-Key", 20),
    Kind("edit", 3, "TasksFunction", "PATCH /tasks/{id}, due", 20),
    Kind("complete", 3, "TasksFunction", "PATCH /tasks/{id}/complete", 20),
    Kind("delete", 0.5, "TasksFunction", "DELETE /tasks/{id}", 20),
    Kind("everything anew", 0.05, "TasksFunction", "GET /tasks/changes", 40),
    Kind("sign in", 0.05, "LoginFunction", "POST /auth/login", 80, "UsersTable", public=True),
    Kind("register", 0.005, "RegisterFunction", "POST /auth/register", 80, "UsersTable", public=True),
)
AUTHORIZER_MILLISECONDS: Final = 5
STARTS_A_DAY: Final = 5
"""Of the web app; each asks CloudFront for the page and the service worker."""

# --- Prices, in dollars ---------------------------------------------------------------------------------------------

GATEWAY: Final = ((333e6, 3.5e-6), (667e6, 2.8e-6), (19e9, 2.38e-6), (math.inf, 1.51e-6))
LAMBDA_REQUEST: Final = 0.2e-6
LAMBDA_GB_SECOND: Final = ((7.5e9, 1.33334e-5), (11.25e9, 1.20001e-5), (math.inf, 1.06667e-5))
READ_UNIT, WRITE_UNIT = 0.125e-6, 0.625e-6
STORED_GB, BACKED_UP_GB = 0.25, 0.20
FRONT_REQUEST: Final = ((10e6, 0.0), (math.inf, 1e-6))
FRONT_RUN: Final = ((2e6, 0.0), (math.inf, 0.1e-6))
FRONT_GB: Final = ((1e3, 0.0), (10e3, 0.085), (40e3, 0.080), (100e3, 0.060), (350e3, 0.040), (math.inf, 0.030))
LOG_GB: Final = 0.50
TRACE: Final = 5e-6
MAIL: Final = 0.1e-3
SECRET, KEY, ALARM = 0.40, 1.00, 0.10


def tiered(amount: float, tiers: tuple[tuple[float, float], ...]) -> float:
    """What an amount costs, where each tier has so much at a price."""
    cost = 0.0
    for size, price in tiers:
        cost += min(amount, size) * price
        amount -= min(amount, size)
    return cost


# --- What is measured -----------------------------------------------------------------------------------------------


@cache
def units(name: str) -> tuple[float, float]:
    """Read and write units of a row of docs/cost.md: those of a user of 1,000 tasks, and of one device."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] == name:
            told = cells[2] if len(cells) == 5 else cells[1]
            read, write = (re.search(rf"([\d.]+) {kind}", told) for kind in "RW")
            return float(read[1]) if read else 0, float(write[1]) if write else 0
    raise LookupError(name)


@cache
def memory_gb(function: str) -> float:
    """What the template gives a function."""
    default = template()["Globals"]["Function"]["MemorySize"]
    return float(resources("AWS::Serverless::Function")[function].get("MemorySize", default)) / 1024


# --- What follows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """A month of so many users."""

    users: int

    @property
    def active_days(self) -> float:
        """Days on which somebody was active, of all users together."""
        return self.users * ACTIVE_SHARE * DAYS

    def requests(self, kinds: tuple[Kind, ...] = KINDS) -> float:
        """To the API."""
        return self.active_days * sum(kind.daily for kind in kinds)

    def at_peak(self, monthly: float) -> float:
        """How much of a month's amount comes in its busiest second."""
        return monthly / (DAYS * 86_400) * PEAK

    def units(self, table: str | None = None) -> tuple[float, float]:
        """Read and write units, of all tables or of one; the authorizer reads a session."""
        read = write = 0.0
        for kind in KINDS:
            count = self.requests((kind,))
            own = units(kind.unit)
            let_in = 0.0 if kind.public else units("the authorizer, before any other request")[0]
            if table in (None, "SessionsTable"):
                read += count * let_in
            if table in (None, kind.table):
                read += count * own[0]
                write += count * own[1]
        return read, write

    def invocations(self) -> float:
        """Of Lambda: the function, and the authorizer before it."""
        return self.requests() + self.requests(tuple(kind for kind in KINDS if not kind.public))

    def gb_seconds(self) -> float:
        """Of Lambda, all warm: a cold start in a thousand requests adds a hundredth or two."""
        own = sum(self.requests((kind,)) * kind.milliseconds * memory_gb(kind.function) for kind in KINDS)
        guarded = self.requests(tuple(kind for kind in KINDS if not kind.public))
        return (own + guarded * AUTHORIZER_MILLISECONDS * memory_gb("AuthorizerFunction")) / 1000

    def stored_gb(self) -> float:
        """Of tasks and their copies; accounts and sessions are a hundredth of it."""
        return self.users * TASKS * ROW_KB * COPIES / 1e6

    def front_requests(self) -> float:
        """To CloudFront: the API's, and the page and the service worker at each start."""
        return self.requests() + self.active_days * STARTS_A_DAY * 2

    def costs(self) -> dict[str, float]:
        """Dollars, by service."""
        read, write = self.units()
        visits = self.requests(tuple(kind for kind in KINDS if kind.name in ("sign in", "register")))
        fixed = {"AWS::SecretsManager::Secret": SECRET, "AWS::KMS::Key": KEY, "AWS::CloudWatch::Alarm": ALARM}
        registrations = self.requests(tuple(kind for kind in KINDS if kind.name == "register"))
        return {
            "API Gateway": tiered(self.requests(), GATEWAY),
            "Lambda": self.invocations() * LAMBDA_REQUEST + tiered(self.gb_seconds(), LAMBDA_GB_SECOND),
            "DynamoDB, requests": read * READ_UNIT + write * WRITE_UNIT,
            "DynamoDB, storage and backups": self.stored_gb() * (STORED_GB + BACKED_UP_GB),
            "CloudFront": tiered(self.front_requests(), FRONT_REQUEST)
            + tiered(self.front_requests(), FRONT_RUN)
            + tiered((self.front_requests() * ANSWER_KB + visits * FIRST_VISIT_KB) / 1e6, FRONT_GB),
            "CloudWatch Logs": self.requests() * LOG_KB / 1e6 * LOG_GB,
            "X-Ray": self.requests() * TRACED * TRACE,
            "SES": registrations * MAILS_PER_REGISTRATION * MAIL,
            "secrets, key, alarms": sum(len(resources(kind)) * each for kind, each in fixed.items()),
        }

    def quotas(self) -> dict[str, tuple[str, float, float]]:
        """What is used of each at the busiest second: by name, whose it is, its default, and the use."""
        changes = self.at_peak(self.requests(KINDS[:1]))
        auth = max(self.at_peak(self.requests((kind,))) for kind in KINDS if kind.public)
        mails = self.requests(tuple(kind for kind in KINDS if kind.name == "register")) * MAILS_PER_REGISTRATION / DAYS
        parameters = template()["Parameters"]
        invocations = self.at_peak(self.invocations())
        running = self.at_peak(
            sum(self.requests((kind,)) * kind.milliseconds / 1000 for kind in KINDS)
            + self.requests(tuple(kind for kind in KINDS if not kind.public)) * AUTHORIZER_MILLISECONDS / 1000
        )
        reads = {table: self.at_peak(self.units(table)[0]) for table in ("TasksTable", "SessionsTable")}
        return {
            "Sending quota a day, in the sandbox": ("SES", 200, mails),
            "`AuthRate` for each route": ("template", float(parameters["AuthRate"]["Default"]), auth),
            "`RequestRate` for each route": ("template", float(parameters["RequestRate"]["Default"]), changes),
            "Throttle quota per account, per Region": ("API Gateway", 10_000, self.at_peak(self.requests())),
            "Invocations a second, ten for each of the concurrent executions": ("Lambda", 10_000, invocations),
            "Concurrent executions": ("Lambda", 1_000, running),
            "Table-level write throughput, Tasks": ("DynamoDB", 40_000, self.at_peak(self.units("TasksTable")[1])),
            "Table-level read throughput, Sessions": ("DynamoDB", 40_000, reads["SessionsTable"]),
            "Table-level read throughput, Tasks": ("DynamoDB", 40_000, reads["TasksTable"]),
            "Requests per second per distribution": ("CloudFront", 250_000, self.at_peak(self.front_requests())),
        }

    def hot(self) -> dict[str, tuple[float, float]]:
        """What users share a partition key of: the units a second that it can take, and those it is asked for."""
        # An execution environment serves ten requests a second at most, and reads the keys once a minute.
        environments = self.at_peak(self.invocations()) / 10
        sign_ins = self.at_peak(self.requests(tuple(kind for kind in KINDS if kind.name == "sign in")))
        return {
            "the published keys, read by each execution environment once a minute": (3_000, environments / 60),
            # Entered as a failure, and taken back.
            "the attempts of one network, if all users came from it": (1_000, 2 * sign_ins),
        }


# --- Tables ---------------------------------------------------------------------------------------------------------


def tables() -> list[list[str]]:
    """The tables of docs/cost.md, each a list of lines."""
    months = [Month(users) for users in USERS]
    heads = [f"{users:,} users" for users in USERS]
    amounts = {
        "active on a day": [month.users * ACTIVE_SHARE for month in months],
        "requests a month": [month.requests() for month in months],
        "requests a second, at peak": [month.at_peak(month.requests()) for month in months],
        "read units a month": [month.units()[0] for month in months],
        "write units a month": [month.units()[1] for month in months],
        "read units a second, at peak": [month.at_peak(month.units()[0]) for month in months],
        "write units a second, at peak": [month.at_peak(month.units()[1]) for month in months],
        "stored, GB": [month.stored_gb() for month in months],
    }
    kinds = [
        [
            kind.name,
            f"{kind.daily:g}",
            _units(units(kind.unit)),
            f"{kind.milliseconds:g} ms at {memory_gb(kind.function) * 1024:g} MB",
        ]
        for kind in KINDS
    ]
    quotas = [
        [name, whose, _number(default), *(_share(month.quotas()[name][2], default) for month in months)]
        for name, (whose, default, _) in sorted(
            months[-1].quotas().items(), key=lambda entry: -entry[1][2] / entry[1][1]
        )
    ]
    hot = [
        [name, _number(most), *(_share(month.hot()[name][1], most) for month in months)]
        for name, (most, _) in months[0].hot().items()
    ]
    costs = [[service, *(_dollars(month.costs()[service]) for month in months)] for service in months[0].costs()]
    totals = [sum(month.costs().values()) for month in months]
    costs.append(["together", *map(_dollars, totals)])
    costs.append(
        [
            "for 1,000 users",
            *(_dollars(total / month.users * 1000) for total, month in zip(totals, months, strict=True)),
        ]
    )
    return [
        _table(["request", "a day, of who is active", "units", "assumed time"], kinds),
        _table(["", *heads], [[name, *map(_number, values)] for name, values in amounts.items()]),
        _table(["quota", "of", "default", *heads], quotas),
        _table(["partition key", "units a second", *heads], hot),
        _table(["dollars a month", *heads], costs),
    ]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]


def _units(told: tuple[float, float]) -> str:
    return " + ".join(f"{amount:g} {kind}" for amount, kind in zip(told, "RW", strict=True) if amount)


def _number(value: float) -> str:
    """Three figures are more than the assumptions are good for."""
    if value < 10:
        return f"{value:.2g}"
    return f"{round(value, 2 - math.floor(math.log10(value))):,.0f}"


def _share(used: float, most: float) -> str:
    if used < most / 1000:
        return "below 0.1%"
    return f"{used / most:.1%}" if used < most else f"**{used / most:,.1f} times**"


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


def main() -> None:
    """Print the tables."""
    print("\n\n".join("\n".join(table) for table in tables()))


if __name__ == "__main__":
    main()
