"""Authentication once more, before what cannot be undone (ASVS 6.2.3, 7.5.1 to 7.5.3)."""

from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import WrongPasswordError
from taskward.identity import attempts, emails, events, known_addresses, passwords, principals
from taskward.identity.event_tables import EventItem
from taskward.identity.session_starts import Proof
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal
from taskward.storage import connection_of, transact_rechecked


def renew(principal: Principal, client: Client, proof: Proof | None = None) -> None:
    """Note in the session that its user has just proved who they are; no new session, no new token.

    Raises
    ------
    SessionRevokedError: the session has ended meanwhile.
    """
    told = [events.new("reauthenticated", principal.user_id, client, principal.session_id)]
    used: list[EventItem] = []

    def fill(write: TransactWrite) -> None:
        session = principals.live_session(principal.user_id, principal.session_id)
        used[:] = proof(write) if proof else []
        alive = SessionItem.expires_at > clock.epoch()
        write.update(session, actions=[SessionItem.authenticated_at.set(clock.epoch())], condition=alive)
        events.store_in(write, [*told, *used])

    transact_rechecked(connection_of(SessionItem), fill)
    events.announce([*told, *used])


def check_password(user: UserItem, password: str | None, client: Client, principal: Principal) -> None:
    """Refuse when it is not the account's password. Limited like a sign-in: a stolen session is no way round that.

    An account without a password has nothing to check, and must have been authenticated otherwise before.

    Raises
    ------
    WrongPasswordError: it is not.
    TooManyAttemptsError: it was wrong too often.
    """
    if user.password_hash is None and password is None:
        return

    def is_known() -> bool:
        # Signed in from there, not merely refreshed: whoever stole a session can refresh it from anywhere.
        return known_addresses.is_known(user.user_id, client)

    with attempts.limited(emails.normalised(user.email), client, WrongPasswordError, is_known):
        matches, _ = passwords.verify_password(password or "", user.password_hash)
        if not matches:
            events.record(events.new("password_check_failed", user.user_id, client, principal.session_id))
            raise WrongPasswordError
