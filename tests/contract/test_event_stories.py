"""What matters to the safety of an account, told as stories: each kind of event is recorded, logged and counted."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import get_args

import pytest

from taskward.client import Client
from taskward.errors import (
    InvalidCodeError,
    InvalidCredentialsError,
    InvalidPasskeyError,
    TokenReusedError,
    WrongPasswordError,
)
from taskward.identity import (
    access_token_changes,
    account_deletion,
    email_change,
    email_verification,
    events,
    exports,
    grants,
    keys,
    passkeys,
    password_change,
    password_reset,
    proofs,
    second_factor,
    sessions,
    sign_in,
    tokens,
)
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.models import (
    Credentials,
    EmailChange,
    PasswordChange,
    PasswordReset,
    Reauthentication,
)
from taskward.identity.session_tables import SessionItem
from taskward.jobs import queue
from taskward.telemetry import logger
from tests.conftest import Clock
from tests.support.mailbox import SITE, Mailbox
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, registered
from tests.support.second_factors import App, begun, finish, first_step
from tests.support.ways_in import add_passkey, add_token, authenticator, enter_with, verified

EMAIL = "ada@example.com"
NEW = "violet bicycle 12"

Told = tuple[str, Client, str | None, str | None]
Step = Callable[[Callable[[], object]], None]
Check = Callable[[str, list[SessionItem], list[Told]], None]

# Of each event the kind, where it came from, in which session, and the reason.
ABOUT_SESSIONS: list[Told] = [
    ("registered", HOME, "first", None),
    ("sign_in_failed", ELSEWHERE, None, None),
    ("signed_in", ELSEWHERE, "second", "new_device"),
    ("refresh_grace_from_other_address", HOME, "second", None),
    ("refresh_token_reused", HOME, "second", "replayed"),
    ("session_ended", HOME, "second", "token_reused"),
    ("signed_in", HOME, "third", None),
    ("session_ended", HOME, "third", "signed_out"),
    ("password_check_failed", ELSEWHERE, "first", None),
    ("password_changed", HOME, "first", None),
    ("export_requested", HOME, "first", None),
    ("deletion_requested", HOME, "first", None),
]
ABOUT_WAYS_IN: list[Told] = [
    ("registered", HOME, "first", None),
    ("second_factor_enabled", HOME, "first", None),
    ("code_check_failed", ELSEWHERE, None, None),
    ("signed_in", ELSEWHERE, "second", "new_device"),
    ("reauthenticated", HOME, "first", None),
    ("recovery_code_used", HOME, None, None),
    ("signed_in", HOME, "third", None),
    ("recovery_codes_renewed", HOME, "first", None),
    ("passkey_added", HOME, "first", None),
    ("signed_in", HOME, "fourth", None),
    ("passkey_check_failed", ELSEWHERE, None, "counter_went_back"),
    ("password_removed", HOME, "first", None),
    ("passkey_added", HOME, "first", None),
    ("passkey_removed", HOME, "first", None),
    ("second_factor_disabled", HOME, "first", None),
    ("access_token_created", HOME, "first", None),
    ("access_token_revoked", HOME, "first", None),
]
ABOUT_MAIL: list[Told] = [
    ("registered", HOME, "first", None),
    ("email_verified", ELSEWHERE, None, None),
    ("email_change_requested", HOME, "first", None),
    ("email_changed", ELSEWHERE, None, None),
    ("email_change_undone", HOME, None, None),
    ("session_ended", HOME, "first", "email_change_undone"),
    ("password_reset_requested", HOME, None, None),
    ("password_reset", ELSEWHERE, None, None),
    ("signed_in", HOME, "second", None),
    ("password_reset_requested", ELSEWHERE, None, None),
    ("password_reset", HOME, None, None),
    ("session_ended", HOME, "second", "password_reset"),
]


def test_every_kind_of_event_is_part_of_a_story() -> None:
    told = {kind for story in (ABOUT_SESSIONS, ABOUT_WAYS_IN, ABOUT_MAIL) for kind, _, _, _ in story}
    assert told == set(get_args(events.Kind))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the service logs."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield lines
    logging.getLogger(logger.name).removeHandler(handler)


@pytest.fixture
def then(clock: Clock) -> Step:
    """Does the next thing of a story, a while after the last one."""

    def do(action: Callable[[], object]) -> None:
        clock.advance(seconds=31)
        action()

    return do


@pytest.fixture
def check(database: str, weak_hashes: None, log: io.StringIO) -> Check:
    """Compares a story with what the table and the log say."""

    def compare(user_id: str, known: list[SessionItem], story: list[Told]) -> None:
        names = dict(
            zip((session.session_id for session in known), ("first", "second", "third", "fourth"), strict=False)
        )
        rows = sorted(
            EventItem.query(event_key(user_id), consistent_read=True), key=lambda row: (row.created_at, row.kind)
        )
        assert [
            (
                row.kind,
                Client(row.address, row.user_agent),
                names[row.session_id] if row.session_id else None,
                row.reason,
            )
            for row in rows
        ] == story
        logged = [line for line in map(json.loads, log.getvalue().splitlines()) if line.get("security_event")]
        called = ["".join(word.capitalize() for word in kind.split("_")) for kind, _, _, _ in story]
        assert [line["security_event"] for line in logged] == called
        assert {line["user_id"] for line in logged} == {user_id}
        assert [(line["address"], line.get("reason")) for line in logged] == [
            (client.address, reason) for _, client, _, reason in story
        ]

    return compare


def _sign_in(client: Client = HOME, password: str = PASSWORD) -> SessionItem:
    return sign_in.sign_in(Credentials(email=EMAIL, password=password), client)[1]


def _expect(error: type[Exception], action: Callable[[], object]) -> None:
    with pytest.raises(error):
        action()


def test_a_story_about_sessions(then: Step, check: Check, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "send", lambda *_, **__: None)
    user, first = registered(EMAIL)
    known, principal = [first], principal_of(first)
    then(lambda: _expect(InvalidCredentialsError, lambda: _sign_in(ELSEWHERE, "a wrong password")))
    then(lambda: known.append(_sign_in(ELSEWHERE)))
    stolen = tokens.verify_refresh(grants.issue(known[1]).refresh_token, keys.published())
    then(lambda: sessions.refresh(stolen, ELSEWHERE))
    clock.advance(seconds=10)
    sessions.refresh(stolen, HOME)
    then(lambda: _expect(TokenReusedError, lambda: sessions.refresh(stolen, HOME)))
    then(lambda: known.append(_sign_in()))
    then(lambda: sessions.end(user.user_id, known[2].session_id, HOME, "signed_out"))
    wrong = PasswordChange(current_password="a wrong password", new_password=NEW)
    then(lambda: _expect(WrongPasswordError, lambda: password_change.change_password(principal, wrong, ELSEWHERE)))
    right = PasswordChange(current_password=PASSWORD, new_password=NEW)
    then(lambda: password_change.change_password(principal, right, HOME))
    then(lambda: exports.request(principal, HOME))
    then(lambda: account_deletion.delete_account(principal, NEW, HOME))
    check(user.user_id, known, ABOUT_SESSIONS)


def test_a_story_about_ways_in(then: Step, check: Check, mailbox: Mailbox) -> None:
    user, first = verified(EMAIL)
    known, principal, app = [first], principal_of(first), begun(first)
    codes: list[str] = []
    then(lambda: codes.extend(second_factor.confirm(principal, app.code(), HOME)))
    app = App(app.secret, codes)
    then(lambda: _expect(InvalidCodeError, lambda: finish(first_step(EMAIL), app.wrong_code(), ELSEWHERE)))
    then(lambda: known.append(finish(first_step(EMAIL), app.code(), ELSEWHERE)))

    def prove() -> None:
        proof = Reauthentication(password=PASSWORD, code=app.code())
        proofs.reauthenticate(principal, proof, keys.published(), SITE, HOME)

    then(prove)
    then(lambda: known.append(finish(first_step(EMAIL), codes[0])))
    then(lambda: second_factor.renew_recovery_codes(principal, HOME))
    device = authenticator(counts_by=1)
    then(lambda: add_passkey(first, device))
    stolen = device.clone()
    then(lambda: known.append(enter_with(device)))
    then(lambda: _expect(InvalidPasskeyError, lambda: enter_with(stolen, ELSEWHERE)))
    then(lambda: password_change.remove_password(principal, HOME))
    then(lambda: add_passkey(first))
    oldest = passkeys.representation(passkeys.of_user(user.user_id)[0])["id"]
    then(lambda: passkeys.remove(principal, oldest, HOME))
    then(lambda: second_factor.turn_off(principal, None, app.code(), HOME))
    made = []
    then(lambda: made.append(add_token(first)[0]))
    then(lambda: access_token_changes.revoke(principal, made[0].token_id, HOME))
    check(user.user_id, known, ABOUT_WAYS_IN)


def test_a_story_about_mail(then: Step, check: Check, mailbox: Mailbox) -> None:
    user, first = registered(EMAIL)
    known = [first]
    email_verification.request(principal_of(first), SITE, HOME)
    then(lambda: email_verification.verify(mailbox.link_to(EMAIL), ELSEWHERE))
    wanted = EmailChange(email="new@example.com", password=PASSWORD)
    then(lambda: email_change.request(principal_of(first), wanted, SITE, HOME))
    then(lambda: email_change.confirm(mailbox.link_to("new@example.com"), SITE, ELSEWHERE))
    then(lambda: email_change.undo(mailbox.link_to(EMAIL), SITE, HOME))
    # The way back has asked for a link to a new password as well.
    then(mailbox.send)
    then(lambda: password_reset.reset(PasswordReset(token=mailbox.link_to(EMAIL), new_password=NEW), ELSEWHERE))
    then(lambda: known.append(_sign_in(password=NEW)))
    password_reset.request(EMAIL, SITE, ELSEWHERE)
    then(mailbox.send)
    then(lambda: password_reset.reset(PasswordReset(token=mailbox.link_to(EMAIL), new_password=PASSWORD), HOME))
    check(user.user_id, known, ABOUT_MAIL)
