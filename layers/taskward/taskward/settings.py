"""Every environment variable the functions read, typed, in one place.

The template sets for each function only what that function uses; asking for one that is not set fails with its name.
"""

import os


class ConfigurationError(Exception):
    """An environment variable is missing or cannot be read; the message names it."""


def _text(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(f"The environment variable {name} is not set.")
    return value


def _seconds(name: str) -> int:
    text = _text(name)
    try:
        value = int(text)
    except ValueError:
        raise ConfigurationError(f"The environment variable {name} is not a whole number of seconds.") from None
    if value <= 0:
        raise ConfigurationError(f"The environment variable {name} must be greater than zero.")
    return value


def users_table() -> str:
    """Name of the table of accounts."""
    return _text("USERS_TABLE")


def sessions_table() -> str:
    """Name of the table of sessions and of the published keys."""
    return _text("SESSIONS_TABLE")


def tasks_table() -> str:
    """Name of the table of tasks."""
    return _text("TASKS_TABLE")


def signing_keys_secret() -> str:
    """Id of the secret that holds the private key ring."""
    return _text("SIGNING_KEYS_SECRET")


def origin_secret() -> str:
    """Id of the secret that a trusted proxy proves itself with."""
    return _text("ORIGIN_SECRET")


def issuer() -> str:
    """The `iss` claim of every token (RFC 7519, section 4.1.1)."""
    return _text("ISSUER")


def access_token_seconds() -> int:
    """Lifetime of an access token."""
    return _seconds("ACCESS_TOKEN_SECONDS")


def session_idle_seconds() -> int:
    """How long a session lives without a refresh; also the longest life of a refresh token."""
    return _seconds("SESSION_IDLE_SECONDS")


def session_seconds() -> int:
    """How long a session lives at most, however busy."""
    return _seconds("SESSION_SECONDS")


def refresh_grace_seconds() -> int:
    """For how long the refresh token before the current one is answered with the current one."""
    return _seconds("REFRESH_GRACE_SECONDS")


def key_rotation_seconds() -> int:
    """Age at which a signing key gets a successor."""
    return _seconds("KEY_ROTATION_SECONDS")


def cors_origin() -> str:
    """The one foreign origin that browsers may call from."""
    return _text("CORS_ORIGIN")
