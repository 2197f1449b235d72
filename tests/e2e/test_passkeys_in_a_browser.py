"""Passkeys of a real browser against the deployed stack: made, used to sign in, and to prove once more who one is."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.e2e.conftest import Person
from tests.e2e.factors import verify
from tests.support import browser

_CALL = """async ([method, path, token, body]) => {
  const headers = {"Content-Type": "application/json"};
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(`/api${path}`, {method, headers, body: body && JSON.stringify(body)});
  const text = await answer.text();
  return [answer.status, text ? JSON.parse(text) : null];
}"""
_CREATE = """async (options) => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({publicKey})).toJSON();
}"""
_GET = """async (options) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({publicKey})).toJSON();
}"""


def test_a_person_makes_a_passkey_signs_in_with_it_alone_and_proves_who_they_are(
    person: Person, inbox: Callable[[str, str], str], base_url: str
) -> None:
    verify(person, inbox)
    with browser.page() as page:
        browser.add_authenticator(page)
        page.goto(base_url.removesuffix("/api"))

        def call(path: str, token: str | None, body: Any = None) -> Any:
            status, content = page.evaluate(_CALL, ["POST", path, token, body])
            assert status < 300, content
            return content

        begun = call("/account/passkeys/options", person.access_token)
        made = page.evaluate(_CREATE, begun["options"])
        body = {"step_token": begun["step_token"], "credential": made, "name": "This machine"}
        assert call("/account/passkeys", person.access_token, body)["name"] == "This machine"

        options = call("/auth/login/passkey/options", None)
        grant = call("/auth/login/passkey", None, _used(page, options) | {"delivery": "cookie"})
        assert grant["user"]["id"] == person.grant["user"]["id"]
        assert "refresh_token" not in grant
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert cookies["__Host-taskward_refresh"]["httpOnly"]

        again = call("/auth/reauthenticate/options", grant["access_token"])
        call("/auth/reauthenticate", grant["access_token"], _used(page, again))


def _used(page: Page, begun: dict[str, Any]) -> dict[str, Any]:
    return {"step_token": begun["step_token"], "credential": page.evaluate(_GET, begun["options"])}
