"""Accounts: made, and given up. Both are one transaction, so that there is never half an account."""

import uuid

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import EmailExistsError, SessionRevokedError
from taskward.identity import account_changes, attempts, emails, events, known_addresses, passwords, sessions, users
from taskward.identity.event_tables import EventItem
from taskward.identity.models import Registration
from taskward.identity.reauthentication import check_password
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import ADDRESS, EmailItem, UserItem, email_key
from taskward.jobs import queue
from taskward.principal import Principal
from taskward.storage import TransactionConflictError, connection_of, transact, user_key

REMOVAL_DELAY_SECONDS = 60
"""Longer than any request takes: when the worker looks, the deletion has happened or never will, and nothing that was
let in before it is still writing."""


def register(registration: Registration, client: Client) -> tuple[UserItem, SessionItem]:
    """Make an account and its first session, all or nothing. Of concurrent registrations for one address one wins.

    Raises
    ------
    InvalidRequestError: the e-mail address or the password is refused.
    EmailExistsError: the address has an account.
    TooManyAttemptsError: the client met too many addresses that have one.
    """
    normalised = emails.normalised(registration.email)
    passwords.check_acceptable("password", registration.password, normalised)
    with attempts.limited(normalised, client, EmailExistsError):
        return _register(registration, normalised, client)


def _register(registration: Registration, normalised: str, client: Client) -> tuple[UserItem, SessionItem]:
    user_id = str(uuid.uuid4())
    user = UserItem(
        user_key(user_id),
        user_id=user_id,
        email=registration.email,
        name=registration.name,
        password_hash=passwords.hash_password(registration.password),
        created_at=clock.epoch(),
    )
    session = sessions.new(user_id, client)
    told = [events.new("registered", user_id, client, session.session_id)]

    def fill(write: TransactWrite) -> None:
        write.save(EmailItem(email_key(normalised), user_id=user_id), condition=EmailItem.pk.does_not_exist())
        write.save(user, condition=UserItem.pk.does_not_exist())
        write.save(known_addresses.new(user_id, client))
        write.save(session)
        events.store_in(write, told)

    try:
        transact(connection_of(UserItem), fill)
    except TransactionConflictError:
        raise EmailExistsError from None
    events.announce(told)
    return user, session


def delete(principal: Principal, password: str, client: Client) -> None:
    """Give an account up: it and its sessions are gone at once, its address is free. The worker removes the rest.

    The removal is queued first and looks whether the deletion took place: whatever fails in between, a deleted
    account's data is removed, and only a deleted account's.

    Raises
    ------
    WrongPasswordError: it is not the account's password.
    TooManyAttemptsError: it was wrong too often.
    """
    user = users.get(principal.user_id)
    check_password(user, password, client, principal)
    queue.send({"kind": "deletion", "user_id": user.user_id}, delay_seconds=REMOVAL_DELAY_SECONDS)

    def remove(write: TransactWrite, user: UserItem, unchanged: Condition, alive: list[SessionItem]) -> list[EventItem]:
        write.delete(user, condition=unchanged)
        email = EmailItem(email_key(emails.normalised(user.email)), ADDRESS)
        write.delete(email, condition=EmailItem.user_id == user.user_id)
        sessions.end_in(write, alive)
        return [events.new("deletion_requested", user.user_id, client, principal.session_id)]

    try:
        account_changes.commit(user, remove)
    except account_changes.CredentialChangedError:
        raise SessionRevokedError from None
