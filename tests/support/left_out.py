"""What is left out on purpose unless `--thorough` asks for it, so that tests take minutes: what seldom finds more."""

from collections.abc import Iterable

import pytest

from tests.support import aws

MOTO = "moto"
"""A second database beside Amazon's own, which is stricter, and faster."""


def divided(tests: Iterable[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests to be run, and those that run on a stricter database as well."""
    stricter = aws.local_database_missing() is None
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for test in tests:
        (left_out if stricter and _database(test) == MOTO else kept).append(test)
    return kept, left_out


def said(*, thorough: bool) -> str:
    """The same for those who read what the tests print."""
    missing = aws.local_database_missing()
    if missing is not None:
        return f"DynamoDB Local ({missing}), and all that needs it"
    if thorough:
        return "nothing"
    return (
        f"on {MOTO}, what runs on DynamoDB Local; of tens of thousands of tasks, and of the cases of proofs, most. "
        "`make test THOROUGH=1` leaves out nothing, nor does CI"
    )


def _database(test: pytest.Item) -> object:
    callspec = getattr(test, "callspec", None)
    return callspec and callspec.params.get("database")
