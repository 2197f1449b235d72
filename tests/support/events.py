"""API Gateway events for tests."""

import json
from typing import Any

from taskward import clock
from taskward.origin_secrets import digest
from taskward.viewer import ADDRESS_HEADER, ORIGIN_HEADER, SECRET_HEADER

VIEWER_ORIGIN = "https://taskward.example"
VIEWER_ADDRESS = "203.0.113.7"


class Context:
    """What Lambda hands a function beside the event."""

    function_name = "test"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:test"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """As much as any function here may have."""
        return 900_000


def request(
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    principal: tuple[str, str] | None = None,
    origin_secret: str | None = None,
    source_ip: str = "198.51.100.1",
) -> dict[str, Any]:
    """A request as API Gateway hands it to a function.

    `body` may be text, sent as it is, or anything JSON. `principal` is the user and session that the authorizer found,
    who have just authenticated.
    With `origin_secret`, the request came through a trusted proxy for the viewer of this module's constants.
    """
    all_headers = {"Host": "api.example", "User-Agent": "tests"}
    if body is not None:
        all_headers["Content-Type"] = "application/json"
    if origin_secret is not None:
        all_headers |= {SECRET_HEADER: origin_secret, ORIGIN_HEADER: VIEWER_ORIGIN, ADDRESS_HEADER: VIEWER_ADDRESS}
    all_headers |= headers or {}
    context: dict[str, Any] = {
        "accountId": "000000000000",
        "apiId": "abc123",
        "stage": "api",
        "domainName": "abc123.execute-api.us-east-1.amazonaws.com",
        "path": f"/api{path}",
        "httpMethod": method,
        "requestId": "request-1",
        "identity": {"sourceIp": source_ip, "userAgent": "tests"},
    }
    if principal is not None:
        digests = digest(origin_secret) if origin_secret else ""
        context["authorizer"] = {
            "user_id": principal[0],
            "session_id": principal[1],
            "authenticated_at": str(clock.epoch()),
            "origin_digests": digests,
        }
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": all_headers,
        "multiValueHeaders": {name: [value] for name, value in all_headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": None,
        "requestContext": context,
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }
