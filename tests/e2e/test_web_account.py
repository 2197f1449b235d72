"""The account pages of the web app, in a real browser against the deployed stack."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from local.stack import Stack
from taskward.identity import totp
from tests.support.browser import add_authenticator
from tests.support.people import PASSWORD
from tests.support.web import Visitor, check_accessibility

Inbox = Callable[[str, str], str]

NEW_PASSWORD = "violet bicycle 12"


@pytest.fixture
def ada(signed_up: Callable[..., Visitor]) -> Visitor:
    """Somebody who has just signed up."""
    return signed_up()


@pytest.fixture
def verified(ada: Visitor, inbox: Inbox, base_url: str) -> Visitor:
    """Somebody whose address is verified."""
    token = inbox(ada.email, "verify-email")
    assert httpx.post(f"{base_url}/auth/email/verify", json={"token": token}, timeout=60).status_code == 204
    return ada


def _open(visitor: Visitor, path: str) -> Page:
    visitor.page.goto(f"/account/{path}")
    return visitor.page


def _press(where: Page | Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def _password(where: Page | Locator, label: str = "Password") -> Locator:
    return where.get_by_label(label, exact=True)


def _code(where: Page | Locator) -> Locator:
    return where.get_by_role("textbox", name="Code", exact=True)


def _user_id(page: Page) -> str:
    user: dict[str, str] = json.loads(page.evaluate("localStorage.getItem('taskward.user')"))
    return user["id"]


def _age_sessions(stack: Stack, page: Page) -> None:
    """Make it some time ago that the person has proved who they are."""
    table = stack.outputs["SessionsTableName"]
    database = stack.client("dynamodb")
    mine = {":mine": {"S": _user_id(page)}}
    for item in database.query(
        TableName=table, KeyConditionExpression="user_id = :mine", ExpressionAttributeValues=mine
    )["Items"]:
        database.update_item(
            TableName=table,
            Key={"user_id": item["user_id"], "session_id": item["session_id"]},
            UpdateExpression="SET authenticated_at = :then",
            ExpressionAttributeValues={":then": {"N": str(int(time.time()) - 700)}},
        )


def _downloaded(page: Page, button: Locator) -> tuple[str, str]:
    """Press a button that downloads a file: its name, and what is in it."""
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, Path(download.value.path()).read_text()


# --- All pages -------------------------------------------------------------------------------------------------------


def test_what_was_read_stays_visible_when_it_cannot_be_read_anew(ada: Visitor) -> None:
    page = _open(ada, "sessions")
    line = page.get_by_role("listitem").filter(has_text="This device")
    expect(line).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    expect(ada.heading("Data")).to_be_visible()
    page.route("**/api/auth/sessions", lambda route: route.fulfill(status=404, json={"detail": "Not now."}))
    page.clock.install()
    page.clock.fast_forward(60_000)
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_text("Not now.")).to_be_visible()
    expect(line).to_be_visible()
    page.unroute("**/api/auth/sessions")
    _press(page, "Try again")
    expect(page.get_by_text("Not now.")).to_have_count(0)


# --- Profile ---------------------------------------------------------------------------------------------------------


def test_name_zone_and_theme_are_kept(ada: Visitor) -> None:
    page = _open(ada, "profile")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    _press(page, "Save")
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    page.get_by_label("Theme").select_option("dark")
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Ada")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_another_address_counts_once_its_link_was_followed(ada: Visitor, inbox: Inbox) -> None:
    new = f"new-{ada.email}"
    page = _open(ada, "profile")
    expect(page.get_by_text("Not verified yet")).to_be_visible()
    _press(page, "Change the address")
    page.get_by_label("New address").fill(new)
    _password(page, "Current password").fill("not this one")
    _press(page, "Change the address")
    expect(page.get_by_role("alert").filter(has_text="The password is wrong.")).to_be_visible()
    _password(page, "Current password").fill(PASSWORD)
    _press(page, "Change the address")
    expect(page.get_by_text(f"A link is on its way to {new}.")).to_be_visible()

    page.goto(f"/confirm-email#token={inbox(new, 'confirm-email')}")
    _press(page, "Change the address")
    expect(ada.heading("The address is changed")).to_be_visible()
    page.goto("/account/profile")
    expect(page.get_by_role("main").get_by_text(new)).to_be_visible()
    expect(page.get_by_text("Verified", exact=True)).to_be_visible()


# --- Security --------------------------------------------------------------------------------------------------------


def test_a_change_asks_who_it_is_when_that_was_long_ago_and_cancelling_leaves_all_as_it_was(
    verified: Visitor, stack: Stack
) -> None:
    page = _open(verified, "tokens")
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.method) if request.url.endswith("/account/tokens") else None
    )
    _age_sessions(stack, page)
    page.get_by_label("Name").fill("backup")
    _press(page, "Make it")
    question = page.get_by_role("dialog", name="Is it you?")
    expect(_password(question)).to_be_focused()
    check_accessibility(page)
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(page.get_by_text("There are no tokens.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("backup")

    _press(page, "Make it")
    _password(question).fill("not this one")
    _press(question, "Confirm")
    expect(question.get_by_role("alert").filter(has_text="The password is wrong.")).to_be_visible()
    _password(question).fill(PASSWORD)
    _press(question, "Confirm")
    expect(page.get_by_role("heading", name="The new token")).to_be_visible()
    # Once before each question, and once after the answer: nothing was tried when it was cancelled.
    assert asked.count("POST") == 3


def test_a_new_password_takes_the_current_one_and_ends_all_other_sessions(
    ada: Visitor, visitor: Callable[..., Visitor], stack: Stack
) -> None:
    elsewhere = visitor()
    elsewhere.sign_in(ada.email)
    page = _open(ada, "security")
    _age_sessions(stack, page)
    _press(page, "Change password")
    _password(page, "Current password").fill("not this one")
    _password(page, "New password").fill(NEW_PASSWORD)
    _press(page, "Change password")
    expect(page.get_by_role("alert").filter(has_text="The password is wrong.")).to_be_visible()
    # The password that is asked for anyway says who it is: there is no second question.
    _password(page, "Current password").fill(PASSWORD)
    _press(page, "Change password")
    expect(page.get_by_text("The password is changed.").first).to_be_visible()

    elsewhere.page.goto("/account/sessions")
    expect(elsewhere.heading("Sign in")).to_be_visible()
    ada.sign_out()
    ada.sign_in(ada.email, NEW_PASSWORD)


def test_a_second_factor_is_set_up_renewed_and_turned_off(verified: Visitor, stack: Stack) -> None:
    page = _open(verified, "security")
    _press(page, "Set it up")
    expect(page.get_by_role("img", name="QR code with the secret")).to_be_visible()
    check_accessibility(page)
    secret = base64.b32decode(page.get_by_role("main").locator("code").inner_text().replace(" ", ""))
    now = int(time.time())
    near = {totp.code_at(secret, now + shift) for shift in range(-120, 121, 30)}
    _code(page).fill(next(code for code in map(str, range(100000, 100020)) if code not in near))
    _press(page, "Turn it on")
    expect(page.get_by_role("alert").filter(has_text="The code is wrong.")).to_be_visible()
    _code(page).fill(totp.code_at(secret, int(time.time())))
    _press(page, "Turn it on")

    codes = page.get_by_role("main").locator("ol li")
    expect(codes).to_have_count(10)
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_focused()
    first = codes.all_inner_texts()
    name, text = _downloaded(page, page.get_by_role("button", name="Download", exact=True))
    assert name == "taskward-recovery-codes.txt"
    assert all(code in text for code in first)
    _press(page, "I have kept them")
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
    expect(codes).to_have_count(0)

    _press(page, "Make new recovery codes")
    _press(page.get_by_role("dialog"), "Make new recovery codes")
    expect(codes).to_have_count(10)
    renewed = codes.all_inner_texts()
    assert not set(first) & set(renewed)
    _press(page, "I have kept them")

    # With a second factor the password alone does not say who it is: a code is asked for, over the dialog.
    _age_sessions(stack, page)
    _press(page, "Turn it off")
    dialog = page.get_by_role("dialog", name="Turn it off")
    _password(dialog).fill(PASSWORD)
    _code(dialog).fill(renewed[0])
    _press(dialog, "Turn it off")
    question = page.get_by_role("dialog", name="Is it you?")
    expect(_code(question)).to_be_focused()
    expect(_password(question)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(dialog).to_be_visible()
    _press(dialog, "Turn it off")
    _code(question).fill(renewed[1])
    _press(question, "Confirm")
    expect(page.get_by_text("It is off.")).to_be_visible()


def test_without_a_verified_address_there_is_a_way_to_verify_it(ada: Visitor) -> None:
    page = _open(ada, "tokens")
    expect(page.get_by_text("Your e-mail address has to be verified first.")).to_be_visible()
    _press(page, "Send another link")
    expect(page.get_by_text(f"A link is on its way to {ada.email}.").first).to_be_visible()


def test_passkeys_are_added_renamed_and_kept_as_the_last_way_in(verified: Visitor, stack: Stack) -> None:
    add_authenticator(verified.page)
    page = _open(verified, "security")
    _press(page, "Add a passkey")
    expect(page.get_by_text("not used yet")).to_be_visible()
    _press(page, "Add a passkey")
    expect(page.get_by_role("alert").filter(has_text="This device has a passkey")).to_be_visible()
    page.get_by_role("button", name="Rename the passkey").click()
    page.get_by_role("dialog").get_by_label("Name").fill("This machine")
    _press(page.get_by_role("dialog"), "Save")
    expect(page.get_by_role("main").get_by_text("This machine", exact=True)).to_be_visible()

    _press(page, "Remove password")
    _press(page.get_by_role("dialog"), "Remove password")
    expect(page.get_by_text("This account has no password")).to_be_visible()
    page.get_by_role("button", name="Remove the passkey").click()
    removal = page.get_by_role("dialog", name="Remove the passkey?")
    _press(removal, "Remove")
    expect(removal.get_by_role("alert").filter(has_text="It is the last way into your account.")).to_be_visible()
    _press(removal, "Cancel")

    # Without a password the passkey says who it is.
    _age_sessions(stack, page)
    _press(page, "Set a password")
    _password(page, "New password").fill(NEW_PASSWORD)
    _press(page, "Set a password")
    _press(page.get_by_role("dialog", name="Is it you?"), "Use a passkey")
    expect(page.get_by_role("button", name="Change password")).to_be_visible()
    page.get_by_role("button", name="Remove the passkey").click()
    _press(removal, "Remove")
    expect(page.get_by_text("There are no passkeys yet.")).to_be_visible()


# --- Sessions, tokens, events ----------------------------------------------------------------------------------------


def test_sessions_are_listed_and_ended_one_by_one_or_all(ada: Visitor, visitor: Callable[..., Visitor]) -> None:
    phone = visitor(user_agent="Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/142.0.0.0 Mobile Safari/537.36")
    phone.sign_in(ada.email)
    page = _open(ada, "sessions")
    sessions = page.get_by_role("main").get_by_role("listitem")
    expect(sessions).to_have_count(2)
    expect(sessions.filter(has_text="This device")).to_contain_text("From the address 127.0.0.1")
    page.get_by_role("button", name="End the session of Chrome on Android").click()
    expect(sessions).to_have_count(1)
    phone.page.goto("/account/profile")
    expect(phone.heading("Sign in")).to_be_visible()

    phone.sign_in(ada.email)
    page.reload()
    expect(sessions).to_have_count(2)
    _press(page, "End all")
    _press(page.get_by_role("dialog", name="End all sessions?"), "End all")
    expect(ada.heading("Sign in")).to_be_visible()
    phone.page.goto("/account/profile")
    expect(phone.heading("Sign in")).to_be_visible()


def test_ending_the_session_that_one_is_in_asks_first_and_signs_out(ada: Visitor) -> None:
    page = _open(ada, "sessions")
    page.get_by_role("button", name="End the session of").click()
    _press(page.get_by_role("dialog", name="Sign out here?"), "Sign out")
    expect(ada.heading("Sign in")).to_be_visible()
    assert page.evaluate("localStorage.getItem('taskward.user')") is None


def test_a_token_is_shown_once_works_and_is_revoked(verified: Visitor, base_url: str) -> None:
    page = _open(verified, "tokens")
    page.get_by_label("Read tasks").uncheck()
    page.get_by_label("Name").fill("backup")
    _press(page, "Make it")
    expect(page.get_by_role("alert").filter(has_text="Choose at least one.")).to_be_visible()
    page.get_by_label("Read tasks").check()
    _press(page, "Make it")
    text = page.get_by_role("main").locator("code")
    token = text.inner_text()
    bearer = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{base_url}/tasks", headers=bearer, timeout=60).status_code == 200
    _press(page, "I have copied it")
    expect(text).to_have_count(0)
    assert token not in page.content()

    expect(page.get_by_role("main").get_by_role("listitem")).to_contain_text(["Read tasks"])
    page.get_by_role("button", name="Revoke the token “backup”").click()
    _press(page.get_by_role("dialog", name="Revoke the token?"), "Revoke")
    expect(page.get_by_text("There are no tokens.")).to_be_visible()
    assert httpx.get(f"{base_url}/tasks", headers=bearer, timeout=60).status_code == 401


def test_events_are_told_in_words_and_page_by_page(ada: Visitor) -> None:
    page = _open(ada, "events")
    events = page.get_by_role("main").get_by_role("listitem")
    expect(events).to_have_count(1)
    expect(events).to_contain_text(["The account was made"])
    page.route(
        "**/api/account/events*",
        lambda route: route.continue_(url=route.request.url.replace("limit=25", "limit=1")),
    )
    ada.sign_out()
    ada.sign_in(ada.email)
    _open(ada, "events")
    expect(events).to_have_count(1)
    _press(page, "Show more")
    expect(events).to_have_count(2)
    _press(page, "Show more")
    expect(events).to_contain_text(["Signed in", "A session ended, signed out there", "The account was made"])
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


# --- Data ------------------------------------------------------------------------------------------------------------


def test_an_export_of_the_account_goes_on_while_other_pages_are_looked_at(ada: Visitor) -> None:
    page = _open(ada, "data")
    _press(page, "Export everything")
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("link", name="Profile").click()
    expect(ada.heading("Profile")).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_text("It is ready.")).to_be_visible(timeout=120_000)
    name, text = _downloaded(page, page.get_by_role("button", name="Download ("))
    assert name.startswith("taskward-export-")
    assert json.loads(text)["account"]["email"] == ada.email


def test_tasks_come_out_of_a_file_once_one_has_seen_what_would_become_of_it(ada: Visitor, tmp_path: Path) -> None:
    page = _open(ada, "data")
    chooser = page.get_by_label("File")
    (tmp_path / "tasks.txt").write_text("Pay rent")
    chooser.set_input_files(tmp_path / "tasks.txt")
    expect(page.get_by_role("alert").filter(has_text="Choose a file that ends in")).to_be_visible()
    (tmp_path / "tasks.csv").write_text("title,due\nBuy flowers,2026-03-08\nPay rent,some day\n")
    chooser.set_input_files(tmp_path / "tasks.csv")
    _press(page, "Look what is in it")
    page.get_by_text("Refused rows").click()
    expect(page.get_by_text("Row 2: due:")).to_be_visible()
    check_accessibility(page)
    _press(page, "Import one task")
    expect(page.get_by_text("It is imported:")).to_be_visible()

    page.get_by_label("Format").first.select_option("csv")
    name, text = _downloaded(page, page.get_by_role("button", name="Export tasks"))
    assert name.endswith(".csv")
    assert "Buy flowers" in text
    assert "Pay rent" not in text


def test_a_file_of_many_rows_is_a_job_with_a_report(ada: Visitor, tmp_path: Path) -> None:
    page = _open(ada, "data")
    (tmp_path / "many.csv").write_text("title\n" + "".join(f"Task {number}\n" for number in range(501)))
    page.get_by_label("File").set_input_files(tmp_path / "many.csv")
    _press(page, "Look what is in it")
    expect(page.get_by_text("nothing is imported yet")).to_be_visible(timeout=120_000)
    _press(page, "Import it")
    expect(page.get_by_text("The file is imported.")).to_be_visible(timeout=120_000)
    _, text = _downloaded(page, page.get_by_role("button", name="Download the report"))
    assert json.loads(text)["created"] == 501


def test_an_account_is_deleted_by_its_password_and_nothing_of_it_is_left_here(ada: Visitor, base_url: str) -> None:
    page = _open(ada, "data")
    _press(page, "Delete account")
    dialog = page.get_by_role("dialog")
    check_accessibility(page)
    _password(dialog).fill(PASSWORD)
    _press(dialog, "Delete everything")
    expect(dialog.get_by_text("Tick this to go on.")).to_be_visible()
    dialog.get_by_role("checkbox").check()
    _password(dialog).fill("not this one")
    _press(dialog, "Delete everything")
    expect(dialog.get_by_role("alert").filter(has_text="The password is wrong.")).to_be_visible()
    _password(dialog).fill(PASSWORD)
    _press(dialog, "Delete everything")
    expect(ada.heading("Sign in")).to_be_visible()
    assert page.evaluate("localStorage.getItem('taskward.user')") is None
    assert page.evaluate("indexedDB.databases()") == []
    gone = {"email": ada.email, "password": PASSWORD}
    assert httpx.post(f"{base_url}/auth/login", json=gone, timeout=60).status_code == 401
