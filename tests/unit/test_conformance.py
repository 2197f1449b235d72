"""The check that every end-to-end answer goes through: it lets the right answers pass and no others."""

import json
from typing import Any

import pytest

from tests.support.conformance import NonconformingAnswerError, check, document

TASK_ID = "0b0e7a52-5d0c-4b7e-9c0e-3a1f6f0c2d11"
JSON = {"Content-Type": "application/json"}
PROBLEM = {"content-type": "application/problem+json; charset=utf-8"}


def example(path: str, method: str, status: str) -> Any:
    response = document()["paths"][path][method]["responses"][status]
    return response["content"]["application/json"]["example"]


def task(**changes: Any) -> bytes:
    return json.dumps(example("/tasks/{id}", "get", "200") | changes).encode()


def problem(status: int, code: str, **more: Any) -> bytes:
    members = {"type": f"urn:taskward:problem:{code}", "title": "T", "status": status, "detail": "D", "code": code}
    return json.dumps({**members, "request_id": "r", **more}).encode()


@pytest.mark.parametrize("path", [f"/tasks/{TASK_ID}", f"/api/tasks/{TASK_ID}", f"/tasks/{TASK_ID}/", "/tasks/x?y=/z"])
def test_a_documented_answer_passes(path: str) -> None:
    check("GET", path, 200, JSON | {"ETag": '"3"'}, task())


def test_answers_without_a_body_pass() -> None:
    check("DELETE", f"/tasks/{TASK_ID}", 204, {}, b"")
    check("GET", f"/tasks/{TASK_ID}", 304, {"etag": '"3"'}, b"")


def test_documented_refusals_pass() -> None:
    check("GET", f"/tasks/{TASK_ID}", 404, PROBLEM, problem(404, "not_found"))
    check("GET", "/tasks", 401, PROBLEM, problem(401, "token_expired"))
    check("POST", "/tasks", 422, PROBLEM, problem(422, "invalid_request", errors=[{"field": "f", "message": "m"}]))


@pytest.mark.parametrize(
    ("status", "headers", "body", "message"),
    [
        (202, JSON, task(), "getTask documents 200, 304, 401, 403, 404"),
        (200, {"Content-Type": "text/plain", "ETag": '"3"'}, task(), "the content type is 'text/plain'"),
        (200, {"ETag": '"3"'}, task(), "the content type is ''"),
        (200, JSON, task(), "the header ETag is missing"),
        (200, JSON | {"ETag": '"3"'}, b"", "the body is no application/json"),
        (200, JSON | {"ETag": '"3"'}, b"\xff", "the body is no application/json"),
        (200, JSON | {"ETag": '"3"'}, task(owner="me"), "'owner' was unexpected"),
        (200, JSON | {"ETag": '"3"'}, task(version="3"), r"\$\.version: '3' is not of type 'integer'"),
        (200, JSON | {"ETag": '"3"'}, task(id="3"), r"\$\.id: '3' is not a 'uuid'"),
        (200, JSON | {"ETag": '"3"'}, task(updated_at="2026-03-02T08:45:12+01:00"), r"\$\.updated_at"),
        (304, {"ETag": '"3"'}, b"{}", "there must be no body"),
        (404, JSON, problem(404, "not_found"), "the content type is 'application/json'"),
        (404, PROBLEM, problem(404, "email_exists"), r"\$\.code: 'email_exists' is not one of \['not_found'\]"),
        (404, PROBLEM, problem(400, "not_found"), r"\$\.status: 404 was expected"),
        (404, PROBLEM, problem(404, "not_found", trace="..."), "'trace' was unexpected"),
        (503, PROBLEM, problem(503, "unavailable"), "the header Retry-After is missing"),
    ],
)
def test_an_answer_that_is_not_documented_fails_with_the_reason(
    status: int, headers: dict[str, str], body: bytes, message: str
) -> None:
    with pytest.raises(NonconformingAnswerError, match=message) as failure:
        check("GET", f"/tasks/{TASK_ID}", status, headers, body)
    assert f"GET /tasks/{TASK_ID} -> {status}" in str(failure.value)


def test_a_refusal_of_fields_without_naming_them_fails() -> None:
    with pytest.raises(NonconformingAnswerError, match="'errors' is a required property"):
        check("POST", "/tasks", 422, PROBLEM, problem(422, "invalid_request"))


def test_a_list_with_one_wrong_task_fails() -> None:
    tasks = json.dumps([json.loads(task()), json.loads(task(tags=None))]).encode()
    with pytest.raises(NonconformingAnswerError, match=r"\$\[1\]\.tags"):
        check("GET", "/tasks", 200, JSON, tasks)


def test_a_page_that_is_too_long_fails_with_a_short_message() -> None:
    tasks = json.dumps([json.loads(task())] * 101).encode()
    with pytest.raises(NonconformingAnswerError, match="is too long") as failure:
        check("GET", "/tasks", 200, JSON, tasks)
    assert len(str(failure.value)) < 1200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("POST", f"/tasks/{TASK_ID}"), ("GET", "/tasks/a/b"), ("GET", "/")]
)
def test_what_the_document_does_not_have_must_be_refused(method: str, path: str) -> None:
    check(method, path, 404, PROBLEM, problem(404, "not_found"))
    with pytest.raises(NonconformingAnswerError, match="the document has no such operation"):
        check(method, path, 200, JSON, b"{}")
    with pytest.raises(NonconformingAnswerError, match="the content type must be"):
        check(method, path, 404, {"Content-Type": "text/html"}, b"<p>no</p>")
    with pytest.raises(NonconformingAnswerError, match="'code' is a required property"):
        check(method, path, 403, PROBLEM, b"{}")


def test_an_answer_to_head_is_judged_without_a_body() -> None:
    check("HEAD", "/tasks", 404, PROBLEM, b"")
    with pytest.raises(NonconformingAnswerError, match="has no body"):
        check("HEAD", "/tasks", 404, PROBLEM, problem(404, "not_found"))


def test_a_path_that_is_written_out_goes_before_one_with_a_parameter() -> None:
    # As a passkey of the id `options`, there would be something to be deleted, and nothing to be asked for.
    options = json.dumps(example("/account/passkeys/options", "post", "200")).encode()
    check("POST", "/account/passkeys/options", 200, JSON, options)
    check("PATCH", f"/account/passkeys/{TASK_ID}", 404, PROBLEM, problem(404, "not_found"))
    with pytest.raises(NonconformingAnswerError, match="the document has no such operation"):
        check("POST", f"/account/passkeys/{TASK_ID}", 200, JSON, options)


@pytest.mark.parametrize("path", ["/auth/password/forgot", "/account/email/verification"])
def test_what_needs_mail_must_say_where_none_is_sent_that_it_is_switched_off(path: str, mail_off: None) -> None:
    check("POST", path, 404, PROBLEM, problem(404, "email_disabled"))
    check("POST", path, 401, PROBLEM, problem(401, "authentication_required"))
    with pytest.raises(NonconformingAnswerError, match="the code must be email_disabled, not 'not_found'"):
        check("POST", path, 404, PROBLEM, problem(404, "not_found"))
    with pytest.raises(NonconformingAnswerError, match="the document has no such operation"):
        check("POST", path, 204, {}, b"")


def test_what_needs_mail_must_not_be_switched_off_where_mail_is_sent() -> None:
    check("POST", "/auth/password/forgot", 204, {}, b"")
    with pytest.raises(NonconformingAnswerError, match="forgotPassword documents 204"):
        check("POST", "/auth/password/forgot", 404, PROBLEM, problem(404, "email_disabled"))


def test_nothing_else_may_be_switched_off(mail_off: None) -> None:
    with pytest.raises(NonconformingAnswerError, match=r"\$\.code: 'email_disabled' is not one of"):
        check("POST", "/nothing", 404, PROBLEM, problem(404, "email_disabled"))
    with pytest.raises(NonconformingAnswerError, match="the status must be 403, 404 or 405"):
        check("POST", "/nothing", 401, PROBLEM, problem(401, "authentication_required"))
