"""Exports and their jobs, from the request to the document behind the link."""

import json
import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from taskward import clock as clocks
from taskward.jobs.tables import JobItem
from tests.conftest import Clock
from tests.support import aws
from tests.support.conformance import validator
from tests.support.events import VIEWER_ORIGIN
from tests.support.moto_account import ORIGIN_SECRET
from tests.support.sample_events import (
    answer_to,
    ask,
    load,
    placeholders,
    signed_in,
    signed_up,
    work_off,
)

GATEWAY = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
DAY = 24 * 60 * 60

Values = dict[str, str]


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in."""
    return signed_up()


@pytest.fixture
def ben(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody else."""
    return signed_up("register/by_cookie")


def asked_for(ann: Values) -> Any:
    """The job that a request for an export is answered with."""
    answer = ask("account/export", **ann)
    assert answer.status == 202
    return answer.json()


def job(ann: Values, job_id: str) -> Any:
    """A job as its owner sees it."""
    return ask("account/read_job", **ann, job_id=job_id).json()


def document(ann: Values) -> Any:
    """What is behind the link to a new export."""
    job_id = asked_for(ann)["id"]
    work_off()
    return json.loads(behind(job(ann, job_id)["result"]["url"]))


def behind(url: str) -> bytes:
    """What a link leads to."""
    address = urlsplit(url)
    assert address.scheme == "https"
    assert (address.hostname or "").startswith(f"{os.environ['EXPORTS_BUCKET']}.s3.")
    found = aws.client("s3").get_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=address.path.lstrip("/"))
    content: bytes = found["Body"].read()
    return content


# --- The request -----------------------------------------------------------------------------------------------------


def test_a_request_is_answered_with_a_job_and_where_to_ask_about_it(ann: Values, clock: Clock) -> None:
    answer = ask("account/export", **ann)
    shown, now = answer.json(), clocks.epoch()
    assert answer.header("location") == f"{GATEWAY}/api/jobs/{shown['id']}"
    assert shown == {
        "id": shown["id"],
        "kind": "export",
        "state": "queued",
        "progress": 0,
        "created_at": clocks.rfc3339(now),
        "updated_at": clocks.rfc3339(now),
        "expires_at": clocks.rfc3339(now + DAY),
        "result": None,
    }
    assert job(ann, shown["id"]) == shown
    assert aws.queued() == [{"kind": "export", "user_id": ann["user_id"], "job_id": shown["id"]}]


def test_the_location_is_right_behind_a_trusted_proxy(moto_tables: None, clock: Clock) -> None:
    ann = signed_up("register/through_proxy", origin_secret=ORIGIN_SECRET)
    event = load("account/export", **{name: ann[name] for name in placeholders("account/export")})
    proxy = load("register/through_proxy", origin_secret=ORIGIN_SECRET)["headers"]
    event["headers"] |= {name: value for name, value in proxy.items() if name.startswith("x-taskward-")}
    answer = answer_to("account/export", event)
    assert answer.header("location") == f"{VIEWER_ORIGIN}/api/jobs/{answer.json()['id']}"


def test_while_a_job_is_under_way_it_is_answered_again_and_nothing_new_is_asked_for(ann: Values) -> None:
    first = asked_for(ann)
    assert asked_for(ann) == first
    assert len(aws.queued()) == 1
    told = [event["type"] for event in ask("account/events", **ann).json()]
    assert told.count("export_requested") == 1


def test_one_users_job_under_way_is_in_nobody_elses_way(ann: Values, ben: Values) -> None:
    assert asked_for(ann)["id"] != asked_for(ben)["id"]


def test_there_are_five_a_day_and_the_sixth_is_told_exactly_when_to_come_back(ann: Values, clock: Clock) -> None:
    for _ in range(5):
        asked_for(ann)
        work_off()
        clock.advance(seconds=60)
    refused = ask("account/export_too_many", **ann)
    assert (refused.json()["code"], refused.header("retry-after")) == ("too_many_jobs", str(DAY - 5 * 60))
    clock.advance(seconds=DAY - 5 * 60 - 1)
    assert ask("account/export", **ann).header("retry-after") == "1"
    clock.advance(seconds=1)
    assert asked_for(ann)["state"] == "queued"
    work_off()
    assert ask("account/export", **ann).header("retry-after") == "60"


# --- The job ---------------------------------------------------------------------------------------------------------


def test_a_job_that_is_done_links_to_its_result_for_five_minutes(ann: Values, clock: Clock) -> None:
    job_id = asked_for(ann)["id"]
    clock.advance(seconds=7)
    work_off()
    clock.advance(seconds=7)
    shown = job(ann, job_id)
    result = shown["result"]
    content = behind(result["url"])
    assert (shown["state"], shown["updated_at"]) == ("done", clocks.rfc3339(clocks.epoch() - 7))
    assert shown["progress"] == sum(len(value) for value in json.loads(content).values() if isinstance(value, list))
    assert result == {
        "url": result["url"],
        "expires_at": clocks.rfc3339(clocks.epoch() + 300),
        "bytes": len(content),
        "media_type": "application/json",
    }
    query = parse_qs(urlsplit(result["url"]).query)
    assert query["X-Amz-Expires"] == ["300"]
    assert query["response-content-type"] == ["application/json"]
    name = f"taskward-export-{shown['created_at'][:10]}.json"
    assert query["response-content-disposition"] == [f'attachment; filename="{name}"']


def test_a_job_of_somebody_else_is_answered_exactly_like_one_that_does_not_exist(ann: Values, ben: Values) -> None:
    job_id = asked_for(ben)["id"]
    work_off()
    foreign = ask("account/read_job_foreign", **ann, foreign_job_id=job_id)
    missing = ask("account/read_job_missing", **ann)
    assert foreign.headers == missing.headers
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    assert job(ben, job_id)["state"] == "done"


def test_any_text_in_place_of_a_job_id_is_one_that_does_not_exist(ann: Values) -> None:
    for text in ("x", "PROFILE", "\u00e9" * 36):
        assert ask("account/read_job", **ann, job_id=text).status == 404


def test_a_text_that_is_too_long_for_a_key_is_not_looked_up(ann: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    monkeypatch.setattr(JobItem, "get", lambda *key, **_: looked_up.append(key[1]))
    assert ask("account/read_job", **ann, job_id="x" * 3000).status == 404
    assert looked_up == []


def test_a_job_is_gone_after_a_day(ann: Values, clock: Clock) -> None:
    job_id = asked_for(ann)["id"]
    work_off()
    clock.advance(seconds=DAY - 1)
    assert job(ann, job_id)["state"] == "done"
    clock.advance(seconds=1)
    assert ask("account/read_job", **ann, job_id=job_id).status == 404


def test_a_job_of_which_nothing_is_heard_for_three_hours_has_failed_and_another_may_be_asked_for(
    ann: Values, clock: Clock
) -> None:
    lost = asked_for(ann)["id"]
    aws.queued()
    clock.advance(seconds=3 * 3600 - 1)
    assert job(ann, lost)["state"] == "queued"
    clock.advance(seconds=1)
    assert (job(ann, lost)["state"], job(ann, lost)["result"]) == ("failed", None)
    assert asked_for(ann)["id"] != lost


# --- The document ----------------------------------------------------------------------------------------------------


def test_the_document_is_as_the_openapi_document_describes_it(ann: Values, clock: Clock) -> None:
    task_id = ask("tasks/create", **ann).json()["id"]
    ask("tasks/create_completed", **ann)
    ask("tasks/create_minimal", **ann)
    ask("tasks/delete", **ann, task_id=task_id, version="1")
    ask("account/patch", **ann)
    ask("login/wrong_password")
    other = signed_in("login/by_cookie")
    ask("sessions/end", **ann, other_session_id=other["session_id"])
    signed_in()
    made = document(ann)
    faults = validator("components", "schemas", "AccountExport").iter_errors(made)
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []
    sizes = {name: len(value) for name, value in made.items() if isinstance(value, list)}
    of_factors = {"passkeys": 0, "access_tokens": 0, "links": 0}
    assert sizes == {"known_addresses": 1, "sessions": 2, "events": 6, "jobs": 1, "tasks": 3, **of_factors}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("version", 2),
        ("exported_at", "yesterday"),
        ("account", {}),
        ("sessions", [{"id": "x"}]),
        ("tasks", None),
        ("passwords", []),
    ],
)
def test_another_document_is_not_as_described(name: str, wrong: Any, ann: Values) -> None:
    made = document(ann)
    export = validator("components", "schemas", "AccountExport")
    assert export.is_valid(made)
    assert not export.is_valid(made | {name: wrong})


def test_the_document_says_what_the_answers_of_the_service_say(ann: Values) -> None:
    ask("tasks/create", **ann)
    ask("tasks/create_minimal", **ann)
    made = document(ann)
    tasks = {task["id"]: task for task in ask("tasks/list", **ann).json()}
    assert made["account"] == ask("account/read", **ann).json()
    assert {task["id"]: task | {"url": tasks[task["id"]]["url"]} for task in made["tasks"]} == tasks
    assert [session | {"current": True} for session in made["sessions"]] == ask("sessions/list", **ann).json()
    assert made["events"][::-1] == ask("account/events", **ann).json()
    (shown,) = made["jobs"]
    assert shown["state"] == "running"
