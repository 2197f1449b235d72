"""What proves who somebody is, for the users of sample events: had through the functions, as a browser would."""

import base64
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from local.samples.authenticator import Authenticator
from taskward import clock
from taskward.identity import totp
from tests.conftest import Clock
from tests.support import aws
from tests.support.sample_events import ask, ask_with, authorized, send_mail

SITE = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
"""Where people use the service that sample events come from, but for those through a proxy."""

PASSWORD = "a quiet river at dawn"
"""Of whom `register/created` registers."""

Values = dict[str, str]


# --- Links in mails --------------------------------------------------------------------------------------------------


def link(page: str) -> str:
    """The token of the newest link to a page of the site, once all mail that waits was sent, delayed or not."""
    aws.hasten("MAIL_QUEUE")
    send_mail()
    found = re.findall(rf"^\S+/{page}#token=(\S+)$", "\n".join(mail.text for mail in aws.mailed()), re.MULTILINE)
    return str(found[-1])


def verify(values: Values) -> Values:
    """The same values, of somebody whose address is verified now."""
    assert ask("recovery/verify", verification_token=link("verify-email")).status == 204
    return values


def change_link(values: Values) -> str:
    """Ask for another address; the token of the link that confirms it."""
    assert ask("account/change_email", **values).status == 204
    return link("confirm-email")


def change_address(values: Values) -> str:
    """Change the address to another one; the token of the way back."""
    assert ask("recovery/confirm", change_token=change_link(values)).status == 204
    return link("restore-email")


# --- The second factor -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SecondFactor:
    """An authenticator app that shares a secret with the service, and the recovery codes that came with it."""

    secret: bytes
    recovery_codes: list[str]

    def code(self, seconds: int = 0) -> str:
        """What the app shows, now or in so many seconds."""
        return totp.code_at(self.secret, clock.epoch() + seconds)


def begin_second_factor(values: Values) -> SecondFactor:
    """Set up an app; it waits for its first code."""
    begun = ask("factors/begin_second_factor", **values)
    assert begun.status == 200, begun.text
    return SecondFactor(base64.b32decode(begun.json()["secret"]), [])


def add_second_factor(values: Values, clock: Clock) -> SecondFactor:
    """Turn the second factor on; time moves on, so that the app shows a code that was not used."""
    app = begin_second_factor(values)
    confirmed = ask("factors/confirm_second_factor", **values, code=app.code())
    assert confirmed.status == 200, confirmed.text
    clock.advance(seconds=totp.STEP_SECONDS)
    return replace(app, recovery_codes=confirmed.json()["recovery_codes"])


def first_step() -> str:
    """The token that somebody with a second factor gets for the password."""
    answer = ask("login/ok")
    assert answer.status == 202, answer.text
    return str(answer.json()["step_token"])


# --- Passkeys --------------------------------------------------------------------------------------------------------


def authenticator(**settings: Any) -> Authenticator:
    """An authenticator in a browser at the service's site."""
    return Authenticator(SITE, **settings)


def made_passkey(values: Values, authenticator: Authenticator) -> Values:
    """The values that a new passkey is added with, made by an authenticator."""
    begun = ask("factors/passkey_options", **values)
    assert begun.status == 200, begun.text
    return _step(begun.json(), authenticator.create(begun.json()["options"]))


def add_passkey(values: Values, authenticator: Authenticator) -> str:
    """Make a passkey and add it; its id."""
    answer = ask("factors/add_passkey", **values, **made_passkey(values, authenticator))
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


def passkey_sign_in(authenticator: Authenticator) -> Values:
    """The values that somebody signs in with by a passkey."""
    begun = ask("login/passkey_options").json()
    return _step(begun, authenticator.get(begun["options"]))


def passkey_proof(values: Values, authenticator: Authenticator) -> Values:
    """The values that somebody who is signed in proves with, by a passkey, who they are."""
    begun = ask("factors/reauthentication_options", **values).json()
    return _step(begun, authenticator.get(begun["options"]))


def _step(begun: Any, credential: Any) -> Values:
    return {"step_token": begun["step_token"], "credential": json.dumps(credential)}


# --- Personal access tokens ------------------------------------------------------------------------------------------


def add_token(values: Values, *scopes: str) -> Values:
    """Make a personal access token for these scopes; the values that events with it are filled with, and its id."""
    body = {"name": "A program", "scopes": scopes, "expires_in_days": 30}
    answer = ask_with(body, "factors/create_token", **values)
    assert answer.status == 201, answer.text
    made = answer.json()
    return {"personal_access_token": made["token"], "token_id": made["id"]}


# --- A proof once more -----------------------------------------------------------------------------------------------


def reauthenticate(values: Values, **proof: str) -> Values:
    """The same values, of somebody who has just proved again who they are; by the password, and a code if given one."""
    name = "factors/reauthenticate_with_code" if "code" in proof else "factors/reauthenticate"
    answer = ask(name, **values, **proof)
    assert answer.status == 204, answer.text
    return values | authorized(values["access_token"])
