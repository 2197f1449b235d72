"""CBOR (RFC 8949) as authenticators write it, so that no test reads with the library what the same library wrote."""

import struct
from typing import Any


def encoded(value: Any) -> bytes:
    """The CBOR of numbers, bytes, text, truth values, lists and dicts; members in the order given."""
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(encoded, value))
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(encoded(key) + encoded(member) for key, member in value.items())
    raise TypeError(type(value))


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return struct.pack(">B", kind << 5 | number)
    for code, size in ((24, "B"), (25, "H"), (26, "I"), (27, "Q")):
        if number < 256 ** struct.calcsize(size):
            return struct.pack(f">B{size}", kind << 5 | code, number)
    raise OverflowError(number)
