"""Passwords known from breaches (ASVS 6.2.12), looked up at a service that speaks the protocol of Pwned Passwords.

The service is asked for all it knows whose SHA-1 begins with the same five digits, and the rest is compared here: it
learns in which of 1,048,576 ranges a password is, and not whether it knows that password. SHA-1 is the protocol's name
for a password, and protects nothing. What was asked and answered is not kept.

It fails open: a service that is down or wrong must not keep people from registering. The common passwords of
`passwords` are refused all the same.
"""

import hashlib
import re
import ssl
import time
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from urllib.error import URLError
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request

from taskward import settings
from taskward.telemetry import security_event

TIME_LIMIT_SECONDS = 1.0
"""How long an answer may take in all, from the look-up of the service's name to its last byte."""

MAX_ANSWER_BYTES = 256 * 1024
"""Five times what a range of Pwned Passwords has."""

DIGITS_SENT = 5
"""Of the forty of a password's SHA-1, as the protocol has it."""

_LINE = re.compile(r"([0-9A-F]{35}):([0-9]+)", re.IGNORECASE)


class _UnusableAnswerError(Exception):
    """The service answered, but not as the protocol has it. The message shows nothing of question and answer."""


def is_breached(password: str) -> bool:
    """Whether the password is known from a breach; False as well when that cannot be found out or is switched off.

    Raises
    ------
    ConfigurationError: see `settings.breached_passwords_address`.
    """
    address = settings.breached_passwords_address()
    if address is None:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    # In a thread, because nothing else bounds all of it: looking up a name has no time-out, and that of a socket begins
    # anew with each byte.
    executor = ThreadPoolExecutor(max_workers=1)
    answer = executor.submit(_known_endings, f"{address}/{digest[:DIGITS_SENT]}")
    executor.shutdown(wait=False)
    wait([answer], TIME_LIMIT_SECONDS)
    fault = answer.exception() if answer.done() else TimeoutError()
    if fault is None:
        return digest[DIGITS_SENT:] in answer.result()
    # Without the error's own text, which may have the address that was asked for in it, and so the digits.
    security_event("BreachedPasswordsUnavailable", fault=_shown(fault))
    return False


def _shown(fault: BaseException) -> str:
    if isinstance(fault, _UnusableAnswerError):
        return str(fault)
    return type(fault.reason if isinstance(fault, URLError) else fault).__name__


def _known_endings(url: str) -> set[str]:
    """The rest of the SHA-1 of each known password of a range."""
    found = set()
    for line in _fetched(url).split():
        match = _LINE.fullmatch(line)
        if match is None:
            raise _UnusableAnswerError("not in the form of the protocol")
        # Lines that count no use are made up, so that the answer's length does not tell the range.
        if int(match[2]) > 0:
            found.add(match[1].upper())
    return found


def _fetched(url: str) -> str:
    deadline = time.monotonic() + TIME_LIMIT_SECONDS
    # It is https, or loopback: the settings see to that.
    request = Request(url, headers={"Add-Padding": "true", "User-Agent": "Taskward"})  # noqa: S310
    with _opener().open(request, timeout=TIME_LIMIT_SECONDS) as response:
        if response.status != 200:
            raise _UnusableAnswerError(f"status {response.status}")
        body = bytearray()
        while part := response.read1(64 * 1024):
            body += part
            if len(body) > MAX_ANSWER_BYTES:
                raise _UnusableAnswerError("too long")
            if time.monotonic() > deadline:
                # Nobody waits for it any more.
                raise TimeoutError
        if response.length:
            raise _UnusableAnswerError("cut short")
    return body.decode("ascii", errors="replace")


@cache
def _opener() -> OpenerDirector:
    """What follows no redirect, uses no proxy and speaks HTTP alone. Made once: reading certificates takes 20 ms."""
    opener = OpenerDirector()
    opener.add_handler(HTTPHandler())
    opener.add_handler(HTTPSHandler(context=ssl.create_default_context()))
    return opener
