"""Chromium for tests: Debian's own, driven by Playwright, and shut off from everything but this machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")

# A proxy where nobody listens takes all requests but those to loopback, which Chromium sends directly.
_NOWHERE = "http://127.0.0.1:1"
_OPTIONS = [f"--proxy-server={_NOWHERE}", "--disable-background-networking", "--disable-quic"]


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser; skips where there is none.

    Inside, the thread belongs to Playwright's event loop: `asyncio.run`, and another browser, must wait until this one
    is closed.
    """
    executable = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip(f"left out: no browser ({', '.join(_NAMES)})")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            # Chromium's sandbox refuses to work for root.
            chromium_sandbox=os.geteuid() != 0,
            args=_OPTIONS,
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page(*, timeout_seconds: float = 30) -> Iterator[Page]:
    """A page of a browser of its own, with nothing kept from before and nothing left behind."""
    with launched() as browser:
        opened = browser.new_page()
        opened.set_default_timeout(timeout_seconds * 1000)
        yield opened


def add_authenticator(opened: Page, *, user_verified: bool = True) -> tuple[CDPSession, str]:
    """Give a page an authenticator, part of its machine, that keeps passkeys and needs nobody to touch it.

    Returns a session of the browser's debugging protocol and the authenticator's id in it, with which more can be asked
    of its domain WebAuthn (`WebAuthn.getCredentials`, `WebAuthn.setUserVerified`).
    """
    session = opened.context.new_cdp_session(opened)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": user_verified,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, added["authenticatorId"]
