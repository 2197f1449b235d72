"""The queue of mail and the mailboxes behind it, for tests that go from a request to a letter and on to its link."""

import json
import re
from typing import Any

from functions.worker.app import _WORK
from taskward import settings
from taskward.work import messages
from tests.support import aws
from tests.support.aws import Mail

SITE = "https://tasks.example"
"""Where links lead."""

_TOKEN = re.compile(r"#token=(\S+)")


class Mailbox:
    """Takes what is put into the queue of mail, in place of its client, and has the worker send it when asked to.

    With a `fault` the queue raises it and takes nothing.
    """

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []
        self.delays: dict[str, int] = {}
        self.fault: Exception | None = None

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:  # noqa: N803
        """As the queue's client has it."""
        assert QueueUrl == settings.mail_queue()
        if self.fault is not None:
            raise self.fault
        message = json.loads(MessageBody)
        self.waiting.append(message)
        self.delays[message["kind"]] = DelaySeconds

    def taken(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Take the messages that wait, all or those of a kind, and never send them."""
        taken = [message for message in self.waiting if kind in (None, message["kind"])]
        self.waiting = [message for message in self.waiting if message not in taken]
        return taken

    def send(self) -> list[Mail]:
        """Send all that waits, however long it was to be held back; the letters that came of it."""
        before = len(aws.mailed())
        while self.waiting:
            deliver(self.waiting.pop(0))
        return aws.mailed()[before:]

    def link_to(self, address: str) -> str:
        """The token of the newest link that was sent to an address, once all that waits is sent."""
        self.send()
        received = [mail for mail in aws.mailed() if mail.to == address and _TOKEN.search(mail.text)]
        return token_in(received[-1])


def deliver(message: dict[str, Any]) -> None:
    """Have the worker do what a message asks for."""
    parsed = messages.parsed(json.dumps(message))
    _WORK[type(parsed)](parsed, lambda: 900)


def token_in(mail: Mail) -> str:
    """The token of the link in a letter; both its forms have the same one."""
    (token,) = _TOKEN.findall(mail.text)
    assert f"#token={token}" in mail.html
    return str(token)
