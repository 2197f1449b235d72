"""Due dates in normal form: a whole day, or a time of day, on the clock of a named zone or on whatever is at hand."""

import re
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.0{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_YEARS = range(1900, 9999)

known_zones = cache(available_timezones)


def normal(due: str, zone: str | None) -> tuple[str, str | None]:
    """`YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM:SS` with the zone that it is in; ValueError when it is neither."""
    is_day = _DATE.fullmatch(due) is not None
    if not is_day and not _TIME.fullmatch(due):
        raise ValueError("Give a date or a date-time.")
    moment = datetime.fromisoformat(due)
    if is_day and zone is not None:
        raise ValueError("A whole day has no time zone.")
    if moment.tzinfo is not None:
        zone = zone or "UTC"
        if moment.year in _YEARS:
            moment = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if moment.year not in _YEARS:
        raise ValueError("Give a year from 1900 to 9998.")
    return (due, None) if is_day else (moment.isoformat(timespec="seconds"), zone)
