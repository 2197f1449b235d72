"""The operations of the OpenAPI document, group by group: what each takes, answers and refuses."""

from typing import Any

from local.openapi_components import (
    EXAMPLE_REFRESH_TOKEN,
    EXAMPLE_SESSION,
    EXAMPLE_SESSION_ID,
    EXAMPLE_TASK,
    EXAMPLE_TOKEN,
    EXAMPLE_USER,
    EXAMPLE_WRITTEN_TASK,
    status_of,
)
from local.openapi_schemas import Json, ref

# isort: split
from taskward.api import JSON, MERGE_PATCH
from taskward.tasks.queries import MAX_LIMIT
from taskward.tasks.service import TRASH_DAYS

SESSIONS = "Accounts and sessions"
TASKS = "Tasks"
DISCOVERY = "Discovery"

_BODY_REFUSALS = ("Malformed", "TooLarge", "NotJson", "Invalid")
_ANY_TIME_REFUSALS = ("TooManyRequests", "InternalError", "Unavailable")


# --- Operations ------------------------------------------------------------------------------------------------------


def _operation(
    operation_id: str,
    tag: str,
    summary: str,
    description: str,
    *,
    answers: Json,
    refused: tuple[str, ...] = (),
    takes: tuple[str, ...] = (),
    body: Json | None = None,
    public: bool = False,
) -> Json:
    """One operation; `takes` names its parameters and `refused` its refusals, both among the components.

    A user's operation can find nobody signed in, and any can be refused at any time: those go without saying.
    """
    names = (*(() if public else ("NotSignedIn",)), *refused, *_ANY_TIME_REFUSALS)
    responses = answers | {status_of(name): ref("responses", name) for name in names}
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        **({"security": []} if public else {}),
        **({"parameters": [ref("parameters", name) for name in takes]} if takes else {}),
        **({"requestBody": body} if body else {}),
        "responses": dict(sorted(responses.items())),
    }


def _body(schema: str, examples: Json, *, media_types: tuple[str, ...] = (JSON,), required: bool = True) -> Json:
    named = {name: {"value": value} for name, value in examples.items()}
    content = {media_type: {"schema": ref("schemas", schema), "examples": named} for media_type in media_types}
    return {"required": required, "content": content}


def _answer(description: str, schema: Json | None = None, example: Any = None, **more: Any) -> Json:
    """An answer; without a schema it has no body. `sends` maps its headers to components, `media_type` is JSON."""
    made: Json = {"description": description}
    if sends := more.get("sends"):
        made["headers"] = {name: ref("headers", component) for name, component in sends.items()}
    if schema is not None:
        content = {"schema": schema} if example is None else {"schema": schema, "example": example}
        made["content"] = {more.get("media_type", JSON): content}
    return made


# --- Accounts and sessions -------------------------------------------------------------------------------------------


def _grant_answer(description: str, schema: str, *, with_user: bool) -> Json:
    example = {
        "access_token": EXAMPLE_TOKEN,
        "token_type": "Bearer",
        "expires_in": 900,
        "refresh_token": EXAMPLE_REFRESH_TOKEN,
        "session_id": EXAMPLE_SESSION_ID,
        **({"user": EXAMPLE_USER} if with_user else {}),
    }
    return _answer(description, ref("schemas", schema), example, sends={"Set-Cookie": "RefreshCookie"})


def session_paths() -> Json:
    """Register, sign in, refresh, sign out, and who is signed in."""
    account = {"email": EXAMPLE_USER["email"], "password": "plum-orbit-cello-42"}
    register = _operation(
        "register",
        SESSIONS,
        "Make an account",
        "Makes an account and signs in to it at once.",
        public=True,
        body=_body(
            "Registration",
            {"plain": {**account, "name": EXAMPLE_USER["name"]}, "browser": {**account, "delivery": "cookie"}},
        ),
        answers={
            "201": _grant_answer("The account is made, and its first session started.", "SessionGrant", with_user=True)
        },
        refused=(*_BODY_REFUSALS, "EmailExists"),
    )
    login = _operation(
        "login",
        SESSIONS,
        "Sign in",
        "Starts a session. Whether the address or the password was wrong is not told.",
        public=True,
        body=_body("Credentials", {"plain": account, "browser": {**account, "delivery": "cookie"}}),
        answers={"200": _grant_answer("The session is started.", "SessionGrant", with_user=True)},
        refused=(*_BODY_REFUSALS, "WrongCredentials"),
    )
    refresh = _operation(
        "refresh",
        SESSIONS,
        "Renew the session",
        "Takes a refresh token, in the body or as the cookie, and gives the next pair of tokens. The next refresh "
        "token is delivered the way the one before came. A token in the body goes before the cookie.",
        public=True,
        takes=("ClientHeader", "RefreshCookie"),
        body=_body("RefreshRequest", {"plain": {"refresh_token": EXAMPLE_REFRESH_TOKEN}}, required=False),
        answers={"200": _grant_answer("The session goes on.", "RefreshedGrant", with_user=False)},
        refused=(*_BODY_REFUSALS, "RefreshRefused", "CrossSite"),
    )
    logout = _operation(
        "logout",
        SESSIONS,
        "Sign out",
        "Ends the sessions of all tokens that come along: the access token in the header `Authorization`, a refresh "
        "token in the body, or the cookie. Expired ones count as well. Signing out is never refused for what was "
        "sent: a token that is no good, or none at all, is answered just the same.",
        public=True,
        takes=("RefreshCookie",),
        body=_body("RefreshRequest", {"plain": {"refresh_token": EXAMPLE_REFRESH_TOKEN}}, required=False),
        answers={"204": _answer("Signed out; the cookie is cleared.", sends={"Set-Cookie": "ClearedCookie"})},
        refused=("TooLarge",),
    )
    who_am_i = _operation(
        "getSession",
        SESSIONS,
        "Who is signed in",
        "The user and the session of the access token.",
        answers={
            "200": _answer(
                "The user and the session.",
                ref("schemas", "CurrentSession"),
                {"user": EXAMPLE_USER, "session": EXAMPLE_SESSION},
            )
        },
    )
    return {
        "/auth/register": {"post": register},
        "/auth/login": {"post": login},
        "/auth/refresh": {"post": refresh},
        "/auth/logout": {"post": logout},
        "/auth/session": {"get": who_am_i},
    }


# --- Tasks -----------------------------------------------------------------------------------------------------------


def _task_answer(description: str, *, created: bool = False, example: Json = EXAMPLE_TASK) -> Json:
    sends = {"ETag": "ETag", **({"Location": "Location"} if created else {})}
    return _answer(description, ref("schemas", "Task"), example, sends=sends)


def task_list_paths() -> Json:
    """What concerns all tasks, and the making of one."""
    listing = _operation(
        "listTasks",
        TASKS,
        "List tasks",
        "Open and completed tasks, the newest first. Tasks that are made, completed or deleted while pages are "
        "followed make no other task appear twice or not at all.",
        takes=("Limit", "Cursor"),
        answers={
            "200": _answer(
                f"One page: an array of at most {MAX_LIMIT} tasks.",
                {"type": "array", "maxItems": MAX_LIMIT, "items": ref("schemas", "Task")},
                [EXAMPLE_TASK],
                sends={"Link": "Link"},
            )
        },
        refused=("WrongCursor", "Invalid"),
    )
    create = _operation(
        "createTask",
        TASKS,
        "Make a task",
        "Makes a task. All but the title may be left out.",
        body=_body("TaskFields", {"full": EXAMPLE_WRITTEN_TASK, "short": {"title": "Buy flowers"}}),
        answers={"201": _task_answer("The task is made.", created=True, example={**EXAMPLE_TASK, "version": 1})},
        refused=_BODY_REFUSALS,
    )
    delete_all = _operation(
        "deleteTasks",
        TASKS,
        "Delete all tasks",
        "Deletes all tasks of the user, or all completed ones. With very many tasks it may answer 503 when part of "
        f"them is deleted; asking again goes on with the rest. What is deleted is erased after {TRASH_DAYS} days.",
        takes=("OnlyCompleted",),
        answers={"204": _answer("They are deleted.")},
        refused=("Invalid",),
    )
    return {"/tasks": {"get": listing, "post": create, "delete": delete_all}}


def task_paths() -> Json:
    """What concerns one task."""
    changing = ("NotFound", "ChangedMeanwhile", *_BODY_REFUSALS)
    read = _operation(
        "getTask",
        TASKS,
        "Read a task",
        "One task.",
        takes=("TaskId", "IfNoneMatch"),
        answers={
            "200": _task_answer("The task."),
            "304": _answer("It still is as one of the ETags says.", sends={"ETag": "ETag"}),
        },
        refused=("NotFound",),
    )
    replace = _operation(
        "replaceTask",
        TASKS,
        "Replace a task",
        "Gives a task all its members anew. What is left out goes back to its default; only the order stays.",
        takes=("TaskId", "IfMatch"),
        body=_body("TaskReplacement", {"written": EXAMPLE_WRITTEN_TASK, "as it was read": EXAMPLE_TASK}),
        answers={"200": _task_answer("The task as it is now.")},
        refused=changing,
    )
    patch = _operation(
        "patchTask",
        TASKS,
        "Change parts of a task",
        "Applies a JSON merge patch (RFC 7396). Members that the service sets are refused. A patch that changes "
        "nothing makes no new version.",
        takes=("TaskId", "IfMatch"),
        body=_body(
            "TaskPatch",
            {"one member": {"priority": "high"}, "back to the default": {"due": None, "tags": None}},
            media_types=(MERGE_PATCH, JSON),
        ),
        answers={"200": _task_answer("The task as it is now.")},
        refused=changing,
    )
    complete = _operation(
        "completeTask",
        TASKS,
        "Complete or reopen a task",
        "Completes an open task and reopens a completed one; with `completed` in the body it is the one or the other.",
        takes=("TaskId", "IfMatch"),
        body=_body("Completion", {"complete": {"completed": True}, "toggle": {}}, required=False),
        answers={
            "200": _task_answer(
                "The task as it is now.",
                example={**EXAMPLE_TASK, "completed": True, "completed_at": "2026-03-02T08:45:12.345601Z"},
            )
        },
        refused=changing,
    )
    delete = _operation(
        "deleteTask",
        TASKS,
        "Delete a task",
        f"Deletes a task; it is gone from every list at once, and erased after {TRASH_DAYS} days.",
        takes=("TaskId", "IfMatch"),
        answers={"204": _answer("It is deleted.")},
        refused=("NotFound", "ChangedMeanwhile"),
    )
    return {
        "/tasks/{id}": {"get": read, "put": replace, "patch": patch, "delete": delete},
        "/tasks/{id}/complete": {"patch": complete},
    }


# --- Discovery -------------------------------------------------------------------------------------------------------


def discovery_paths() -> Json:
    """What anybody may read."""

    def cacheable(operation_id: str, summary: str, description: str, schema: Json, **more: Any) -> Json:
        sends = {"ETag": "ETag", "Cache-Control": "Cache-Control"}
        answers = {
            "200": _answer(summary + ".", schema, sends=sends, **more),
            "304": _answer("It still is as the ETag says.", sends=sends),
        }
        return _operation(
            operation_id,
            DISCOVERY,
            summary,
            description,
            public=True,
            takes=("IfNoneMatch",),
            answers=answers,
        )

    key = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": "6f1c2b3a4d5e",
        "use": "sig",
        "alg": "EdDSA",
        "key_ops": ["verify"],
    }
    jwks = cacheable(
        "getKeys",
        "The public keys",
        "The keys that tokens can be verified with. A new key is published minutes before it first signs.",
        ref("schemas", "JwkSet"),
        example={"keys": [key]},
        media_type="application/jwk-set+json",
    )
    openapi = cacheable(
        "getDocument", "The OpenAPI document", "What this API can do, for programs.", ref("schemas", "OpenApiDocument")
    )
    docs = cacheable(
        "getPage",
        "The documentation",
        "What this API can do, for people: one page, made from the OpenAPI document.",
        {"type": "string"},
        media_type="text/html",
    )
    return {"/.well-known/jwks.json": {"get": jwks}, "/openapi.json": {"get": openapi}, "/docs": {"get": docs}}
