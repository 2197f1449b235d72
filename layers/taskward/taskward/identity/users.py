"""Users, as they are shown to themselves."""

from typing import Any

from pynamodb.exceptions import UpdateError

from taskward import clock
from taskward.errors import EmailUnverifiedError, SessionRevokedError, UnavailableError
from taskward.identity import principals
from taskward.identity.models import AccountPatch
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.mail import outbox
from taskward.principal import Principal
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


def signed_in(principal: Principal) -> UserItem:
    """The account of a principal whose session is alive now.

    What ends all sessions of an account changes its `credential_version` as well. So what is written on condition that
    this is still as given here is never written for a session that such a change has ended.

    Raises
    ------
    SessionRevokedError: the account is gone, or the session has ended.
    """
    user = get(principal.user_id)
    # Read after the account: a session that is alive now was so when the account was read.
    principals.live_session(principal.user_id, principal.session_id)
    return user


def require_verified(user: UserItem) -> None:
    """Refuse when the address was not verified, in a service that sends mail.

    Whoever registered with somebody else's address must not have ways in that its owner's reset would leave.

    Raises
    ------
    EmailUnverifiedError: it was not.
    """
    if outbox.is_on() and user.email_verified_at is None:
        raise EmailUnverifiedError


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
        "email_verified": user.email_verified_at is not None,
        "email_bounced": user.email_bounced_at is not None,
        "has_password": user.password_hash is not None,
        "second_factor": user.second_factor_at is not None,
        "name": user.name,
        "timezone": user.timezone,
        "created_at": clock.rfc3339(int(user.created_at)),
    }
