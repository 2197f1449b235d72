"""The functions that CloudFront runs, run by Node.js: which file a path means, and what is said of a viewer."""

import json
import subprocess
from typing import Any

import pytest

from local import web_files
from taskward.viewer import ADDRESS_HEADER, ORIGIN_HEADER
from tests.support.template import resources

FUNCTIONS = resources("AWS::CloudFront::Function")
_HOST = "d111111abcdef8.cloudfront.net"

APP = [
    *("/", "/sign-in", "/reset-password", "/tasks/4a9c", "/settings/", "/apiary", "/assets", "/assets/"),
    *("/v1.2/notes", "/apix/tasks", "/%2e%2e/x", "/sw%2ejs"),
]
FILES = [
    *("/index.html", "/sw.js", "/icon.svg", "/assets/index-Ab12.js", "/assets/gone-Cd34.js"),
    *("/.built", "/.env", "/..", "/assets/..%2fx"),
]


def _run(name: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    code = FUNCTIONS[name]["FunctionCode"]
    script = f"{code}\nconsole.log(JSON.stringify({json.dumps(events)}.map(handler)));"
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=30)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _event(uri: str, headers: dict[str, str] | None = None, ip: str = "198.51.100.7") -> dict[str, Any]:
    shown = {"host": _HOST} | (headers or {})
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request"},
        "viewer": {"ip": ip},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": {},
            "headers": {name: {"value": value} for name, value in shown.items()},
            "cookies": {},
        },
    }


def test_a_path_without_a_file_name_is_the_app_and_one_with_is_that_file() -> None:
    answers = _run("SiteFunction", [_event(path) for path in APP + FILES])
    assert [answer["uri"] for answer in answers] == ["/index.html"] * len(APP) + FILES


def test_the_local_front_door_decides_the_same() -> None:
    answers = _run("SiteFunction", [_event(path) for path in APP + FILES])
    assert [f"/{web_files.key_of(path)}" for path in APP + FILES] == [answer["uri"] for answer in answers]


def test_the_api_s_own_address_leads_to_its_documentation() -> None:
    (answer,) = _run("SiteFunction", [_event("/api")])
    assert (answer["statusCode"], answer["headers"]) == (302, {"location": {"value": "/api/docs"}})


def test_the_service_is_told_where_the_viewer_is_and_what_its_address_bar_says() -> None:
    (answer,) = _run("ApiFunction", [_event("/api/tasks", ip="2001:db8::7")])
    assert answer["headers"][ORIGIN_HEADER] == {"value": f"https://{_HOST}"}
    assert answer["headers"][ADDRESS_HEADER] == {"value": "2001:db8::7"}
    assert answer["uri"] == "/api/tasks"


def test_what_a_viewer_says_of_itself_is_written_over() -> None:
    forged = {ORIGIN_HEADER: "https://evil.example", ADDRESS_HEADER: "192.0.2.66", "authorization": "Bearer a.b.c"}
    event = _event("/api/tasks", forged)
    event["request"]["headers"][ADDRESS_HEADER]["multiValue"] = [{"value": "192.0.2.66"}, {"value": "192.0.2.67"}]
    (answer,) = _run("ApiFunction", [event])
    assert answer["headers"][ORIGIN_HEADER] == {"value": f"https://{_HOST}"}
    assert answer["headers"][ADDRESS_HEADER] == {"value": "198.51.100.7"}
    assert answer["headers"]["authorization"] == {"value": "Bearer a.b.c"}


@pytest.mark.parametrize("host", ["Tasks.Example.COM", "tasks.example.com:443"])
def test_the_origin_is_as_a_browser_writes_it(host: str) -> None:
    (answer,) = _run("ApiFunction", [_event("/api/tasks", {"host": host})])
    assert answer["headers"][ORIGIN_HEADER] == {"value": "https://tasks.example.com"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_one_that_cloudfront_takes(name: str) -> None:
    function = FUNCTIONS[name]
    assert function["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    assert len(function["FunctionCode"].encode()) <= 10 * 1024
