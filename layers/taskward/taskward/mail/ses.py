"""Amazon SES, which sends the mail."""

from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from email_validator import EmailNotValidError, validate_email

from taskward import settings
from taskward.mail.letters import Letter
from taskward.remote import guarded
from taskward.telemetry import logger

# RFC 3834, section 5: so that no machine answers, such as one that says that somebody is on holiday.
_HEADERS: Final = [{"Name": "Auto-Submitted", "Value": "auto-generated"}]


@cache
def _client() -> Any:
    """The SES client, made once a process."""
    config = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2, "mode": "standard"})
    return guarded(boto3.client("sesv2", config=config))


def deliver(to: str, letter: Letter) -> None:
    """Send a letter. An address that SES refuses is logged, and no error: it will be refused for ever.

    Parameters
    ----------
    to: an address as an account has it; its domain may be in any script.

    Raises
    ------
    ClientError, BotoCoreError: it was not taken, for a reason that may pass or that we have to mend.
    """
    address = _in_ascii(to)
    if address is None:
        logger.warning("a mail was refused for good", extra={"reason": "SES sends to no such address"})
        return
    try:
        _client().send_email(
            FromEmailAddress=settings.mail_sender(),
            Destination={"ToAddresses": [address]},
            ConfigurationSetName=settings.mail_configuration_set(),
            Content={
                "Simple": {
                    "Subject": _content(letter.subject),
                    "Body": {"Text": _content(letter.text), "Html": _content(letter.html)},
                    "Headers": _HEADERS,
                }
            },
        )
    except ClientError as error:
        if not _refuses(error, address):
            raise
        reason = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
        logger.warning("a mail was refused for good", extra={"reason": reason.replace(address, "(the address)")})


def _in_ascii(address: str) -> str | None:
    """The form that SES takes; None when there is none, since what stands before the @ is not ASCII."""
    try:
        return validate_email(address, check_deliverability=False).ascii_email
    except EmailNotValidError:
        return None


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _refuses(error: ClientError, address: str) -> bool:
    """Whether SES refused this address, and not us: an account that may write to verified ones only names it."""
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    return code == "BadRequestException" or (code == "MessageRejected" and address in message)
