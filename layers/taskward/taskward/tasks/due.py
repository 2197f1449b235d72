"""Due dates: a whole day, a time on whatever clock is at hand (floating), or a time in a named zone (RFC 5545, 3.3.5).

A time is kept as wall-clock text beside its zone, never as an instant: when a zone's rules change, nine o'clock stays
nine o'clock.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.0{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII
)
_FIRST_YEAR, _LAST_YEAR = 1900, 9998
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
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(_WRONG)
    if _DATE.fullmatch(due):
        if timezone is not None:
            raise ValueError("A whole day has no time zone; leave due_timezone out, or give a time.")
        return due, None
    if moment.tzinfo is not None:
        timezone = timezone or "UTC"
        moment = moment.astimezone(ZoneInfo(timezone) if timezone != "UTC" else UTC).replace(tzinfo=None)
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(_WRONG)
    return moment.strftime("%Y-%m-%dT%H:%M:%S"), timezone


def sort_text(due: str, timezone: str | None) -> str:
    """Text that sorts due dates: a date before the times of its day, a zoned time by its instant (in UTC)."""
    if timezone is None:
        return due
    instant = datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return instant.strftime("%Y-%m-%dT%H:%M:%S")


def _parsed(due: str) -> datetime | None:
    if not (_DATE.fullmatch(due) or _TIME.fullmatch(due)):
        return None
    try:
        return datetime.fromisoformat(due)
    except ValueError:
        return None
