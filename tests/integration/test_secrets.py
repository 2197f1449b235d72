"""Passwords, tokens, codes and links go where they are meant to go, and into no log, no queue and no table."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from taskward.identity import totp
from taskward.mail import ses
from tests.conftest import Clock
from tests.support import aws
from tests.support.factors import (
    PASSWORD,
    Values,
    add_passkey,
    add_second_factor,
    add_token,
    authenticator,
    change_address,
    change_link,
    first_step,
    link,
    passkey_proof,
    passkey_sign_in,
)
from tests.support.sample_events import ask, ask_with, is_let_in, send_mail, signed_up, stored

NEW_PASSWORD = "three lanterns, no wind"

Lines = Callable[[], list[dict[str, Any]]]

pytestmark = pytest.mark.usefixtures("moto_tables")


def story(clock: Clock) -> dict[str, str]:
    """The secrets of somebody who has used all there is, rightly and wrongly; by what they are."""
    return dict(_story(clock))


def _story(clock: Clock) -> Iterator[tuple[str, str]]:
    ann = signed_up()
    yield "password", PASSWORD
    yield from _tokens("registration", ann)
    verification = link("verify-email")
    yield "link of verification", verification
    for _ in range(2):
        ask("recovery/verify", verification_token=verification)

    app = add_second_factor(ann, clock)
    yield "secret of the app", totp.as_text(app.secret)
    yield "secret of the app in hexadecimal", app.secret.hex()
    for number, code in enumerate(app.recovery_codes):
        yield f"recovery code {number}", code
        yield f"recovery code {number} without hyphens", code.replace("-", "")
    yield from _signed_in_with_codes(app.code(), app.recovery_codes[0], clock)
    wrong = "27182x"
    yield "wrong code", wrong
    ask_with({"password": PASSWORD, "code": wrong}, "factors/reauthenticate", **ann)
    ask_with({"password": PASSWORD, "code": wrong}, "factors/turn_second_factor_off", **ann, code="")

    phone = authenticator()
    add_passkey(ann, phone)
    yield "sign-in by passkey", ask("login/passkey", **passkey_sign_in(phone)).json()["refresh_token"]
    proof = passkey_proof(ann, phone)
    yield "step of a passkey", proof["step_token"]
    for _ in range(2):
        ask("factors/reauthenticate_with_passkey", **ann | proof)

    token = add_token(ann, "tasks:read")["personal_access_token"]
    yield "personal access token", token
    yield "its secret", token.rpartition(".")[2]
    is_let_in(token)
    is_let_in(token[:-5] + "AAAAA")
    ask("refresh/by_body", refresh_token=token)
    yield from _links(ann, app.code(), clock)


def _tokens(what: str, values: Values) -> Iterator[tuple[str, str]]:
    for name in ("access_token", "refresh_token"):
        yield f"{name} of the {what}", values[name]
        # Without the signature it would be no token; all of it must be nowhere.
        yield f"signature of the {name} of the {what}", values[name].rpartition(".")[2]


def _signed_in_with_codes(code: str, recovery_code: str, clock: Clock) -> Iterator[tuple[str, str]]:
    wrong_password = "a quiet river at dusk"
    yield "wrong password", wrong_password
    ask_with({"email": "ann@example.com", "password": wrong_password}, "login/ok")
    step_token = first_step()
    yield "step of a sign-in", step_token
    yield "code", code
    for sent in ("27182x", code, code):
        answer = ask("login/second_factor", step_token=step_token, code=sent)
        if answer.status == 200:
            yield from _tokens("sign-in", answer.json())
    ask("login/second_factor", step_token=first_step(), code=recovery_code)
    ask_with({"step_token": step_token, "code": code, "remember": recovery_code}, "login/second_factor_missing_members")


def _links(ann: Values, code: str, clock: Clock) -> Iterator[tuple[str, str]]:
    change = change_link(ann)
    yield "link of a change", change
    ask_with({"token": change, "new_address": change}, "recovery/confirm_missing_token")
    clock.advance(seconds=120)
    undo = change_address(ann)
    yield "link of the way back", undo
    ask("recovery/restore", undo_token=undo)
    reset = link("reset-password")
    yield "link for a password", reset
    yield "refused password", "Password1"
    ask("recovery/reset_to_a_common_one", reset_token=reset)
    yield "new password", NEW_PASSWORD
    for _ in range(2):
        ask("recovery/reset", reset_token=reset)


def found(secrets: dict[str, str], text: str) -> list[str]:
    """Which of the secrets stand in a text; codes, which have but six digits, as words of their own."""
    return [
        what
        for what, secret in secrets.items()
        if secret in text and (len(secret) > 6 or re.search(rf"(?<!\w){secret}(?!\w)", text))
    ]


def test_what_is_looked_for_would_be_found(clock: Clock) -> None:
    secrets = story(clock)
    assert len(secrets) > 40
    assert all(len(secret) >= 6 for secret in secrets.values())
    text = json.dumps({what: f"Bearer {secret}" for what, secret in secrets.items()})
    assert found(secrets, text) == list(secrets)
    assert found(secrets, "".join(mail.text for mail in aws.mailed())) == [
        *("link of verification", "link of a change", "link of the way back", "link for a password")
    ]


def test_no_secret_is_logged_or_printed(clock: Clock, lines: Lines, capfd: pytest.CaptureFixture[str]) -> None:
    secrets = story(clock)
    logged, printed = json.dumps(lines()), capfd.readouterr()
    # Each step left word of itself.
    for step in ("RecoveryCodeUsed", "Reauthenticated", "EmailChangeUndone", "PasswordReset"):
        assert step in logged
    assert "mail was sent" in logged
    assert found(secrets, logged) == []
    assert found(secrets, printed.out + printed.err) == []


def test_no_secret_is_put_into_a_queue(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    posted = aws.noted_posts(monkeypatch)
    secrets = story(clock)
    kinds = {json.loads(message)["kind"] for message in posted}
    assert kinds == {"notice", "verification", "password_reset", "address_change", "address_changed"}
    assert found(secrets, "\n".join(posted)) == []


def test_no_secret_is_stored_as_it_is(clock: Clock) -> None:
    secrets = story(clock)
    kept = repr([stored(table) for table in ("users", "sessions", "tasks")])
    assert "digest" in kept
    assert found(secrets, kept) == []
    of_the_app = base64.b32decode(secrets["secret of the app"])
    assert repr(of_the_app)[2:-1] not in kept


def test_no_link_is_logged_when_its_mail_cannot_be_sent(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sent: list[str] = []

    def fail(_: str, letter: Any) -> None:
        sent.append(letter.text)
        raise ConnectionError("away")

    signed_up()
    monkeypatch.setattr(ses, "deliver", fail)
    with pytest.raises(ConnectionError):
        send_mail()
    (token,) = re.findall(r"#token=(\S+)", sent[0])
    logged = json.dumps(lines()) + capfd.readouterr().out
    assert "work failed" in logged
    assert token not in logged
