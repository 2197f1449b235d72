"""Security events against a database: all there, in order, for their user alone, and for a year."""

import io
import logging
from collections.abc import Iterator

import pytest

from taskward.client import Client
from taskward.errors import InvalidCredentialsError, InvalidCursorError
from taskward.identity import events, sign_in
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.models import Credentials
from taskward.identity.session_tables import SessionItem
from taskward.telemetry import logger
from tests.conftest import Clock
from tests.support.people import HOME, PASSWORD, registered

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

EMAIL = "ada@example.com"
NEW = "violet bicycle 12"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the service logs."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield lines
    logging.getLogger(logger.name).removeHandler(handler)


def _sign_in(client: Client = HOME, password: str = PASSWORD) -> SessionItem:
    return sign_in.sign_in(Credentials(email=EMAIL, password=password), client)[1]


def _all(user_id: str, limit: int = 100) -> list[EventItem]:
    found, cursor = [], None
    while True:
        page = events.newest_first(user_id, limit, cursor)
        found += page.events
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_pages_hold_each_event_once_while_new_ones_come_in(clock: Clock) -> None:
    user, _ = registered(EMAIL)
    for _ in range(11):
        clock.advance(seconds=1)
        _sign_in()
    known = _all(user.user_id)
    assert len(known) == 12
    first = events.newest_first(user.user_id, 5, None)
    _sign_in()
    seen = list(first.events)
    cursor = first.next_cursor
    while cursor:
        page = events.newest_first(user.user_id, 5, cursor)
        seen += page.events
        cursor = page.next_cursor
    assert [event.event_id for event in seen] == [event.event_id for event in known]


def test_nobody_sees_or_pages_through_the_events_of_another(clock: Clock) -> None:
    user, _ = registered(EMAIL)
    bob, _ = registered("bob@example.com")
    for _ in range(3):
        _sign_in()
    cursor = events.newest_first(user.user_id, 2, None).next_cursor
    assert cursor is not None
    for wrong in (cursor, "x", "", "e30", cursor[:-2]):
        with pytest.raises(InvalidCursorError):
            events.newest_first(bob.user_id, 2, wrong)
    assert [event.kind for event in _all(bob.user_id)] == ["registered"]


def test_events_are_over_after_a_year_even_while_the_table_still_has_them(clock: Clock) -> None:
    user, _ = registered(EMAIL)
    clock.advance(days=364)
    _sign_in()
    assert [event.kind for event in _all(user.user_id)] == ["signed_in", "registered"]
    clock.advance(days=1)
    assert [event.kind for event in _all(user.user_id, limit=1)] == ["signed_in"]
    stored = list(EventItem.query(event_key(user.user_id)))
    assert [int(event.expires_at) for event in stored][-1] == int(clock.now().timestamp()) + 364 * 86400


def test_a_failed_sign_in_at_no_account_leaves_no_trace_of_what_was_typed(log: io.StringIO) -> None:
    for typed in ("nobody@example.com", "a secret in the wrong field"):
        with pytest.raises(InvalidCredentialsError):
            sign_in.sign_in(Credentials(email=typed, password=PASSWORD), HOME)
    assert "nobody@" not in log.getvalue()
    assert "secret" not in log.getvalue()
    rows = [item for item in EventItem.scan() if item.pk.startswith("EVENTS#")]
    assert len(rows) == 2
    assert all("nobody@" not in str(row.to_simple_dict()) for row in rows)
    assert all(row.pk.startswith("EVENTS#nobody-") for row in rows)
