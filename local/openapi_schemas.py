"""The schemas of the OpenAPI document: what requests and answers carry in their bodies.

Bodies of requests are described by the very models that validate them, so that no limit is written twice. What the
service answers is described by hand, as a promise that the tests hold every answer to.
"""

import os
import sys
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from local.paths import ROOT

sys.path.append(str(ROOT / "layers" / "taskward"))
# The modules below bring their tables along, which want names; nothing is read from them or written to them here.
os.environ.setdefault("TASKS_TABLE", "unused")
os.environ.setdefault("SESSIONS_TABLE", "unused")

from taskward import errors
from taskward.identity import passwords
from taskward.identity.models import Credentials, RefreshRequest, Registration
from taskward.tasks.models import READ_ONLY, Completion, TaskFields

Json = dict[str, Any]

_MODELS: tuple[type[BaseModel], ...] = (Registration, Credentials, RefreshRequest, TaskFields, Completion)

_ID: Json = {"type": "string", "format": "uuid"}
_TIME: Json = {"type": "string", "format": "date-time", "pattern": "Z$"}


def ref(kind: str, name: str) -> Json:
    """A reference to one of the document's components."""
    return {"$ref": f"#/components/{kind}/{name}"}


def closed(description: str, properties: Json, optional: tuple[str, ...] = ()) -> Json:
    """An object with these members and no others; all are always there but the optional ones."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


# --- Requests --------------------------------------------------------------------------------------------------------


class _WithoutTitles(GenerateJsonSchema):
    """A property's title would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


_DELIVERY = "Where the refresh token goes: into the answer's body, or into a cookie that no script can read"

# What the models check in code of their own, or leave to other modules, and what a reader wants to know besides.
_REMARKS: dict[str, dict[str, Json]] = {
    "Registration": {
        "email": {"format": "idn-email", "description": "Addresses that differ in upper and lower case are the same"},
        "password": {
            "format": "password",
            "minLength": passwords.MIN_LENGTH,
            "maxLength": passwords.MAX_LENGTH,
            "description": "Any characters; refused when it is common, or made of the e-mail address or this "
            "service's name",
        },
        "name": {"description": "What to call the person"},
        "delivery": {"description": _DELIVERY},
    },
    "Credentials": {"password": {"format": "password"}, "delivery": {"description": _DELIVERY}},
    "RefreshRequest": {"refresh_token": {"description": "A refresh token; null or absent when it comes as the cookie"}},
    "TaskFields": {
        "title": {"description": "White space around it is removed before it is measured"},
        "description": {"description": "Kept exactly as sent"},
        "completed": {"description": "Whether it is done"},
        "priority": {"description": "How much it matters"},
        "due": {
            "description": "A date (`2026-12-24`), or a date-time on the clock of `due_timezone` "
            "(`2026-12-24T18:00:00`); one with an offset is moved to that clock, or to UTC's when there is no zone"
        },
        "due_timezone": {
            "description": "An IANA time zone, such as `Europe/Paris`; null: whatever clock is at hand. "
            "Only together with a date-time in `due`"
        },
        "tags": {"uniqueItems": True, "description": "In the order given; none of them twice"},
    },
    "Completion": {"completed": {"description": "true completes, false reopens, null or absent toggles"}},
}


def request_schemas() -> Json:
    """The bodies that the service takes, as the models that validate them say."""
    wanted: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in _MODELS]
    _, made = models_json_schema(wanted, ref_template="#/components/schemas/{model}", schema_generator=_WithoutTitles)
    schemas: Json = made["$defs"]
    for name, schema in schemas.items():
        del schema["title"]
        for member, remark in _REMARKS[name].items():
            schema["properties"][member].update(remark)
    fields = schemas["TaskFields"]
    return {**schemas, "TaskReplacement": _replacement(fields), "TaskPatch": _patch(fields)}


def _replacement(fields: Json) -> Json:
    order = {**fields["properties"]["order"], "description": "Place in the manual order; null or absent: as it was"}
    own: Json = {"readOnly": True, "description": "Set by the service; ignored here"}
    properties = {**fields["properties"], "order": order, **dict.fromkeys(sorted(READ_ONLY), own)}
    description = (
        "A whole task. What is left out goes back to its default, but for the order, which stays. A task can be sent "
        "back as it was read: the members that the service sets are ignored."
    )
    return {**fields, "description": description, "properties": properties}


def _patch(fields: Json) -> Json:
    properties = {
        name: schema if name in fields["required"] else _nullable(schema)
        for name, schema in fields["properties"].items()
    }
    properties["order"]["description"] = "Place in the manual order; null: as it was"
    description = (
        "A JSON merge patch (RFC 7396): members that are absent stay as they are, null takes a member back to its "
        "default. Tags are replaced as a whole. A `due` that is no date-time takes `due_timezone` away with it."
    )
    return {"type": "object", "description": description, "additionalProperties": False, "properties": properties}


def _nullable(schema: Json) -> Json:
    about = {name: schema[name] for name in ("description",) if name in schema}
    bare = {name: value for name, value in schema.items() if name not in ("description", "default")}
    return about | (bare if "anyOf" in bare else {"anyOf": [bare, {"type": "null"}]})


# --- Answers ---------------------------------------------------------------------------------------------------------


def answer_schemas() -> Json:
    """What the service answers with."""
    return {
        "Task": _task(),
        "User": closed(
            "An account, as its owner sees it.",
            {
                "id": _ID,
                "email": {"type": "string", "description": "As it was given"},
                "name": {"type": ["string", "null"]},
                "created_at": _TIME,
            },
        ),
        "Session": closed(
            "One sign-in on one device.",
            {
                "id": _ID,
                "created_at": _TIME,
                "last_used_at": {**_TIME, "description": "When it was last refreshed"},
                "expires_at": {**_TIME, "description": "When it ends without another refresh"},
                "ip": {"type": "string", "description": "The network address that it was started from"},
                "user_agent": {"type": "string", "description": "What the client called itself then; may be empty"},
                "current": {"type": "boolean", "description": "Whether this request was made in it"},
            },
        ),
        "CurrentSession": closed(
            "Who is signed in, and in which session.",
            {"user": ref("schemas", "User"), "session": ref("schemas", "Session")},
        ),
        "SessionGrant": _grant("What a sign-in gives.", {"user": ref("schemas", "User")}),
        "RefreshedGrant": _grant("What a refresh gives: the next pair of tokens.", {}),
        "JwkSet": closed(
            "A set of public keys (RFC 7517).", {"keys": {"type": "array", "items": ref("schemas", "Jwk")}}
        ),
        "Jwk": _jwk(),
        "OpenApiDocument": {
            "type": "object",
            "description": "This document.",
            "required": ["openapi", "info", "paths"],
            "properties": {
                "openapi": {"type": "string"},
                "info": {"type": "object"},
                "paths": {"type": "object"},
            },
        },
        "Problem": _problem(),
        "FieldError": closed(
            "A member of the request that was refused. The refused value is never repeated.",
            {
                "field": {"type": "string", "description": "Its name; a place inside it follows after a dot: `tags.0`"},
                "message": {"type": "string", "description": "What is wrong with it, for a person to read"},
            },
        ),
    }


def _task() -> Json:
    return closed(
        "A task, as its owner sees it.",
        {
            "id": _ID,
            "url": {"type": "string", "format": "uri", "description": "Its address, absolute"},
            "title": {"type": "string"},
            "description": {"type": ["string", "null"]},
            "completed": {"type": "boolean"},
            "priority": {"type": "string", "enum": ["none", "low", "medium", "high"]},
            "due": {
                "type": ["string", "null"],
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?$",
                "description": "A date, or a date-time on the clock of `due_timezone`",
            },
            "due_timezone": {
                "type": ["string", "null"],
                "description": "An IANA time zone; null: whatever clock is at hand",
            },
            "tags": {"type": "array", "items": {"type": "string"}},
            "order": {"type": "number", "description": "Place in the manual order, the smallest first"},
            "completed_at": {**_TIME, "type": ["string", "null"], "description": "Null while it is open"},
            "version": {"type": "integer", "minimum": 1, "description": "Grows by one with every change"},
            "created_at": _TIME,
            "updated_at": _TIME,
            "deleted_at": {**_TIME, "type": ["string", "null"], "description": "Null while it is not deleted"},
        },
    )


def _grant(description: str, more: Json) -> Json:
    properties = {
        "access_token": {"type": "string", "description": "To be sent as `Authorization: Bearer`; a signed JWT"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "minimum": 1, "description": "Life of the access token, in seconds"},
        "refresh_token": {
            "type": "string",
            "description": "Good for one refresh. Absent when it was delivered as a cookie",
        },
        "session_id": _ID,
        **more,
    }
    return closed(description, properties, optional=("refresh_token",))


def _jwk() -> Json:
    return closed(
        "A public key that access tokens are verified with (RFC 8037).",
        {
            "kty": {"const": "OKP"},
            "crv": {"const": "Ed25519"},
            "x": {"type": "string", "description": "The key, in base64url"},
            "kid": {"type": "string", "description": "The key's id, as in the header of a token"},
            "use": {"const": "sig"},
            "alg": {"const": "EdDSA"},
            "key_ops": {"const": ["verify"]},
        },
    )


# --- Problems ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProblemKind:
    """One kind of refusal. `status` is None where several are possible; `detail` is the usual one."""

    code: str
    status: int | None
    title: str
    detail: str


# The gateway makes these itself, before any code of ours runs; see the gateway responses of the template.
_OF_THE_GATEWAY = (
    ProblemKind(
        "authentication_required", 401, "Sign in first", "Send an access token in the header Authorization: Bearer."
    ),
    ProblemKind("too_many_requests", 429, "Too many requests", "Slow down and try again in a moment."),
    ProblemKind("refused", None, "The gateway refused the request", "See the status for the kind of refusal."),
)


def problem_kinds() -> dict[str, ProblemKind]:
    """Every kind of refusal by its code, ordered by status."""
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = [
        ProblemKind(kind.code, kind.status, kind.title, kind.detail)
        for kind in classes
        if issubclass(kind, errors.TaskwardError)
    ]
    ordered = sorted([*raised, *_OF_THE_GATEWAY], key=lambda kind: (kind.status or 999, kind.code))
    return {kind.code: kind for kind in ordered}


def _problem() -> Json:
    properties = {
        "type": {"type": "string", "pattern": "^urn:taskward:problem:[a-z_]+$", "description": "The code, as a URN"},
        "title": {"type": "string", "description": "What kind of problem it is, for a person to read"},
        "status": {"type": "integer", "description": "The HTTP status; absent only with the code `refused`"},
        "detail": {"type": "string", "description": "What to do about it, for a person to read"},
        "code": {
            "type": "string",
            "enum": list(problem_kinds()),
            "description": "For programs to act on; never changes",
        },
        "request_id": {"type": "string", "description": "To quote when asking for help"},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": ref("schemas", "FieldError"),
            "description": "The members at fault; with the code `invalid_request` only",
        },
    }
    return closed("Why a request was refused (RFC 9457).", properties, optional=("status", "errors"))
