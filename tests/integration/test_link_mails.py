"""Mail with links in it: the worker makes each link when it sends it; fed from events/worker."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from taskward.mail import ses
from tests.conftest import Clock
from tests.integration.test_worker import received, waits_for
from tests.support import aws
from tests.support.aws import Mail
from tests.support.factors import Values, change_link, verify
from tests.support.sample_events import ask, feed, load, placeholders, signed_up, stored

SITE = "https://taskward.example"

# Of each event the page that the link of its letter leads to.
PAGES = {
    "worker/verification": "verify-email",
    "worker/password_reset": "reset-password",
    "worker/address_change": "confirm-email",
}


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> Values:
    """Values of somebody who has just registered; no mail waits."""
    ann = signed_up()
    aws.queued("MAIL_QUEUE")
    return ann | {"email": "ann@example.com"}


def sent_by(name: str, ann: Values) -> list[Mail]:
    """What the worker sends for an event."""
    before = len(aws.mailed())
    feed(name, received(name, **ann))
    return aws.mailed()[before:]


def link_in(mail: Mail) -> tuple[str, str, str]:
    """Site, page and token of the one link in a letter, the same in both its forms."""
    ((site, page, token),) = re.findall(r"^(https?://\S+)/([\w-]+)#token=(\S+)$", mail.text, re.MULTILINE)
    assert f'href="{site}/{page}#token={token}"' in mail.html
    return site, page, token


def links() -> list[dict[str, Any]]:
    """The links that are stored."""
    return [row for row in stored("users") if row["sk"].startswith("LINK#")]


@pytest.mark.parametrize("name", PAGES)
def test_the_link_leads_to_a_page_of_the_site_that_the_message_names(name: str, ann: Values) -> None:
    (mail,) = sent_by(name, ann)
    site, page, token = link_in(mail)
    assert (site, page) == (SITE, PAGES[name])
    assert re.fullmatch(r"[\w-]{64}", token)


@pytest.mark.parametrize("name", PAGES)
def test_the_site_of_the_settings_counts_whatever_a_message_says(
    name: str, ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_ORIGIN", "https://tasks.example")
    (mail,) = sent_by(name, ann)
    assert link_in(mail)[0] == "https://tasks.example"
    # What is behind the fragment goes to no server and into no log.
    assert "?" not in mail.text


@pytest.mark.parametrize("name", PAGES)
def test_a_link_is_kept_as_a_digest_that_does_not_open_it(name: str, ann: Values) -> None:
    _, _, token = link_in(sent_by(name, ann)[0])
    (kept,) = links()
    assert token not in repr(kept)
    for place in ("reset_token", "verification_token", "change_token"):
        for event in ("recovery/reset", "recovery/verify", "recovery/confirm"):
            if place in placeholders(event):
                digest = kept["sk"].removeprefix("LINK#")
                assert ask(event, **{place: digest}).json()["code"] == "invalid_link"


@pytest.mark.parametrize("name", PAGES)
def test_a_message_that_comes_twice_makes_two_letters_each_with_a_link_of_its_own(name: str, ann: Values) -> None:
    tokens = {link_in(sent_by(name, ann)[0])[2] for _ in range(2)}
    assert len(tokens) == len(links()) == 2


@pytest.mark.parametrize("name", [*PAGES, "worker/address_changed"])
def test_nothing_is_sent_for_an_account_that_is_gone(name: str, ann: Values) -> None:
    ask("account/delete", **ann)
    assert sent_by(name, ann) == []
    assert links() == []


def test_nothing_is_sent_to_an_address_that_nobody_has(ann: Values) -> None:
    assert sent_by("worker/password_reset_of_nobody", ann) == []


def test_nothing_is_told_of_a_change_that_was_never_made(ann: Values) -> None:
    assert sent_by("worker/address_changed", ann) == []
    assert links() == []


def test_a_change_that_was_made_is_told_to_the_former_address(ann: Values) -> None:
    assert ask("recovery/confirm", change_token=change_link(verify_again(ann))).status == 204
    aws.hasten("MAIL_QUEUE")
    (message,) = aws.queued("MAIL_QUEUE")
    assert (message["kind"], message["email"]) == ("address_changed", "ann@example.com")
    event = received("worker/address_changed", **ann)
    event["Records"][0]["body"] = json.dumps(message)
    before = len(aws.mailed())
    feed("worker/address_changed", event)
    (mail,) = aws.mailed()[before:]
    assert mail.to == "ann@example.com"
    assert link_in(mail)[1] == "restore-email"


def verify_again(ann: Values) -> Values:
    """The same values, of somebody whose address is verified now."""
    ask("account/send_verification", **ann)
    return verify(ann)


@pytest.mark.parametrize(
    "site", ["javascript:alert(1)", "https://taskward.example/a", "https://user@taskward.example", "", "//evil.example"]
)
def test_a_message_with_another_site_than_an_origin_is_refused(site: str, ann: Values) -> None:
    event = received("worker/verification", **ann)
    record = event["Records"][0]
    record["body"] = json.dumps(json.loads(record["body"]) | {"site": site})
    with pytest.raises(ValueError, match="site"):
        feed("worker/verification", event)
    assert aws.mailed() == []


def test_mail_that_could_not_be_sent_is_tried_again_with_another_link(
    ann: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://email")

    with monkeypatch.context() as patch:
        patch.setattr(ses, "deliver", fail)
        with pytest.raises(EndpointConnectionError):
            feed("worker/verification", received("worker/verification", **ann))
    assert waits_for("mail") == 60
    _, _, token = link_in(sent_by("worker/verification", ann)[0])
    assert len(links()) == 2
    assert ask("recovery/verify", verification_token=token).status == 204


def test_no_letter_says_anything_that_somebody_else_could_have_chosen(ann: Values) -> None:
    event = load("worker/password_reset", receipt_handle="taken", email=ann["email"])
    record = event["Records"][0]
    record["body"] = json.dumps(json.loads(record["body"]) | {"user_agent": "Call 0900 now", "address": "evil"})
    feed("worker/password_reset", event)
    (mail,) = aws.mailed()
    assert "0900" not in mail.text + mail.html
    assert "evil" not in mail.text + mail.html
