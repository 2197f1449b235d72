"""Where a user's days are seen from, for those who need to know no more of an account: little is loaded for it."""

from zoneinfo import ZoneInfo

from taskward.errors import SessionRevokedError
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.storage import user_key

_READ = ["pk", "sk", "timezone"]
"""No role that asks here needs more, and beside it are hashes of passwords. The key shows that there is an account."""


def home_zone(user_id: str) -> ZoneInfo:
    """The time zone that a user has chosen, or else UTC.

    Raises
    ------
    SessionRevokedError: the account is gone, and so are its sessions.
    """
    try:
        user = UserItem.get(user_key(user_id), PROFILE, consistent_read=True, attributes_to_get=_READ)
    except UserItem.DoesNotExist:
        raise SessionRevokedError from None
    return ZoneInfo(user.timezone or "UTC")
