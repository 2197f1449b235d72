"""Deletion of what an account left, against a database: all of it, nothing else, and in as many slices as it takes."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError, QueryError

from taskward import storage
from taskward.errors import EmailExistsError
from taskward.identity import keys, users
from taskward.identity.link_tables import LinkItem
from taskward.identity.user_tables import ADDRESS, EmailItem, email_key
from taskward.jobs import queue
from taskward.work import deletion, patience
from tests.conftest import Clock
from tests.support.holdings import KINDS, begun_upload, delete_account, held, somebody
from tests.support.people import registered

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

THROTTLED = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "BatchWriteItem")
TIMED_OUT = ReadTimeoutError(endpoint_url="https://dynamodb")
DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "BatchWriteItem")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "back_off", lambda _: None)


def plenty() -> float:
    return 900


class Countdown:
    """Time that is over after it was asked for so often."""

    def __init__(self, asked: int) -> None:
        self.left = asked

    def __call__(self) -> float:
        self.left -= 1
        return 900 if self.left >= 0 else patience.RESERVE_SECONDS - 1


def test_nothing_is_left_of_a_deleted_account_and_everything_of_others() -> None:
    gone, stays = somebody(tasks=60), somebody()
    assert held(gone).keys() == KINDS | {"account"}
    before = held(stays)
    assert before.keys() == KINDS | {"account"}
    delete_account(gone)
    assert deletion.delete_all(gone, plenty)
    assert held(gone) == {}
    assert held(stays) == before
    assert keys.published().jwks


def test_nothing_is_touched_while_the_account_is_there() -> None:
    user_id = somebody()
    before = held(user_id)
    assert deletion.delete_all(user_id, plenty)
    assert held(user_id) == before


def test_a_deletion_that_is_run_again_harms_nobody() -> None:
    gone, stays = somebody(), somebody()
    before = held(stays)
    delete_account(gone)
    for _ in range(3):
        assert deletion.delete_all(gone, plenty)
    assert held(gone) == {}
    assert held(stays) == before


def test_a_deletion_ends_in_time_and_goes_on_where_it_ended() -> None:
    user_id = somebody(tasks=120)
    delete_account(user_id)
    slices, counts = 0, [120]
    while not deletion.delete_all(user_id, Countdown(60)):
        slices += 1
        counts.append(len(held(user_id).get("tasks", [])))
        assert slices < 20
    assert slices > 1
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < 120
    assert held(user_id) == {}


@pytest.mark.parametrize("asked", range(12))
def test_a_slice_without_time_does_nothing_wrong_wherever_it_ends(asked: int) -> None:
    gone, stays = somebody(), somebody()
    before = held(stays)
    delete_account(gone)
    try:
        ended = deletion.delete_all(gone, Countdown(asked))
    except patience.OutOfTimeError:
        pytest.fail("running out of time is no error")
    assert not ended
    assert held(gone)
    assert deletion.delete_all(gone, plenty)
    assert (held(gone), held(stays)) == ({}, before)


def _at_times(
    monkeypatch: pytest.MonkeyPatch, operation: str, spoil: Callable[[int, Callable[[], Any]], Any]
) -> list[int]:
    """Have every call of an operation spoilt as one likes; the list grows by one with each."""
    calls: list[int] = []
    genuine = getattr(Connection, operation)

    def call(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        return spoil(len(calls), lambda: genuine(*arguments, **named))

    monkeypatch.setattr(Connection, operation, call)
    return calls


@pytest.mark.parametrize("cause", [THROTTLED, TIMED_OUT])
@pytest.mark.parametrize(("operation", "wrap"), [("batch_write_item", PutError), ("query", QueryError)])
def test_a_busy_database_is_waited_for(
    operation: str, wrap: type[Exception], cause: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = somebody(tasks=60)
    delete_account(user_id)

    def two_of_three_fail(number: int, genuine: Callable[[], Any]) -> Any:
        if number % 3:
            raise wrap("failed", cause)
        return genuine()

    with monkeypatch.context() as patch:
        calls = _at_times(patch, operation, two_of_three_fail)
        assert deletion.delete_all(user_id, plenty)
    assert len(calls) >= 9
    assert held(user_id) == {}


def test_rows_that_the_database_had_no_room_for_are_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = somebody(tasks=60)
    delete_account(user_id)
    genuine = Connection.batch_write_item
    sizes: list[int] = []

    def ten_at_a_time(self: Connection, table: str, *, delete_items: list[Any]) -> Any:
        sizes.append(len(delete_items))
        answer = genuine(self, table, delete_items=delete_items[:10])
        left = [{"DeleteRequest": {"Key": _raw(self, table, key)}} for key in delete_items[10:]]
        return answer | {"UnprocessedItems": {table: left} if left else {}}

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "batch_write_item", ten_at_a_time)
        assert deletion.delete_all(user_id, plenty)
    assert held(user_id) == {}
    # 60 tasks, a tombstone and a count: two batches of 25, each in three requests, and one of twelve.
    assert sizes[-8:] == [25, 15, 5, 25, 15, 5, 12, 2]


def _raw(connection: Connection, table: str, key: dict[str, Any]) -> Any:
    return connection.get_item_attribute_map(table, key)["Item"]


def test_time_runs_out_while_the_database_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = somebody()
    delete_account(user_id)

    def never(_: int, __: Callable[[], Any]) -> Any:
        raise PutError("failed", THROTTLED)

    with monkeypatch.context() as patch:
        calls = _at_times(patch, "batch_write_item", never)
        assert not deletion.delete_all(user_id, Countdown(50))
    assert len(calls) > 20
    assert deletion.delete_all(user_id, plenty)
    assert held(user_id) == {}


def test_a_request_of_ours_that_is_wrong_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = somebody()
    delete_account(user_id)

    def refuse(_: int, __: Callable[[], Any]) -> Any:
        raise PutError("failed", DENIED)

    calls = _at_times(monkeypatch, "batch_write_item", refuse)
    with pytest.raises(PutError):
        deletion.delete_all(user_id, plenty)
    assert len(calls) == 1


def test_an_error_of_the_queue_is_one_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBS_QUEUE", "https://sqs.us-east-1.amazonaws.com/123456789012/no-such-queue")
    with pytest.raises(ClientError) as caught:
        queue.send({"kind": "deletion"})
    assert storage.is_passing_fault(caught.value)


def test_an_address_that_was_kept_for_the_way_back_is_free_for_others() -> None:
    gone = somebody()
    former = f"former-{users.get(gone).email}"
    with pytest.raises(EmailExistsError):
        registered(former)
    delete_account(gone)
    assert deletion.delete_all(gone, plenty)
    assert registered(former)[0].email == former


def test_a_former_address_that_is_not_kept_for_the_account_stays_whose_it_is(clock: Clock) -> None:
    gone = somebody()
    former = f"former-{users.get(gone).email}"
    clock.advance(days=7, seconds=-60)
    delete_account(gone)
    # For a minute it is kept still, and then by whoever registers it while the deletion is at work.
    assert deletion.delete_all(gone, plenty)
    assert [row["user_id"] for row in held(gone)["former_addresses"]] == [gone]
    clock.advance(seconds=60)
    new, _ = registered(former)
    for expires_at in (None, int(clock.now().timestamp()) + 86400):
        EmailItem(email_key(former), user_id=new.user_id, expires_at=expires_at).save()
        link = LinkItem(f"USER#{gone}", "LINK#1", user_id=gone, purpose="address_undo", email=former)
        link.created_at = link.expires_at = link.credential_version = 1
        link.save()
        assert deletion.delete_all(gone, plenty)
        assert EmailItem.get(email_key(former), ADDRESS).user_id == new.user_id


def test_other_users_results_stay_though_their_ids_begin_alike() -> None:
    user_id = somebody()
    begun_upload(f"exports/{user_id}0/other.json")
    delete_account(user_id)
    assert deletion.delete_all(user_id, plenty)
    assert held(f"{user_id}0")["uploads"] == [f"exports/{user_id}0/other.json"]
