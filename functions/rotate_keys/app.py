"""Signing keys: made at deployment, rotated on a schedule.

Runs as a CloudFormation custom resource (once, when the stack is made) and on a timer. The answer to CloudFormation
goes to the address that it names in the event.
"""

import json
import urllib.request
from typing import Any

from taskward.identity import rotation
from taskward.telemetry import logger

_ANSWER_TIMEOUT_SECONDS = 10


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Rotate what is due; `{"rotate": "now"}` asks for a new key before its time.

    Returns the ids of the keys that are published now.
    """
    if "ResponseURL" in event:
        return _for_cloudformation(event)
    return _rotate(now_due=event.get("rotate") == "now")


def _rotate(*, now_due: bool = False) -> dict[str, Any]:
    kids = [key.kid for key in rotation.rotate(now_due=now_due)]
    logger.info("signing keys rotated", extra={"published": kids})
    return {"published": kids}


def _for_cloudformation(event: dict[str, Any]) -> dict[str, Any]:
    outcome = {"Status": "SUCCESS", "Reason": "The signing keys are ready."}
    try:
        if event["RequestType"] != "Delete":
            _rotate()
    except Exception as error:  # noqa: BLE001 - whatever it is, CloudFormation waits for an answer
        logger.exception("signing keys could not be made")
        outcome = {"Status": "FAILED", "Reason": f"{type(error).__name__}; see the function's log."}
    members = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer = json.dumps({**members, **outcome, "PhysicalResourceId": "signing-keys"}).encode()
    # The address is CloudFormation's own; nobody else may invoke this function.
    request = urllib.request.Request(  # noqa: S310
        event["ResponseURL"], data=answer, method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=_ANSWER_TIMEOUT_SECONDS):  # noqa: S310
        return {"answered": outcome["Status"]}
