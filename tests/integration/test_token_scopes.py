"""What a personal access token reaches, of every route that there is: tasks, by its scope, and nothing else."""

from functools import cache
from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.factors import Values, add_token, verify
from tests.support.sample_events import answer_to, ask, authorized, load, names, placeholders, signed_up, stored
from tests.support.template import resources

Route = tuple[str, str]

READ, WRITE = "tasks:read", "tasks:write"

# Of the routes that take tokens: what a token has to be good for, and an event that such a token succeeds with.
TAKES: dict[Route, tuple[str, str]] = {
    ("GET", "/tasks"): (READ, "tasks/list"),
    ("POST", "/tasks"): (WRITE, "tasks/create"),
    ("DELETE", "/tasks"): (WRITE, "bulk/delete_all"),
    ("GET", "/tasks/{id}"): (READ, "tasks/read"),
    ("PUT", "/tasks/{id}"): (WRITE, "tasks/replace_sent_back"),
    ("PATCH", "/tasks/{id}"): (WRITE, "tasks/patch_merge"),
    ("DELETE", "/tasks/{id}"): (WRITE, "tasks/delete"),
    ("PATCH", "/tasks/{id}/complete"): (WRITE, "tasks/complete_toggle"),
    ("POST", "/tasks/{id}/restore"): (WRITE, "tasks/restore"),
    ("GET", "/tasks/{id}/subtasks"): (READ, "tasks/subtasks"),
    ("GET", "/tasks/summary"): (READ, "tasks/summary"),
    ("GET", "/tasks/changes"): (READ, "tasks/changes"),
    ("POST", "/tasks/batch"): (WRITE, "tasks/batch_of_one_task"),
    ("POST", "/tasks/export"): (READ, "bulk/export"),
    ("POST", "/tasks/import"): (WRITE, "bulk/import"),
    ("GET", "/jobs/{id}"): (READ, "account/read_job"),
}


def _authorized_routes() -> list[Route]:
    found = [
        (source["Properties"]["Method"], source["Properties"]["Path"])
        for function in resources("AWS::Serverless::Function").values()
        for source in function.get("Events", {}).values()
        if source["Type"] == "Api" and source["Properties"].get("Auth", {}).get("Authorizer") != "NONE"
    ]
    return sorted(found)


ROUTES = _authorized_routes()


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who is signed in, with a task, a job about tasks, and an address that is verified."""
    ann = verify(signed_up())
    ann["job_id"] = ask("bulk/import_by_upload", **ann).json()["id"]
    return ann | {"task_id": ask("tasks/create_minimal", **ann).json()["id"], "version": "1"}


def events_of(route: Route) -> list[str]:
    """The sample events of a route, but for those that nobody is signed in to."""
    return _events()[route]


@cache
def _events() -> dict[Route, list[str]]:
    found: dict[Route, list[str]] = {}
    for name in sorted(names()):
        event = filled(name, {})
        if "authorizer" in event.get("requestContext", {}):
            found.setdefault((event["httpMethod"], event["resource"]), []).append(name)
    return found


def filled(name: str, values: Values) -> Any:
    """An event, filled with these values, and with any text where there is none."""
    return load(name, **{place: values.get(place, "any") for place in placeholders(name)})


def sent_with(token: Values, name: str, ann: Values) -> Any:
    """The answer to an event that comes with a personal access token, through the authorizer."""
    event = filled(name, ann)
    context = authorized(token["personal_access_token"])
    event["requestContext"]["authorizer"] = {"principalId": context["user_id"], **context}
    return answer_to(name, event)


def kept() -> list[Any]:
    """Everything that is stored."""
    return [stored(table) for table in ("users", "sessions", "tasks")]


def test_every_route_that_takes_tokens_is_one_of_the_template() -> None:
    assert set(ROUTES) > TAKES.keys()


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_route_refuses_a_token_that_is_good_for_everything_else(route: Route, ann: Values) -> None:
    wanted, name = TAKES.get(route, ("", events_of(route)[0]))
    token = add_token(ann, *{READ, WRITE} - {wanted})
    # Not to be taken for what the request does: the use of a token is noted with it.
    authorized(token["personal_access_token"])
    before = kept()
    answer = sent_with(token, name, ann)
    assert (answer.status, answer.json()["code"]) == (403, "insufficient_scope")
    assert answer.header("www-authenticate") == 'Bearer error="insufficient_scope"'
    assert kept() == before


@pytest.mark.parametrize("route", TAKES, ids=" ".join)
def test_a_route_that_takes_tokens_takes_one_that_is_good_for_it_alone(route: Route, ann: Values) -> None:
    wanted, name = TAKES[route]
    answer = sent_with(add_token(ann, wanted), name, ann)
    assert 200 <= answer.status < 300, answer.text


def test_a_token_is_not_told_of_an_export_of_the_whole_account(ann: Values) -> None:
    job_id = ask("account/export", **ann).json()["id"]
    assert ask("account/read_job", **ann | {"job_id": job_id}).status == 200
    answer = sent_with(add_token(ann, READ, WRITE), "account/read_job", ann | {"job_id": job_id})
    assert (answer.status, answer.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("scope", ["", "tasks", "tasks:readwrite", "account tasks:reader"])
def test_a_scope_that_is_not_the_one_word_is_none(scope: str, ann: Values) -> None:
    event = filled("tasks/list", ann)
    event["requestContext"]["authorizer"]["scope"] = scope
    assert answer_to("tasks/list", event).json()["code"] == "insufficient_scope"
