"""The Users table: accounts, and who holds which e-mail address.

In a module of its own because most functions never touch it.
"""

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from taskward import settings
from taskward.storage import Table, TableMeta

PROFILE = "PROFILE"
ADDRESS = "ADDRESS"
KNOWN_ADDRESS_PREFIX = "KNOWN#"


def email_key(normalised: str) -> str:
    """Partition that makes an e-mail address unique; takes the normalised form."""
    return f"EMAIL#{normalised}"


class UserItem(Table):
    """An account. `email` is as given, `timezone` an IANA name; times are whole seconds since 1970.

    `credential_version` grows with every change of password, passkeys, second factor or address, `sign_ins` with every
    sign-in: who makes a change of either on condition of both knows all sessions there are. There is no
    `password_hash` when the password was removed. `passkeys` is their number, kept with them, so that the last way in
    can be told.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=PROFILE)
    user_id = UnicodeAttribute()
    email = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    email_verified_at = NumberAttribute(null=True)
    email_bounced_at = NumberAttribute(null=True)
    password_hash = UnicodeAttribute(null=True)
    second_factor_at = NumberAttribute(null=True)
    passkeys = NumberAttribute(null=True)
    timezone = UnicodeAttribute(null=True)
    credential_version = NumberAttribute(default=1)
    sign_ins = NumberAttribute(default=0)
    created_at = NumberAttribute()
    # Changes of the address that can be taken back: the credential's version before each, and until when it can be.
    ways_back: MapAttribute[str, int] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    # Ids of the last job and the last token; whoever adds the next does so on condition that it is still this.
    last_export = UnicodeAttribute(null=True)
    last_access_token = UnicodeAttribute(null=True)


class EmailItem(Table):
    """Says whose an e-mail address is; written in the same transaction as the account.

    One with `expires_at` (whole seconds since 1970; the table's TTL attribute) was given up: until then nobody else
    gets it, so that its owner can have it back.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=ADDRESS)
    user_id = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)


class KnownAddressItem(Table):
    """A network that this user has signed in from; remembered until `expires_at`, in whole seconds since 1970.

    `sk` is `KNOWN#<network>`. `devices` are the programs that it was with, by what they call themselves; rows of 0.2
    have none.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    network = UnicodeAttribute()
    devices = UnicodeSetAttribute(null=True)
    expires_at = NumberAttribute()


def used_step_key(step_id: str) -> str:
    """The place of a mark in its user's partition."""
    return f"USED#{step_id}"


class UsedStepItem(Table):
    """Says that the token of a step was used; there until the token is worthless by itself.

    `expires_at` is in whole seconds since 1970, and the table's TTL attribute.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    expires_at = NumberAttribute()
