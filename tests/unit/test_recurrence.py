"""The next occurrence of a task that repeats: which day it is, that it is not past, and that its time stays."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from taskward.tasks import due as due_dates
from taskward.tasks.recurrence import Occurrence, checked
from tests.support.recurrence import UTC_ZONE, after, any_rule, chain, dues, near_and_far, nows, soon, usual_dues

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
         "Asia/Beirut", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago"]  # fmt: skip
zones = st.sampled_from(ZONES)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


# The examples of RFC 5545, section 3.8.5.3, with the days that it lists after the first one.
@pytest.mark.parametrize(
    ("rule", "start", "days"),
    [
        ("FREQ=DAILY;COUNT=4", "1997-09-02", "09-03 09-04 09-05"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", "09-12 09-22 10-02 10-12"),
        ("FREQ=DAILY;INTERVAL=2", "1997-09-02", "09-04 09-06 09-08"),
        ("FREQ=DAILY;UNTIL=19970905T000000Z", "1997-09-02", "09-03 09-04 09-05"),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "1998-01-30", "01-31 1999-01-01 1999-01-02"),
        ("FREQ=DAILY;BYMONTH=1", "1998-01-30", "01-31 1999-01-01 1999-01-02"),
        ("FREQ=WEEKLY;COUNT=4", "1997-09-02", "09-09 09-16 09-23"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02", "09-16 09-30 10-14"),
        ("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "1997-09-02", "09-04 09-09 09-11 09-16 09-18"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR", "1997-09-01", "09-03 09-05 09-15 09-17 09-19 09-29 10-01"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997-09-02", "09-04 09-16 09-18 09-30 10-02"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "08-10 08-19 08-24"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "08-17 08-19 08-31"),
        ("FREQ=MONTHLY;COUNT=5;BYDAY=1FR", "1997-09-05", "10-03 11-07 12-05 1998-01-02"),
        ("FREQ=MONTHLY;INTERVAL=2;COUNT=6;BYDAY=1SU,-1SU", "1997-09-07", "09-28 11-02 11-30 1998-01-04 1998-01-25"),
        ("FREQ=MONTHLY;COUNT=4;BYDAY=-2MO", "1997-09-22", "10-20 11-17 12-22"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", "10-29 11-28 12-29 1998-01-29 1998-02-26"),
        ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997-09-02", "09-15 10-02 10-15 11-02"),
        ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997-09-30", "10-01 10-31 11-01 11-30 12-01 12-31 1998-01-01"),
        ("FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "1997-09-14", "09-15 1999-03-10 1999-03-11"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997-09-23", "09-30 11-04 11-11 11-18 11-25 1998-01-06"),
        ("FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "1997-06-10", "07-10 1998-06-10 1998-07-10"),
        ("FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "1997-03-10", "1999-01-10 1999-02-10 1999-03-10 2001-01-10"),
        ("FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "1997-01-01", "04-10 07-19 2000-01-01 2000-04-09"),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1998-05-18 1999-05-17"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", "1998-05-11 1999-05-17"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-27", "1998-03-05 1998-03-12"),
        ("FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "1997-08-28", "1998-06-04 1998-06-11"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13"),
        ("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-13", "10-11 11-08 12-13 1998-01-10"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", "2000-11-07 2004-11-02"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "10-07 11-06"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29", "10-30 11-27 12-30 1998-01-29"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", "2007-01-30 2007-02-15 2007-03-15 2007-03-30"),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc_come_out(rule: str, start: str, days: str) -> None:
    expected = [day if len(day) == 10 else f"{start[:4]}-{day}" for day in days.split()]
    assert list(islice(chain(rule, start), len(expected))) == expected


@pytest.mark.parametrize(
    ("rule", "start", "days"),
    [
        # Days and months that there are not are left out.
        ("FREQ=MONTHLY", "2026-01-31", "2026-03-31 2026-05-31 2026-07-31"),
        ("FREQ=YEARLY", "2096-02-29", "2104-02-29 2108-02-29"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", "2026-11-20", "2032-02-29 2060-02-29 2088-02-29 2128-02-29"),
        # A due date that does not fit its rule.
        ("FREQ=WEEKLY;BYDAY=MO", "2026-11-20", "2026-11-23 2026-11-30"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "2026-11-20", "2026-12-01 2027-01-01"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-11-21", "2026-11-23 2026-11-24"),
        # Days with numbers beside days without; a week's first day, in a week whose first day is past.
        ("FREQ=MONTHLY;BYDAY=1TU,SA", "2026-11-20", "2026-11-21 2026-11-28 2026-12-01 2026-12-05"),
        ("FREQ=MONTHLY;BYDAY=MO,1TU", "2026-11-23", "2026-11-30 2026-12-01 2026-12-07"),
        ("FREQ=YEARLY;BYDAY=MO,-1SU", "2026-12-21", "2026-12-27 2026-12-28 2027-01-04"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", "2026-11-18", "2026-11-23 2026-11-30"),
        ("FREQ=DAILY;BYDAY=MO,FR;BYSETPOS=-1", "2026-11-18", "2026-11-20 2026-11-23"),
        # A week without a day of it: the day of the week that the rule began on.
        ("FREQ=YEARLY;BYWEEKNO=53", "2026-12-31", "2032-12-30 2037-12-31 2043-12-31"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU", "2026-11-20", "2027-01-10 2028-01-09 2029-01-07"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=SU", "2026-11-20", "2027-01-03 2028-01-02 2028-12-31"),
        ("FREQ=YEARLY;BYWEEKNO=52;BYDAY=SA", "2021-01-01", "2022-01-01 2022-12-31 2023-12-30"),
    ],
)
def test_what_rules_leave_open_and_libraries_get_wrong(rule: str, start: str, days: str) -> None:
    expected = days.split()
    assert list(islice(chain(rule, start), len(expected))) == expected


def plain(rule: str, due: str, count: int) -> list[str]:
    """What dateutil makes of it after the due date."""
    start = datetime.fromisoformat(due)
    later = (some for some in rrulestr(rule, dtstart=start) if some > start)
    return [some.isoformat()[: len(due)] for some in islice(later, count)]


@settings(deadline=None, max_examples=300)
@given(rule=soon, due=usual_dues)
def test_rules_that_match_soon_go_on_as_dateutil_says(rule: str, due: str) -> None:
    assert checked(rule) == rule
    assert list(islice(chain(rule, due), 6)) == plain(rule, due, 6)


@settings(deadline=None)
@given(due=near_and_far, week=st.integers(-53, 53).filter(bool), weekday=st.integers(1, 7))
def test_weeks_are_those_of_iso_8601(due: date, week: int, weekday: int) -> None:
    def fits(day: date) -> bool:
        year, number, day_of_week = day.isocalendar()
        weeks = date(year, 12, 28).isocalendar().week
        return day_of_week == weekday and week in (number, number - weeks - 1)

    expected = next(day for later in range(1, 366 * 13) if fits(day := due + timedelta(days=later)))
    name = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][weekday - 1]
    following = after(f"FREQ=YEARLY;BYWEEKNO={week};BYDAY={name}", due.isoformat())
    assert following is not None
    assert following.due == expected.isoformat()


@settings(deadline=None, max_examples=400)
@given(rule=any_rule, due=dues, now=nows, timezone=st.none() | zones, zone=zones, early=st.booleans())
def test_the_next_one_is_later_not_past_and_at_the_same_time(
    rule: str, due: str, now: datetime, timezone: str | None, zone: str, early: bool
) -> None:
    timezone = timezone if "T" in due else None
    local = ZoneInfo(zone)
    repeat_from = "completion" if early else "due"
    following = after(rule, due, now, timezone=timezone, repeat_from=repeat_from, zone=local)
    if following is None:
        return
    assert due_dates.normalised(following.due, timezone) == (following.due, timezone)
    assert following.due[10:] == due[10:]
    today = now.astimezone(ZoneInfo(timezone) if timezone else local).date()
    assert following.due > (f"{today}{due[10:]}" if early else due)
    if "T" in due:
        assert due_dates.instant(following.due, timezone, local) > now
    else:
        assert not due_dates.is_overdue(following.due, None, now, local)
    assert checked(following.repeat) == following.repeat


@settings(deadline=None)
@given(rule=any_rule, due=dues, now=nows, timezone=st.none() | zones)
def test_from_completion_is_as_if_it_had_been_due_today(
    rule: str, due: str, now: datetime, timezone: str | None
) -> None:
    timezone = timezone if "T" in due else None
    today = now.astimezone(ZoneInfo(timezone) if timezone else UTC).date()
    assert after(rule, due, now, timezone=timezone, repeat_from="completion") == after(
        rule, f"{today}{due[10:]}", now, timezone=timezone
    )


@pytest.mark.parametrize(
    ("rule", "due", "now", "following"),
    [
        # Done late, and early: both begin a week before the next one.
        ("FREQ=WEEKLY", "2026-11-02", "2026-11-20T12:00", "2026-11-27"),
        ("FREQ=WEEKLY", "2026-12-02", "2026-11-20T12:00", "2026-11-27"),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-11-02", "2026-11-20T12:00", "2026-11-23"),
        ("FREQ=MONTHLY", "2026-11-02T09:00:00", "2026-11-20T12:00", "2026-12-20T09:00:00"),
        ("FREQ=DAILY", "2026-11-20T18:00:00", "2026-11-20T12:00", "2026-11-21T18:00:00"),
        ("FREQ=DAILY;INTERVAL=3", "2026-11-19T18:00:00", "2026-11-20T19:00", "2026-11-23T18:00:00"),
    ],
)
def test_from_completion_a_rule_begins_on_the_day_that_a_task_is_done(
    rule: str, due: str, now: str, following: str
) -> None:
    assert after(rule, due, at(now), repeat_from="completion") == Occurrence(following, rule)


@pytest.mark.parametrize(
    ("rule", "due", "now", "zone", "following"),
    [
        # A whole day: today still counts, and today is where one is.
        ("FREQ=DAILY", "2026-11-17", "2026-11-20T12:00", "UTC", "2026-11-20"),
        ("FREQ=DAILY", "2026-11-20", "2026-11-20T12:00", "UTC", "2026-11-21"),
        ("FREQ=DAILY", "2026-11-17", "2026-11-20T10:30", "Pacific/Kiritimati", "2026-11-21"),
        ("FREQ=DAILY", "2026-11-17", "2026-11-20T10:30", "Pacific/Pago_Pago", "2026-11-19"),
        # A time: that of today counts until it has come.
        ("FREQ=DAILY", "2026-11-17T09:00:00", "2026-11-20T08:59:59", "UTC", "2026-11-20T09:00:00"),
        ("FREQ=DAILY", "2026-11-17T09:00:00", "2026-11-20T09:00:00", "UTC", "2026-11-21T09:00:00"),
        ("FREQ=DAILY", "2026-11-17T09:00:00", "2026-11-20T13:59:59", "America/New_York", "2026-11-20T09:00:00"),
        # Done before it is due: still the one after it.
        ("FREQ=WEEKLY", "2026-12-24", "2026-11-20T12:00", "UTC", "2026-12-31"),
        # What was passed over keeps the rhythm.
        ("FREQ=WEEKLY;INTERVAL=2", "2026-10-01", "2026-11-20T12:00", "UTC", "2026-11-26"),
        ("FREQ=DAILY;INTERVAL=5", "1900-01-01", "2026-11-20T12:00", "UTC", "2026-11-21"),
        ("FREQ=MONTHLY;INTERVAL=5", "1900-01-31", "2026-11-20T12:00", "UTC", "2027-07-31"),
        ("FREQ=YEARLY;INTERVAL=5", "1901-11-19", "2026-11-20T12:00", "UTC", "2031-11-19"),
    ],
)
def test_from_the_due_date_nothing_past_comes_again(rule: str, due: str, now: str, zone: str, following: str) -> None:
    assert after(rule, due, at(now), zone=ZoneInfo(zone)) == Occurrence(following, rule)


@pytest.mark.parametrize(
    ("zone", "due", "following", "hours"),
    [
        ("Europe/Paris", "2026-03-28T09:00:00", "2026-03-29T09:00:00", 23),
        ("Europe/Paris", "2026-10-24T09:00:00", "2026-10-25T09:00:00", 25),
        ("America/New_York", "2026-03-07T09:00:00", "2026-03-08T09:00:00", 23),
        ("America/New_York", "2026-10-31T09:00:00", "2026-11-01T09:00:00", 25),
        ("Australia/Lord_Howe", "2026-10-03T09:00:00", "2026-10-04T09:00:00", 23.5),
        ("Australia/Lord_Howe", "2026-04-04T09:00:00", "2026-04-05T09:00:00", 24.5),
        ("Africa/Casablanca", "2026-02-14T09:00:00", "2026-02-15T09:00:00", 25),
        ("Africa/Casablanca", "2026-03-21T09:00:00", "2026-03-22T09:00:00", 23),
        ("Pacific/Apia", "2011-12-30T09:00:00", "2011-12-31T09:00:00", 0),
    ],
)
def test_nine_o_clock_stays_nine_o_clock_when_clocks_change(zone: str, due: str, following: str, hours: float) -> None:
    local = ZoneInfo(zone)
    elapsed = due_dates.instant(following, zone, UTC_ZONE) - due_dates.instant(due, zone, UTC_ZONE)
    assert elapsed == timedelta(hours=hours)
    assert after("FREQ=DAILY", due, timezone=zone) == Occurrence(following, "FREQ=DAILY")
    assert after("FREQ=DAILY", due, zone=local) == Occurrence(following, "FREQ=DAILY")
    assert after("FREQ=DAILY", due[:10], zone=local) == Occurrence(following[:10], "FREQ=DAILY")


@pytest.mark.parametrize(
    ("zone", "due", "now", "following"),
    [
        # Half past two, which the clock leaves out: it counts as half past three (RFC 5545, section 3.3.5).
        ("Europe/Paris", "2026-03-28T02:30:00", "2026-03-29T01:29:59", "2026-03-29T02:30:00"),
        ("Europe/Paris", "2026-03-28T02:30:00", "2026-03-29T01:30:00", "2026-03-30T02:30:00"),
        # Half past two, which it shows twice: the first time counts.
        ("Europe/Paris", "2026-10-24T02:30:00", "2026-10-25T00:29:59", "2026-10-25T02:30:00"),
        ("Europe/Paris", "2026-10-24T02:30:00", "2026-10-25T00:30:00", "2026-10-26T02:30:00"),
        ("Europe/Paris", "2026-10-24T02:30:00", "2026-10-25T01:15:00", "2026-10-26T02:30:00"),
        ("Australia/Lord_Howe", "2026-10-03T02:15:00", "2026-10-03T15:44:59", "2026-10-04T02:15:00"),
        ("Australia/Lord_Howe", "2026-04-04T01:45:00", "2026-04-04T14:50:00", "2026-04-06T01:45:00"),
        # The day that Samoa left out begins when the next one does.
        ("Pacific/Apia", "2011-12-28T09:00:00", "2011-12-30T18:59:59", "2011-12-30T09:00:00"),
        ("Pacific/Apia", "2011-12-28T09:00:00", "2011-12-30T19:00:00", "2012-01-01T09:00:00"),
    ],
)
def test_times_that_a_clock_leaves_out_or_shows_twice_come_once(zone: str, due: str, now: str, following: str) -> None:
    assert after("FREQ=DAILY", due, at(now), timezone=zone) == Occurrence(following, "FREQ=DAILY")
    counted = after("FREQ=DAILY;COUNT=99", due, at(now), timezone=zone)
    assert counted is not None
    assert counted.due == following


def test_a_whole_day_goes_on_over_a_day_that_was_left_out() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert after("FREQ=DAILY", "2011-12-28", at("2011-12-30T09:59:59"), zone=apia) == Occurrence(
        "2011-12-29", "FREQ=DAILY"
    )
    assert after("FREQ=DAILY", "2011-12-28", at("2011-12-30T10:00:00"), zone=apia) == Occurrence(
        "2011-12-31", "FREQ=DAILY"
    )


@settings(deadline=None)
@given(rule=soon, due=usual_dues, count=st.integers(1, 12), now=nows)
def test_a_count_counts_every_occurrence_that_is_due_or_passed(rule: str, due: str, count: int, now: datetime) -> None:
    days = plain(rule, due, count - 1)
    past = [due_dates.instant(day, None, UTC_ZONE) <= now if "T" in day else day < f"{now:%Y-%m-%d}" for day in days]
    to_come = [(day, count - 1 - place) for place, day in enumerate(days) if not past[place]]
    following = after(f"{rule};COUNT={count}", due, now)
    if to_come:
        day, left = to_come[0]
        assert following == Occurrence(day, f"{rule};COUNT={left}")
        assert [day, *chain(f"{rule};COUNT={left}", day, now)] == [day for day, _ in to_come]
    else:
        assert following is None


@pytest.mark.parametrize(
    ("rule", "due", "timezone", "comes"),
    [
        ("UNTIL=20261121", "2026-11-20", None, True),
        ("UNTIL=20261120", "2026-11-20", None, False),
        ("UNTIL=19000101", "2026-11-20", None, False),
        ("UNTIL=99991231T235959Z", "2026-11-20", None, True),
        ("UNTIL=00010101T000000Z", "2026-11-20T09:00:00", "Pacific/Kiritimati", False),
        # A whole day beside a time: dates as they are written, wherever one is.
        ("UNTIL=20261121T000000Z", "2026-11-20", None, True),
        ("UNTIL=20261120T235959Z", "2026-11-20", None, False),
        # A time beside a date: all of that day, on its own clock.
        ("UNTIL=20261121", "2026-11-20T23:59:59", None, True),
        ("UNTIL=20261121", "2026-11-20T23:59:59", "Pacific/Pago_Pago", True),
        ("UNTIL=20261120", "2026-11-20T00:00:00", "Pacific/Kiritimati", False),
        # A time beside a time, on the same clock or by instants.
        ("UNTIL=20261121T090000", "2026-11-20T09:00:00", "Europe/Paris", True),
        ("UNTIL=20261121T085959", "2026-11-20T09:00:00", "Europe/Paris", False),
        ("UNTIL=20261121T080000Z", "2026-11-20T09:00:00", "Europe/Paris", True),
        ("UNTIL=20261121T075959Z", "2026-11-20T09:00:00", "Europe/Paris", False),
        ("UNTIL=20261121T140000Z", "2026-11-20T09:00:00", None, True),
        ("UNTIL=20261121T135959Z", "2026-11-20T09:00:00", None, False),
    ],
)
def test_until_is_the_last_that_there_can_be(rule: str, due: str, timezone: str | None, comes: bool) -> None:
    following = after(f"FREQ=DAILY;{rule}", due, timezone=timezone, zone=ZoneInfo("America/New_York"))
    assert following == (Occurrence(f"2026-11-21{due[10:]}", f"FREQ=DAILY;{rule}") if comes else None)


@settings(deadline=None)
@given(rule=soon, due=usual_dues, days=st.integers(-10, 400))
def test_nothing_comes_after_until(rule: str, due: str, days: int) -> None:
    until = date.fromisoformat(due[:10]) + timedelta(days=days)
    unlimited = list(islice(chain(rule, due), 5))
    limited = list(islice(chain(f"{rule};UNTIL={until:%Y%m%d}", due), 5))
    assert limited == [day for day in unlimited if day[:10] <= until.isoformat()]


@pytest.mark.parametrize(
    ("rule", "due", "following"),
    [
        ("FREQ=DAILY", "9998-12-30", "9998-12-31"),
        ("FREQ=DAILY", "9998-12-31", None),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "9998-12-31T23:59:59", None),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "9998-12-27T23:59:59", "9998-12-28T23:59:59"),
        ("FREQ=MONTHLY", "9998-12-01", None),
        ("FREQ=MONTHLY;COUNT=2", "9998-11-01", "9998-12-01"),
        ("FREQ=YEARLY;INTERVAL=1000", "8998-01-01", "9998-01-01"),
        ("FREQ=YEARLY;INTERVAL=1000", "8999-01-01", None),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "9996-02-29", None),
        ("FREQ=DAILY", "1900-01-01", "1900-01-02"),
        ("FREQ=WEEKLY;BYDAY=SU;WKST=SU", "1900-01-01T00:00:00", "1900-01-07T00:00:00"),
    ],
)
def test_occurrences_are_in_the_years_for_due_dates(rule: str, due: str, following: str | None) -> None:
    found = after(rule, due)
    assert (found and found.due) == following


def test_nothing_follows_on_a_completion_on_the_last_day() -> None:
    assert after("FREQ=DAILY", "2026-11-20", at("9998-12-31T12:00"), repeat_from="completion") is None
