"""Second factors for tests: an authenticator app, and sign-in in two steps, through the service's own code."""

import base64
from dataclasses import dataclass

import pytest

from taskward import clock
from taskward.client import Client
from taskward.identity import keys, second_factor, second_step, sign_in, totp
from taskward.identity.factor_tables import SECOND_FACTOR, SecondFactorItem
from taskward.identity.models import Credentials
from taskward.identity.session_tables import SessionItem
from taskward.identity.sign_in import SecondFactorNeededError
from taskward.identity.user_tables import UserItem
from taskward.storage import user_key
from tests.conftest import Clock
from tests.support.people import HOME, PASSWORD, principal_of
from tests.support.ways_in import verified


@dataclass(frozen=True)
class App:
    """An authenticator app that shares a secret with the service, and the recovery codes that came with it."""

    secret: bytes
    recovery_codes: list[str]

    def code(self, steps: int = 0) -> str:
        """What it shows so many steps from now."""
        return totp.code_at(self.secret, clock.epoch() + steps * totp.STEP_SECONDS)

    def wrong_code(self) -> str:
        """Six digits that it does not show about now."""
        shown = {self.code(steps) for steps in range(-2, 3)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in shown)


def begun(session: SessionItem) -> App:
    """An app that was given the secret of an enrolment, which waits for its first code."""
    return App(base64.b32decode(second_factor.begin(principal_of(session))["secret"]), [])


def turned_on(session: SessionItem, clock: Clock) -> App:
    """Turn the second factor on; time moves on by a step, so that the app shows a code that was not used."""
    app = begun(session)
    app = App(app.secret, second_factor.confirm(principal_of(session), app.code(), HOME))
    clock.advance(seconds=totp.STEP_SECONDS)
    return app


def with_second_factor(email: str, clock: Clock) -> tuple[UserItem, SessionItem, App]:
    """A new account with a second factor, its session and its app."""
    user, session = verified(email)
    return user, session, turned_on(session, clock)


def first_step(email: str, password: str = PASSWORD, client: Client = HOME) -> str:
    """Give the password; the token that the second step is taken with."""
    with pytest.raises(SecondFactorNeededError) as needed:
        sign_in.sign_in(Credentials(email=email, password=password), client)
    return str(second_step.begin(needed.value.user)["step_token"])


def finish(token: str, code: str, client: Client = HOME) -> SessionItem:
    """Take the second step; the session."""
    return second_step.finish(token, code, keys.published(), client)[1]


def stored(user_id: str) -> SecondFactorItem | None:
    """The second factor of a user as it is stored now, None when there is none."""
    try:
        return SecondFactorItem.get(user_key(user_id), SECOND_FACTOR, consistent_read=True)
    except SecondFactorItem.DoesNotExist:
        return None
