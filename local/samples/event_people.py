"""Whom a sample event is about: Ann, whose event it is, and Ben, who is somebody else."""

import re
from functools import cached_property

from local.samples.functions import Functions
from local.samples.people import Person, SecondFactor
from local.samples.sample_events import placeholders
from local.stack import Stack

_NEEDS_VERIFIED_ADDRESS = re.compile(r"(account|factors|login|recovery)/|.*personal_access_token")
_ABOUT_VERIFICATION = re.compile(r"verif(y|ied|ication)")


class EventPeople:
    """The people of one event, registered as soon as they are needed.

    Their addresses are verified where that is needed, unless just that is what the event is about.
    """

    def __init__(self, stack: Stack, name: str) -> None:
        self.stack = stack
        self.name = name
        self.folder, _, self.case = name.partition("/")
        self.functions = Functions(stack)

    @cached_property
    def ann(self) -> Person:
        """Whose event it is."""
        return self._registered("ann", "register/created")

    @cached_property
    def ben(self) -> Person:
        """Somebody else."""
        return self._registered("ben", "register/by_cookie")

    def _registered(self, name: str, registration: str) -> Person:
        person = Person(self.functions, name, registration)
        about = " ".join([self.name, *sorted(placeholders(self.name))])
        if _NEEDS_VERIFIED_ADDRESS.match(about) and not _ABOUT_VERIFICATION.search(about):
            person.verify()
        return person

    def other_session(self) -> Person:
        """Ann, in a session that she begins now, beside the one that she is in."""
        return Person(self.functions, "ann", "login/ok")

    @cached_property
    def passkey_id(self) -> str:
        """The passkey in Ann's phone."""
        return self.ann.add_passkey()

    @cached_property
    def app(self) -> SecondFactor:
        """Ann's authenticator app; it waits for its first code where the event is about that."""
        if self.folder == "factors" and self.case.startswith("confirm_") and not self.case.endswith("_when_on"):
            return self.ann.begin_second_factor()
        return self.ann.add_second_factor()

    def turn_second_factor_on(self) -> None:
        """Have the app, whether or not a code of it is wanted."""
        assert self.app

    def unused_code(self) -> str:
        """A code of the app that was not used yet."""
        return self.app.code(1 if self.app.recovery_codes else 0)

    def first_step(self) -> str:
        """The token that Ann gets for her password, with a second factor."""
        self.turn_second_factor_on()
        return self.ann.first_step()
