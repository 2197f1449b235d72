"""Room for Python's frames, without which a test may spend a fifth of its time on getting it and giving it back."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def with_room(function: Callable[[], T]) -> T:
    """What a function returns when it is called from so large a frame that all frames below find room behind it.

    CPython keeps frames in pieces of 16 KB: it asks the system for the next piece when one is full, and gives it back
    with the last frame in it. A loop that calls across such an edge pays 7 us for every call, and which loops do is
    chance. A frame of half a megabyte gets a piece of one megabyte, whose edge is far off; nothing of it is touched.
    """
    return function()


with_room.__code__ = with_room.__code__.replace(co_stacksize=70_000)
