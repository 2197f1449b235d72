"""The Sessions table: sessions, and the published keys."""

from typing import Any

from pynamodb.attributes import ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute

from taskward import settings
from taskward.storage import Table, TableMeta


class SessionItem(Table):
    """One sign-in on one device. All times are whole seconds since 1970.

    `generation` counts the refreshes; the store keeps no token. `expires_at` is the idle limit, which each refresh
    moves on, and the table's TTL attribute; `ends_at` is the limit that nothing moves. `authenticated_at` is when its
    user last proved who they are: at the sign-in, or since (sessions of 0.2 have none).
    """

    class Meta(TableMeta):
        table_name = settings.sessions_table()

    user_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)
    generation = NumberAttribute()
    created_at = NumberAttribute()
    last_used_at = NumberAttribute()
    authenticated_at = NumberAttribute(null=True)
    expires_at = NumberAttribute()
    ends_at = NumberAttribute()
    address = UnicodeAttribute()
    user_agent = UnicodeAttribute()
    # Who made the last refresh, and for how many generations in a row somebody else was answered within the grace.
    rotated_from = UnicodeAttribute(null=True)
    foreign_generation = NumberAttribute(null=True)
    foreign_streak = NumberAttribute(null=True)


class PublishedKeysItem(Table):
    """The public keys, in the Sessions table under a user id that no user can have.

    There because the authorizer reads that table anyway: no second client, no second throttle.
    """

    class Meta(TableMeta):
        table_name = settings.sessions_table()

    user_id = UnicodeAttribute(hash_key=True, default="KEYS")
    session_id = UnicodeAttribute(range_key=True, default="PUBLISHED")
    keys: ListAttribute[MapAttribute[str, Any]] = ListAttribute()
    origin_digests: ListAttribute[str] = ListAttribute()
    # Ids of keys that must not be published again, while the ring may still have them.
    revoked: ListAttribute[str] = ListAttribute(default=list)


class RotationLeaseItem(Table):
    """Who may rotate the keys at this moment: ring and published keys are two stores, changed by one at a time.

    `held_until` is in whole seconds since 1970; nobody holds the lease from then on.
    """

    class Meta(TableMeta):
        table_name = settings.sessions_table()

    user_id = UnicodeAttribute(hash_key=True, default="KEYS")
    session_id = UnicodeAttribute(range_key=True, default="ROTATION")
    holder = UnicodeAttribute()
    held_until = NumberAttribute()
