"""Second factors and passkeys: rows of the Users table, in their user's partition."""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from taskward import settings
from taskward.storage import Table, TableMeta

SECOND_FACTOR = "SECOND_FACTOR"
PASSKEY_PREFIX = "PASSKEY#"


class SecondFactorItem(Table):
    """The secret that a user's authenticator app shares with us, and what is left of the recovery codes.

    `secret` is encrypted. Until `confirmed_at` it counts for nothing, and is gone at `expires_at` (the table's TTL
    attribute). `last_step` is the time step of the last code that was accepted: none of it or before is again.
    Times are whole seconds since 1970.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=SECOND_FACTOR)
    secret = BinaryAttribute(legacy_encoding=False)
    confirmed_at = NumberAttribute(null=True)
    last_step = NumberAttribute(null=True)
    recovery_digests = UnicodeSetAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class PasskeyItem(Table):
    """A passkey: the public half of a key pair that an authenticator keeps (WebAuthn Level 3, section 4).

    `sk` is `PASSKEY#<id>`, a UUID made of the SHA-256 of the credential id; `public_key` is a COSE key. Times are whole
    seconds since 1970.
    """

    class Meta(TableMeta):
        table_name = settings.users_table()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    credential_id = BinaryAttribute(legacy_encoding=False)
    public_key = BinaryAttribute(legacy_encoding=False)
    sign_count = NumberAttribute()
    name = UnicodeAttribute()
    aaguid = UnicodeAttribute()
    transports: ListAttribute[str] = ListAttribute(default=list)
    backed_up = BooleanAttribute()
    created_at = NumberAttribute()
    last_used_at = NumberAttribute(null=True)
