"""New devices against a database: a sign-in from a network, or with a program, that was not used before is told of."""

from collections import Counter
from dataclasses import replace

import pytest
from pynamodb.connection.base import Connection

from taskward.client import Client
from taskward.identity import events, known_addresses, sign_in
from taskward.identity.models import Credentials
from taskward.identity.user_tables import KNOWN_ADDRESS_PREFIX, KnownAddressItem
from taskward.storage import user_key
from tests.conftest import Clock
from tests.support import aws
from tests.support.people import ELSEWHERE, HOME, PASSWORD, registered
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("user_id")

EMAIL = "ada@example.com"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS {0}_1 like Mac OS X) Version/{0}.1 Mobile/{0}E148 Safari/604.{0}"


@pytest.fixture
def user_id(database: str, weak_hashes: None, clock: Clock) -> str:
    """Somebody who registered from home, on a clock that stands still."""
    user_id: str = registered(EMAIL)[0].user_id
    return user_id


def _with(program: str, client: Client = HOME) -> Client:
    return replace(client, user_agent=program)


def _is_new(client: Client) -> bool:
    """Sign in; whether it was told of as one from a new device."""
    user, session = sign_in.sign_in(Credentials(email=EMAIL, password=PASSWORD), client)
    (event,) = [
        event
        for event in events.newest_first(user.user_id, 100, None).events
        if (event.kind, event.session_id) == ("signed_in", session.session_id)
    ]
    assert event.reason in (None, "new_device")
    return event.reason is not None


def _known(user_id: str) -> dict[str, set[str]]:
    rows = KnownAddressItem.query(
        user_key(user_id), KnownAddressItem.sk.startswith(KNOWN_ADDRESS_PREFIX), consistent_read=True
    )
    return {row.network: set(row.devices) for row in rows}


def test_the_device_of_the_registration_is_known(user_id: str) -> None:
    assert not _is_new(HOME)
    assert _known(user_id) == {"203.0.113.7": {"tests"}}


def test_another_network_is_new_once(user_id: str) -> None:
    assert [_is_new(ELSEWHERE), _is_new(ELSEWHERE), _is_new(HOME)] == [True, False, False]
    assert _known(user_id) == {"203.0.113.7": {"tests"}, "198.51.100.9": {"tests"}}


def test_another_program_is_new_once_on_each_network(user_id: str) -> None:
    firefox = FIREFOX.format(128)
    assert [_is_new(_with(firefox)), _is_new(_with(firefox))] == [True, False]
    assert _is_new(ELSEWHERE)
    assert [_is_new(_with(firefox, ELSEWHERE)), _is_new(_with(firefox, ELSEWHERE))] == [True, False]
    assert all(len(programs) == 2 for programs in _known(user_id).values())


@pytest.mark.parametrize("program", [FIREFOX, SAFARI, "curl/8.{0}.1", "python-requests/2.{0}"])
def test_a_program_that_was_updated_is_no_other(program: str, user_id: str) -> None:
    assert [_is_new(_with(program.format(version))) for version in (17, 18, 131)] == [True, False, False]


def test_programs_without_a_name_or_with_a_very_long_one_are_programs_too(user_id: str) -> None:
    for program in ("", "x " * 128):
        assert [_is_new(_with(program)), _is_new(_with(program))] == [True, False]
    assert _known(user_id)["203.0.113.7"] == {"tests", "-", ("x " * 64)[:128]}


def test_addresses_of_one_network_are_one(user_id: str) -> None:
    clients = [Client(f"2001:db8:0:1::{number}", "tests") for number in (1, 2)]
    assert [_is_new(client) for client in clients] == [True, False]


def test_a_network_is_forgotten_with_its_programs(clock: Clock, user_id: str) -> None:
    assert _is_new(_with("another"))
    clock.advance(seconds=known_addresses.KEPT_SECONDS)
    assert _is_new(HOME)
    assert _known(user_id) == {"203.0.113.7": {"tests"}}
    assert _is_new(_with("another"))


def test_each_sign_in_keeps_the_network_for_as_long_again(clock: Clock, user_id: str) -> None:
    for _ in range(3):
        clock.advance(seconds=known_addresses.KEPT_SECONDS - 1)
        assert not _is_new(HOME)


def test_twenty_programs_are_kept_and_the_last_is_among_them(user_id: str) -> None:
    names = [f"program {'x' * number}" for number in range(1, 26)]
    for name in names:
        assert _is_new(_with(name))
        assert not _is_new(_with(name))
    programs = _known(user_id)["203.0.113.7"]
    assert len(programs) == known_addresses.MAX_PROGRAMS == 20
    assert names[-1] in programs


def test_a_network_that_is_known_without_its_programs_is_not_new(user_id: str) -> None:
    item = KnownAddressItem.get(user_key(user_id), f"{KNOWN_ADDRESS_PREFIX}203.0.113.7")
    item.update(actions=[KnownAddressItem.devices.remove()])
    assert not _is_new(_with("whatever"))
    assert _known(user_id) == {"203.0.113.7": {"whatever"}}
    assert _is_new(_with("something else"))


def test_programs_that_sign_in_at_the_same_moment_are_all_kept() -> None:
    clients = [_with(f"program {name}", ELSEWHERE) for name in "abcd"]
    found = all_at_once([lambda client=client: _is_new(client) for client in clients])  # type: ignore[misc]
    assert found == [True] * 4
    assert not any(_is_new(client) for client in clients)


def test_a_look_at_the_device_is_one_read_more_and_no_write(monkeypatch: pytest.MonkeyPatch) -> None:
    done: Counter[str] = Counter()
    dispatch = Connection.dispatch

    def request(self: Connection, operation: str, arguments: dict[str, object]) -> object:
        done[operation] += 1
        return dispatch(self, operation, arguments)

    monkeypatch.setattr(Connection, "dispatch", request)
    sign_in.sign_in(Credentials(email=EMAIL, password=PASSWORD), HOME)
    # The address, the account, the device; three counters and their release.
    assert (done["GetItem"], done["Query"], done["TransactWriteItems"]) == (3, 1, 1)
    assert done["PutItem"] == 0


def test_a_new_device_is_told_of_by_mail_and_a_known_one_is_not() -> None:
    for _ in range(2):
        _is_new(HOME)
    assert aws.queued("MAIL_QUEUE") == []
    assert _is_new(ELSEWHERE)
    (message,) = aws.queued("MAIL_QUEUE")
    assert (message["kind"], message["event"], message["reason"]) == ("notice", "signed_in", "new_device")
