"""Patience with the database: a worker has minutes, so what may pass is waited for as long as there is time."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from pynamodb.exceptions import PynamoDBException

from taskward.errors import UnavailableError
from taskward.storage import back_off, is_passing_fault

TimeLeft = Callable[[], float]
"""How many seconds this invocation has left."""

RESERVE_SECONDS = 60
"""What is kept of an invocation's time for coming to an end in good order."""

# Beyond it the wait is at its longest.
_LONGEST_WAIT = 10

_T = TypeVar("_T")


class OutOfTimeError(Exception):
    """The invocation nears its end."""


class BusyError(Exception):
    """The database did a part of what it was asked for, and the rest is to be asked for again."""


def patiently(call: Callable[[], _T], time_left: TimeLeft) -> _T:
    """What the call gives, in the end: while the database is slow, or asked for too much at once, it is made again.

    Raises
    ------
    OutOfTimeError: less than `RESERVE_SECONDS` are left.
    """
    attempt = 0
    while time_left() >= RESERVE_SECONDS:
        try:
            return call()
        except (BusyError, UnavailableError):
            pass
        except PynamoDBException as error:
            if not is_passing_fault(error):
                raise
        back_off(min(attempt, _LONGEST_WAIT))
        attempt += 1
    raise OutOfTimeError


def rows(found: Iterator[_T], time_left: TimeLeft) -> Iterator[_T]:
    """All rows of a query, each page of it asked for patiently; a page that failed is asked for again."""
    while (row := patiently(lambda: next(found, None), time_left)) is not None:
        yield row
