"""Sessions of the web app: tokens that run out, several tabs, and what is left after a sign-out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from local.stack import STACK_NAME, Stack
from tests.e2e.conftest import Person
from tests.support.people import PASSWORD
from tests.support.web import Visitor, wait_until

TOKEN_SECONDS = 8
_SIGNERS = ("LoginFunction", "RegisterFunction", "RefreshFunction")

_KEPT = """async () => {
  const rows = [];
  const result = (request) =>
    new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  for (const {name} of await indexedDB.databases()) {
    const database = await result(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      rows.push(...await result(database.transaction(store).objectStore(store).getAll()));
    }
    database.close();
  }
  return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, rows]);
}"""


@pytest.fixture(scope="module")
def short_tokens(stack: Stack) -> Iterator[None]:
    """Access tokens that run out soon, as if the stack were deployed so."""
    resources = stack.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    names = {entry["LogicalResourceId"]: entry["PhysicalResourceId"] for entry in resources}
    functions = stack.client("lambda")

    def go_live(function: str, version: str) -> None:
        functions.update_alias(FunctionName=names[function], Name="live", FunctionVersion=version)

    former = {}
    for function in _SIGNERS:
        former[function] = functions.get_alias(FunctionName=names[function], Name="live")["FunctionVersion"]
        variables = functions.get_function_configuration(FunctionName=names[function])["Environment"]["Variables"]
        variables["ACCESS_TOKEN_SECONDS"] = str(TOKEN_SECONDS)
        functions.update_function_configuration(FunctionName=names[function], Environment={"Variables": variables})
        go_live(function, functions.publish_version(FunctionName=names[function])["Version"])
    yield
    for function, version in former.items():
        go_live(function, version)


@contextmanager
def counted(context: BrowserContext, path: str) -> Iterator[list[Request]]:
    """The requests to a route that all tabs make meanwhile."""
    made: list[Request] = []

    def note(request: Request) -> None:
        if request.url.endswith(f"/api{path}"):
            made.append(request)

    context.on("request", note)
    yield made
    context.remove_listener("request", note)


def _add_task(page: Page, title: str) -> None:
    page.get_by_label("Add a task").fill(title)
    page.get_by_label("Add a task").press("Enter")
    expect(page.get_by_role("listitem").filter(has_text=title)).to_be_visible()


def _all_saved(page: Page) -> None:
    expect(page.locator("[data-connection=connected][data-queued='0']")).to_be_attached()


def test_script_sees_no_refresh_token_and_keeps_no_access_token(signed_up: Callable[..., Visitor]) -> None:
    ada = signed_up()
    _add_task(ada.page, "Pay rent")
    _all_saved(ada.page)
    (cookie,) = ada.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"]) == ("__Host-taskward_refresh", True, True)
    assert cookie["sameSite"] == "Strict"
    kept = ada.page.evaluate(_KEPT)
    # The look finds what is kept, and among it nothing that begins as each token does.
    assert "Pay rent" in kept
    assert "eyJ" not in kept


def test_requests_after_a_token_ran_out_wait_for_one_refresh(
    short_tokens: None, signed_up: Callable[..., Visitor]
) -> None:
    ada = signed_up()
    _add_task(ada.page, "Pay rent")
    _all_saved(ada.page)
    ada.page.wait_for_timeout(TOKEN_SECONDS * 1000)
    refused: list[str] = []
    ada.page.on("response", lambda answer: refused.append(answer.url) if answer.status == 401 else None)
    with counted(ada.context, "/auth/refresh") as refreshes:
        ada.account_menu().click()
        ada.page.get_by_role("menuitem", name="Account").click()
        with (
            ada.page.expect_response("**/api/account/passkeys") as passkeys,
            ada.page.expect_response("**/api/account/second-factor") as factor,
        ):
            # Two questions of the page, beside what the focus asks about tasks: none has a token that is good.
            ada.page.evaluate("() => { window.dispatchEvent(new Event('focus')); }")
            ada.page.get_by_role("link", name="Security", exact=True).click()
        assert (passkeys.value.status, factor.value.status) == (200, 200)
    assert len(refreshes) == 1
    assert refused == []


def test_two_tabs_whose_token_ran_out_refresh_once(short_tokens: None, signed_up: Callable[..., Visitor]) -> None:
    ada = signed_up()
    second = ada.tab()
    second.goto("/all")
    expect(ada.account_menu(second)).to_be_visible()
    _all_saved(second)
    ada.page.wait_for_timeout(TOKEN_SECONDS * 1000)
    with counted(ada.context, "/auth/refresh") as refreshes:
        # Both are woken before either has an answer.
        for tab in (ada.page, second):
            tab.evaluate(
                "() => { window.dispatchEvent(new Event('focus')); window.dispatchEvent(new Event('online')); }"
            )
        for number, tab in enumerate((ada.page, second)):
            _add_task(tab, f"From tab {number}")
        for tab in (ada.page, second):
            _all_saved(tab)
            expect(tab.get_by_role("listitem").filter(has_text="From tab")).to_have_count(2)
    assert len(refreshes) == 1


def test_a_reload_keeps_the_user_signed_in(signed_up: Callable[..., Visitor]) -> None:
    ada = signed_up()
    _add_task(ada.page, "Pay rent")
    _all_saved(ada.page)
    ada.page.reload()
    expect(ada.account_menu()).to_be_visible()
    expect(ada.page.get_by_role("listitem").filter(has_text="Pay rent")).to_be_visible()


def test_a_sign_out_in_one_tab_signs_all_out_and_leaves_nothing(signed_up: Callable[..., Visitor]) -> None:
    ada = signed_up()
    _add_task(ada.page, "Secret plan")
    _all_saved(ada.page)
    second = ada.tab()
    second.goto("/all")
    expect(second.get_by_role("listitem").filter(has_text="Secret plan")).to_be_visible()
    ada.sign_out()
    expect(second.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    for tab in (ada.page, second):
        assert "Secret plan" not in tab.content()
        assert "Secret plan" not in tab.evaluate(_KEPT)
        assert ada.email not in tab.evaluate(_KEPT)
    assert ada.context.cookies() == []


def test_back_after_a_sign_out_shows_nothing_private(signed_up: Callable[..., Visitor]) -> None:
    ada = signed_up()
    _add_task(ada.page, "Secret plan")
    _all_saved(ada.page)
    for address in ("/today", "/account/profile"):
        ada.page.goto(address)
        expect(ada.account_menu()).to_be_visible()
    ada.sign_out()
    for _ in range(2):
        ada.page.go_back()
        expect(ada.heading("Sign in")).to_be_visible()
        assert "Secret plan" not in ada.page.content()
        assert ada.email not in ada.page.content()


def test_a_session_that_was_ended_leads_to_the_sign_in_page_and_back(
    signed_up: Callable[..., Visitor], client: httpx.Client
) -> None:
    ada = signed_up()
    ada.page.goto("/account/events?from=here")
    expect(ada.account_menu()).to_be_visible()
    grant = client.post("/auth/login", json={"email": ada.email, "password": PASSWORD}).json()
    elsewhere = Person(client, ada.email, grant)
    assert elsewhere.request("DELETE", "/auth/sessions?keep=current").status_code == 204
    ada.page.get_by_role("link", name="Sessions").click()
    expect(ada.heading("Sign in")).to_be_visible()
    expect(ada.page.get_by_text("Your session was ended")).to_be_visible()
    ada.page.get_by_label("E-mail address").fill(ada.email)
    ada.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ada.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(ada.account_menu()).to_be_visible()
    expect(ada.heading("Sessions")).to_be_visible()


def test_a_sign_out_without_a_network_is_made_up_for(signed_up: Callable[..., Visitor]) -> None:
    ada = signed_up()
    _add_task(ada.page, "Secret plan")
    _all_saved(ada.page)
    ada.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    ada.context.set_offline(True)
    ada.sign_out()
    assert "Secret plan" not in ada.page.evaluate(_KEPT)
    assert len(ada.context.cookies()) == 1
    with ada.page.expect_response("**/api/auth/logout"):
        ada.context.set_offline(False)
    wait_until(ada.page, "localStorage.getItem('taskward.sign_out_owed') === null")
    assert ada.context.cookies() == []


_CAN_BE_DEAF = """
const add = BroadcastChannel.prototype.addEventListener;
BroadcastChannel.prototype.addEventListener = function (type, heard) {
  add.call(this, type, (event) => window.isDeaf || heard(event));
};"""
"""Lets a page miss what other tabs tell, as one does that the browser has put to sleep."""


def test_another_user_in_another_tab_sends_nothing_of_the_first(
    signed_up: Callable[..., Visitor], new_person: Callable[[], Person]
) -> None:
    ada, ben = signed_up(), new_person()
    ada.context.add_init_script(_CAN_BE_DEAF)
    first = ada.page
    first.reload()
    _add_task(first, "Task of the first")
    _all_saved(first)
    second = ada.tab()
    second.goto("/all")
    expect(ada.account_menu(second)).to_be_visible()
    # The first tab hears nothing of what happens, and goes on with a token that is good no more.
    first.evaluate("() => { window.isDeaf = true; }")
    ada.page = second
    ada.sign_out()
    ada.sign_in(ben.email)
    expect(first.get_by_role("link", name="Task of the first")).to_be_visible()
    _add_task(first, "Another one")
    expect(first.get_by_role("link", name="Task of the first")).to_have_count(0)
    assert [task["title"] for task in ben.request("GET", "/tasks").json()] == []
