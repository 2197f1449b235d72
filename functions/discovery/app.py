"""What anybody may know: the public keys, the OpenAPI document, and a page to read it on. All cacheable."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from taskward import settings
from taskward.api import JSON, SAFETY_HEADERS, Api, Response, dumps
from taskward.identity import keys
from taskward.preconditions import none_match

handler = Api()


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


# The page, of which there are two, has one style sheet of its own, no script, and loads nothing.
_STYLE = _text("docs.html").partition("<style>")[2].partition("</style>")[0]
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"

# Keys are published 300 s before they sign; whoever caches the set must see them by then.
_KEYS_MAX_AGE = keys.CACHE_SECONDS
_PAGE_MAX_AGE = 300


@handler.get("/.well-known/jwks.json")
def jwks() -> Response[str]:
    return _cacheable("application/jwk-set+json", dumps({"keys": keys.published().jwks}), _KEYS_MAX_AGE)


@handler.get("/openapi.json")
def openapi() -> Response[str]:
    name = "openapi.json" if settings.sends_mail() else "openapi_without_mail.json"
    return _cacheable(JSON, _text(name), _PAGE_MAX_AGE)


@handler.get("/docs")
def docs() -> Response[str]:
    name = "docs.html" if settings.sends_mail() else "docs_without_mail.html"
    return _cacheable("text/html; charset=utf-8", _text(name), _PAGE_MAX_AGE)


def _cacheable(content_type: str, body: str, max_age: int) -> Response[str]:
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    # Vary, because the answer to the one foreign origin has headers that others lack.
    headers: dict[str, str | list[str]] = {
        "Cache-Control": f"public, max-age={max_age}",
        "ETag": etag,
        "Vary": "Origin",
        "Content-Security-Policy": _POLICY,
        **SAFETY_HEADERS,
    }
    if none_match(handler.header("if-none-match"), etag):
        return Response(304, None, "", headers)
    return Response(200, content_type, body, headers)
