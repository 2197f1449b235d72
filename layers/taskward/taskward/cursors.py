"""Cursors: where a list goes on, as opaque text.

A cursor carries a mark of the list it belongs to, so that one of another user or another list is refused. The mark
guards against mix-ups only; what a user may read is decided by the partition key of the query.
"""

import base64
import binascii
import hashlib
import json

from taskward.errors import InvalidCursorError


def encoded(list_name: str, values: tuple[str, ...]) -> str:
    """A cursor for a list; `list_name` says whose list it is and which."""
    text = json.dumps([_mark(list_name), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(list_name: str, cursor: str) -> tuple[str, ...]:
    """The values of a cursor of this list. Their form is for the caller to check: anybody can make up a cursor.

    Raises
    ------
    InvalidCursorError: it is not a cursor, or one of another list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        mark, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise InvalidCursorError from None
    if mark != _mark(list_name) or not all(isinstance(value, str) for value in values):
        raise InvalidCursorError
    return tuple(values)


def _mark(list_name: str) -> str:
    return hashlib.sha256(list_name.encode()).hexdigest()[:16]
