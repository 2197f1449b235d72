"""Passkeys of a real browser: what Chromium makes of our options is what we accept."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

import pytest
from playwright.sync_api import Error, Frame, Page

from taskward.errors import InvalidPasskeyError
from taskward.identity import webauthn
from taskward.identity.webauthn import NewPasskey, Site
from tests.support import browser
from tests.support.loopback import QuietHandler, serving

CHALLENGE = bytes(range(32))
USER_ID = "6f1c1d0e-7a53-4b6e-9f0e-0b9d7f4c2a11"

_CREATE = """async options => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return (await navigator.credentials.create({publicKey})).toJSON();
}"""
_GET = """async options => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({publicKey})).toJSON();
}"""


class _Handler(QuietHandler):
    """Answers with a page of nothing, or with one that has what the address asks for in a frame: `/?http://...`."""

    def do_GET(self) -> None:
        framed = self.path.partition("?")[2]
        frame = f'<iframe src="{framed}" allow="publickey-credentials-get *"></iframe>' if framed else ""
        body = f"<!doctype html><title>Page</title>{frame}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _served() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    with serving(server):
        yield server.server_port


@pytest.fixture
def site() -> Iterator[Site]:
    with _served() as port:
        yield Site(f"http://localhost:{port}")


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """A page of the site, in a browser with an authenticator."""
    with browser.page() as opened:
        opened.goto(site.origin)
        browser.add_authenticator(opened)
        yield opened


def _created(page: Page, site: Site, exclude: tuple[bytes, ...] = ()) -> NewPasskey:
    options = webauthn.registration_options(
        site, user_id=USER_ID, email="ada@example.com", name="Ada", challenge=CHALLENGE, exclude=exclude
    )
    return webauthn.verify_registration(site, CHALLENGE, page.evaluate(_CREATE, options))


def _used(page: Page | Frame, site: Site, passkey: NewPasskey, sign_count: int, *allow: bytes) -> int:
    response = page.evaluate(_GET, webauthn.request_options(site, CHALLENGE, allow))
    assert webauthn.claimed_passkey(response) == (USER_ID, passkey.credential_id)
    return webauthn.verify_assertion(site, CHALLENGE, response, public_key=passkey.public_key, sign_count=sign_count)


def test_a_passkey_of_a_browser_is_made_and_used(page: Page, site: Site) -> None:
    passkey = _created(page, site)
    assert passkey.transports == ["internal"]
    first = _used(page, site, passkey, passkey.sign_count)
    assert _used(page, site, passkey, first, passkey.credential_id) > first >= passkey.sign_count


def test_a_browser_makes_no_second_passkey_beside_an_excluded_one(page: Page, site: Site) -> None:
    passkey = _created(page, site)
    with pytest.raises(Error, match="InvalidStateError"):
        _created(page, site, exclude=(passkey.credential_id,))


def test_a_passkey_used_on_another_port_of_the_same_host_is_refused(page: Page, site: Site) -> None:
    passkey = _created(page, site)
    with _served() as port:
        page.goto(f"http://localhost:{port}")
        with pytest.raises(InvalidPasskeyError):
            _used(page, site, passkey, 0)
    page.goto(site.origin)
    assert _used(page, site, passkey, 0) > 0


def test_a_passkey_used_in_a_frame_of_another_site_is_refused(page: Page, site: Site) -> None:
    passkey = _created(page, site)
    with _served() as port:
        page.goto(f"http://evil.localhost:{port}/?{site.origin}")
        (frame,) = page.main_frame.child_frames
        assert frame.evaluate("origin") == site.origin
        with pytest.raises(InvalidPasskeyError):
            _used(frame, site, passkey, 0)
    page.goto(site.origin)
    assert _used(page, site, passkey, 0) > 0


def test_whoever_cannot_prove_who_they_are_makes_no_passkey(site: Site) -> None:
    with browser.page() as opened:
        opened.goto(site.origin)
        browser.add_authenticator(opened, user_verified=False)
        with pytest.raises(Error, match="NotAllowedError"):
            _created(opened, site)


def test_the_browser_reaches_nothing_but_this_machine(page: Page) -> None:
    # Without the proxy that is none, it would ask for the name first: and the name has no address.
    with pytest.raises(Error, match="ERR_PROXY_CONNECTION_FAILED"):
        page.goto("http://nowhere.invalid/")
