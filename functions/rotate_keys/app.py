"""Signing keys: made at deployment, rotated on a schedule.

Runs as a CloudFormation custom resource (once, when the stack is made) and on a timer. The answer to CloudFormation
goes to the address that it names in the event; a stack waits for it, so it is given whatever happens. For the same
reason nothing of the layer is imported before it is needed: a layer that is broken must not hold up a rollback.
"""

import json
import logging
import time
import urllib.request
from typing import Any

_ANSWER_ATTEMPTS = 3
_ANSWER_TIMEOUT_SECONDS = 5


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Rotate what is due; `{"rotate": "now"}` asks for a new key before its time.

    `{"revoke": "<kid>"}` makes a key and all its tokens worthless at once, `{"revoke": "all"}` all of them.

    Returns the ids of the keys that are published now.
    """
    if "ResponseURL" in event:
        return _for_cloudformation(event)
    return _rotate(now_due=event.get("rotate") == "now", revoked=event.get("revoke"))


def _rotate(*, now_due: bool = False, revoked: str | None = None) -> dict[str, Any]:
    from taskward.identity import rotation
    from taskward.telemetry import logger

    ring = rotation.rotate(now_due=now_due, revoked=revoked)
    kids = [key.kid for key in ring]
    logger.info("signing keys rotated", extra={"published": kids, "revoked": revoked, "key_age": rotation.age(ring)})
    return {"published": kids}


def _for_cloudformation(event: dict[str, Any]) -> dict[str, Any]:
    outcome = {"Status": "SUCCESS", "Reason": "The signing keys are ready."}
    try:
        if event["RequestType"] != "Delete":
            _rotate()
    except Exception as error:
        logging.getLogger(__name__).exception("signing keys could not be made")
        outcome = {"Status": "FAILED", "Reason": f"{type(error).__name__}; see the function's log."}
    members = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    _answer(event["ResponseURL"], {**members, **outcome, "PhysicalResourceId": "signing-keys"})
    return {"answered": outcome["Status"]}


def _answer(address: str, content: dict[str, Any]) -> None:
    # The address is CloudFormation's own; nobody else may invoke this function.
    request = urllib.request.Request(  # noqa: S310
        address, data=json.dumps(content).encode(), method="PUT", headers={"Content-Type": ""}
    )
    for attempt in range(1, _ANSWER_ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_TIMEOUT_SECONDS):  # noqa: S310
                return
        except OSError:
            if attempt == _ANSWER_ATTEMPTS:
                raise
            time.sleep(attempt)
