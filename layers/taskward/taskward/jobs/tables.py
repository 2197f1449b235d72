"""Jobs: rows of the Users table, in the partition of the user that they are done for."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from taskward import settings
from taskward.storage import Table, TableMeta

JOB_PREFIX = "JOB#"

WAITING = "waiting"
"""For its owner to upload what it is about."""

QUEUED = "queued"
RUNNING = "running"
DONE = "done"
FAILED = "failed"


class JobItem(Table):
    """A piece of queued work and how far it is. All times are whole seconds since 1970.

    `sk` is `JOB#<job_id>`; `progress` counts the records that are done; `expires_at` is the table's TTL attribute.
    `format` is that of a file of tasks, `dry_run` whether nothing is to be written but the report.
    `result_key` and `result_bytes` are the result's name in the exports bucket and its size, once the job is done.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    job_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    state = UnicodeAttribute()
    progress = NumberAttribute()
    created_at = NumberAttribute()
    updated_at = NumberAttribute()
    expires_at = NumberAttribute()
    format = UnicodeAttribute(null=True)
    dry_run = BooleanAttribute(null=True)
    result_key = UnicodeAttribute(null=True)
    result_bytes = NumberAttribute(null=True)


def job_key(job_id: str) -> str:
    """The place of a job in its user's partition."""
    return f"{JOB_PREFIX}{job_id}"
