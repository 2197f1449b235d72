"""Links that were sent by mail: rows of the Users table, in their user's partition."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from taskward import settings
from taskward.storage import Table, TableMeta

LINK_PREFIX = "LINK#"


class LinkItem(Table):
    """A link that is good for one use. Times are whole seconds since 1970.

    `sk` is `LINK#<digest>`, the SHA-256 of the secret in the link's token: the token itself is not kept. `email` is the
    address that the link is about, as given, `credential_version` the account's that it is for: a link back to an
    address is for a change that was made at it, any other is worthless once the account has another one. `expires_at`
    is the table's TTL attribute too.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()
    purpose = UnicodeAttribute()
    email = UnicodeAttribute()
    credential_version = NumberAttribute()
    created_at = NumberAttribute()
    expires_at = NumberAttribute()
