"""The time, in the two forms the service keeps it: whole seconds and RFC 3339 text."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time in UTC. Tests replace this one function to travel in time."""
    return datetime.now(UTC)


def epoch() -> int:
    """The current time in whole seconds since 1970, rounded down."""
    return int(now().timestamp())


def rfc3339(moment: datetime | int) -> str:
    """Text of a time, in UTC and ending in Z: microseconds for a datetime, whole seconds for an epoch.

    Texts made from datetimes sort as the times they stand for.
    """
    if isinstance(moment, int):
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parsed(text: str) -> datetime:
    """The time that `rfc3339` made a text of."""
    return datetime.fromisoformat(text)
