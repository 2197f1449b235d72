"""Users, as they are shown to themselves."""

from typing import Any

from taskward import clock
from taskward.errors import SessionRevokedError
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.storage import user_key


def get(user_id: str) -> UserItem:
    """The account of a principal.

    Raises
    ------
    SessionRevokedError: the account is gone, and so are its sessions.
    """
    try:
        return UserItem.get(user_key(user_id), PROFILE, consistent_read=True)
    except UserItem.DoesNotExist:
        raise SessionRevokedError from None


def representation(user: UserItem) -> dict[str, Any]:
    """What is shown of an account to its owner."""
    return {
        "id": user.user_id,
        "email": user.email,
        "name": user.name,
        "created_at": clock.rfc3339(int(user.created_at)),
    }
