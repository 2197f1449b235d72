"""Rules of recurrence, read and refused: the part of RFC 5545, section 3.3.10, that repeats whole days.

Times of day come from the due date alone, so nothing more frequent than daily is known here.
"""

import re
from dataclasses import dataclass
from datetime import datetime

MAX_LENGTH = 300
MAX_INTERVAL = 1_000
MAX_COUNT = 10_000

DAILY, WEEKLY, MONTHLY, YEARLY = "DAILY", "WEEKLY", "MONTHLY", "YEARLY"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_NUMBERS = {"INTERVAL": MAX_INTERVAL, "COUNT": MAX_COUNT}
_LISTS = {
    "BYMONTH": (1, 12),
    "BYWEEKNO": (-53, 53),
    "BYYEARDAY": (-366, 366),
    "BYMONTHDAY": (-31, 31),
    "BYSETPOS": (-366, 366),
}
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
_REFUSED_WITH = {
    "BYWEEKNO": (DAILY, WEEKLY, MONTHLY),
    "BYYEARDAY": (DAILY, WEEKLY, MONTHLY),
    "BYMONTHDAY": (WEEKLY,),
}

_NUMBER = re.compile(r"[+-]?[0-9]{1,5}", re.ASCII)
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_UNTIL = re.compile(r"[0-9]{8}(T([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z?)?", re.ASCII)
_WRONG = "Give a rule of RFC 5545 without its name, such as FREQ=WEEKLY;BYDAY=MO,TH."


@dataclass(frozen=True)
class Days:
    """The parts that name days: each narrows down what the others leave, an empty one nothing."""

    months: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    """Which one in the month or year (from its end when negative; 0: all), and the day of the week, Monday being 0."""
    week_start: int = 0


@dataclass(frozen=True)
class Rule:
    """A rule that has been read."""

    frequency: str
    interval: int
    count: int | None
    until: str | None
    """As in the rule: a date, or a date-time, which with a Z is in UTC."""
    days: Days
    positions: tuple[int, ...]
    """Which ones to take of the days of one period, from its end when negative; empty: all."""
    parts: tuple[tuple[str, str], ...]
    """Names and values in normal form."""

    def text(self, count: int | None) -> str:
        """The rule in normal form, with another number of occurrences if it has one."""
        values = dict(self.parts) | ({} if count is None else {"COUNT": str(count)})
        return ";".join(f"{name}={value}" for name, value in values.items())


def read(text: str) -> Rule:
    """The rule that a text stands for.

    Raises
    ------
    ValueError: it is no rule, or has parts that are not known here, that the RFC forbids or that are out of bounds.
    """
    parts = _parts(text)
    frequency = parts["FREQ"]
    days = Days(
        months=_numbers(parts, "BYMONTH"),
        weeks=_numbers(parts, "BYWEEKNO"),
        year_days=_numbers(parts, "BYYEARDAY"),
        month_days=_numbers(parts, "BYMONTHDAY"),
        weekdays=tuple((int(name[:-2] or 0), WEEKDAYS.index(name[-2:])) for name in _values(parts, "BYDAY")),
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
    )
    _check_together(parts, days)
    return Rule(
        frequency=frequency,
        interval=int(parts.get("INTERVAL", 1)),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=parts.get("UNTIL"),
        days=days,
        positions=_numbers(parts, "BYSETPOS"),
        parts=tuple(parts.items()),
    )


def _parts(text: str) -> dict[str, str]:
    if len(text) > MAX_LENGTH:
        raise ValueError(f"A rule has at most {MAX_LENGTH} characters.")
    # Beyond ASCII there are letters whose capitals are ASCII.
    if not text.isascii():
        raise ValueError(_WRONG)
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, _, value = part.partition("=")
        if name in parts:
            raise ValueError(f"{name} stands twice in the rule.")
        parts[name] = _normal(name, value)
    if "FREQ" not in parts:
        raise ValueError(_WRONG)
    # Readers of the older RFC 2445 expect it first.
    return {"FREQ": parts["FREQ"]} | parts


def _normal(name: str, value: str) -> str:
    """The value in normal form: without needless signs, zeros and repetitions."""
    if name == "FREQ":
        if value not in (DAILY, WEEKLY, MONTHLY, YEARLY):
            raise ValueError("FREQ is one of DAILY, WEEKLY, MONTHLY, YEARLY.")
    elif name == "UNTIL":
        _check_until(value)
    elif name == "WKST":
        if value not in WEEKDAYS:
            raise ValueError("WKST is one of MO, TU, WE, TH, FR, SA, SU.")
    elif name == "BYDAY":
        return ",".join(dict.fromkeys(_weekday(day) for day in value.split(",")))
    elif name in _NUMBERS:
        return str(_number(name, value, 1, _NUMBERS[name]))
    elif name in _LISTS:
        return ",".join(dict.fromkeys(str(_number(name, number, *_LISTS[name])) for number in value.split(",")))
    elif name in _TIMES:
        raise ValueError(f"{name} is not supported: the time of day is that of the due date.")
    else:
        raise ValueError(_WRONG)
    return value


def _number(name: str, text: str, least: int, most: int) -> int:
    number = int(text) if _NUMBER.fullmatch(text) else 0
    if number == 0 or not least <= number <= most:
        but_zero = ", and not zero" if least < 0 else ""
        raise ValueError(f"A number of {name} is from {least} to {most}{but_zero}.")
    return number


def _weekday(text: str) -> str:
    match = _WEEKDAY.fullmatch(text)
    if match is None:
        raise ValueError("BYDAY has days of the week: MO, TU, WE, TH, FR, SA, SU, such as MO,TH or 1MO or -1FR.")
    return f"{_number('BYDAY', match[1], -53, 53)}{match[2]}" if match[1] else match[2]


def _check_until(value: str) -> None:
    wrong = "UNTIL is a date (20261224) or a date-time in UTC (20261224T180000Z)."
    if not _UNTIL.fullmatch(value):
        raise ValueError(wrong)
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(wrong) from error


def _check_together(parts: dict[str, str], days: Days) -> None:
    """Refuse parts that do not go together (RFC 5545, section 3.3.10)."""
    frequency = parts["FREQ"]
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("A rule has COUNT or UNTIL, not both.")
    for name, frequencies in _REFUSED_WITH.items():
        if name in parts and frequency in frequencies:
            raise ValueError(f"{name} does not go with FREQ={frequency}.")
    if "BYSETPOS" in parts and not any(name.startswith("BY") for name in parts if name != "BYSETPOS"):
        raise ValueError("BYSETPOS needs another part that begins with BY.")
    farthest = max((abs(ordinal) for ordinal, _ in days.weekdays), default=0)
    if farthest and (frequency not in (MONTHLY, YEARLY) or days.weeks):
        raise ValueError("BYDAY has numbers only with FREQ=MONTHLY and FREQ=YEARLY, and not beside BYWEEKNO.")
    if farthest > 5 and (frequency == MONTHLY or days.months):
        raise ValueError("No month has more than five of a day of the week.")


def _values(parts: dict[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    return tuple(sorted(int(value) for value in _values(parts, name)))
