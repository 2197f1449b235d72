"""Security events against a database: all there, in order, for their user alone, and for a year."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import get_args

import pytest

from taskward.client import Client
from taskward.errors import InvalidCredentialsError, InvalidCursorError, TokenReusedError, WrongPasswordError
from taskward.identity import account_deletion, events, exports, grants, keys, sessions, sign_in, tokens
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.models import Credentials, PasswordChange
from taskward.identity.password_change import change_password
from taskward.identity.session_tables import SessionItem
from taskward.jobs import queue
from taskward.telemetry import logger
from tests.conftest import Clock
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, registered

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


def _in_order(user_id: str) -> list[EventItem]:
    """All events, the oldest first; those of one moment by kind."""
    return sorted(_all(user_id), key=lambda event: (event.created_at, event.kind))


def _expect(error: type[Exception], action: Callable[[], object]) -> None:
    with pytest.raises(error):
        action()


def test_everything_that_matters_is_recorded_with_time_place_and_session(
    clock: Clock, log: io.StringIO, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "send", lambda *_, **__: None)
    user, first = registered(EMAIL)
    principal = principal_of(first)

    def then(action: Callable[[], object]) -> None:
        clock.advance(minutes=1)
        action()

    then(lambda: _expect(InvalidCredentialsError, lambda: _sign_in(ELSEWHERE, "a wrong password")))
    clock.advance(minutes=1)
    second = _sign_in(ELSEWHERE)
    stolen = tokens.verify_refresh(grants.issue(second).refresh_token, keys.published())
    then(lambda: sessions.refresh(stolen, ELSEWHERE))
    clock.advance(seconds=10)
    sessions.refresh(stolen, HOME)
    then(lambda: _expect(TokenReusedError, lambda: sessions.refresh(stolen, HOME)))
    clock.advance(minutes=1)
    third = _sign_in()
    then(lambda: sessions.end(user.user_id, third.session_id, HOME, "signed_out"))
    wrong = PasswordChange(current_password="a wrong password", new_password=NEW)
    then(lambda: _expect(WrongPasswordError, lambda: change_password(principal, wrong, ELSEWHERE)))
    then(lambda: change_password(principal, PasswordChange(current_password=PASSWORD, new_password=NEW), HOME))
    then(lambda: exports.request(principal, HOME))
    told = [(event.kind, event.address, event.session_id, event.reason) for event in _in_order(user.user_id)]
    home, elsewhere = HOME.address, ELSEWHERE.address
    assert told == [
        ("registered", home, first.session_id, None),
        ("sign_in_failed", elsewhere, None, None),
        ("signed_in", elsewhere, second.session_id, "new_device"),
        ("refresh_grace_from_other_address", home, second.session_id, None),
        ("refresh_token_reused", home, second.session_id, "replayed"),
        ("session_ended", home, second.session_id, "token_reused"),
        ("signed_in", home, third.session_id, None),
        ("session_ended", home, third.session_id, "signed_out"),
        ("password_check_failed", elsewhere, first.session_id, None),
        ("password_changed", home, first.session_id, None),
        ("export_requested", home, first.session_id, None),
    ]
    then(lambda: account_deletion.delete_account(principal, NEW, HOME))
    kinds = [event.kind for event in _in_order(user.user_id)]
    assert kinds[-1] == "deletion_requested"

    logged = [line for line in map(json.loads, log.getvalue().splitlines()) if line.get("security_event")]
    metrics = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" in line]
    names = ["".join(word.capitalize() for word in kind.split("_")) for kind in kinds]
    assert [line["security_event"] for line in logged] == names
    assert [line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for line in metrics] == names
    assert {line["user_id"] for line in logged} == {user.user_id}
    assert set(kinds) == set(get_args(events.Kind))


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
