"""Requests to AWS, whatever the service: how long they may last, and which answers are believed.

A function that is ended by its time-out answers nobody, and the next request finds a process that has yet to begin. So
no request is sent that could last longer than there is time: it fails at once, as if nobody had answered.
"""

import math
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from taskward.snapshots import after_restore

RESERVE_SECONDS: Final = 1.5
"""What is kept of a function's time for its own work and its answer."""

_REFUSALS: Final = range(400, 500)

_until = math.inf


class NoTimeError(BotoCoreError):
    """There is no time left for another request."""

    fmt = "There is no time left for another request."


class UnusableAnswerError(BotoCoreError):
    """Something that is no answer of AWS came in place of one."""

    fmt = "What came is no answer of AWS."


def nothing_was_done(error: BaseException) -> bool:
    """Whether an error is certain to mean that a request was not carried out: it was refused, or never arrived."""
    if isinstance(error, ClientError):
        status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status in _REFUSALS
    return isinstance(error, NoTimeError | ConnectTimeoutError | EndpointConnectionError)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Send no request inside that could last longer than until so many seconds from now, less the reserve."""
    global _until
    _until = time.monotonic() + seconds - RESERVE_SECONDS
    try:
        yield
    finally:
        _until = math.inf


def guarded(client: Any) -> Any:
    """The same boto3 client, which keeps to `within` and, of services that speak JSON, believes no garbled answer.

    What it raises else is a `BotoCoreError`: a fault that may pass. Answers in XML, those of S3, and those without a
    body that counts are looked at by whoever asked.
    """
    longest = client.meta.config.connect_timeout + client.meta.config.read_timeout

    def check_time(**_: Any) -> None:
        if time.monotonic() + longest > _until:
            raise NoTimeError

    client.meta.events.register_first("before-send", check_time)
    client.meta.events.register("before-parse", _check_answer)
    after_restore(client.close)
    return client


def _check_answer(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Refuse what is no JSON object, or another one than was sent.

    The library takes anything for an answer without members: an item that cannot be read for one that is not there.
    """
    if operation_model.service_model.resolved_protocol != "json" or operation_model.output_shape is None:
        return
    body, checksum = response_dict["body"], response_dict["headers"].get("x-amz-crc32")
    is_whole = body[:1] == b"{" and body[-1:] == b"}"
    # Errors are told by their status.
    if response_dict["status_code"] == 200 and not (is_whole and checksum in (None, str(zlib.crc32(body)))):
        raise UnusableAnswerError
