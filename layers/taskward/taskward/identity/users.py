"""Users, as they are shown to themselves."""

from typing import Any

from pynamodb.exceptions import UpdateError

from taskward import clock
from taskward.errors import SessionRevokedError, UnavailableError
from taskward.identity.models import AccountPatch
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.storage import CONFLICT_ATTEMPTS, back_off, collided, condition_failed, user_key


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


def patch(user_id: str, changes: AccountPatch) -> UserItem:
    """Change what an account says of its owner; raises like `get`."""
    actions = []
    for name in changes.model_fields_set:
        attribute, value = getattr(UserItem, name), getattr(changes, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    if not actions:
        return get(user_id)
    user = UserItem(user_key(user_id), PROFILE)
    for attempt in range(CONFLICT_ATTEMPTS):
        try:
            user.update(actions=actions, condition=UserItem.pk.exists())
            return user
        except UpdateError as error:
            if condition_failed(error):
                raise SessionRevokedError from None
            if not collided(error):
                raise
        back_off(attempt)
    raise UnavailableError


def representation(user: UserItem) -> dict[str, Any]:
    """What is shown of an account to its owner."""
    return {
        "id": user.user_id,
        "email": user.email,
        "name": user.name,
        "timezone": user.timezone,
        "created_at": clock.rfc3339(int(user.created_at)),
    }
