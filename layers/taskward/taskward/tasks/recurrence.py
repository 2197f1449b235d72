"""What comes after a task that repeats (RFC 5545, section 3.3.10), found in bounded time whatever the rule.

python-dateutil tells which days of a year the parts of a rule name, and is asked for no more than that: on its own it
walks to the year 9999 when no day fits. There are only 28 kinds of years, and all repeats after 400 of them, so that a
search has an end: dateutil is asked 28 times at most, and of what is to come about 150,000 days are looked at.

Everything is reckoned in days, as on a calendar on the wall; the time of day and its zone stay what they are. Import
this where it is needed, not before: dateutil takes some milliseconds to load.
"""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import YEARLY as EACH_YEAR
from dateutil.rrule import rrule, weekday

from taskward.tasks import due as due_dates
from taskward.tasks import rules
from taskward.tasks.rules import DAILY, MONTHLY, WEEKLY, YEARLY, Days, Rule

RepeatFrom = Literal["due", "completion"]

# After so many years the Gregorian calendar repeats, days of the week included (146,097 days, 20,871 weeks).
_CYCLE: Final = 400
# These years have every day of the week as their first one, with every order of leap years that there is.
_ALL_KINDS: Final = range(2001, 2029)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Occurrence:
    """The next one: its due date, of the same kind as the one before, and the rule that goes on from there."""

    due: str
    repeat: str


def checked(rule: str) -> str:
    """The rule in normal form.

    Raises
    ------
    ValueError: it is no rule, is not supported, or no day ever fits it.
    """
    read = rules.read(rule)
    if not _fits_some_day(read):
        raise ValueError("No day ever fits this rule.")
    return read.text(read.count)


def next_occurrence(
    rule: str, due: str, timezone: str | None, *, repeat_from: RepeatFrom, now: datetime, zone: ZoneInfo
) -> Occurrence | None:
    """The occurrence that follows when the one due then is completed at `now` (aware); None when none is left.

    From the due date, it is the first one after it that is not in the past: a day not before today, a time after now.
    From completion, it is the first one after today, of the rule as if it had begun today. Today and now are seen on
    the due date's own clock, or when it has none on that of `zone`. What is due then is the first occurrence, whether
    or not it fits the rule, and each one that is passed over counts towards COUNT.

    Raises
    ------
    ValueError: `rule` is none, or is not supported.
    """
    read = rules.read(rule)
    at = datetime.fromisoformat(due)
    today = now.astimezone(ZoneInfo(timezone) if timezone else zone).date()
    start = today if repeat_from == "completion" else at.date()
    # What is past need not be looked at, unless it counts. Yesterday's can be to come still where a day is left out.
    earliest = start + _DAY if read.count else max(start + _DAY, today - _DAY)
    last_year = min(due_dates.LAST_YEAR, max(earliest, today).year + _CYCLE * read.interval)
    left = read.count
    for day in _days_of(read, start, earliest, last_year):
        if left is not None:
            left -= 1
            if left == 0:
                return None
        following = datetime.combine(day, at.time()).isoformat()[: len(due)]
        if _is_past(following, timezone, now, zone):
            continue
        return None if _is_after_until(read, following, timezone, zone) else Occurrence(following, read.text(left))
    return None


def _is_past(due: str, timezone: str | None, now: datetime, zone: ZoneInfo) -> bool:
    if due_dates.is_date_time(due):
        return due_dates.instant(due, timezone, zone) <= now
    return due_dates.is_overdue(due, timezone, now, zone)


def _is_after_until(rule: Rule, due: str, timezone: str | None, zone: ZoneInfo) -> bool:
    """Whether it is behind the end of the rule; beside a day, or for a whole day, only the dates as written count."""
    if rule.until is None:
        return False
    if "T" not in rule.until or not due_dates.is_date_time(due):
        return due[:10].replace("-", "") > rule.until[:8]
    until = datetime.fromisoformat(rule.until)
    if until.tzinfo is None:
        return datetime.fromisoformat(due) > until
    return due_dates.instant(due, timezone, zone) > until


def _fits_some_day(rule: Rule) -> bool:
    """Whether there is a due date that something follows on; if so, with an interval of one it does in any 28 years."""
    always = replace(rule, interval=1)
    # Beginnings on each day of the week, and on dates that every month has: a rule leaves nothing else open.
    beginnings = {_all_parts(always, start): start for start in (date(2001, 1, day) for day in range(1, 8))}
    return any(any(_days_of(always, start, start, _ALL_KINDS[-1])) for start in beginnings.values())


def _days_of(rule: Rule, start: date, earliest: date, last_year: int) -> Iterator[date]:
    """The days of a rule that begins on one, from another day on, not before it; COUNT and UNTIL are not looked at."""
    first, last = earliest.toordinal(), date(last_year, 12, 31).toordinal()
    parts = _all_parts(rule, start)
    for period in _periods(rule, start, earliest, last_year):
        for day in _chosen(rule, _named(parts, period)):
            if first <= day <= last:
                yield date.fromordinal(day)


def _all_parts(rule: Rule, start: date) -> Days:
    """The parts that name days, with those that a rule leaves to the day that it begins on."""
    days = rule.days
    if rule.frequency == WEEKLY and not days.weekdays:
        return replace(days, weekdays=((0, start.weekday()),))
    if rule.frequency == MONTHLY:
        # Named even when it is all of them, for numbers of BYDAY to count within the month.
        months = days.months or tuple(range(1, 13))
        month_days = days.month_days if days.month_days or days.weekdays else (start.day,)
        return replace(days, months=months, month_days=month_days)
    if rule.frequency == YEARLY and not (days.year_days or days.month_days or days.weekdays):
        if days.weeks:
            return replace(days, weekdays=((0, start.weekday()),))
        return replace(days, months=days.months or (start.month,), month_days=(start.day,))
    return days


def _periods(rule: Rule, start: date, earliest: date, last_year: int) -> Iterator[range]:
    """Days, as ordinals, of each period that the rule looks at, in order, from the one on that `earliest` could be in.

    Every `interval`-th period from the one of `start` on; those of a daily rule are put together by years.
    """
    interval, years = rule.interval, range(earliest.year, last_year + 1)
    if rule.frequency == DAILY:
        for year in years:
            january = _first_day(12 * year)
            yield range(january + (start.toordinal() - january) % interval, _first_day(12 * year + 12), interval)
    elif rule.frequency == WEEKLY:
        first = start.toordinal() - (start.weekday() - rule.days.week_start) % 7
        first += (earliest.toordinal() - first) // (7 * interval) * (7 * interval)
        for week in range(first, _first_day(12 * (last_year + 1)), 7 * interval):
            yield range(week, week + 7)
    else:
        length = 12 if rule.frequency == YEARLY else 1
        first = _month(start) // length
        first += (_month(earliest) // length - first) // interval * interval
        for period in range(first, 12 * (last_year + 1) // length, interval):
            yield range(_first_day(period * length), _first_day((period + 1) * length))


def _month(day: date) -> int:
    return 12 * day.year + day.month - 1


def _first_day(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()


def _chosen(rule: Rule, named: list[int]) -> list[int]:
    """Of the days that are named in one period, those in the positions that the rule asks for."""
    if not rule.positions:
        return named
    if rule.frequency == DAILY:
        # A period is a day: the first of its days, and the last.
        return named if {1, -1}.intersection(rule.positions) else []
    return sorted({named[at - (at > 0)] for at in rule.positions if abs(at) <= len(named)})


def _named(parts: Days, days: range) -> list[int]:
    """Those of some days that the parts name; the days lie in one year, or are a week."""
    if not days:
        return []
    found = []
    for year in range(date.fromordinal(days[0]).year, date.fromordinal(days[-1]).year + 1):
        january, named = _first_day(12 * year), _named_in_year(parts, _LIKE[_kind(year)])
        found += [day for day in days if day - january in named]
    return found


def _kind(year: int) -> tuple[int, bool, bool, bool]:
    """All that the days and weeks of a year depend on."""
    return date(year, 1, 1).weekday(), isleap(year - 1), isleap(year), isleap(year + 1)


_LIKE: Final = {_kind(year): year for year in _ALL_KINDS}


# Holds what one rule needs at the very most, and for the usual ones, which need two or three of a year, many rules.
@lru_cache(maxsize=128)
def _named_in_year(parts: Days, year: int) -> frozenset[int]:
    """Which days of a year the parts name, counted from zero."""
    january = datetime(year, 1, 1)  # noqa: DTZ001 - a day on the wall
    names_days = parts.weekdays or parts.month_days or parts.year_days
    days = rrule(
        EACH_YEAR,
        dtstart=january,
        # So that it stops after this year.
        interval=10_000,
        bymonth=parts.months or None,
        byyearday=parts.year_days or None,
        # Told no days, dateutil takes the one that it begins on.
        bymonthday=(parts.month_days or None) if names_days else range(1, 32),
        byweekday=[weekday(day, ordinal or None) for ordinal, day in _numbered_alike(parts)] or None,
    )
    # It is not asked for weeks: from the 52nd on it has wrong ones in the days around the turn of the year (2.9.0).
    return frozenset((day - january).days for day in days if not parts.weeks or _is_in_weeks(day.date(), parts))


def _numbered_alike(parts: Days) -> list[tuple[int, int]]:
    """The days of the week, all with numbers if one has: dateutil takes `MO,1TU` for Mondays that are Tuesdays."""
    if all(ordinal == 0 for ordinal, _ in parts.weekdays):
        return list(parts.weekdays)
    most = 5 if parts.months else 53
    return [(each, day) for ordinal, day in parts.weekdays for each in ([ordinal] if ordinal else range(1, most + 1))]


def _is_in_weeks(day: date, parts: Days) -> bool:
    """Whether one of the weeks has the day; a week belongs to the year that most of its days are in (ISO 8601)."""
    middle = day + timedelta(days=3 - (day.weekday() - parts.week_start) % 7)
    before = middle.timetuple().tm_yday - 1
    behind = 364 + isleap(middle.year) - before
    return before // 7 + 1 in parts.weeks or -(behind // 7) - 1 in parts.weeks
