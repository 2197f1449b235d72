"""How long the worker takes to remove a deleted account of 100,000 tasks, and in how many slices.

`make bench-deletion`, or `python -m bench.deletion [--tasks 100000] [--slice 20]`.

Every task is in all five indexes. The worker's own handler runs, with the given number of seconds before it has to
come to an end; as long as it asks for another slice, it gets one. DynamoDB Local never throttles: on AWS, a partition
takes 1,000 write units a second, and a task with five indexes costs six of them or more.
"""

import argparse
import json
import time
from typing import Any

from bench.large_account import large_account
from functions.worker import app
from taskward.jobs import queue
from taskward.work import patience
from tests.support import aws
from tests.support.holdings import delete_account, held


class _Slice:
    """An invocation that has so many seconds for its work."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds + patience.RESERVE_SECONDS

    def get_remaining_time_in_millis(self) -> int:
        return int((self._end - time.monotonic()) * 1000)


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--slice", type=float, default=20, help="seconds of work in one invocation")
    arguments = parser.parse_args()
    with large_account(arguments.tasks) as user_id:
        delete_account(user_id)
        queue.send({"kind": "deletion", "user_id": user_id})
        seconds = []
        while messages := aws.queued():
            begin = time.monotonic()
            app.handler(_event(*messages), _Slice(arguments.slice))
            seconds.append(time.monotonic() - begin)
            print(f"slice {len(seconds)}: {seconds[-1]:.1f} s", flush=True)
        assert held(user_id) == {}, "something is left"
    total = sum(seconds)
    print(f"removed in {total:.0f} s and {len(seconds)} slices, {arguments.tasks / total:,.0f} tasks a second")
    print(f"longest slice {max(seconds):.1f} s of {arguments.slice:.0f}")


def _event(message: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [{"messageId": "-", "receiptHandle": "-", "body": json.dumps(message)}]}


if __name__ == "__main__":
    main()
