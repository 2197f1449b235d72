"""Several callers whose requests to the database come in an order that the test decides, one at a time."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from botocore.endpoint import Endpoint

from taskward import storage
from taskward.tasks import workspace

Choice = Callable[[list[int]], int]
"""Of the actions that have not ended, by number, the one that goes on to its next request."""


def interleaved(actions: Sequence[Callable[[], Any]], choice: Choice) -> list[Any]:
    """What each action gave or raised, in their order. None runs while another one does."""
    turns = [threading.Semaphore(0) for _ in actions]
    returned = threading.Semaphore(0)
    going = set(range(len(actions)))
    own = threading.local()
    respond = vars(Endpoint)["_do_get_response"]

    def respond_in_turn(self: Any, *arguments: Any) -> Any:
        number = getattr(own, "number", None)
        if number is not None:
            returned.release()
            turns[number].acquire()
        return respond(self, *arguments)

    def run(number: int) -> Any:
        own.number = number
        turns[number].acquire()
        try:
            return actions[number]()
        except Exception as error:
            return error
        finally:
            going.discard(number)
            returned.release()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(len(actions)) as pool:
        patch.setattr(Endpoint, "_do_get_response", respond_in_turn)
        patch.setattr(storage, "back_off", lambda _: None)
        patch.setattr(workspace, "back_off", lambda _: None)
        running = [pool.submit(run, number) for number in range(len(actions))]
        while going:
            turns[choice(sorted(going))].release()
            assert returned.acquire(timeout=30)
        return [each.result() for each in running]


def switches() -> Iterator[Choice]:
    """For races of two, one after the other: the second action makes all its requests after the first one's first, in
    the next race after the first one's second, and so on, until the first one came to its end before."""
    for steps in count(1):
        going_on = _Switch(steps)
        yield going_on
        if not going_on.has_switched:
            return


class _Switch:
    def __init__(self, steps: int) -> None:
        self.has_switched = False
        self._left = steps

    def __call__(self, going: list[int]) -> int:
        if len(going) == 1:
            return going[0]
        self._left -= 1
        if self._left >= 0:
            return going[0]
        self.has_switched = True
        return going[1]
