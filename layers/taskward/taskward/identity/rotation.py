"""Signing-key rotation: a new key is published before it signs, an old one until its last token has expired."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from pynamodb.attributes import MapAttribute
from pynamodb.exceptions import PutError

from taskward import clock, settings
from taskward.errors import UnavailableError
from taskward.identity import keyring, keys
from taskward.identity.keyring import RingKey
from taskward.identity.session_tables import PublishedKeysItem, RotationLeaseItem
from taskward.origin_secrets import digest
from taskward.storage import condition_failed

PUBLICATION_LEAD_SECONDS = 300
"""How long a key is published before it signs: longer than any copy of the published keys lives."""

EMERGENCY_LEAD_SECONDS = keys.CACHE_SECONDS + 5
"""The same when a key had to be revoked and no other can sign: for so long nobody can sign in or refresh."""

ALL = "all"
"""In place of a key's id: every key there is."""

_SLACK_SECONDS = 300

_LEASE_SECONDS = 90
_LEASE_WAIT_SECONDS = 1.0
_LEASE_ATTEMPTS = 40


class UnknownKeyError(Exception):
    """There is no key of this id; the message lists those there are."""


def rotate(*, now_due: bool = False, revoked: str | None = None) -> list[RingKey]:
    """Bring ring and published keys up to date; safe to run at any time and as often as one likes.

    Makes the first key, and a successor when the newest is older than `settings.key_rotation_seconds()` or when
    `now_due`; retires what is past its time; publishes the digests of the current and previous origin secret.
    Rotations that meet run one after the other.

    Parameters
    ----------
    revoked: id of a key that is to be dead, or `ALL`; then nothing else is done. Its tokens are refused everywhere
        `keys.CACHE_SECONDS` later.

    Returns
    -------
    The ring after the rotation, oldest first.

    Raises
    ------
    UnavailableError: another rotation did not come to its end in time.
    UnknownKeyError: there is no key `revoked`.
    """
    with _lease():
        now = clock.epoch()
        before = keyring.load()
        dead = _dead(before, revoked)
        alive = [key for key in before if key.kid not in dead]
        ring = _replaced(alive, now) if dead else _successors(alive, now, now_due)
        # Published first: should the second write fail, a published key that never signs harms nobody, and a revoked
        # one is dead all the same. It is noted there, so that no later rotation publishes it again.
        _publish(ring, dead)
        if ring != before:
            keyring.store(ring)
        return ring


def age(ring: list[RingKey]) -> int:
    """Seconds since the newest key of a ring was made."""
    return clock.epoch() - max(key.created_at for key in ring)


@contextmanager
def _lease() -> Iterator[None]:
    """Hold the lease on rotation; wait for it while somebody else does.

    It outlives the function's time-out, so that whoever holds it is either at work or gone.
    """
    holder = uuid.uuid4().hex
    for _ in range(_LEASE_ATTEMPTS):
        now = clock.epoch()
        free = RotationLeaseItem.user_id.does_not_exist() | (RotationLeaseItem.held_until <= now)
        # Ours already, when the client library repeats a write whose answer was lost.
        free |= RotationLeaseItem.holder == holder
        try:
            RotationLeaseItem(holder=holder, held_until=now + _LEASE_SECONDS).save(condition=free)
            break
        except PutError as error:
            if not condition_failed(error):
                raise
        time.sleep(_LEASE_WAIT_SECONDS)
    else:
        raise UnavailableError("Another rotation of the signing keys is going on.")
    try:
        yield
    finally:
        with suppress(PutError):
            RotationLeaseItem(holder=holder, held_until=0).save(condition=RotationLeaseItem.holder == holder)


def _successors(ring: list[RingKey], now: int, now_due: bool) -> list[RingKey]:
    newest = max(ring, key=lambda key: key.signs_from, default=None)
    if newest is None:
        ring = [keyring.new_key(uuid.uuid4().hex, now, signs_from=now)]
    elif newest.signs_from <= now and (now_due or now - newest.created_at >= settings.key_rotation_seconds()):
        successor = keyring.new_key(uuid.uuid4().hex, now, signs_from=now + PUBLICATION_LEAD_SECONDS)
        expires_at = _last_use_of_predecessor(successor)
        ring = [*(key if key.expires_at else replace(key, expires_at=expires_at) for key in ring), successor]
    kept = [key for key in ring if key.expires_at is None or key.expires_at > now]
    # After a revocation it can be that no key signs yet.
    signing_since = max((key.signs_from for key in kept if key.signs_from <= now), default=now)
    return [
        key.without_private_half() if key.signs_from < signing_since and now >= signing_since + _SLACK_SECONDS else key
        for key in sorted(kept, key=lambda key: key.signs_from)
    ]


def _last_use_of_predecessor(successor: RingKey) -> int:
    """When the last token of a key has expired that signs until its successor does."""
    longest = max(settings.access_token_seconds(), settings.session_idle_seconds())
    return successor.signs_from + longest + _SLACK_SECONDS


def _dead(ring: list[RingKey], revoked: str | None) -> set[str]:
    """Ids of those keys of the ring that are revoked, now or by a rotation that did not come to its end."""
    kids = {key.kid for key in ring}
    if revoked is not None and revoked not in kids | {ALL}:
        raise UnknownKeyError(f"There is no key {revoked}; there are: {', '.join(key.kid for key in ring)}.")
    if revoked == ALL:
        return kids
    try:
        noted = set(PublishedKeysItem.get("KEYS", "PUBLISHED", consistent_read=True).revoked or [])
    except PublishedKeysItem.DoesNotExist:
        noted = set()
    return {kid for kid in kids if kid == revoked or kid in noted}


def _replaced(kept: list[RingKey], now: int) -> list[RingKey]:
    """What a revocation left of the ring, with a key that signs as soon as everybody can know it."""
    soon = now + EMERGENCY_LEAD_SECONDS
    if any(key.expires_at is None for key in kept):
        return [replace(key, signs_from=min(key.signs_from, soon)) for key in kept]
    successor = keyring.new_key(uuid.uuid4().hex, now, signs_from=soon)
    # Until then one that was superseded lately signs once more, if it still can.
    expires_at = _last_use_of_predecessor(successor)
    return [*(replace(key, expires_at=expires_at) if key.d else key for key in kept), successor]


def _publish(ring: list[RingKey], revoked: set[str]) -> None:
    PublishedKeysItem(
        keys=[MapAttribute(**key.public_jwk()) for key in ring],  # type: ignore[no-untyped-call]
        origin_digests=_origin_digests(),
        revoked=sorted(revoked),
    ).save()


def _origin_digests() -> list[str]:
    """Digests of the origin secret and of the one before it: both hold while a proxy is brought up to date."""
    client = keyring.secrets_client()
    digests = []
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        try:
            answer = client.get_secret_value(SecretId=settings.origin_secret(), VersionStage=stage)
        except client.exceptions.ResourceNotFoundException:
            continue
        digests.append(digest(answer["SecretString"]))
    return digests
