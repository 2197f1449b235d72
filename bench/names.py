"""What the sides of a measurement are called, in what was measured and in the tables."""

from typing import Final

OURS: Final = "taskward"
PEER: Final = "peer"

FLOOR: Final = "floor"
"""What lies below both: the work that a request cannot do without, alone."""

EMPTY: Final = "empty"
"""A function that does nothing."""
