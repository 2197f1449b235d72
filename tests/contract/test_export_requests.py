"""Requests for exports against a database: one at a time, and five a day, however many ask at once."""

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError

from taskward.errors import TooManyJobsError, UnavailableError
from taskward.identity import events, exports
from taskward.jobs import jobs, queue
from taskward.principal import Principal
from tests.conftest import Clock
from tests.support.people import HOME, principal_of, registered
from tests.support.racing import all_at_once


@pytest.fixture(autouse=True)
def sent(database: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the jobs that were put into the queue."""
    found: list[str] = []
    monkeypatch.setattr(queue, "send", lambda message, **_: found.append(message["job_id"]))
    return found


def _asker() -> Principal:
    return principal_of(registered()[1])


def test_of_requests_at_once_one_makes_a_job_and_all_are_told_of_it(sent: list[str]) -> None:
    asker = _asker()
    results = all_at_once([lambda: exports.request(asker, HOME)] * 10)
    made = {job.job_id for job in results if not isinstance(job, Exception)}
    assert all(isinstance(result, UnavailableError) for result in results if isinstance(result, Exception))
    assert made == set(sent)
    assert len(sent) == 1
    kinds = [event.kind for event in events.newest_first(asker.user_id, 50, None).events]
    assert kinds.count("export_requested") == 1


def test_five_a_day_are_five_however_they_are_asked_for(sent: list[str], clock: Clock) -> None:
    asker = _asker()
    for _ in range(4):
        jobs.fail(asker.user_id, exports.request(asker, HOME).job_id)
    results = all_at_once([lambda: exports.request(asker, HOME)] * 6)
    assert len(sent) == 5
    jobs.fail(asker.user_id, sent[-1])
    assert not [result for result in results if isinstance(result, TooManyJobsError)]
    with pytest.raises(TooManyJobsError) as refused:
        exports.request(asker, HOME)
    assert refused.value.retry_after == 86400
    clock.advance(seconds=86400)
    exports.request(asker, HOME)


def test_a_job_that_could_not_be_sent_is_in_nobody_s_way(monkeypatch: pytest.MonkeyPatch, sent: list[str]) -> None:
    asker = _asker()

    def broken(*_: object, **__: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(queue, "send", broken)
        with pytest.raises(UnavailableError):
            exports.request(asker, HOME)
    assert exports.request(asker, HOME).job_id == sent[0]


def test_a_job_whose_storing_was_not_answered_is_in_nobody_s_way(
    monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    asker = _asker()
    transact = Connection.transact_write_items

    def lost(*arguments: Any, **more: Any) -> Any:
        transact(*arguments, **more)
        raise TransactWriteError("failed", ReadTimeoutError(endpoint_url="https://dynamodb"))

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "transact_write_items", lost)
        with pytest.raises(TransactWriteError):
            exports.request(asker, HOME)
    assert [exports.request(asker, HOME).job_id] == sent
