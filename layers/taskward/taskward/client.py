"""The other end of a request, as far as it is recorded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    """A network address, IPv4 or IPv6, and what the program there calls itself: up to 256 characters, even none."""

    address: str
    user_agent: str
