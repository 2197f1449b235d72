"""Security events: rows of the Users table, in a partition beside their user's. Written once, never changed."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from taskward import settings
from taskward.storage import Table, TableMeta


def event_key(user_id: str) -> str:
    """The partition of one user's events. Apart from the user's own: whoever may record must not write accounts."""
    return f"EVENTS#{user_id}"


class EventItem(Table):
    """What happened, when, from where, in which session.

    `sk` is `<created_at>#<id>`, so that a partition's events sort by time. `created_at` is RFC 3339 with
    microseconds, `expires_at` the table's TTL attribute, in whole seconds since 1970.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    event_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    created_at = UnicodeAttribute()
    address = UnicodeAttribute()
    user_agent = UnicodeAttribute()
    session_id = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
