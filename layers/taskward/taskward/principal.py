"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Principal:
    """A user, known for certain, and the session they act in."""

    user_id: str
    session_id: str
