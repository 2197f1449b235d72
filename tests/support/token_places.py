"""Everywhere that takes a signed token: how it is shown there, and what a refusal is like."""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from functions.authorizer import app as authorizer
from local.samples.authenticator import Authenticator
from taskward.api import MAX_BODY_BYTES
from taskward.identity import tokens
from tests.conftest import Clock
from tests.support import second_factors
from tests.support.events import Context
from tests.support.forgeries import Forgery
from tests.support.gateway import Gateway
from tests.support.people import PASSWORD
from tests.support.sample_events import Answer
from tests.support.ways_in import verified

COOKIE: Final = "__Host-taskward_refresh"

_SITE: Final = "https://abc123.execute-api.us-east-1.amazonaws.com"
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

_addresses = itertools.count(1)


@dataclass
class Holder:
    """Somebody with all kinds of tokens, and with what is needed beside them."""

    gateway: Gateway
    email: str
    app: second_factors.App
    passkey: Authenticator
    grant: dict[str, Any] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, *, signed_in: bool = False, **headers: str) -> Answer:
        """Each from an address of its own, so that nobody has to wait; names of headers with `_` for `-`."""
        number = next(_addresses)
        return self.gateway.ask(
            method,
            path,
            body,
            token=self.grant["access_token"] if signed_in else None,
            headers=[(name.replace("_", "-"), value) for name, value in headers.items()],
            source_ip=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        )

    def sign_in(self) -> None:
        """Begin another session."""
        step = self.ask("POST", "/auth/login/passkey/options").json()
        proof = {"step_token": step["step_token"], "credential": self.passkey.get(step["options"])}
        self.grant = self.ask("POST", "/auth/login/passkey", proof).json()


def holder(email: str, clock: Clock) -> Holder:
    """A new user with a passkey and a second factor, signed in."""
    _, session = verified(email)
    app = second_factors.App(b"", [])
    found = Holder(Gateway(), email, app, Authenticator(_SITE))
    found.grant = found.ask("POST", "/auth/login", {"email": email, "password": PASSWORD}).json()
    new = found.ask("POST", "/account/passkeys/options", signed_in=True).json()
    made = {"step_token": new["step_token"], "credential": found.passkey.create(new["options"]), "name": "Phone"}
    assert found.ask("POST", "/account/passkeys", made, signed_in=True).status == 201
    found.app = second_factors.turned_on(session, clock)
    found.sign_in()
    return found


@dataclass(frozen=True)
class Refused:
    """How a token was refused: a status, and a code; none where signing out is never refused."""

    status: int
    code: str | None


@dataclass(frozen=True)
class Place:
    """Somewhere that takes a token.

    Parameters
    ----------
    token: a genuine one, new each time.
    show: gives a token there; what came of it.
    works: shows a genuine token, and asserts that it is taken.
    requests: what a token that is forged may ask of the database before it is refused.
    in_header: whether it comes in a header, in which white space around it is none of its own.
    """

    name: str
    token: Callable[[Holder], str]
    show: Callable[[Holder, str], Refused]
    works: Callable[[Holder, str], None]
    status: int = 401
    requests: Sequence[str] = ()
    in_header: bool = False
    longest: int | None = None

    def refusal(self, forgery: Forgery) -> Refused:
        """How a forgery has to be refused here."""
        if self.status == 204:
            return Refused(204, None)
        if not self.in_header and len(forgery.text) > MAX_BODY_BYTES:
            return Refused(413, "too_large")
        if self.longest is not None and not _is_text(forgery.text, self.longest):
            return Refused(422, "invalid_request")
        if self.status == 403:
            # Who shows it is signed in by another, good one.
            return Refused(403, "wrong_passkey")
        if self.name == "the gateway" and not _COMPACT.fullmatch(forgery.text):
            return Refused(401, "authentication_required")
        return Refused(self.status, forgery.code)

    def asked_of_database(self, refusal: Refused) -> Sequence[str]:
        """What a refusal may ask for: what is too large to be looked at is not counted."""
        return () if refusal.status == 413 and self.requests == _COUNTS else self.requests


def _is_text(text: str, longest: int) -> bool:
    return 1 <= len(text) <= longest and not re.search("[\ud800-\udfff]", text)


def _told(answer: Answer) -> Refused:
    if answer.status == 401:
        assert answer.header("www-authenticate") in ("Bearer", 'Bearer error="invalid_token"')
    return Refused(answer.status, answer.json()["code"] if answer.text else None)


def _to_authorizer(_: Holder, text: str) -> Refused:
    decision = authorizer.handler({"authorizationToken": f"Bearer {text}", "methodArn": "arn"}, Context())
    (statement,) = decision["policyDocument"]["Statement"]
    assert statement["Effect"] == "Deny", decision
    assert text not in str(decision) or len(text) < 5
    return Refused(401, decision["context"]["code"])


def _shown(answer: Answer, text: str) -> Refused:
    assert len(text) < 5 or text not in answer.text
    return _told(answer)


def _posted(path: str, member: str, *, signed_in: bool = False, **beside: Any) -> Callable[[Holder, str], Refused]:
    def show(holder: Holder, text: str) -> Refused:
        return _shown(holder.ask("POST", path, {member: text, **beside}, signed_in=signed_in), text)

    return show


def _in_header(method: str, path: str) -> Callable[[Holder, str], Refused]:
    return lambda holder, text: _shown(holder.ask(method, path, Authorization=f"Bearer {text}"), text)


def _in_cookie(path: str) -> Callable[[Holder, str], Refused]:
    def show(holder: Holder, text: str) -> Refused:
        return _shown(holder.ask("POST", path, Cookie=f"a=b; {COOKIE}={text}", X_Taskward_Client="web"), text)

    return show


def _reads_tasks(holder: Holder, text: str) -> None:
    assert holder.ask("GET", "/tasks", Authorization=f"Bearer {text}").status == 200


def _refreshes(holder: Holder, text: str) -> None:
    assert holder.ask("POST", "/auth/refresh", {"refresh_token": text}).status == 200


def _refreshes_by_cookie(holder: Holder, text: str) -> None:
    answer = holder.ask("POST", "/auth/refresh", Cookie=f"{COOKIE}={text}", X_Taskward_Client="web")
    assert (answer.status, answer.cookie().key) == (200, COOKIE)


def _signs_out(**how: Any) -> Callable[[Holder, str], None]:
    def works(holder: Holder, text: str) -> None:
        _reads_tasks(holder, holder.grant["access_token"])
        headers = {name: value.format(text) for name, value in how.items()}
        body = {"refresh_token": text} if not headers else None
        assert holder.ask("POST", "/auth/logout", body, **headers).status == 204
        assert holder.ask("GET", "/tasks", signed_in=True).json()["code"] == "session_revoked"
        holder.sign_in()

    return works


def _first_step(holder: Holder) -> str:
    answer = holder.ask("POST", "/auth/login", {"email": holder.email, "password": PASSWORD})
    assert answer.status == 202, answer.text
    return str(answer.json()["step_token"])


def _second_step(holder: Holder, text: str) -> None:
    assert (
        holder.ask("POST", "/auth/login/second-factor", {"step_token": text, "code": holder.app.code()}).status == 200
    )


def _ceremony(
    options: str, finish: str, *, signed_in: bool, status: int, **beside: str
) -> tuple[Callable[[Holder], str], Callable[[Holder, str], None]]:
    """How the token of a passkey's step is had, and used."""
    begun: dict[str, Any] = {}

    def token(holder: Holder) -> str:
        step = holder.ask("POST", options, signed_in=signed_in).json()
        begun[step["step_token"]] = step["options"]
        return str(step["step_token"])

    def works(holder: Holder, text: str) -> None:
        make = Authenticator(_SITE).create if "user" in begun[text] else holder.passkey.get
        body = {"step_token": text, "credential": make(begun[text]), **beside}
        assert holder.ask("POST", finish, body, signed_in=signed_in).status == status

    return token, works


def _access(holder: Holder) -> str:
    return str(holder.grant["access_token"])


def _refresh(holder: Holder) -> str:
    return str(holder.grant["refresh_token"])


_SIGN_IN = _ceremony("/auth/login/passkey/options", "/auth/login/passkey", signed_in=False, status=200)
_PROOF = _ceremony("/auth/reauthenticate/options", "/auth/reauthenticate", signed_in=True, status=204)
_NEW = _ceremony("/account/passkeys/options", "/account/passkeys", signed_in=True, status=201, name="Another")
_COUNTS: Final = ("UpdateItem",)
"""A refusal of a refresh token is counted, by network."""
_SESSION: Final = ("GetItem",)
"""Of the token that who shows the other one is signed in by."""

PLACES: Final = (
    Place("the authorizer", _access, _to_authorizer, _reads_tasks, in_header=True),
    Place("the gateway", _access, _in_header("GET", "/tasks"), _reads_tasks, in_header=True),
    Place("a refresh", _refresh, _posted("/auth/refresh", "refresh_token"), _refreshes, requests=_COUNTS),
    Place(
        "a refresh by cookie",
        _refresh,
        _in_cookie("/auth/refresh"),
        _refreshes_by_cookie,
        requests=_COUNTS,
        in_header=True,
    ),
    Place("signing out", _refresh, _posted("/auth/logout", "refresh_token"), _signs_out(), 204),
    Place(
        "signing out by header",
        _access,
        _in_header("POST", "/auth/logout"),
        _signs_out(Authorization="Bearer {}"),
        204,
        in_header=True,
    ),
    Place(
        "signing out by cookie",
        _refresh,
        _in_cookie("/auth/logout"),
        _signs_out(Cookie=COOKIE + "={}"),
        204,
        in_header=True,
    ),
    Place(
        "the second step",
        _first_step,
        _posted("/auth/login/second-factor", "step_token", code="000000"),
        _second_step,
        longest=tokens.MAX_LENGTH,
    ),
    Place(
        "signing in by passkey",
        _SIGN_IN[0],
        _posted("/auth/login/passkey", "step_token", credential={}),
        _SIGN_IN[1],
        longest=tokens.MAX_LENGTH,
    ),
    Place(
        "a proof by passkey",
        _PROOF[0],
        _posted("/auth/reauthenticate", "step_token", signed_in=True, credential={}),
        _PROOF[1],
        403,
        _SESSION,
        longest=tokens.MAX_LENGTH,
    ),
    Place(
        "a new passkey",
        _NEW[0],
        _posted("/account/passkeys", "step_token", signed_in=True, credential={}, name="Phone"),
        _NEW[1],
        403,
        _SESSION,
        longest=tokens.MAX_LENGTH,
    ),
)
