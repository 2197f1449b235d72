"""The front door: web app and API on one origin, as CloudFront has it in front of a deployed stack.

It passes on the viewer's origin and address together with the origin secret, and overwrites whatever a client sent in
those headers.
"""

import uuid
from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web
from multidict import CIMultiDict
from yarl import URL

from local.mailbox import Mailbox
from local.stack import STAGE, Stack
from local.web_app import WebApp
from local.web_files import DIST

_HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
    *("transfer-encoding", "upgrade", "host", "content-length", "expect"),
}
_OURS = {"x-taskward-origin-secret", "x-taskward-viewer-origin", "x-taskward-viewer-address", "x-forwarded-for"}
_MAX_BODY = 10 * 1024 * 1024
# The emulator starts a process for each concurrent request: more patience than API Gateway's 29 s.
_GATEWAY_SECONDS = 120


class FrontDoor:
    """An HTTP server on loopback in front of a stack; `start` and `stop` run in one event loop.

    Beside what CloudFront has there, it shows the mail that the service has sent. `site` is the folder that the web app
    is built to.
    """

    def __init__(self, stack: Stack, port: int, site: Path = DIST) -> None:
        self.stack = stack
        self.port = port
        self._site = site
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None

    async def start(self) -> None:
        """Begin to answer."""
        self._session = ClientSession(
            connector=TCPConnector(limit=0), timeout=ClientTimeout(total=_GATEWAY_SECONDS), auto_decompress=False
        )
        application = web.Application(client_max_size=_MAX_BODY)
        application.router.add_get(f"/{STAGE}", self._to_docs)
        application.router.add_route("*", f"/{STAGE}/{{path:.*}}", self._proxy)
        Mailbox(self.stack, self._session).add_to(application)
        WebApp(self._site).add_to(application)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Finish what is being answered, then close."""
        if self._runner:
            await self._runner.cleanup()
        if self._session:
            await self._session.close()

    async def _to_docs(self, _: web.Request) -> web.Response:
        raise web.HTTPFound(f"/{STAGE}/docs")

    async def _proxy(self, request: web.Request) -> web.StreamResponse:
        assert self._session is not None
        # The path as it was sent: an encoded slash stays one.
        url = URL(f"{self.stack.emulator.endpoint}{request.raw_path}", encoded=True)
        headers = _without(request.headers.items(), _HOP_BY_HOP | _OURS)
        headers["Host"] = f"{self.stack.api_host}:{self.stack.emulator.port}"
        headers["X-Taskward-Origin-Secret"] = self.stack.origin_secret
        headers["X-Taskward-Viewer-Origin"] = _viewer_origin(request)
        headers["X-Taskward-Viewer-Address"] = request.remote or "127.0.0.1"
        try:
            body = await request.read()
            async with self._session.request(
                request.method, url, headers=headers, data=BytesIO(body) if body else None, allow_redirects=False
            ) as answer:
                content = await answer.read()
                kept = _without(answer.headers.items(), _HOP_BY_HOP)
                return web.Response(status=answer.status, headers=kept, body=content)
        except web.HTTPRequestEntityTooLarge:
            return _problem(413, "too_large", "The request is too large")
        except (TimeoutError, ClientError):
            return _problem(503, "unavailable", "The emulator did not answer")


def _problem(status: int, code: str, title: str) -> web.Response:
    members = {"type": f"urn:taskward:problem:{code}", "title": title, "status": status, "code": code}
    members |= {"detail": "Said by the local front door.", "request_id": str(uuid.uuid4())}
    headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return web.json_response(members, status=status, headers=headers, content_type="application/problem+json")


def _viewer_origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _without(headers: Iterable[tuple[str, str]], left_out: set[str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers if name.lower() not in left_out)
