"""Verification of an e-mail address: a link is sent there, and followed (ASVS 6.4.3)."""

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.errors import InvalidLinkError, TooManyAttemptsError, UnavailableError
from taskward.identity import attempts, emails, events, links, lookup, users
from taskward.identity.user_tables import UserItem
from taskward.mail import outbox
from taskward.principal import Principal
from taskward.storage import connection_of, transact_rechecked
from taskward.telemetry import logger


def message(user_id: str, site: str) -> dict[str, str]:
    """What the worker is asked for: a mail with a link that leads to a site."""
    return {"kind": "verification", "user_id": user_id, "site": site}


def send_first(user: UserItem, site: str, client: Client) -> None:
    """Send a link to the address of a new account, if that is possible: the account stands in any case.

    None is sent when too many were for this address or this network: nobody's mailbox is flooded by registrations.
    """
    if not outbox.is_on():
        return
    try:
        with attempts.counted_mail(emails.normalised(user.email), client):
            outbox.post(message(user.user_id, site))
    except (TooManyAttemptsError, UnavailableError, PynamoDBException, BotoCoreError, ClientError):
        logger.warning("a new account's address may have been sent no link", exc_info=True)


def request(principal: Principal, site: str, client: Client) -> None:
    """Send another link to the account's address; none when it is verified and takes mail.

    Raises
    ------
    EmailDisabledError: this deployment sends no mail.
    TooManyAttemptsError: there were too many mails.
    """
    outbox.require()
    user = users.get(principal.user_id)
    if user.email_verified_at is not None and user.email_bounced_at is None:
        return
    with attempts.counted_mail(emails.normalised(user.email), client):
        outbox.post(message(user.user_id, site))


def link(user_id: str) -> tuple[str, str] | None:
    """An address and the token of a new link to verify it; None when there is nothing to verify. For the worker."""
    user = lookup.stored_user(user_id)
    if user is None or (user.email_verified_at is not None and user.email_bounced_at is None):
        return None
    return user.email, links.store(user, "verification", user.email)


def verify(token: str, client: Client) -> None:
    """Note that the link was followed.

    Raises
    ------
    InvalidLinkError: it was used, is over, or the account has another address or other credentials since.
    """
    link = links.found(token, "verification")
    told = [events.new("email_verified", link.user_id, client)]

    def fill(write: TransactWrite) -> None:
        link = links.found(token, "verification")
        user = links.use_in(write, link, lookup.stored_user(link.user_id))
        if user.email != link.email:
            raise InvalidLinkError
        changes: list[Action] = [UserItem.email_verified_at.set(clock.epoch()), UserItem.email_bounced_at.remove()]
        write.update(user, actions=changes, condition=UserItem.credential_version == user.credential_version)
        events.store_in(write, told)

    transact_rechecked(connection_of(UserItem), fill)
    events.announce(told)
