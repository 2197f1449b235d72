"""The bulk function, fed from events/bulk: files of tasks out and in, and deletion of all."""

import csv
import io
import json
import os
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.bulk import app
from taskward.jobs import jobs, queue, results
from taskward.tasks import clearing, exporting, quota
from tests.support import aws
from tests.support.sample_events import (
    Answer,
    Case,
    answer_to,
    ask,
    check,
    load,
    placeholders,
    signed_up,
    stored,
    work_off,
)

CASES = {
    "bulk/export": Case(200),
    "bulk/export_csv": Case(200, media_type="text/csv; charset=utf-8"),
    "bulk/export_ics": Case(200, media_type="text/calendar; charset=utf-8"),
    "bulk/export_bad_format": Case(422, "invalid_request", ["format"]),
    "bulk/export_unknown_parameter": Case(422, "invalid_request", ["fmt"]),
    "bulk/export_too_many": Case(429, "too_many_jobs"),
    "bulk/import": Case(200),
    "bulk/import_csv": Case(200),
    "bulk/import_ics": Case(200),
    "bulk/import_todoist": Case(200),
    "bulk/import_dry_run": Case(200),
    "bulk/import_refused_rows": Case(200),
    "bulk/import_unreadable": Case(400, "malformed_request"),
    "bulk/import_broken_json": Case(400, "malformed_request"),
    "bulk/import_no_body": Case(400, "malformed_request"),
    "bulk/import_wrong_content_type": Case(415, "unsupported_media_type"),
    "bulk/import_bad_format": Case(422, "invalid_request", ["format"]),
    "bulk/import_bad_dry_run": Case(422, "invalid_request", ["dry_run"]),
    "bulk/import_bad_upload": Case(422, "invalid_request", ["upload"]),
    "bulk/import_bad_timezone": Case(422, "invalid_request", ["tz"]),
    "bulk/import_unknown_parameter": Case(422, "invalid_request", ["dryrun"]),
    "bulk/import_quota_exceeded": Case(409, "quota_exceeded"),
    "bulk/import_too_many": Case(429, "too_many_jobs"),
    "bulk/import_by_upload": Case(202),
    "bulk/import_uploaded": Case(202),
    "bulk/import_uploaded_too_many": Case(429, "too_many_jobs"),
    "bulk/import_not_uploaded": Case(422, "invalid_request", ["job"]),
    "bulk/import_uploaded_said_again": Case(422, "invalid_request", ["dry_run", "format"]),
    "bulk/import_missing_job": Case(404, "not_found"),
    "bulk/import_foreign_job": Case(404, "not_found"),
    "bulk/delete_all": Case(204),
    "bulk/delete_completed": Case(204),
    "bulk/delete_trashed": Case(204),
    "bulk/delete_too_many": Case(429, "too_many_jobs"),
    "bulk/delete_bad_filter": Case(422, "invalid_request", ["completed"]),
    "bulk/delete_two_filters": Case(422, "invalid_request", ["completed", "trashed"]),
    "bulk/delete_unknown_parameter": Case(422, "invalid_request", ["complete"]),
}

# Those that are answered so whatever was before.
PLAIN = [
    name
    for name, case in CASES.items()
    if case.status in (400, 415, 422) or (case.status == 200 and "import" not in name) or name == "bulk/import_dry_run"
]
IMPORTS = ["bulk/import", "bulk/import_csv", "bulk/import_ics", "bulk/import_todoist"]
GATEWAY = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"

Values = dict[str, str]


@pytest.fixture
def ann(moto_tables: None) -> Values:
    """Values of somebody signed in who has two open tasks, a completed one, one in the trash, and a job that waits."""
    ann = signed_up()
    task_id = ask("tasks/create", **ann).json()["id"]
    ask("tasks/delete", **ann, task_id=task_id, version="1")
    for name in ("create", "create_completed", "create_minimal"):
        ask(f"tasks/{name}", **ann)
    return ann | {"job_id": ask("bulk/import_by_upload", **ann).json()["id"]}


@pytest.fixture
def ben(moto_tables: None) -> Values:
    """Values of somebody else, who has a task and a job that waits."""
    ben = signed_up("register/by_cookie")
    ask("tasks/create_minimal", **ben)
    return ben | {"foreign_job_id": ask("bulk/import_by_upload", **ben).json()["id"]}


def tasks_of(values: Values) -> list[dict[str, Any]]:
    """The tasks that somebody is shown, the newest first."""
    listed: list[dict[str, Any]] = ask("tasks/list", **values).json()
    return listed


def titles_of(values: Values) -> set[str]:
    """Of those the titles."""
    return {task["title"] for task in tasks_of(values)}


def kept() -> list[Any]:
    """All rows of tasks and jobs."""
    return [stored("tasks"), [row for row in stored("users") if row.get("sk", "").startswith("JOB#")]]


def upload(values: Values, job_id: str, content: bytes) -> None:
    """Put a file where the form of a job leads to."""
    key = results.upload_key_of(values["user_id"], job_id)
    aws.client("s3").put_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=key, Body=content)


def result_of(values: Values, job_id: str) -> Any:
    """What a job has made, which must be done."""
    shown = ask("account/read_job", **values | {"job_id": job_id}).json()
    assert shown["state"] == "done", shown
    key = jobs.get(values["user_id"], job_id).result_key
    return aws.client("s3").get_object(Bucket=os.environ["EXPORTS_BUCKET"], Key=key)["Body"].read()


def asked_about(answer: Answer) -> str:
    """The id of the job that an answer tells of."""
    shown = answer.json()
    assert answer.status == 202
    assert answer.header("location") == f"{GATEWAY}/api/jobs/{shown['id']}"
    return str(shown["id"])


def overload(values: Values, kind: jobs.Kind) -> None:
    """Give somebody as many jobs of a kind as there can be at the same time."""
    for _ in range(jobs.MAX_AT_ONCE):
        jobs.new(values["user_id"], kind).save()


# --- What each event is answered with ---


def test_each_event_that_changes_nothing_is_answered_as_its_case_says(
    ann: Values, ben: Values, subtests: pytest.Subtests
) -> None:
    before = kept()
    for name in [*PLAIN, "bulk/import_missing_job", "bulk/import_foreign_job"]:
        with subtests.test(name):
            check(name, CASES[name], ask(name, **ann | {"foreign_job_id": ben["foreign_job_id"]}))
            assert kept() == before


@pytest.mark.parametrize(
    "name", [*IMPORTS, "bulk/import_by_upload", "bulk/delete_all", "bulk/delete_completed", "bulk/delete_trashed"]
)
def test_each_event_that_changes_something_is_answered_as_its_case_says(name: str, ann: Values) -> None:
    before = kept()
    check(name, CASES[name], ask(name, **ann))
    assert kept() != before


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bulk/export_too_many", "task_export"),
        ("bulk/delete_too_many", "task_deletion"),
        ("bulk/import_too_many", "task_import"),
        ("bulk/import_uploaded_too_many", "task_import"),
    ],
)
def test_of_too_many_jobs_the_last_is_refused_and_nothing_queued(
    name: str, kind: jobs.Kind, ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MAX_TASKS", 2)
    monkeypatch.setattr(clearing, "MAX_AT_ONCE", 2)
    upload(ann, ann["job_id"], b"title\r\nBuy milk\r\n")
    overload(ann, kind)
    before = kept()
    check(name, CASES[name], ask(name, **ann))
    assert (kept(), aws.queued()) == (before, [])


def test_what_there_is_no_room_for_is_not_taken_in_even_in_part(ann: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    name, before = "bulk/import_quota_exceeded", stored_tasks()
    # Three are there, one is in the trash, and two would come. With so little room all are counted first.
    for room in (1, 5):
        monkeypatch.setattr(quota, "MAX_TASKS", room)
        check(name, CASES[name], ask(name, **ann))
        assert stored_tasks() == before
    monkeypatch.setattr(quota, "MAX_TASKS", 6)
    assert ask(name, **ann).json()["created"] == 2


def test_somebody_elses_job_is_answered_exactly_like_one_that_does_not_exist(ann: Values, ben: Values) -> None:
    upload(ben, ben["foreign_job_id"], b"title\r\nBuy milk\r\n")
    foreign = ask("bulk/import_foreign_job", **ann | {"foreign_job_id": ben["foreign_job_id"]})
    missing = ask("bulk/import_missing_job", **ann)
    assert foreign.headers == missing.headers
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    assert aws.queued() == []


# --- Export ---


def test_a_file_holds_all_tasks_but_those_in_the_trash(ann: Values, ben: Values) -> None:
    answer = ask("bulk/export", **ann)
    document = answer.json()
    assert (document["format"], document["version"]) == ("taskward-tasks", 1)
    shown = {task["id"]: task for task in tasks_of(ann)}
    assert len(document["tasks"]) == len(shown) == 3
    for task in document["tasks"]:
        assert task == {name: shown[task["id"]][name] for name in task}


def test_a_file_has_a_name_and_is_in_its_format(ann: Values) -> None:
    for name, suffix in (("export", "json"), ("export_csv", "csv"), ("export_ics", "ics")):
        disposition = ask(f"bulk/{name}", **ann).header("content-disposition") or ""
        assert disposition.startswith('attachment; filename="taskward-tasks-2')
        assert disposition.endswith(f'.{suffix}"')
    rows = list(csv.DictReader(io.StringIO(ask("bulk/export_csv", **ann).text, newline="")))
    assert {row["title"] for row in rows} == titles_of(ann)
    calendar = ask("bulk/export_ics", **ann).text
    assert (calendar[:17], calendar.count("BEGIN:VTODO")) == ("BEGIN:VCALENDAR\r\n", 3)


@pytest.mark.parametrize(("limit", "value"), [("MAX_TASKS", 2), ("MAX_BYTES", 300)])
@pytest.mark.parametrize(("name", "suffix"), [("export", "json"), ("export_csv", "csv"), ("export_ics", "ics")])
def test_what_is_more_than_one_answer_carries_is_written_by_a_job(
    name: str, suffix: str, limit: str, value: int, ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask(f"bulk/{name}", **ann)
    monkeypatch.setattr(exporting, limit, value)
    answer = ask(f"bulk/{name}", **ann)
    job_id = asked_about(answer)
    assert (answer.json()["kind"], answer.json()["state"], answer.json()["result"]) == ("task_export", "queued", None)
    work_off()
    # The moment of writing stands in calendars.
    assert unstamped(result_of(ann, job_id).decode()) == unstamped(whole.text)
    shown = ask("account/read_job", **ann | {"job_id": job_id}).json()
    assert shown["progress"] == 3
    assert shown["result"]["media_type"] == whole.header("content-type")
    assert f"taskward-task-export-{shown['created_at'][:10]}.{suffix}" in shown["result"]["url"]


# --- Import ---


def test_tasks_of_a_file_are_there_as_it_says(ann: Values) -> None:
    report = ask("bulk/import", **ann).json()
    counts = {"rows": 2, "created": 2, "existing": 0, "refused": 0}
    assert report == {"format": "json", "dry_run": False, **counts, "refusals": [], "problem": None}
    shown = {task["id"]: task for task in tasks_of(ann)}
    for sent in json.loads(load("bulk/import", **of_event(ann, "bulk/import"))["body"])["tasks"]:
        times = {name: sent.pop(name).replace("Z", ".000000Z") for name in list(sent) if name.endswith("_at")}
        assert {name: shown[sent["id"]][name] for name in sent | times} == sent | times


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("bulk/import_csv", {"Water the plants", "Call the dentist"}),
        ("bulk/import_ics", {"Pay rent"}),
        ("bulk/import_todoist", {"Plan the holidays", "Find a hotel"}),
    ],
)
def test_files_of_other_programs_are_taken_in(name: str, titles: set[str], moto_tables: None) -> None:
    eve = signed_up()
    assert ask(name, **eve).json()["refusals"] == []
    assert titles_of(eve) == titles


def test_subtasks_of_a_file_hang_where_they_hung(ann: Values) -> None:
    ask("bulk/import_todoist", **ann)
    by_title = {task["title"]: task for task in tasks_of(ann)}
    parent = by_title["Plan the holidays"]
    assert by_title["Find a hotel"]["parent_id"] == parent["id"]
    assert (parent["tags"], parent["due"], parent["priority"]) == (["travel"], "2026-12-01", "medium")


@pytest.mark.parametrize("name", IMPORTS)
def test_the_same_file_again_changes_nothing(name: str, ann: Values) -> None:
    first = ask(name, **ann).json()
    before = stored_tasks()
    again = ask(name, **ann).json()
    assert again == first | {"created": 0, "existing": first["rows"]}
    assert stored_tasks() == before


def test_a_dry_run_says_what_would_be_and_does_nothing(ann: Values) -> None:
    before = kept()
    report = ask("bulk/import_dry_run", **ann).json()
    assert kept() == before
    assert ask("bulk/import_csv", **ann).json() == report | {"dry_run": False}
    assert report["created"] == 2


def test_each_row_that_is_refused_is_named_with_what_is_wrong_and_the_others_are_taken_in(ann: Values) -> None:
    report = ask("bulk/import_refused_rows", **ann).json()
    named = [(refusal["row"], sorted(error["field"] for error in refusal["errors"])) for refusal in report["refusals"]]
    assert named == [(2, ["title"]), (3, ["due", "priority"])]
    assert all(error["message"] for refusal in report["refusals"] for error in refusal["errors"])
    assert (report["rows"], report["created"], report["refused"]) == (3, 1, 2)
    assert "Buy milk" in titles_of(ann)


def test_a_file_of_many_rows_is_taken_in_by_a_job_whose_result_is_the_report(
    ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    would_be = ask("bulk/import_dry_run", **ann).json()
    monkeypatch.setattr(app, "MAX_ROWS", 1)
    job_id = asked_about(ask("bulk/import_csv", **ann))
    before = titles_of(ann)
    work_off()
    assert titles_of(ann) == before | {"Water the plants", "Call the dentist"}
    assert json.loads(result_of(ann, job_id)) == would_be | {"dry_run": False}
    # The file itself is gone.
    assert ask("account/read_job", **ann | {"job_id": job_id}).json()["result"]["media_type"] == "application/json"
    assert not results.is_there(results.upload_key_of(ann["user_id"], job_id))


def test_a_dry_run_of_many_rows_is_a_job_that_writes_a_report_and_no_task(
    ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "MAX_ROWS", 1)
    before = stored_tasks()
    job_id = asked_about(ask("bulk/import_dry_run", **ann))
    work_off()
    report = json.loads(result_of(ann, job_id))
    assert (report["dry_run"], report["created"], stored_tasks()) == (True, 2, before)


def test_a_file_is_uploaded_by_a_form_and_taken_in_when_that_is_asked_for(ann: Values) -> None:
    answer = ask("bulk/import_by_upload", **ann)
    waiting, job_id = answer.json(), asked_about(answer)
    assert (waiting["state"], waiting["kind"], waiting["result"]) == ("waiting", "task_import", None)
    form = waiting["upload"]
    assert (form["max_bytes"], form["fields"]["key"]) == (12_000_000, f"exports/{ann['user_id']}/{job_id}.upload")
    assert form["expires_at"] > waiting["created_at"]

    check("bulk/import_not_uploaded", CASES["bulk/import_not_uploaded"], ask("bulk/import_not_uploaded", **ann))
    assert aws.queued() == []
    mine = ann | {"job_id": job_id}
    upload(ann, job_id, "title,due\r\nCafé ☕,2026-12-01\r\n".encode())
    begun = ask("bulk/import_uploaded", **mine)
    check("bulk/import_uploaded", CASES["bulk/import_uploaded"], begun)
    assert asked_about(begun) == job_id
    assert ask("account/read_job", **mine).json()["state"] == "queued"
    # Asked twice, it is done once.
    assert ask("bulk/import_uploaded", **mine).json()["state"] == "queued"
    messages = aws.queued()
    assert len(messages) == 1
    aws.requeue(messages)
    work_off()
    assert json.loads(result_of(ann, job_id))["created"] == 1
    assert "Café ☕" in titles_of(ann)
    assert ask("bulk/import_uploaded", **mine).json()["state"] == "done"
    assert aws.queued() == []


def test_only_an_import_is_begun_by_its_id(ann: Values) -> None:
    job = jobs.new(ann["user_id"], "task_export")
    job.save()
    assert ask("bulk/import_uploaded", **ann | {"job_id": job.job_id}).status == 404


def test_what_somebody_else_exported_becomes_tasks_of_ones_own(ann: Values, ben: Values) -> None:
    before = tasks_of(ann)
    event = load("bulk/import", **of_event(ben, "bulk/import"))
    report = answer_to("bulk/import", event | {"body": ask("bulk/export", **ann).text}).json()
    assert report["created"] == 3
    assert len(tasks_of(ben)) == 4
    assert tasks_of(ann) == before


# --- When what it depends on is away ---


@pytest.mark.parametrize(
    ("name", "module", "function", "kind"),
    [
        ("bulk/export", queue, "send", "task_export"),
        ("bulk/delete_all", queue, "send", "task_deletion"),
        ("bulk/import_csv", queue, "send", "task_import"),
        ("bulk/import_csv", results, "store", "task_import"),
    ],
)
def test_a_job_that_could_not_be_given_away_is_503_and_a_retry_does_it(
    name: str, module: Any, function: str, kind: str, ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MAX_TASKS", 2)
    monkeypatch.setattr(clearing, "MAX_AT_ONCE", 2)
    monkeypatch.setattr(app, "MAX_ROWS", 1)
    before = kept()
    with monkeypatch.context() as patch:
        patch.setattr(module, function, away)
        for _ in range(jobs.MAX_AT_ONCE + 1):
            check(name, Case(503, "unavailable"), ask(name, **ann))
    assert (kept(), aws.queued()) == (before, [])
    assert ask(name, **ann).status == 202
    assert [message["kind"] for message in aws.queued()] == [kind]


@pytest.mark.parametrize(("module", "function"), [(queue, "send"), (results, "is_there")])
def test_an_upload_that_could_not_be_begun_is_503_and_waits_still(
    module: Any, function: str, ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(ann, ann["job_id"], b"title\r\nBuy milk\r\n")
    with monkeypatch.context() as patch:
        patch.setattr(module, function, away)
        check("bulk/import_uploaded", Case(503, "unavailable"), ask("bulk/import_uploaded", **ann))
    assert ask("account/read_job", **ann).json()["state"] == "waiting"
    assert ask("bulk/import_uploaded", **ann).status == 202


# --- Limits of a request ---


def test_a_file_over_one_mebibyte_is_too_large_for_a_request(ann: Values) -> None:
    event = load("bulk/import_csv", **of_event(ann, "bulk/import_csv"))
    head = "title\r\n"
    for size, expected in ((1024 * 1024, 202), (1024 * 1024 + 1, 413)):
        # Of long lines that are all refused, more than one request takes in.
        lines = ("x" * 998 + "\r\n") * (size // 1000)
        body = head + "y" * (size - len(head) - len(lines)) + lines
        answer = answer_to("bulk/import_csv", event | {"body": body})
        assert (answer.status, len(body)) == (expected, size)
    assert answer.json()["code"] == "too_large"


def test_a_file_that_is_not_utf_8_is_refused(ann: Values) -> None:
    event = load("bulk/import_csv", **of_event(ann, "bulk/import_csv"))
    answer = answer_to("bulk/import_csv", event | {"body": "dGl0bGUKQ2Fm6QoK", "isBase64Encoded": True})
    assert (answer.status, answer.json()["code"]) == (400, "malformed_request")


# --- Deletion of all ---


def test_deleting_all_tasks_deletes_the_callers_alone(ann: Values, ben: Values) -> None:
    before = tasks_of(ben)
    ask("bulk/delete_all", **ann)
    assert tasks_of(ann) == []
    assert tasks_of(ben) == before
    assert {row["state"] for row in stored("tasks") if row["user_id"] == ann["user_id"] and "state" in row} == {
        "trashed"
    }


def test_deleting_completed_tasks_leaves_the_open_ones(ann: Values) -> None:
    before = tasks_of(ann)
    ask("bulk/delete_completed", **ann)
    assert [task["completed"] for task in before] == [False, True, False]
    assert tasks_of(ann) == [task for task in before if not task["completed"]]


def test_emptying_the_trash_erases_what_is_there_and_nothing_else(ann: Values) -> None:
    before = tasks_of(ann)
    ask("bulk/delete_trashed", **ann)
    assert tasks_of(ann) == before
    states = sorted(row["state"] for row in stored("tasks") if "state" in row)
    assert states == ["completed", "open", "open", "purged"]


def test_more_than_one_request_deletes_is_a_job(ann: Values, ben: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tasks_of(ann), tasks_of(ben)
    monkeypatch.setattr(clearing, "MAX_AT_ONCE", 2)
    answer = ask("bulk/delete_all", **ann)
    job_id = asked_about(answer)
    assert (answer.json()["kind"], tasks_of(ann)) == ("task_deletion", before[0])
    work_off()
    shown = ask("account/read_job", **ann | {"job_id": job_id}).json()
    assert (shown["state"], shown["progress"], shown["result"]) == ("done", 3, None)
    assert (tasks_of(ann), tasks_of(ben)) == ([], before[1])


def away(*_: Any, **__: Any) -> Any:
    """What is asked of a service that does not answer."""
    raise EndpointConnectionError(endpoint_url="https://aws.invalid")


def of_event(values: Values, name: str) -> Values:
    """Of somebody's values those that an event has places for."""
    return {place: values[place] for place in placeholders(name)}


def stored_tasks() -> list[Any]:
    """All rows of tasks, of everybody."""
    return [row for row in stored("tasks") if "state" in row]


def unstamped(text: str) -> str:
    """A file without the lines that say when it was written."""
    return "\r\n".join(line for line in text.split("\r\n") if not line.startswith("DTSTAMP"))
