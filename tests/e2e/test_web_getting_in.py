"""Getting into the web app, in a real browser against the deployed stack: accounts, sign-ins, and links in mails."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person, new_address
from tests.e2e.factors import Factor, verify, with_second_factor
from tests.support.browser import add_authenticator
from tests.support.people import PASSWORD
from tests.support.web import TIMEOUT_SECONDS, Visitor, check_accessibility

Inbox = Callable[[str, str], str]

COMMON = "password1"
"""Long enough, and among the most common ones."""

_MAKE_PASSKEY = """async ([token]) => {
  const headers = {"Content-Type": "application/json", Authorization: `Bearer ${token}`};
  const post = async (path, body) =>
    (await fetch(`/api/account/passkeys${path}`, {method: "POST", headers, body: body && JSON.stringify(body)})).json();
  const {options, step_token} = await post("/options");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = (await navigator.credentials.create({publicKey})).toJSON();
  return post("", {step_token, credential, name: "This machine"});
}"""


@pytest.fixture
def newcomer(visitor: Callable[..., Visitor]) -> Visitor:
    """Somebody who has never been here."""
    return visitor()


def _address(page: Page) -> Any:
    return page.get_by_label("E-mail address")


def _password(page: Page) -> Any:
    return page.get_by_label("Password", exact=True)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _try_to_sign_in(page: Page, email: str, password: str) -> None:
    _address(page).fill(email)
    _password(page).fill(password)
    _press(page, "Sign in")


# --- Accounts --------------------------------------------------------------------------------------------------------


def test_a_first_visit_leads_to_an_account_that_stays_signed_in_until_its_owner_signs_out(newcomer: Visitor) -> None:
    page, email = newcomer.page, new_address()
    page.goto("/")
    expect(newcomer.heading("Sign in")).to_be_visible()
    page.get_by_role("link", name="Create one").click()
    expect(newcomer.heading("Create an account")).to_be_visible()
    expect(page).to_have_title("Create an account - Taskward")

    newcomer.sign_up(email)
    expect(newcomer.heading("All")).to_be_visible()
    assert _refresh_cookie(newcomer)["httpOnly"]
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "eyJ" not in kept, "no token is where scripts can read it later"

    page.reload()
    expect(newcomer.account_menu()).to_be_visible()

    newcomer.sign_out()
    # The page does not wait long for the service; what it owes, the next page sees to.
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while _refresh_cookie(newcomer) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    assert _refresh_cookie(newcomer) is None
    page.go_back()
    expect(newcomer.heading("Sign in")).to_be_visible()
    expect(page.get_by_text(email)).to_have_count(0)

    newcomer.sign_in(email)


def test_what_is_wrong_is_said_at_the_field_before_the_service_is_asked(newcomer: Visitor) -> None:
    page = newcomer.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/register" in request.url else None)
    page.goto("/sign-up")
    address, password = _address(page), _password(page)
    expect(address).to_be_focused()

    # Whoever only comes by is told nothing; whoever leaves something wrong behind is.
    password.focus()
    expect(page.get_by_text("Fill this in.")).to_have_count(0)
    address.fill("somebody")
    password.focus()
    expect(page.get_by_text("Give an address such as name@example.com.")).to_be_visible()
    address.fill("somebody@example.com")
    expect(page.get_by_text("Give an address")).to_have_count(0)
    password.fill("seven77")
    password.blur()
    expect(password).to_have_accessible_description(re.compile(r"Use at least 8 characters\.$"))

    password.fill("")
    address.fill("")
    _press(page, "Create account")
    expect(page.get_by_text("Fill this in.")).to_have_count(2)
    expect(address).to_be_focused()
    expect(address).to_have_attribute("aria-invalid", "true")
    assert asked == []


def test_a_password_can_be_looked_at_and_pasted_and_its_strength_is_said_in_words(newcomer: Visitor) -> None:
    page = newcomer.page
    newcomer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/sign-up")
    password = _password(page)
    expect(password).to_have_attribute("autocomplete", "new-password")
    page.evaluate("navigator.clipboard.writeText('correct horse battery staple')")
    password.focus()
    page.keyboard.press("Control+V")
    expect(password).to_have_value("correct horse battery staple")
    expect(password).to_have_attribute("type", "password")
    _press(page, "Show password")
    expect(password).to_have_attribute("type", "text")
    _press(page, "Hide password")
    expect(password).to_have_attribute("type", "password")

    strength = page.get_by_role("status").filter(has_text="How hard it is to guess")
    expect(strength).to_have_text(re.compile("very hard$"))
    password.fill(COMMON)
    expect(strength).to_have_text(re.compile("very easy$"))
    # Who they are is known: what is made of it is easy too.
    password.fill("quillfeather.brook")
    expect(strength).to_have_text(re.compile("hard$"))
    _address(page).fill("quillfeather.brook@example.com")
    expect(strength).to_have_text(re.compile("very easy$"))


def test_what_the_service_refuses_is_said_at_the_field_and_what_was_typed_stays(
    newcomer: Visitor, person: Person
) -> None:
    page = newcomer.page
    page.goto("/sign-up?next=/account/profile")
    address, password = _address(page), _password(page)
    address.fill(new_address())
    password.fill(COMMON)
    _press(page, "Create account")
    expect(password).to_have_accessible_description(re.compile("one of the most common passwords"))
    expect(password).to_be_focused()
    expect(password).to_have_value(COMMON)

    address.fill(person.email)
    password.fill(PASSWORD)
    _press(page, "Create account")
    expect(address).to_have_accessible_description(re.compile("already an account with this e-mail address"))
    expect(address).to_be_focused()
    page.get_by_role("link", name="Go to sign in").click()
    expect(newcomer.heading("Sign in")).to_be_visible()
    expect(address).to_have_value(person.email)
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Faccount%2Fprofile$"))


# --- Sign-ins --------------------------------------------------------------------------------------------------------


def test_after_a_sign_in_the_user_is_where_they_wanted_to_be_and_on_no_other_site(
    newcomer: Visitor, person: Person
) -> None:
    page = newcomer.page
    newcomer.email = person.email
    page.goto("/account/profile")
    expect(newcomer.heading("Sign in")).to_be_visible()
    _try_to_sign_in(page, person.email, PASSWORD)
    expect(page).to_have_url(re.compile(r"/account/profile$"))
    newcomer.sign_out()

    page.goto("/sign-in?next=//example.net/")
    _try_to_sign_in(page, person.email, PASSWORD)
    expect(newcomer.account_menu()).to_be_visible()
    assert "example.net" not in page.url


@pytest.mark.parametrize(
    ("why", "said"),
    [("expired", "you were away"), ("ended", "was ended"), ("signed_out", "signed out"), ("deleted", "is deleted")],
)
def test_the_page_to_sign_in_says_why_one_is_there(newcomer: Visitor, why: str, said: str) -> None:
    newcomer.page.goto(f"/sign-in?over={why}")
    expect(newcomer.page.get_by_role("status").filter(has_text=said)).to_be_visible()


def test_a_wrong_password_is_told_and_after_too_many_the_button_waits_as_long_as_the_service_says(
    newcomer: Visitor, person: Person
) -> None:
    page = newcomer.page
    page.goto("/sign-in")
    for _ in range(5):
        _try_to_sign_in(page, person.email, "not the password")
        expect(page.get_by_role("alert")).to_contain_text("E-mail address or password is wrong")
        expect(_password(page)).to_be_focused()
        expect(_address(page)).to_have_value(person.email)
    _try_to_sign_in(page, person.email, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Too many attempts\. Wait \d+ second"))
    button = page.get_by_role("button", name="Sign in", exact=True)
    expect(button).to_be_disabled()
    expect(button).to_have_text(re.compile(r"^Sign in ?\d+ s$"))
    # Neither the button nor the Enter key does anything before its time.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/auth/login" in request.url else None)
    _password(page).press("Enter")
    assert asked == []
    expect(page.get_by_text("You can try again now.")).to_be_visible()
    expect(button).to_be_enabled()
    button.click()
    newcomer.email = person.email
    expect(newcomer.account_menu()).to_be_visible()


def test_without_a_connection_it_is_said_and_what_was_typed_stays(newcomer: Visitor, person: Person) -> None:
    page = newcomer.page
    page.goto("/sign-in")
    expect(newcomer.heading("Sign in")).to_be_visible()
    newcomer.context.set_offline(True)
    _try_to_sign_in(page, person.email, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("no connection to the service")
    newcomer.context.set_offline(False)
    _press(page, "Sign in")
    newcomer.email = person.email
    expect(newcomer.account_menu()).to_be_visible()


@pytest.fixture
def factor(person: Person, inbox: Inbox) -> Factor:
    """The person's second factor."""
    verify(person, inbox)
    return with_second_factor(person)


def test_a_second_factor_asks_for_a_code_and_takes_the_app_s_or_a_recovery_code(
    newcomer: Visitor, person: Person, factor: Factor
) -> None:
    page = newcomer.page
    newcomer.email = person.email
    page.goto("/sign-in")
    _try_to_sign_in(page, person.email, PASSWORD)
    expect(newcomer.heading("Enter your code")).to_be_visible()
    code = page.get_by_label("Code", exact=True)
    expect(code).to_be_focused()
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    check_accessibility(page)
    code.fill(factor.wrong())
    _press(page, "Sign in")
    expect(code).to_have_accessible_description(re.compile("The code is wrong"))
    expect(code).to_be_focused()

    _press(page, "Back to the password")
    expect(_address(page)).to_have_value(person.email)
    expect(_password(page)).to_have_value("")
    expect(_password(page)).to_be_focused()
    _password(page).fill(PASSWORD)
    _press(page, "Sign in")
    _press(page, "Use a recovery code")
    page.get_by_label("Recovery code").fill(factor.recovery_codes[0].lower())
    _press(page, "Sign in")
    expect(newcomer.account_menu()).to_be_visible()


def test_a_second_step_that_took_too_long_begins_again_at_the_first(
    newcomer: Visitor, person: Person, factor: Factor
) -> None:
    page = newcomer.page
    page.clock.install()
    page.goto("/sign-in")
    _try_to_sign_in(page, person.email, PASSWORD)
    expect(newcomer.heading("Enter your code")).to_be_visible()
    page.clock.fast_forward("04:50")
    expect(newcomer.heading("Enter your code")).to_be_visible()
    page.clock.fast_forward("00:20")
    expect(newcomer.heading("Sign in")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="That took too long")).to_be_visible()
    expect(_address(page)).to_have_value(person.email)


@pytest.fixture
def passkey(newcomer: Visitor, person: Person, inbox: Inbox) -> Callable[[bool], None]:
    """Makes a passkey of the person in the newcomer's browser; says whether its user can prove that it is them."""
    verify(person, inbox)
    newcomer.email = person.email
    session, authenticator = add_authenticator(newcomer.page)
    newcomer.page.goto("/sign-up")
    made = newcomer.page.evaluate(_MAKE_PASSKEY, [person.access_token])
    assert made["name"] == "This machine", made

    def verified(value: bool) -> None:
        session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": value})

    return verified


def test_a_passkey_signs_in_by_the_button_and_what_is_wrong_with_it_is_said(
    newcomer: Visitor, passkey: Callable[[bool], None]
) -> None:
    page = newcomer.page
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    passkey(False)
    page.goto("/sign-in")
    _press(page, "Sign in with a passkey")
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used.")
    passkey(True)
    _press(page, "Sign in with a passkey")
    expect(newcomer.account_menu()).to_be_visible()
    assert _refresh_cookie(newcomer)["httpOnly"]


def test_a_passkey_that_is_chosen_at_the_field_for_the_address_signs_in(
    newcomer: Visitor, passkey: Callable[[bool], None]
) -> None:
    # The authenticator of the test chooses as soon as it is asked.
    passkey(True)
    newcomer.page.goto("/sign-in?next=/account/profile")
    expect(newcomer.account_menu()).to_be_visible()
    expect(newcomer.page).to_have_url(re.compile(r"/account/profile$"))


def test_a_browser_without_passkeys_says_so(newcomer: Visitor) -> None:
    page = newcomer.page
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/sign-in")
    _press(page, "Sign in with a passkey")
    expect(page.get_by_role("alert")).to_contain_text("This browser cannot use passkeys")


# --- Links in mails --------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_by_a_link_that_was_sent(
    newcomer: Visitor, person: Person, inbox: Inbox
) -> None:
    page = newcomer.page
    page.goto("/sign-in")
    _address(page).fill(person.email)
    page.get_by_role("link", name="Forgot your password?").click()
    expect(_address(page)).to_have_value(person.email)
    _press(page, "Send the link")
    expect(newcomer.heading("Look into your mail")).to_be_focused()
    expect(page.get_by_text(f"If there is an account with the address {person.email}")).to_be_visible()
    # Nobody learns here who has an account.
    nobody = new_address()
    _press(page, "Use another address")
    _address(page).fill(nobody)
    _press(page, "Send the link")
    expect(page.get_by_text(f"If there is an account with the address {nobody}")).to_be_visible()

    token = inbox(person.email, "reset-password")
    page.goto(f"/reset-password#token={token}")
    expect(newcomer.heading("Set a new password")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/reset-password$"))
    password = page.get_by_label("New password", exact=True)
    password.fill(COMMON)
    _press(page, "Set the password")
    expect(password).to_have_accessible_description(re.compile("one of the most common passwords"))
    password.fill("violet bicycle 12")
    _press(page, "Set the password")
    expect(newcomer.heading("The password is set")).to_be_focused()
    page.get_by_role("link", name="Go to sign in").click()
    newcomer.sign_in(person.email, "violet bicycle 12")
    newcomer.sign_out()

    page.goto(f"/reset-password#token={token}")
    password.fill("another bicycle 12")
    _press(page, "Set the password")
    expect(page.get_by_role("alert")).to_contain_text("The link is not valid any more")


def test_links_about_an_address_do_nothing_until_the_button_is_pressed(
    newcomer: Visitor, person: Person, inbox: Inbox
) -> None:
    page, new = newcomer.page, new_address()

    def follow(kind: str, address: str, button: str, done: str) -> None:
        before = _account(person)
        page.goto(f"/{kind}#token={inbox(address, kind)}")
        expect(page.get_by_role("button", name=button)).to_be_visible()
        expect(page).to_have_url(re.compile(f"/{kind}$"))
        assert _account(person) == before
        _press(page, button)
        expect(newcomer.heading(done)).to_be_focused()

    follow("verify-email", person.email, "Verify the address", "The address is verified")
    assert _account(person)["email_verified"]
    changed = person.request("POST", "/account/email", json={"email": new, "password": PASSWORD})
    assert changed.status_code == 204, changed.text
    follow("confirm-email", new, "Change the address", "The address is changed")
    assert _account(person)["email"] == new
    follow("restore-email", person.email, "Take the change back", "The change is taken back")
    assert person.request("GET", "/account").status_code == 401, "all sessions are ended"


def test_a_link_that_is_not_good_says_so(newcomer: Visitor) -> None:
    page = newcomer.page
    page.goto("/verify-email#token=of-nobody")
    _press(page, "Verify the address")
    expect(page.get_by_role("alert")).to_contain_text("The link is not valid any more")
    # The same again without its end; a mere change of the fragment would load nothing.
    page.goto("/reset-password")
    expect(page.get_by_role("alert")).to_contain_text("This link is not complete")


# --- For everyone ----------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_told_to_everybody_in_both_themes(newcomer: Visitor) -> None:
    page = newcomer.page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/sign-in?over=expired")
    expect(newcomer.heading("Sign in")).to_be_visible()
    check_accessibility(page)
    page.goto("/sign-up")
    _press(page, "Create account")
    expect(page.get_by_text("Fill this in.")).to_have_count(2)
    _password(page).fill(COMMON)
    expect(page.get_by_text("very easy")).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def _account(person: Person) -> dict[str, Any]:
    response = person.request("GET", "/account")
    assert response.status_code == 200, response.text
    account: dict[str, Any] = response.json()
    return account


def _refresh_cookie(visitor: Visitor) -> Any:
    return next((cookie for cookie in visitor.context.cookies() if cookie["name"] == "__Host-taskward_refresh"), None)
