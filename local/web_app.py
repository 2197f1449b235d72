"""The web app at the front door: the files of the build, with the paths and headers that CloudFront gives them."""

import gzip
import hashlib
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from aiohttp import ETag, web

from local import web_files
from local.web_headers import site_headers

# What CloudFront compresses: not what is small, nor what is compressed already.
_COMPRESSED_FROM = 1000
_COMPRESSED = {".css", ".html", ".js", ".json", ".svg", ".txt", ".webmanifest"}


class WebApp:
    """Pages of the front door: every path that nothing else answers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add_to(self, application: web.Application) -> None:
        """Answer what was added to the application by nobody before."""
        application.router.add_get("/{path:.*}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        headers = site_headers()
        key = unquote(web_files.key_of(request.raw_path.partition("?")[0]))
        # Looked up each time, so that a new build is there at once; by the names there are, so nothing else is found.
        if key not in web_files.keys(self._folder):
            text = f"There is no file {key}.\n"
            headers["Cache-Control"] = "no-store"
            return web.Response(status=HTTPStatus.NOT_FOUND, text=text, headers=headers)
        path = self._folder / key
        tag, content, compressed = _read(path, path.stat().st_mtime_ns)
        headers["Cache-Control"] = web_files.cache_control(key)
        headers["Content-Type"] = web_files.content_type(key)
        headers["ETag"] = f'W/"{tag}"'
        headers["Vary"] = "Accept-Encoding"
        if ETag(tag, is_weak=True) in _shown(request):
            del headers["Content-Type"]
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        if compressed and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=compressed, headers=headers)
        return web.Response(body=content, headers=headers)


def _shown(request: web.Request) -> tuple[ETag, ...]:
    """What the client has and would do with, compared weakly (RFC 9110)."""
    return tuple(ETag(tag.value, is_weak=True) for tag in request.if_none_match or ())


@lru_cache(maxsize=256)
def _read(path: Path, _version: int) -> tuple[str, bytes, bytes | None]:
    """A digest of a file, its content, and the same compressed where that is worth it."""
    content = path.read_bytes()
    worth_it = path.suffix in _COMPRESSED and len(content) >= _COMPRESSED_FROM
    compressed = gzip.compress(content, mtime=0) if worth_it else None
    return hashlib.sha256(content).hexdigest()[:32], content, compressed
