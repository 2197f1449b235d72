"""Networks that a user has signed in from: they may go on trying when strangers have used up an account's attempts."""

from taskward import clock
from taskward.client import Client
from taskward.identity.attempts import network_of
from taskward.identity.user_tables import KNOWN_ADDRESS_PREFIX, KnownAddressItem
from taskward.storage import user_key

KEPT_SECONDS = 90 * 24 * 60 * 60
"""Since the last sign-in from there."""


def new(user_id: str, client: Client) -> KnownAddressItem:
    """The client's network as one to be known from now on; not stored yet."""
    network = network_of(client.address)
    return KnownAddressItem(
        user_key(user_id),
        f"{KNOWN_ADDRESS_PREFIX}{network}",
        network=network,
        expires_at=clock.epoch() + KEPT_SECONDS,
    )


def is_known(user_id: str, client: Client) -> bool:
    """Whether the user has signed in from the client's network."""
    sort_key = f"{KNOWN_ADDRESS_PREFIX}{network_of(client.address)}"
    try:
        item = KnownAddressItem.get(user_key(user_id), sort_key, consistent_read=True)
    except KnownAddressItem.DoesNotExist:
        return False
    return bool(item.expires_at > clock.epoch())


def representation(item: KnownAddressItem) -> dict[str, str]:
    """What is shown of a known network to its user."""
    return {"network": item.network, "expires_at": clock.rfc3339(int(item.expires_at))}
