"""Sign-in: a password verified, a session started. An unknown address does the same work as a wrong password."""

import uuid
from datetime import timedelta

from taskward.client import Client
from taskward.errors import InvalidCredentialsError, InvalidRequestError
from taskward.identity import attempts, emails, events, known_addresses, passwords, session_starts
from taskward.identity.account_changes import CredentialChangedError
from taskward.identity.models import Credentials
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import ADDRESS, PROFILE, EmailItem, UserItem, email_key
from taskward.storage import user_key

_NOBODY_KEPT_FOR = timedelta(days=1)


def sign_in(credentials: Credentials, client: Client) -> tuple[UserItem, SessionItem]:
    """Verify a password and start a session.

    Raises
    ------
    InvalidCredentialsError: no account has this address and password.
    TooManyAttemptsError: there were too many wrong ones.
    """
    account = _account(credentials.email, client)

    def is_known() -> bool:
        return known_addresses.is_known(_user_id(account), client)

    with attempts.limited(account, client, InvalidCredentialsError, is_known):
        user_id = _user_id(account)
        user = _stored(user_id)
        matches, better_hash = passwords.verify_password(credentials.password, user.password_hash if user else None)
        if user is None or not matches:
            # A failure at no account is recorded like one, that it takes as long, and soon forgotten.
            kept_for = events.KEPT_FOR if user else _NOBODY_KEPT_FOR
            events.record(events.new("sign_in_failed", user_id, client, kept_for=kept_for))
            raise InvalidCredentialsError
        changes = [UserItem.password_hash.set(better_hash)] if better_hash else []
        try:
            return user, session_starts.start(user, client, changes=changes)
        except CredentialChangedError:
            raise InvalidCredentialsError from None


def _account(email: str, client: Client) -> str:
    try:
        return emails.normalised(email)
    except InvalidRequestError:
        # Nobody's, and looked up all the same, that it takes as long. What was typed is kept in no form: it may well be
        # a password in the wrong field.
        return f"not an address, from {attempts.network_of(client.address)}"


def _user_id(account: str) -> str:
    """Whose the address is; an id that nobody has, another each time, when it is nobody's."""
    try:
        return EmailItem.get(email_key(account), ADDRESS, consistent_read=True).user_id
    except EmailItem.DoesNotExist:
        return f"nobody-{uuid.uuid4()}"


def _stored(user_id: str) -> UserItem | None:
    try:
        return UserItem.get(user_key(user_id), PROFILE, consistent_read=True)
    except UserItem.DoesNotExist:
        return None
