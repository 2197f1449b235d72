"""The `make run` that goes on in this checkout, found by what it says of itself."""

import fcntl
import json

from local import stack as stacks
from local.emulator import Emulator
from local.paths import STATE
from local.stack import Stack

AWS = STATE / "aws"
"""What the emulator keeps."""

RUNNING = STATE / "running.json"
"""Locked for as long as it goes on, however it ends: nothing stale can be left behind."""


class NotRunningError(Exception):
    """There is none; the message says what to do."""


def running() -> dict[str, int] | None:
    """What it says of itself, None when there is none; empty while it is still starting."""
    try:
        with RUNNING.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                said: dict[str, int] = json.loads(file.read() or "{}")
                return said
    except FileNotFoundError:
        pass
    return None


def running_stack() -> Stack:
    """What it has deployed.

    Raises
    ------
    NotRunningError: there is none, or it is still starting.
    """
    said = running()
    if said is None:
        raise NotRunningError("This needs what `make run` runs; start that in another terminal.")
    stack = stacks.find(Emulator(AWS, said["emulator_port"])) if said else None
    if stack is None:
        raise NotRunningError("It is still starting; try again when it has said where it is.")
    return stack
