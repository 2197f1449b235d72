"""What is refused, as problem documents (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A refusal with its status and a code that stays."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        self.status, self.code, self.detail = status, code, detail
        super().__init__(code)


def install(app: FastAPI) -> None:
    """Have an app answer all refusals, its own and the framework's, as problem documents."""
    app.exception_handler(ProblemError)(_refused)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_by_the_framework)


async def _refused(request: Request, error: ProblemError) -> JSONResponse:
    return _document(request, error.status, error.code, error.detail)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = error.errors()
    if any(entry["type"] == "json_invalid" or entry["loc"] == ("body",) for entry in errors):
        media_type = request.headers.get("content-type", "").partition(";")[0]
        if media_type.endswith("json") or not media_type:
            return _document(request, 400, "malformed_request")
        return _document(request, 415, "unsupported_media_type")
    found = [{"field": ".".join(map(str, entry["loc"][1:])), "message": entry["msg"]} for entry in errors]
    return _document(request, 422, "invalid_request", errors=found)


async def _by_the_framework(request: Request, error: HTTPException) -> JSONResponse:
    return _document(request, error.status_code, HTTPStatus(error.status_code).name.lower())


def _document(request: Request, status: int, code: str, detail: str = "", **more: Any) -> JSONResponse:
    title = HTTPStatus(status).phrase
    content = {
        "type": f"urn:peer:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "request_id": request.scope["aws.event"]["requestContext"].get("requestId"),
        **more,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(content, status, headers, MEDIA_TYPE)
