"""What the OpenAPI document promises, asked of the deployed stack: see `tests.support.fuzzing`.

The phase of coverage goes through every limit of every schema, which takes thousands of requests: here it is asked of
some operations, and of all of them without a stack, in `tests/proof/test_contract.py`.
"""

from collections.abc import Callable

import httpx
import pytest

from tests.support import conformance
from tests.support.figures import Figure
from tests.support.fuzzed_people import People
from tests.support.fuzzing import assert_kept, fuzzed

LIMITS_OF = "^(GET|DELETE|POST) /(auth/session|jobs|tasks/{id}|tasks/summary|account/tokens|openapi)"
"""One operation of most functions, or more."""


@pytest.fixture
def people(base_url: str, inbox: Callable[[str, str], str], client: httpx.Client) -> People:
    """People whose addresses are verified by the mail that was sent there."""

    def verify(email: str) -> None:
        answer = client.post("/auth/email/verify", json={"token": inbox(email, "verify-email")})
        assert answer.status_code == 204, answer.text

    return People(base_url, verify)


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_the_deployed_service_answers_as_its_document_says(
    base_url: str, people: People, thorough: bool, figure: Figure
) -> None:
    small, whole = {"fuzzing": 1, "stateful": 2}, {"examples": 1, "fuzzing": 8, "stateful": 30}
    phases = whole if thorough else small
    report = fuzzed(conformance.document(mail=True), base_url, people, phases=phases, whole=thorough)
    figure(report.sentence("of the deployed stack"))
    assert_kept(report, whole=thorough)
    if thorough:
        limits = fuzzed(conformance.document(mail=True), base_url, people, phases={"coverage": 1}, name=LIMITS_OF)
        figure(limits.sentence("of the deployed stack, at their limits"))
        assert limits.failures == []
