"""Tasks that repeat, completed again and again; and rules for them, made up at random."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from taskward.tasks import rules
from taskward.tasks.recurrence import Occurrence, next_occurrence

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def after(rule: str, due: str, now: datetime = LONG_AGO, **what: Any) -> Occurrence | None:
    """The next one, by default from the due date, floating, seen from UTC."""
    defaults = {"timezone": None, "repeat_from": "due", "zone": UTC_ZONE}
    return next_occurrence(rule, due, now=now, **(defaults | what))


def chain(rule: str, due: str, now: datetime = LONG_AGO) -> Iterator[str]:
    """The due dates of a task that is completed again and again."""
    following = after(rule, due, now)
    while following is not None:
        yield following.due
        following = after(following.repeat, following.due, now)


def lists(values: st.SearchStrategy[Any], most: int = 4) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=most, unique=True).map(lambda some: ",".join(map(str, some)))


def parts(**given_parts: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    """Any of some parts, each after a semicolon."""
    return st.fixed_dictionaries({}, optional=given_parts).map(
        lambda chosen: "".join(f";{name}={value}" for name, value in chosen.items())
    )


weekdays = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
numbered = st.builds("{}{}".format, st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4]), weekdays)
near_and_far = st.dates(date(1900, 1, 1), date(9900, 12, 31)) | st.dates(date(1995, 1, 1), date(2030, 12, 31))
# In every month there are these days: a rule that repeats one of them goes on.
usual_days = near_and_far.map(lambda day: day.replace(day=min(day.day, 28)))
times = st.just("") | st.times().map(lambda some: f"T{some.isoformat(timespec='seconds')[:8]}")
dues = st.builds("{}{}".format, near_and_far, times)
usual_dues = st.builds("{}{}".format, usual_days, times)

# Rules that match soon, and that dateutil reads as the RFC does.
daily = st.builds(
    "FREQ=DAILY;INTERVAL={}{}".format,
    st.sampled_from([1, 2, 3, 4, 5, 6, 8, 9, 10]),
    parts(BYDAY=lists(weekdays)) | parts(BYMONTH=lists(st.integers(1, 12)), BYMONTHDAY=st.just("1,2,3,4,5,6,7,8,9,10")),
)
weekly = st.builds(
    "FREQ=WEEKLY;INTERVAL={};BYDAY={}{}".format,
    st.integers(1, 10),
    lists(weekdays),
    parts(WKST=weekdays) | parts(BYMONTH=lists(st.integers(1, 12), 12)),
)
monthly = st.builds(
    "FREQ=MONTHLY;INTERVAL={}{}{}".format,
    st.integers(1, 11),
    lists(st.integers(-28, -1) | st.integers(1, 28)).map(";BYMONTHDAY={}".format)
    | lists(numbered).map(";BYDAY={}".format)
    | lists(weekdays).map(";BYDAY={}".format),
    st.just("") | st.sampled_from([";BYSETPOS=1", ";BYSETPOS=-1"]),
)
yearly = st.builds(
    "FREQ=YEARLY;INTERVAL={}{}".format,
    st.integers(1, 10),
    parts(BYMONTH=lists(st.integers(1, 12)), BYMONTHDAY=lists(st.integers(-28, -1) | st.integers(1, 28)))
    | parts(BYMONTH=lists(st.integers(1, 12)), BYDAY=lists(weekdays) | lists(numbered))
    | parts(BYYEARDAY=lists(st.integers(-365, -1) | st.integers(1, 365))),
)
soon = daily | weekly | monthly | yearly


# Any rule that is read at all: most of them match seldom or never.
any_parts = parts(
    BYMONTH=lists(st.integers(1, 12)),
    BYWEEKNO=lists(st.integers(-53, -50) | st.integers(1, 53)),
    BYYEARDAY=lists(st.integers(-366, -360) | st.integers(1, 366), 40),
    BYMONTHDAY=lists(st.integers(-31, -1) | st.integers(1, 31)),
    BYDAY=lists(weekdays) | lists(numbered | weekdays),
    BYSETPOS=lists(st.sampled_from([1, 2, 3, -1, 7, 53, 366])),
    WKST=weekdays,
)
ends = parts(COUNT=st.integers(1, 10_000)) | parts(UNTIL=st.dates().map(lambda day: day.isoformat().replace("-", "")))


def _is_read(rule: str) -> bool:
    try:
        rules.read(rule)
    except ValueError:
        return False
    return True


frequencies = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
intervals = st.sampled_from([1, 2, 7, 12, 14, 366, 400, 773, 994, 1000]) | st.integers(1, 1000)
any_rule = (
    st.builds("FREQ={};INTERVAL={}{}{}".format, frequencies, intervals, any_parts, ends)
    | soon
    | st.builds("{}{}".format, soon, ends)
).filter(_is_read)
# Before the calendar has repeated since the first due dates that there can be.
nows = st.datetimes(datetime.fromisoformat("1901-01-01"), datetime.fromisoformat("2299-12-31"), timezones=st.just(UTC))
