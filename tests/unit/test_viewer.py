"""Where a request came from: only a proxy that knows the secret is believed."""

from taskward.origin_secrets import digest
from taskward.viewer import viewer_of
from tests.support.events import VIEWER_ADDRESS, VIEWER_ORIGIN, request

DIGESTS = [digest("current"), digest("previous")]
FORGED = {
    "X-Forwarded-For": "192.0.2.66",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=192.0.2.66;host=evil.example",
    "Host": "evil.example",
    "X-Taskward-Viewer-Origin": "https://evil.example",
    "X-Taskward-Viewer-Address": "192.0.2.66",
}


def test_behind_a_trusted_proxy_its_word_counts() -> None:
    for secret in ("current", "previous"):
        viewer = viewer_of(request("GET", "/tasks", origin_secret=secret), DIGESTS)
        assert (viewer.base_url, viewer.client.address) == (f"{VIEWER_ORIGIN}/api", VIEWER_ADDRESS)


def test_without_the_secret_nothing_that_a_client_writes_counts() -> None:
    for secret in ({}, {"X-Taskward-Origin-Secret": "wrong"}, {"X-Taskward-Origin-Secret": ""}):
        viewer = viewer_of(request("GET", "/tasks", headers=FORGED | secret, source_ip="198.51.100.1"), DIGESTS)
        assert viewer.base_url == "https://abc123.execute-api.us-east-1.amazonaws.com/api"
        assert viewer.client.address == "198.51.100.1"


def test_with_no_secret_set_up_nobody_is_believed() -> None:
    event = request("GET", "/tasks", headers=FORGED, origin_secret="")
    assert viewer_of(event, []).client.address == "198.51.100.1"


def test_a_user_agent_is_kept_short() -> None:
    event = request("GET", "/tasks", headers={"User-Agent": "x" * 9999})
    assert len(viewer_of(event, []).client.user_agent) == 256
