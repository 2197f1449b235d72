"""Counters of failed attempts: rows of the Users table under keys that no user has."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from taskward import settings
from taskward.storage import Table, TableMeta


class AttemptsItem(Table):
    """Failures since the first of them, until `expires_at`; the next attempt is let in from `open_at` on.

    Times are whole seconds since 1970. `expires_at` is the table's TTL attribute too; rows go late, so it is checked.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    failures = NumberAttribute()
    open_at = NumberAttribute(null=True)
    # Whose attempt set `open_at`, to know it again when the answer to that write was lost.
    attempt_id = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
