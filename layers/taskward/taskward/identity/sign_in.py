"""Sign-in with a password. An unknown address does the same work as a wrong password."""

from contextlib import suppress
from datetime import timedelta

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from taskward.client import Client
from taskward.errors import InvalidCredentialsError
from taskward.identity import attempts, events, known_addresses, lookup, passwords, session_starts
from taskward.identity.account_changes import CredentialChangedError
from taskward.identity.models import Credentials
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem

_NOBODY_KEPT_FOR = timedelta(days=1)


class SecondFactorNeededError(Exception):
    """The password was right, and is not enough: the account has a second factor (see `second_step`)."""

    def __init__(self, user: UserItem) -> None:
        self.user = user
        super().__init__()


def sign_in(credentials: Credentials, client: Client) -> tuple[UserItem, SessionItem]:
    """Verify a password and start a session.

    Raises
    ------
    SecondFactorNeededError: the password is right, and the account has a second factor; no session was started.
    InvalidCredentialsError: no account has this address and password.
    TooManyAttemptsError: there were too many wrong ones.
    """
    account = lookup.account_of(credentials.email, client)

    def is_known() -> bool:
        return known_addresses.is_known(lookup.user_id_of(account), client)

    with attempts.limited(account, client, InvalidCredentialsError, is_known):
        user_id = lookup.user_id_of(account)
        user = lookup.stored_user(user_id)
        matches, better_hash = passwords.verify_password(credentials.password, user.password_hash if user else None)
        if user is None or not matches:
            # A failure at no account is recorded like one, that it takes as long, and soon forgotten.
            kept_for = events.KEPT_FOR if user else _NOBODY_KEPT_FOR
            events.record(events.new("sign_in_failed", user_id, client, kept_for=kept_for))
            raise InvalidCredentialsError
        changes: list[Action] = [UserItem.password_hash.set(better_hash)] if better_hash else []
        if user.second_factor_at is None:
            try:
                return user, session_starts.start(user, client, changes=changes)
            except CredentialChangedError:
                raise InvalidCredentialsError from None
    if changes:
        with suppress(UpdateError):
            user.update(changes, condition=UserItem.credential_version == user.credential_version)
    raise SecondFactorNeededError(user)
