"""Due dates: normal form, zones, what is refused, and when they are overdue, today, before and after something."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taskward.tasks import due
from taskward.timezones import checked_timezone


@pytest.mark.parametrize(
    ("given", "zone", "kept"),
    [
        ("2026-12-24", None, ("2026-12-24", None)),
        ("2026-12-24T18:00:00", None, ("2026-12-24T18:00:00", None)),
        ("2026-12-24T18:00", "Europe/Paris", ("2026-12-24T18:00:00", "Europe/Paris")),
        ("2026-12-24T18:00:00.000", None, ("2026-12-24T18:00:00", None)),
        ("2026-12-24T18:00:00Z", None, ("2026-12-24T18:00:00", "UTC")),
        ("2026-12-24T18:00:00.000Z", "Europe/Paris", ("2026-12-24T19:00:00", "Europe/Paris")),
        ("2026-12-24T18:00:00-05:00", None, ("2026-12-24T23:00:00", "UTC")),
        ("2026-12-24T23:30:00-05:00", "Asia/Tokyo", ("2026-12-25T13:30:00", "Asia/Tokyo")),
    ],
)
def test_a_due_date_is_kept_in_normal_form(given: str, zone: str | None, kept: tuple[str, str | None]) -> None:
    assert due.normalised(given, zone) == kept
    assert due.normalised(*kept) == kept


@pytest.mark.parametrize(
    "wrong",
    ["", "today", "2026-13-01", "2026-02-29", "2026-1-1", "20261224", "2026-12-24 18:00", "2026-12-24T25:00:00",
     "2026-12-24T18:00:00.5", "0001-01-01", "9999-12-31", "2026-W52", "٢٠٢٦-12-24", "2026-12-24T18:00:00+99:00",
     "2026-12-24T24:00:00",
        "1900-01-01T00:00:00+14:00",
        "9998-12-31T23:00:00-12:00", "2026-12-24\n"],
)  # fmt: skip
def test_what_is_not_a_due_date_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="Give a date"):
        due.normalised(wrong, None)


def test_a_whole_day_has_no_zone() -> None:
    with pytest.raises(ValueError, match="whole day"):
        due.normalised("2026-12-24", "Europe/Paris")


def test_zones_are_those_of_the_database_and_nothing_on_the_disk() -> None:
    assert checked_timezone("Europe/Paris") == "Europe/Paris"
    for wrong in ("Mars/Olympus", "europe/paris", "../../etc/passwd", "", "localtime", "+01:00"):
        with pytest.raises(ValueError, match="IANA"):
            checked_timezone(wrong)


def test_sort_keys_put_a_day_before_its_times_and_a_zoned_time_at_its_instant() -> None:
    assert due.sort_text("2026-12-24", None) < due.sort_text("2026-12-24T00:00:00", None)
    assert due.sort_text("2026-07-01T09:00:00", "Europe/Paris") == "2026-07-01T07:00:00"
    assert due.sort_text("2026-12-01T09:00:00", "Europe/Paris") == "2026-12-01T08:00:00"


# Clocks that change by an hour, by half an hour, at midnight, for a month of fasting; one that left out a day, one that
# changed by most of a day, and the farthest ones from each other.
ZONES = [
    "UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
    "Asia/Beirut", "America/St_Johns", "Pacific/Kwajalein", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu",
]  # fmt: skip
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(1900, 1, 1), date(9998, 12, 31)) | st.dates(date(2009, 1, 1), date(2029, 12, 31))
# Around the changes of clocks, where what can go wrong does.
CHANGES = [
    datetime.fromisoformat(f"{text}+00:00")
    for text in (
        "2026-03-29T01:00", "2026-10-25T01:00", "2026-03-08T07:00", "2026-11-01T06:00", "2026-04-04T15:00",
        "2026-10-03T15:30", "2011-12-30T10:00", "2026-02-15T02:00", "2026-03-22T02:00", "2026-10-24T21:00",
        "2010-11-07T02:31", "1969-09-30T13:00", "1993-08-21T12:00",
    )
]  # fmt: skip
near_changes = st.builds(
    lambda change, seconds: change + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-30 * 3600, 30 * 3600) | st.sampled_from([-1, 0, 1]),
)
moments = near_changes | st.builds(
    lambda day, seconds: datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=seconds),
    st.dates(date(1900, 1, 3), date(9998, 12, 28)),
    st.integers(0, 86399),
)
walls = st.builds(lambda at, zone: at.astimezone(zone).replace(tzinfo=None), moments, zones)
dues = st.tuples(
    walls.map(lambda at: at.isoformat(timespec="seconds")), st.none() | st.sampled_from(ZONES)
) | st.tuples(days.map(date.isoformat), st.none())


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "wall", "moment"),
    [
        # Left out by the clock, and shown twice.
        ("Europe/Paris", "2026-03-29T02:30:00", "2026-03-29T01:30:00"),
        ("Europe/Paris", "2026-10-25T02:30:00", "2026-10-25T00:30:00"),
        ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00"),
        ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00"),
        ("Africa/Casablanca", "2026-03-22T02:30:00", "2026-03-22T02:30:00"),
        ("Africa/Casablanca", "2026-02-15T02:30:00", "2026-02-15T01:30:00"),
        ("Pacific/Apia", "2011-12-30T09:00:00", "2011-12-30T19:00:00"),
        # Nine o'clock on both sides of it.
        ("Europe/Paris", "2026-03-28T09:00:00", "2026-03-28T08:00:00"),
        ("Europe/Paris", "2026-03-29T09:00:00", "2026-03-29T07:00:00"),
        ("Pacific/Apia", "2011-12-29T09:00:00", "2011-12-29T19:00:00"),
        ("Pacific/Apia", "2011-12-31T09:00:00", "2011-12-30T19:00:00"),
    ],
)
def test_a_time_is_on_its_zones_clock_also_where_that_is_changed(zone: str, wall: str, moment: str) -> None:
    assert due.instant(wall, zone, ZoneInfo("UTC")) == at(moment)
    assert due.instant(wall, None, ZoneInfo(zone)) == at(moment)
    assert due.sort_text(wall, zone) == moment


@given(day=days, zone=zones)
@example(day=date(2011, 12, 30), zone=ZoneInfo("Pacific/Apia"))
@example(day=date(2026, 3, 29), zone=ZoneInfo("Europe/Paris"))
def test_a_whole_day_is_that_day_wherever_one_is(day: date, zone: ZoneInfo) -> None:
    whole = day.isoformat()
    assert due.normalised(whole, None) == (whole, None)
    assert due.day_of(whole, None, zone) == day
    assert due.is_on(whole, None, day, zone)
    assert not due.is_on(whole, None, day - timedelta(days=1), zone)
    assert due.sort_text(whole, None) == whole


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "day",
    ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04",
     "2011-12-29", "2011-12-31", "2026-02-15", "2026-03-22", "2026-12-31", "1900-01-01", "9998-12-31"],
)  # fmt: skip
def test_a_whole_day_is_overdue_from_the_first_moment_of_the_next_one(zone: str, day: str) -> None:
    local = ZoneInfo(zone)
    over = datetime.combine(date.fromisoformat(day) + timedelta(days=1), datetime.min.time(), local).astimezone(UTC)
    assert due.is_overdue(day, None, over, local)
    assert not due.is_overdue(day, None, over - timedelta(seconds=1), local)
    assert not due.is_overdue(day, None, over - timedelta(hours=20), local)


def test_a_day_that_was_left_out_is_over_when_the_next_one_begins() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert not due.is_overdue("2011-12-29", None, at("2011-12-30T09:59:59"), apia)
    assert due.is_overdue("2011-12-29", None, at("2011-12-30T10:00:00"), apia)
    assert due.is_overdue("2011-12-30", None, at("2011-12-30T10:00:00"), apia)
    assert not due.is_overdue("2011-12-31", None, at("2011-12-30T10:00:00"), apia)


def test_a_whole_day_is_over_in_one_zone_and_not_yet_in_another() -> None:
    now = at("2026-12-24T10:30:00")
    assert due.is_overdue("2026-12-24", None, now, ZoneInfo("Pacific/Kiritimati"))
    assert not due.is_overdue("2026-12-24", None, now, ZoneInfo("Europe/Paris"))
    assert not due.is_overdue("2026-12-23", None, now, ZoneInfo("Pacific/Pago_Pago"))


@given(task=dues, now=moments, later=st.timedeltas(timedelta(), timedelta(days=2)), zone=zones)
def test_what_is_overdue_at_a_time_stays_overdue(
    task: tuple[str, str | None], now: datetime, later: timedelta, zone: ZoneInfo
) -> None:
    wall, timezone = task
    if due.is_date_time(wall) and due.is_overdue(wall, timezone, now, zone):
        assert due.is_overdue(wall, timezone, now + later, zone)


@pytest.mark.parametrize(
    ("zone", "seen_from", "wall", "overdue_after"),
    [
        ("Europe/Paris", "America/New_York", "2026-03-29T09:00:00", "2026-03-29T07:00:00"),
        ("Europe/Paris", "America/New_York", "2026-10-25T09:00:00", "2026-10-25T08:00:00"),
        (None, "America/New_York", "2026-03-08T09:00:00", "2026-03-08T13:00:00"),
        (None, "America/New_York", "2026-03-07T09:00:00", "2026-03-07T14:00:00"),
        (None, "Australia/Lord_Howe", "2026-04-05T09:00:00", "2026-04-04T22:30:00"),
        # Shown twice: overdue after the first time, and also while it is shown again.
        (None, "Europe/Paris", "2026-10-25T02:30:00", "2026-10-25T00:30:00"),
    ],
)
def test_a_time_is_overdue_once_it_has_gone_by(zone: str | None, seen_from: str, wall: str, overdue_after: str) -> None:
    now, local = at(overdue_after), ZoneInfo(seen_from)
    assert not due.is_overdue(wall, zone, now, local)
    assert due.is_overdue(wall, zone, now + timedelta(microseconds=1), local)
    assert due.is_overdue(wall, zone, now + timedelta(hours=1), local)


@pytest.mark.parametrize(
    ("wall", "zone", "seen_from", "day"),
    [
        ("2026-12-24T23:30:00", "America/New_York", "Europe/Paris", "2026-12-25"),
        ("2026-12-24T23:30:00", "America/New_York", "America/New_York", "2026-12-24"),
        ("2026-12-24T23:30:00", None, "Europe/Paris", "2026-12-24"),
        ("2026-12-24T01:00:00", "Pacific/Kiritimati", "Pacific/Pago_Pago", "2026-12-23"),
        # The evening that Beirut has twice, and the hour after midnight that is before it in winter time.
        ("2026-10-24T23:30:00", "Asia/Beirut", "Asia/Beirut", "2026-10-24"),
        ("2026-10-25T00:30:00", "Europe/Paris", "UTC", "2026-10-24"),
        ("2026-10-26T00:30:00", "Europe/Paris", "UTC", "2026-10-25"),
    ],
)
def test_a_time_is_on_the_day_that_it_has_where_one_is(wall: str, zone: str | None, seen_from: str, day: str) -> None:
    assert due.day_of(wall, zone, ZoneInfo(seen_from)) == date.fromisoformat(day)
    assert due.is_on(wall, zone, date.fromisoformat(day), ZoneInfo(seen_from))


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "day", "moment"),
    [
        ("2026-12-01", "2026-12-01", None),
        ("2026-12-01T00:30:00", "2026-12-01", "2026-11-30T23:30:00"),
        ("2026-12-01T00:30", "2026-12-01", "2026-11-30T23:30:00"),
        ("2026-12-01T00:30:00Z", "2026-12-01", "2026-12-01T00:30:00"),
        ("2026-11-30T23:30:00Z", "2026-12-01", "2026-11-30T23:30:00"),
        ("2026-11-30T23:30:00-05:00", "2026-12-01", "2026-12-01T04:30:00"),
        ("2026-11-30T12:00:00.250Z", "2026-11-30", "2026-11-30T12:00:00.250"),
        ("2026-10-25T02:30:00", "2026-10-25", "2026-10-25T00:30:00"),
    ],
)
def test_a_bound_is_a_day_or_a_moment_and_its_day(text: str, day: str, moment: str | None) -> None:
    expected = due.Bound(date.fromisoformat(day), None if moment is None else at(moment), PARIS)
    assert due.bound(text, PARIS) == expected


@pytest.mark.parametrize(
    "wrong", ["", "now", "2026-02-30", "2026-12-01 09:00", "2026-12-01T09:00:00.1234567", "1899-12-31", "9999-01-01",
              "2026-12-01T09:00:00+99:00", "2026-12-01.5", "2026-12-01T09:00:00.", "2026-12-01T09:00:00Z\n",
              "٢٠٢٦-12-24"]
)  # fmt: skip
def test_what_is_no_bound_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="Give a date"):
        due.bound(wrong, PARIS)


@pytest.mark.parametrize(
    ("task", "bound", "side"),
    [
        (("2026-11-30", None), "2026-12-01", "before"),
        (("2026-12-01", None), "2026-12-01", "neither"),
        (("2026-12-02", None), "2026-12-01", "after"),
        (("2026-11-30", None), "2026-12-01T00:00:00", "before"),
        (("2026-12-01", None), "2026-12-01T00:00:00", "neither"),
        (("2026-12-01", None), "2026-12-01T23:59:59", "neither"),
        (("2026-12-02", None), "2026-12-01T23:59:59", "after"),
        (("2026-12-01", None), "2026-11-30T23:00:00Z", "neither"),
        (("2026-11-30T23:59:59", None), "2026-12-01", "before"),
        (("2026-12-01T00:00:00", None), "2026-12-01", "neither"),
        (("2026-12-01T23:59:59", None), "2026-12-01", "neither"),
        (("2026-12-02T00:00:00", None), "2026-12-01", "after"),
        (("2026-12-01T09:00:00", None), "2026-12-01T09:00:00", "neither"),
        (("2026-12-01T09:00:00", None), "2026-12-01T08:00:00Z", "neither"),
        (("2026-12-01T09:00:00", None), "2026-12-01T08:00:00.001Z", "before"),
        (("2026-12-01T09:00:00", None), "2026-12-01T08:59:59", "after"),
        (("2026-11-30T18:00:00", "America/New_York"), "2026-12-01", "neither"),
        (("2026-11-30T17:59:59", "America/New_York"), "2026-12-01", "before"),
        (("2026-12-01T18:00:00", "America/New_York"), "2026-12-01", "after"),
        (("2026-12-01T03:00:00", "America/New_York"), "2026-12-01T09:00:00", "neither"),
        (("2026-12-01T03:00:00", "America/New_York"), "2026-12-01T09:00:01", "before"),
    ],
)
def test_a_due_date_is_before_a_bound_or_after_it_or_neither(
    task: tuple[str, str | None], bound: str, side: str
) -> None:
    beside = due.bound(bound, PARIS)
    assert (due.is_before(*task, beside), due.is_after(*task, beside)) == (side == "before", side == "after")


bounds = st.builds(
    lambda moment, zone, whole: due.bound((moment.astimezone(zone).date() if whole else moment).isoformat(), zone),
    moments,
    zones,
    st.booleans(),
)


@given(task=dues, bound=bounds)
def test_all_that_is_before_or_after_a_bound_sorts_in_the_range_for_it(
    task: tuple[str, str | None], bound: due.Bound
) -> None:
    text = due.sort_text(*task)
    assert not (due.is_before(*task, bound) and due.is_after(*task, bound))
    low, high = due.sort_range(bound, bound)
    assert low is not None
    assert high is not None
    assert not due.is_before(*task, bound) or text <= high
    assert not due.is_after(*task, bound) or text >= low
    assert due.sort_range(None, None) == (None, None)


@given(task=dues, bound=bounds)
def test_what_is_days_off_a_bound_is_out_of_the_range_for_it(task: tuple[str, str | None], bound: due.Bound) -> None:
    low, high = due.sort_range(bound, bound)
    assert low is not None
    assert high is not None
    away = date.fromisoformat(due.sort_text(*task)[:10]) - bound.day
    assert away < timedelta(days=3) or due.sort_text(*task) > high
    assert away > timedelta(days=-3) or due.sort_text(*task) < low


@given(task=dues, now=moments, zone=zones)
@example(("2026-10-25T02:30:00", None), datetime(2026, 10, 25, 1, 10, tzinfo=UTC), ZoneInfo("Europe/Paris"))
@example(("2026-10-24T23:30:00", None), datetime(2026, 10, 24, 21, 10, tzinfo=UTC), ZoneInfo("Asia/Beirut"))
def test_all_that_is_overdue_sorts_in_the_range_until_now(
    task: tuple[str, str | None], now: datetime, zone: ZoneInfo
) -> None:
    low, high = due.range_until(now, zone)
    assert not due.is_overdue(*task, now, zone) or low <= due.sort_text(*task) <= high


@given(task=dues, now=moments, zone=zones)
@example(("2026-10-24T21:30:00", "UTC"), datetime(2026, 10, 24, 12, tzinfo=UTC), ZoneInfo("Asia/Beirut"))
@example(("2010-11-07T02:45:00", "UTC"), datetime(2010, 11, 6, 12, tzinfo=UTC), ZoneInfo("America/St_Johns"))
def test_all_that_is_on_a_day_sorts_in_the_range_of_it(
    task: tuple[str, str | None], now: datetime, zone: ZoneInfo
) -> None:
    for day in {now.astimezone(zone).date(), due.day_of(*task, zone)}:
        low, high = due.range_of_day(day, zone)
        assert not due.is_on(*task, day, zone) or low <= due.sort_text(*task) <= high


@pytest.mark.parametrize(
    ("given_due", "by", "moved"),
    [
        ("2026-02-28", 1, "2026-03-01"),
        ("2026-03-28T09:00:00", 1, "2026-03-29T09:00:00"),
        ("2026-03-28T00:00:00", -28, "2026-02-28T00:00:00"),
        ("9998-12-31", 1, "9998-12-31"),
        ("9998-12-31T09:00:00", 400, "9998-12-31T09:00:00"),
        ("1900-01-01", -1, "1900-01-01"),
    ],
)
def test_a_due_date_moves_by_days_as_far_as_they_go(given_due: str, by: int, moved: str) -> None:
    assert due.shifted(given_due, timedelta(days=by)) == moved
