"""Headers that make requests safe to race and to repeat: ETags and their conditions (RFC 9110), and Idempotency-Key."""

import re
from collections.abc import Callable

from taskward.errors import FieldError, InvalidRequestError

_KEY = re.compile(r'("?)([!#-~]{1,255})\1', re.ASCII)
_ENTITY_TAG = re.compile(r'(W/)?"([^"]*)"')


def etag(version: float) -> str:
    """The strong entity tag of a version."""
    return f'"{int(version)}"'


def if_match(header: str | None) -> Callable[[int], bool] | None:
    """Whether a version is among those that an If-Match header names; None without the header or with `*`.

    Comparison is strong: a weak tag matches nothing. A header that names no tag at all can match nothing either.
    """
    if header is None or header.strip() == "*":
        return None
    known = {opaque for weak, opaque in _ENTITY_TAG.findall(header) if not weak}
    return lambda version: str(version) in known


def none_match(header: str | None, tag: str) -> bool:
    """Whether the client has what `tag` stands for: If-None-Match names it, by weak comparison, or is `*`."""
    if header is None:
        return False
    return header.strip() == "*" or tag.strip('"') in {opaque for _, opaque in _ENTITY_TAG.findall(header)}


def must_be_absent(header: str | None) -> bool:
    """Whether a request goes ahead only if nothing is there yet: `If-None-Match: *` (RFC 9110, section 13.1.2).

    Raises
    ------
    InvalidRequestError: it has another value. Who sends one means to overwrite nothing, and without it would.
    """
    if header is None:
        return False
    if header.strip() != "*":
        raise InvalidRequestError(errors=[FieldError("If-None-Match", "Give *, or leave it out.")])
    return True


def idempotency_key(header: str | None) -> str | None:
    """The key by which a request that comes again is known, None without the header.

    It may stand in quotation marks (draft-ietf-httpapi-idempotency-key-header).

    Raises
    ------
    InvalidRequestError: it is not 1 to 255 printable ASCII characters without spaces and quotation marks.
    """
    if header is None:
        return None
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise InvalidRequestError(errors=[FieldError("Idempotency-Key", "Give 1 to 255 printable ASCII characters.")])
    return found[2]
