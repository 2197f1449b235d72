"""What it costs to find the next occurrence, or that there is none, however hostile the rule."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from dateutil.rrule import rrule
from hypothesis import example, given, settings
from hypothesis import strategies as st

from taskward.tasks import recurrence
from taskward.tasks.recurrence import checked
from tests.support.recurrence import after, any_rule, dues, nows

NEVER = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=11",
    "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1",
    "FREQ=YEARLY;BYWEEKNO=20;BYSETPOS=2",
    "FREQ=YEARLY;BYYEARDAY=" + ",".join(str(day) for day in range(100, 150)) + ";BYSETPOS=51",
    "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300",
    "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20",
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3",
    "FREQ=WEEKLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYSETPOS=2",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYDAY=MO,TU,WE;BYSETPOS=2",
]


@pytest.mark.parametrize("rule", NEVER)
def test_a_rule_that_no_day_fits_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="No day ever fits this rule"):
        checked(rule)
    assert after(rule, "2026-11-20") is None


# These fit some day, but none that follows on this due date.
NEVER_FROM_HERE = [
    ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2026-11-20"),
    ("FREQ=DAILY;INTERVAL=994;BYDAY=MO,TU,WE,TH,SA,SU", "2026-11-20"),
    ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", "2026-11-20"),
    ("FREQ=YEARLY;BYMONTH=2", "2026-11-30"),
    ("FREQ=YEARLY;INTERVAL=2;BYYEARDAY=366", "2027-11-20"),
    ("FREQ=YEARLY;INTERVAL=400;BYYEARDAY=366", "2100-11-20T09:00:00"),
    ("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=1", "2026-11-23"),
]


@pytest.mark.parametrize(("rule", "due"), NEVER_FROM_HERE)
def test_a_rule_that_fits_some_due_dates_is_taken_and_ends_where_none_follows(rule: str, due: str) -> None:
    assert checked(rule) == rule
    assert after(rule, due) is None


class Work:
    """What a search has cost: questions to dateutil, and days looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.questions = self.days = 0
        named = recurrence._named

        def counted_rrule(*arguments: Any, **what: Any) -> Any:
            self.questions += 1
            return rrule(*arguments, **what)

        def counted_named(parts: Any, days: range) -> list[int]:
            self.days += len(days)
            return named(parts, days)

        monkeypatch.setattr("taskward.tasks.recurrence.rrule", counted_rrule)
        monkeypatch.setattr(recurrence, "_named", counted_named)

    def begin(self) -> None:
        recurrence._named_in_year.cache_clear()
        self.questions = self.days = 0


ALL_DAYS = 401 * 12 * 31
"""More than the days of 400 years and the one that a search begins in: every other month can be always a long one."""


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Work(monkeypatch)


@settings(deadline=None, max_examples=200)
@given(rule=any_rule, due=dues, now=nows, early=st.booleans())
@example("FREQ=YEARLY;INTERVAL=2;BYYEARDAY=1;BYMONTH=2", "2000-01-01", datetime(2000, 1, 1, tzinfo=UTC), False)
@example("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2;BYDAY=MO", "2000-01-01", datetime(2000, 1, 1, tzinfo=UTC), False)
@example("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", "2000-01-01", datetime(2000, 1, 1, tzinfo=UTC), False)
@example("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "2000-01-01", datetime(2000, 1, 1, tzinfo=UTC), False)
def test_no_search_looks_at_more_days_than_the_calendar_has_before_it_repeats(
    work: Work, rule: str, due: str, now: datetime, early: bool
) -> None:
    work.begin()
    after(rule, due, now, repeat_from="completion" if early else "due")
    counted = max(0, (now.date() - date.fromisoformat(due[:10])).days) if "COUNT" in rule else 0
    assert work.days <= ALL_DAYS + counted
    assert work.questions <= 28
    work.begin()
    try:
        checked(rule)
    except ValueError:
        assert work.days <= 7 * 28 * 366
    assert work.questions <= 7 * 28


@pytest.mark.parametrize(("rule", "due"), [*((rule, "2026-11-20") for rule in NEVER), *NEVER_FROM_HERE])
def test_hostile_rules_cost_little(rule: str, due: str) -> None:
    recurrence._named_in_year.cache_clear()
    begun = time.process_time()
    after(rule, due)
    with_due = time.process_time()
    with suppress(ValueError):
        checked(rule)
    # About 0.06 seconds at most; by dateutil alone, some take a hundred times as long.
    assert with_due - begun < 1
    assert time.process_time() - with_due < 1


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("FREQ=DAILY", "1900-01-01"),
        ("FREQ=DAILY;INTERVAL=2;BYDAY=MO", "1900-01-01T09:00:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "1900-01-01"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "1900-01-01"),
        ("FREQ=YEARLY", "1900-01-01"),
    ],
)
def test_what_was_due_long_ago_costs_no_more_than_what_is_due_now(work: Work, rule: str, due: str) -> None:
    work.begin()
    assert after(rule, due, datetime(2026, 11, 20, 12, tzinfo=UTC)) is not None
    assert work.questions <= 2
    assert work.days <= 3 * 366
