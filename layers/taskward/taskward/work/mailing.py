"""Mail to the owners of accounts."""

from taskward.errors import SessionRevokedError
from taskward.identity import users
from taskward.identity.user_tables import UserItem
from taskward.mail import letters, ses
from taskward.mail.letters import Letter
from taskward.telemetry import logger
from taskward.work.messages import Notice
from taskward.work.patience import TimeLeft, patiently


def tell(notice: Notice, time_left: TimeLeft) -> None:
    """Tell a user of a security event; raises like `send`."""
    account = reachable(notice.user_id, time_left)
    if account is not None:
        send(account, notice.event, letters.notice(notice.event, notice.at, notice.address, notice.user_agent))


def reachable(user_id: str, time_left: TimeLeft) -> UserItem | None:
    """The account of a user as it is now; None when it is gone, or mail to its address comes back.

    Raises
    ------
    OutOfTimeError: the database did not answer in time.
    """
    try:
        account = patiently(lambda: users.get(user_id), time_left)
    except SessionRevokedError:
        return None
    return account if account.email_bounced_at is None else None


def send(account: UserItem, subject: str, letter: Letter) -> None:
    """Send a letter to an account's address.

    Parameters
    ----------
    subject: what it is called in the log.

    Raises
    ------
    ClientError, BotoCoreError: it was not taken, as `ses.deliver` says.
    """
    ses.deliver(account.email, letter)
    logger.info("mail was sent", extra={"user_id": account.user_id, "mail": subject})
