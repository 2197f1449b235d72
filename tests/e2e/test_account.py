"""An account over HTTP, against the deployed stack: sessions, password, profile, events, export, and its end."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Person
from tests.support.people import PASSWORD

NEW_PASSWORD = "violet bicycle 12"
_WORK_SECONDS = 120


def _code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def _signed_in_again(person: Person, password: str = PASSWORD) -> Person:
    response = person.client.post("/auth/login", json={"email": person.email, "password": password})
    assert response.status_code == 200, response.text
    return Person(person.client, person.email, response.json())


def _is_over(person: Person) -> bool:
    access = person.request("GET", "/tasks")
    refresh = person.client.post("/auth/refresh", json={"refresh_token": person.refresh_token})
    if access.status_code == 200:
        assert refresh.status_code == 200
        return False
    assert _code(access) == _code(refresh) == (401, "session_revoked")
    return True


def _events(person: Person) -> list[str]:
    return [event["type"] for event in person.request("GET", "/account/events").json()]


@pytest.fixture(scope="module")
def leaver(new_person: Callable[[], Person]) -> Person:
    """Somebody who had tasks and gave the account up; the worker begins a minute later, while other tests run."""
    person = new_person()
    for number in range(60):
        person.task(title=f"Task {number}")
    assert person.request("POST", "/account/export").status_code == 202
    _signed_in_again(person)
    assert _code(person.request("DELETE", "/account", json={"password": "a wrong one"})) == (403, "wrong_password")
    assert person.request("GET", "/account").status_code == 200
    response = person.request("DELETE", "/account", json={"password": PASSWORD})
    assert response.status_code == 204
    assert "Max-Age=0" in response.headers["set-cookie"]
    return person


def test_a_deleted_account_is_unusable_at_once_and_its_address_free(leaver: Person) -> None:
    assert _is_over(leaver)
    body = {"email": leaver.email, "password": PASSWORD}
    assert _code(leaver.client.post("/auth/login", json=body)) == (401, "invalid_credentials")
    registered = leaver.client.post("/auth/register", json=body)
    assert registered.status_code == 201
    again = Person(leaver.client, leaver.email, registered.json())
    assert again.request("GET", "/tasks").json() == []
    assert _events(again) == ["registered"]


def test_sessions_are_listed_and_end_one_by_one(person: Person) -> None:
    laptop, phone = person, _signed_in_again(person)
    listed = laptop.request("GET", "/auth/sessions").json()
    assert {session["id"]: session["current"] for session in listed} == {
        laptop.grant["session_id"]: True,
        phone.grant["session_id"]: False,
    }
    address = f"/auth/sessions/{phone.grant['session_id']}"
    assert laptop.request("DELETE", address).status_code == 204
    assert _is_over(phone)
    assert not _is_over(laptop)
    assert _code(laptop.request("DELETE", address)) == (404, "not_found")


def test_a_session_of_another_is_like_one_that_does_not_exist(person: Person, new_person: Callable[[], Person]) -> None:
    other = new_person()
    foreign = person.request("DELETE", f"/auth/sessions/{other.grant['session_id']}")
    missing = person.request("DELETE", "/auth/sessions/7b0c7c1e-2f3c-4a53-9a53-0d1f4f1f4b11")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    assert not _is_over(other)


def test_all_other_sessions_end_or_all(person: Person) -> None:
    others = [_signed_in_again(person) for _ in range(3)]
    assert person.request("DELETE", "/auth/sessions?keep=current").status_code == 204
    assert all(_is_over(other) for other in others)
    assert not _is_over(person)
    assert person.request("DELETE", "/auth/sessions").status_code == 204
    assert _is_over(person)


def test_a_new_password_ends_every_other_session(person: Person) -> None:
    other = _signed_in_again(person)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert _code(person.request("POST", "/auth/password", json=body | {"current_password": "no"})) == (
        403,
        "wrong_password",
    )
    refused = person.request("POST", "/auth/password", json=body | {"new_password": "password"})
    assert _code(refused) == (422, "invalid_request")
    assert [error["field"] for error in refused.json()["errors"]] == ["new_password"]
    assert not _is_over(other)
    assert person.request("POST", "/auth/password", json=body).status_code == 204
    assert _is_over(other)
    assert not _is_over(person)
    login = {"email": person.email, "password": PASSWORD}
    assert _code(person.client.post("/auth/login", json=login)) == (401, "invalid_credentials")
    assert not _is_over(_signed_in_again(person, NEW_PASSWORD))
    assert sorted(_events(person)) == sorted(
        [
            *("registered", "signed_in", "password_check_failed", "password_changed", "session_ended"),
            *("sign_in_failed", "signed_in"),
        ]
    )


def test_a_profile_is_patched(person: Person) -> None:
    before = person.request("GET", "/account").json()
    assert (before["name"], before["timezone"], before["email"]) == (None, None, person.email)
    changes = {"name": "Ada 🧮", "timezone": "Europe/London"}
    assert person.request("PATCH", "/account", json=changes).json() == before | changes
    assert person.request("PATCH", "/account", json={"name": None}).json() == before | changes | {"name": None}
    assert _code(person.request("PATCH", "/account", json={"timezone": "Mars/Olympus"})) == (422, "invalid_request")
    assert person.request("GET", "/auth/session").json()["user"]["timezone"] == "Europe/London"


def test_a_sign_in_ends_the_session_that_the_browser_had(person: Person) -> None:
    body = {"email": person.email, "password": PASSWORD, "delivery": "cookie"}
    first = person.client.post("/auth/login", json=body)
    cookie = first.cookies["__Host-taskward_refresh"]
    headers = {"Cookie": f"__Host-taskward_refresh={cookie}"}
    assert person.client.post("/auth/login", json=body, headers=headers).status_code == 200
    left = {"Authorization": f"Bearer {first.json()['access_token']}"}
    assert _code(person.client.get("/tasks", headers=left)) == (401, "session_revoked")


def test_the_sixth_wrong_password_has_to_wait_and_so_has_the_right_one(person: Person) -> None:
    body = {"email": person.email, "password": "a wrong one"}
    # Forged headers make nobody somebody else.
    answers = [
        person.client.post(
            "/auth/login",
            json=body,
            headers={"X-Forwarded-For": f"192.0.2.{number}", "X-Taskward-Viewer-Address": f"192.0.2.{number}"},
        )
        for number in range(8)
    ]
    codes = [_code(answer) for answer in answers]
    assert codes == [(401, "invalid_credentials")] * 5 + [(429, "too_many_attempts")] * 3
    right = person.client.post("/auth/login", json=body | {"password": PASSWORD})
    assert _code(right) == (429, "too_many_attempts")
    time.sleep(int(right.headers["retry-after"]))
    assert not _is_over(_signed_in_again(person))


def test_an_export_holds_everything_and_is_downloaded_by_a_link(person: Person) -> None:
    task = person.task(title="Tax return", description="“über” 🧾", tags=["money"], due="2027-05-31")
    gone = person.task(title="Gone")
    person.request("DELETE", f"/tasks/{gone['id']}")
    asked = person.request("POST", "/account/export")
    assert asked.status_code == 202
    job_url = httpx.URL(asked.headers["location"]).path.removeprefix("/api")
    job = _finished(person, job_url)
    assert job["state"] == "done", job
    document = httpx.get(job["result"]["url"], timeout=30).json()
    assert document["account"]["email"] == person.email
    assert [session["id"] for session in document["sessions"]] == [person.grant["session_id"]]
    shown = {entry["title"]: entry for entry in document["tasks"]}
    assert shown["Tax return"] == {name: value for name, value in task.items() if name != "url"}
    assert shown["Gone"]["deleted_at"]
    assert {event["type"] for event in document["events"]} == {"registered", "export_requested"}
    assert PASSWORD not in str(document)
    assert "argon2" not in str(document)


def test_a_job_of_another_is_like_one_that_does_not_exist(person: Person, new_person: Callable[[], Person]) -> None:
    job = person.request("POST", "/account/export").json()
    foreign = new_person().request("GET", f"/jobs/{job['id']}")
    missing = person.request("GET", "/jobs/7b0c7c1e-2f3c-4a53-9a53-0d1f4f1f4b11")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}


def test_events_are_paged_by_their_link(person: Person) -> None:
    for _ in range(4):
        _signed_in_again(person)
    seen: list[str] = []
    path = "/account/events?limit=2"
    while path:
        page = person.request("GET", path)
        assert len(page.json()) <= 2
        seen += [event["id"] for event in page.json()]
        path = page.links["next"]["url"].partition("/api")[2] if "next" in page.links else ""
    assert seen == [event["id"] for event in person.request("GET", "/account/events").json()]
    assert len(set(seen)) == 5


def _finished(person: Person, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + _WORK_SECONDS
    while True:
        job: dict[str, Any] = person.request("GET", path).json()
        if job["state"] not in ("queued", "running") or time.monotonic() > deadline:
            return job
        time.sleep(0.5)
