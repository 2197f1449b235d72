"""Queued work: exports of accounts, and the removal of what deleted ones left behind. One message at a time.

A message whose work fails is handed out again; after some attempts the queue puts it aside, for somebody to look at.
"""

from collections.abc import Callable
from typing import Any

from taskward import settings
from taskward.jobs import jobs, queue
from taskward.telemetry import logger
from taskward.work import deletion, export, messages

_LONGEST_RETRY_SECONDS = 3600


def handler(event: dict[str, Any], context: Any) -> None:
    (record,) = event["Records"]
    try:
        message = messages.parsed(record["body"])
    except ValueError:
        logger.exception("nobody understands this message", extra={"message_id": record["messageId"]})
        # It will be no better in a while.
        queue.give_back(record["receiptHandle"], 0)
        raise
    try:
        _do(message, lambda: context.get_remaining_time_in_millis() / 1000)
    except Exception:
        receives = int(record["attributes"]["ApproximateReceiveCount"])
        logger.exception("work failed", extra={**message.model_dump(), "receives": receives})
        try:
            if isinstance(message, messages.Export) and receives >= settings.job_receives():
                jobs.fail(message.user_id, message.job_id)
        finally:
            queue.give_back(record["receiptHandle"], _retry_seconds(receives))
        raise


def _do(message: messages.Export | messages.Deletion, time_left: Callable[[], float]) -> None:
    if isinstance(message, messages.Export):
        export.run(message.user_id, message.job_id, time_left)
    elif not deletion.delete_all(message.user_id, time_left):
        # The next slice is a message of its own, so that none of the attempts that this one has is used up.
        queue.send(message.model_dump())


def _retry_seconds(receives: int) -> int:
    """A minute, then four, then sixteen, then an hour: a database or a bucket can be away for longer than a minute.

    None after the last try: the queue puts the message aside when it is to be handed out once more.
    """
    if receives >= settings.job_receives():
        return 0
    wait: int = 60 * 4 ** (receives - 1)
    return min(wait, _LONGEST_RETRY_SECONDS)
