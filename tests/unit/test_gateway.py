"""The gateway that tests ask in place of a deployed one: it has the template's routes, authorizer and answers."""

import pytest

from tests.support.gateway import MAX_BYTES, Gateway
from tests.support.people import PASSWORD

pytestmark = pytest.mark.usefixtures("moto_tables", "weak_hashes")


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def signed_up(gateway: Gateway) -> str:
    grant = gateway.ask("POST", "/auth/register", {"email": "ada@example.com", "password": PASSWORD})
    assert grant.status == 201
    return str(grant.json()["access_token"])


def test_a_request_goes_through_authorizer_and_function(gateway: Gateway) -> None:
    token = signed_up(gateway)
    made = gateway.ask("POST", "/tasks", {"title": "Pay rent"}, token=token)
    shown = gateway.ask("GET", f"/tasks/{made.json()['id']}", token=token)
    assert (made.status, shown.status) == (201, 200)
    assert shown.json() == made.json()
    assert [task["title"] for task in gateway.ask("GET", "/tasks?limit=1&status=open", token=token).json()] == [
        "Pay rent"
    ]


@pytest.mark.parametrize(
    ("token", "code"), [(None, "authentication_required"), ("x", "authentication_required"), ("a.b.c", "invalid_token")]
)
def test_who_has_no_good_token_gets_no_further(token: str | None, code: str, gateway: Gateway) -> None:
    answer = gateway.ask("GET", "/tasks", token=token)
    assert (answer.status, answer.json()["code"]) == (401, code)
    assert answer.header("www-authenticate") in ("Bearer", 'Bearer error="invalid_token"')


def test_what_the_template_has_no_route_for_is_not_found(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/nothing").json()["code"] == "not_found"
    assert gateway.ask("PUT", "/tasks", token="a.b.c").status == 404


def test_a_body_that_the_gateway_does_not_take_reaches_no_function(gateway: Gateway) -> None:
    assert gateway.send("POST", "/auth/register", bytes(MAX_BYTES + 1), []).status == 413


def test_an_authorizer_that_fails_is_unavailable_and_says_when_to_come_back(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = signed_up(gateway)
    monkeypatch.setattr("taskward.identity.principals.live_session", lambda *_: 1 / 0)
    answer = gateway.ask("GET", "/tasks", token=token)
    assert (answer.status, answer.json()["code"], answer.header("retry-after")) == (503, "unavailable", "1")


def test_a_function_that_raises_is_unavailable_and_the_test_can_see_it(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.register.app.handler.resolve", lambda *_: 1 / 0)
    assert gateway.ask("POST", "/auth/register", {}).status == 503
    assert [type(crash) for crash in gateway.crashes] == [ZeroDivisionError]
