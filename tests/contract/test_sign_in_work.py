"""A sign-in does the same work for an account, for an address that has none, and for what is no address at all."""

import pytest
from pynamodb.connection.base import Connection

from taskward.errors import InvalidCredentialsError, TooManyAttemptsError
from taskward.identity import passwords, sign_in
from taskward.identity.models import Credentials
from tests.conftest import Clock
from tests.support.people import ELSEWHERE, registered

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each request to the database and each hash that is computed, in order."""
    done: list[str] = []
    dispatch, verify = Connection.dispatch, passwords._context.verify_and_update

    def request(self: Connection, operation: str, arguments: dict[str, object]) -> object:
        done.append(f"{operation} {arguments.get('TableName', '')}")
        return dispatch(self, operation, arguments)

    def hashed(*arguments: str) -> object:
        done.append("hash")
        return verify(*arguments)

    passwords.prepare()
    monkeypatch.setattr(Connection, "dispatch", request)
    monkeypatch.setattr(passwords._context, "verify_and_update", hashed)
    return done


def _work_of(done: list[str], email: str) -> list[str]:
    done.clear()
    with pytest.raises((InvalidCredentialsError, TooManyAttemptsError)):
        sign_in.sign_in(Credentials(email=email, password="a wrong password"), ELSEWHERE)
    return list(done)


def test_known_and_unknown_addresses_take_the_same_reads_writes_and_hashes(work: list[str], clock: Clock) -> None:
    registered("ada@example.com")
    expected = [
        *["UpdateItem users"] * 3,  # the attempt, entered into its three counters
        *["GetItem users"] * 2,  # the address, the account
        "hash",
        "PutItem users",  # the event
    ]
    for _ in range(4):
        for email in ("ada@example.com", "nobody@example.com", "no address"):
            assert _work_of(work, email) == expected
    # The fifth failure, which settles how long the wait is, and those that are refused are the same work as well.
    for _ in range(2):
        known = _work_of(work, "ada@example.com")
        assert _work_of(work, "nobody@example.com") == known
        assert _work_of(work, "no address") == known
    assert "hash" not in known
