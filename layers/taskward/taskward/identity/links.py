"""Links that are sent by mail: whoever follows one has shown that they read the mail of an address (ASVS 6.4.3, 6.6).

The token of a link is the user's id and 256 random bits, in base64url. It is made by who sends the mail, and nowhere
kept or logged; its digest is. A token that was made up costs one read, whether or not there is such a user.
"""

import base64
import binascii
import hashlib
import secrets
from typing import Any, Literal
from uuid import UUID

from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.errors import InvalidLinkError
from taskward.identity.link_tables import LINK_PREFIX, LinkItem
from taskward.identity.user_tables import UserItem
from taskward.storage import user_key

Purpose = Literal["verification", "address_change", "address_undo", "password_reset"]

LIFETIME_SECONDS: dict[Purpose, int] = {
    "verification": 24 * 3600,
    "address_change": 24 * 3600,
    "address_undo": 7 * 24 * 3600,
    "password_reset": 15 * 60,
}

PAGES: dict[Purpose, str] = {
    "verification": "verify-email",
    "address_change": "confirm-email",
    "address_undo": "restore-email",
    "password_reset": "reset-password",
}
"""Where links lead, below the site's origin."""

_ID_BYTES = 16
_SECRET_BYTES = 32


def store(
    user: UserItem, purpose: Purpose, email: str, since: int | None = None, credential_version: int | None = None
) -> str:
    """Store a new link of a user, and give its token.

    Parameters
    ----------
    email: the address that it is about.
    since: when its time began, in whole seconds since 1970; now when None.
    credential_version: what version of the account it is about; the one it has now when None.
    """
    secret = secrets.token_bytes(_SECRET_BYTES)
    created_at = clock.epoch() if since is None else since
    LinkItem(
        user.pk,
        _key(secret),
        user_id=user.user_id,
        purpose=purpose,
        email=email,
        credential_version=user.credential_version if credential_version is None else credential_version,
        created_at=created_at,
        expires_at=created_at + LIFETIME_SECONDS[purpose],
    ).save()
    return _text(UUID(user.user_id).bytes + secret)


def address(site: str, purpose: Purpose, token: str) -> str:
    """Where a link leads. The token is in the fragment, which browsers send to nobody and servers do not log."""
    return f"{site}/{PAGES[purpose]}#token={token}"


def found(token: str, purpose: Purpose) -> LinkItem:
    """The link of a token, read consistently.

    Raises
    ------
    InvalidLinkError: there is none, or it is over or for something else.
    """
    user_id, secret = _parts(token)
    try:
        link = LinkItem.get(user_key(user_id), _key(secret), consistent_read=True)
    except LinkItem.DoesNotExist:
        raise InvalidLinkError from None
    if link.purpose != purpose or link.expires_at <= clock.epoch():
        raise InvalidLinkError
    return link


def use_in(write: TransactWrite, link: LinkItem, user: UserItem | None) -> UserItem:
    """Use a link up in the transaction that it leads to; the account that it is good for.

    A link back to an address of before is for an account that has changed since; the others are for one that has not.

    Raises
    ------
    InvalidLinkError: the account is gone, or is not what it was when the link was sent.
    """
    if user is None or (link.purpose != "address_undo" and link.credential_version != user.credential_version):
        raise InvalidLinkError
    write.delete(link, condition=LinkItem.pk.exists())
    return user


def facts(link: LinkItem) -> dict[str, Any]:
    """What is known of a link, but for what would make it work."""
    return {
        "purpose": link.purpose,
        "email": link.email,
        "created_at": clock.rfc3339(int(link.created_at)),
        "expires_at": clock.rfc3339(int(link.expires_at)),
    }


def _key(secret: bytes) -> str:
    return f"{LINK_PREFIX}{hashlib.sha256(secret).hexdigest()}"


def _parts(token: str) -> tuple[str, bytes]:
    try:
        data = base64.b64decode(token, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise InvalidLinkError from None
    # Of the texts that stand for the same bytes, one is a token.
    if len(data) != _ID_BYTES + _SECRET_BYTES or _text(data) != token:
        raise InvalidLinkError
    return str(UUID(bytes=data[:_ID_BYTES])), data[_ID_BYTES:]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
