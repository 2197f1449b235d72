"""Structured logs and metrics. Neither ever carries a password, a token or a cookie."""

import os

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "taskward"), utc=True)


def security_event(name: str, **fields: str | int | None) -> None:
    """Record something a security engineer wants to see: one log line and one count in the metric of that name."""
    logger.info(name, extra={"security_event": name, **fields})
    count(name)


def count(name: str) -> None:
    """One more in the metric of that name."""
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace="Taskward"):
        pass
