"""Accounts: made in one transaction, so that there is never half of one."""

import uuid

from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import EmailExistsError
from taskward.identity import attempts, emails, events, known_addresses, passwords, sessions
from taskward.identity.models import Registration
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import EmailItem, UserItem, email_key
from taskward.storage import TransactionConflictError, connection_of, transact, user_key


def register(registration: Registration, client: Client) -> tuple[UserItem, SessionItem]:
    """Make an account and its first session, all or nothing. Of concurrent registrations for one address one wins.

    Raises
    ------
    InvalidRequestError: the e-mail address or the password is refused.
    EmailExistsError: the address has an account.
    TooManyAttemptsError: the client met too many addresses that have one.
    """
    normalised = emails.normalised(registration.email)
    with attempts.limited(normalised, client, EmailExistsError):
        # Within the limit: whoever has to wait has no third party asked. A refusal counts as no failure.
        passwords.check_acceptable("password", registration.password, normalised)
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
        # One that was given up is kept for its owner's return, and then free.
        free = EmailItem.pk.does_not_exist() | (EmailItem.expires_at <= clock.epoch())
        write.save(EmailItem(email_key(normalised), user_id=user_id), condition=free)
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
