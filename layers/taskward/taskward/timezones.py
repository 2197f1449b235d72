"""Time zones by their IANA names."""

from functools import cache
from importlib.resources import files


def checked_timezone(name: str) -> str:
    """The name, if it is one of the IANA time zone database; ValueError otherwise."""
    if name not in _zones():
        raise ValueError("Give the name of an IANA time zone, such as Europe/Paris.")
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
