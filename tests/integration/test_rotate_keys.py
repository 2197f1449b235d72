"""The rotate_keys function, fed from events/rotate_keys."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import HTTPServer
from typing import Any

import jwt
import pytest

from tests.conftest import Clock
from tests.support import aws, moto_account
from tests.support.loopback import QuietHandler, serving
from tests.support.sample_events import ask, feed, is_let_in, load, signed_in, signed_up

# Of each event how many keys are published after it, on a stack that had none before.
CASES = {
    "rotate_keys/scheduled": 1,
    "rotate_keys/forced": 1,
    "rotate_keys/revoke_all": 1,
    "rotate_keys/cloudformation_create": 1,
    "rotate_keys/cloudformation_update": 1,
    "rotate_keys/cloudformation_delete": 0,
}

CLOUDFORMATION = [name for name in CASES if "cloudformation" in name]
ROTATION_SECONDS = 2592000
LEAD_SECONDS = 300


@dataclass
class Inbox:
    """What was sent to an address that takes answers for CloudFormation."""

    url: str
    methods: list[str] = field(default_factory=list)
    content_types: list[str | None] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)


@contextmanager
def _receiving() -> Iterator[Inbox]:
    class Handler(QuietHandler):
        def do_PUT(self) -> None:
            received.methods.append(self.command)
            received.content_types.append(self.headers["Content-Type"])
            received.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

    with serving(HTTPServer(("127.0.0.1", 0), Handler)) as origin:
        received = Inbox(f"{origin}/answer?signature=abc")
        yield received


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """Takes CloudFormation's place on this machine."""
    # A proxy that the machine has for the rest of the world is none for this address.
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with _receiving() as received:
        yield received


@pytest.fixture
def new_stack() -> Iterator[None]:
    """Tables and secrets as CloudFormation has just made them: no keys yet."""
    with aws.in_memory():
        aws.create_tables()
        moto_account.create_secrets()
        yield


@pytest.mark.parametrize("name", CASES)
def test_each_event_leaves_as_many_published_keys_as_its_case_says(name: str, new_stack: None, inbox: Inbox) -> None:
    result = _fed(name, inbox)
    if name in CLOUDFORMATION:
        assert result == {"answered": "SUCCESS"}
    else:
        assert result == {"published": _published()}
    assert len(_published()) == CASES[name]


@pytest.mark.parametrize("name", CLOUDFORMATION)
def test_cloudformation_is_told_of_success_at_the_address_that_it_gave(
    name: str, new_stack: None, inbox: Inbox
) -> None:
    _fed(name, inbox)
    event = load(name, response_url=inbox.url)
    assert inbox.methods == ["PUT"]
    # The address is signed for a request without a content type; any other is refused there.
    assert inbox.content_types == [""]
    assert inbox.bodies == [
        {
            "Status": "SUCCESS",
            "Reason": "The signing keys are ready.",
            # Another one than before would make CloudFormation delete the resource after an update.
            "PhysicalResourceId": event.get("PhysicalResourceId", "signing-keys"),
            **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
        }
    ]


def test_cloudformation_is_told_of_a_failure_too_without_its_details(inbox: Inbox) -> None:
    with aws.in_memory():
        # No tables: nothing can be published.
        moto_account.create_secrets()
        assert _fed("rotate_keys/cloudformation_create", inbox) == {"answered": "FAILED"}
    (answer,) = inbox.bodies
    assert answer["Status"] == "FAILED"
    assert re.fullmatch(r"\w+; see the function's log\.", answer["Reason"])
    assert answer["PhysicalResourceId"]


def test_a_stack_signs_people_in_as_soon_as_cloudformation_was_answered(new_stack: None, inbox: Inbox) -> None:
    assert ask("register/created").status == 503
    _fed("rotate_keys/cloudformation_create", inbox)
    assert ask("register/created").status == 201


def test_the_schedule_changes_nothing_while_the_key_is_young(moto_tables: None, clock: Clock) -> None:
    before = _published()
    clock.advance(seconds=ROTATION_SECONDS - 60)
    assert feed("rotate_keys/scheduled", load("rotate_keys/scheduled")) == {"published": before}


def test_the_schedule_gives_an_old_key_a_successor(moto_tables: None, clock: Clock) -> None:
    (old,) = _published()
    clock.advance(seconds=ROTATION_SECONDS)
    published = feed("rotate_keys/scheduled", load("rotate_keys/scheduled"))["published"]
    assert len(published) == 2
    assert published[0] == old
    assert _published() == published


def test_a_forced_successor_is_published_before_it_signs_and_signs_nobody_out(moto_tables: None, clock: Clock) -> None:
    (old,) = _published()
    clock.advance(seconds=60)
    ann = signed_up()
    (_, new) = feed("rotate_keys/forced", load("rotate_keys/forced"))["published"]
    clock.advance(seconds=LEAD_SECONDS - 1)
    assert _kid(signed_in()["access_token"]) == old
    assert _published() == [old, new]
    clock.advance(seconds=61)
    assert _kid(signed_in()["access_token"]) == new
    assert is_let_in(ann["access_token"])


def test_with_all_keys_revoked_every_token_is_worthless_and_a_new_key_signs_soon(
    moto_tables: None, clock: Clock
) -> None:
    from taskward.identity import keyring

    (old,), ann = _published(), signed_up()
    (new,) = feed("rotate_keys/revoke_all", load("rotate_keys/revoke_all"))["published"]
    keyring.forget()
    assert _published() == [new] != [old]
    assert not is_let_in(ann["access_token"])
    refused = ask("login/ok")
    assert (refused.status, refused.json()["code"]) == (503, "unavailable")
    clock.advance(seconds=65)
    assert _kid(signed_in()["access_token"]) == new
    assert ask("refresh/by_body", **ann).json()["code"] == "invalid_token"


def _fed(name: str, inbox: Inbox) -> Any:
    event = load(name, response_url=inbox.url) if name in CLOUDFORMATION else load(name)
    return feed(name, event)


def _published() -> list[str]:
    """The ids of the keys that everybody sees, read anew."""
    from taskward.identity import keys

    keys.forget()
    answer = ask("discovery/jwks")
    return [key["kid"] for key in json.loads(answer.text)["keys"]] if answer.status == 200 else []


def _kid(token: str) -> Any:
    return jwt.get_unverified_header(token)["kid"]
