"""The web app and the API at one front door: each at its own addresses, neither in place of the other."""

from collections.abc import Iterator

import httpx
import pytest

from local import web_files
from local.web_files import DIST
from local.web_headers import site_headers


@pytest.fixture
def door(site_url: str) -> Iterator[httpx.Client]:
    """A client of the front door."""
    with httpx.Client(base_url=site_url) as client:
        yield client


def test_every_file_of_the_build_is_served_with_the_headers_it_is_published_with(door: httpx.Client) -> None:
    keys = web_files.keys(DIST)
    assert "index.html" in keys
    assert "sw.js" in keys
    for key in keys:
        answer = door.get(f"/{key}")
        assert answer.status_code == 200, key
        assert answer.content == (DIST / key).read_bytes(), key
        assert answer.headers["Content-Type"] == web_files.content_type(key)
        assert answer.headers["Cache-Control"] == web_files.cache_control(key)
        assert {name: answer.headers.get(name) for name in site_headers()} == site_headers()


def test_the_page_is_there_for_the_app_s_own_paths_and_hides_no_missing_file(door: httpx.Client) -> None:
    page = door.get("/").text
    assert '<div id="root">' in page
    for path in ("/verify-email", "/confirm-email", "/restore-email", "/reset-password", "/tasks/none"):
        assert door.get(path).text == page, path
    assert door.get("/assets/gone-Ab12.js").status_code == 404


def test_what_the_api_does_not_have_is_its_own_404_and_none_of_its_answers_has_headers_of_the_app(
    door: httpx.Client,
) -> None:
    missing = door.get("/api/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert missing.headers["Content-Type"] == "application/problem+json"
    assert "Permissions-Policy" not in missing.headers
    assert door.get("/api").headers["Location"] == "/api/docs"
    docs = door.get("/api/docs").headers["Content-Security-Policy"]
    assert docs != site_headers()["Content-Security-Policy"]


def test_the_page_that_is_kept_for_offline_is_of_the_same_release_as_the_files_kept_with_it(door: httpx.Client) -> None:
    # While a release is published, /index.html may still be that of the one before.
    worker = door.get("/sw.js").text
    (copy,) = (key for key in web_files.keys(DIST) if key.endswith(".html") and web_files.is_immutable(key))
    assert f'"/{copy}"' in worker or f"`/{copy}`" in worker
    assert web_files.INDEX not in worker
    assert door.get(f"/{copy}").text == door.get("/").text
