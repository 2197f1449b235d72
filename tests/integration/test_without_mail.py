"""A service that sends no mail: what needs some is switched off, and nothing else waits for it."""

import pytest

from tests.conftest import Clock
from tests.support import aws
from tests.support.described import NEED_MAIL
from tests.support.factors import (
    Values,
    add_passkey,
    add_second_factor,
    add_token,
    authenticator,
    first_step,
    passkey_sign_in,
)
from tests.support.sample_events import (
    Answer,
    Case,
    ask,
    ask_with,
    check,
    is_let_in,
    load,
    placeholders,
    signed_up,
    stored,
)

DISABLED = Case(404, "email_disabled")
CASES = {
    "recovery/forgot": DISABLED,
    "recovery/forgot_unknown_email": DISABLED,
    "recovery/reset": DISABLED,
    "recovery/verify": DISABLED,
    "recovery/confirm": DISABLED,
    "recovery/restore": DISABLED,
    "account/change_email": DISABLED,
    "account/send_verification": DISABLED,
}


@pytest.fixture
def ann(moto_tables: None, mail_off: None, clock: Clock) -> Values:
    """Values of somebody who registered in such a service."""
    return signed_up()


@pytest.fixture(autouse=True)
def posted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was put into any queue."""
    return aws.noted_posts(monkeypatch)


def asked(name: str, ann: Values) -> Answer:
    """The answer to an event, filled with her values and with any text where there is none."""
    return ask(name, **{place: ann.get(place, "any") for place in placeholders(name)})


@pytest.mark.parametrize("name", CASES)
def test_what_needs_mail_is_switched_off(name: str, ann: Values, posted: list[str]) -> None:
    before = stored("users")
    check(name, CASES[name], asked(name, ann))
    assert stored("users") == before
    assert posted == []


def test_each_route_that_the_document_leaves_out_is_among_them() -> None:
    routes = set()
    for name in CASES:
        event = load(name, **dict.fromkeys(placeholders(name), "any"))
        routes.add((event["resource"], event["httpMethod"].lower()))
    assert routes == NEED_MAIL


@pytest.mark.parametrize("name", CASES)
def test_it_is_switched_off_whatever_is_sent(name: str, ann: Values) -> None:
    answer = ask_with({"nonsense": 1}, name, **{place: ann.get(place, "any") for place in placeholders(name)})
    assert answer.json()["code"] == "email_disabled"


def test_everything_else_works_without_a_verified_address_and_queues_nothing(
    ann: Values, posted: list[str], clock: Clock
) -> None:
    assert ask("account/read", **ann).json()["email_verified"] is False
    app, phone = add_second_factor(ann, clock), authenticator()
    add_passkey(ann, phone)
    token = add_token(ann, "tasks:read")
    assert is_let_in(token["personal_access_token"])
    assert ask("login/second_factor", step_token=first_step(), code=app.code()).status == 200
    assert ask("login/second_factor", step_token=first_step(), code=app.recovery_codes[0]).status == 200
    assert ask("login/passkey", **passkey_sign_in(phone)).status == 200
    assert ask("factors/turn_second_factor_off", **ann, code=app.code(30)).status == 204
    assert ask("account/change_password", **ann).status == 204
    assert posted == []
    assert aws.mailed() == []


def test_with_mail_the_same_queues_word_of_it(moto_tables: None, posted: list[str], clock: Clock) -> None:
    ann = signed_up()
    assert ask("account/change_password", **ann).status == 204
    assert len(posted) == 2
