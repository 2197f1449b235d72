"""Sessions against a database: rotation, races, the grace, reuse, and ends that win."""

from collections.abc import Callable

import pytest

from taskward.errors import SessionRevokedError, TokenReusedError, UnauthenticatedError
from taskward.identity import grants, keys, principals, sessions, tokens
from taskward.identity.session_tables import SessionItem
from taskward.identity.tokens import RefreshClaims
from tests.conftest import Clock
from tests.support.people import ELSEWHERE, HOME, registered
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")


def _claims(session: SessionItem) -> RefreshClaims:
    return tokens.verify_refresh(grants.issue(session).refresh_token, keys.published())


def _started() -> tuple[SessionItem, RefreshClaims]:
    session = registered()[1]
    return session, _claims(session)


def _stored(session: SessionItem) -> SessionItem:
    return SessionItem.get(session.user_id, session.session_id, consistent_read=True)


def _is_over(session: SessionItem) -> bool:
    try:
        principals.live_session(session.user_id, session.session_id)
    except SessionRevokedError:
        return True
    return False


def test_a_refresh_moves_the_session_on_by_one_generation() -> None:
    session, claims = _started()
    renewed = sessions.refresh(claims, HOME)
    assert (session.generation, renewed.generation) == (1, 2)
    assert sessions.refresh(_claims(renewed), HOME).generation == 3


def test_twenty_refreshes_at_once_with_one_token_all_succeed_and_move_one_generation() -> None:
    session, claims = _started()
    results = all_at_once([lambda: sessions.refresh(claims, HOME)] * 20)
    assert [getattr(result, "generation", result) for result in results] == [2] * 20
    assert _stored(session).generation == 2
    assert sessions.refresh(_claims(_stored(session)), HOME).generation == 3


def test_within_the_grace_the_last_token_is_answered_with_the_current_generation(clock: Clock) -> None:
    session, claims = _started()
    sessions.refresh(claims, HOME)
    clock.advance(seconds=30)
    assert sessions.refresh(claims, HOME).generation == 2
    assert _stored(session).generation == 2


def test_after_the_grace_the_last_token_ends_the_session(clock: Clock) -> None:
    session, claims = _started()
    renewed = sessions.refresh(claims, HOME)
    clock.advance(seconds=31)
    with pytest.raises(TokenReusedError):
        sessions.refresh(claims, HOME)
    assert _is_over(session)
    with pytest.raises(SessionRevokedError):
        sessions.refresh(_claims(renewed), HOME)


def test_a_token_two_generations_old_ends_the_session_even_within_the_grace() -> None:
    session, claims = _started()
    renewed = sessions.refresh(_claims(sessions.refresh(claims, HOME)), HOME)
    with pytest.raises(TokenReusedError):
        sessions.refresh(claims, HOME)
    assert _is_over(session)
    with pytest.raises(SessionRevokedError):
        sessions.refresh(_claims(renewed), HOME)


def test_a_token_of_a_later_generation_than_the_store_s_is_refused_and_ends_nothing() -> None:
    session, claims = _started()
    ahead = RefreshClaims(claims.user_id, claims.session_id, 7, claims.session_ends_at)
    with pytest.raises(UnauthenticatedError):
        sessions.refresh(ahead, HOME)
    assert not _is_over(session)


def test_an_end_wins_over_a_refresh_in_flight() -> None:
    for _ in range(5):
        session, claims = _started()
        moves: list[Callable[[], object]] = [lambda claims=claims: sessions.refresh(claims, HOME)] * 4  # type: ignore[misc]
        moves.insert(2, lambda session=session: sessions.end(session.user_id, session.session_id, HOME, "signed_out"))  # type: ignore[misc]
        all_at_once(moves)
        assert _is_over(session)
        with pytest.raises(SessionRevokedError):
            sessions.refresh(claims, HOME)
        assert _is_over(session)


def test_a_session_ends_after_its_idle_time_unless_it_is_refreshed(clock: Clock) -> None:
    session, claims = _started()
    clock.advance(days=6)
    renewed = _claims(sessions.refresh(claims, HOME))
    clock.advance(days=6)
    assert not _is_over(session)
    clock.advance(days=1)
    assert _is_over(session)
    with pytest.raises(SessionRevokedError):
        sessions.refresh(renewed, HOME)


def test_a_session_ends_for_good_however_often_it_is_refreshed(clock: Clock) -> None:
    session, claims = _started()
    for _ in range(5):
        clock.advance(days=5)
        claims = _claims(sessions.refresh(claims, HOME))
    assert _stored(session).expires_at == session.ends_at
    clock.advance(days=5)
    assert _is_over(session)
    with pytest.raises(SessionRevokedError):
        sessions.refresh(claims, HOME)


def test_a_refresh_after_an_end_does_not_bring_the_item_back() -> None:
    session, claims = _started()
    sessions.end(session.user_id, session.session_id, HOME, "signed_out")
    with pytest.raises(SessionRevokedError):
        sessions.refresh(claims, HOME)
    with pytest.raises(SessionItem.DoesNotExist):
        _stored(session)


def test_ending_twice_is_no_error() -> None:
    session, _ = _started()
    sessions.end(session.user_id, session.session_id, HOME, "signed_out")
    sessions.end(session.user_id, session.session_id, HOME, "signed_out")


def test_a_grace_answer_to_another_address_is_recorded_once_a_generation() -> None:
    session, claims = _started()
    sessions.refresh(claims, HOME)
    for _ in range(5):
        assert sessions.refresh(claims, ELSEWHERE).generation == 2
    assert (_stored(session).foreign_generation, _stored(session).foreign_streak) == (2, 1)


def test_a_thief_riding_the_grace_for_three_generations_ends_the_session() -> None:
    session, claims = _started()
    for generation in (2, 3):
        renewed = _claims(sessions.refresh(claims, HOME))
        assert sessions.refresh(claims, ELSEWHERE).generation == generation
        claims = renewed
    sessions.refresh(claims, HOME)
    with pytest.raises(TokenReusedError):
        sessions.refresh(claims, ELSEWHERE)
    assert _is_over(session)


def test_a_generation_without_a_foreign_answer_breaks_the_streak() -> None:
    session, claims = _started()
    for foreign in (True, True, False, True, True):
        renewed = _claims(sessions.refresh(claims, HOME))
        if foreign:
            sessions.refresh(claims, ELSEWHERE)
        claims = renewed
    assert not _is_over(session)
    assert _stored(session).foreign_streak == 2


def test_the_authorizer_s_check_refuses_a_session_of_another_user() -> None:
    mine, _ = _started()
    theirs, _ = _started()
    with pytest.raises(SessionRevokedError):
        principals.live_session(mine.user_id, theirs.session_id)
