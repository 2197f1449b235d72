"""The sample events themselves: all of them are used, none is missing, and each is what the gateway would send."""

import json
import re
from typing import Any

import pytest

from tests.integration import (
    test_access_tokens,
    test_account,
    test_authorizer,
    test_bulk,
    test_discovery,
    test_email_change,
    test_email_restore,
    test_email_verification,
    test_login,
    test_login_passkey,
    test_login_second_factor,
    test_passkeys,
    test_reauthentication,
    test_recovery,
    test_refresh,
    test_register,
    test_rotate_keys,
    test_second_factor,
    test_sessions,
    test_step_up,
    test_task_batches,
    test_task_creation,
    test_task_isolation,
    test_task_lists,
    test_task_trash,
    test_tasks,
    test_without_mail,
    test_without_password,
    test_worker,
)
from tests.support.conformance import document
from tests.support.sample_events import FOLDER, Case, load, names, placeholders
from tests.support.template import resources

# Some events are in two of them: what they are answered with depends on what was before.
TABLES: list[dict[str, Any]] = [
    test_access_tokens.CASES,
    test_account.CASES,
    test_authorizer.CASES,
    test_bulk.CASES,
    test_discovery.CASES,
    test_email_change.CASES,
    test_email_restore.CASES,
    test_email_verification.CASES,
    test_login.CASES,
    test_login_passkey.CASES,
    test_login_second_factor.CASES,
    test_passkeys.CASES,
    test_reauthentication.CASES,
    test_recovery.CASES,
    test_refresh.CASES,
    test_register.CASES,
    test_rotate_keys.CASES,
    test_second_factor.CASES,
    test_sessions.CASES,
    test_step_up.CASES,
    test_task_batches.CASES,
    test_task_batches.CASES_OF_STATES,
    test_task_creation.CASES,
    test_task_isolation.CASES,
    test_task_lists.CASES,
    test_task_trash.CASES,
    test_task_trash.CASES_OF_STATES,
    test_tasks.CASES,
    test_without_mail.CASES,
    test_without_password.CASES,
    test_without_password.LAST_WAY_IN,
    test_worker.CASES,
]

# What the gateway would not send: the function has to be safe even when a route is left open by mistake.
WITHOUT_PRINCIPAL = {name for name in names() if name.endswith("_without_principal")}


# Refusals that are the same for all operations, whatever they do, and those of the gateway and the authorizer. That a
# personal access token is not for an operation is shown for each of them by test_token_scopes.
COMMON_CODES = {
    *("malformed_request", "unsupported_media_type", "too_large", "too_many_requests", "internal_error", "unavailable"),
    *("authentication_required", "invalid_token", "token_expired", "session_revoked", "insufficient_scope"),
}


def filled(name: str) -> Any:
    """An event with its placeholders' own names for values."""
    return load(name, **{placeholder: placeholder for placeholder in placeholders(name)})


def routes() -> dict[tuple[str, str], tuple[str, bool]]:
    """The template's routes: method and resource, to the function's folder and whether a principal is required."""
    found = {}
    for properties in resources("AWS::Serverless::Function").values():
        folder = properties["CodeUri"].removeprefix("functions/")
        for source in properties.get("Events", {}).values():
            if source["Type"] == "Api":
                route = source["Properties"]
                is_open = route.get("Auth", {}).get("Authorizer") == "NONE"
                found[route["Method"], route["Path"]] = folder, not is_open
    return found


REQUESTS = sorted(name for name in names() if "httpMethod" in filled(name))


def test_every_sample_event_is_used_by_an_integration_test() -> None:
    assert {name for table in TABLES for name in table} == names()


def test_no_file_lies_among_the_events_that_is_not_one() -> None:
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    assert files == {f"{name}.json" for name in names()} | {"README.md"}


def test_every_function_of_the_template_has_an_event_and_every_event_a_function() -> None:
    functions = resources("AWS::Serverless::Function").values()
    folders = {properties["CodeUri"].removeprefix("functions/") for properties in functions}
    assert {name.partition("/")[0] for name in names()} == folders


def test_every_route_of_the_template_is_reached_by_an_event_of_its_function() -> None:
    reached = set()
    for name in REQUESTS:
        event = filled(name)
        reached.add((event["httpMethod"], event["resource"], name.partition("/")[0]))
    assert len(reached) > len(resources("AWS::Serverless::Function"))
    assert reached == {(*route, folder) for route, (folder, _) in routes().items()}


def test_every_refusal_of_its_own_that_the_document_has_for_an_operation_is_shown_by_an_event() -> None:
    shown = set()
    for name, case in ((name, case) for table in TABLES for name, case in table.items()):
        if isinstance(case, Case):
            event = filled(name)
            shown.add((event["httpMethod"], event["resource"], str(case.status), case.code))
    described = set()
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if "$ref" in response:
                    component = document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
                    (content,) = component["content"].values()
                    _, narrowed = content["schema"]["allOf"]
                    codes = set(narrowed["properties"]["code"]["enum"]) - COMMON_CODES
                    described |= {(method.upper(), path, status, code) for code in codes}
    assert len(described) > 30
    assert described <= shown


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_says_the_same_in_all_its_places(name: str) -> None:
    event = filled(name)
    context = event["requestContext"]
    query = event["queryStringParameters"]
    assert event["multiValueHeaders"] == {header: [value] for header, value in event["headers"].items()}
    all_values = event["multiValueQueryStringParameters"]
    # Of a parameter that stands several times, the last.
    assert query == (all_values and {key: values[-1] for key, values in all_values.items()})
    assert event["path"] == event["resource"].format(**event["pathParameters"] or {})
    assert context["path"] == f"/{context['stage']}{event['path']}"
    assert (context["resourcePath"], context["httpMethod"]) == (event["resource"], event["httpMethod"])
    assert event["headers"]["Host"] == context["domainName"]
    assert context["identity"]["userAgent"] in event["headers"].values()
    assert context["stage"] == resources("AWS::Serverless::Api")["Api"]["StageName"]


@pytest.mark.parametrize("name", [name for name in REQUESTS if name not in WITHOUT_PRINCIPAL])
def test_a_request_has_a_principal_exactly_where_the_template_requires_one(name: str) -> None:
    event = filled(name)
    _, required = routes()[event["httpMethod"], event["resource"]]
    assert ("authorizer" in event["requestContext"]) == required


def test_no_two_requests_have_the_same_id() -> None:
    ids = [filled(name)["requestContext"]["requestId"] for name in REQUESTS]
    assert len(set(ids)) == len(ids)


def test_the_events_hold_no_address_of_anybody_real() -> None:
    text = json.dumps([filled(name) for name in names()])
    # Set aside for documentation (RFC 2606, 5737), so they are nobody's.
    assert set(re.findall(r"[\w.]+@([\w.-]+\w)", text.casefold())) == {"example.com"}
    addresses = set(re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", text)) - set(re.findall(r"/(\d+[\d.]*)", text))
    assert {address.rpartition(".")[0] for address in addresses} == {"198.51.100", "203.0.113"}


def test_the_loader_fills_all_places_of_a_placeholder() -> None:
    event = load("refresh/by_body", refresh_token="a.b.c")
    assert json.loads(event["body"]) == {"refresh_token": "a.b.c"}
    places = ("access_token", "user_id", "session_id", "authenticated_at", "origin_digests")
    assert "{{" not in json.dumps(load("tasks/list", **dict.fromkeys(places, "a")))


def test_the_loader_refuses_an_event_that_is_not_filled_wholly() -> None:
    with pytest.raises(ValueError, match="refresh/by_body needs a value for refresh_token"):
        load("refresh/by_body")


def test_the_loader_refuses_a_value_that_has_no_place() -> None:
    with pytest.raises(ValueError, match="refresh/by_body has no placeholder for task_id"):
        load("refresh/by_body", refresh_token="a.b.c", task_id="d")
