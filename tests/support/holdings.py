"""All that the service holds about one user, put there and looked up: rows of three tables, objects of the bucket."""

import os
from typing import Any

from taskward.identity import events
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.jobs import jobs, results
from taskward.storage import user_key
from taskward.tasks.tables import TaskItem
from tests.support import aws
from tests.support.people import HOME, registered, signed_in

KINDS = {"known_addresses", "sessions", "events", "jobs", "tasks", "results", "uploads"}


def somebody(tasks: int = 3) -> str:
    """The id of a new user, of whom there is something of every kind."""
    user, _ = registered()
    signed_in(user.email)
    user_id = user.user_id
    with TaskItem.batch_write() as batch:
        for number in range(tasks):
            batch.save(task(user_id, number))
    jobs.new(user_id, "export").save()
    events.record(events.new("sign_in_failed", user_id, HOME))
    results.write(results.key_of(user_id, "earlier"), [b"{}"])
    begun_upload(results.key_of(user_id, "under-way"))
    return user_id


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
    found: dict[str, list[Any]] = {
        "events": [row.to_simple_dict() for row in EventItem.query(event_key(user_id), consistent_read=True)],
        "sessions": [row.to_simple_dict() for row in SessionItem.query(user_id, consistent_read=True)],
        "tasks": [row.to_simple_dict() for row in TaskItem.query(user_id, consistent_read=True)],
        "results": keys("list_objects_v2", "Contents", prefix),
        "uploads": keys("list_multipart_uploads", "Uploads", prefix),
    }
    kinds = {"PROFILE": "account", "KNOWN": "known_addresses", "JOB": "jobs"}
    for key in UserItem.query(user_key(user_id), consistent_read=True, attributes_to_get=["pk", "sk"]):
        kind = key.sk.partition("#")[0]
        found.setdefault(kinds[kind], []).append(key.sk)
    return {kind: rows for kind, rows in found.items() if rows}


def keys(operation: str, member: str, prefix: str = "") -> list[str]:
    """The keys in the bucket, of objects or of uploads."""
    pages = aws.client("s3").get_paginator(operation).paginate(Bucket=os.environ["EXPORTS_BUCKET"], Prefix=prefix)
    return sorted(entry["Key"] for page in pages for entry in page.get(member, []))
