"""The web app at the local front door: the files, paths and headers that CloudFront gives, as far as a browser sees."""

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from local import web_files
from local.web_app import WebApp
from local.web_files import WebFileError
from local.web_headers import site_headers

PAGE = "<!doctype html><title>Taskward</title>" + " " * 2000
SCRIPT = "console.log('Taskward');" * 200

_Test = Callable[[TestClient[Any, Any]], Coroutine[Any, Any, None]]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What a build leaves, with something outside of it that is nobody's business."""
    (tmp_path / "secret.txt").write_text("a secret")
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "index-Ab12.js").write_text(SCRIPT)
    (folder / "assets" / "font-Cd34.woff2").write_bytes(b"\0" * 2000)
    (folder / "sw.js").write_text("// short")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / ".vite" / "manifest.json").write_text("{}")
    return folder


def _with_client(folder: Path, test: _Test) -> None:
    async def run() -> None:
        application = web.Application()
        WebApp(folder).add_to(application)
        async with TestClient(TestServer(application), auto_decompress=False) as client:
            await test(client)

    asyncio.run(run())


async def _as_written(client: TestClient[Any, Any], path: str) -> bytes:
    """The answer to a path that is sent as it is; a client would tidy it up."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def test_every_answer_has_the_headers_of_the_template(built: Path) -> None:
    async def test(client: TestClient[Any, Any]) -> None:
        for path in ("/", "/sign-in", "/assets/index-Ab12.js", "/assets/gone.js"):
            answer = await client.get(path)
            expected = site_headers()
            assert len(expected) == 8
            assert {name: answer.headers.get(name) for name in expected} == expected

    _with_client(built, test)


def test_each_file_is_what_it_is_and_may_be_kept_as_long_as_its_name_allows(built: Path) -> None:
    expected = {
        "/": ("text/html; charset=utf-8", "no-store"),
        "/tasks/4a9c": ("text/html; charset=utf-8", "no-store"),
        "/sw.js": ("text/javascript; charset=utf-8", "no-cache"),
        "/manifest.webmanifest": ("application/manifest+json", "no-cache"),
        "/icon.svg": ("image/svg+xml", "no-cache"),
        "/assets/index-Ab12.js": ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        "/assets/font-Cd34.woff2": ("font/woff2", "public, max-age=31536000, immutable"),
    }

    async def test(client: TestClient[Any, Any]) -> None:
        for path, said in expected.items():
            answer = await client.get(path)
            assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == said, path
            assert answer.status == 200

    _with_client(built, test)


def test_what_is_not_there_is_not_the_app(built: Path) -> None:
    async def test(client: TestClient[Any, Any]) -> None:
        for path in ("/assets/gone.js", "/favicon.ico", "/.vite/manifest.json", "/.built", "/sw.js/x.js"):
            answer = await client.get(path)
            assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store"), path

    _with_client(built, test)


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt", "//secret.txt", "/%00.js"],
)
def test_nothing_outside_of_the_build_is_reached(built: Path, path: str) -> None:
    async def test(client: TestClient[Any, Any]) -> None:
        answer = await _as_written(client, path)
        assert b" 404 " in answer.splitlines()[0]
        assert b"a secret" not in answer

    _with_client(built, test)


def test_a_path_is_looked_at_before_it_is_decoded_and_a_file_after(built: Path) -> None:
    async def test(client: TestClient[Any, Any]) -> None:
        assert b"<title>Taskward" in await _as_written(client, "/sw%2ejs")
        assert b"<svg/>" in await _as_written(client, "/%69con.svg?of=today")

    _with_client(built, test)


def test_text_that_is_long_enough_is_compressed_for_who_can_read_it(built: Path) -> None:
    async def test(client: TestClient[Any, Any]) -> None:
        answer = await client.get("/assets/index-Ab12.js", headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(await answer.read()).decode() == SCRIPT
        for path, accepted in (
            ("/assets/index-Ab12.js", "br"),
            ("/assets/font-Cd34.woff2", "gzip"),
            ("/sw.js", "gzip"),
            ("/", ""),
        ):
            answer = await client.get(path, headers={"Accept-Encoding": accepted})
            assert "Content-Encoding" not in answer.headers, path

    _with_client(built, test)


def test_what_is_unchanged_is_not_sent_again(built: Path) -> None:
    async def test(client: TestClient[Any, Any]) -> None:
        tag = (await client.get("/icon.svg")).headers["ETag"]
        for shown in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
            answer = await client.get("/icon.svg", headers={"If-None-Match": shown})
            assert (answer.status, await answer.read(), answer.headers["ETag"]) == (304, b"", tag)
        (built / "icon.svg").write_text("<svg >")
        answer = await client.get("/icon.svg", headers={"If-None-Match": tag})
        assert (answer.status, await answer.text()) == (200, "<svg >")

    _with_client(built, test)


def test_head_gives_the_headers_alone(built: Path) -> None:
    async def test(client: TestClient[Any, Any]) -> None:
        answer = await client.head("/sign-in", headers={"Accept-Encoding": "identity"})
        assert (answer.status, await answer.read()) == (200, b"")
        assert int(answer.headers["Content-Length"]) == len(PAGE)
        assert (await client.post("/sign-in")).status == 405

    _with_client(built, test)


def test_files_are_published_in_an_order_in_which_nothing_leads_to_what_is_not_there(built: Path) -> None:
    keys = web_files.keys(built)
    assert keys[:2] == ["assets/font-Cd34.woff2", "assets/index-Ab12.js"]
    assert keys[-1] == "index.html"
    assert len(keys) == 6


def test_a_file_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(WebFileError, match=r"assets/what\.bin"):
        web_files.content_type("assets/what.bin")
