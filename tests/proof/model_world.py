"""The service that the model test asks, and whom what belongs to: nobody is shown anything of anybody else."""

import re
from collections import Counter
from datetime import datetime
from itertools import count
from typing import Any, Final

from tests.conftest import Clock
from tests.proof.model_accounts import Account, Token
from tests.proof.model_tasks import RefusedError
from tests.support.gateway import Gateway, Headers
from tests.support.sample_events import Answer

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TEXT: Final = re.compile(r"marker\d+x|[a-z]+-\d+@example\.com")
_REQUEST_ID: Final = re.compile(r'"request_id":\s*"[^"]*"')
_READS: Final = ("/tasks", "/auth/session", "/auth/sessions", "/account", "/tasks/changes")

_worlds = count(1)
_markers = count(1)


class World:
    """All that happens in one run of the model. Users and networks of one run are never met in another one."""

    def __init__(self, clock: Clock, start: datetime, done: Counter[str]) -> None:
        clock.moment = start
        self.clock, self.done = clock, done
        self.number = next(_worlds)
        self.accounts: list[Account] = []
        self.tokens: list[Token] = []
        self._gateway = Gateway()
        self._owners: dict[str, set[Account]] = {}
        self._strangers = count()

    @property
    def now(self) -> datetime:
        """The time of the service."""
        return self.clock.moment

    def address(self, number: int) -> str:
        """An address, one of 256 that no other run comes from."""
        return f"10.{self.number >> 8}.{self.number & 255}.{number}"

    def strangers_address(self) -> str:
        """One that nobody came from for a while."""
        return self.address(100 + next(self._strangers) % 150)

    def new_account(self, email: str) -> Account:
        """An account that is to be registered."""
        account = Account(f"marker{next(_markers)}x", email, "tangerine umbrella 7")
        self.belongs(account.marker, account)
        self.belongs(email, account)
        return account

    def belongs(self, text: str, account: Account) -> None:
        """Note whose an id or another text is: it is shown to nobody else. Two can have chosen the same id."""
        self._owners.setdefault(text, set()).add(account)

    def is_of(self, text: str, account: Account) -> bool:
        """Whether an id is this account's, too."""
        return account in self._owners.get(text, ())

    def ask(
        self,
        account: Account | None,
        method: str,
        target: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Headers = (),
        address: str,
    ) -> Answer:
        """The answer that the owner of an account gets; somebody without one when that is None."""
        answer = self._gateway.ask(method, target, body, token=token, headers=headers, source_ip=address)
        assert not self._gateway.crashes, self._gateway.crashes
        self.done["requests"] += 1
        self.check_own(account, f"{answer.text}{answer.headers}")
        return answer

    def check_own(self, account: Account | None, text: str) -> None:
        """Assert that a text says nothing of anybody but its reader. Ids that are new here are the reader's own."""
        for found in (*_TEXT.findall(text), *_UUID.findall(text)):
            assert account in self._owners.get(found, {account}), f"{found} is somebody else's: {text}"

    def check_gone(self, account: Account, text: str) -> None:
        """Assert that a text says nothing of an account, but what its owner has in a new one as well."""
        for found in {*_TEXT.findall(text), *_UUID.findall(text)}:
            assert self._owners.get(found) != {account}, f"{found} is left"

    def try_token(self, token: Token) -> None:
        """Use a token, whatever became of it: an access token to read something, a refresh token only if it is over."""
        refusal, address = token.refusal(self.now), self.strangers_address()
        if token.kind == "access":
            target = _READS[self.done["tokens tried"] % len(_READS)]
            answer = self.ask(token.session.account, "GET", target, token=token.text, address=address)
        elif refusal:
            body = {"refresh_token": token.text}
            answer = self.ask(token.session.account, "POST", "/auth/refresh", body, address=address)
        else:
            return
        self.done["tokens tried"] += 1
        self.done["ended tokens tried"] += refusal is not None
        expect(answer, *((401, refusal) if refusal else (200,)))


def expect(answer: Answer, status: int, code: str | None = None) -> Answer:
    """The answer, which must have this status and, for a refusal, this code."""
    found = answer.json()["code"] if answer.status >= 400 else None
    assert (answer.status, found) == (status, code), answer.text
    return answer


def refused(answer: Answer, refusal: RefusedError) -> Answer:
    """The answer, which must be this refusal."""
    return expect(answer, refusal.status, refusal.code)


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are the same, byte for byte, but for the ids of their requests."""
    bodies = [_REQUEST_ID.sub("", answer.text) for answer in (one, other)]
    return (one.status, one.headers, bodies[0]) == (other.status, other.headers, bodies[1])
