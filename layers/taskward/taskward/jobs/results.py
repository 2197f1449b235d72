"""Results of jobs: objects of the exports bucket, written as a stream and handed out as links that are soon over."""

import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from taskward import clock, settings
from taskward.remote import UnusableAnswerError, guarded

_MEDIA_TYPES = {".json": "application/json", ".csv": "text/csv; charset=utf-8", ".ics": "text/calendar; charset=utf-8"}

LINK_SECONDS = 300
"""How long a link to a result can be opened."""

UPLOAD_SECONDS = 3600
"""How long there is time for an upload to begin."""

MAX_UPLOAD_BYTES = 12_000_000
"""A file is taken apart in memory, of which the worker has eighty times as much; some take forty."""

PART_BYTES = 8 * 2**20
"""A result is written in parts of this size, if it does not fit one. S3 takes 10,000 of 5 MiB or more."""


class ObjectGoneError(Exception):
    """An object is not there, or not as it should be."""


@cache
def _client() -> Any:
    """The S3 client, made once a process."""
    config = Config(
        connect_timeout=1,
        read_timeout=8,
        retries={"total_max_attempts": 4, "mode": "standard"},
        # By default links are signed for the global host, which redirects requests to young buckets of other regions.
        signature_version="s3v4",
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
    return guarded(boto3.client("s3", config=config))


def prefix_of(user_id: str) -> str:
    """What the keys of all results of one user begin with, and of nobody else's."""
    return f"exports/{user_id}/"


def key_of(user_id: str, job_id: str, suffix: str = ".json") -> str:
    """The key of a job's result; `suffix` tells what it is."""
    return f"{prefix_of(user_id)}{job_id}{suffix}"


def upload_key_of(user_id: str, job_id: str) -> str:
    """The key of what a job is about, when its owner uploads that."""
    return f"{prefix_of(user_id)}{job_id}.upload"


def suffix(key: str) -> str:
    """What the name of a result ends with, the dot included."""
    return key[key.rindex(".") :]


def media_type(key: str) -> str:
    """What a result is."""
    return _MEDIA_TYPES[suffix(key)]


def link(key: str, file_name: str) -> tuple[str, str]:
    """An address that anybody who has it can download a result from, and when it ceases to be one (RFC 3339).

    `file_name` is what a browser saves it under: letters, digits, dots and hyphens.
    """
    url: str = _client().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.exports_bucket(),
            "Key": key,
            "ResponseContentType": media_type(key),
            "ResponseCacheControl": "no-store",
            "ResponseContentDisposition": f'attachment; filename="{file_name}"',
        },
        ExpiresIn=LINK_SECONDS,
    )
    return url, clock.rfc3339(clock.epoch() + LINK_SECONDS)


def upload_form(key: str) -> dict[str, Any]:
    """Where and how somebody who has it can upload an object: a form to be posted, the file as its last field `file`.

    S3 refuses what is larger than `MAX_UPLOAD_BYTES`, and everything after `UPLOAD_SECONDS`.
    """
    form = _client().generate_presigned_post(
        settings.exports_bucket(),
        key,
        Conditions=[["content-length-range", 1, MAX_UPLOAD_BYTES]],
        ExpiresIn=UPLOAD_SECONDS,
    )
    return {
        "url": form["url"],
        "fields": form["fields"],
        "max_bytes": MAX_UPLOAD_BYTES,
        "expires_at": clock.rfc3339(clock.epoch() + UPLOAD_SECONDS),
    }


def is_there(key: str) -> bool:
    """Whether an object is there."""
    return any(found["Key"] == key for found in _listed("list_objects_v2", "Contents", key))


def store(key: str, content: bytes) -> None:
    """Write an object that is small enough for memory."""
    _client().put_object(**_object(key), Body=content)


def read(key: str) -> bytes:
    """All of an object, `MAX_UPLOAD_BYTES` at most.

    Raises
    ------
    ObjectGoneError: it is not there, or larger.
    """
    try:
        found = _client().get_object(**_object(key))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            raise ObjectGoneError from None
        raise
    if found["ContentLength"] > MAX_UPLOAD_BYTES:
        raise ObjectGoneError
    content: bytes = found["Body"].read()
    return content


def write(key: str, chunks: Iterable[bytes]) -> int:
    """Write a result from its chunks, in the memory of a few parts whatever their sum; the number of bytes written.

    When the chunks end in an error nothing is written, and the error goes on to the caller.
    """
    stream = _Stream(chunks)
    in_parts = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, use_threads=False)
    _client().upload_fileobj(stream, **_object(key), ExtraArgs={"ContentType": media_type(key)}, Config=in_parts)
    return stream.size


class _Stream:
    """Chunks of bytes, read as a file is."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.size = 0
        self._chunks = iter(chunks)
        self._ahead = bytearray()

    def read(self, amount: int = sys.maxsize) -> bytes:
        """As many bytes as asked for, fewer only at the end."""
        while len(self._ahead) < amount and (chunk := next(self._chunks, None)) is not None:
            self._ahead += chunk
        piece = bytes(self._ahead[:amount])
        del self._ahead[:amount]
        self.size += len(piece)
        return piece


def abort(prefix: str) -> None:
    """Remove what was written so far of the results whose key begins so and that are not complete."""
    for upload in _listed("list_multipart_uploads", "Uploads", prefix):
        try:
            _client().abort_multipart_upload(**_object(upload["Key"]), UploadId=upload["UploadId"])
        except ClientError as error:
            # Who wrote it has just ended it.
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise


def discard(prefix: str) -> None:
    """Remove every result whose key begins so, complete or not."""
    abort(prefix)
    for found in _listed("list_objects_v2", "Contents", prefix):
        _client().delete_object(**_object(found["Key"]))


def _object(key: str) -> dict[str, Any]:
    return {"Bucket": settings.exports_bucket(), "Key": key}


def _listed(operation: str, member: str, prefix: str) -> Iterable[dict[str, Any]]:
    pages = _client().get_paginator(operation).paginate(Bucket=settings.exports_bucket(), Prefix=prefix)
    for page in pages:
        if "IsTruncated" not in page:
            # The library takes whatever page of HTML it gets for a list of nothing.
            raise UnusableAnswerError
        yield from page.get(member, [])
