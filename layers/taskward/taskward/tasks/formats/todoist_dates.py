"""What somebody typed for a date in Todoist, in English: days, times, and what repeats.

Taken is, of what Todoist's own help lists, what can mean one thing only. "12/1" cannot, because some countries write
the month first, and neither can "next monday", which people understand in two ways.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from taskward.tasks.due import normalised

NOT_UNDERSTOOD: Final = "It is not understood. Give a day or a time, such as 2026-12-24 or Dec 24 2026 18:00."
NOT_ENGLISH: Final = "Only English is understood. Give a day or a time, such as 2026-12-24 or 2026-12-24T18:00:00."

MAX_LENGTH: Final = 200
"""Characters; nobody types more."""

_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}[0-9:.]{0,10}(?:Z|[+-][0-9]{2}:[0-9]{2})?))?", re.ASCII
)
_TIME = re.compile(r"(?:^| )(?:(?:at|@) ?)?([0-9]{1,2})(?::([0-9]{2}))?(?::([0-9]{2}))? ?(am|pm)?$", re.ASCII)
_LIMIT = re.compile(r" (starting|from|until|ending) (?:on )?")
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan january", "feb february", "mar march", "apr april", "may", "jun june"),
            *("jul july", "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: code
    for code, names in {
        "MO": "mon monday mondays",
        "TU": "tue tues tuesday tuesdays",
        "WE": "wed wednesday wednesdays",
        "TH": "thu thur thurs thursday thursdays",
        "FR": "fri friday fridays",
        "SA": "sat saturday saturdays weekend weekends",
        "SU": "sun sunday sundays",
    }.items()
    for name in names.split()
}
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WHICH = {
    name: number
    for number, names in {
        1: "first 1st",
        2: "second 2nd",
        3: "third 3rd",
        4: "fourth 4th",
        5: "fifth 5th",
        -1: "last",
    }.items()
    for name in names.split()
}
_UNITS = {
    name: rule
    for names, rule in {
        "day days": ("DAILY", 1),
        "week weeks": ("WEEKLY", 1),
        "month months": ("MONTHLY", 1),
        "quarter quarters": ("MONTHLY", 3),
        "year years": ("YEARLY", 1),
    }.items()
    for name in names.split()
}
_WORDS = {
    "daily": "every day",
    "weekly": "every week",
    "monthly": "every month",
    "quarterly": "every quarter",
    "yearly": "every year",
    "annually": "every year",
    # The times that Todoist gives them.
    "every morning": "every day 9:00",
    "every afternoon": "every day 12:00",
    "every evening": "every day 19:00",
    "every night": "every day 22:00",
}


@dataclass(frozen=True)
class When:
    """A due date, its time on whatever clock is at hand unless it has an offset, and the rule by which it repeats."""

    due: str
    repeat: str | None = None
    repeat_from: str = "due"


@dataclass(frozen=True)
class _Rule:
    """A rule (RFC 5545), and on what days it falls however many of its periods lie between two of them."""

    frequency: str
    days: str = ""
    falls_on: Callable[[date], bool] = lambda _day: True
    interval: int = 1

    def text(self) -> str:
        return f"FREQ={self.frequency}{f';INTERVAL={self.interval}' if self.interval > 1 else ''}{self.days}"

    def first(self, start: date) -> date:
        """The first day from another one on. ValueError when there is none, as with a 30th of February."""
        for number in range(_EIGHT_YEARS):
            if self.falls_on(day := start + timedelta(days=number)):
                return day
        raise ValueError(self.days)


# So long it can take from one 29th of February to the next.
_EIGHT_YEARS = 366 * 8


def read(text: str, language: str, today: date) -> When:
    """What a date means, told from today where it does not say more.

    Parameters
    ----------
    language: as Todoist has it, such as "en"; "" where the file does not say.

    Raises
    ------
    ValueError: it is not understood, or not only in one way; with a sentence for a person.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(NOT_UNDERSTOOD)
    if not _ISO.fullmatch(text) and language.lower() not in ("", "en"):
        raise ValueError(NOT_ENGLISH)
    try:
        when = _read(text, today)
        normalised(when.due, None)
    except (ValueError, OverflowError):
        raise ValueError(NOT_UNDERSTOOD) from None
    return when


def _read(text: str, today: date) -> When:
    if iso := _ISO.fullmatch(text):
        return When("T".join(part for part in iso.groups() if part))
    phrase = " ".join(text.lower().split())
    phrase = _WORDS.get(phrase, phrase)
    word, _, rest = phrase.partition(" ")
    match word:
        case "every" | "ev":
            return _repeating(rest, "due", today)
        case "every!" | "ev!":
            return _repeating(rest, "completion", today)
        case "after" if rest.rpartition(" ")[2] in _UNITS:
            return _repeating(rest, "completion", today)
        case _:
            rest, time = _split_time(phrase)
            return When(_day(rest, today).isoformat() + time)


def _repeating(phrase: str, repeat_from: str, today: date) -> When:
    """What repeats: days, perhaps a time, perhaps a first day and a last one."""
    phrase, *limits = _LIMIT.split(phrase)
    phrase, time = _split_time(phrase)
    start, last = today, None
    for word, limit in zip(limits[::2], limits[1::2], strict=True):
        # The time can stand behind the first day as well.
        limit, later_time = _split_time(limit)
        time = time or later_time
        if word in ("starting", "from"):
            start = _day(limit, today)
        else:
            last = _day(limit, start)
    rule = _rule(phrase)
    first = rule.first(start)
    if last is not None and last < first:
        raise ValueError(phrase)
    until = f";UNTIL={last:%Y%m%d}" if last else ""
    return When(first.isoformat() + time, rule.text() + until, repeat_from)


def _split_time(phrase: str) -> tuple[str, str]:
    """A phrase without the time of day that it ends in, and that as "T18:00:00"; "" where it ends in none."""
    found = _TIME.search(phrase)
    if not found or not (found[2] or found[4]):
        return phrase, ""
    hour, minute, second, half = found.groups()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(phrase)
        hours = hours % 12 + (12 if half == "pm" else 0)
    moment = datetime(1, 1, 1, hours, int(minute or 0), int(second or 0))  # noqa: DTZ001 - a time on no clock
    return phrase[: found.start()].strip(), f"{moment:T%H:%M:%S}"


def _words(phrase: str) -> list[str]:
    return [
        word for word in phrase.replace(",", " ").replace("&", " ").split() if word not in ("and", "the", "of", "on")
    ]


def _day(phrase: str, today: date) -> date:
    """A single day; without a year, the next one that is not past."""
    match _words(phrase):
        case ["today" | "tod"] | []:
            return today
        case ["tomorrow" | "tom"]:
            return today + timedelta(days=1)
        case ["in", count, "day" | "days"] if _COUNT.fullmatch(count):
            return today + timedelta(days=int(count))
        case ["in", count, "week" | "weeks"] if _COUNT.fullmatch(count):
            return today + timedelta(weeks=int(count))
        case [day] if iso := _ISO.fullmatch(day):
            return date.fromisoformat(iso[1])
        case [*month_and_day, year] if _YEAR.fullmatch(year):
            month, number = _month_and_day(month_and_day)
            return date(int(year), month, number)
        case month_and_day:
            return _yearly(month_and_day).first(today)


def _month_and_day(words: list[str]) -> tuple[int, int]:
    match words:
        case [month, day] if month in _MONTHS:
            return _MONTHS[month], _day_number(day)
        case [day, month] if month in _MONTHS:
            return _MONTHS[month], _day_number(day)
        case _:
            raise ValueError(words)


def _day_number(word: str) -> int:
    found = _DAY.fullmatch(word)
    if not found or not 1 <= int(found[1]) <= 31:
        raise ValueError(word)
    return int(found[1])


def _rule(phrase: str) -> _Rule:
    """The rule that stands behind "every"."""
    match _words(phrase):
        case [unit] if unit in _UNITS:
            return _each(unit, 1)
        case ["other", unit] if unit in _UNITS:
            return _each(unit, 2)
        case [count, unit] if unit in _UNITS and _COUNT.fullmatch(count):
            return _each(unit, int(count))
        case ["weekday" | "weekdays" | "workday" | "workdays"]:
            return _weekly(["MO", "TU", "WE", "TH", "FR"])
        case ["other", weekday] if weekday in _WEEKDAYS:
            return replace(_weekly([_WEEKDAYS[weekday]]), interval=2)
        case [which, weekday] if which in _WHICH and weekday in _WEEKDAYS:
            return _one_in_a_month(_WHICH[which], _WEEKDAYS[weekday])
        case [first, *_] as weekdays if first in _WEEKDAYS:
            return _weekly(list(dict.fromkeys(_WEEKDAYS.get(word, "") for word in weekdays)))
        case ["last", "day", *rest] if rest in ([], ["month"]):
            return _Rule("MONTHLY", ";BYMONTHDAY=-1", lambda day: (day + timedelta(days=1)).day == 1)
        case [first, *_] as days if _DAY.fullmatch(first) and days[-1] not in _MONTHS:
            numbers = sorted(set(map(_day_number, days)))
            return _Rule("MONTHLY", f";BYMONTHDAY={','.join(map(str, numbers))}", lambda day: day.day in numbers)
        case month_and_day:
            return _yearly(month_and_day)


def _each(unit: str, count: int) -> _Rule:
    frequency, periods = _UNITS[unit]
    return _Rule(frequency, interval=periods * count)


def _weekly(codes: list[str]) -> _Rule:
    if not set(codes) <= set(_CODES):
        raise ValueError(codes)
    return _Rule("WEEKLY", f";BYDAY={','.join(codes)}", lambda day: _CODES[day.weekday()] in codes)


def _one_in_a_month(which: int, code: str) -> _Rule:
    def falls_on(day: date) -> bool:
        is_last = (day + timedelta(weeks=1)).month != day.month
        return _CODES[day.weekday()] == code and (is_last if which == -1 else (day.day + 6) // 7 == which)

    return _Rule("MONTHLY", f";BYDAY={which}{code}", falls_on)


def _yearly(words: list[str]) -> _Rule:
    month, number = _month_and_day(words)
    return _Rule("YEARLY", f";BYMONTH={month};BYMONTHDAY={number}", lambda day: (day.month, day.day) == (month, number))
