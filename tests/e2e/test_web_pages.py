"""Every page of the web app, in both themes and on small screens: accessible, and nothing out of sight.

With TASKWARD_SCREENSHOTS naming a folder, a picture of each is left there.
"""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.support.web import Visitor, check_accessibility

THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

PUBLIC_PAGES: Final = {
    "/sign-in": "Sign in",
    "/sign-up": "Create an account",
    "/forgot-password": "Forgot your password?",
    "/reset-password#token=none": "Set a new password",
    "/verify-email#token=none": "Verify your address",
    "/confirm-email#token=none": "Change your address",
    "/restore-email#token=none": "Take the change back",
}
PAGES: Final = {
    "/all": "All",
    "/today": "Today",
    "/upcoming": "Upcoming",
    "/completed": "Completed",
    "/trash": "Trash",
    "/tag/home": "#home",
    "/all?q=nothing+like+this&priority=high": "All",
    "/account/profile": "Profile",
    "/account/security": "Security",
    "/account/sessions": "Sessions",
    "/account/tokens": "Access tokens",
    "/account/events": "Security events",
    "/account/data": "Data",
    "/nowhere": "Nothing is here",
}
"""Their addresses and their headings."""

_WIDE, _PHONE, _NARROW = (1100, 800), (360, 740), (320, 640)


def test_every_page_that_there_is_is_looked_at() -> None:
    routes = (ROOT / "web" / "src" / "shell" / "app.tsx").read_text(encoding="utf-8")
    named = {route for route in re.findall(r'path="(/[a-z-]+)"', routes) if route != "/account"}
    named |= {f"/{kind}" for kind in re.findall(r'"([a-z]+-email)"', routes)}
    accounts = (ROOT / "web" / "src" / "account" / "account_pages.tsx").read_text(encoding="utf-8")
    named |= {f"/account{path}" for path in re.findall(r'path: "(/[a-z]+)"', accounts)}
    views = (ROOT / "web" / "src" / "tasks" / "views" / "views.ts").read_text(encoding="utf-8")
    lists = re.search(r"const LISTS = \[(.+)]", views)
    assert lists is not None
    named |= {f"/{name}" for name in re.findall(r'"([a-z]+)"', lists[1])}
    looked_at = {re.split("[?#]", address)[0] for address in (*PUBLIC_PAGES, *PAGES)}
    assert named <= looked_at
    assert looked_at - named == {"/tag/home", "/nowhere"}


def test_pages_for_strangers_are_accessible_in_both_themes_and_fit_small_screens(
    visitor: Callable[..., Visitor],
) -> None:
    stranger = visitor()
    for address, heading in PUBLIC_PAGES.items():
        _look(stranger.page, address, heading)


def test_pages_for_users_are_accessible_in_both_themes_and_fit_small_screens(
    signed_up: Callable[..., Visitor],
) -> None:
    ada = signed_up()
    _fill(ada.page)
    for address, heading in PAGES.items():
        _look(ada.page, address, heading)


def test_dialogs_are_accessible_in_both_themes_and_fit_small_screens(
    signed_up: Callable[..., Visitor],
) -> None:
    ada = signed_up()
    page = ada.page
    _fill(page)
    page.goto("/all")

    def open_details() -> None:
        page.get_by_role("button", name="Actions for Pay rent").click()
        page.get_by_role("menuitem", name="Details").click()

    opened: dict[str, Callable[[], None]] = {
        "details": open_details,
        "commands": lambda: page.keyboard.press("Control+k"),
        "shortcuts": lambda: page.keyboard.press("?"),
    }
    for name, open_it in opened.items():
        expect(page.get_by_role("listitem").filter(has_text="Pay rent").first).to_be_visible()
        open_it()
        expect(page.get_by_role("dialog")).to_be_visible()
        _check(page, name)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Actions for Pay rent").click()
    expect(page.get_by_role("menu")).to_be_visible()
    _check(page, "menu")


def test_pages_stay_readable_at_twice_the_size_of_text(signed_up: Callable[..., Visitor]) -> None:
    # WCAG 1.4.10 and 1.4.12: what a reader sets instead of ours hides nothing.
    ada = signed_up()
    _fill(ada.page)
    ada.page.set_viewport_size({"width": 640, "height": 900})
    for address in ("/all", "/account/security"):
        ada.page.goto(address)
        expect(ada.account_menu()).to_be_visible()
        ada.page.evaluate(
            """() => Object.assign(document.documentElement.style,
                 {fontSize: "200%", letterSpacing: "0.12em", wordSpacing: "0.16em", lineHeight: "1.5"})"""
        )
        _check_width(ada.page, address)


def _fill(page: Page) -> None:
    today = date.today()  # noqa: DTZ011 - on the clock of the browser, which is this machine's
    for words in (
        "Order the cake #party",
        f"Call Ben {today - timedelta(days=3)} #home",
        "Plan the holidays #home #fun",
        "Buy milk today #shop !medium",
        "Pay rent tomorrow 9am #home !high every month",
        "Water the plants",
        "Old things",
    ):
        field = page.get_by_label("Add a task")
        field.fill(words)
        field.press("Enter")
        expect(page.get_by_role("listitem").filter(has_text=words.split(" #")[0].split(" to")[0][:8])).to_be_visible()
    page.get_by_role("checkbox", name="Complete Water the plants").click()
    page.get_by_role("button", name="Actions for Old things").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.locator("[data-connection=connected][data-queued='0']")).to_be_attached()


def _look(page: Page, address: str, heading: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    page.wait_for_load_state("networkidle")
    _check(page, re.sub(r"\W+", "-", re.split("#", address)[0]).strip("-"))


def _check(page: Page, name: str) -> None:
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": _WIDE[0], "height": _WIDE[1]})
        check_accessibility(page)
        _picture(page, f"{name}-{theme}")
        page.set_viewport_size({"width": _PHONE[0], "height": _PHONE[1]})
        _picture(page, f"{name}-{theme}-360")
    check_accessibility(page)
    page.set_viewport_size({"width": _NARROW[0], "height": _NARROW[1]})
    _check_width(page, name)


def _check_width(page: Page, name: str) -> None:
    scrolled, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scrolled <= seen, f"{name} is {scrolled - seen} pixels wider than the screen"


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("TASKWARD_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
