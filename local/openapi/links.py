"""What an answer is good for next: the links of the OpenAPI document, from answers to operations."""

from dataclasses import dataclass, field

from local.openapi.basics import Json

_ID = "$response.body#/id"
_FIRST_ID = "$response.body#/0/id"


@dataclass(frozen=True)
class Link:
    """What an operation can be given of an answer: parameters, by place and name, and members of the body."""

    description: str
    parameters: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)


Links = dict[str, Link]
"""By the operation that each leads to."""


def _by_id(described: dict[str, str], expression: str = _ID) -> Links:
    return {operation: Link(text, {"path.id": expression}) for operation, text in described.items()}


_WITH_TASK = {
    "getTask": "Read it again.",
    "replaceTask": "Give it all its members anew.",
    "patchTask": "Change parts of it.",
    "completeTask": "Complete it, or reopen it.",
    "deleteTask": "Move it to the trash.",
    "restoreTask": "Bring it back from the trash.",
    "listSubtasks": "See what is below it.",
}
_TASK = _by_id(_WITH_TASK)
_FIRST_TASK = _by_id(_WITH_TASK, _FIRST_ID)
_JOB = _by_id({"getJob": "Ask how far it is."})
_REFRESH_TOKEN = {"refresh_token": "$response.body#/refresh_token"}
_SESSION: Links = {
    "refresh": Link("Get the next pair of tokens.", members=_REFRESH_TOKEN),
    "logout": Link("Sign out.", members=_REFRESH_TOKEN),
}
_STEP_TOKEN = {"step_token": "$response.body#/step_token"}
_WITH_PASSKEY = {"renamePasskey": "Give it another name.", "removePasskey": "Remove it."}

# By operation and status.
LINKS: dict[tuple[str, str], Links] = {
    ("register", "201"): _SESSION,
    ("login", "200"): _SESSION,
    ("login", "202"): {"loginSecondFactor": Link("Take the second step.", members=_STEP_TOKEN)},
    ("loginSecondFactor", "200"): _SESSION,
    ("loginPasskeyOptions", "200"): {"loginPasskey": Link("Sign in with a passkey.", members=_STEP_TOKEN)},
    ("loginPasskey", "200"): _SESSION,
    ("refresh", "200"): _SESSION,
    ("reauthenticateOptions", "200"): {"reauthenticate": Link("Prove it with a passkey.", members=_STEP_TOKEN)},
    ("getSession", "200"): {"endSession": Link("Sign out here.", {"path.id": "$response.body#/session/id"})},
    ("listSessions", "200"): _by_id({"endSession": "End the first one."}, _FIRST_ID),
    ("passkeyOptions", "200"): {"addPasskey": Link("Add what the browser has made.", members=_STEP_TOKEN)},
    ("addPasskey", "201"): _by_id(_WITH_PASSKEY),
    ("listPasskeys", "200"): _by_id(_WITH_PASSKEY, _FIRST_ID),
    ("createAccessToken", "201"): _by_id({"revokeAccessToken": "Revoke it."}),
    ("listAccessTokens", "200"): _by_id({"revokeAccessToken": "Revoke the first one."}, _FIRST_ID),
    ("exportAccount", "202"): _JOB,
    ("exportTasks", "202"): _JOB,
    ("deleteTasks", "202"): _JOB,
    ("importTasks", "202"): {**_JOB, "importTasks": Link("Begin it, once its file is uploaded.", {"query.job": _ID})},
    ("createTask", "201"): _TASK,
    ("getTask", "200"): _TASK,
    ("replaceTask", "200"): _TASK,
    ("replaceTask", "201"): _TASK,
    ("patchTask", "200"): _TASK,
    ("completeTask", "200"): _TASK,
    ("restoreTask", "200"): _TASK,
    ("listTasks", "200"): _FIRST_TASK,
    ("listChanges", "200"): {
        "listChanges": Link("Read what was changed since.", {"query.since": "$response.body#/next"})
    },
}


def linked(paths: Json) -> Json:
    """The same paths, with links in the answers that have any."""
    for operation in (operation for methods in paths.values() for operation in methods.values()):
        for status, response in operation["responses"].items():
            if links := LINKS.get((operation["operationId"], status)):
                response["links"] = {name: _shown(name, link) for name, link in links.items()}
    return paths


def _shown(operation_id: str, link: Link) -> Json:
    return {
        "operationId": operation_id,
        "description": link.description,
        **({"parameters": link.parameters} if link.parameters else {}),
        **({"requestBody": link.members} if link.members else {}),
    }
