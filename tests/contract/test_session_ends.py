"""Sessions against a database: seen by their user, ended by them, and never more than fifty."""

import pytest

from taskward.client import Client
from taskward.errors import SessionRevokedError, TaskwardError, UnauthenticatedError
from taskward.identity import events, grants, keys, principals, sessions, sign_in, tokens
from taskward.identity.models import Credentials
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from tests.conftest import Clock
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, registered
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

EMAIL = "ada@example.com"


def _signed_in(client: Client = HOME) -> SessionItem:
    return sign_in.sign_in(Credentials(email=EMAIL, password=PASSWORD), client)[1]


def _alive(user: UserItem) -> set[str]:
    return {session.session_id for session in sessions.live(user.user_id)}


def _ends(user: UserItem) -> list[tuple[str | None, str | None]]:
    page = events.newest_first(user.user_id, 100, None)
    return [(event.session_id, event.reason) for event in page.events if event.kind == "session_ended"]


def test_sessions_are_listed_the_last_used_first_and_only_while_they_live(clock: Clock) -> None:
    user, first = registered(EMAIL)
    clock.advance(minutes=1)
    second = _signed_in(ELSEWHERE)
    clock.advance(minutes=1)
    refreshed = grants.issue(first).refresh_token
    sessions.refresh(tokens.verify_refresh(refreshed, keys.published()), Client("192.0.2.1", "tests"))
    registered("bob@example.com")
    shown = [sessions.representation(session, second.session_id) for session in sessions.live(user.user_id)]
    assert [(session["id"], session["current"], session["ip"]) for session in shown] == [
        (first.session_id, False, "192.0.2.1"),
        (second.session_id, True, ELSEWHERE.address),
    ]
    clock.advance(days=7, minutes=-1)
    assert _alive(user) == {first.session_id}
    clock.advance(minutes=1)
    assert not _alive(user)


def test_an_ended_session_is_refused_from_the_next_request_on_with_any_token_of_it() -> None:
    user, session = registered(EMAIL)
    other = _signed_in()
    grant = grants.issue(session)
    assert principals.authenticate(grant.access_token).session_id == session.session_id
    assert sessions.end(user.user_id, session.session_id, ELSEWHERE, "signed_out")
    with pytest.raises(SessionRevokedError):
        principals.authenticate(grant.access_token)
    with pytest.raises(SessionRevokedError):
        sessions.refresh(tokens.verify_refresh(grant.refresh_token, keys.published()), HOME)
    assert _alive(user) == {other.session_id}
    assert _ends(user) == [(session.session_id, "signed_out")]
    assert not sessions.end(user.user_id, session.session_id, ELSEWHERE, "signed_out")
    assert len(_ends(user)) == 1


def test_nobody_ends_the_session_of_another() -> None:
    _, session = registered(EMAIL)
    bob, _ = registered("bob@example.com")
    assert not sessions.end(bob.user_id, session.session_id, HOME, "signed_out")
    principals.live_session(session.user_id, session.session_id)


@pytest.mark.parametrize("keep", [True, False])
def test_all_sessions_end_in_one_step_or_all_but_the_current_one(keep: bool, clock: Clock) -> None:
    user, current = registered(EMAIL)
    bob, bobs = registered("bob@example.com")
    others = {_signed_in().session_id for _ in range(49)}
    me = principal_of(current)
    sessions.end_all(me, HOME, keep_current=keep)
    assert _alive(user) == ({current.session_id} if keep else set())
    assert _alive(bob) == {bobs.session_id}
    told = dict.fromkeys(others, "ended_elsewhere") | ({} if keep else {current.session_id: "signed_out"})
    assert dict(_ends(user)) == told
    sessions.end_all(me, HOME)
    sessions.end_all(me, HOME)
    assert not _alive(user)


def test_the_fifty_first_session_takes_the_place_of_the_least_recently_used(clock: Clock) -> None:
    user, first = registered(EMAIL)
    made = [first]
    for _ in range(49):
        clock.advance(seconds=10)
        made.append(_signed_in())
    clock.advance(seconds=10)
    assert len(_alive(user)) == 50
    # The oldest is in use: the second oldest has to go.
    sessions.refresh(tokens.verify_refresh(grants.issue(first).refresh_token, keys.published()), HOME)
    clock.advance(seconds=10)
    newest = _signed_in()
    assert _alive(user) == {session.session_id for session in [*made, newest]} - {made[1].session_id}
    assert _ends(user) == [(made[1].session_id, "too_many_sessions")]
    with pytest.raises(SessionRevokedError):
        principals.authenticate(grants.issue(made[1]).access_token)


def test_sign_ins_at_once_do_not_get_past_fifty(clock: Clock) -> None:
    user, _ = registered(EMAIL)
    for _ in range(48):
        _signed_in()
    clock.advance(seconds=1)
    clients = [Client(f"192.0.2.{number}", "tests") for number in range(8)]
    results = all_at_once([lambda client=client: _signed_in(client) for client in clients])  # type: ignore[misc]
    made = [session for session in results if not isinstance(session, Exception)]
    assert len(made) == 8
    assert len(_alive(user)) == 50
    assert {session.session_id for session in made} <= _alive(user)


def test_the_end_of_a_session_wins_over_refreshes_in_flight() -> None:
    for _ in range(5):
        user, session = registered()
        claims = tokens.verify_refresh(grants.issue(session).refresh_token, keys.published())
        results = all_at_once(
            [
                lambda claims=claims: sessions.refresh(claims, HOME),  # type: ignore[misc]
                lambda session=session: sessions.end_all(principal_of(session), HOME),  # type: ignore[misc]
                lambda claims=claims: sessions.refresh(claims, HOME),  # type: ignore[misc]
            ]
        )
        assert all(isinstance(result, UnauthenticatedError | SessionItem | None) for result in results)
        assert not [result for result in results if type(result) is TaskwardError]
        assert not _alive(user)
        with pytest.raises(SessionRevokedError):
            sessions.refresh(claims, HOME)
