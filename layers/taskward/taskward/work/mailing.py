"""Mail to the owners of accounts."""

from taskward.errors import SessionRevokedError
from taskward.identity import attempts, emails, users
from taskward.identity.user_tables import UserItem
from taskward.mail import letters, ses
from taskward.mail.letters import Letter
from taskward.telemetry import logger
from taskward.work.messages import Notice
from taskward.work.patience import TimeLeft, patiently

SIGN_IN_NOTICES_A_DAY = 10
"""How many sign-ins, and tries at one, a user is told of in a day; those after them are in the list of events."""

NOTICES_A_DAY = 50
"""How many other events a user is told of in a day."""

_SIGN_INS = ("signed_in", "code_check_failed")


def tell(notice: Notice, time_left: TimeLeft) -> None:
    """Tell a user of a security event; raises like `send`."""
    account = reachable(notice.user_id, time_left)
    if account is not None and _is_worth_telling(account, notice, time_left):
        send(account, notice.event, letters.notice(notice.event, notice.at, notice.address, notice.user_agent))


def reachable(user_id: str, time_left: TimeLeft) -> UserItem | None:
    """The account of a user as it is now; None when it is gone, or its address is not to be written to.

    That is one that mail comes back from, or one that was never verified: it may be a stranger's, who never asked.

    Raises
    ------
    OutOfTimeError: the database did not answer in time.
    """
    try:
        account = patiently(lambda: users.get(user_id), time_left)
    except SessionRevokedError:
        return None
    is_open = account.email_verified_at is not None and account.email_bounced_at is None
    return account if is_open else None


def _is_worth_telling(account: UserItem, notice: Notice, time_left: TimeLeft) -> bool:
    """Whether not too many of the kind came today: who is in an account can make any of them come at will.

    Those of sign-ins are counted apart, since they take the password alone, and must not hide the others.
    """
    name = emails.normalised(account.email)
    what, most = ("SIGN_INS", SIGN_IN_NOTICES_A_DAY) if notice.event in _SIGN_INS else ("CHANGES", NOTICES_A_DAY)
    return patiently(lambda: attempts.is_among_first(name, f"NOTICES#{what}", most), time_left)


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
