"""A proof by passkey in a session that goes on, against a database: once, and with a passkey that is still there."""

from functools import partial

import pytest

from local.samples.authenticator import Authenticator
from taskward.errors import WrongPasskeyError
from taskward.identity import events, keys, passkey_sign_in, passkeys, principals, steps
from taskward.identity.session_tables import SessionItem
from tests.conftest import Clock
from tests.support.mailbox import SITE
from tests.support.people import HOME, principal_of
from tests.support.racing import all_at_once
from tests.support.ways_in import Answer, add_passkey, authenticator, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")


def _answer(session: SessionItem, device: Authenticator) -> Answer:
    begun = passkey_sign_in.begin_reauthentication(principal_of(session), SITE)
    return begun["step_token"], device.get(begun["options"])


def _prove(session: SessionItem, answer: Answer) -> None:
    passkey_sign_in.reauthenticate(principal_of(session), *answer, keys.published(), SITE, HOME)


def _told(session: SessionItem) -> list[str]:
    return [event.kind for event in events.newest_first(session.user_id, 100, None).events]


@pytest.mark.parametrize("counts_by", [0, 1])
def test_an_answer_counts_once_even_if_eight_send_it_at_once(counts_by: int, clock: Clock) -> None:
    _, session = verified()
    answer = _answer(session, add_passkey(session, authenticator(counts_by=counts_by)))
    clock.advance(seconds=100)
    results = all_at_once([partial(_prove, session, answer)] * 8)
    assert results.count(None) == 1
    assert [type(result) for result in results if result is not None] == [WrongPasskeyError] * 7
    assert _told(session).count("reauthenticated") == 1
    assert "passkey_check_failed" not in _told(session)
    stored = principals.live_session(session.user_id, session.session_id)
    assert stored.authenticated_at == int(clock.moment.timestamp())


def test_a_passkey_that_is_removed_while_it_is_used_proves_nothing_and_does_not_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, session = verified()
    answer, use = _answer(session, add_passkey(session)), steps.use_in

    def removed_meanwhile(*arguments: object) -> None:
        monkeypatch.setattr(steps, "use_in", use)
        use(*arguments)  # type: ignore[arg-type]
        (passkey,) = passkeys.of_user(session.user_id)
        passkeys.remove(principal_of(session), passkeys.representation(passkey)["id"], HOME)

    monkeypatch.setattr(steps, "use_in", removed_meanwhile)
    with pytest.raises(WrongPasskeyError):
        _prove(session, answer)
    assert passkeys.of_user(session.user_id) == []


def test_of_a_passkey_and_its_copy_used_at_once_one_is_refused_and_recorded() -> None:
    _, session = verified()
    device = add_passkey(session, authenticator(counts_by=1))
    for _ in range(5):
        answers = [_answer(session, one) for one in (device, device.clone())]
        results = all_at_once([partial(_prove, session, answer) for answer in answers])
        assert sorted(map(type, results), key=str) == sorted([type(None), WrongPasskeyError], key=str)
    assert _told(session).count("passkey_check_failed") == 5
