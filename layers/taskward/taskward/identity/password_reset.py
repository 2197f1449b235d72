"""Forgotten passwords: a link by mail, and a new password in exchange (ASVS 6.4.3, 6.6.2).

Who asks gets the same answer, after the same work, whether or not there is an account: it is the worker that looks. A
second factor stays, so that somebody who reads the owner's mail alone does not get in.
"""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import InvalidLinkError
from taskward.identity import (
    access_token_changes,
    account_changes,
    attempts,
    emails,
    events,
    known_addresses,
    links,
    lookup,
    passwords,
    sessions,
)
from taskward.identity.event_tables import EventItem
from taskward.identity.models import PasswordReset
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from taskward.mail import outbox


def message(email: str, site: str, client: Client) -> dict[str, str]:
    """What the worker is asked for: a mail to the account of this address, if there is one."""
    return {
        "kind": "password_reset",
        "email": email,
        "site": site,
        "address": client.address,
        "user_agent": client.user_agent,
    }


def request(email: str, site: str, client: Client) -> None:
    """Have a link sent to an address, if it has an account.

    Raises
    ------
    EmailDisabledError: this deployment sends no mail.
    TooManyAttemptsError: there were too many mails to this address, or for this network.
    """
    outbox.require()
    account = lookup.account_of(email, client)

    def is_known() -> bool:
        user_id = lookup.user_id_of(account)
        user = lookup.stored_user(user_id)
        # Of an address that was never verified, whoever registered it is known, and need not be its owner.
        return known_addresses.is_known(user_id, client) and user is not None and user.email_verified_at is not None

    with attempts.counted_mail(account, client, is_known):
        outbox.post(message(account, site, client))


def link(account: str, client: Client) -> tuple[str, str] | None:
    """The address of an account and the token of a new link; None when there is no account. For the worker."""
    user = lookup.stored_user(lookup.user_id_of(account))
    if user is None or user.email_bounced_at is not None:
        return None
    events.record(events.new("password_reset_requested", user.user_id, client))
    return user.email, links.store(user, "password_reset", user.email)


def reset(request: PasswordReset, client: Client) -> None:
    """Set a new password, end every session and revoke every access token, in one step. The address is verified by it.

    Raises
    ------
    InvalidLinkError: the link was used, is over, or the account's credentials changed since.
    InvalidRequestError: the new password is refused; the link stays good.
    """
    link = links.found(request.token, "password_reset")
    user = lookup.stored_user(link.user_id)
    if user is None or user.credential_version != link.credential_version:
        raise InvalidLinkError
    passwords.check_acceptable("new_password", request.new_password, emails.normalised(user.email))
    new_hash = passwords.hash_password(request.new_password)

    def change(write: TransactWrite, user: UserItem, unchanged: Condition, alive: list[SessionItem]) -> list[EventItem]:
        links.use_in(write, links.found(request.token, "password_reset"), user)
        actions: list[Action] = [
            UserItem.password_hash.set(new_hash),
            UserItem.credential_version.add(1),
            UserItem.email_verified_at.set(clock.epoch()),
        ]
        write.update(user, actions=actions, condition=unchanged)
        sessions.end_in(write, alive)
        access_token_changes.revoke_all_in(write, user.user_id)
        return [
            events.new("password_reset", user.user_id, client),
            *sessions.ends(alive, client, "password_reset"),
        ]

    try:
        account_changes.commit(user, change)
    except account_changes.CredentialChangedError:
        raise InvalidLinkError from None
