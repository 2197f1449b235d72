"""Mail with links in it. Their tokens are made here, at the last moment, so that no queue ever holds one.

A message that comes twice leads to two mails, each with a link of its own, of which the first that is followed counts.
"""

from taskward import settings
from taskward.client import Client
from taskward.errors import InvalidLinkError
from taskward.identity import email_change, email_verification, links, password_reset
from taskward.mail import letters, ses
from taskward.mail.letters import Letter
from taskward.telemetry import logger
from taskward.work.messages import AddressChange, AddressChanged, ForgottenPassword, Verification
from taskward.work.patience import TimeLeft, patiently


def verify(message: Verification, time_left: TimeLeft) -> None:
    """Send a link that verifies the address of an account; raises like `mailing.send`."""
    made = patiently(lambda: email_verification.link(message.user_id), time_left)
    if made:
        email, token = made
        link = _link(message.site, "verification", token)
        _send(message.kind, email, letters.verification(link, _hours("verification")))


def reset_password(message: ForgottenPassword, time_left: TimeLeft) -> None:
    """Send a link for a new password, if the address has an account; raises like `mailing.send`."""
    client = Client(message.address, message.user_agent)
    made = patiently(lambda: password_reset.link(message.email, client), time_left)
    if made:
        email, token = made
        link = _link(message.site, "password_reset", token)
        _send(message.kind, email, letters.password_reset(link, links.LIFETIME_SECONDS["password_reset"] // 60))


def change_address(message: AddressChange, time_left: TimeLeft) -> None:
    """Send a link to a new address that confirms it, or word that it has an account; raises like `mailing.send`."""
    version = message.credential_version
    try:
        token = patiently(lambda: email_change.link(message.user_id, message.email, version), time_left)
    except InvalidLinkError:
        # What was asked for before the password was reset, say, is not the owner's wish any more.
        return
    if token is None:
        _send(message.kind, message.email, letters.address_taken())
        return
    link = _link(message.site, "address_change", token)
    _send(message.kind, message.email, letters.address_change(link, _hours("address_change")))


def announce_change(message: AddressChanged, time_left: TimeLeft) -> None:
    """Tell the former address that it was changed, with the way back if there is one; raises like `mailing.send`."""
    user_id, email = message.user_id, message.email
    if not message.way_back:
        if patiently(lambda: email_change.has_left(user_id, email), time_left):
            _send(message.kind, email, letters.address_left())
        return
    change = user_id, email, message.changed_at, message.credential_version
    made = patiently(lambda: email_change.undo_link(*change), time_left)
    if made:
        link = _link(message.site, "address_undo", made)
        _send(message.kind, email, letters.address_changed(link, _hours("address_undo") // 24))


def _link(site: str, purpose: links.Purpose, token: str) -> str:
    """Where a link leads: the site of the settings, if there is one, whatever the message says."""
    return links.address(settings.site_origin() or site, purpose, token)


def _send(kind: str, email: str, letter: Letter) -> None:
    ses.deliver(email, letter)
    logger.info("mail was sent", extra={"mail": kind})


def _hours(purpose: links.Purpose) -> int:
    return links.LIFETIME_SECONDS[purpose] // 3600
