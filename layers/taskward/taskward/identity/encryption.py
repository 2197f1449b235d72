"""Secrets that must be had back: encrypted with a key that never leaves KMS (ASVS 11.2, 13.3).

What is encrypted for one user cannot be decrypted for another: the user's id goes into the encryption context.
"""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from taskward import settings
from taskward.remote import guarded


@cache
def _client() -> Any:
    """The KMS client, made once a process."""
    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
    return guarded(boto3.client("kms", config=config))


def encrypted(user_id: str, secret: bytes) -> bytes:
    """A secret, up to 4 KiB, in a form that can be stored.

    Raises
    ------
    ClientError, BotoCoreError: KMS did not do it; see `storage.is_passing_fault`.
    """
    answer = _client().encrypt(KeyId=settings.encryption_key(), Plaintext=secret, EncryptionContext=_context(user_id))
    blob: bytes = answer["CiphertextBlob"]
    return blob


def decrypted(user_id: str, blob: bytes) -> bytes:
    """The secret of this user that was stored; raises like `encrypted`."""
    answer = _client().decrypt(
        KeyId=settings.encryption_key(), CiphertextBlob=blob, EncryptionContext=_context(user_id)
    )
    secret: bytes = answer["Plaintext"]
    return secret


def _context(user_id: str) -> dict[str, str]:
    return {"user_id": user_id}
