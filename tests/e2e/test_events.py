"""Sample events filled with what is real in a deployed stack, and handed to its functions as `sam local` does it."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.samples import event_values
from local.samples.functions import AnswerError, Functions
from local.samples.sample_events import load, names, placeholders
from local.stack import Stack
from tests.integration.test_sample_events import TABLES
from tests.support.every_event import answer_of
from tests.support.sample_events import in_short

# About a limit that was reached, or something that was done a while ago: neither is done for an event.
OF_ANOTHER_PAST = re.compile(
    r"_(too_many\w*|over_quota|quota_exceeded|key_other_body|key_of_deleted|task_gone|old_token)$|/too_many_attempts$"
)
# They change the keys that all other tests sign in with.
LEFT_ALONE = {"rotate_keys/revoke_all", "rotate_keys/forced"}
_AT_ONCE = 3


def parts(name: str) -> list[Any]:
    """What an event is an example of: an operation, and each of its placeholders."""
    event = load(name, **dict.fromkeys(placeholders(name), "x"))
    return [(name.partition("/")[0], event.get("httpMethod"), event.get("resource")), *placeholders(name)]


def chosen(*, of_each_operation: bool) -> list[str]:
    """An example of everything, or of each placeholder alone. All of them are handed to the handlers elsewhere."""
    examples: dict[Any, str] = {}
    for name in sorted(names() - LEFT_ALONE, reverse=True):
        operation, *filled = parts(name)
        examples |= dict.fromkeys([operation, *filled] if of_each_operation else filled, name)
    return sorted(set(examples.values()))


def answers(name: str) -> set[str]:
    """What an event may be answered with, by the cases that it has."""
    return {answer_of(name, table[name]) for table in TABLES if name in table}


def given(stack: Stack, name: str) -> str:
    """What a filled event is answered with, in short."""
    event = event_values.filled(stack, name, stack.emulator.endpoint)
    assert "{{" not in str(event)
    try:
        return in_short(Functions(stack).call(name, event))
    except AnswerError:
        return "raises"


def test_every_kind_of_event_can_be_filled_and_is_answered_by_its_function_as_a_case_of_it_says(
    stack: Stack, thorough: bool, subtests: pytest.Subtests
) -> None:
    wanted = chosen(of_each_operation=thorough)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = {name: pool.submit(given, stack, name) for name in wanted}
    for name in wanted:
        with subtests.test(name):
            answer = running[name].result()
            if name.startswith("rotate_keys/"):
                # How many keys there are is other tests' business.
                assert re.fullmatch(r"SUCCESS|\d+ published", answer)
            elif OF_ANOTHER_PAST.search(name):
                assert re.fullmatch("[2-4].*", answer)
            else:
                assert answer in answers(name)
