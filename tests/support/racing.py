"""Many threads that start at the same moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


def all_at_once(actions: Sequence[Callable[[], _T]]) -> list[_T | Exception]:
    """What each action gave or raised, in their order; none starts before all are ready."""
    barrier = threading.Barrier(len(actions))

    def run(action: Callable[[], _T]) -> _T | Exception:
        barrier.wait(30)
        try:
            return action()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))
