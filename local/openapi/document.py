"""`make openapi`: the OpenAPI document of the API, and the page that shows it, for the discovery function to serve.

Two of each: a service that sends no mail promises nothing that needs mail. A test compares the files with what this
makes, and the routes with those of the template.
"""

import json
import tomllib
from pathlib import Path

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import Json

# isort: split
from local.openapi.account_routes import ACCOUNT, JOBS, account_paths, record_paths
from local.openapi.answers import answer_schemas
from local.openapi.bulk_routes import BULK, bulk_paths, clearing_operation
from local.openapi.components import headers, parameters
from local.openapi.discovery_routes import DISCOVERY, discovery_paths
from local.openapi.factor_routes import FACTORS, factor_paths
from local.openapi.introduction import introduction
from local.openapi.links import linked
from local.openapi.mail_routes import MAIL, mail_paths
from local.openapi.operations import ACCESS_TOKEN, PERSONAL_ACCESS_TOKEN, SESSION_SECURITY
from local.openapi.page import page
from local.openapi.problems import problem_schemas, refusals
from local.openapi.requests import request_schemas
from local.openapi.session_routes import session_paths, token_paths
from local.openapi.sign_in_routes import SESSIONS, reauthentication_paths, sign_in_paths
from local.openapi.task_routes import TASKS, task_list_paths, task_paths
from local.openapi.token_routes import TOKENS, access_token_paths
from local.paths import ROOT

_FOLDER = ROOT / "functions" / "discovery"


def main() -> None:
    """Write all files."""
    for mail in (True, False):
        made = document(mail=mail)
        document_file(mail=mail).write_text(as_text(made), encoding="utf-8")
        page_file(mail=mail).write_text(page(made), encoding="utf-8")
        print(f"Wrote {document_file(mail=mail).relative_to(ROOT)} and {page_file(mail=mail).relative_to(ROOT)}.")


def document_file(*, mail: bool) -> Path:
    """Where the document of a service with or without mail is kept."""
    return _FOLDER / ("openapi.json" if mail else "openapi_without_mail.json")


def page_file(*, mail: bool) -> Path:
    """Where the page of a service with or without mail is kept."""
    return _FOLDER / ("docs.html" if mail else "docs_without_mail.html")


def as_text(made: Json) -> str:
    """The document as it is kept and served."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def document(*, mail: bool) -> Json:
    """The whole document, of a service that sends mail or of one that sends none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Taskward",
            "version": project["version"],
            "summary": "Tasks that only their owner can see.",
            "description": introduction(mail=mail),
        },
        "servers": [{"url": "/api"}],
        "security": SESSION_SECURITY,
        "tags": _tags(mail=mail),
        "paths": linked(_paths(mail=mail)),
        "components": {
            "securitySchemes": _security_schemes(),
            "schemas": {**request_schemas(mail=mail), **answer_schemas(mail=mail), **problem_schemas(mail=mail)},
            "responses": refusals(mail=mail),
            "parameters": parameters(),
            "headers": headers(),
        },
    }


def _paths(*, mail: bool) -> Json:
    return {
        **sign_in_paths(mail=mail),
        **token_paths(),
        **session_paths(),
        **reauthentication_paths(),
        **(mail_paths() if mail else {}),
        **account_paths(),
        **record_paths(),
        **factor_paths(mail=mail),
        **access_token_paths(mail=mail),
        **_task_paths(),
        **discovery_paths(),
    }


def _task_paths() -> Json:
    paths = {**task_list_paths(), **bulk_paths(), **task_paths()}
    paths["/tasks"]["delete"] = clearing_operation()
    return paths


def _tags(*, mail: bool) -> list[Json]:
    of_mail = [{"name": MAIL, "description": "The address of the account, and links that are sent to it."}]
    return [
        {"name": SESSIONS, "description": "Register, sign in, stay signed in, prove it again, see where, sign out."},
        *(of_mail if mail else []),
        {"name": ACCOUNT, "description": "The password, the profile, all that is held, and the end of it."},
        {"name": FACTORS, "description": "More ways to prove who one is: codes of an app, and passkeys."},
        {"name": TOKENS, "description": "Personal access tokens, for programs of one's own."},
        {"name": TASKS, "description": "Every task belongs to the user who made it; nobody else can reach it."},
        {"name": BULK, "description": "What is read, changed, exported, imported or deleted in one request."},
        {"name": JOBS, "description": "What was asked for and is not done at once."},
        {"name": DISCOVERY, "description": "What anybody may know and keep a copy of."},
    ]


def _security_schemes() -> Json:
    return {
        ACCESS_TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token of a session grant. It stops working the moment its session ends.",
        },
        PERSONAL_ACCESS_TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal access token, `taskward_pat.…`, with the scope that the operation names. It "
            "stops working the moment it is revoked.",
        },
    }


if __name__ == "__main__":
    main()
