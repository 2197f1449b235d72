"""Sign-ins in flight while password, factor or account change, against a database: none gets in by what was before."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from pynamodb.connection import Connection

from taskward.client import Client
from taskward.errors import InvalidCodeError, InvalidCredentialsError, UnauthenticatedError
from taskward.identity import passwords, second_factor, second_step, sessions, sign_in
from taskward.identity.models import Credentials, PasswordChange
from taskward.identity.password_change import change_password
from taskward.identity.session_tables import SessionItem
from taskward.identity.sign_in import SecondFactorNeededError
from tests.conftest import Clock
from tests.support.holdings import delete_account
from tests.support.people import HOME, PASSWORD, principal_of, signed_in
from tests.support.racing import all_at_once
from tests.support.second_factors import App, begun, finish, first_step, turned_on, with_second_factor
from tests.support.ways_in import verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock")

EMAIL = "ada@example.com"


def _alive(user_id: str) -> set[str]:
    return {session.session_id for session in sessions.live(user_id)}


def _new_password(session: SessionItem, _: App) -> None:
    change = PasswordChange(current_password=PASSWORD, new_password="violet bicycle 12")
    change_password(principal_of(session), change, HOME)


def _turned_off(session: SessionItem, app: App) -> None:
    second_factor.turn_off(principal_of(session), PASSWORD, app.recovery_codes[9], HOME)


@pytest.mark.parametrize("change", [lambda session, _: delete_account(session.user_id), _turned_off, _new_password])
def test_what_changes_while_the_code_is_looked_at_counts(
    change: Callable[[SessionItem, App], None], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session, app = with_second_factor(EMAIL, clock)
    token, code = first_step(EMAIL), app.code()
    live = sessions.live

    def changed_meanwhile(user_id: str) -> list[SessionItem]:
        monkeypatch.setattr(sessions, "live", live)
        found = live(user_id)
        change(session, app)
        return found

    monkeypatch.setattr(sessions, "live", changed_meanwhile)
    with pytest.raises(UnauthenticatedError):
        finish(token, code)
    assert _alive(user.user_id) <= {session.session_id}


def test_a_sign_in_that_is_in_flight_when_the_factor_is_turned_on_starts_no_session(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session = verified(EMAIL)
    app, verify = begun(session), passwords.verify_password

    def turned_on_meanwhile(password: str, kept: str | None) -> tuple[bool, str | None]:
        second_factor.confirm(principal_of(session), app.code(), HOME)
        return verify(password, kept)

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "verify_password", turned_on_meanwhile)
        with pytest.raises(InvalidCredentialsError):
            signed_in(EMAIL)
    assert _alive(user.user_id) == {session.session_id}
    first_step(EMAIL)


def test_no_sign_in_without_a_code_is_stored_after_the_factor_was_turned_on(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reads meet at will; writes come one after the other, so that it is known which was first."""
    turn, written = threading.Lock(), list[str]()
    transact = Connection.transact_write_items

    def one_at_a_time(self: Connection, **named: Any) -> Any:
        with turn:
            answer = transact(self, **named)
            written.append(str(named))
            return answer

    monkeypatch.setattr(Connection, "transact_write_items", one_at_a_time)
    refused = 0
    for number in range(4):
        email = f"ada{number}@example.com"
        user, session = verified(email)
        app = begun(session)
        written.clear()

        def enter(client: Client, email: str = email) -> SessionItem:
            return sign_in.sign_in(Credentials(email=email, password=PASSWORD), client)[1]

        def turn_on(session: SessionItem = session, app: App = app) -> None:
            second_factor.confirm(principal_of(session), app.code(), HOME)

        clients = [Client(f"192.0.2.{place}", "tests") for place in range(7)]
        moves: list[Callable[[], object]] = [partial(enter, client) for client in clients]
        results = all_at_once([*moves[:4], turn_on, *moves[4:]])
        in_order = [
            "on" if "second_factor_enabled" in text else "in"
            for text in written
            if "second_factor_enabled" in text or "signed_in" in text
        ]
        made = [result for result in results if isinstance(result, SessionItem)]
        assert in_order == ["in"] * len(made) + ["on"]
        others = [result for result in results if isinstance(result, Exception)]
        assert {type(error) for error in others} <= {InvalidCredentialsError, SecondFactorNeededError}
        refused += len(others)
        assert len(_alive(user.user_id)) == 1 + len(made)
    assert refused, "no sign-in met the change"


def test_the_second_step_of_one_who_has_no_factor_is_never_begun_and_would_lead_nowhere(clock: Clock) -> None:
    user, session = verified(EMAIL)
    signed_in(EMAIL)
    # As if it had been begun; there is no code that would be accepted.
    token = second_step.begin(user)["step_token"]
    for code in ("000000", "", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"):
        with pytest.raises(InvalidCodeError):
            finish(token, code)
    waiting = begun(session)
    with pytest.raises(InvalidCodeError):
        finish(token, waiting.code())
    assert turned_on(session, clock).code()
