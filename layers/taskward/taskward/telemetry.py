"""Structured logs, of which the template makes metrics. No line ever carries a password, a token or a cookie.

Metrics know lines by `security_event`, by `key_age`, and by the messages `REFUSED` and `FAILED`.
"""

import os

from aws_lambda_powertools.logging import Logger

REFUSED = "request refused"
"""A request was answered with a refusal; `code` says which."""

FAILED = "request failed"
"""A request was answered with a failure of ours, or of what we depend on."""

logger = Logger(
    service=os.environ.get("POWERTOOLS_SERVICE_NAME", "taskward"),
    utc=True,
    function=os.environ.get("AWS_LAMBDA_FUNCTION_NAME"),
)


def security_event(name: str, **fields: str | int | None) -> None:
    """Record something a security engineer wants to see: one line, which is also one more in the metric of its name."""
    logger.info(name, extra={"security_event": name, **fields})
