"""The Users table: accounts, and who holds which e-mail address.

In a module of its own because most functions never touch it.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from taskward import settings
from taskward.storage import Table, TableMeta

PROFILE = "PROFILE"
ADDRESS = "ADDRESS"


def user_key(user_id: str) -> str:
    """Partition of everything about one user."""
    return f"USER#{user_id}"


def email_key(normalised: str) -> str:
    """Partition that makes an e-mail address unique; takes the normalised form."""
    return f"EMAIL#{normalised}"


class UserItem(Table):
    """An account. `email` is as given; `credential_version` grows with every change of the password."""

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=PROFILE)
    user_id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    password_hash = UnicodeAttribute()
    credential_version = NumberAttribute(default=1)
    created_at = NumberAttribute()


class EmailItem(Table):
    """Says whose an e-mail address is; written in the same transaction as the account."""

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=ADDRESS)
    user_id = UnicodeAttribute()
