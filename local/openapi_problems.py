"""Refusals: every kind of problem there is, and which of them come with which status."""

from dataclasses import dataclass

# Comes first: it makes the package of the layer importable.
from local.openapi_basics import Json, closed, list_of, ref

# isort: split
from taskward import errors
from taskward.api import PROBLEM


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

# Of each refusal the status, the codes that come with it, and the headers.
_REFUSALS: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    "Malformed": (400, ("malformed_request",), ()),
    "WrongCursor": (400, ("invalid_cursor",), ()),
    "NotSignedIn": (
        401,
        ("authentication_required", "invalid_token", "token_expired", "session_revoked"),
        ("WWW-Authenticate",),
    ),
    "WrongCredentials": (401, ("invalid_credentials",), ()),
    "RefreshRefused": (401, ("invalid_token", "token_expired", "token_reused", "session_revoked"), ()),
    "CrossSite": (403, ("cross_site_request",), ()),
    "WrongPassword": (403, ("wrong_password",), ()),
    "NotFound": (404, ("not_found",), ()),
    "EmailExists": (409, ("email_exists",), ()),
    "ChangedMeanwhile": (412, ("precondition_failed",), ()),
    "TooLarge": (413, ("too_large",), ()),
    "NotJson": (415, ("unsupported_media_type",), ()),
    "Invalid": (422, ("invalid_request",), ()),
    "TooManyRequests": (429, ("too_many_requests",), ("Retry-After",)),
    "TooManyAttempts": (429, ("too_many_attempts", "too_many_requests"), ("Retry-After",)),
    "TooManyJobs": (429, ("too_many_jobs", "too_many_requests"), ("Retry-After",)),
    "InternalError": (500, ("internal_error",), ()),
    "Unavailable": (503, ("unavailable",), ("Retry-After",)),
}


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


def refusals() -> Json:
    """The refusals as components: which codes come with which status."""
    return {name: _refusal(*parts) for name, parts in _REFUSALS.items()}


def status_of(refusal: str) -> str:
    """The status of one of the refusals, as a key of `responses`."""
    return str(_REFUSALS[refusal][0])


def _refusal(status: int, codes: tuple[str, ...], header_names: tuple[str, ...]) -> Json:
    kinds = [problem_kinds()[code] for code in codes]
    narrowed: Json = {"properties": {"status": {"const": status}, "code": {"enum": list(codes)}}}
    narrowed["required"] = ["status", "errors"] if "invalid_request" in codes else ["status"]
    example: Json = {
        "type": f"urn:taskward:problem:{codes[0]}",
        "title": kinds[0].title,
        "status": status,
        "detail": kinds[0].detail,
        "code": codes[0],
        "request_id": "1f0a3c5e-6c1b-4a43-8f6e-0d3c2b1a9e77",
    }
    if "errors" in narrowed["required"]:
        example["errors"] = [{"field": "title", "message": "Field required"}]
    made: Json = {"description": "\n".join(f"- `{kind.code}`: {kind.title}. {kind.detail}" for kind in kinds)}
    if header_names:
        made["headers"] = {name: ref("headers", name) for name in header_names}
    schema = {"allOf": [ref("schemas", "Problem"), narrowed]}
    made["content"] = {PROBLEM: {"schema": schema, "example": example}}
    return made


def problem_schemas() -> Json:
    """The problem document, and what it says of a member of the request."""
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
            **list_of("FieldError", minItems=1),
            "description": "The members at fault; with the code `invalid_request` only",
        },
    }
    field = {
        "field": {"type": "string", "description": "Its name; a place inside it follows after a dot: `tags.0`"},
        "message": {"type": "string", "description": "What is wrong with it, for a person to read"},
    }
    return {
        "Problem": closed("Why a request was refused (RFC 9457).", properties, optional=("status", "errors")),
        "FieldError": closed(
            "A member or parameter of the request that was refused. The refused value is never repeated.", field
        ),
    }
