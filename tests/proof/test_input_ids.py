"""What stands in place of an id is an id or nobody's, whatever the gateway makes of the path."""

import pytest

from tests.support.gateway import Gateway
from tests.support.people import PASSWORD

pytestmark = pytest.mark.usefixtures("moto_tables", "weak_hashes")

BLANK = (
    "%0A",
    "%0D",
    "%0D%0A",
    "%09",
    "%0B",
    "%0C",
    "%1C",
    "%20",
    "%C2%85",
    "%E2%80%A8",
    "%00",
    "%2F",
    "%2F%0A",
    "%0A%0A",
)
PREFIXES = ("/tasks/", "/auth/sessions/", "/account/passkeys/", "/account/tokens/", "/jobs/")


@pytest.mark.parametrize("decodes_paths", [True, False])
def test_a_blank_id_names_nothing(decodes_paths: bool) -> None:
    gateway = Gateway(decodes_paths=decodes_paths)
    body = {"email": "ada@example.com", "password": PASSWORD}
    token = gateway.ask("POST", "/auth/register", body).json()["access_token"]
    assert gateway.ask("POST", "/tasks", {"title": "Pay rent"}, token=token).status == 201
    for blank in BLANK:
        for prefix in PREFIXES:
            for method in ("DELETE", "GET"):
                assert gateway.ask(method, prefix + blank, token=token).status == 404, (method, prefix, blank)
    assert gateway.crashes == []
    assert len(gateway.ask("GET", "/tasks", token=token).json()) == 1


@pytest.mark.parametrize("decodes_paths", [True, False])
@pytest.mark.parametrize("written", ["/tasks/%63hanges", "/tasks/summar%79", "/tasks/..%2Ftasks", "/jobs/%2E%2E"])
def test_in_place_of_an_id_no_other_resource_is_named(written: str, decodes_paths: bool) -> None:
    gateway = Gateway(decodes_paths=decodes_paths)
    body = {"email": "ada@example.com", "password": PASSWORD}
    token = gateway.ask("POST", "/auth/register", body).json()["access_token"]
    assert gateway.ask("GET", written, token=token).status == 404
