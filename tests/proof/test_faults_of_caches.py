"""What a process remembers, when it is wrong: nobody is refused for it, and it mends itself."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from taskward import clock
from taskward.identity import keyring, keys, rotation
from taskward.identity.session_tables import PublishedKeysItem
from tests.support import snapshots
from tests.support.every_operation import OPERATIONS
from tests.support.figures import Figure
from tests.support.household import Household, Request, household
from tests.support.injection import Case, Injection
from tests.support.wire import Fault, garbled, held, refused, unanswered, unreachable

SERVICES: Final = ("dynamodb", "secretsmanager")
NAMES: Final = ("log in", "refresh", "list tasks", "who am I", "read the keys", "log out by cookie", "begin a passkey")
"""Of those who verify tokens, those who sign some, and those who show the keys."""


@pytest.fixture(scope="module")
def made() -> Iterator[Household]:
    with household() as house:
        yield house


@pytest.fixture
def house(made: Household) -> Household:
    made.set_back()
    return made


UNAVAILABLE: Final[dict[str, Fault]] = {
    "throttled": refused("ThrottlingException"),
    "internal error": refused("InternalServiceError", status=500),
    "decryption failure": refused("DecryptionFailure"),
    "unanswered": unanswered,
    "unreachable": unreachable,
    "HTML": garbled(b"<html></html>"),
    "cut short": garbled(b'{"SecretString": "{\\"keys'),
    "empty": garbled(b""),
}


def _asked(house: Household, request: Request, at: int, fault: Fault) -> Any:
    with held(Injection(at, Case("", (), then=fault)), SERVICES):
        return house.asked(request)


@pytest.mark.parametrize("fault", UNAVAILABLE)
def test_a_start_without_the_secrets_is_unavailable_and_nothing_of_it_is_remembered(
    fault: str, house: Household
) -> None:
    for name in ("log in", "refresh", "register", "begin a passkey"):
        house.set_back()
        request, recorded = OPERATIONS[name].make(house), Injection()
        house.forget()
        with held(recorded, SERVICES):
            house.does(request)
        house.set_back()
        request = OPERATIONS[name].make(house)
        house.forget()
        at = recorded.requests.index("secretsmanager.GetSecretValue")
        answer = _asked(house, request, at, UNAVAILABLE[fault])
        assert (answer.status, answer.header("retry-after"), answer.header("set-cookie")) == (503, "1", None), name
        # In the same process, at the same moment.
        assert house.asked(request).status == OPERATIONS[name].status, name


@pytest.mark.parametrize("fault", UNAVAILABLE)
def test_a_start_without_the_public_keys_is_unavailable_and_nothing_of_it_is_remembered(
    fault: str, house: Household
) -> None:
    for name in NAMES:
        house.set_back()
        request = OPERATIONS[name].make(house)
        house.forget()
        answer = _asked(house, request, 0, UNAVAILABLE[fault])
        assert (answer.status, answer.header("retry-after"), answer.header("set-cookie")) == (503, "1", None), name
        assert house.asked(request).status == OPERATIONS[name].status, name


@pytest.mark.parametrize("hours", [-24 * 365, -1, 1])
def test_a_copy_that_is_not_of_this_minute_is_made_anew_wherever_the_clock_was_set(
    hours: int, house: Household
) -> None:
    for name in NAMES:
        house.set_back()
        request = OPERATIONS[name].make(house)
        # As if the copies were made then: long ago, or before the clock was set back.
        then = clock.epoch() - hours * 3600
        keys._copy = replace(keys.published(), verification_keys={}, jwks=[], read_at=then)
        keyring._copy = (then, [])
        assert house.asked(request).status == OPERATIONS[name].status, name


def test_a_key_set_without_the_key_of_a_token_refuses_for_a_minute_at_most_and_ends_no_session(
    house: Household,
) -> None:
    """It cannot be told from a key that was revoked; so the answer is to be believed, and nothing is done for it."""
    refresh = OPERATIONS["refresh"].make(house)
    before = snapshots.snapshot()
    keys.published()
    assert keys._copy is not None
    keys._copy = replace(keys._copy, verification_keys={})
    for _ in range(3):
        answer = house.asked(refresh)
        assert (answer.status, answer.json()["code"], answer.header("set-cookie")) == (401, "invalid_token", None)
    # Refusals are counted, by network.
    assert snapshots.changes(before, snapshots.snapshot(), but=[snapshots.ATTEMPTS]) == {}
    house.clock.advance(seconds=keys.CACHE_SECONDS)
    assert house.asked(refresh).status == 200
    assert house.asked(house.ada.asks("GET", "/auth/session")).status == 200


SPOILT: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    "a key of another kind": lambda row: row["keys"][0].update(kty="RSA"),
    "a key for something else": lambda row: row["keys"][0].update(use="enc"),
    "no key": lambda row: row["keys"][0].pop("x"),
    "half a key": lambda row: row["keys"][0].update(x="AAAA"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_keys_that_are_stored_wrong_refuse_nobody_and_are_not_remembered(
    how: str, house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = PublishedKeysItem.get

    def spoilt(*arguments: Any, **named: Any) -> Any:
        item = read(*arguments, **named)
        row = json.loads(json.dumps([dict(key) for key in item.keys]))
        held_row = {"keys": row}
        SPOILT[how](held_row)
        item.keys = held_row["keys"]
        return item

    for name in NAMES:
        house.set_back()
        request = OPERATIONS[name].make(house)
        house.forget()
        with monkeypatch.context() as patch:
            patch.setattr(PublishedKeysItem, "get", spoilt)
            answer = house.asked(request)
        assert (answer.status, answer.header("retry-after"), answer.header("set-cookie")) == (503, "1", None), name
        assert house.asked(request).status == OPERATIONS[name].status, name


def test_a_ring_that_is_not_ready_is_read_again_and_not_remembered(house: Household, figure: Figure) -> None:
    ring = keyring.load()
    later = [replace(key, signs_from=clock.epoch() + 10) for key in ring]
    house.forget()
    keyring.store(later)
    refresh = OPERATIONS["refresh"].make(house)
    assert house.asked(refresh).status == 503
    house.clock.advance(seconds=10)
    assert house.asked(refresh).status == 200
    keyring.store([])
    house.forget()
    assert house.asked(refresh).status == 503
    keyring.store(ring)
    assert house.asked(refresh).status == 200
    assert rotation.rotate() == ring
    faults = len(UNAVAILABLE)
    figure(f"starts and copies: {faults} faults at {4 * faults} reads of secrets and {len(NAMES) * faults} of keys")
