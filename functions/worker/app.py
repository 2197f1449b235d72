"""Queued work: exports, imports, large deletions, what deleted accounts left behind, and mail. One message at a time.

A message whose work fails is handed out again; after some attempts its queue puts it aside, for somebody to look at.
"""

from collections.abc import Callable
from typing import Any, Final

from taskward import settings
from taskward.jobs import jobs, queue
from taskward.telemetry import logger
from taskward.work import (
    deletion,
    export,
    link_mails,
    mailing,
    messages,
    returns,
    task_deletion,
    task_export,
    task_import,
)
from taskward.work.patience import TimeLeft

_LONGEST_RETRY_SECONDS: Final = 3600


def handler(event: dict[str, Any], context: Any) -> None:
    (record,) = event["Records"]
    try:
        message = messages.parsed(record["body"])
    except ValueError:
        logger.exception("nobody understands this message", extra={"message_id": record["messageId"]})
        # It will be no better in a while.
        _give_back(record, 0)
        raise
    try:
        _WORK[type(message)](message, lambda: context.get_remaining_time_in_millis() / 1000)
    except Exception:
        receives = int(record["attributes"]["ApproximateReceiveCount"])
        told = message.model_dump(include=_TOLD)
        logger.exception("work failed", extra={**told, "message_id": record["messageId"], "receives": receives})
        try:
            if isinstance(message, _JOBS) and receives >= settings.job_receives():
                jobs.fail(message.user_id, message.job_id)
        finally:
            _give_back(record, _retry_seconds(receives))
        raise


def _export(message: messages.Export, time_left: TimeLeft) -> None:
    export.run(message.user_id, message.job_id, time_left)


_JOBS: Final = (messages.Export, messages.TaskExport, messages.TaskImport, messages.TaskDeletion)
"""Messages whose owner is told when the last try has failed."""


def _delete(message: messages.Deletion, time_left: TimeLeft) -> None:
    if not deletion.delete_all(message.user_id, time_left):
        # The next slice is a message of its own, so that none of the attempts that this one has is used up.
        queue.send(message.model_dump())


_WORK: Final[dict[type[messages.Message], Callable[[Any, TimeLeft], None]]] = {
    messages.Export: _export,
    messages.TaskExport: task_export.run,
    messages.TaskImport: task_import.run,
    messages.TaskDeletion: task_deletion.run,
    messages.Deletion: _delete,
    messages.Notice: mailing.tell,
    messages.Verification: link_mails.verify,
    messages.ForgottenPassword: link_mails.reset_password,
    messages.AddressChange: link_mails.change_address,
    messages.AddressChanged: link_mails.announce_change,
    messages.Bounce: returns.take_bounce,
    messages.Complaint: returns.take_complaint,
}

# Of a message that failed: what names the work. Addresses of people are left out.
_TOLD: Final = {"kind", "user_id", "job_id", "event", "event_type"}


def _give_back(record: dict[str, Any], delay_seconds: int) -> None:
    """Have a message handed out again, by the queue that it came from."""
    name, mail_queue = record["eventSourceARN"].rpartition(":")[2], settings.mail_queue()
    came_from = mail_queue if mail_queue and mail_queue.endswith(f"/{name}") else settings.jobs_queue()
    queue.give_back(came_from, record["receiptHandle"], delay_seconds)


def _retry_seconds(receives: int) -> int:
    """A minute, then four, then sixteen, then an hour: a database or a bucket can be away for longer than a minute.

    None after the last try: the queue puts the message aside when it is to be handed out once more.
    """
    if receives >= settings.job_receives():
        return 0
    wait: int = 60 * 4 ** (receives - 1)
    return min(wait, _LONGEST_RETRY_SECONDS)
