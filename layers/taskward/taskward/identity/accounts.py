"""Accounts: registration and sign-in."""

import uuid

from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.errors import EmailExistsError, InvalidCredentialsError, InvalidRequestError
from taskward.identity import emails, passwords, sessions
from taskward.identity.models import Credentials, Registration
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import ADDRESS, PROFILE, EmailItem, UserItem, email_key
from taskward.storage import user_key
from taskward.storage import TransactionConflictError, connection_of, transact


def register(registration: Registration, address: str, user_agent: str) -> tuple[UserItem, SessionItem]:
    """Make an account and its first session, all or nothing. Of concurrent registrations for one address one wins.

    Raises
    ------
    InvalidRequestError: the e-mail address or the password is refused.
    EmailExistsError: the address has an account.
    """
    normalised = emails.normalised(registration.email)
    passwords.check_acceptable(registration.password, normalised)
    user_id = str(uuid.uuid4())
    user = UserItem(
        user_key(user_id),
        user_id=user_id,
        email=registration.email,
        name=registration.name,
        password_hash=passwords.hash_password(registration.password),
        created_at=clock.epoch(),
    )
    session = sessions.new(user_id, address, user_agent)

    def fill(write: TransactWrite) -> None:
        write.save(EmailItem(email_key(normalised), user_id=user_id), condition=EmailItem.pk.does_not_exist())
        write.save(user, condition=UserItem.pk.does_not_exist())
        write.save(session)

    try:
        transact(connection_of(UserItem), fill)
    except TransactionConflictError:
        raise EmailExistsError from None
    return user, session


def sign_in(credentials: Credentials, address: str, user_agent: str) -> tuple[UserItem, SessionItem]:
    """Verify a password and start a session. An unknown address does the same reads and the same hash as a wrong one.

    Raises
    ------
    InvalidCredentialsError: no account has this address and password.
    """
    user = _find_by_email(credentials.email)
    matches, better_hash = passwords.verify_password(credentials.password, user.password_hash if user else None)
    if user is None or not matches:
        raise InvalidCredentialsError
    return user, _start_session(user, better_hash, address, user_agent)


def _find_by_email(email: str) -> UserItem | None:
    try:
        pk = email_key(emails.normalised(email))
    except InvalidRequestError:
        # Not an address, so nobody's: looked up all the same, that it takes as long.
        pk = email_key("")
    try:
        user_id = EmailItem.get(pk, ADDRESS, consistent_read=True).user_id
    except EmailItem.DoesNotExist:
        user_id = "nobody"
    try:
        return UserItem.get(user_key(user_id), PROFILE, consistent_read=True)
    except UserItem.DoesNotExist:
        return None


def _start_session(user: UserItem, better_hash: str | None, address: str, user_agent: str) -> SessionItem:
    """Store a new session, if the account still has the credential that was just verified.

    One transaction: a sign-in that verified a password cannot outlive its change or the account's deletion.
    `better_hash` replaces the stored one in the same step.

    Raises
    ------
    InvalidCredentialsError: the password was changed, or the account deleted, in the meantime.
    """
    session = sessions.new(user.user_id, address, user_agent)
    unchanged = UserItem.credential_version == user.credential_version

    def fill(write: TransactWrite) -> None:
        if better_hash is None:
            write.condition_check(UserItem, user.pk, PROFILE, condition=unchanged)
        else:
            write.update(user, actions=[UserItem.password_hash.set(better_hash)], condition=unchanged)
        write.save(session)

    try:
        transact(connection_of(UserItem), fill)
    except TransactionConflictError:
        raise InvalidCredentialsError from None
    return session
