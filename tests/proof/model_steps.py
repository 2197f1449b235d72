"""What all steps of the model test have in common: who acts, and what is looked at after each of them."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.conftest import Clock
from tests.proof.model_devices import Device, Person
from tests.proof.model_world import World, expect

START: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)

PEOPLE: Final = ("ada", "ben", "cleo")
DEVICES: Final = 3

people = st.sampled_from(PEOPLE)
devices = st.integers(0, DEVICES - 1)
picks = st.integers(0, 9)


def step(**drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule, after which `Steps.go_on` looks around. (An invariant would stand between all steps that are printed.)"""

    def decorated(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def do(self: Steps, **arguments: Any) -> None:
            function(self, **arguments)
            self.go_on()

        as_rule: Callable[[Callable[..., None]], Callable[..., None]] = rule(**drawn)  # type: ignore[call-overload]
        return as_rule(do)

    return decorated


class Steps(RuleBasedStateMachine):
    """Some people, each with some devices."""

    def __init__(self, clock: Clock, done: Counter[str]) -> None:
        super().__init__()
        self.done = done
        self.world = World(clock, START, done)
        self.people = {
            name: Person(self.world, name, range(10 * number, 10 * number + DEVICES))
            for number, name in enumerate(PEOPLE, 1)
        }
        self._tried = 0

    def go_on(self) -> None:
        """After each step time goes on a little, and one of all tokens that there ever were is tried."""
        self.done["steps"] += 1
        self.world.clock.advance(seconds=1)
        self._tried += 7
        self.world.try_token(self.world.tokens[self._tried % len(self.world.tokens)])

    def device(self, person: str, device: int) -> Device:
        """A device that is signed in."""
        found = self.people[person].devices[device]
        found.get_in()
        return found

    def see_sessions(self, device: Device) -> None:
        """Compare the list of sessions."""
        now = self.world.now
        shown = {session["id"]: session for session in expect(device.ask("GET", "/auth/sessions"), 200).json()}
        alive = {session.id: session for session in device.account.live(now)}
        assert shown.keys() == alive.keys()
        for session in alive.values():
            seen = shown[session.id]
            assert seen["current"] == (session is device.session)
            times = [session.started, session.used, session.authenticated, session.expires]
            names = ["created_at", "last_used_at", "authenticated_at", "expires_at"]
            assert [datetime.fromisoformat(seen[name]) for name in names] == times
            assert seen["ip"] == session.address
