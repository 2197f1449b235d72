"""ETags and the conditions that requests put on them (RFC 9110, sections 8.8.3 and 13.1)."""

import re
from collections.abc import Callable

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
