"""The requests that are measured, as API Gateway hands them to a function, ours or the peer's."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tests.support import sample_events

Event = dict[str, Any]


def request(
    method: str,
    resource: str,
    body: Any = None,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    token: str = "",
    authorizer: Mapping[str, str] | None = None,
) -> Event:
    """A proxy event. `authorizer` is what ours has found out of who is asking; the peer finds out by itself."""
    event = deepcopy(_example())
    target = resource.format(**path or {})
    event.update(resource=resource, path=target, httpMethod=method, pathParameters=dict(path) if path else None)
    event["requestContext"].update(
        resourcePath=resource, httpMethod=method, path=f"/api{target}", authorizer=dict(authorizer or {})
    )
    if query:
        event["queryStringParameters"] = dict(query)
        event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
    sent = {"Authorization": f"Bearer {token}"}
    if body is not None:
        event["body"] = json.dumps(body)
        sent = {"Content-Type": "application/json", **sent}
    event["headers"].update(sent)
    event["multiValueHeaders"].update({name: [value] for name, value in sent.items()})
    return event


def authorization(token: str) -> Event:
    """What API Gateway asks the authorizer."""
    event: Event = sample_events.load("authorizer/allow", access_token=token)
    return event


def _example() -> Event:
    names = sample_events.placeholders("tasks/list")
    event: Event = sample_events.load("tasks/list", **dict.fromkeys(names, ""))
    return event


def answered(answer: Any, status: int) -> Any:
    """The body of a proxy answer of the status that is expected.

    Raises
    ------
    AssertionError: it is another; what would be measured is not what it is taken for.
    """
    assert answer.get("statusCode") == status, answer
    return json.loads(answer["body"]) if answer["body"] else None
