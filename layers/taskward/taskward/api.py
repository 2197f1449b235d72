"""From an API Gateway event to a call, and from what it gives or refuses to an answer (RFC 9110, 9457).

This is the only module that turns errors into HTTP, and the only one that knows who is calling.
"""

import base64
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.shared.cookies import Cookie
from pydantic import BaseModel

from taskward import remote, settings
from taskward.errors import (
    FieldError,
    InsufficientScopeError,
    InvalidRequestError,
    MalformedRequestError,
    NotFoundError,
    TaskwardError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
    UnsupportedMediaTypeError,
)
from taskward.principal import Principal
from taskward.storage import ID_LENGTH, is_passing_fault
from taskward.telemetry import FAILED, REFUSED, logger
from taskward.validation import FIELD_LENGTH, validated
from taskward.viewer import Viewer, viewer_of

__all__ = ["JSON", "MAX_BODY_BYTES", "MERGE_PATCH", "SAFETY_HEADERS", "Api", "Response", "answer", "dumps"]

MAX_BODY_BYTES = 1024 * 1024
SAFETY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer (ASVS 3.4.1, 3.4.4); those that the gateway makes have them from the template."""
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
PROBLEM = "application/problem+json"

_ID = re.compile(f"[0-9A-Za-z-]{{{ID_LENGTH}}}")
_NOBODYS = "-" * (ID_LENGTH + 1)
"""What looks like an id, and one that nothing can have."""

_Model = TypeVar("_Model", bound=BaseModel)


class Api(APIGatewayRestResolver):
    """The routes of one function; call it with an event and a context to get the answer."""

    def __init__(self) -> None:
        cors = CORSConfig(
            allow_origin=settings.cors_origin(),
            expose_headers=["ETag", "Link", "Location", "Retry-After"],
            allow_credentials=True,
        )
        super().__init__(cors=cors)
        self.exception_handler(Exception)(self._refuse)
        self.not_found(self._no_such_route)

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one request."""
        context_of_request = event["requestContext"]
        caller = context_of_request.get("authorizer") or {}
        known = logger.append_context_keys(
            request_id=context_of_request.get("requestId"),
            route=f"{event['httpMethod']} {event.get('resource')}",
            user_id=caller.get("user_id"),
            session_id=caller.get("session_id"),
        )
        with remote.within(context.get_remaining_time_in_millis() / 1000), known:
            return self.resolve({**event, "path": _routed_path(event)}, context)

    def principal(self, scope: str | None = None) -> Principal:
        """Who is calling, from the authorizer's context and from nowhere else.

        Parameters
        ----------
        scope: what a personal access token must be good for. Without one the route is for sessions alone.

        Raises
        ------
        InsufficientScopeError: it is a personal access token, and not for this.
        """
        context = self._authorizer_context()
        if not context.get("user_id") or not context.get("session_id"):
            # A route that the template left open: refuse rather than guess.
            raise UnauthenticatedError
        scopes = frozenset(context["scope"].split()) if "scope" in context else None
        if scopes is not None and scope not in scopes:
            raise InsufficientScopeError
        return Principal(context["user_id"], context["session_id"], int(context.get("authenticated_at") or 0), scopes)

    def viewer(self, origin_digests: Collection[str] | None = None) -> Viewer:
        """Where the request came from; without `origin_digests`, those that the authorizer passed on are believed."""
        if origin_digests is None:
            origin_digests = (self._authorizer_context().get("origin_digests") or "").split()
        return viewer_of(self.current_event.raw_event, origin_digests)

    def site(self, origin_digests: Collection[str] | None = None) -> str:
        """The origin of the site that people use the service through: a setting, or else where the viewer is."""
        return settings.site_origin() or self.viewer(origin_digests).origin

    def _authorizer_context(self) -> Mapping[str, Any]:
        return self.current_event.raw_event["requestContext"].get("authorizer") or {}

    def header(self, name: str) -> str | None:
        """A request header, by its name in any case."""
        value: str | None = self.current_event.headers.get(name)
        return value

    def query(self, known: Collection[str]) -> dict[str, str]:
        """The query parameters; refuses with 422 when one is not among the `known`, or stands twice."""
        query = self.multiple_query(known)
        if repeated := [name for name, values in query.items() if len(values) > 1]:
            raise InvalidRequestError(errors=[FieldError(name, "Give it once.") for name in sorted(repeated)])
        return {name: values[0] for name, values in query.items()}

    def multiple_query(self, known: Collection[str]) -> dict[str, list[str]]:
        """All values of each query parameter; refuses with 422 when one is not among the `known`."""
        query: dict[str, list[str]] = self.current_event.raw_event.get("multiValueQueryStringParameters") or {}
        if unknown := query.keys() - set(known):
            # A filter that is misspelt must not quietly list, or delete, everything.
            errors = [FieldError(name[:FIELD_LENGTH], "There is no such parameter.") for name in sorted(unknown)]
            raise InvalidRequestError(errors=errors)
        return query

    def limit(self, query: Mapping[str, str], default: int, maximum: int) -> int:
        """The size of a page that a query asks for; refuses with 422 when it is not from 1 to `maximum`."""
        text = query.get("limit")
        if text is None:
            return default
        if not re.fullmatch("[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= maximum:
            raise InvalidRequestError(errors=[FieldError("limit", f"Give a whole number from 1 to {maximum}.")])
        return int(text)

    def link_to_next(self, path: str, query: Mapping[str, Any], cursor: str | None) -> dict[str, str]:
        """The Link header of a page that another follows (RFC 8288); none after the last page."""
        if cursor is None:
            return {}
        parameters = urlencode({**query, "cursor": cursor}, doseq=True)
        return {"Link": f'<{self.viewer().base_url}{path}?{parameters}>; rel="next"'}

    def body(self, model: type[_Model], *, media_types: Collection[str] = (JSON,)) -> _Model:
        """The body, read and validated; refuses with 400, 413, 415 or 422."""
        return validated(model, self.required_json_object(media_types=media_types))

    def required_json_object(self, *, media_types: Collection[str] = (JSON,)) -> dict[str, Any]:
        """The members of the body; refuses like `json_object`, and with 400 when there is no body."""
        members = self.json_object(media_types=media_types)
        if members is None:
            raise MalformedRequestError("The request needs a body: one JSON object.")
        return members

    def json_object(self, *, media_types: Collection[str] = (JSON,)) -> dict[str, Any] | None:
        """The members of the body, None when there is no body at all; refuses with 400, 413 or 415."""
        return _json_object(self.text(media_types)) if self.current_event.raw_event.get("body") else None

    def text(self, media_types: Collection[str]) -> str:
        """The body as it is; refuses with 400, 413 or 415."""
        event = self.current_event.raw_event
        body: str = event.get("body") or ""
        if event.get("isBase64Encoded"):
            try:
                body = base64.b64decode(body, validate=True).decode()
            except ValueError:
                raise MalformedRequestError from None
        if len(body) > MAX_BODY_BYTES:
            raise TooLargeError
        try:
            size = len(body.encode())
        except UnicodeEncodeError:
            # Half of a surrogate pair, which no UTF-8 has.
            raise MalformedRequestError from None
        if size > MAX_BODY_BYTES:
            raise TooLargeError
        self._check_media_type(media_types)
        return body

    def _check_media_type(self, accepted: Collection[str]) -> None:
        media_type, *parameters = (self.header("content-type") or "").lower().split(";")
        charsets = [p.partition("=")[2].strip().strip('"') for p in parameters if p.strip().startswith("charset=")]
        if media_type.strip() not in accepted or any(charset != "utf-8" for charset in charsets):
            raise UnsupportedMediaTypeError(f"Send the header Content-Type: {' or '.join(accepted)}.")

    def _refuse(self, error: Exception) -> Response[str]:
        problem = _as_problem(error)
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.exception(FAILED, extra={"code": problem.code})
        else:
            logger.info(REFUSED, extra={"code": problem.code, "status": problem.status})
        return self._problem(problem)

    def _no_such_route(self, _: Exception) -> Response[str]:
        return self._problem(NotFoundError())

    def _problem(self, error: TaskwardError) -> Response[str]:
        document = {
            "type": f"urn:taskward:problem:{error.code}",
            "title": error.title,
            "status": error.status,
            "detail": error.detail,
            "code": error.code,
            "request_id": self.current_event.raw_event["requestContext"].get("requestId"),
        }
        if error.errors:
            document["errors"] = [asdict(field) for field in error.errors]
        if error.index is not None:
            document["index"] = error.index
        headers: dict[str, str | list[str]] = {"Cache-Control": "no-store", **SAFETY_HEADERS}
        if error.retry_after is not None:
            headers["Retry-After"] = str(error.retry_after)
        if error.status == HTTPStatus.UNAUTHORIZED:
            # The gateway renames this header when a function sets it; its own refusals carry the real one.
            known = error.code != "invalid_credentials"
            headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if known else "Bearer"
        elif isinstance(error, InsufficientScopeError):
            headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
        return Response(error.status, PROBLEM, dumps(document), headers)


def _routed_path(event: Mapping[str, Any]) -> str:
    """The path to look up: the resource that the gateway has chosen, with the id that it found there.

    Not the path as it came: that is decoded, and in place of an id `%63hanges` would be another resource, a line feed
    none at all. What is no id is looked up as one that nothing has. So is the slash that the path of a DELETE ends
    with: it is all that is left of an id that a client lost, and must not stand for all there are.
    """
    resource: str = event["resource"]
    if event["httpMethod"] == "DELETE" and event["path"].endswith("/"):
        return f"{resource}/{_NOBODYS}"
    found = (event.get("pathParameters") or {}).get("id") or ""
    return resource.replace("{id}", found if _ID.fullmatch(found) else _NOBODYS)


def answer(
    status: int,
    content: Any = None,
    headers: Mapping[str, str] | None = None,
    cookies: list[Cookie] | None = None,
) -> Response[str]:
    """A private JSON answer, or one without a body when there is no content."""
    all_headers: dict[str, str | list[str]] = {"Cache-Control": "no-store", **SAFETY_HEADERS, **(headers or {})}
    if content is None:
        return Response(status, None, "", all_headers, cookies)
    return Response(status, JSON, dumps(content), all_headers, cookies)


def dumps(content: Any) -> str:
    """Compact JSON; characters as they are, half the size of escapes for most of the world's writing."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _as_problem(error: Exception) -> TaskwardError:
    if isinstance(error, TaskwardError):
        return error
    return UnavailableError() if is_passing_fault(error) else TaskwardError()


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_distinct_members, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedRequestError from None
    if not isinstance(value, dict):
        raise MalformedRequestError
    return value


def _distinct_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Which of two would count is anybody's guess (RFC 8259, section 4; ASVS 1.5.3).
        raise MalformedRequestError("A member name stands twice in the body.")
    return members


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
