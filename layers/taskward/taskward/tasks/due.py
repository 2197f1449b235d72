"""Due dates: a whole day, a time on whatever clock is at hand (floating), or a time in a named zone (RFC 5545, 3.3.5).

A time is kept as wall-clock text beside its zone, never as an instant: when a zone's rules change, nine o'clock stays
nine o'clock. A whole day is that day everywhere: no zone moves it to another one.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 9998
"""The years that due dates may lie in: any zone's clock can show them without leaving the calendar."""

# The zone of a bound may be this far from the clock that a sort text was made by.
_MARGIN = timedelta(days=2)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.0{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII
)
_FRACTION = re.compile(r"\.[0-9]{1,6}(?=Z|[+-]|$)", re.ASCII)
_NORMAL = "%Y-%m-%dT%H:%M:%S"
_WRONG = "Give a date (2026-12-24) or a date-time (2026-12-24T18:00:00)."


def is_date_time(due: object) -> bool:
    """Whether a value, valid or not, would be a due date with a time of day."""
    return isinstance(due, str) and "T" in due


def normalised(due: str, timezone: str | None) -> tuple[str, str | None]:
    """A due date and its zone, in normal form: `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM:SS` on the zone's own clock.

    A time with an offset or Z is moved to the clock of the zone given, or of UTC when none is.

    Raises
    ------
    ValueError: it is not a date or a time, or a whole day has a zone.
    """
    moment = _parsed(due)
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(_WRONG)
    if _DATE.fullmatch(due):
        if timezone is not None:
            raise ValueError("A whole day has no time zone; leave due_timezone out, or give a time.")
        return due, None
    if moment.tzinfo is not None:
        timezone = timezone or "UTC"
        moment = moment.astimezone(ZoneInfo(timezone) if timezone != "UTC" else UTC).replace(tzinfo=None)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError(_WRONG)
    return moment.strftime(_NORMAL), timezone


def instant(due: str, timezone: str | None, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, of a due date with a time; a floating one is read off the clock of `zone`.

    A time that the clock shows twice is the first one; one that it skips is as far behind the change as it would have
    been without it (RFC 5545, section 3.3.5).
    """
    return datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(timezone) if timezone else zone).astimezone(UTC)


def day_of(due: str, timezone: str | None, zone: ZoneInfo) -> date:
    """The day of a due date as seen from `zone`; of whole days and floating times their own, wherever one is."""
    if timezone is None:
        return date.fromisoformat(due[:10])
    return instant(due, timezone, zone).astimezone(zone).date()


def is_overdue(due: str, timezone: str | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether it is past at `now` (aware) for somebody in `zone`: a time once it is gone by, a day once it is over."""
    if is_date_time(due):
        return instant(due, timezone, zone) < now
    return date.fromisoformat(due) < now.astimezone(zone).date()


def is_on(due: str, timezone: str | None, day: date, zone: ZoneInfo) -> bool:
    """Whether it is on that day, as seen from `zone`."""
    return day_of(due, timezone, zone) == day


@dataclass(frozen=True)
class Bound:
    """What due dates are compared with: a whole day or, when there is a moment, that one, both seen from a zone."""

    day: date
    moment: datetime | None
    zone: ZoneInfo


def bound(text: str, zone: ZoneInfo) -> Bound:
    """A bound: a date, a date-time on the clock of `zone`, or a date-time with an offset or Z.

    Raises
    ------
    ValueError: it is none of these.
    """
    moment = _parsed(_FRACTION.sub(".0", text))
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(_WRONG)
    if _DATE.fullmatch(text):
        return Bound(moment.date(), None, zone)
    # Read once more: fractions of a second, which no due date has, count in a bound.
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return Bound(moment.astimezone(zone).date(), moment.astimezone(UTC), zone)


def is_before(due: str, timezone: str | None, bound: Bound) -> bool:
    """Whether a due date lies before a bound, as seen from the bound's zone.

    Beside a day, days are compared. Beside a moment, a time counts by its instant, and a whole day is before it when
    the day is over by then: on the bound's own day it is neither before it nor after it.
    """
    if bound.moment is not None and is_date_time(due):
        return instant(due, timezone, bound.zone) < bound.moment
    return day_of(due, timezone, bound.zone) < bound.day


def is_after(due: str, timezone: str | None, bound: Bound) -> bool:
    """Whether a due date lies after a bound, in the same way as `is_before`."""
    if bound.moment is not None and is_date_time(due):
        return instant(due, timezone, bound.zone) > bound.moment
    return day_of(due, timezone, bound.zone) > bound.day


def sort_text(due: str, timezone: str | None) -> str:
    """Text that sorts due dates: a date before the times of its day, a zoned time by its instant (in UTC)."""
    if timezone is None:
        return due
    return instant(due, timezone, ZoneInfo(timezone)).strftime(_NORMAL)


def sort_range(after: Bound | None, before: Bound | None) -> tuple[str | None, str | None]:
    """The least and the greatest `sort_text` between which all due dates after one bound and before another lie.

    None: no limit. Both texts belong to the range, and some due dates in it are outside the bounds, by days: whatever
    is found there has yet to pass `is_after` and `is_before`.
    """
    least = None if after is None else (after.day - _MARGIN).isoformat()
    greatest = None if before is None else f"{before.day + _MARGIN}T23:59:59"
    return least, greatest


def _parsed(due: str) -> datetime | None:
    if not (_DATE.fullmatch(due) or _TIME.fullmatch(due)):
        return None
    try:
        return datetime.fromisoformat(due)
    except ValueError:
        return None


def shifted(due: str, by: timedelta) -> str:
    """A due date so many days later, at the same time of day; as it is, where that would leave the years for these."""
    try:
        moved = datetime.fromisoformat(due) + by
    except OverflowError:
        return due
    return moved.isoformat()[: len(due)] if FIRST_YEAR <= moved.year <= LAST_YEAR else due


def range_until(moment: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Between which texts everything sorts that is overdue at a moment, seen from a zone; and little else."""
    wall = moment.astimezone(zone)
    # A clock that was just set back has shown later times than it shows now.
    set_back = moment - wall.replace(fold=0).astimezone(UTC)
    return "0", max(each.strftime(_NORMAL) for each in (moment.astimezone(UTC), wall + set_back))


def range_of_day(day: date, zone: ZoneInfo) -> tuple[str, str]:
    """Between which texts everything sorts that is due on a day, seen from a zone; and little else."""
    last = datetime.combine(day, time.max, zone)
    # A clock that is set back at midnight shows the end of the day twice.
    instants = [each.astimezone(UTC) for each in (datetime.combine(day, time.min, zone), last, last.replace(fold=1))]
    low, high = min(instants).strftime(_NORMAL), max(instants).strftime(_NORMAL)
    return min(day.isoformat(), low), max(f"{day.isoformat()}T23:59:59", high)
