"""What the service promises about accounts, sessions and tokens, in memory and as plainly as it can be said."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from tests.proof.model_tasks import RefusedError, Tasks

ACCESS: Final = timedelta(minutes=15)
GRACE: Final = timedelta(seconds=30)
IDLE: Final = timedelta(days=7)
LIFETIME: Final = timedelta(days=30)
RECENT: Final = timedelta(minutes=10)
STRANGE_ANSWERS: Final = 3
"""Generations in a row of which a second address got an answer within the grace: then it is a thief."""


@dataclass(eq=False)
class Session:
    """What a sign-in starts. Times are as of the last use; `address` is where that came from."""

    id: str
    account: "Account"
    started: datetime
    address: str
    used: datetime = field(init=False)
    authenticated: datetime = field(init=False)
    generation: int = 1
    has_ended: bool = False
    strange_generation: int = 0
    strange_answers: int = 0

    def __post_init__(self) -> None:
        self.used = self.authenticated = self.started

    @property
    def expires(self) -> datetime:
        """When it ends by itself, unless it is used."""
        return min(self.used + IDLE, self.started + LIFETIME)

    def is_live(self, now: datetime) -> bool:
        """Whether its tokens are good."""
        return not self.has_ended and now < self.expires

    def is_recent(self, now: datetime) -> bool:
        """Whether its user has proved lately who they are."""
        return now - self.authenticated <= RECENT

    def refresh(self, generation: int, now: datetime, address: str) -> None:
        """Use a refresh token that has not expired; the next one is of the generation that the session has then.

        Raises
        ------
        RefusedError: it is good no more; when it was used before, the session ends by that.
        """
        if not self.is_live(now):
            raise RefusedError(401, "session_revoked")
        if generation == self.generation:
            self.generation += 1
            self.used, self.address = now, address
        elif generation != self.generation - 1 or now - self.used > GRACE or self._is_theft(address):
            self.has_ended = True
            raise RefusedError(401, "token_reused")

    def _is_theft(self, address: str) -> bool:
        if address == self.address or self.strange_generation == self.generation:
            return False
        follows = self.strange_generation == self.generation - 1
        self.strange_answers = self.strange_answers + 1 if follows else 1
        self.strange_generation = self.generation
        return self.strange_answers >= STRANGE_ANSWERS


@dataclass(eq=False)
class Token:
    """An access token, or a refresh token of a generation of its session."""

    kind: Literal["access", "refresh"]
    text: str
    session: Session
    expires: datetime
    generation: int

    def refusal(self, now: datetime) -> str | None:
        """The code that it is refused with now; None while it is good, or, of a refresh token, may be."""
        if now >= self.expires:
            return "token_expired"
        return None if self.session.is_live(now) else "session_revoked"


@dataclass(eq=False)
class Account:
    """One person's account, until it is deleted; whoever registers the address after that has another one.

    `marker` is a word that stands in every text of its owner, and nowhere else. `keys` are the tasks that were made
    with an Idempotency-Key, `seen` each version of each task as it was shown first.
    """

    marker: str
    email: str
    password: str
    id: str = ""
    is_deleted: bool = False
    sessions: list[Session] = field(default_factory=list)
    tasks: Tasks = field(default_factory=Tasks)
    jobs: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    seen: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def live(self, now: datetime) -> list[Session]:
        """Its sessions that are alive."""
        return [session for session in self.sessions if session.is_live(now)]

    def end_sessions(self, *, but: Session | None = None) -> None:
        """End all sessions, or all others."""
        for session in self.sessions:
            session.has_ended = session.has_ended or session is not but

    def delete(self) -> None:
        """Give it up: nobody is signed in to it any more, and nothing is left of it."""
        self.is_deleted = True
        self.end_sessions()
