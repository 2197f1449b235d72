"""Signing-key rotation: a new key is published before it signs, an old one until its last token has expired."""

import uuid
from dataclasses import replace

from pynamodb.attributes import MapAttribute
from pynamodb.expressions.condition import Condition

from taskward import clock, settings
from taskward.identity import keyring
from taskward.identity.keyring import RingKey
from taskward.identity.session_tables import PublishedKeysItem
from taskward.origin_secrets import digest

PUBLICATION_LEAD_SECONDS = 300
"""How long a key is published before it signs: longer than any copy of the published keys lives."""

_SLACK_SECONDS = 300


def rotate(*, now_due: bool = False) -> list[RingKey]:
    """Bring ring and published keys up to date; safe to run at any time and as often as one likes.

    Makes the first key, and a successor when the newest is older than `settings.key_rotation_seconds()` or when
    `now_due`; retires what is past its time; publishes the digests of the current and previous origin secret.

    Returns
    -------
    The ring after the rotation, oldest first.

    Raises
    ------
    pynamodb.exceptions.PutError: another rotation was quicker; the state is consistent.
    """
    now = clock.epoch()
    before = keyring.load()
    ring = _successors(before, now, now_due)
    # Published first: should the second write fail, a published key that never signs harms nobody.
    _publish(ring)
    if ring != before:
        keyring.store(ring)
    return ring


def _successors(ring: list[RingKey], now: int, now_due: bool) -> list[RingKey]:
    newest = max(ring, key=lambda key: key.signs_from, default=None)
    if newest is None:
        ring = [keyring.new_key(uuid.uuid4().hex, now, signs_from=now)]
    elif newest.signs_from <= now and (now_due or now - newest.created_at >= settings.key_rotation_seconds()):
        successor = keyring.new_key(uuid.uuid4().hex, now, signs_from=now + PUBLICATION_LEAD_SECONDS)
        last_token = max(settings.access_token_seconds(), settings.session_idle_seconds())
        expires_at = successor.signs_from + last_token + _SLACK_SECONDS
        ring = [*(key if key.expires_at else replace(key, expires_at=expires_at) for key in ring), successor]
    kept = [key for key in ring if key.expires_at is None or key.expires_at > now]
    signing_since = max(key.signs_from for key in kept if key.signs_from <= now)
    return [
        key.without_private_half() if key.signs_from < signing_since and now >= signing_since + _SLACK_SECONDS else key
        for key in sorted(kept, key=lambda key: key.signs_from)
    ]


def _publish(ring: list[RingKey]) -> None:
    try:
        item = PublishedKeysItem.get("KEYS", "PUBLISHED", consistent_read=True)
        condition: Condition = PublishedKeysItem.revision == item.revision
    except PublishedKeysItem.DoesNotExist:
        item = PublishedKeysItem(revision=0)
        condition = PublishedKeysItem.user_id.does_not_exist()
    item.revision += 1
    item.keys = [MapAttribute(**key.public_jwk()) for key in ring]  # type: ignore[no-untyped-call]
    item.origin_digests = _origin_digests()
    item.save(condition=condition)


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
