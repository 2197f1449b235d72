"""Several callers whose requests to the database come in an order that the test decides, one at a time."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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


def switching_after(steps: int) -> Choice:
    """The first action makes so many steps, then the second one all of its own, then the first one the rest."""
    left = [steps]

    def choose(going: list[int]) -> int:
        if len(going) == 1:
            return going[0]
        left[0] -= 1
        return going[0] if left[0] >= 0 else going[1]

    return choose
