"""One transaction over an account and all its sessions: sign-in, change of the password, reset, deletion.

Every sign-in moves the account's `sign_ins` on, every change of a credential its `credential_version`, every new access
token its `last_access_token`. What is done on condition of all three sees every session and every token there is, and
none that starts meanwhile is missed.
"""

from collections.abc import Callable

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from taskward.errors import UnavailableError
from taskward.identity import events, sessions
from taskward.identity.event_tables import EventItem
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.storage import (
    CONFLICT_ATTEMPTS,
    TransactionConflictError,
    back_off,
    connection_of,
    room_in,
    transact,
    user_key,
)

Change = Callable[[TransactWrite, UserItem, Condition, list[SessionItem]], list[EventItem]]
"""Adds the actions for an account and its live sessions, one on the condition given, and says what to record."""


class CredentialChangedError(Exception):
    """A credential was changed, or the account deleted, since the account was read."""


def commit(user: UserItem, change: Change) -> None:
    """Make a change, again when sessions were started or tokens made meanwhile, and record it.

    Raises
    ------
    CredentialChangedError: nothing was done.
    """
    for attempt in range(CONFLICT_ATTEMPTS):
        try:
            _commit(user, change)
            return
        except TransactionConflictError:
            current = _current(user.pk)
            if current.credential_version != user.credential_version:
                raise CredentialChangedError from None
            user = current
        back_off(attempt)
    raise UnavailableError


def commit_anyway(user_id: str, change: Change) -> None:
    """Like `commit`, for what is to be done whatever the credentials are: again also when these were changed meanwhile.

    Raises
    ------
    CredentialChangedError: the account is gone.
    """
    for attempt in range(CONFLICT_ATTEMPTS):
        try:
            _commit(_current(user_key(user_id)), change)
            return
        except TransactionConflictError:
            back_off(attempt)
    raise UnavailableError


def _commit(user: UserItem, change: Change) -> None:
    sign_ins = UserItem.sign_ins == user.sign_ins
    if not user.sign_ins:
        # Accounts of 0.1 have none yet.
        sign_ins |= UserItem.sign_ins.does_not_exist()
    last = user.last_access_token
    last_token = UserItem.last_access_token == last if last else UserItem.last_access_token.does_not_exist()
    unchanged = (UserItem.credential_version == user.credential_version) & sign_ins & last_token
    told: list[EventItem] = []
    room = 0

    def fill(write: TransactWrite) -> None:
        nonlocal room
        told[:] = change(write, user, unchanged, sessions.live(user.user_id))
        room = room_in(write)
        events.store_in(write, told[:room])

    transact(connection_of(UserItem), fill)
    events.announce(told[:room])
    # Only where somebody with dozens of sessions and tokens loses all of them at once.
    for event in told[room:]:
        events.record(event)


def _current(key: str) -> UserItem:
    try:
        return UserItem.get(key, PROFILE, consistent_read=True)
    except UserItem.DoesNotExist:
        raise CredentialChangedError from None
