"""Rules of recurrence: what is read, in which form it is kept, and what is refused and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskward.tasks import rules


def _kept(text: str) -> str:
    rule = rules.read(text)
    return rule.text(rule.count)


@pytest.mark.parametrize(
    ("given_rule", "kept"),
    [
        ("FREQ=DAILY", "FREQ=DAILY"),
        ("freq=weekly;byday=mo,th", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("INTERVAL=02;FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=2"),
        ("FREQ=MONTHLY;BYDAY=+1MO,-01FR,SU", "FREQ=MONTHLY;BYDAY=1MO,-1FR,SU"),
        ("FREQ=MONTHLY;BYMONTHDAY=+15,-1,15", "FREQ=MONTHLY;BYMONTHDAY=15,-1"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ("FREQ=YEARLY;BYDAY=20MO", "FREQ=YEARLY;BYDAY=20MO"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU"),
        ("FREQ=YEARLY;BYYEARDAY=1,-366;BYMONTH=12,1", "FREQ=YEARLY;BYYEARDAY=1,-366;BYMONTH=12,1"),
        ("FREQ=DAILY;COUNT=10000;INTERVAL=1000", "FREQ=DAILY;COUNT=10000;INTERVAL=1000"),
        ("FREQ=DAILY;UNTIL=20261224", "FREQ=DAILY;UNTIL=20261224"),
        ("FREQ=DAILY;UNTIL=20261224t180000z", "FREQ=DAILY;UNTIL=20261224T180000Z"),
        ("FREQ=DAILY;UNTIL=20261224T180000", "FREQ=DAILY;UNTIL=20261224T180000"),
    ],
)
def test_a_rule_is_kept_in_normal_form(given_rule: str, kept: str) -> None:
    assert _kept(given_rule) == kept
    assert _kept(kept) == kept


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("", "Give a rule"),
        ("every day", "Give a rule"),
        ("RRULE:FREQ=DAILY", "Give a rule"),
        ("FREQ=DAILY\nEXDATE=20261224", "FREQ is one of"),
        ("DTSTART=20261224;FREQ=DAILY", "Give a rule"),
        ("FREQ=DAILY;EXDATE=20261224", "Give a rule"),
        ("FREQ=DAILY;BYEASTER=0", "Give a rule"),
        ("FREQ=DAILY;", "Give a rule"),
        ("FREQ=DAILY; INTERVAL=2", "Give a rule"),
        ("FREQ=DA\u0131LY", "Give a rule"),
        ("INTERVAL=2", "Give a rule"),
        ("FREQ=HOURLY", "FREQ is one of"),
        ("FREQ=SECONDLY", "FREQ is one of"),
        ("FREQ=", "FREQ is one of"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ stands twice"),
        ("FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", "BYDAY stands twice"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR is not supported: the time of day"),
        ("FREQ=DAILY;BYMINUTE=0,30", "BYMINUTE is not supported"),
        ("FREQ=DAILY;BYSECOND=0", "BYSECOND is not supported"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is from 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=1001", "INTERVAL is from 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL is from 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=1_0", "INTERVAL is from 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=" + "9" * 200, "INTERVAL is from 1 to 1000"),
        ("FREQ=DAILY;COUNT=0", "COUNT is from 1 to 10000"),
        ("FREQ=DAILY;COUNT=10001", "COUNT is from 1 to 10000"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261224", "COUNT or UNTIL, not both"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL is a date"),
        ("FREQ=DAILY;UNTIL=20260229", "UNTIL is a date"),
        ("FREQ=DAILY;UNTIL=00000101", "UNTIL is a date"),
        ("FREQ=DAILY;UNTIL=2026-12-24", "UNTIL is a date"),
        ("FREQ=DAILY;UNTIL=20261224T240000Z", "UNTIL is a date"),
        ("FREQ=DAILY;UNTIL=20261224T180000+0100", "UNTIL is a date"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH is from 1 to 12"),
        ("FREQ=DAILY;BYMONTH=-1", "BYMONTH is from 1 to 12"),
        ("FREQ=DAILY;BYMONTH=1,,2", "BYMONTH is from 1 to 12"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY is from -31 to 31, and not zero"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY is from -31 to 31, and not zero"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY is from -366 to 366"),
        ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO is from -53 to 53"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS is from -366 to 366"),
        ("FREQ=WEEKLY;BYDAY=", "BYDAY has days of the week"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY has days of the week"),
        ("FREQ=WEEKLY;BYDAY=MO;WKST=1", "WKST is one of"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY is from -53 to 53"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY is from -53 to 53"),
        ("FREQ=MONTHLY;BYDAY=6MO", "No month has more than five"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-6MO", "No month has more than five"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY has numbers only with"),
        ("FREQ=DAILY;BYDAY=-1MO", "BYDAY has numbers only with"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "BYDAY has numbers only with"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY does not go with FREQ=MONTHLY"),
        ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY does not go with FREQ=DAILY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO does not go with FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs another part"),
    ],
)
def test_what_is_no_rule_for_a_task_is_refused_with_a_reason(wrong: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rules.read(wrong)


def test_a_rule_has_at_most_300_characters() -> None:
    days = ",".join(["-1"] * 94)
    longest = f"FREQ=MONTHLY;BYMONTHDAY={days}"[:299] + "1"
    assert len(longest) == 300
    assert _kept(longest).startswith("FREQ=MONTHLY;BYMONTHDAY=-1")
    with pytest.raises(ValueError, match="at most 300 characters"):
        rules.read(longest + "1")


def test_a_count_is_exchanged_in_a_rule_that_has_one() -> None:
    assert rules.read("FREQ=DAILY;COUNT=9;INTERVAL=2").text(8) == "FREQ=DAILY;COUNT=8;INTERVAL=2"
    assert rules.read("FREQ=DAILY;INTERVAL=2").text(None) == "FREQ=DAILY;INTERVAL=2"


names = st.sampled_from(["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "X", ""])
values = st.sampled_from(["DAILY", "MONTHLY", "1", "-1", "1,2", "MO", "1MO,-1SU", "20261224", ""]) | st.text(max_size=5)
nearly_rules = st.lists(st.tuples(names, values).map("=".join), max_size=5).map(";".join)


@given(text=nearly_rules | nearly_rules.map("FREQ=YEARLY;{}".format) | st.text())
def test_whatever_text_is_given_it_is_kept_in_normal_form_or_refused_with_a_sentence(text: str) -> None:
    try:
        kept = _kept(text)
    except ValueError as error:
        assert str(error).endswith(".")
        assert " " in str(error)
    else:
        assert _kept(kept) == kept
        assert kept.startswith("FREQ=")
