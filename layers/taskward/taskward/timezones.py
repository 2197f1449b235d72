"""Time zones by their IANA names."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from taskward.errors import FieldError, InvalidRequestError


def checked_timezone(name: str) -> str:
    """The name, if it is one of the IANA time zone database; ValueError otherwise."""
    if name not in _zones():
        raise ValueError("Give the name of an IANA time zone, such as Europe/Paris.")
    return name


def zone(name: str, parameter: str) -> ZoneInfo:
    """A time zone by its IANA name, from a parameter of a request.

    Raises
    ------
    InvalidRequestError: there is no zone of this name.
    """
    try:
        return ZoneInfo(checked_timezone(name))
    except ValueError as error:
        raise InvalidRequestError(errors=[FieldError(parameter, str(error))]) from None


@cache
def _zones() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
