"""Register, sign in, refresh, sign out: over HTTP, against the deployed stack."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.e2e.conftest import Person
from tests.support.people import PASSWORD

COOKIE = "__Host-taskward_refresh"
FROM_OWN_SCRIPT = {"X-Taskward-Client": "web"}


def _signed_in(client: httpx.Client, email: str, **more: str) -> httpx.Response:
    return client.post("/auth/login", json={"email": email, "password": PASSWORD} | more)


def _refreshed(client: httpx.Client, token: str) -> httpx.Response:
    return client.post("/auth/refresh", json={"refresh_token": token})


def _refreshed_by_a_client(person: Person) -> httpx.Response:
    """As a client does it: it tries again where it is told that there was no time, as on a machine that is busy."""
    for _ in range(3):
        response = _refreshed(person.client, person.refresh_token)
        if response.status_code != 503:
            break
        time.sleep(int(response.headers.get("Retry-After", 1)))
    return response


def _code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def _everything_of_it_is_refused(person: Person, access_token: str, refresh_token: str) -> None:
    headers = {"Authorization": f"Bearer {access_token}"}
    for path in ("/tasks", "/auth/session"):
        response = person.client.get(path, headers=headers)
        assert _code(response) == (401, "session_revoked")
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert _code(_refreshed(person.client, refresh_token)) == (401, "session_revoked")


def test_a_registration_signs_in(client: httpx.Client) -> None:
    body = {"email": "Grace@example.com", "password": "größe 🗝 und so", "name": "Grace"}
    response = client.post("/auth/register", json=body)
    assert response.status_code == 201
    grant = response.json()
    assert (grant["token_type"], grant["expires_in"]) == ("Bearer", 900)
    assert (grant["user"]["email"], grant["user"]["name"]) == ("Grace@example.com", "Grace")
    assert response.headers["cache-control"] == "no-store"
    who = client.get("/auth/session", headers={"Authorization": f"Bearer {grant['access_token']}"}).json()
    assert who["user"] == grant["user"]
    assert who["session"]["id"] == grant["session_id"]
    assert who["session"]["ip"] == "127.0.0.1"
    again = client.post("/auth/login", json={"email": "grace@EXAMPLE.com", "password": body["password"]})
    assert again.status_code == 200
    assert again.json()["user"] == grant["user"]
    assert _code(client.post("/auth/register", json=body | {"email": "GRACE@example.com"})) == (409, "email_exists")


def test_refused_sign_ins_tell_nothing_apart(person: Person) -> None:
    wrong = person.client.post("/auth/login", json={"email": person.email, "password": "not this one"})
    unknown = person.client.post("/auth/login", json={"email": "nobody@example.com", "password": "not this one"})
    assert _code(wrong) == _code(unknown) == (401, "invalid_credentials")
    assert wrong.headers["www-authenticate"] == unknown.headers["www-authenticate"]
    bodies = [response.json() | {"request_id": ""} for response in (wrong, unknown)]
    assert bodies[0] == bodies[1]


def test_a_refresh_gives_the_next_pair_of_tokens(person: Person) -> None:
    response = _refreshed(person.client, person.refresh_token)
    assert response.status_code == 200
    grant = response.json()
    assert grant["session_id"] == person.grant["session_id"]
    assert grant["refresh_token"] != person.refresh_token
    assert "user" not in grant
    assert person.client.get("/tasks", headers={"Authorization": f"Bearer {grant['access_token']}"}).status_code == 200
    # The access token of before is good until it expires.
    assert person.request("GET", "/tasks").status_code == 200


def test_twenty_refreshes_at_once_all_succeed_and_nothing_forks(person: Person) -> None:
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda _: _refreshed_by_a_client(person), range(20)))
    assert [response.status_code for response in responses] == [200] * 20
    last = responses[-1].json()
    following = _refreshed(person.client, last["refresh_token"])
    assert following.status_code == 200
    # All twenty answers were of one generation: each is answered within the grace, none is two behind.
    assert _refreshed(person.client, responses[0].json()["refresh_token"]).status_code == 200
    assert _code(_refreshed(person.client, person.refresh_token)) == (401, "token_reused")
    _everything_of_it_is_refused(person, last["access_token"], following.json()["refresh_token"])


def test_a_token_two_generations_old_ends_the_session(person: Person) -> None:
    second = _refreshed(person.client, person.refresh_token).json()
    third = _refreshed(person.client, second["refresh_token"]).json()
    assert _code(_refreshed(person.client, person.refresh_token)) == (401, "token_reused")
    _everything_of_it_is_refused(person, third["access_token"], third["refresh_token"])


def test_logout_with_the_access_token_ends_the_session_at_once(person: Person) -> None:
    response = person.request("POST", "/auth/logout")
    assert response.status_code == 204
    assert "Max-Age=0" in response.headers["set-cookie"]
    _everything_of_it_is_refused(person, person.access_token, person.refresh_token)
    assert person.request("POST", "/auth/logout").status_code == 204


def test_logout_with_only_the_refresh_token_ends_the_session_at_once(person: Person) -> None:
    response = person.client.post("/auth/logout", json={"refresh_token": person.refresh_token})
    assert response.status_code == 204
    _everything_of_it_is_refused(person, person.access_token, person.refresh_token)


def test_logout_with_only_the_cookie_ends_the_session_at_once(person: Person) -> None:
    grant, cookie = _by_cookie(_signed_in(person.client, person.email, delivery="cookie"))
    response = person.client.post("/auth/logout", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert response.status_code == 204
    assert response.headers["set-cookie"].startswith(f"{COOKIE}=;")
    _everything_of_it_is_refused(person, grant["access_token"], cookie)
    assert person.request("GET", "/tasks").status_code == 200, "the other session goes on"


def test_logout_without_anything_that_counts_is_no_error(client: httpx.Client) -> None:
    for arguments in ({}, {"json": {"refresh_token": "x.y.z"}}, {"content": b"{", "headers": {"Authorization": "x"}}):
        assert client.post("/auth/logout", **arguments).status_code == 204


def _by_cookie(response: httpx.Response) -> tuple[dict[str, Any], str]:
    assert response.status_code in (200, 201)
    header = response.headers["set-cookie"]
    name, _, value = header.partition(";")[0].partition("=")
    assert name == COOKIE
    assert {part.strip() for part in header.split(";")[1:]} >= {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"}
    assert "Domain" not in header
    grant: dict[str, Any] = response.json()
    assert "refresh_token" not in grant
    return grant, value


def test_cookie_delivery_keeps_the_refresh_token_from_scripts(new_client: Callable[[], httpx.Client]) -> None:
    client = new_client()
    body = {"email": "cookie@example.com", "password": PASSWORD, "delivery": "cookie"}
    _, first = _by_cookie(client.post("/auth/register", json=body))
    client.cookies.clear()
    cookie = {"Cookie": f"other=1; {COOKIE}={first}"}
    assert _code(client.post("/auth/refresh", headers=cookie)) == (403, "cross_site_request")
    grant, second = _by_cookie(client.post("/auth/refresh", headers=cookie | FROM_OWN_SCRIPT))
    assert second != first
    client.cookies.clear()
    assert client.get("/tasks", headers={"Authorization": f"Bearer {grant['access_token']}"}).status_code == 200
    assert _code(client.post("/auth/refresh", headers=FROM_OWN_SCRIPT)) == (401, "invalid_token")


def test_a_bad_registration_names_every_field_and_repeats_no_value(client: httpx.Client) -> None:
    secret = "hunter2"
    body = {"email": "nobody", "password": secret, "name": "", "delivery": "pigeon", "admin": True}
    response = client.post("/auth/register", json=body)
    assert _code(response) == (422, "invalid_request")
    assert {error["field"] for error in response.json()["errors"]} >= {"name", "delivery", "admin"}
    assert secret not in response.text
    weak = [("short", "a@example.com"), ("password123", "a@example.com"), ("taskward!", "a@example.com")]
    weak += [("a" * 129, "a@example.com"), ("ada.lovelace1", "ada.lovelace@example.com")]
    for password, email in weak:
        response = client.post("/auth/register", json={"email": email, "password": password})
        assert [error["field"] for error in response.json()["errors"]] == ["password"], password
        assert password not in response.text


def test_the_longest_password_counts_to_its_last_character(client: httpx.Client) -> None:
    password = "🦉" + "x7" * 63 + "!"
    assert len(password) == 128
    body = {"email": "long@example.com", "password": password}
    assert client.post("/auth/register", json=body).status_code == 201
    assert client.post("/auth/login", json=body | {"password": password[:-1] + "?"}).status_code == 401
    assert client.post("/auth/login", json=body).status_code == 200


def test_a_password_that_is_no_text_is_refused_by_name(client: httpx.Client) -> None:
    for path in ("/auth/register", "/auth/login"):
        body = b'{"email": "a@example.com", "password": "lone \\ud800 surrogate"}'
        response = client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert _code(response) == (422, "invalid_request")
        assert [error["field"] for error in response.json()["errors"]] == ["password"]
