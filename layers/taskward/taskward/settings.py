"""Every environment variable the functions read, typed, in one place.

The template sets for each function only what that function uses; asking for one that is not set fails with its name.
"""

import os
import re

_HTTPS_OR_LOOPBACK = re.compile(r"https://[^/@]+(/.*)?|http://(127\.0\.0\.1|localhost):\d+(/.*)?")


class ConfigurationError(Exception):
    """An environment variable is missing or cannot be read; the message names it."""


def _text(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(f"The environment variable {name} is not set.")
    return value


def _number(name: str) -> int:
    text = _text(name)
    try:
        value = int(text)
    except ValueError:
        raise ConfigurationError(f"The environment variable {name} is not a whole number.") from None
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
    return _number("ACCESS_TOKEN_SECONDS")


def session_idle_seconds() -> int:
    """How long a session lives without a refresh; also the longest life of a refresh token."""
    return _number("SESSION_IDLE_SECONDS")


def session_seconds() -> int:
    """How long a session lives at most, however busy."""
    return _number("SESSION_SECONDS")


def refresh_grace_seconds() -> int:
    """For how long the refresh token before the current one is answered with the current one."""
    return _number("REFRESH_GRACE_SECONDS")


def key_rotation_seconds() -> int:
    """Age at which a signing key gets a successor."""
    return _number("KEY_ROTATION_SECONDS")


def attempts() -> int:
    """How many failures at one account from one network are free of a wait, the last of them excepted."""
    return _number("ATTEMPTS")


def network_attempts() -> int:
    """How many failures from one network, at whatever account, are free of a wait."""
    return _number("NETWORK_ATTEMPTS")


def account_attempts() -> int:
    """After how many failures at one account in a day only networks that succeeded before may try."""
    return _number("ACCOUNT_ATTEMPTS")


def attempt_wait_seconds() -> int:
    """The first wait; each failure doubles it."""
    return _number("ATTEMPT_WAIT_SECONDS")


def attempt_max_wait_seconds() -> int:
    """The longest wait."""
    return _number("ATTEMPT_MAX_WAIT_SECONDS")


def breached_passwords_address() -> str | None:
    """Where passwords known from breaches are looked up, without a slash at the end; None when that is switched off.

    It is switched off by an empty text. The variable has to be there all the same: what sets passwords and was not
    given it must not go on unchecked.
    """
    address = os.environ.get("BREACHED_PASSWORDS_ADDRESS")
    if address is None:
        raise ConfigurationError("The environment variable BREACHED_PASSWORDS_ADDRESS is not set, not even to nothing.")
    if address and not _HTTPS_OR_LOOPBACK.fullmatch(address):
        raise ConfigurationError("The environment variable BREACHED_PASSWORDS_ADDRESS must begin with https://.")
    return address.rstrip("/") or None


def cors_origin() -> str:
    """The one foreign origin that browsers may call from."""
    return _text("CORS_ORIGIN")


def jobs_queue() -> str:
    """Address of the queue of work for the worker."""
    return _text("JOBS_QUEUE")


def job_receives() -> int:
    """How often a message is handed to the worker before the queue puts it aside."""
    return _number("JOB_RECEIVES")


def encryption_key() -> str:
    """Id of the KMS key that secrets of second factors are encrypted with."""
    return _text("ENCRYPTION_KEY")


def exports_bucket() -> str:
    """Name of the bucket that results of jobs are in."""
    return _text("EXPORTS_BUCKET")


def site_origin() -> str | None:
    """Origin of the site that people use the service through; None where that is where its API answers."""
    return os.environ.get("SITE_ORIGIN") or None


def mail_queue() -> str | None:
    """Address of the queue of mail; None where no mail is sent, or none from this function."""
    return os.environ.get("MAIL_QUEUE") or None


def sends_mail() -> bool:
    """Whether this deployment sends mail; for who has none to send and need not know the queue."""
    return bool(os.environ.get("MAIL_SENDER"))


def mail_sender() -> str:
    """What mail comes from: an address, alone or in angle brackets behind a name."""
    return _text("MAIL_SENDER")


def mail_configuration_set() -> str:
    """Name of the SES configuration set by which bounces and complaints come back."""
    return _text("MAIL_CONFIGURATION_SET")
