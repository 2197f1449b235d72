"""People at the web app, in a real browser."""

import re
import time
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.conftest import ROOT
from tests.support.people import PASSWORD

TIMEOUT_SECONDS: Final = 30
"""The first request to a function starts it, which takes the emulator some seconds."""

_AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Chromium says so in the console too, but not for all that a policy can refuse.
_TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`Content-Security-Policy: ${event.effectiveDirective} refused ${event.blockedURI}`);
});"""

# What the service refuses on purpose, and requests without a network, stand in the console as well.
_EXPECTED = re.compile(r"Failed to load resource: (the server responded with a status of 4|net::ERR_)")

expect.set_options(timeout=TIMEOUT_SECONDS * 1000)


class Visitor:
    """Somebody at a browser of their own: nothing of anybody else is in it."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.email = ""
        self.faults: list[str] = []
        """Errors in the console, of scripts and of the content security policy; there must be none in the end."""
        context.set_default_timeout(TIMEOUT_SECONDS * 1000)
        context.add_init_script(_TELL_VIOLATIONS)
        self.page = self.tab()

    def tab(self) -> Page:
        """Another tab, with nothing in it yet."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def sign_up(self, email: str, password: str = PASSWORD) -> None:
        """Make an account, and arrive at the tasks."""
        self.page.goto("/sign-up")
        self._enter(email, password, "Create account")

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in from wherever one is, and arrive at the tasks."""
        self.page.goto("/sign-in")
        self._enter(email, password, "Sign in")

    def sign_out(self) -> None:
        """Sign out by the menu."""
        self.account_menu().click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        expect(self.heading("Sign in")).to_be_visible()

    def account_menu(self, page: Page | None = None) -> Locator:
        """What only they see who are signed in: the menu that bears their address."""
        return (page or self.page).get_by_role("button", name=f"Account menu of {self.email}")

    def heading(self, name: str) -> Locator:
        """The title of a page."""
        return self.page.get_by_role("heading", level=1, name=name, exact=True)

    def _enter(self, email: str, password: str, button: str) -> None:
        self.email = email
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.account_menu()).to_be_visible()

    def _hear(self, message: ConsoleMessage) -> None:
        of_the_api = "/api/" in message.location["url"]
        if message.type == "error" and not (of_the_api and _EXPECTED.match(message.text)):
            self.faults.append(message.text)


def wait_until(page: Page, expression: str) -> None:
    """Wait until an expression is true in a page.

    Playwright's own `wait_for_function` has the page evaluate a text, unless it is true at once; the content security
    policy refuses that.
    """
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"still not so: {expression}"
        page.wait_for_timeout(50)


def check_accessibility(page: Page) -> None:
    """Check what is on the page by axe (WCAG 2.2, levels A and AA, and good practice)."""
    if not _AXE.exists():
        pytest.skip("left out: axe is not installed (`make tools`)")
    # Colours in the middle of a transition are nobody's choice.
    wait_until(page, "document.getAnimations().every((animation) => animation.playState !== 'running')")
    page.evaluate(_AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "async (tags) => (await axe.run(document, {runOnly: tags})).violations", _WCAG
    )
    told = [f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}" for one in found]
    assert not told, "\n".join(told)
