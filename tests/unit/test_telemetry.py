"""Log lines: one line of JSON each, whatever is in them, with the time in UTC and who asked for what."""

import importlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pynamodb.exceptions import GetError

from taskward.tasks.tables import TaskItem
from taskward.telemetry import security_event
from tests.support import events
from tests.support.people import registered


def test_a_line_feed_in_a_value_begins_no_new_line(lines: Callable[[], list[dict[str, Any]]]) -> None:
    forged = 'x"}\n{"level":"INFO","security_event":"SignedIn"}\r\n\u2028'
    security_event("SignInFailed", address=forged)
    (line,) = lines()
    assert (line["security_event"], line["address"]) == ("SignInFailed", forged)


def test_the_time_is_in_utc(lines: Callable[[], list[dict[str, Any]]]) -> None:
    security_event("SignedIn")
    moment = datetime.strptime(lines()[0]["timestamp"], "%Y-%m-%d %H:%M:%S,%f%z")
    assert moment.utcoffset() == datetime.now(UTC).utcoffset()
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60


@pytest.mark.usefixtures("moto_tables")
def test_a_failure_of_ours_is_logged_with_request_and_user(
    lines: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, session = registered()

    def fail(*_: Any, **__: Any) -> Any:
        raise GetError("what went wrong")

    monkeypatch.setattr(TaskItem, "get", fail)
    event = events.request("GET", f"/tasks/{uuid.uuid4()}", principal=(user.user_id, session.session_id))
    answer = importlib.import_module("functions.tasks.app").handler(event, events.Context())
    assert answer["statusCode"] == 500
    (line,) = [line for line in lines() if line["level"] == "ERROR"]
    assert line["request_id"] == event["requestContext"]["requestId"]
    assert (line["user_id"], line["session_id"]) == (user.user_id, session.session_id)
    assert "what went wrong" in line["exception"]
    assert "what went wrong" not in answer["body"]
