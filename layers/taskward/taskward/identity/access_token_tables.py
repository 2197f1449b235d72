"""Personal access tokens: rows of the Sessions table, beside their user's sessions.

There because the authorizer reads that table anyway: what ends a session on the next request ends a token as well.
"""

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute

from taskward import settings
from taskward.storage import Table, TableMeta

TOKEN_PREFIX = "TOKEN#"  # noqa: S105 - a name


def token_key(token_id: str) -> str:
    """The place of a token in its user's partition; no session has an id of this form."""
    return f"{TOKEN_PREFIX}{token_id}"


class AccessTokenItem(Table):
    """A token that a program acts with. All times are whole seconds since 1970.

    `session_id` is `TOKEN#<token_id>`. `digest` is the SHA-256 of the token's secret in hexadecimal: the token itself
    is not kept. `last_used_at` is moved on once an hour at most. `expires_at` is the table's TTL attribute too.
    """

    class Meta(TableMeta):
        table_name = settings.sessions_table()

    user_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)
    token_id = UnicodeAttribute()
    name = UnicodeAttribute()
    scopes: ListAttribute[str] = ListAttribute()
    digest = UnicodeAttribute()
    created_at = NumberAttribute()
    last_used_at = NumberAttribute(null=True)
    expires_at = NumberAttribute()
