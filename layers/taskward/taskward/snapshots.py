"""What must happen around a snapshot: Lambda can keep a process that is ready, and start copies of it (SnapStart).

Whoever has a state says here what is to be done with it: made ready before, so that no copy has to; dropped after,
when it is old or would be the same in all copies. Where no snapshot is taken nothing of it happens.
"""

import os
import random
import ssl
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, TypeVar

_TAKEN: Final = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"
# Part of Lambda's own runtime. Where it is missing a snapshot is taken all the same, so that nobody must go on.
_runtime: Any = import_module("snapshot_restore_py") if _TAKEN else None

_Call = TypeVar("_Call", bound=Callable[[], object])


def before_snapshot(prepare: _Call) -> _Call:
    """Have this called when everything is imported and the snapshot is about to be taken. It must ask nobody."""
    if _TAKEN:
        _runtime.register_before_snapshot(prepare)
    return prepare


def after_restore(renew: _Call) -> _Call:
    """Have this called in each copy, before its first request."""
    if _TAKEN:
        _runtime.register_after_restore(renew)
    return renew


@after_restore
def draw_anew() -> None:
    """Draw other numbers than the other copies: how long to wait, and what OpenSSL's connections are encrypted with.

    Ids and secrets come from the system each time, whose numbers Lambda sees to.
    """
    random.seed()
    fresh = os.urandom(48)
    ssl.RAND_add(fresh, len(fresh))
