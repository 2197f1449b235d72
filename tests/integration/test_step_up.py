"""What asks for a recent authentication, of every route that there is, and works once it was given."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import Clock
from tests.integration.test_token_scopes import ROUTES, Route, events_of, filled
from tests.support.factors import (
    SecondFactor,
    Values,
    add_passkey,
    add_second_factor,
    add_token,
    authenticator,
    begin_second_factor,
    made_passkey,
    reauthenticate,
    verify,
)
from tests.support.sample_events import (
    Case,
    answer_to,
    ask,
    authorized,
    check,
    placeholders,
    signed_in,
    signed_up,
    stored,
)

RECENT_SECONDS = 600

Prepared = tuple[Values, SecondFactor | None]


# What there may be besides a session: values for an event, and an app that is in use or being set up.


def nothing(_: Values, __: Clock) -> Prepared:
    return {}, None


def a_passkey(ann: Values, _: Clock) -> Prepared:
    return {"passkey_id": add_passkey(ann, authenticator())}, None


def a_made_passkey(ann: Values, _: Clock) -> Prepared:
    return made_passkey(ann, authenticator()), None


def a_token(ann: Values, _: Clock) -> Prepared:
    return add_token(ann, "tasks:read"), None


def an_enrolment(ann: Values, _: Clock) -> Prepared:
    return {}, begin_second_factor(ann)


def a_second_factor(ann: Values, clock: Clock) -> Prepared:
    return {}, add_second_factor(ann, clock)


# What each of these needs besides a session. Each succeeds with that, and a recent authentication.
STEP_UP: dict[str, Callable[[Values, Clock], Prepared]] = {
    "account/change_password": nothing,
    "account/remove_password": a_passkey,
    "account/change_email": nothing,
    "account/delete": nothing,
    "factors/begin_second_factor": nothing,
    "factors/confirm_second_factor": an_enrolment,
    "factors/renew_recovery_codes": a_second_factor,
    "factors/turn_second_factor_off": a_second_factor,
    "factors/passkey_options": nothing,
    "factors/add_passkey": a_made_passkey,
    "factors/remove_passkey": a_passkey,
    "factors/create_token": nothing,
    "factors/revoke_token": a_token,
    "sessions/end": nothing,
    "sessions/end_all": nothing,
    "sessions/end_others": nothing,
}
CASES = {name: Case(403, "reauthentication_required") for name in STEP_UP}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who signed in some minutes ago, twice, and whose address is verified."""
    ann, other = verify(signed_up()), signed_in()
    clock.advance(seconds=RECENT_SECONDS - 200)
    return ann | {"other_session_id": other["session_id"]}


def route_of(name: str) -> Route:
    """The route of an event."""
    event = filled(name, {})
    return event["httpMethod"], event["resource"]


def wait_until(ann: Values, clock: Clock, seconds: int) -> None:
    """Move the clock to so many seconds after the authentication."""
    clock.moment = datetime.fromtimestamp(int(ann["authenticated_at"]) + seconds, UTC)


def kept() -> list[Any]:
    """Everything that is stored."""
    return [stored(table) for table in ("users", "sessions", "tasks")]


def asked(name: str, values: Values, app: SecondFactor | None) -> Any:
    """The answer to an event, through the authorizer, with a code of this moment where it takes one."""
    if app and "code" in placeholders(name):
        values = values | {"code": app.code()}
    return ask(name, **values | authorized(values["access_token"]))


@pytest.mark.parametrize("name", STEP_UP)
def test_an_authentication_of_ten_minutes_ago_is_not_enough_and_works_once_it_is_repeated(
    name: str, ann: Values, clock: Clock
) -> None:
    more, app = STEP_UP[name](ann, clock)
    values = ann | more
    wait_until(ann, clock, RECENT_SECONDS + 1)
    before = kept()
    check(name, CASES[name], asked(name, values, app))
    assert kept() == before
    if app and name != "factors/confirm_second_factor":
        reauthenticate(values, code=app.code())
        # The app shows another code than the one that was just used up.
        clock.advance(seconds=30)
    else:
        reauthenticate(values)
    answer = asked(name, values, app)
    assert 200 <= answer.status < 300, answer.text


@pytest.mark.parametrize("name", STEP_UP)
def test_an_authentication_is_recent_for_ten_minutes(name: str, ann: Values, clock: Clock) -> None:
    more, app = STEP_UP[name](ann, clock)
    values = ann | more
    wait_until(ann, clock, RECENT_SECONDS)
    answer = asked(name, values, app)
    assert 200 <= answer.status < 300, answer.text


def test_ones_own_session_is_ended_at_any_time(ann: Values, clock: Clock) -> None:
    wait_until(ann, clock, 800)
    assert asked("sessions/end_current", ann, None).status == 204


@pytest.mark.parametrize("route", sorted(set(ROUTES) - {route_of(name) for name in STEP_UP}), ids=" ".join)
def test_no_other_route_asks_for_a_recent_authentication(route: Route, ann: Values, clock: Clock) -> None:
    wait_until(ann, clock, 800)
    name = events_of(route)[0]
    answer = answer_to(name, filled(name, ann | {"credential": "{}", "task_id": "none", "token_id": "none"}))
    assert "reauthentication_required" not in answer.text


def test_every_change_of_credentials_factors_tokens_and_other_sessions_is_among_them() -> None:
    changing = {
        route
        for route in ROUTES
        if route[0] in ("POST", "DELETE")
        and route[1].startswith(("/auth/password", "/auth/sessions", "/account"))
        and route != ("POST", "/account/export")
        and route != ("POST", "/account/email/verification")
    }
    assert {route_of(name) for name in STEP_UP} == changing
