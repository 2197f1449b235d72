"""From an e-mail address to an account, with the same work whether or not there is one (ASVS 6.3.8)."""

import uuid

from taskward.client import Client
from taskward.errors import InvalidRequestError
from taskward.identity import attempts, emails
from taskward.identity.user_tables import ADDRESS, PROFILE, EmailItem, UserItem, email_key
from taskward.storage import user_key


def account_of(email: str, client: Client) -> str:
    """What an account is called where attempts are counted: its address in normal form."""
    try:
        return emails.normalised(email)
    except InvalidRequestError:
        # Nobody's, and looked up all the same, that it takes as long. What was typed is kept in no form: it may well be
        # a password in the wrong field.
        return f"not an address, from {attempts.network_of(client.address)}"


def user_id_of(account: str) -> str:
    """Whose the address is; an id that nobody has, another each time, when it is nobody's."""
    try:
        item = EmailItem.get(email_key(account), ADDRESS, consistent_read=True)
    except EmailItem.DoesNotExist:
        return _nobody()
    # One that was given up is kept for its owner's return, and until then no way to an account.
    return item.user_id if item.expires_at is None else _nobody()


def stored_user(user_id: str) -> UserItem | None:
    """The account of a user, None when there is none."""
    try:
        return UserItem.get(user_key(user_id), PROFILE, consistent_read=True)
    except UserItem.DoesNotExist:
        return None


def _nobody() -> str:
    return f"nobody-{uuid.uuid4()}"
