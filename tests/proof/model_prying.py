"""All that one can try with the id of a task, a session or a job that is somebody else's, in the model test."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from tests.support.gateway import Headers

NEVER: Final = "0c4b2f6e-93a1-4d5c-8e77-5b1fd2a60001"
"""An id that nothing ever had."""

_NEW: Final = "0c4b2f6e-93a1-4d5c-8e77-5b1fd2a60002"


class Attempt(NamedTuple):
    """A request, and the status that it is answered with when there is no such thing."""

    method: str
    target: str
    body: Any = None
    headers: Headers = ()
    status: int = 404


def attempts(kind: str, an_id: str) -> Iterator[Attempt]:
    """All that can be tried with an id of something of this kind: `task`, `session` or `job`."""
    yield from {"task": _of_task, "session": _of_session, "job": _of_job}[kind](an_id)


def _of_task(an_id: str) -> Iterator[Attempt]:
    task, known, changes = f"/tasks/{an_id}", [("If-Match", '"1"')], {"title": "mine now"}
    for headers in ([], known):
        yield Attempt("PUT", task, changes, headers)
        yield Attempt("PATCH", task, changes, headers)
        yield Attempt("PATCH", f"{task}/complete", None, headers)
        yield Attempt("POST", f"{task}/restore", None, headers)
        yield Attempt("DELETE", task, None, headers)
        yield Attempt("DELETE", f"{task}?permanent=true", None, headers)
    yield Attempt("GET", task)
    yield Attempt("GET", task, None, [("If-None-Match", '"1"')])
    yield Attempt("GET", f"{task}/subtasks")
    yield Attempt("POST", "/tasks", {"title": "below", "parent_id": an_id}, (), 422)
    operations: list[dict[str, Any]] = [
        {"op": "replace", "task": changes},
        {"op": "patch", "patch": changes},
        {"op": "complete"},
        {"op": "delete"},
        {"op": "delete", "permanent": True},
        {"op": "restore"},
        {"op": "restore", "version": 1},
    ]
    for operation in operations:
        yield Attempt("POST", "/tasks/batch", {"operations": [operation | {"id": an_id}]})
    below = {"op": "create", "id": _NEW, "task": {"title": "below", "parent_id": an_id}}
    yield Attempt("POST", "/tasks/batch", {"operations": [below]}, (), 422)


def _of_session(an_id: str) -> Iterator[Attempt]:
    yield Attempt("DELETE", f"/auth/sessions/{an_id}")


def _of_job(an_id: str) -> Iterator[Attempt]:
    yield Attempt("GET", f"/jobs/{an_id}")
    yield Attempt("POST", f"/tasks/import?job={an_id}")
