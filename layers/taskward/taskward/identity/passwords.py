"""Passwords: which are accepted, and how they are kept (ASVS 6.2, 11.4; RFC 9106)."""

import re
import secrets
from functools import cache

from passlib.context import CryptContext

from taskward.errors import FieldError, InvalidRequestError
from taskward.identity import breached_passwords

MIN_LENGTH = 8
MAX_LENGTH = 128
SERVICE_NAME = "taskward"

_LETTERS_OF_ITS_OWN = 4

# argon2id with OWASP's minimum of memory; passlib upgrades older hashes at login when these grow.
_context = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19456,
    argon2__time_cost=2,
    argon2__parallelism=1,
)


def hash_password(password: str) -> str:
    """A salted argon2id hash of the password, verbatim: never trimmed, truncated or normalised."""
    return str(_context.hash(password))


@cache
def _dummy_hash() -> str:
    return hash_password(secrets.token_urlsafe(16))


def verify_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether the password is the stored hash's, and a better hash to keep instead when the old one is weak.

    With no stored hash the same work is done for nothing, so that an unknown account costs the same time.
    """
    matches, better = _context.verify_and_update(password, stored or _dummy_hash())
    if stored is None or not matches:
        return False, None
    return True, better


def prepare() -> None:
    """Make what `verify_password` needs for unknown accounts ahead of the first of them."""
    _dummy_hash()


def check_acceptable(field: str, password: str, email: str) -> None:
    """Refuse a password that is too short, too long, made of the e-mail address or the service's name, or well known.

    A third party may be asked whether it is known, for a second at most: call it when the attempt has been let in.

    Raises
    ------
    InvalidRequestError: names the field and the reason.
    """
    reason = _objection(password, email)
    if reason:
        raise InvalidRequestError(errors=[FieldError(field, reason)])


def _objection(password: str, email: str) -> str | None:
    if len(password) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters."
    if len(password) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    folded = password.casefold()
    if folded in _common_passwords():
        return "This is one of the most common passwords; pick one that nobody else would."
    rest = folded
    for word in _context_words(email):
        rest = rest.replace(word, "")
    letters = re.sub(r"[\W\d_]", "", rest)
    if rest != folded and len(rest) < MIN_LENGTH and len(letters) < _LETTERS_OF_ITS_OWN:
        return "Do not build the password from your e-mail address or from the name of this service."
    # Last, because it costs the most, and asks a third party about none that is refused anyway.
    if breached_passwords.is_breached(password):
        return "This password has appeared in a data breach; pick one that was never used anywhere."
    return None


def _context_words(email: str) -> list[str]:
    local, _, domain = email.casefold().partition("@")
    words = {SERVICE_NAME, email.casefold(), local, domain, *re.split(r"[\W_]+", local), *domain.split(".")}
    return sorted((word for word in words if len(word) >= 4), key=len, reverse=True)


@cache
def _common_passwords() -> frozenset[str]:
    # Loaded here, where a password is set, and nowhere else: the list is large.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
