"""Files of tasks and deletions of many through the deployed stack: by its own functions, queue, bucket and roles."""

import csv
import io
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Person, code_of

MANY = 501
"""One more than a request takes in, gives out or deletes."""

_JOB_SECONDS = 120


def csv_of(rows: int) -> bytes:
    """A file of so many tasks."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["title", "due", "tags", "description"])
    writer.writerows((f"Straße {number}", "2026-12-01", "home", 'a\r\nb, "c"') for number in range(rows))
    return text.getvalue().encode()


def finished(person: Person, job: httpx.Response) -> dict[str, Any]:
    """A job as it is once it is done."""
    assert job.status_code == 202, job.text
    deadline = time.monotonic() + _JOB_SECONDS
    while True:
        shown: dict[str, Any] = person.client.get(
            job.headers["location"], headers={"Authorization": f"Bearer {person.access_token}"}
        ).json()
        if shown["state"] == "done":
            return shown
        assert shown["state"] in ("queued", "running"), shown
        assert time.monotonic() < deadline, shown
        time.sleep(0.5)


def result_of(job: dict[str, Any]) -> httpx.Response:
    """What a link leads to; who has it needs nothing else."""
    answer = httpx.get(job["result"]["url"], timeout=30)
    assert answer.status_code == 200, answer.text
    assert len(answer.content) == job["result"]["bytes"]
    assert answer.headers["content-type"] == job["result"]["media_type"]
    assert answer.headers["content-disposition"].startswith('attachment; filename="taskward-task-')
    return answer


def form_for(person: Person, **query: str) -> dict[str, Any]:
    """A job that waits for an upload."""
    answer = person.request("POST", "/tasks/import", params={"upload": "true", **query})
    assert answer.status_code == 202, answer.text
    waiting: dict[str, Any] = answer.json()
    return waiting


def posted(upload: dict[str, Any], content: bytes) -> httpx.Response:
    """The bucket's answer to an upload by its form, as a browser or curl would do it."""
    return httpx.post(upload["url"], data=upload["fields"], files={"file": ("tasks.csv", content)}, timeout=60)


def taken_in(person: Person, content: bytes, **query: str) -> Any:
    """The report on a file that was uploaded."""
    waiting = form_for(person, **query)
    answer = posted(waiting["upload"], content)
    assert answer.status_code == 204, answer.text
    return result_of(finished(person, person.request("POST", "/tasks/import", params={"job": waiting["id"]}))).json()


def exported(person: Person, file_format: str) -> httpx.Response:
    """All tasks of somebody who has many."""
    return result_of(finished(person, person.request("POST", "/tasks/export", params={"format": file_format})))


def test_a_list_goes_in_comes_out_is_erased_and_comes_back_as_it_was(person: Person) -> None:
    content = csv_of(MANY)
    dry = taken_in(person, content, format="csv", dry_run="true")
    assert (dry["created"], dry["refusals"], dry["dry_run"]) == (MANY, [], True)
    assert person.request("GET", "/tasks").json() == []
    assert taken_in(person, content, format="csv") == dry | {"dry_run": False}
    assert taken_in(person, content, format="csv")["existing"] == MANY

    files = {name: exported(person, name) for name in ("json", "csv", "ics")}
    tasks = files["json"].json()["tasks"]
    assert sorted(task["title"] for task in tasks) == sorted(f"Straße {number}" for number in range(MANY))
    assert files["csv"].text.count("\r\n") == 2 * MANY + 1
    assert files["ics"].text.count("BEGIN:VTODO") == MANY

    deleted = finished(person, person.request("DELETE", "/tasks"))
    assert (deleted["kind"], deleted["progress"], deleted["result"]) == ("task_deletion", MANY, None)
    assert person.request("GET", "/tasks").json() == []
    emptied = finished(person, person.request("DELETE", "/tasks", params={"trashed": "true"}))
    assert emptied["progress"] == MANY
    assert person.request("GET", "/tasks", params={"status": "trashed"}).json() == []

    assert taken_in(person, files["ics"].content, format="ics")["created"] == MANY
    again = exported(person, "json").json()["tasks"]
    assert sorted(again, key=lambda task: task["id"]) == sorted(tasks, key=lambda task: task["id"])


def test_what_fits_a_request_needs_no_job(person: Person) -> None:
    made = person.task(title="Café ☕", description="a\r\nb", tags=["x", "y"], due="2026-12-24")
    for file_format, media_type in (("json", "application/json"), ("csv", "text/csv"), ("ics", "text/calendar")):
        file = person.request("POST", "/tasks/export", params={"format": file_format})
        assert file.status_code == 200
        assert file.headers["content-type"].partition(";")[0] == media_type
        person.request("DELETE", f"/tasks/{made['id']}", params={"permanent": "true"})
        headers = {"Content-Type": media_type}
        report = person.request(
            "POST", "/tasks/import", params={"format": file_format}, content=file.content, headers=headers
        )
        assert (report.status_code, report.json()["created"]) == (200, 1), report.text
        back = person.request("GET", f"/tasks/{made['id']}").json()
        changing = ("version", "updated_at")
        assert {name: back[name] for name in back if name not in changing} == {
            name: made[name] for name in made if name not in changing
        }


def test_many_rows_in_one_request_are_a_job(person: Person) -> None:
    headers = {"Content-Type": "text/csv"}
    query = {"format": "csv"}
    job = finished(person, person.request("POST", "/tasks/import", params=query, content=csv_of(501), headers=headers))
    report = result_of(job).json()
    assert (report["created"], job["progress"]) == (501, 501)


def test_a_file_that_cannot_be_read_has_a_report_that_says_why(person: Person) -> None:
    report = taken_in(person, b"colour,size\r\nred,9\r\n", format="csv")
    assert report["problem"]
    assert report.keys() == {"format", "dry_run", "problem"}


def test_a_form_takes_one_file_for_one_place_and_no_larger_one(person: Person) -> None:
    upload = form_for(person, format="csv")["upload"]
    elsewhere = upload | {"fields": upload["fields"] | {"key": "exports/somebody-else/x.upload"}}
    assert posted(elsewhere, b"title\r\nx\r\n").status_code == 403
    unsigned = upload | {"fields": {"key": upload["fields"]["key"]}}
    assert posted(unsigned, b"title\r\nx\r\n").status_code == 403
    too_large = posted(upload, b"title\r\n" + b"x" * upload["max_bytes"])
    assert (too_large.status_code, "EntityTooLarge" in too_large.text) == (400, True)


def test_a_job_is_nobody_else_s(person: Person, new_person: Callable[[], Person]) -> None:
    waiting, other = form_for(person, format="csv"), new_person()
    assert posted(waiting["upload"], b"title\r\nx\r\n").status_code == 204
    assert code_of(other.request("POST", "/tasks/import", params={"job": waiting["id"]})) == (404, "not_found")
    assert code_of(other.request("GET", f"/jobs/{waiting['id']}")) == (404, "not_found")
    assert person.request("GET", f"/jobs/{waiting['id']}").json()["state"] == "waiting"


@pytest.mark.parametrize("path", ["/tasks/export", "/tasks/import"])
def test_files_of_tasks_are_for_those_who_are_signed_in(client: httpx.Client, path: str) -> None:
    assert code_of(client.post(path, content=json.dumps([]))) == (401, "authentication_required")
