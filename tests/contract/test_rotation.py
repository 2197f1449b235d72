"""Key rotation against a database: published before it signs, kept until the last token has expired."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pynamodb.expressions.condition import Condition

from taskward.errors import UnauthenticatedError, UnavailableError
from taskward.identity import grants, keyring, keys, rotation, tokens
from taskward.identity.session_tables import PublishedKeysItem, RotationLeaseItem
from taskward.origin_secrets import digest
from tests.conftest import Clock
from tests.support.moto_account import ORIGIN_SECRET
from tests.support.people import registered
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

DAY = 86400


def _published() -> list[str]:
    keys.forget()
    return [jwk["kid"] for jwk in keys.published().jwks]


def _signing() -> str:
    keyring.forget()
    return keyring.signing_key().kid


@contextmanager
def _ring_that_cannot_be_stored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(keyring, "store", fail)
        yield


def test_the_first_rotation_makes_a_key_that_signs_at_once() -> None:
    assert _published() == [_signing()]
    assert [key.kid for key in rotation.rotate()] == _published()
    assert keys.published().origin_digests == (digest(ORIGIN_SECRET),)


def test_a_rotation_before_its_time_changes_nothing(clock: Clock) -> None:
    before = _published()
    clock.advance(days=29)
    rotation.rotate()
    assert _published() == before


def test_a_successor_is_published_before_it_signs_and_the_old_key_until_its_last_token_is_over(clock: Clock) -> None:
    (old,) = _published()
    session = registered()[1]
    clock.advance(days=30)
    rotation.rotate()
    old_again, new = _published()
    assert (old_again, _signing()) == (old, old)
    clock.advance(seconds=299)
    last_of_old = tokens.issue_access(keyring.signing_key(), session.user_id, session.session_id)
    assert _signing() == old
    clock.advance(seconds=1)
    assert _signing() == new
    assert tokens.verify_access(last_of_old, keys.published()).user_id == session.user_id
    clock.advance(seconds=7 * DAY + 299)
    rotation.rotate()
    assert _published() == [old, new]
    clock.advance(seconds=1)
    rotation.rotate()
    assert _published() == [new]


def test_a_retired_key_loses_its_private_half_first(clock: Clock) -> None:
    rotation.rotate(now_due=True)
    clock.advance(seconds=300)
    rotation.rotate()
    assert [key.d is None for key in keyring.load()] == [False, False], "an issuer's copy may still sign with it"
    clock.advance(seconds=300)
    rotation.rotate()
    assert [key.d is None for key in keyring.load()] == [True, False]


def test_a_forced_rotation_waits_for_the_last_one_to_take_effect(clock: Clock) -> None:
    rotation.rotate(now_due=True)
    rotation.rotate(now_due=True)
    assert len(_published()) == 2
    clock.advance(seconds=300)
    rotation.rotate(now_due=True)
    assert len(_published()) == 3


def test_a_token_of_a_key_that_is_gone_is_refused_within_a_minute(clock: Clock) -> None:
    session = registered()[1]
    token = grants.issue(session).access_token
    tokens.verify_access(token, keys.published())
    item = PublishedKeysItem.get("KEYS", "PUBLISHED")
    item.keys = []
    item.save()
    clock.advance(seconds=59)
    tokens.verify_access(token, keys.published())
    clock.advance(seconds=1)
    with pytest.raises(UnauthenticatedError):
        tokens.verify_access(token, keys.published())


def test_a_made_up_kid_causes_no_read(monkeypatch: pytest.MonkeyPatch) -> None:
    published = keys.published()

    def no_read(*_: Any, **__: Any) -> None:
        raise AssertionError("the table was read")

    monkeypatch.setattr(PublishedKeysItem, "get", no_read)
    for _ in range(3):
        with pytest.raises(UnauthenticatedError):
            tokens.verify_access(
                "eyJhbGciOiJFZERTQSIsImtpZCI6Im1hZGUgdXAiLCJ0eXAiOiJhdCtqd3QifQ.e30.eA", keys.published()
            )
    assert keys.published() is published


def test_concurrent_rotations_run_one_after_the_other(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_LEASE_WAIT_SECONDS", 0.05)
    clock.advance(days=31)
    results = all_at_once([rotation.rotate] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    assert [key.kid for key in keyring.load()] == _published()
    assert len(_published()) == 2, "one successor, not one for each rotation"


def test_a_rotation_waits_while_another_is_between_its_two_writes(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "_LEASE_WAIT_SECONDS", 0.01)
    clock.advance(days=31)
    store = keyring.store

    def store_after_another_tried(ring: list[keyring.RingKey]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(keyring, "store", store)
            with pytest.raises(UnavailableError):
                rotation.rotate()
        store(ring)

    with monkeypatch.context() as patch:
        patch.setattr(keyring, "store", store_after_another_tried)
        rotation.rotate()
    assert [key.kid for key in keyring.load()] == _published()


def test_a_lease_that_runs_out_while_it_is_waited_for_is_taken(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: clock.advance(seconds=10))
    RotationLeaseItem(holder="gone", held_until=int(clock.now().timestamp()) + 90).save()
    assert rotation.rotate()


def test_a_lease_whose_writing_was_repeated_is_still_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_LEASE_WAIT_SECONDS", 0.01)
    save = RotationLeaseItem.save

    def twice(item: RotationLeaseItem, condition: Condition) -> object:
        save(item, condition)
        return save(item, condition)

    monkeypatch.setattr(RotationLeaseItem, "save", twice)
    assert rotation.rotate()


def test_a_lease_that_was_never_given_back_runs_out(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_LEASE_WAIT_SECONDS", 0.01)
    RotationLeaseItem(holder="gone", held_until=int(clock.now().timestamp()) + 90).save()
    with pytest.raises(UnavailableError):
        rotation.rotate()
    clock.advance(seconds=91)
    assert rotation.rotate()


def test_when_the_second_write_fails_the_next_rotation_heals(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = _published()
    clock.advance(days=31)

    with _ring_that_cannot_be_stored(monkeypatch), pytest.raises(ConnectionError):
        rotation.rotate()
    assert _signing() == old
    rotation.rotate()
    assert [key.kid for key in keyring.load()] == _published()
    clock.advance(seconds=300)
    assert _signing() == _published()[-1] != old


def test_both_origin_secrets_count_while_one_replaces_the_other() -> None:
    keyring.secrets_client().put_secret_value(SecretId="origin", SecretString="the next one")
    rotation.rotate()
    keys.forget()
    assert keys.published().origin_digests == (digest("the next one"), digest(ORIGIN_SECRET))


def test_without_published_keys_nothing_is_verified_and_nobody_is_signed_out() -> None:
    PublishedKeysItem("KEYS", "PUBLISHED").delete()
    keys.forget()
    with pytest.raises(UnavailableError):
        keys.published()


def _revoke(kid: str) -> None:
    rotation.rotate(revoked=kid)


def test_a_revoked_key_is_dead_everywhere_within_a_minute_and_its_successor_never_refused(clock: Clock) -> None:
    (old,) = _published()
    session = registered()[1]
    grant = grants.issue(session)
    warm = keys.published()
    _revoke(old)
    assert keys.published() is warm, "this process has not looked yet"
    for _ in range(rotation.EMERGENCY_LEAD_SECONDS):
        clock.advance(seconds=1)
        try:
            key = keyring.signing_key()
        except UnavailableError:
            continue
        if key.kid != old:
            break
        assert keys.published() is warm, "what a warm issuer signs now is dead as soon as the next copy is read"
    assert clock.now().timestamp() - warm.read_at >= 60
    with pytest.raises(UnauthenticatedError):
        tokens.verify_access(grant.access_token, keys.published())
    with pytest.raises(UnauthenticatedError):
        tokens.verify_refresh(grant.refresh_token, keys.published())
    fresh = grants.issue(session)
    assert tokens.verify_access(fresh.access_token, keys.published()).session_id == session.session_id
    assert old not in {key.kid for key in keyring.load()}


def test_no_verifier_however_warm_refuses_the_first_token_after_a_revocation(clock: Clock) -> None:
    (old,) = _published()
    session = registered()[1]
    clock.advance(seconds=1)
    _revoke(old)
    just_after_the_old_copy_was_read = keys.CACHE_SECONDS - 1
    clock.advance(seconds=just_after_the_old_copy_was_read)
    keys.forget()
    copy_read_last = keys.published()
    clock.advance(seconds=rotation.EMERGENCY_LEAD_SECONDS - just_after_the_old_copy_was_read)
    tokens.verify_access(tokens.issue_access(keyring.signing_key(), "u", session.session_id), copy_read_last)


def test_all_keys_can_be_revoked_at_once(clock: Clock) -> None:
    rotation.rotate(now_due=True)
    before = _published()
    assert len(before) == 2
    _revoke(rotation.ALL)
    (new,) = _published()
    assert new not in before
    with pytest.raises(UnavailableError):
        _signing()
    clock.advance(seconds=rotation.EMERGENCY_LEAD_SECONDS)
    assert _signing() == new


def test_a_superseded_key_can_be_revoked_without_a_gap(clock: Clock) -> None:
    (old,) = _published()
    rotation.rotate(now_due=True)
    clock.advance(seconds=300)
    new = _signing()
    _revoke(old)
    assert _published() == [new] == [_signing()]


def test_a_successor_in_waiting_takes_over_when_the_signing_key_is_revoked(clock: Clock) -> None:
    (old,) = _published()
    rotation.rotate(now_due=True)
    _revoke(old)
    (new,) = _published()
    clock.advance(seconds=rotation.EMERGENCY_LEAD_SECONDS)
    assert _signing() == new


def test_a_key_superseded_lately_signs_on_when_its_successor_is_revoked(clock: Clock) -> None:
    (old,) = _published()
    rotation.rotate(now_due=True)
    clock.advance(seconds=300)
    _revoke(_signing())
    assert _signing() == old
    clock.advance(seconds=rotation.EMERGENCY_LEAD_SECONDS - 1)
    session = registered()[1]
    token = grants.issue(session).refresh_token
    clock.advance(seconds=7 * DAY - 1)
    rotation.rotate()
    keys.forget()
    assert tokens.verify_refresh(token, keys.published()).session_id == session.session_id


def test_a_key_that_does_not_exist_is_not_revoked_in_silence() -> None:
    before = _published()
    with pytest.raises(rotation.UnknownKeyError, match=before[0]):
        _revoke("no such key")
    assert _published() == before


def test_a_revoked_key_is_dead_even_if_the_ring_could_not_be_stored(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = _published()

    with _ring_that_cannot_be_stored(monkeypatch), pytest.raises(ConnectionError):
        _revoke(old)
    assert old not in _published()
    _revoke(old)
    clock.advance(seconds=rotation.EMERGENCY_LEAD_SECONDS)
    assert [_signing()] == _published()


def test_a_revoked_key_never_comes_back_even_if_nobody_asks_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = _published()

    with _ring_that_cannot_be_stored(monkeypatch), pytest.raises(ConnectionError):
        _revoke(old)
    clock.advance(days=1)
    rotation.rotate()
    assert old not in _published()
    assert old not in {key.kid for key in keyring.load()}
    clock.advance(seconds=rotation.EMERGENCY_LEAD_SECONDS)
    assert [_signing()] == _published()
    rotation.rotate()
    assert PublishedKeysItem.get("KEYS", "PUBLISHED").revoked == []


@pytest.mark.parametrize("now_due", [True, False])
def test_rotations_go_on_while_after_a_revocation_no_key_signs_yet(clock: Clock, now_due: bool) -> None:
    _revoke(rotation.ALL)
    before = _published()
    clock.advance(seconds=1)
    rotation.rotate(now_due=now_due)
    assert _published() == before
    clock.advance(seconds=rotation.EMERGENCY_LEAD_SECONDS)
    assert [_signing()] == before
