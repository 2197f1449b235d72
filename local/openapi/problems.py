"""Refusals: every kind of problem there is, and which of them come with which status."""

from dataclasses import dataclass

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import Json, closed, list_of, ref

# isort: split
from taskward import errors
from taskward.api import PROBLEM
from taskward.tasks import errors as task_errors


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

# In no document: what is answered so is not in the document of a service without mail, and not so with mail.
_NOWHERE = {"email_disabled"}

_ONLY_WITH_MAIL = {"email_unverified", "invalid_link"}

# Of each refusal the status, the codes that come with it, and the headers. The first code is that of the example.
_REFUSALS: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    "Malformed": (400, ("malformed_request",), ()),
    "WrongCursor": (400, ("invalid_cursor",), ()),
    "LinkRefused": (400, ("invalid_link", "malformed_request"), ()),
    "NotSignedIn": (
        401,
        ("authentication_required", "invalid_token", "token_expired", "session_revoked"),
        ("WWW-Authenticate",),
    ),
    "WrongCredentials": (401, ("invalid_credentials",), ()),
    "CodeRefused": (401, ("invalid_code", "invalid_token", "token_expired"), ()),
    "PasskeyRefused": (401, ("invalid_passkey", "invalid_token", "token_expired"), ()),
    "RefreshRefused": (401, ("invalid_token", "token_expired", "token_reused", "session_revoked"), ()),
    "CrossSite": (403, ("cross_site_request",), ()),
    "OutOfScope": (403, ("insufficient_scope",), ()),
    "NotRecent": (403, ("reauthentication_required", "insufficient_scope"), ()),
    "NotYetAllowed": (403, ("reauthentication_required", "email_unverified", "insufficient_scope"), ()),
    "NoProof": (403, ("wrong_password", "wrong_code", "wrong_passkey", "insufficient_scope"), ()),
    "WrongPassword": (403, ("wrong_password", "reauthentication_required", "insufficient_scope"), ()),
    "WrongCode": (403, ("wrong_code", "reauthentication_required", "insufficient_scope"), ()),
    "WrongPasswordOrCode": (
        403,
        ("wrong_code", "wrong_password", "reauthentication_required", "insufficient_scope"),
        (),
    ),
    "WrongPasskey": (403, ("wrong_passkey", "reauthentication_required", "insufficient_scope"), ()),
    "NotFound": (404, ("not_found",), ()),
    "NoRoom": (409, ("quota_exceeded",), ()),
    "EmailExists": (409, ("email_exists",), ()),
    "LastWayIn": (409, ("last_way_in",), ()),
    "SecondFactorOn": (409, ("second_factor_on",), ()),
    "SecondFactorOff": (409, ("second_factor_off",), ()),
    "NothingToConfirm": (409, ("second_factor_off", "second_factor_on"), ()),
    "TooManyPasskeys": (409, ("too_many_passkeys",), ()),
    "TooManyAccessTokens": (409, ("too_many_access_tokens",), ()),
    "Gone": (410, ("task_gone",), ()),
    "TokenTooOld": (410, ("changes_token_expired",), ()),
    "ChangedMeanwhile": (412, ("precondition_failed",), ()),
    "TooLarge": (413, ("too_large",), ()),
    "NotJson": (415, ("unsupported_media_type",), ()),
    "Invalid": (422, ("invalid_request",), ()),
    "InvalidOrNotTheSame": (422, ("invalid_request", "task_exists"), ()),
    "InvalidOrTooMuch": (422, ("invalid_request", "too_many_changes"), ()),
    "InvalidOperation": (422, ("invalid_request", "task_exists", "too_many_changes"), ()),
    "TooManyRequests": (429, ("too_many_requests",), ("Retry-After",)),
    "TooManyAttempts": (429, ("too_many_attempts", "too_many_requests"), ("Retry-After",)),
    "TooManyJobs": (429, ("too_many_jobs", "too_many_requests"), ("Retry-After",)),
    "InternalError": (500, ("internal_error",), ()),
    "Unavailable": (503, ("unavailable",), ("Retry-After",)),
}


def problem_kinds(*, mail: bool) -> dict[str, ProblemKind]:
    """Every kind of refusal by its code, ordered by status."""
    left_out = _NOWHERE if mail else _NOWHERE | _ONLY_WITH_MAIL
    named = {**vars(errors), **vars(task_errors)}
    classes = [kind for kind in named.values() if isinstance(kind, type) and issubclass(kind, errors.TaskwardError)]
    # One without a code of its own only says more of another one.
    coded = [kind for kind in classes if "code" in vars(kind)]
    raised = [ProblemKind(kind.code, kind.status, kind.title, kind.detail) for kind in coded]
    ordered = sorted([*raised, *_OF_THE_GATEWAY], key=lambda kind: (kind.status or 999, kind.code))
    return {kind.code: kind for kind in ordered if kind.code not in left_out}


def refusals(*, mail: bool) -> Json:
    """The refusals as components: which codes come with which status."""
    kinds = problem_kinds(mail=mail)
    return {
        name: _refusal(status, [kinds[code] for code in codes if code in kinds], header_names)
        for name, (status, codes, header_names) in _REFUSALS.items()
        # The first code is what a refusal is there for.
        if codes[0] in kinds
    }


def status_of(refusal: str) -> str:
    """The status of one of the refusals, as a key of `responses`."""
    return str(_REFUSALS[refusal][0])


def _refusal(status: int, kinds: list[ProblemKind], header_names: tuple[str, ...]) -> Json:
    codes = [kind.code for kind in kinds]
    narrowed: Json = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
    narrowed["required"] = ["status"]
    if codes == ["invalid_request"]:
        narrowed["required"] += ["errors"]
    elif "invalid_request" in codes:
        narrowed["if"] = {"properties": {"code": {"const": "invalid_request"}}}
        narrowed["then"] = {"required": ["errors"]}
    example: Json = {
        "type": f"urn:taskward:problem:{codes[0]}",
        "title": kinds[0].title,
        "status": status,
        "detail": kinds[0].detail,
        "code": codes[0],
        "request_id": "1f0a3c5e-6c1b-4a43-8f6e-0d3c2b1a9e77",
    }
    if codes[0] == "invalid_request":
        example["errors"] = [{"field": "title", "message": "Field required"}]
    made: Json = {"description": "\n".join(f"- `{kind.code}`: {kind.title}. {kind.detail}" for kind in kinds)}
    if header_names:
        made["headers"] = {name: ref("headers", name) for name in header_names}
    schema = {"allOf": [ref("schemas", "Problem"), narrowed]}
    made["content"] = {PROBLEM: {"schema": schema, "example": example}}
    return made


def problem_schemas(*, mail: bool) -> Json:
    """The problem document, and what it says of a member of the request."""
    properties = {
        "type": {"type": "string", "pattern": "^urn:taskward:problem:[a-z_]+$", "description": "The code, as a URN"},
        "title": {"type": "string", "description": "What kind of problem it is, for a person to read"},
        "status": {"type": "integer", "description": "The HTTP status; absent only with the code `refused`"},
        "detail": {"type": "string", "description": "What to do about it, for a person to read"},
        "code": {
            "type": "string",
            "enum": list(problem_kinds(mail=mail)),
            "description": "For programs to act on; never changes",
        },
        "request_id": {"type": "string", "description": "To quote when asking for help"},
        "errors": {
            **list_of("FieldError", minItems=1),
            "description": "The members at fault; with the code `invalid_request` only",
        },
        "index": {
            "type": "integer",
            "minimum": 0,
            "description": "Of a batch, which operation was refused, counted from 0; absent when it was the whole",
        },
    }
    field = {
        "field": {"type": "string", "description": "Its name; a place inside it follows after a dot: `tags.0`"},
        "message": {"type": "string", "description": "What is wrong with it, for a person to read"},
    }
    return {
        "Problem": closed("Why a request was refused (RFC 9457).", properties, optional=("status", "errors", "index")),
        "FieldError": closed(
            "A member or parameter of the request that was refused. The refused value is never repeated.", field
        ),
    }
