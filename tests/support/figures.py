"""What was proved, in figures: printed at the end of a run, beside the number of tests that passed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

NAME = "figure"


def recorded(reports: dict[str, list[Any]]) -> Iterator[str]:
    """The figures of all tests that have run, from what the terminal has kept of them."""
    for report in (each for kept in reports.values() for each in kept):
        if getattr(report, "when", None) == "call":
            yield from (value for name, value in report.user_properties if name == NAME)


Figure = Callable[[str], None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Notes a sentence with a figure."""
    return lambda sentence: record_property(NAME, sentence)
