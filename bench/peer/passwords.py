"""Passwords: argon2id at the same cost as Taskward's."""

from passlib.context import CryptContext

_context = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19456,
    argon2__time_cost=2,
    argon2__parallelism=1,
)


def hashed(password: str) -> str:
    """A salted hash of a password."""
    return str(_context.hash(password))


def verified(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether it is the stored hash's password, and a better hash when that one is weak.

    Without a stored hash the same work is done for nothing.
    """
    if stored is None:
        return _context.dummy_verify(), None
    matches, better = _context.verify_and_update(password, stored)
    return matches, better
