"""What the operations of the OpenAPI document share: refusals, headers, parameters, and the examples' values."""

from typing import Any

# Comes first: it makes the package of the layer importable.
from local.openapi_schemas import Json, problem_kinds, ref

# isort: split
from taskward.api import PROBLEM
from taskward.delivery import CLIENT_HEADER, COOKIE
from taskward.tasks.queries import DEFAULT_LIMIT, MAX_LIMIT

EXAMPLE_ID = "0b0e7a52-5d0c-4b7e-9c0e-3a1f6f0c2d11"
EXAMPLE_URL = f"https://taskward.example/api/tasks/{EXAMPLE_ID}"
_CURSOR = "WyI4ZjE0ZTQ1ZmNlZWExNjdhIiwiMjAyNi0wMy0wMlQwODozMDowMC4wMDAwMDBaIiwiMGIwZTdhNTIiXQ"
EXAMPLE_TOKEN = "eyJ0eXAiOiJhdCtqd3QifQ.e30.c2lnbmF0dXJl"
EXAMPLE_REFRESH_TOKEN = "eyJ0eXAiOiJydCtqd3QifQ.e30.c2lnbmF0dXJl"
EXAMPLE_USER = {
    "id": "8e7f0c1a-92d3-4c55-a1b7-5f3e2d1c0b9a",
    "email": "ada@example.org",
    "name": "Ada",
    "created_at": "2026-03-01T09:00:00Z",
}
EXAMPLE_SESSION_ID = "c1d2e3f4-0a1b-4c2d-8e3f-4a5b6c7d8e9f"
EXAMPLE_SESSION = {
    "id": EXAMPLE_SESSION_ID,
    "created_at": "2026-03-02T08:00:00Z",
    "last_used_at": "2026-03-02T08:15:00Z",
    "expires_at": "2026-03-09T08:15:00Z",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
    "current": True,
}
EXAMPLE_TASK = {
    "id": EXAMPLE_ID,
    "url": EXAMPLE_URL,
    "title": "Buy flowers",
    "description": None,
    "completed": False,
    "priority": "high",
    "due": "2026-03-08T09:00:00",
    "due_timezone": "Europe/Paris",
    "tags": ["home"],
    "order": 1772440200000,
    "completed_at": None,
    "version": 3,
    "created_at": "2026-03-02T08:30:00.000000Z",
    "updated_at": "2026-03-02T08:45:12.345678Z",
    "deleted_at": None,
}
EXAMPLE_WRITTEN_TASK = {name: EXAMPLE_TASK[name] for name in ("title", "priority", "due", "due_timezone", "tags")}

# --- Refusals --------------------------------------------------------------------------------------------------------


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
    "NotFound": (404, ("not_found",), ()),
    "EmailExists": (409, ("email_exists",), ()),
    "ChangedMeanwhile": (412, ("precondition_failed",), ()),
    "TooLarge": (413, ("too_large",), ()),
    "NotJson": (415, ("unsupported_media_type",), ()),
    "Invalid": (422, ("invalid_request",), ()),
    "TooManyRequests": (429, ("too_many_requests",), ("Retry-After",)),
    "InternalError": (500, ("internal_error",), ()),
    "Unavailable": (503, ("unavailable",), ("Retry-After",)),
}


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


# --- Headers and parameters ------------------------------------------------------------------------------------------


def headers() -> Json:
    """Headers of answers. Those that are required come with every answer that names them."""

    def header(description: str, example: str, *, always: bool = True) -> Json:
        return {"description": description, "required": always, "schema": {"type": "string"}, "example": example}

    cookie = f"{COOKIE}=...; Path=/; Max-Age={{}}; HttpOnly; Secure; SameSite=Strict"
    return {
        "ETag": header("The version, for If-Match and If-None-Match.", '"3"'),
        "Location": header("The new task's address, absolute.", EXAMPLE_URL),
        "Link": header(
            'The next page, `rel="next"` (RFC 8288); absent on the last one.',
            f'<https://taskward.example/api/tasks?limit={DEFAULT_LIMIT}&cursor={_CURSOR}>; rel="next"',
            always=False,
        ),
        "Cache-Control": header("For how long the answer may be kept.", "public, max-age=300"),
        "Retry-After": header("Seconds after which to try again.", "1"),
        "WWW-Authenticate": header("How to authenticate (RFC 6750).", 'Bearer error="invalid_token"', always=False),
        "RefreshCookie": header(
            'The refresh token, when the sign-in asked for `"delivery": "cookie"`.',
            cookie.format(604800),
            always=False,
        ),
        "ClearedCookie": header("Makes a browser forget the refresh token.", cookie.format(0).replace("...", "")),
    }


def parameters() -> Json:
    """What requests carry beside their bodies."""

    def parameter(name: str, place: str, schema: Json, description: str, **more: Any) -> Json:
        return {"name": name, "in": place, "description": description, "schema": schema, **more}

    text: Json = {"type": "string"}
    return {
        "TaskId": parameter(
            "id",
            "path",
            {"type": "string", "format": "uuid"},
            "The task's id. Any other text is answered with 404.",
            required=True,
            example=EXAMPLE_ID,
        ),
        "Limit": parameter(
            "limit",
            "query",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            "How many tasks a page may have.",
        ),
        "Cursor": parameter(
            "cursor", "query", text, "Where the page begins: from the `Link` header of the page before. Opaque."
        ),
        "OnlyCompleted": parameter(
            "completed",
            "query",
            {"type": "string", "enum": ["true"]},
            "Delete completed tasks alone. Absent: delete all.",
        ),
        "IfMatch": parameter(
            "If-Match",
            "header",
            text,
            "Go ahead only if the task still has one of these ETags; otherwise 412. `*` or absent: in any case.",
            example='"3"',
        ),
        "IfNoneMatch": parameter(
            "If-None-Match",
            "header",
            text,
            "ETags of what is at hand already; 304 when one of them still holds.",
            example='"3"',
        ),
        "ClientHeader": parameter(
            CLIENT_HEADER,
            "header",
            text,
            "Any text. Needed when the refresh token comes as the cookie: a page of another site cannot send it.",
            example="web",
        ),
        "RefreshCookie": parameter(COOKIE, "cookie", text, "The refresh token, as the service set it."),
    }
