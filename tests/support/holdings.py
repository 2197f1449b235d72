"""All that the service holds about one user, put there and looked up: rows of three tables, objects of the bucket."""

import json
import os
from typing import Any

from taskward import clock
from taskward.identity import events
from taskward.identity.access_token_tables import AccessTokenItem, token_key
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.factor_tables import PasskeyItem, SecondFactorItem
from taskward.identity.link_tables import LinkItem
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import PROFILE, EmailItem, UsedStepItem, UserItem, email_key, used_step_key
from taskward.jobs import jobs, results
from taskward.storage import connection_of, user_key
from taskward.tasks.tables import PURGED, TaskItem
from taskward.tasks.usage_tables import USAGE, UsageItem
from tests.support import aws
from tests.support.people import HOME, registered, signed_in

KINDS = {
    *("known_addresses", "sessions", "events", "jobs", "results", "uploads"),
    *("tasks", "tombstones", "usage", "files_to_import"),
    *("passkeys", "second_factor", "access_tokens", "links", "used_steps", "former_addresses"),
}

DIGEST = "5ec2e7d1" * 8
"""Of everything of which a digest is kept."""

CIPHERTEXT = b"nothing but ciphertext"
PUBLIC_KEY = b"a public key in COSE"
CREDENTIAL_ID = b"what an authenticator calls it"


def somebody(tasks: int = 3) -> str:
    """The id of a new user, of whom there is something of every kind."""
    user, _ = registered()
    signed_in(user.email)
    user_id = user.user_id
    with TaskItem.batch_write() as batch:
        for number in range(tasks):
            batch.save(task(user_id, number))
        batch.save(tombstone(user_id))
    UsageItem(user_id, tasks=tasks, bytes=1).save()
    jobs.new(user_id, "export").save()
    events.record(events.new("sign_in_failed", user_id, HOME))
    results.write(results.key_of(user_id, "earlier"), [b"{}"])
    results.store(results.upload_key_of(user_id, "waiting"), b"title")
    begun_upload(results.key_of(user_id, "under-way"))
    _give_factors(user, f"former-{user.email}")
    return user_id


def _give_factors(user: UserItem, former_email: str) -> None:
    """A row of each kind that ways in and links leave; none of them opens anything."""
    now = clock.epoch()
    week = now + 7 * 86400
    SecondFactorItem(user.pk, secret=CIPHERTEXT, confirmed_at=now, last_step=1, recovery_digests={DIGEST}).save()
    PasskeyItem(
        user.pk,
        "PASSKEY#00000000-0000-4000-8000-000000000001",
        credential_id=CREDENTIAL_ID,
        public_key=PUBLIC_KEY,
        sign_count=0,
        name="Phone",
        aaguid="00000000-0000-0000-0000-000000000000",
        backed_up=True,
        created_at=now,
    ).save()
    user.update(actions=[UserItem.second_factor_at.set(now), UserItem.passkeys.set(1)])
    token_id = "00000000-0000-4000-8000-000000000002"
    AccessTokenItem(
        user.user_id,
        token_key(token_id),
        token_id=token_id,
        name="Backup",
        scopes=["tasks:read"],
        digest=DIGEST,
        created_at=now,
        expires_at=week,
    ).save()
    LinkItem(
        user.pk,
        f"LINK#{DIGEST}",
        user_id=user.user_id,
        purpose="address_undo",
        email=former_email,
        credential_version=1,
        created_at=now,
        expires_at=week,
    ).save()
    EmailItem(email_key(former_email), user_id=user.user_id, expires_at=week).save()
    UsedStepItem(user.pk, used_step_key("step"), expires_at=now + 600).save()


def task(user_id: str, number: int, **fields: Any) -> TaskItem:
    """A task that is not stored yet, with all its index keys; its number is its place."""
    made = TaskItem(
        user_id,
        f"00000000-0000-4000-8000-{number:012}",
        version=1,
        state="open",
        title=f"Task {number}",
        priority="none",
        order=number,
        created_at="2026-01-02T03:04:05.000006Z",
        updated_at="2026-01-02T03:04:05.000006Z",
        **fields,
    )
    made.set_index_keys()
    return made


def tombstone(user_id: str) -> TaskItem:
    """What is left of a task that was deleted for good; not stored yet."""
    left = TaskItem(user_id, "00000000-0000-4000-8000-ffffffffffff", version=2, state="purged")
    left.created_at = left.updated_at = left.deleted_at = "2026-01-02T03:04:05.000006Z"
    left.expires_at = clock.epoch() + 30 * 86400
    left.set_index_keys()
    return left


def delete_account(user_id: str) -> None:
    """Take the account's row away, as the transaction of a deletion does."""
    UserItem(user_key(user_id), PROFILE).delete()


def begun_upload(key: str) -> None:
    """An upload that somebody began and did not end."""
    upload = {"Bucket": os.environ["EXPORTS_BUCKET"], "Key": key}
    upload_id = aws.client("s3").create_multipart_upload(**upload)["UploadId"]
    aws.client("s3").upload_part(**upload, UploadId=upload_id, PartNumber=1, Body=b"x")


def held(user_id: str) -> dict[str, list[Any]]:
    """Everything that is there of a user, by kind; kinds of which there is nothing are left out."""
    prefix = results.prefix_of(user_id)
    of_this_user = (EmailItem.user_id == user_id) & EmailItem.pk.startswith("EMAIL#") & EmailItem.expires_at.exists()
    found: dict[str, list[Any]] = {
        "former_addresses": [row.to_simple_dict() for row in EmailItem.scan(of_this_user, consistent_read=True)],
        "events": [row.to_simple_dict() for row in EventItem.query(event_key(user_id), consistent_read=True)],
        "results": [key for key in keys("list_objects_v2", "Contents", prefix) if not key.endswith(".upload")],
        "files_to_import": [key for key in keys("list_objects_v2", "Contents", prefix) if key.endswith(".upload")],
        "uploads": keys("list_multipart_uploads", "Uploads", prefix),
    }
    for task_row in TaskItem.query(user_id, consistent_read=True):
        kind = "usage" if task_row.task_id == USAGE else "tombstones" if task_row.state == PURGED else "tasks"
        found.setdefault(kind, []).append(task_row.to_simple_dict())
    for row in SessionItem.query(user_id, consistent_read=True):
        kind = "access_tokens" if row.session_id.startswith("TOKEN#") else "sessions"
        found.setdefault(kind, []).append(row.to_simple_dict())
    kinds = {
        "PROFILE": "account",
        "KNOWN": "known_addresses",
        "JOB": "jobs",
        "PASSKEY": "passkeys",
        "SECOND_FACTOR": "second_factor",
        "LINK": "links",
        "USED": "used_steps",
    }
    for key in UserItem.query(user_key(user_id), consistent_read=True, attributes_to_get=["pk", "sk"]):
        kind = key.sk.partition("#")[0]
        found.setdefault(kinds[kind], []).append(key.sk)
    return {kind: rows for kind, rows in found.items() if rows}


def as_stored(model: Any, partition: str) -> str:
    """All rows of a partition as the database has them, in one text; bytes in hexadecimal."""
    found = connection_of(model).query(model.Meta.table_name, partition, consistent_read=True)
    return json.dumps(found["Items"], default=lambda value: bytes(value).hex(), sort_keys=True)


def keys(operation: str, member: str, prefix: str = "") -> list[str]:
    """The keys in the bucket, of objects or of uploads."""
    pages = aws.client("s3").get_paginator(operation).paginate(Bucket=os.environ["EXPORTS_BUCKET"], Prefix=prefix)
    return sorted(entry["Key"] for page in pages for entry in page.get(member, []))
