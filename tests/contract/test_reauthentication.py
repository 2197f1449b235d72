"""Authentication once more, against a database: in the same session, by all its factors, and recent for ten minutes."""

from collections.abc import Callable
from typing import Any

import pytest

from taskward.client import Client
from taskward.errors import (
    InvalidRequestError,
    ReauthenticationRequiredError,
    SessionRevokedError,
    TaskwardError,
    TooManyAttemptsError,
    WrongCodeError,
    WrongPasswordError,
)
from taskward.identity import (
    events,
    grants,
    keys,
    password_change,
    principals,
    proofs,
    reauthentication,
    second_factor,
    sessions,
    sign_in,
    tokens,
)
from taskward.identity.factor_tables import SecondFactorItem
from taskward.identity.models import Credentials, Reauthentication
from taskward.identity.session_tables import SessionItem
from taskward.identity.step_up import require_recent
from taskward.principal import Principal
from tests.conftest import Clock
from tests.support.mailbox import SITE
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, signed_in
from tests.support.racing import all_at_once
from tests.support.second_factors import with_second_factor
from tests.support.ways_in import account, add_passkey, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock", "mailbox")

EMAIL = "ada@example.com"


def _prove(
    session: SessionItem, client: Client = HOME, *, password: str | None = PASSWORD, code: str | None = None
) -> None:
    proof = Reauthentication(password=password, code=code)
    proofs.reauthenticate(principal_of(session), proof, keys.published(), SITE, client)


def _stored(session: SessionItem) -> dict[str, Any]:
    row = SessionItem.get(session.user_id, session.session_id, consistent_read=True)
    simple: dict[str, Any] = row.to_simple_dict()
    return simple


def _told(user_id: str, kind: str) -> list[tuple[str | None, str]]:
    found = events.newest_first(user_id, 100, None).events
    return [(event.session_id, event.address) for event in found if event.kind == kind]


# --- The same session ------------------------------------------------------------------------------------------------


def test_it_is_the_same_session_and_all_its_tokens_go_on_working(clock: Clock) -> None:
    user, session = verified(EMAIL)
    grant, before = grants.issue(session), _stored(session)
    clock.advance(minutes=10)
    _prove(session, ELSEWHERE)
    now = int(clock.now().timestamp())
    assert _stored(session) == before | {"authenticated_at": now}
    assert [alive.session_id for alive in sessions.live(user.user_id)] == [session.session_id]
    assert principals.authenticate(grant.access_token) == Principal(user.user_id, session.session_id, now)
    renewed = sessions.refresh(tokens.verify_refresh(grant.refresh_token, keys.published()), HOME)
    assert (renewed.generation, renewed.authenticated_at) == (2, now)
    assert _told(user.user_id, "reauthenticated") == [(session.session_id, ELSEWHERE.address)]
    assert _told(user.user_id, "signed_in") == []


def test_other_sessions_of_the_user_are_not_renewed_by_it(clock: Clock) -> None:
    _, session = verified(EMAIL)
    other = signed_in(EMAIL)
    clock.advance(seconds=601)
    _prove(session)
    require_recent(principal_of(principals.live_session(session.user_id, session.session_id)))
    with pytest.raises(ReauthenticationRequiredError):
        require_recent(principal_of(principals.live_session(other.user_id, other.session_id)))


def test_a_refresh_does_not_count_as_one(clock: Clock) -> None:
    _, session = verified(EMAIL)
    clock.advance(seconds=601)
    claims = tokens.verify_refresh(grants.issue(session).refresh_token, keys.published())
    with pytest.raises(ReauthenticationRequiredError):
        require_recent(principal_of(sessions.refresh(claims, HOME)))


def test_a_session_of_before_there_was_reauthentication_counts_from_its_sign_in(clock: Clock) -> None:
    _, session = verified(EMAIL)
    session.update(actions=[SessionItem.authenticated_at.remove()])
    clock.advance(seconds=600)
    require_recent(principal_of(principals.live_session(session.user_id, session.session_id)))
    clock.advance(seconds=1)
    with pytest.raises(ReauthenticationRequiredError):
        require_recent(principal_of(principals.live_session(session.user_id, session.session_id)))
    _prove(session)
    require_recent(principal_of(principals.live_session(session.user_id, session.session_id)))


def test_a_session_that_has_ended_is_not_revived(clock: Clock) -> None:
    user, session = verified(EMAIL)
    sessions.end(user.user_id, session.session_id, HOME, "signed_out")
    with pytest.raises(SessionRevokedError):
        _prove(session)
    assert not list(SessionItem.query(user.user_id, consistent_read=True))
    assert _told(user.user_id, "reauthenticated") == []


def test_nor_is_one_whose_time_is_over_though_the_table_still_has_it(clock: Clock) -> None:
    user, session = verified(EMAIL)
    clock.advance(days=7)
    before = _stored(session)
    with pytest.raises(SessionRevokedError):
        _prove(session)
    assert _stored(session) == before
    assert not sessions.live(user.user_id)


def test_a_session_that_ends_while_its_user_proves_who_they_are_stays_ended(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session = verified(EMAIL)
    live_session = principals.live_session

    def ended_meanwhile(user_id: str, session_id: str) -> SessionItem:
        monkeypatch.setattr(principals, "live_session", live_session)
        found = live_session(user_id, session_id)
        sessions.end(user_id, session_id, HOME, "signed_out")
        return found

    monkeypatch.setattr(principals, "live_session", ended_meanwhile)
    with pytest.raises(SessionRevokedError):
        _prove(session)
    assert not list(SessionItem.query(user.user_id, consistent_read=True))


def test_the_end_of_a_session_wins_over_proofs_at_once() -> None:
    for _ in range(5):
        user, session = verified()
        moves: list[Callable[[], object]] = [
            lambda session=session: _prove(session),  # type: ignore[misc]
            lambda session=session: sessions.end_all(principal_of(session), HOME),  # type: ignore[misc]
            lambda session=session: _prove(session, ELSEWHERE),  # type: ignore[misc]
        ]
        results = all_at_once(moves)
        assert all(result is None or isinstance(result, SessionRevokedError) for result in results), results
        assert not list(SessionItem.query(user.user_id, consistent_read=True))


def test_a_refresh_and_a_proof_at_once_both_count(clock: Clock) -> None:
    for _ in range(3):
        _, session = verified()
        clock.advance(minutes=5)
        claims = tokens.verify_refresh(grants.issue(session).refresh_token, keys.published())
        results = all_at_once(
            [
                lambda session=session: _prove(session),  # type: ignore[misc]
                lambda claims=claims: sessions.refresh(claims, HOME),  # type: ignore[misc]
            ]
        )
        assert not [result for result in results if isinstance(result, TaskwardError)]
        row = _stored(session)
        assert (row["generation"], row["authenticated_at"]) == (2, int(clock.now().timestamp()))


# --- The proof -------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_no_proof_and_recorded_and_limited(clock: Clock) -> None:
    user, session = verified(EMAIL)
    clock.advance(minutes=11)
    before = _stored(session)
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            _prove(session, ELSEWHERE, password="a wrong password")
    for password in ("a wrong password", PASSWORD):
        with pytest.raises(TooManyAttemptsError):
            _prove(session, ELSEWHERE, password=password)
    # Sign-ins from there are guesses at the same password.
    with pytest.raises(TooManyAttemptsError):
        sign_in.sign_in(Credentials(email=EMAIL, password=PASSWORD), ELSEWHERE)
    assert _stored(session) == before
    assert _told(user.user_id, "password_check_failed") == [(session.session_id, ELSEWHERE.address)] * 5
    assert _told(user.user_id, "reauthenticated") == []
    clock.advance(seconds=1)
    _prove(session, ELSEWHERE)


def test_where_there_is_a_second_factor_it_takes_the_code_as_well(clock: Clock) -> None:
    user, session, app = with_second_factor(EMAIL, clock)
    before = _stored(session)
    clock.advance(minutes=11)
    for code in (None, app.wrong_code(), "x", "ABCD"):
        with pytest.raises(WrongCodeError):
            _prove(session, code=code)
    with pytest.raises(WrongPasswordError):
        _prove(session, password="a wrong password", code=app.code())
    assert _stored(session) == before
    _prove(session, code=app.code())
    assert _stored(session)["authenticated_at"] == int(clock.now().timestamp())
    # Of the code that was not given there is nothing to tell.
    assert _told(user.user_id, "code_check_failed") == [(session.session_id, HOME.address)] * 3


def test_wrong_codes_are_limited_though_each_comes_with_the_right_password(clock: Clock) -> None:
    _, session, app = with_second_factor(EMAIL, clock)
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            _prove(session, ELSEWHERE, code=app.wrong_code())
    for code in (app.wrong_code(), app.code(), app.recovery_codes[0]):
        with pytest.raises(TooManyAttemptsError):
            _prove(session, ELSEWHERE, code=code)
    clock.advance(seconds=1)
    _prove(session, ELSEWHERE, code=app.code())


def test_a_code_is_used_up_by_it_and_a_recovery_code_too(clock: Clock) -> None:
    user, session, app = with_second_factor(EMAIL, clock)
    for code in (app.code(), app.recovery_codes[0]):
        _prove(session, code=code)
        with pytest.raises(WrongCodeError):
            _prove(session, code=code)
    assert second_factor.representation(user.user_id)["recovery_codes_left"] == 9
    assert _told(user.user_id, "recovery_code_used") == [(session.session_id, HOME.address)]


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_of_one_code_used_many_times_at_once_one_counts(kind: str, clock: Clock) -> None:
    user, session, app = with_second_factor(EMAIL, clock)
    clients = [Client(f"192.0.2.{number}", "tests") for number in range(8)]
    code = app.code() if kind == "code" else app.recovery_codes[0]
    results = all_at_once([lambda client=client: _prove(session, client, code=code) for client in clients])  # type: ignore[misc]
    assert results.count(None) == 1
    assert sum(isinstance(result, WrongCodeError) for result in results) == 7
    assert len(_told(user.user_id, "reauthenticated")) == 1


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_a_code_that_is_used_while_it_is_looked_at_is_not_used_again(
    kind: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session, app = with_second_factor(EMAIL, clock)
    code = app.code() if kind == "code" else app.recovery_codes[0]
    confirmed = second_factor._confirmed

    def used_meanwhile(user_id: str) -> SecondFactorItem | None:
        found = confirmed(user_id)
        monkeypatch.setattr(second_factor, "_confirmed", confirmed)
        _prove(session, HOME, code=code)
        return found

    monkeypatch.setattr(second_factor, "_confirmed", used_meanwhile)
    with pytest.raises(WrongCodeError):
        _prove(session, ELSEWHERE, code=code)
    assert _told(user.user_id, "reauthenticated") == [(session.session_id, HOME.address)]


def test_neither_password_nor_passkey_is_no_proof() -> None:
    _, session = verified(EMAIL)
    for request in ({}, {"code": "123456"}, {"step_token": "x"}, {"credential": {"id": "x"}}):
        with pytest.raises(InvalidRequestError):
            proofs.reauthenticate(
                principal_of(session), Reauthentication.model_validate(request), keys.published(), SITE, HOME
            )


def test_an_account_without_a_password_has_none_that_is_right() -> None:
    user, session = verified(EMAIL)
    add_passkey(session)
    password_change.remove_password(principal_of(session), HOME)
    for password in (PASSWORD, ""):
        with pytest.raises(WrongPasswordError):
            _prove(session, password=password)
    # Where the password is asked for on top of a recent authentication, there is nothing to ask for.
    reauthentication.check_password(account(user.user_id), None, HOME, principal_of(session))
