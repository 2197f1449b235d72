"""Change of the password by its owner, and its removal."""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from taskward.client import Client
from taskward.errors import FieldError, InvalidRequestError, LastWayInError, SessionRevokedError, WrongPasswordError
from taskward.identity import account_changes, emails, events, passwords, sessions, users
from taskward.identity.event_tables import EventItem
from taskward.identity.models import PasswordChange
from taskward.identity.reauthentication import check_password
from taskward.identity.session_tables import SessionItem
from taskward.identity.step_up import require_recent
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal
from taskward.storage import connection_of, transact_rechecked


def change_password(principal: Principal, request: PasswordChange, client: Client) -> None:
    """Set a new password and end every other session, in one step (ASVS 6.2.2, 7.4.3). Access tokens stay.

    Raises
    ------
    ReauthenticationRequiredError: the last authentication is too long ago.
    InvalidRequestError: the new password is refused.
    WrongPasswordError: the current one is wrong, or was changed in the meantime.
    TooManyAttemptsError: it was wrong too often.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    """
    require_recent(principal)
    user = users.get(principal.user_id)
    if request.new_password == request.current_password:
        raise InvalidRequestError(errors=[FieldError("new_password", "Choose another one than the current one.")])
    check_password(user, request.current_password, client, principal)
    # After the limit of attempts, and only for who knows the password: it may ask a third party.
    passwords.check_acceptable("new_password", request.new_password, emails.normalised(user.email))
    new_hash = passwords.hash_password(request.new_password)

    def change(write: TransactWrite, user: UserItem, unchanged: Condition, alive: list[SessionItem]) -> list[EventItem]:
        if principal.session_id not in {session.session_id for session in alive}:
            raise SessionRevokedError
        actions: list[Action] = [UserItem.password_hash.set(new_hash), UserItem.credential_version.add(1)]
        write.update(user, actions=actions, condition=unchanged)
        # With 49 others, each with its event, these are the 100 actions that a transaction can have.
        others = [session for session in alive if session.session_id != principal.session_id]
        sessions.end_in(write, others)
        return [
            events.new("password_changed", user.user_id, client, principal.session_id),
            *sessions.ends(others, client, "password_changed"),
        ]

    try:
        account_changes.commit(user, change)
    except account_changes.CredentialChangedError:
        users.get(user.user_id)
        raise WrongPasswordError from None


def remove_password(principal: Principal, client: Client) -> None:
    """Take the password away as a way in, for those who sign in with passkeys alone; where there is none, do nothing.

    Raises
    ------
    ReauthenticationRequiredError: the last authentication is too long ago.
    SessionRevokedError: the session it is asked for in has ended, or the account is gone.
    LastWayInError: the account has no passkey.
    """
    require_recent(principal)
    if users.signed_in(principal).password_hash is None:
        return
    told = [events.new("password_removed", principal.user_id, client, principal.session_id)]

    def fill(write: TransactWrite) -> None:
        user = users.signed_in(principal)
        if not user.passkeys:
            raise LastWayInError
        actions = [UserItem.password_hash.remove(), UserItem.credential_version.add(1)]
        write.update(user, actions=actions, condition=UserItem.credential_version == user.credential_version)
        events.store_in(write, told)

    transact_rechecked(connection_of(UserItem), fill)
    events.announce(told)
