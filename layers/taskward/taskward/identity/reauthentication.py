"""The password asked for again, before what cannot be undone (ASVS 6.2.3, 7.5.1)."""

from taskward.client import Client
from taskward.errors import WrongPasswordError
from taskward.identity import attempts, emails, events, known_addresses, passwords
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal


def check_password(user: UserItem, password: str, client: Client, principal: Principal) -> None:
    """Refuse when it is not the account's password. Limited like a sign-in: a stolen session is no way round that.

    Raises
    ------
    WrongPasswordError: it is not.
    TooManyAttemptsError: it was wrong too often.
    """

    def is_known() -> bool:
        # Signed in from there, not merely refreshed: whoever stole a session can refresh it from anywhere.
        return known_addresses.is_known(user.user_id, client)

    with attempts.limited(emails.normalised(user.email), client, WrongPasswordError, is_known):
        matches, _ = passwords.verify_password(password, user.password_hash)
        if not matches:
            events.record(events.new("password_check_failed", user.user_id, client, principal.session_id))
            raise WrongPasswordError
