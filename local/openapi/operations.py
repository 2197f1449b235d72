"""How an operation of the OpenAPI document is put together: what it takes, answers and refuses."""

from typing import Any

from local.openapi.basics import Json, ref
from local.openapi.problems import status_of

# isort: split
from taskward.api import JSON

UNREAD_BODY_REFUSALS = ("Malformed", "TooLarge", "NotJson")
BODY_REFUSALS = (*UNREAD_BODY_REFUSALS, "Invalid")
"""What can be wrong with a body, whatever is in it; the former of one that was not read yet."""

ACCESS_TOKEN = "accessToken"
PERSONAL_ACCESS_TOKEN = "personalAccessToken"
"""The two security schemes."""

SESSION_SECURITY: list[Json] = [{ACCESS_TOKEN: []}]
"""What an operation asks for that says nothing else."""

_ANY_TIME_REFUSALS = ("TooManyRequests", "InternalError", "Unavailable")


def operation(
    operation_id: str,
    tag: str,
    summary: str,
    description: str,
    *,
    answers: Json,
    refused: tuple[str, ...] = (),
    takes: tuple[str, ...] = (),
    takes_body: Json | None = None,
    public: bool = False,
    scope: str | None = None,
) -> Json:
    """One operation; `takes` names its parameters and `refused` its refusals, both among the components.

    A user's operation can find nobody signed in, or a token that is not for it, and any can be refused at any time:
    those go without saying. A refusal that has more to say of such a status stands in its place.

    Parameters
    ----------
    public: anybody may call it.
    scope: what a personal access token must be good for; none will do when this is None.
    """
    names = (*_ANY_TIME_REFUSALS, *(() if public else ("NotSignedIn", "OutOfScope")), *refused)
    responses = answers | {status_of(name): ref("responses", name) for name in names}
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        **({"security": []} if public else {}),
        **({"security": [*SESSION_SECURITY, {PERSONAL_ACCESS_TOKEN: [scope]}]} if scope else {}),
        **({"parameters": [ref("parameters", name) for name in takes]} if takes else {}),
        **({"requestBody": takes_body} if takes_body else {}),
        "responses": dict(sorted(responses.items())),
    }


def body(schema: str, examples: Json, *, media_types: tuple[str, ...] = (JSON,), required: bool = True) -> Json:
    """A request's body; `examples` are values by their names."""
    named = {name: {"value": value} for name, value in examples.items()}
    content = {media_type: {"schema": ref("schemas", schema), "examples": named} for media_type in media_types}
    return {"required": required, "content": content}


def answer(description: str, schema: Json | None = None, example: Any = None, **more: Any) -> Json:
    """An answer; without a schema it has no body. `sends` maps its headers to components, `media_type` is JSON."""
    made: Json = {"description": description}
    if sends := more.get("sends"):
        made["headers"] = {name: ref("headers", component) for name, component in sends.items()}
    if schema is not None:
        content = {"schema": schema} if example is None else {"schema": schema, "example": example}
        made["content"] = {more.get("media_type", JSON): content}
    return made
