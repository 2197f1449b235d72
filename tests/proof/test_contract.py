"""What the OpenAPI document promises, asked of the gateway in this process: all phases, every limit of every schema."""

import pytest

from taskward import clock
from taskward.identity.user_tables import UserItem
from tests.support import conformance
from tests.support.figures import Figure
from tests.support.fuzzed_people import People
from tests.support.fuzzing import assert_kept, fuzzed
from tests.support.gateway import Gateway
from tests.support.gateway_server import serving
from tests.support.ways_in import account, owner

pytestmark = pytest.mark.usefixtures("moto_tables", "weak_hashes")


def verify(email: str) -> None:
    account(owner(email)).update(actions=[UserItem.email_verified_at.set(clock.epoch())])


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_the_service_answers_as_its_document_says(
    thorough: bool, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of them come from one address.
    monkeypatch.setenv("NETWORK_ATTEMPTS", "100000")
    gateway = Gateway()
    phases = (
        {"examples": 1, "coverage": 1, "fuzzing": 12, "stateful": 40} if thorough else {"fuzzing": 1, "stateful": 3}
    )
    with serving(gateway) as base_url:
        people = People(base_url, verify)
        report = fuzzed(conformance.document(mail=True), base_url, people, phases=phases, whole=thorough)
    figure(report.sentence("of the gateway in the process"))
    assert gateway.crashes == []
    assert_kept(report, whole=thorough)
