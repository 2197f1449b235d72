"""What the operations of the OpenAPI document share: headers and parameters."""

from typing import Any

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import Json
from local.openapi.examples import (
    EXAMPLE_CURSOR,
    EXAMPLE_JOB_ID,
    EXAMPLE_JOB_URL,
    EXAMPLE_OTHER_SESSION,
    EXAMPLE_PASSKEY,
    EXAMPLE_PERSONAL_ACCESS_TOKEN,
)
from local.openapi.task_examples import EXAMPLE_TASK, EXAMPLE_TASK_ID
from local.openapi.task_parameters import OPAQUE, page_size, parameter, task_parameters

# isort: split
from taskward.delivery import CLIENT_HEADER, COOKIE
from taskward.identity import events
from taskward.tasks import lists


def headers() -> Json:
    """Headers of answers. Those that are required come with every answer that names them."""

    def header(description: str, example: Any, *, always: bool = True) -> Json:
        return {"description": description, "required": always, "schema": {"type": "string"}, "example": example}

    attributes = "Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Strict"
    cleared = f"{COOKIE}=; {attributes.format(0)}"
    link = f"https://taskward.example/api/tasks?limit={lists.DEFAULT_LIMIT}&cursor={EXAMPLE_CURSOR}"
    return {
        "ETag": header("The version, for If-Match and If-None-Match.", '"3"'),
        "TaskLocation": header("The new task's address, absolute.", EXAMPLE_TASK["url"]),
        "JobLocation": header("The job's address, absolute: ask there how far it is.", EXAMPLE_JOB_URL),
        "Link": header(
            'The next page, `rel="next"` (RFC 8288); absent on the last one.', f'<{link}>; rel="next"', always=False
        ),
        "Content-Disposition": header("A name for the file.", 'attachment; filename="taskward-tasks-2026-03-02.csv"'),
        "Cache-Control": header("For how long the answer may be kept.", "public, max-age=300"),
        "Retry-After": header("Seconds after which to try again.", "1"),
        "WWW-Authenticate": header("How to authenticate (RFC 6750).", 'Bearer error="invalid_token"', always=False),
        "RefreshCookie": header(
            'The refresh token, when the sign-in asked for `"delivery": "cookie"`.',
            f"{COOKIE}=...; {attributes.format(604800)}",
            always=False,
        ),
        "ClearedCookie": header("Makes a browser forget the refresh token.", cleared),
        "ClearedOwnCookie": header(
            "Makes a browser forget the refresh token, when the session of this very request has ended.",
            cleared,
            always=False,
        ),
    }


def parameters() -> Json:
    """What requests carry beside their bodies."""

    def one(noun: str, example: Any) -> Json:
        about = f"The {noun}'s id. Any other text is answered with 404."
        return parameter("id", "path", {"type": "string", "format": "uuid"}, about, required=True, example=example)

    text: Json = {"type": "string"}
    return {
        "TaskId": one("task", EXAMPLE_TASK_ID),
        "SessionId": one("session", EXAMPLE_OTHER_SESSION["id"]),
        "PasskeyId": one("passkey", EXAMPLE_PASSKEY["id"]),
        "AccessTokenId": one("token", EXAMPLE_PERSONAL_ACCESS_TOKEN["id"]),
        "JobId": one("job", EXAMPLE_JOB_ID),
        "EventLimit": page_size("events", events.DEFAULT_LIMIT, events.MAX_LIMIT),
        "Cursor": parameter(
            "cursor", "query", OPAQUE, "Where the page begins: from the `Link` header of the page before. Opaque."
        ),
        "KeepCurrent": parameter(
            "keep",
            "query",
            {"type": "string", "enum": ["current"]},
            "Keep the session that the request is made in. Absent: end all, this one too.",
        ),
        "ClientHeader": parameter(
            CLIENT_HEADER,
            "header",
            text,
            "Any text. Needed when the refresh token comes as the cookie: a page of another site cannot send it.",
            example="web",
        ),
        "RefreshCookie": parameter(COOKIE, "cookie", text, "The refresh token, as the service set it."),
        **task_parameters(),
    }
