"""The queue of work for the worker."""

import json
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from taskward import settings
from taskward.remote import guarded
from taskward.telemetry import logger


@cache
def _client() -> Any:
    """The SQS client, made once a process, and only in one that has something to send: loading it takes time."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
    return guarded(boto3.client("sqs", config=config))


def send(message: dict[str, Any], delay_seconds: int = 0) -> None:
    """Put a message for the worker into the queue. It may arrive more than once, and in any order.

    Parameters
    ----------
    message: members that JSON knows; `kind` names the work, `user_id` whom it is for.
    delay_seconds: for how long nobody gets to see it, 900 at most.

    Raises
    ------
    ClientError, BotoCoreError: it was not taken; see `storage.is_passing_fault`.
    """
    _client().send_message(QueueUrl=settings.jobs_queue(), MessageBody=json.dumps(message), DelaySeconds=delay_seconds)


def give_back(queue_url: str, receipt_handle: str, delay_seconds: int) -> None:
    """Have a queue hand a received message out again after a delay, instead of at the end of its long time of work.

    When that fails, it is handed out at that end: no reason to fail.
    """
    try:
        _client().change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=delay_seconds
        )
    except (BotoCoreError, ClientError):
        logger.exception("a message could not be given back")
