"""What a user keeps, counted: one row in the partition of the user's tasks, in none of its indexes."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from taskward import settings
from taskward.storage import Table, TableMeta

USAGE = "USAGE"
"""The place of the row, where no task can be: it is no id."""


class UsageItem(Table):
    """What a user keeps, as far as it is known; `counted_at` (whole seconds since 1970) is when it was exact.

    `counting` is how far a count came that was not finished: tasks, bytes, and the keys of the last one (JSON).
    """

    class Meta(TableMeta):
        table_name = settings.tasks_table()

    user_id = UnicodeAttribute(hash_key=True)
    task_id = UnicodeAttribute(range_key=True, default=USAGE)
    tasks = NumberAttribute(default=0)
    bytes = NumberAttribute(default=0)
    counted_at = NumberAttribute(default=0)
    counting = UnicodeAttribute(null=True)
