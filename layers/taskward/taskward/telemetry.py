"""Structured logs and metrics. Neither ever carries a password, a token or a cookie."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "taskward"), utc=True)


@cache
def _single_metric() -> Any:
    # Imported at the first event: most requests have none, and an import is cold-start time.
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    return single_metric, MetricUnit.Count


def security_event(name: str, **fields: str | int | None) -> None:
    """Record something a security engineer wants to see: one log line and one count in the metric of that name."""
    logger.warning(name, extra={"security_event": name, **fields})
    single_metric, count = _single_metric()
    with single_metric(name=name, unit=count, value=1, namespace="Taskward"):
        pass
