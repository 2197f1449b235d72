"""Second factors and verified addresses for people of the deployed stack."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass

from taskward.identity import totp
from tests.e2e.conftest import Person


@dataclass(frozen=True)
class Factor:
    """An authenticator app, and the recovery codes that came with it."""

    secret: bytes
    recovery_codes: list[str]

    def code(self) -> str:
        """What the app shows at this moment."""
        return totp.code_at(self.secret, int(time.time()))

    def wrong(self) -> str:
        """What the app shows at no time near this."""
        near = {totp.code_at(self.secret, int(time.time()) + shift) for shift in range(-120, 121, 30)}
        return next(code for code in ("000000", "000001", *map(str, range(100000, 100020))) if code not in near)


def verify(person: Person, inbox: Callable[[str, str], str]) -> None:
    """Follow the link of the first mail."""
    answer = person.client.post("/auth/email/verify", json={"token": inbox(person.email, "verify-email")})
    assert answer.status_code == 204, answer.text


def with_second_factor(person: Person) -> Factor:
    """Turn the second factor on, for somebody whose address is verified."""
    begun = person.request("POST", "/account/second-factor")
    assert begun.status_code == 200, begun.text
    secret = base64.b32decode(begun.json()["secret"])
    code = totp.code_at(secret, int(time.time()))
    confirmed = person.request("POST", "/account/second-factor/confirm", json={"code": code})
    assert confirmed.status_code == 200, confirmed.text
    return Factor(secret, confirmed.json()["recovery_codes"])
