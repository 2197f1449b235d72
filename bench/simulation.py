"""What 1,000, 1,000,000 and 100,000,000 users ask, use up and cost, on paper: the tables of docs/cost.md.

    python -m bench.simulation

Units are those that docs/cost.md has measured, times what bench/memory.py makes of processor time that was measured,
prices those of bench/prices.py. Everything else is an assumption, or a quota of AWS, and stands below.
"""

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from bench import prices
from bench.memory import gb_seconds, request_ms, template_mb
from bench.prices import tiered
from tests.conftest import ROOT
from tests.support.documents import table
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
LOG_KB: Final = 1.6
"""Of authorizer and function together, and of the gateway."""

METRICS: Final = 2
"""A request adds to so many on average: to that of its route, and to that of a refusal or of an event."""

TRACED: Final = 0.05
MAILS_PER_REGISTRATION: Final = 2


@dataclass(frozen=True)
class Kind:
    """Requests of one kind.

    `daily` is how many an active user makes a day, `function` what runs for it, `unit` the row of docs/cost.md, `like`
    the operation that was measured and is taken for it. Before what is not public there is the authorizer.
    """

    name: str
    daily: float
    function: str
    unit: str
    like: str
    table: str = "TasksTable"
    public: bool = False

    @property
    def milliseconds(self) -> float:
        """How long the function takes when it is warm."""
        return request_ms(self.like, template_mb(self.function))

    @property
    def gb_seconds(self) -> float:
        """Of Lambda, with the authorizer's."""
        own = gb_seconds(self.like, self.function, template_mb(self.function))
        return own + (0 if self.public else gb_seconds("authorize", "authorizer", template_mb("authorizer")))


KINDS: Final = (
    Kind("changes, nothing new", 20, "tasks", "GET /tasks/changes?since=…, nothing new", "get"),
    Kind("account, at each start", 5, "account", "GET /account", "get", "UsersTable"),
    Kind("refresh", 5, "refresh", "POST /auth/refresh", "refresh", "SessionsTable", public=True),
    Kind("create", 3, "tasks", "POST /tasks, Idempotency-Key", "create"),
    Kind("edit", 3, "tasks", "PATCH /tasks/{id}, due", "update"),
    Kind("complete", 3, "tasks", "PATCH /tasks/{id}/complete", "update"),
    Kind("delete", 0.5, "tasks", "DELETE /tasks/{id}", "update"),
    Kind("everything anew", 0.05, "tasks", "GET /tasks/changes", "list of 100"),
    Kind("sign in", 0.05, "login", "POST /auth/login", "login", "UsersTable", public=True),
    Kind("register", 0.005, "register", "POST /auth/register", "register", "UsersTable", public=True),
)
STARTS_A_DAY: Final = 5
"""Of the web app; each asks CloudFront for the page and the service worker."""

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


# --- What follows ---------------------------------------------------------------------------------------------------


def alarm_metrics() -> int:
    """How many metrics all alarms look at together, by which they are paid; without those of gradual rollouts."""
    alarms = (
        resource["Properties"]
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm" and resource.get("Condition") != "IsGradual"
    )
    return sum(sum("MetricStat" in entry for entry in alarm.get("Metrics", [{"MetricStat": {}}])) for alarm in alarms)


@dataclass(frozen=True)
class Month:
    """A month of so many users."""

    users: float

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
        """Of Lambda."""
        return sum(self.requests((kind,)) * kind.gb_seconds for kind in KINDS)

    def stored_gb(self) -> float:
        """Of tasks and their copies; accounts and sessions are a hundredth of it."""
        return self.users * TASKS * ROW_KB * COPIES / 1e6

    def front_requests(self) -> float:
        """To CloudFront: the API's, and the page and the service worker at each start."""
        return self.requests() + self.active_days * STARTS_A_DAY * 2

    def metrics(self) -> float:
        """How many have a value in every hour; what has one in half of the hours is half of one."""
        hourly = (self.requests((kind,)) / prices.HOURS for kind in KINDS)
        return METRICS * sum(1 - math.exp(-requests) for requests in hourly)

    def costs(self) -> dict[str, float]:
        """Dollars, by service."""
        read, write = self.units()
        visits = self.requests(tuple(kind for kind in KINDS if kind.name in ("sign in", "register")))
        fixed = {"AWS::SecretsManager::Secret": prices.SECRET, "AWS::KMS::Key": prices.KEY}
        registrations = self.requests(tuple(kind for kind in KINDS if kind.name == "register"))
        return {
            "API Gateway": tiered(self.requests(), prices.GATEWAY),
            "Lambda": self.invocations() * prices.LAMBDA_REQUEST + tiered(self.gb_seconds(), prices.LAMBDA_GB_SECOND),
            "DynamoDB, requests": read * prices.READ_UNIT + write * prices.WRITE_UNIT,
            "DynamoDB, storage and backups": self.stored_gb() * (prices.STORED_GB + prices.BACKED_UP_GB),
            "CloudFront": tiered(self.front_requests(), prices.FRONT_REQUEST)
            + tiered(self.front_requests(), prices.FRONT_RUN)
            + tiered((self.front_requests() * ANSWER_KB + visits * FIRST_VISIT_KB) / 1e6, prices.FRONT_GB),
            "CloudWatch Logs": self.requests() * LOG_KB / 1e6 * prices.LOG_GB,
            "X-Ray": self.requests() * TRACED * prices.TRACE,
            "SES": registrations * MAILS_PER_REGISTRATION * prices.MAIL,
            "metrics": self.metrics() * prices.METRIC,
            "secrets, key, alarms": sum(len(resources(kind)) * each for kind, each in fixed.items())
            + alarm_metrics() * prices.ALARM,
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
            + self.requests(tuple(kind for kind in KINDS if not kind.public))
            * request_ms("authorize", template_mb("authorizer"))
            / 1000
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
            f"{kind.milliseconds:.0f} ms at {template_mb(kind.function):,} MB, as {kind.like}",
        ]
        for kind in KINDS
    ]
    quotas = [
        [name, whose, number(default), *(_share(month.quotas()[name][2], default) for month in months)]
        for name, (whose, default, _) in sorted(
            months[-1].quotas().items(), key=lambda entry: -entry[1][2] / entry[1][1]
        )
    ]
    hot = [
        [name, number(most), *(_share(month.hot()[name][1], most) for month in months)]
        for name, (most, _) in months[0].hot().items()
    ]
    costs = [[service, *(dollars(month.costs()[service]) for month in months)] for service in months[0].costs()]
    totals = [sum(month.costs().values()) for month in months]
    costs.append(["together", *map(dollars, totals)])
    costs.append(
        [
            "for 1,000 users",
            *(dollars(total / month.users * 1000) for total, month in zip(totals, months, strict=True)),
        ]
    )
    return [
        table([["request", "a day, of who is active", "units", "time"], *kinds]),
        table([["", *heads], *[[name, *map(number, values)] for name, values in amounts.items()]]),
        table([["quota", "of", "default", *heads], *quotas]),
        table([["partition key", "units a second", *heads], *hot]),
        table([["dollars a month", *heads], *costs]),
    ]


def _units(told: tuple[float, float]) -> str:
    return " + ".join(f"{amount:g} {kind}" for amount, kind in zip(told, "RW", strict=True) if amount)


def number(value: float) -> str:
    """For a table: three figures are more than the assumptions are good for."""
    if value < 10:
        return f"{value:.2g}"
    return f"{round(value, 2 - math.floor(math.log10(value))):,.0f}"


def _share(used: float, most: float) -> str:
    if used < most / 1000:
        return "below 0.1%"
    return f"{used / most:.1%}" if used < most else f"**{used / most:,.1f} times**"


def dollars(amount: float) -> str:
    """For a table."""
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


def main() -> None:
    """Print the tables."""
    print("\n\n".join("\n".join(table) for table in tables()))


if __name__ == "__main__":
    main()
