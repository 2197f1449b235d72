"""The outbox: the queue of mail that the worker is to write and send.

A message names what is to be sent and to whom, never what makes a link work: the worker makes tokens itself.
"""

import json
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from taskward import settings
from taskward.errors import EmailDisabledError
from taskward.remote import guarded
from taskward.telemetry import logger


@cache
def _client() -> Any:
    """The SQS client, made once a process, and only in one that has something to send: making it takes time."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    return guarded(boto3.client("sqs", config=config))


def is_on() -> bool:
    """Whether this deployment sends mail, and this function may ask for some."""
    return settings.mail_queue() is not None


def require() -> None:
    """Go no further where no mail is sent.

    Raises
    ------
    EmailDisabledError: this deployment sends none.
    """
    if not is_on():
        raise EmailDisabledError


def post(message: dict[str, Any], delay_seconds: int = 0) -> None:
    """Put a message into the outbox, for a request whose very purpose is the mail.

    Parameters
    ----------
    message: members that JSON knows; `kind` names the mail, `user_id` whom it is for.
    delay_seconds: for how long the worker does not get to see it, 900 at most.

    Raises
    ------
    EmailDisabledError: this deployment sends no mail.
    ClientError, BotoCoreError: it was not taken; see `storage.is_passing_fault`.
    """
    require()
    _client().send_message(QueueUrl=settings.mail_queue(), MessageBody=json.dumps(message), DelaySeconds=delay_seconds)


def post_if_possible(message: dict[str, Any]) -> None:
    """Put a message into the outbox, for a request that has done its work whether or not somebody is told of it.

    One attempt of two seconds at most. That it failed is logged; nothing is done where no mail is sent.
    """
    if not is_on():
        return
    try:
        post(message)
    except (BotoCoreError, ClientError):
        logger.exception("a mail could not be queued", extra={"kind": message["kind"]})
