"""Letters: the same words in both parts, nothing to load, and nothing that somebody else could have chosen."""

import re
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import get_args

import pytest

from taskward.identity import events, notices
from taskward.mail import letters
from taskward.mail.letters import Letter
from taskward.mail.programs import UNKNOWN, described

LINK = "https://taskward.example/#verify=" + "a" * 43
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
AT = datetime(2026, 11, 20, 10, 30, 59, tzinfo=UTC)


def noticed(event: str = "password_changed", address: str = "203.0.113.7", user_agent: str = FIREFOX) -> Letter:
    return letters.notice(event, AT, address, user_agent)


LINKED = {
    "verification": letters.verification(LINK, 24),
    "address_change": letters.address_change(LINK, 24),
    "address_changed": letters.address_changed(LINK, 7),
    "password_reset": letters.password_reset(LINK, 30),
}
ALL = {f"notice of {event}": noticed(event) for event in letters.NOTICES} | LINKED
ALL["address_taken"] = letters.address_taken()


class Reader(HTMLParser):
    """What somebody who reads HTML sees: its text, the elements it is made of, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str | None] = []
        self.title = ""
        self._in_title = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        else:
            self.words += data.split()


@pytest.mark.parametrize("name", ALL)
def test_a_letter_says_the_same_words_in_both_parts(name: str) -> None:
    letter = ALL[name]
    read = Reader(letter.html)
    assert read.words == letter.text.split()
    assert read.title == letter.subject


@pytest.mark.parametrize("name", ALL)
def test_a_letter_loads_nothing_and_runs_nothing(name: str) -> None:
    read = Reader(ALL[name].html)
    assert read.elements <= {"html", "head", "meta", "title", "body", "p", "br", "a"}
    assert read.attributes <= {"lang", "charset", "style", "href"}
    assert "url(" not in ALL[name].html


@pytest.mark.parametrize("name", ALL)
def test_a_letter_has_no_link_but_the_one_that_it_was_given(name: str) -> None:
    letter = ALL[name]
    expected = [LINK] if name in LINKED else []
    assert Reader(letter.html).links == expected
    assert re.findall(r"\S+://\S+", letter.text) == expected


@pytest.mark.parametrize("name", ALL)
def test_a_subject_is_plain_short_and_one_line(name: str) -> None:
    subject = ALL[name].subject
    assert subject.isascii()
    assert subject.isprintable()
    assert 10 <= len(subject) <= 60


def test_no_two_letters_are_taken_for_each_other() -> None:
    assert len({letter.subject for letter in ALL.values()}) == len(ALL)
    assert len({letter.text for letter in ALL.values()}) == len(ALL)


@pytest.mark.parametrize("event", sorted(notices.KINDS | {"signed_in", "code_check_failed"}))
def test_there_is_a_letter_for_each_kind_of_event_that_somebody_is_told_of(event: str) -> None:
    assert event in get_args(events.Kind)
    letter = noticed(event)
    assert "If this was not you" in letter.text
    # Neither a new password nor a reset takes them away.
    assert "remove passkeys and personal access tokens that are not yours" in letter.text
    assert "end the other sessions" in letter.text


def test_there_is_no_letter_that_nobody_gets() -> None:
    assert letters.NOTICES.keys() == notices.KINDS | {"signed_in", "code_check_failed"}


def test_a_notice_says_when_from_where_and_with_what() -> None:
    assert "When: 2026-11-20 10:30 UTC\nFrom: 203.0.113.7\nWith: Firefox on Linux\n" in noticed().text


def test_the_time_of_a_notice_is_utc_wherever_it_was_noted() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=-8)))
    assert letters.notice("password_changed", elsewhere, "203.0.113.7", FIREFOX) == noticed()


@pytest.mark.parametrize(
    "user_agent",
    [
        "You won! Visit https://evil.example",
        "<script>alert(1)</script>",
        "Mozilla/5.0 <b>Firefox/1</b> at evil.example",
    ],
)
def test_a_notice_never_says_what_a_program_calls_itself(user_agent: str) -> None:
    letter = noticed(user_agent=user_agent)
    for part in (letter.subject, letter.text, letter.html):
        assert "evil" not in part
        assert "<script" not in part
        assert "<b>" not in part


def test_markup_in_what_a_letter_is_given_is_shown_and_not_followed() -> None:
    letter = noticed(address='<img src="x">&amp;')
    assert "img" not in Reader(letter.html).elements
    assert Reader(letter.html).words == letter.text.split()
    link = 'https://taskward.example/?a=1&b="><img>'
    read = Reader(letters.verification(link, 1).html)
    assert read.links == [link]
    assert "img" not in read.elements


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        (letters.verification(LINK, 24), "24 hours"),
        (letters.verification(LINK, 1), "1 hour."),
        (letters.address_change(LINK, 2), "2 hours"),
        (letters.address_changed(LINK, 7), "7 days"),
        (letters.password_reset(LINK, 30), "30 minutes"),
    ],
)
def test_a_link_comes_with_the_time_that_it_works_for(letter: Letter, said: str) -> None:
    assert said in letter.text
    assert LINK in letter.text.split("\n")


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (FIREFOX, "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 1.2.3) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (Macintosh; Mac OS X 10_15_7) {WEBKIT} Version/18.1 Safari/605.1.15", "Safari on macOS"),
        (f"Mozilla/5.0 (iPhone; iPhone OS 18_1 like Mac OS X) {WEBKIT} CriOS/131 Safari/604.1", "Chrome on an iPhone"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 Firefox/128.0", "Firefox"),
        ("curl/8.10.1", UNKNOWN),
        ("", UNKNOWN),
        ("Mozilla/5.0", UNKNOWN),
        ("Firefox/128.0", UNKNOWN),
    ],
)
def test_a_program_is_described_in_words_of_ours(user_agent: str, said: str) -> None:
    assert described(user_agent) == said
