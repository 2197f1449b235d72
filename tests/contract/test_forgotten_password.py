"""Asking for a new password: the same answer, work and message whoever's address it is, and no flood of mail."""

import json
from collections.abc import Callable
from typing import Final

import pytest
from botocore.exceptions import EndpointConnectionError
from pynamodb.connection.base import Connection

from taskward.client import Client
from taskward.errors import TooManyAttemptsError
from taskward.identity import attempts, email_change, links, password_change, password_reset
from taskward.identity.link_tables import LinkItem
from taskward.identity.user_tables import UserItem
from taskward.mail import outbox
from taskward.storage import connection_of, is_passing_fault
from tests.conftest import Clock
from tests.support import aws
from tests.support.mailbox import SITE, Mailbox
from tests.support.people import ELSEWHERE, HOME, principal_of, registered
from tests.support.ways_in import account, add_passkey, add_second_factor, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

DAY: Final = 24 * 60 * 60
TYPED_IN_THE_WRONG_FIELD: Final = "tangerine umbrella 7"


def _known() -> str:
    return str(registered()[0].email)


def _unknown() -> str:
    return "nobody@example.com"


def _no_address() -> str:
    return TYPED_IN_THE_WRONG_FIELD


def _held() -> str:
    user, _ = verified()
    token = links.store(account(user.user_id), "address_change", f"new-{user.email}")
    email_change.confirm(token, SITE, HOME)
    return str(user.email)


def _bounced() -> str:
    user, _ = registered()
    user.update(actions=[UserItem.email_bounced_at.set(1)])
    return str(user.email)


def _with_everything() -> str:
    user, session = verified()
    add_passkey(session)
    add_second_factor(session)
    password_change.remove_password(principal_of(session), HOME)
    return str(user.email)


WHOSE: Final[list[Callable[[], str]]] = [_known, _unknown, _no_address, _held, _bounced, _with_everything]


def _network(number: int) -> Client:
    return Client(f"192.0.2.{number}", "tests")


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each request to the database and each message that was queued, in order."""
    done: list[str] = []
    dispatch = Connection.dispatch
    post = outbox.post

    def request(self: Connection, operation: str, arguments: dict[str, object]) -> object:
        done.append(f"{operation} {arguments.get('TableName', '')}")
        return dispatch(self, operation, arguments)

    def posted(message: dict[str, object], delay_seconds: int = 0) -> None:
        done.append(f"message {sorted(message)} {delay_seconds}")
        post(message, delay_seconds)

    monkeypatch.setattr(Connection, "dispatch", request)
    monkeypatch.setattr(outbox, "post", posted)
    return done


def _answer(email: str, client: Client) -> int | None:
    """Ask; after how many seconds to ask again, when it was refused."""
    try:
        password_reset.request(email, SITE, client)
    except TooManyAttemptsError as refusal:
        return refusal.retry_after
    return None


def test_the_answer_and_the_work_are_the_same_whoever_has_the_address(
    work: list[str], clock: Clock, mailbox: Mailbox
) -> None:
    addresses = [whose() for whose in WHOSE]
    seen = []
    for number, email in enumerate(addresses):
        # Three that are sent and two that have to wait; then one from anywhere else, when there were 20 in a day.
        clients = [*[_network(number)] * 5, *[_network(100 + 20 * number + n) for n in range(17)], ELSEWHERE]
        seen.append([_asked(email, client, work) for client in clients])
    first = seen[0]
    assert [answer for answer, _ in first] == [None, None, None, 60, 60, *[None] * 17, DAY]
    message = "message ['address', 'email', 'kind', 'site', 'user_agent'] 0"
    assert first[0] == (None, [*["UpdateItem users"] * 3, message])
    assert sum(message in done for _, done in first) == 20
    for whose, other in zip(WHOSE, seen, strict=True):
        # What is no address is nobody's, as anybody can tell, and counted for each network by itself.
        compared = 5 if whose is _no_address else len(first)
        assert other[:compared] == first[:compared], whose


def _asked(email: str, client: Client, work: list[str]) -> tuple[int | None, list[str]]:
    work.clear()
    return _answer(email, client), list(work)


def test_a_message_names_the_address_and_who_asked_and_nothing_else(mailbox: Mailbox) -> None:
    registered("Ada.Lovelace@Example.com")
    for email in ("ada.lovelace@example.com", "nobody@example.com"):
        password_reset.request(email, SITE, HOME)
        assert mailbox.taken() == [
            {"kind": "password_reset", "email": email, "site": SITE, "address": HOME.address, "user_agent": "tests"}
        ]
    password_reset.request(TYPED_IN_THE_WRONG_FIELD, SITE, HOME)
    (message,) = mailbox.taken()
    assert message["email"] == "not an address, from 203.0.113.7"
    assert TYPED_IN_THE_WRONG_FIELD not in json.dumps(message)


@pytest.mark.parametrize("whose", [_unknown, _no_address, _held, _bounced])
def test_where_there_is_nobody_to_write_to_nothing_is_sent_and_nothing_kept(
    whose: Callable[[], str], mailbox: Mailbox
) -> None:
    email = whose()
    mailbox.taken()
    before = _rows()
    password_reset.request(email, SITE, HOME)
    assert mailbox.send() == []
    assert _rows() == before


def _rows() -> set[str]:
    found = connection_of(UserItem).scan("users", consistent_read=True)["Items"]
    return {row["sk"]["S"] for row in found if not row["pk"]["S"].startswith("ATTEMPT#")}


def test_the_letter_goes_to_the_address_as_its_account_has_it(mailbox: Mailbox) -> None:
    user, _ = registered("Ada@Example.com")
    password_reset.request("ADA@EXAMPLE.COM", SITE, HOME)
    (letter,) = mailbox.send()
    assert letter.to == "Ada@example.com"
    assert letter.subject == "Reset your password"
    assert f"\n{SITE}/reset-password#token=" in letter.text
    assert [link.purpose for link in LinkItem.query(user.pk, LinkItem.sk.startswith("LINK#"))] == ["password_reset"]


def test_after_three_mails_there_is_a_wait_that_doubles(clock: Clock, mailbox: Mailbox) -> None:
    for _ in range(attempts.MAILS_AT_ONCE):
        assert _answer("ada@example.com", HOME) is None
    for wait in (60, 120, 240, 480, 900, 900):
        assert _answer("ada@example.com", HOME) == wait
        clock.advance(seconds=wait - 1)
        assert _answer("ada@example.com", HOME) == 1
        clock.advance(seconds=1)
        assert _answer("ada@example.com", HOME) is None
    assert _answer("grace@example.com", HOME) is None
    assert len(mailbox.taken()) == 3 + 6 + 1


def test_twenty_a_day_are_sent_and_then_only_for_networks_that_signed_in_before(clock: Clock, mailbox: Mailbox) -> None:
    verified("ada@example.com")
    for email in ("ada@example.com", "nobody@example.com"):
        answers = [_answer(email, _network(number)) for number in range(22)]
        assert answers == [None] * attempts.MAILS_A_DAY + [DAY] * 2
    assert attempts.MAILS_A_DAY == 20
    assert _answer("ada@example.com", HOME) is None
    assert _answer("nobody@example.com", HOME) == DAY
    clock.advance(seconds=DAY - 1)
    assert _answer("nobody@example.com", _network(30)) == 1
    clock.advance(seconds=1)
    assert _answer("nobody@example.com", _network(30)) is None


def test_who_registered_with_an_address_that_they_never_verified_is_spared_nothing_at_it(
    clock: Clock, mailbox: Mailbox
) -> None:
    registered("ada@example.com")
    for number in range(attempts.MAILS_A_DAY):
        assert _answer("ada@example.com", _network(number)) is None
    assert _answer("ada@example.com", HOME) == DAY


def test_the_networks_that_are_spared_have_to_wait_after_three_like_any_other(clock: Clock, mailbox: Mailbox) -> None:
    registered("ada@example.com")
    answers = [_answer("ada@example.com", HOME) for _ in range(4)]
    assert answers == [None, None, None, 60]


def test_a_network_that_asks_for_many_addresses_has_to_wait_unless_it_is_known_to_one(
    clock: Clock, mailbox: Mailbox
) -> None:
    verified("ada@example.com")
    answers = [_answer(f"person{number}@example.org", HOME) for number in range(26)]
    assert answers[:25] == [None] * 25
    assert answers[25] is not None
    assert _answer("ada@example.com", HOME) is None
    assert _answer("person30@example.org", ELSEWHERE) is None


def test_a_queue_that_takes_nothing_is_a_fault_that_passes(mailbox: Mailbox) -> None:
    registered("ada@example.com")
    mailbox.fault = EndpointConnectionError(endpoint_url="https://sqs")
    with pytest.raises(EndpointConnectionError) as caught:
        password_reset.request("ada@example.com", SITE, HOME)
    assert is_passing_fault(caught.value)
    mailbox.fault = None
    password_reset.request("ada@example.com", SITE, HOME)
    assert [letter.to for letter in mailbox.send()] == ["ada@example.com"]
    assert len(aws.mailed()) == 1
