"""What the suite runs on: Amazon's own DynamoDB Local where there is Java to run it, moto in this process elsewhere."""

from collections.abc import Iterator

import pytest

from taskward.mail import outbox
from tests.support import aws, moto_account
from tests.support.mailbox import Mailbox

MOTO = "moto"
DYNAMODB_LOCAL = "dynamodb-local"


@pytest.fixture(scope="session")
def local_endpoint() -> Iterator[str]:
    """DynamoDB Local, started once for all tests."""
    missing = aws.local_database_missing()
    if missing is not None:
        pytest.skip(f"left out: {missing}")
    with aws.local_database() as endpoint:
        yield endpoint


# Amazon's own is the stricter one, and most that is not of this suite runs on moto anyway.
@pytest.fixture(params=[DYNAMODB_LOCAL if aws.local_database_missing() is None else MOTO])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Empty tables; the name of what they are in. Secrets are in moto either way."""
    endpoint = request.getfixturevalue("local_endpoint") if request.param == DYNAMODB_LOCAL else None
    with aws.in_memory(but_reach=endpoint):
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        aws.connect(endpoint)
        aws.create_tables(endpoint)
        try:
            aws.publish_keys()
            yield request.param
        finally:
            if endpoint is not None:
                aws.delete_tables(endpoint)


@pytest.fixture
def mailbox(database: str, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """Where mail goes, once it is queued."""
    taking = Mailbox()
    monkeypatch.setattr(outbox, "_client", lambda: taking)
    return taking
