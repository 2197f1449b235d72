"""Networks that a user has signed in from, and with what programs.

Whoever signs in from one of them may go on trying when strangers have used up an account's attempts. Of a sign-in from
another one, or with another program, the user is told.
"""

import re
from dataclasses import dataclass

from pynamodb.transactions import TransactWrite

from taskward import clock
from taskward.client import Client
from taskward.identity.attempts import network_of
from taskward.identity.user_tables import KNOWN_ADDRESS_PREFIX, KnownAddressItem
from taskward.storage import user_key

KEPT_SECONDS = 90 * 24 * 60 * 60
"""Since the last sign-in from there."""

MAX_PROGRAMS = 20
"""How many programs are kept of a network."""

_PROGRAM_LENGTH = 128
# What stands behind a slash, and all numbers: they change with each update of the same program.
_VERSION = re.compile(r"(?<=/)[^\s;,)]+|\d[\d._]*")


@dataclass(frozen=True)
class Device:
    """Where a user signs in from, and with what.

    `is_new` when the network is not known, or the program was not seen there. `programs` are those to be kept of the
    network from now on; None when this one goes to those that are there.
    """

    user_id: str
    network: str
    program: str
    is_new: bool
    programs: frozenset[str] | None


def new(user_id: str, client: Client) -> KnownAddressItem:
    """The client's network and program as ones to be known from now on, of a user who has none; not stored yet."""
    network = network_of(client.address)
    return KnownAddressItem(
        user_key(user_id),
        _sort_key(network),
        network=network,
        devices={_program(client)},
        expires_at=clock.epoch() + KEPT_SECONDS,
    )


def is_known(user_id: str, client: Client) -> bool:
    """Whether the user has signed in from the client's network."""
    item = _stored(user_id, network_of(client.address))
    return item is not None and not _is_over(item)


def device(user_id: str, client: Client) -> Device:
    """Network and program of a client, compared with those that are known of the user."""
    network, program = network_of(client.address), _program(client)
    item = _stored(user_id, network)
    if item is None:
        return Device(user_id, network, program, is_new=True, programs=None)
    if _is_over(item):
        return Device(user_id, network, program, is_new=True, programs=frozenset({program}))
    if item.devices is None:
        # Of 0.2, which noted no programs: the user is not told of one that may be years old.
        return Device(user_id, network, program, is_new=False, programs=None)
    others = sorted(item.devices - {program})
    # One of those that are one too many goes; which one is not known to matter.
    kept = None if len(others) < MAX_PROGRAMS else frozenset({program, *others[: MAX_PROGRAMS - 1]})
    return Device(user_id, network, program, is_new=program not in item.devices, programs=kept)


def remember_in(write: TransactWrite, device: Device) -> None:
    """Keep a device, in the transaction of the sign-in."""
    programs = KnownAddressItem.devices
    write.update(
        KnownAddressItem(user_key(device.user_id), _sort_key(device.network)),
        actions=[
            KnownAddressItem.network.set(device.network),
            KnownAddressItem.expires_at.set(clock.epoch() + KEPT_SECONDS),
            # Added, not set, where it can be: two programs can sign in at once.
            programs.add({device.program}) if device.programs is None else programs.set(set(device.programs)),
        ],
    )


def representation(item: KnownAddressItem) -> dict[str, str | list[str]]:
    """What is shown of a known network to its user."""
    return {
        "network": item.network,
        "devices": sorted(item.devices or []),
        "expires_at": clock.rfc3339(int(item.expires_at)),
    }


def _sort_key(network: str) -> str:
    return f"{KNOWN_ADDRESS_PREFIX}{network}"


def _stored(user_id: str, network: str) -> KnownAddressItem | None:
    try:
        return KnownAddressItem.get(user_key(user_id), _sort_key(network), consistent_read=True)
    except KnownAddressItem.DoesNotExist:
        return None


def _is_over(item: KnownAddressItem) -> bool:
    return bool(item.expires_at <= clock.epoch())


def _program(client: Client) -> str:
    """What the client's program calls itself, without versions; it stays the same when the program is updated."""
    return " ".join(_VERSION.sub("", client.user_agent).split())[:_PROGRAM_LENGTH] or "-"
