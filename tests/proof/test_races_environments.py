"""The environments that races are run in: processes that start together; and what goes wrong in one is told."""

import os
import time
from itertools import pairwise

import pytest

from tests.support.environment import Ask, FaultError, Request
from tests.support.environments import Environments


def _process(_: Ask) -> int:
    return os.getpid()


def _moment(_: Ask) -> float:
    return time.monotonic()


def _fault(_: Ask) -> int:
    raise ZeroDivisionError("there is nothing to divide by")


def test_programs_run_in_processes_of_their_own_at_the_same_time(environments: Environments) -> None:
    assert len(set(environments.at_once([_process] * environments.count))) == environments.count
    rounds = environments.rounds([[_moment] * environments.count] * 3)
    # None begins a round before all have ended the one before.
    assert all(max(before) < min(after) for before, after in pairwise(rounds))


def test_what_goes_wrong_in_one_is_told_and_all_go_on(environments: Environments) -> None:
    with pytest.raises(FaultError, match="there is nothing to divide by"):
        environments.rounds([[_process, _fault], [_process] * environments.count])
    assert environments.ask("GET", "/.well-known/jwks.json").status == 200


def test_all_know_the_same_keys(environments: Environments) -> None:
    shown = environments.at_once([Request("GET", "/.well-known/jwks.json")] * environments.count)
    assert len({answer.text for answer in shown}) == 1
