"""The web app without a network, and while others change the same, in a real browser against the deployed stack."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.web import Visitor, check_accessibility, wait_until
from tests.support.web_tasks import Elsewhere, TaskList

SignedUp = Callable[..., Visitor]
ToElsewhere = Callable[[Visitor], Elsewhere]


def _kept_for_offline(page: Page) -> None:
    """Wait until the app itself is on the device."""
    wait_until(page, "navigator.serviceWorker.controller !== null")


def _sync(page: Page) -> None:
    """What the app does when one comes back to it."""
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_what_is_done_offline_survives_a_reload_and_is_sent_later(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("buy milk", "call Ben")
    tasks.all_sent()
    _kept_for_offline(page)

    person.context.set_offline(True)
    tasks.add("write to Anna")
    tasks.complete("call Ben")
    tasks.title("buy milk").focus()
    page.keyboard.press("e")
    page.get_by_role("textbox", name="Title").fill("buy oat milk")
    page.keyboard.press("Enter")
    tasks.has("write to Anna", "buy oat milk")
    expect(page.get_by_text("You are offline.").first).to_be_visible()
    expect(tasks.row("write to Anna").locator("[data-pending]")).to_be_visible()
    check_accessibility(page)

    page.reload()
    tasks.has("write to Anna", "buy oat milk")
    expect(page.locator('[data-queued="3"]')).to_be_visible()

    person.context.set_offline(False)
    tasks.all_sent()
    expect(page.locator("[data-pending]")).to_have_count(0)
    saved = {task["title"]: task["completed"] for task in elsewhere(person).tasks()}
    assert saved == {"write to Anna": False, "buy oat milk": False, "call Ben": True}


def test_a_request_whose_answer_is_lost_makes_no_second_task(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method == "PUT" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/api/tasks/*", lose)
    tasks.add("buy milk")
    expect(page.locator("[data-pending]")).to_have_count(1)
    _sync(page)
    tasks.all_sent()
    tasks.has("buy milk")
    assert lost == [201]
    assert [task["title"] for task in elsewhere(person).tasks()] == ["buy milk"]


@pytest.mark.parametrize(("button", "title"), [("Keep mine", "call Anna"), ("Keep the other", "call Cem")])
def test_who_changed_the_same_elsewhere_chooses_the_version(
    signed_up: SignedUp, elsewhere: ToElsewhere, button: str, title: str
) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("call Ben")
    tasks.all_sent()
    _kept_for_offline(page)
    other = elsewhere(person)

    person.context.set_offline(True)
    tasks.title("call Ben").focus()
    page.keyboard.press("e")
    page.get_by_role("textbox", name="Title").fill("call Anna")
    page.keyboard.press("Enter")
    tasks.has("call Anna")
    # Members that were not changed here are not asked about.
    other.patch(other.task("call Ben"), title="call Cem", priority="high")
    person.context.set_offline(False)

    page.get_by_role("button", name="Choose what stays").click()
    mine, theirs = (page.get_by_role("region", name=name, exact=True) for name in ("Yours", "The other"))
    expect(mine).to_contain_text("call Anna")
    expect(theirs).to_contain_text("call Cem")
    expect(mine.get_by_text("differs")).to_have_count(1)
    check_accessibility(page)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Choose what stays")).to_have_count(0)
    tasks.has(title)
    tasks.all_sent()
    saved = other.task(title)
    assert saved["priority"] == "high"
    expect(tasks.row(title)).to_contain_text("High priority")


def test_a_change_of_what_was_deleted_elsewhere_asks_too(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("call Ben")
    tasks.all_sent()
    _kept_for_offline(page)
    other = elsewhere(person)
    person.context.set_offline(True)
    tasks.choose("call Ben", "High priority")
    other.delete(other.task("call Ben"))
    person.context.set_offline(False)
    page.get_by_role("button", name="Choose what stays").click()
    expect(page.get_by_role("region", name="The other")).to_contain_text("In the trash")
    page.get_by_role("button", name="Keep mine").click()
    tasks.has("call Ben")
    tasks.all_sent()
    assert other.task("call Ben")["priority"] == "high"


def test_what_the_service_refuses_is_taken_back_with_the_reason(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("water plants")
    tasks.all_sent()
    tasks.title("water plants").click()
    dialog = page.get_by_role("dialog", name="Details")
    dialog.get_by_label("Repeat").select_option("A rule of my own")
    dialog.get_by_label("Rule").fill("FREQ=HOURLY")
    dialog.get_by_label("Rule").blur()
    expect(dialog.get_by_role("alert")).to_contain_text("The change to “water plants” was taken back.")
    check_accessibility(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    alert = page.get_by_role("alert").filter(has_text="was taken back")
    expect(alert).to_be_visible()
    expect(tasks.row("water plants")).not_to_contain_text("HOURLY")
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)
    expect(page.get_by_role("main")).to_be_focused()
    assert elsewhere(person).task("water plants")["repeat"] is None


def test_a_part_of_the_page_that_cannot_be_had_is_told_and_the_page_stands(signed_up: SignedUp) -> None:
    person = signed_up(service_workers="block")
    page, part = person.page, "**/assets/menu_popup-*.js"
    page.route(part, lambda route: route.abort())
    page.reload()
    person.account_menu().click()
    expect(page.get_by_role("alert").filter(has_text="There is no connection")).to_have_count(1)
    expect(person.heading("All")).to_be_visible()
    # The browser says so in the console, and React, too.
    assert person.faults
    person.faults.clear()
    page.unroute(part)
    person.account_menu().click()
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()


def test_what_is_shown_stays_when_the_service_asks_to_wait(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("buy milk")
    tasks.all_sent()
    body = '{"type":"urn:taskward:problem:rate_limited","title":"Too many requests","status":429,"code":"rate_limited"}'
    page.route(
        "**/api/tasks**",
        lambda route: route.fulfill(
            status=429, body=body, headers={"Retry-After": "2", "Content-Type": "application/problem+json"}
        ),
    )
    _sync(page)
    tasks.add("call Ben")
    expect(page.get_by_text("What you see may be out of date.")).to_be_visible()
    tasks.has("call Ben", "buy milk")
    page.unroute("**/api/tasks**")
    tasks.all_sent()
    tasks.has("call Ben", "buy milk")
    assert len(elsewhere(person).tasks()) == 2


def test_another_tab_shows_the_same(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks = TaskList(person.page)
    tasks.add("buy milk")
    other = TaskList(person.tab())
    other.page.goto("/all")
    other.has("buy milk")
    tasks.add("call Ben")
    other.has("call Ben", "buy milk")
    other.complete("buy milk")
    tasks.has("call Ben")
