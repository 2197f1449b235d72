"""Users for tests, made through the service's own code."""

import itertools

from taskward.client import Client
from taskward.identity import accounts, grants, principals, sign_in
from taskward.identity.grants import Grant
from taskward.identity.models import Credentials, Registration
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal

PASSWORD = "tangerine umbrella 7"
HOME = Client("203.0.113.7", "tests")
ELSEWHERE = Client("198.51.100.9", "tests")

_numbers = itertools.count(1)


def registered(email: str | None = None, password: str = PASSWORD) -> tuple[UserItem, SessionItem]:
    """A new account and its first session."""
    address = email or f"person{next(_numbers)}@example.com"
    return accounts.register(Registration(email=address, password=password), HOME)


def signed_in(email: str, password: str = PASSWORD) -> SessionItem:
    """Another session of an account."""
    return sign_in.sign_in(Credentials(email=email, password=password), HOME)[1]


def principal_of(session: SessionItem) -> Principal:
    """Who calls in a session, as the authorizer says."""
    return Principal(session.user_id, session.session_id, principals.authenticated_at(session))


def grant() -> Grant:
    """The tokens of a new account's first session."""
    return grants.issue(registered()[1])
