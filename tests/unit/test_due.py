"""Due dates: normal form, zones, and what is refused."""

import pytest

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
