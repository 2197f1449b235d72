"""What signing in and staying signed in cost in read and write units: the second table of docs/cost.md, measured.

On Amazon's own database alone: moto makes its units up.
"""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.conftest import ROOT
from tests.support import aws, moto_account
from tests.support.documents import table
from tests.support.identity_units import Figures, measured, rows

DOCUMENT: Final = ROOT / "docs" / "cost.md"


@pytest.fixture(scope="module")
def figures(local_endpoint: str) -> Iterator[Figures]:
    """Everything measured."""
    with aws.in_memory(but_reach=local_endpoint):
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        aws.connect(local_endpoint)
        yield measured(local_endpoint)


def test_what_the_document_says_of_signing_in_is_what_is_measured(figures: Figures) -> None:
    documented = [part for part in DOCUMENT.read_text().split("\n\n") if part.startswith("|")][1]
    assert documented.splitlines() == table(rows(figures)), "\n".join(["the table should be:", *table(rows(figures))])


def test_what_is_asked_most_costs_the_same_on_however_many_devices_somebody_is_signed_in(figures: Figures) -> None:
    for name, by_devices in figures.items():
        if name not in ("POST /auth/login", "POST /auth/register"):
            assert len({(units.read, units.write) for units in by_devices.values()}) == 1, name


def test_to_let_a_request_in_costs_one_unit(figures: Figures) -> None:
    for units in figures["the authorizer, before any other request"].values():
        assert (units.read, units.write, units.requests) == (1, 0, 1)
