"""Mail that came back: no more of it goes to an address that takes none, or whose holder does not want it.

Who goes on sending to such addresses is soon not let send to any.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

from pynamodb.exceptions import UpdateError

from taskward import clock
from taskward.errors import InvalidRequestError, SessionRevokedError
from taskward.identity import emails, users
from taskward.identity.user_tables import ADDRESS, EmailItem, UserItem, email_key
from taskward.storage import condition_failed
from taskward.telemetry import logger
from taskward.work.messages import Bounce, Complaint, Recipient
from taskward.work.patience import TimeLeft, patiently

_FOR_GOOD: Final = "Permanent"
# RFC 5965, section 7.3: taken for unwanted by a machine, and reported by its reader as wanted.
_NO_COMPLAINT: Final = "not-spam"


def take_bounce(returned: Bounce, time_left: TimeLeft) -> None:
    """Mark the accounts whose address takes no mail. One that may take it later is not marked.

    Raises
    ------
    OutOfTimeError: the database did not answer in time.
    """
    if returned.bounce.type == _FOR_GOOD:
        _mark_all(returned.bounce.recipients, time_left)


def take_complaint(returned: Complaint, time_left: TimeLeft) -> None:
    """Mark the accounts whose holder does not want mail; raises like `take_bounce`."""
    if returned.complaint.feedback_type != _NO_COMPLAINT:
        _mark_all(returned.complaint.recipients, time_left)


def _mark_all(recipients: Iterable[Recipient], time_left: TimeLeft) -> None:
    for recipient in recipients:
        patiently(partial(_mark, recipient.address), time_left)


def _mark(address: str) -> None:
    """Mark the account that has an address, if there still is one."""
    try:
        normalised = emails.normalised(address)
        account = users.get(EmailItem.get(email_key(normalised), ADDRESS, consistent_read=True).user_id)
        if emails.normalised(account.email) != normalised:
            return
        account.update(
            actions=[UserItem.email_bounced_at.set(clock.epoch())], condition=UserItem.email == account.email
        )
    except (InvalidRequestError, EmailItem.DoesNotExist, SessionRevokedError):
        return
    except UpdateError as error:
        if not condition_failed(error):
            raise
    else:
        logger.info("mail to an account came back", extra={"user_id": account.user_id})
