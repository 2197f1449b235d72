"""Accounts given up: one transaction for what must be at once, and a message to the worker for the rest."""

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from taskward.client import Client
from taskward.errors import SessionRevokedError, WrongPasswordError
from taskward.identity import access_token_changes, account_changes, emails, events, sessions, users
from taskward.identity.event_tables import EventItem
from taskward.identity.reauthentication import check_password
from taskward.identity.session_tables import SessionItem
from taskward.identity.step_up import require_recent
from taskward.identity.user_tables import ADDRESS, EmailItem, UserItem, email_key
from taskward.jobs import queue
from taskward.principal import Principal

REMOVAL_DELAY_SECONDS = 60
"""Longer than any request takes: when the worker looks, the deletion has happened or never will, and nothing that was
let in before it is still writing."""


def delete_account(principal: Principal, password: str | None, client: Client) -> None:
    """Give an account up: it, its sessions and its tokens are gone at once, its address is free.

    The worker removes the rest.

    The removal is queued first and looks whether the deletion took place: whatever fails in between, a deleted
    account's data is removed, and only a deleted account's.

    Raises
    ------
    ReauthenticationRequiredError: the last authentication is too long ago.
    WrongPasswordError: it is not the account's password.
    TooManyAttemptsError: it was wrong too often.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    """
    require_recent(principal)
    user = users.get(principal.user_id)
    check_password(user, password, client, principal)
    queue.send({"kind": "deletion", "user_id": user.user_id}, delay_seconds=REMOVAL_DELAY_SECONDS)

    def remove(write: TransactWrite, user: UserItem, unchanged: Condition, alive: list[SessionItem]) -> list[EventItem]:
        if principal.session_id not in {session.session_id for session in alive}:
            raise SessionRevokedError
        write.delete(user, condition=unchanged)
        email = EmailItem(email_key(emails.normalised(user.email)), ADDRESS)
        write.delete(email, condition=EmailItem.user_id == user.user_id)
        sessions.end_in(write, alive)
        access_token_changes.revoke_all_in(write, user.user_id)
        return [events.new("deletion_requested", user.user_id, client, principal.session_id)]

    try:
        account_changes.commit(user, remove)
    except account_changes.CredentialChangedError:
        # By somebody else's deletion, or by a change of the password.
        users.get(user.user_id)
        raise WrongPasswordError from None
