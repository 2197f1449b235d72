"""`make openapi`: the OpenAPI document of the API, and the page that shows it, for the discovery function to serve.

A test compares both files with what this makes, and the routes with those of the template.
"""

import json
import tomllib

# Comes first: it makes the package of the layer importable.
from local.openapi_basics import Json

# isort: split
from local.openapi_account_routes import ACCOUNT, JOBS, account_paths, record_paths
from local.openapi_answers import answer_schemas
from local.openapi_components import headers, parameters
from local.openapi_discovery_routes import DISCOVERY, discovery_paths
from local.openapi_page import page
from local.openapi_problems import problem_kinds, problem_schemas, refusals
from local.openapi_requests import request_schemas
from local.openapi_session_routes import SESSIONS, session_paths, sign_in_paths
from local.openapi_task_routes import TASKS, task_list_paths, task_paths
from local.paths import ROOT

# isort: split
from taskward.api import MAX_BODY_BYTES
from taskward.delivery import CLIENT_HEADER

DOCUMENT = ROOT / "functions" / "discovery" / "openapi.json"
PAGE = ROOT / "functions" / "discovery" / "docs.html"


def main() -> None:
    """Write both files."""
    made = document()
    DOCUMENT.write_text(as_text(made), encoding="utf-8")
    PAGE.write_text(page(made), encoding="utf-8")
    print(f"Wrote {DOCUMENT.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}.")


def as_text(made: Json) -> str:
    """The document as it is kept and served."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def document() -> Json:
    """The whole document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    scheme = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a session grant. It stops working the moment its session ends.",
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Taskward",
            "version": project["version"],
            "summary": "Tasks that only their owner can see.",
            "description": _introduction(),
        },
        "servers": [{"url": "/api"}],
        "security": [{"accessToken": []}],
        "tags": [
            {"name": SESSIONS, "description": "Register, sign in, stay signed in, see where, sign out."},
            {"name": ACCOUNT, "description": "The password, the profile, all that is held, and the end of it."},
            {"name": TASKS, "description": "Every task belongs to the user who made it; nobody else can reach it."},
            {"name": JOBS, "description": "What was asked for and is not done at once."},
            {"name": DISCOVERY, "description": "What anybody may know and keep a copy of."},
        ],
        "paths": {
            **sign_in_paths(),
            **session_paths(),
            **account_paths(),
            **record_paths(),
            **task_list_paths(),
            **task_paths(),
            **discovery_paths(),
        },
        "components": {
            "securitySchemes": {"accessToken": scheme},
            "schemas": {**request_schemas(), **answer_schemas(), **problem_schemas()},
            "responses": refusals(),
            "parameters": parameters(),
            "headers": headers(),
        },
    }


def _introduction() -> str:
    kinds = "\n".join(
        f"| `{kind.code}` | {kind.status or '4xx'} | {kind.title}. {kind.detail} |" for kind in problem_kinds().values()
    )
    return f"""\
Taskward keeps tasks that only their owner can see. Register or sign in, send the access token with every request, \
and refresh the session before the token runs out.

## Tokens

A sign-in gives two tokens. The access token goes along with every request, as `Authorization: Bearer`; it lives for \
`expires_in` seconds. The refresh token is good for one refresh, which gives the next pair. A refresh token that comes \
a second time, later than a short grace, ends the session: somebody else may have it.

A browser asks for `"delivery": "cookie"` when it signs in. Then the refresh token comes as a cookie that no script \
can read, and a refresh by cookie needs the header `{CLIENT_HEADER}`.

## Passwords and patience

Before what cannot be undone the password is asked for again. Whoever fails too often, at a sign-in, a password or a \
refresh token, has to wait: the answer is 429 `too_many_attempts`, and `Retry-After` says for how many seconds. \
Until then nothing is looked at, not even the right password. The wait is a second after five failures at one \
account from one network, or after 25 from one network at any account, and doubles with each further failure, to a \
quarter of an hour (all of these are settings of the service). After 100 failures in a day at one account, only \
networks that it was signed in from before may try. Failures are forgotten after a day.

## Changes that collide

A task carries its version as `ETag`. Send it back as `If-Match`, and a change is refused with 412 when the task was \
changed in the meantime. Without `If-Match` the last change wins.

## Lists

A list is an array, one page at a time. As long as there is more, the header `Link` has the address of the next page.

## What takes longer

What takes longer than an answer may is a job: 202, with its address in `Location`. Ask there every few seconds until \
`state` is `done` or `failed`.

## Bodies

Bodies are JSON objects in UTF-8 of at most {MAX_BODY_BYTES:,} bytes. Members that are not described here are refused, \
and so are unknown query parameters where there are known ones. Times in answers are UTC and end in Z.

## Problems

A refusal is a problem document (RFC 9457) with the media type `application/problem+json`. Act on its `code`; `title` \
and `detail` are for people. What belongs to somebody else is answered exactly like what does not exist. Addresses and \
methods that are not in this document are answered with 404 `not_found` or, by the gateway, with 403 `refused`.

| Code | Status | Meaning |
|---|---|---|
{kinds}
"""


if __name__ == "__main__":
    main()
