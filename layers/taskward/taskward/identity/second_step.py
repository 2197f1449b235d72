"""The second step of a sign-in: a code of the second factor, after the password (ASVS 6.3.3)."""

from functools import partial
from typing import Any

from pynamodb.transactions import TransactWrite

from taskward.client import Client
from taskward.errors import InvalidCodeError, UnauthenticatedError
from taskward.identity import attempts, emails, events, known_addresses, lookup, second_factor, session_starts, steps
from taskward.identity.account_changes import CredentialChangedError
from taskward.identity.event_tables import EventItem
from taskward.identity.keys import PublishedKeys
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem


def begin(user: UserItem) -> dict[str, Any]:
    """The token that somebody who knew the password takes the second step with, and its lifetime in seconds."""
    token = steps.begin("second-factor", user.user_id, credential_version=int(user.credential_version))
    return {"step_token": token, "expires_in": steps.LIFETIME_SECONDS}


def finish(token: str, code: str, keys: PublishedKeys, client: Client) -> tuple[UserItem, SessionItem]:
    """Verify a code and start the session. The token and the code are used up by it.

    Raises
    ------
    UnauthenticatedError: the token is no good, was used, or password or factor were changed since.
    InvalidCodeError: it is neither the code of this moment nor a recovery code that is left.
    TooManyAttemptsError: there were too many wrong ones.
    """
    step = steps.begun(token, "second-factor", keys)
    user = lookup.stored_user(step.user_id)
    if user is None or user.credential_version != step.credential_version:
        raise UnauthenticatedError
    user_id = user.user_id

    is_known = partial(known_addresses.is_known, user_id, client)

    def proof(write: TransactWrite) -> list[EventItem]:
        steps.use_in(write, step, user_id)
        return second_factor.accept_in(write, user_id, code, client, InvalidCodeError)

    with attempts.limited(emails.normalised(user.email), client, InvalidCodeError, is_known, guesses_at="code"):
        try:
            return user, session_starts.start(user, client, proof=proof)
        except InvalidCodeError:
            events.record(events.new("code_check_failed", user_id, client))
            raise
        except CredentialChangedError:
            raise UnauthenticatedError from None
