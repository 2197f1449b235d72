"""What schemathesis takes for a fault and is none, each with its reason. No check is left out for it.

Which codes an operation may answer at all is not said here: the document says it, and answers are held to it.
"""

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData, UnsupportedMethodResponse

from taskward.tasks.models import without_read_only
from tests.support import conformance

_OF_WHAT_THERE_IS = {
    "not_found": "ids that nothing has",
    "precondition_failed": "a version that the task does not have by now",
    "task_exists": "an id or key that was used for another task",
    "task_gone": "the id of a task that was deleted",
    "email_exists": "an address that somebody has",
    "last_way_in": "nobody has a passkey here",
    "second_factor_off": "nobody has a second factor here",
    "too_many_access_tokens": "one of which there can only be so many",
    "too_many_jobs": "one of which there can only be so many",
    "too_many_attempts": "guesses, of which there can only be so many",
}
_OF_WHAT_SOMEBODY_KNOWS = {
    "invalid_credentials": "a password",
    "wrong_password": "a password",
    "wrong_code": "a code of an app",
    "invalid_code": "a code of an app",
    "wrong_passkey": "a signature of a passkey",
    "invalid_passkey": "a signature of a passkey",
    "invalid_link": "a token that was sent by mail",
    "invalid_cursor": "where a list of the service goes on",
    "changes_token_expired": "where a list of the service goes on",
    # Of a first step, or for a refresh; an access token that is refused is looked at below.
    "invalid_token": "a token that the service has signed",
    "session_revoked": "a token whose session goes on",
    "token_reused": "a token that was not used before",
}
_STATES = {**_OF_WHAT_THERE_IS, **_OF_WHAT_SOMEBODY_KNOWS}
"""Codes of refusals that are no matter of form."""

_FIELDS = {
    ("deleteTasks", "completed"): "only one of two parameters: no schema knows two",
    ("deleteTasks", "trashed"): "the same",
    ("importTasks", "format"): "none beside `job`: no schema knows two parameters",
    ("importTasks", "dry_run"): "the same",
    ("importTasks", "upload"): "the same",
    ("importTasks", "job"): "a job that waits for a file that is not there",
    ("*", "parent_id"): "the id of a task that there is, at a place that is not full",
    ("*", "order"): "closer to zero than DynamoDB's numbers go, but not zero",
    ("*", "password"): "common, or known from a breach",
    ("*", "new_password"): "common, or known from a breach",
    ("patchTask", "due"): "a due date for the zone or the rule that the task has already",
    ("patchTask", "due_timezone"): "the same, of a zone",
    ("patchTask", "repeat"): "the same, of a rule",
    ("batch", "due"): "a patch may be of any task, as in `patchTask`",
    ("batch", "due_timezone"): "the same",
    ("batch", "repeat"): "the same",
}
"""Fields that a schema admits and the service refuses, by operation: what no schema can say of them."""

_CODES = {
    ("importTasks", "malformed_request"): "the body is a file of the format that a parameter names, which is no JSON",
    ("importTasks", "unsupported_media_type"): "the same",
    ("refresh", "cross_site_request"): "a cookie comes together with a header: no schema knows two parameters",
}
"""Refusals of an operation that come from what no schema can say."""

_SIGNED = "takes what a passkey has signed"
_CODE = "takes a code of an app"
_MAILED = "takes a token that was sent by mail"
NEVER_ACCEPTED = {
    "POST /auth/login/passkey": _SIGNED,
    "POST /account/passkeys": _SIGNED,
    "PATCH /account/passkeys/{id}": _SIGNED,
    "DELETE /account/passkeys/{id}": _SIGNED,
    "DELETE /auth/password": f"leaves passkeys alone, one of which {_SIGNED}",
    "POST /auth/login/second-factor": _CODE,
    "POST /account/second-factor/confirm": _CODE,
    "POST /account/second-factor/recovery-codes": _CODE,
    "DELETE /account/second-factor": _CODE,
    "POST /auth/email/verify": _MAILED,
    "POST /auth/email/confirm": _MAILED,
    "POST /auth/email/restore": _MAILED,
    "POST /auth/password/reset": _MAILED,
}
"""Operations that no request that is made up gets through; other tests do."""


def is_excused(failure: Failure, case: Any, response: Any) -> bool:
    """Whether a failure of a check is none of the service or of its document."""
    operation_id = str(case.operation.definition.raw["operationId"])
    if isinstance(failure, UnsupportedMethodResponse):
        return _is_no_other_route(case, response)
    if isinstance(failure, AcceptedNegativeData):
        return _is_unread(operation_id, case, response) or _is_ignored(operation_id, case)
    if isinstance(failure, RejectedPositiveData):
        return _is_beyond_schemas(operation_id, case, _problem(response))
    return False


def _is_unread(operation_id: str, case: Any, response: Any) -> bool:
    """Of a body that cannot be wrong: it is not looked at, or it is a text, which everything is that is sent as one."""
    if operation_id == "logout":
        # Signing out is never refused for what was sent, and that is what the document says.
        return bool(response.status_code == HTTPStatus.NO_CONTENT)
    is_text = (case.media_type or "").startswith("text/")
    # With these parameters the file comes another way.
    comes_later = re.search(r"[?&](upload=true|job=)", response.request.url) is not None
    return (
        operation_id == "importTasks" and case.meta.is_negative_at(ParameterLocation.BODY) and (is_text or comes_later)
    )


def _is_ignored(operation_id: str, case: Any) -> bool:
    """Of members that the service sets: a task can be sent back as it was read, whatever they are by now."""
    if not case.meta.is_negative_at(ParameterLocation.BODY):
        return False
    if operation_id == "replaceTask" and isinstance(case.body, dict):
        return _is_valid("TaskReplacement", without_read_only(case.body))
    if operation_id == "batch" and isinstance(case.body, dict) and isinstance(case.body.get("operations"), list):
        operations = [_replacing_what_counts(each) for each in case.body["operations"]]
        return _is_valid("Batch", case.body | {"operations": operations})
    return False


def _replacing_what_counts(operation: Any) -> Any:
    is_replacement = isinstance(operation, dict) and operation.get("op") == "replace"
    if is_replacement and isinstance(operation.get("task"), dict):
        return operation | {"task": without_read_only(operation["task"])}
    return operation


def _is_valid(schema: str, body: Any) -> bool:
    return conformance.validator("components", "schemas", schema, mail=True).is_valid(body)


def _is_no_other_route(case: Any, response: Any) -> bool:
    """Of a method that an address does not have.

    The gateway does not tell that from an address that there is not, so it is 404 and not 405. And what stands for an
    id at another route, such as `PUT /tasks/batch`, is answered by that one: there is nothing of this id.
    """
    if response.status_code == HTTPStatus.NOT_FOUND:
        return bool(_problem(response).get("code") == "not_found")
    path = urlsplit(response.request.url).path
    others = (
        template
        for template, methods in case.operation.schema.raw_schema["paths"].items()
        if template != case.operation.path and response.request.method.lower() in methods
    )
    is_another = any(re.search(re.sub(r"\{\w+\}", "[^/]+", template) + "$", path) for template in others)
    return is_another and HTTPStatus.BAD_REQUEST <= response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


def _is_beyond_schemas(operation_id: str, case: Any, problem: dict[str, Any]) -> bool:
    code = problem.get("code")
    if code == "invalid_request":
        fields = [error["field"].rpartition(".")[2] for error in problem["errors"]]
        return all((operation_id, field) in _FIELDS or ("*", field) in _FIELDS for field in fields)
    if problem.get("status") == HTTPStatus.UNAUTHORIZED and case.operation.definition.raw.get("security") != []:
        # Whoever calls is signed in here.
        return False
    return code in _STATES or (operation_id, code) in _CODES


def _problem(response: Any) -> dict[str, Any]:
    try:
        document = json.loads(response.content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
