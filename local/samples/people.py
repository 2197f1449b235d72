"""People of the sample events in a running stack: registered there, with what proves who they are."""

import base64
import json
import re
import time
import urllib.request
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from local.samples.authenticator import Authenticator
from local.samples.functions import Answer, AnswerError, Functions

SITE = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
"""Where the sample events come from, as far as their functions can see."""

_CODE_SECONDS = 30
_MAIL_SECONDS = 60

Values = dict[str, str]


@dataclass(frozen=True)
class SecondFactor:
    """An authenticator app, and the recovery codes that came with it; none before it was confirmed."""

    secret: bytes
    recovery_codes: list[str]

    def code(self, steps: int = 0) -> str:
        """What the app shows now, or so many times half a minute from now."""
        moment = int(time.time()) + steps * _CODE_SECONDS
        # SHA-1, as all apps have it.
        return TOTP(self.secret, 6, SHA1(), _CODE_SECONDS).generate(moment).decode()


class Person:
    """Somebody who is signed in. What is asked of a function here raises `AnswerError` when it is refused."""

    def __init__(self, functions: Functions, name: str, registration: str = "register/created") -> None:
        self.functions = functions
        self.email = functions.address(name)
        self.phone = Authenticator(SITE)
        self.values = {"email": self.email}
        self.take_grant(functions.ask(registration, {}))

    def take_grant(self, answer: Answer) -> None:
        """Be signed in by an answer from now on."""
        grant = answer.json()
        refresh_token = grant.get("refresh_token")
        if refresh_token is None:
            refresh_token = next(iter(SimpleCookie(answer.headers["set-cookie"]).values())).value
        self.values |= {"access_token": grant["access_token"], "refresh_token": refresh_token}
        self.values |= self.authorized(grant["access_token"])

    def authorized(self, token: str) -> Values:
        """What the authorizer tells a function of whoever sends a token."""
        name = "authorizer/allow"
        decision = self.functions.call(name, self.functions.event(name, {"access_token": token}))
        context: Values = decision["context"]
        if "user_id" not in context:
            raise AnswerError(f"{name} was refused: {json.dumps(context)}")
        return context

    def ask(self, name: str, body: Any = None, **values: str) -> Answer:
        """The answer to a sample event of this person."""
        return self.functions.ask(name, self.values | values, body)

    # --- Mail --------------------------------------------------------------------------------------------------------

    def mailed(self, kind: str) -> None:
        """Have the worker send a mail of this kind, by the event that it has for it."""
        name = f"worker/{kind}"
        # It gives no message back that was understood.
        self.functions.call(name, self.functions.event(name, self.values | {"receipt_handle": "taken"}))

    def link(self, page: str) -> str:
        """The token of the newest link to a page that was mailed to anybody of this name, once there is one."""
        deadline = time.monotonic() + _MAIL_SECONDS
        address = f"{self.functions.stack.emulator.endpoint}/_ministack/ses/messages"
        while time.monotonic() < deadline:
            with urllib.request.urlopen(address) as answer:
                accounts = json.load(answer)["messages"]
            mails = sorted((mail for account in accounts.values() for mail in account), key=lambda m: m["Timestamp"])
            ours = [mail for mail in mails if mail["To"][0] in (self.email, self.functions.address("ann.of.arden"))]
            if tokens := re.findall(rf"/{page}#token=([\w=-]+)", "\n".join(mail["BodyText"] for mail in ours)):
                return str(tokens[-1])
            time.sleep(0.2)
        raise AnswerError(f"no mail came to {self.email} with a link to {page}")

    def verify(self) -> None:
        """Verify the address."""
        self.mailed("verification")
        self.functions.ask("recovery/verify", {"verification_token": self.link("verify-email")})

    # --- The second factor -------------------------------------------------------------------------------------------

    def begin_second_factor(self) -> SecondFactor:
        """Set up an app, which waits for its first code."""
        return SecondFactor(base64.b32decode(self.ask("factors/begin_second_factor").json()["secret"]), [])

    def add_second_factor(self) -> SecondFactor:
        """Turn the second factor on; the next code of the app was not used yet."""
        app = self.begin_second_factor()
        confirmed = self.ask("factors/confirm_second_factor", code=app.code()).json()
        return SecondFactor(app.secret, confirmed["recovery_codes"])

    def first_step(self) -> str:
        """The token that somebody with a second factor gets for the password."""
        return str(self.ask("login/ok").json()["step_token"])

    # --- Passkeys: each step with what an authenticator makes of it --------------------------------------------------

    def new_passkey(self) -> Values:
        """What a new passkey is added with."""
        begun = self.ask("factors/passkey_options").json()
        return _step(begun, self.phone.create(begun["options"]))

    def add_passkey(self) -> str:
        """Add a passkey; its id."""
        return str(self.ask("factors/add_passkey", **self.new_passkey()).json()["id"])

    def passkey_sign_in(self) -> Values:
        """What one signs in with by a passkey."""
        begun = self.ask("login/passkey_options").json()
        return _step(begun, self.phone.get(begun["options"]))

    def passkey_proof(self) -> Values:
        """What one proves with, by a passkey, who one is."""
        begun = self.ask("factors/reauthentication_options").json()
        return _step(begun, self.phone.get(begun["options"]))

    # --- Personal access tokens --------------------------------------------------------------------------------------

    def add_token(self, *scopes: str) -> Values:
        """Make a personal access token; the token and its id."""
        body = {"name": "A program", "scopes": scopes, "expires_in_days": 30}
        made = self.ask("factors/create_token", body).json()
        return {"personal_access_token": made["token"], "token_id": made["id"]}


def _step(begun: Any, credential: Any) -> Values:
    return {"step_token": begun["step_token"], "credential": json.dumps(credential)}
