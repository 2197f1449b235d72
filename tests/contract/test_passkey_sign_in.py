"""Sign-in by passkey against a database: what proves who somebody is, once, and what races with it."""

from collections.abc import Callable
from functools import partial

import pytest
from pynamodb.connection.base import Connection

from local.samples import authenticator as browser
from local.samples.authenticator import Authenticator
from taskward.client import Client
from taskward.errors import (
    InvalidPasskeyError,
    TaskwardError,
    TokenExpiredError,
    TooManyAttemptsError,
    UnauthenticatedError,
)
from taskward.identity import events, keys, passkey_sign_in, passkeys, sessions, steps
from taskward.identity.factor_tables import PasskeyItem
from taskward.identity.session_tables import SessionItem
from taskward.identity.user_tables import UserItem
from tests.conftest import Clock
from tests.support.mailbox import SITE, Mailbox
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, signed_in
from tests.support.racing import all_at_once
from tests.support.ways_in import (
    Answer,
    account,
    add_passkey,
    add_second_factor,
    answer_of,
    authenticator,
    enter,
    enter_with,
    verified,
)

pytestmark = pytest.mark.usefixtures("database", "weak_hashes")

EMAIL = "ada@example.com"
Somebody = tuple[UserItem, SessionItem]


@pytest.fixture
def ada(mailbox: Mailbox) -> Somebody:
    """Somebody whose address is verified."""
    return verified(EMAIL)


def _passkey(somebody: Somebody) -> PasskeyItem:
    (found,) = passkeys.of_user(somebody[0].user_id)
    return found


def _remove(somebody: Somebody, passkey: PasskeyItem) -> None:
    passkeys.remove(principal_of(somebody[1]), passkeys.representation(passkey)["id"], HOME)


def _told(somebody: Somebody) -> list[tuple[str, str | None]]:
    found = events.newest_first(somebody[0].user_id, 100, None).events
    return [(event.kind, event.reason) for event in found]


def test_it_starts_a_session_and_moves_the_counter_on(ada: Somebody, clock: Clock) -> None:
    device = add_passkey(ada[1], authenticator(counts_by=3))
    assert _passkey(ada).sign_count == 0
    for count in (3, 6):
        clock.advance(seconds=60)
        session = enter_with(device)
        assert session.user_id == ada[0].user_id
        assert session.authenticated_at == int(clock.moment.timestamp())
        assert (_passkey(ada).sign_count, _passkey(ada).last_used_at) == (count, int(clock.moment.timestamp()))
    assert len(sessions.live(ada[0].user_id)) == 3
    assert _told(ada)[0] == ("signed_in", None)
    clock.advance(seconds=60)
    enter_with(device, ELSEWHERE)
    assert _told(ada)[0] == ("signed_in", "new_device")


def test_it_needs_no_second_factor(ada: Somebody) -> None:
    device = add_passkey(ada[1])
    add_second_factor(ada[1])
    assert enter_with(device).user_id == ada[0].user_id


@pytest.mark.parametrize("counts_by", [0, 1])
def test_what_was_signed_once_lets_in_once_even_if_eight_send_it_at_once(counts_by: int, ada: Somebody) -> None:
    device = add_passkey(ada[1], authenticator(counts_by=counts_by))
    answer = answer_of(device)
    results = all_at_once([partial(enter, answer)] * 8)
    assert len([result for result in results if isinstance(result, SessionItem)]) == 1
    assert all(type(result) is UnauthenticatedError for result in results if not isinstance(result, SessionItem))
    with pytest.raises(UnauthenticatedError):
        enter(answer)
    assert len(sessions.live(ada[0].user_id)) == 2
    # A replay says nothing of the passkey: it may be the owner's own, by a bad connection.
    assert [kind for kind, _ in _told(ada)] == ["signed_in", "passkey_added", "registered"]


def test_a_copy_whose_counter_is_behind_is_refused_and_recorded(ada: Somebody) -> None:
    device = add_passkey(ada[1], authenticator(counts_by=1))
    enter_with(device)
    copy = device.clone()
    enter_with(device)
    with pytest.raises(InvalidPasskeyError):
        enter_with(copy, ELSEWHERE)
    assert _told(ada)[0] == ("passkey_check_failed", "counter_went_back")
    assert _passkey(ada).sign_count == 2
    enter_with(device)
    # One that has counted before does not stop to.
    device.counts_by = -3
    with pytest.raises(InvalidPasskeyError):
        enter_with(device)
    assert len(sessions.live(ada[0].user_id)) == 4


def test_a_wrong_signature_is_recorded_and_no_copy(ada: Somebody) -> None:
    device = add_passkey(ada[1])
    token, answer = answer_of(device)
    with pytest.raises(InvalidPasskeyError):
        enter((token, browser.altered(answer, "signature", lambda data: data[:-1] + bytes([data[-1] ^ 1]))))
    assert _told(ada)[0] == ("passkey_check_failed", None)
    # It has used nothing up.
    enter((token, answer))


def test_a_removed_passkey_lets_nobody_in(ada: Somebody) -> None:
    device = add_passkey(ada[1])
    begun = answer_of(device)
    _remove(ada, _passkey(ada))
    for answer in (begun, answer_of(device)):
        with pytest.raises(InvalidPasskeyError):
            enter(answer)
    assert len(sessions.live(ada[0].user_id)) == 1


def test_one_that_is_removed_between_its_verification_and_the_session_starts_none(
    ada: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = add_passkey(ada[1])
    answer, begin = answer_of(device), steps.use_in

    def removed_meanwhile(*arguments: object) -> None:
        monkeypatch.setattr(steps, "use_in", begin)
        begin(*arguments)  # type: ignore[arg-type]
        _remove(ada, _passkey(ada))

    monkeypatch.setattr(steps, "use_in", removed_meanwhile)
    with pytest.raises(UnauthenticatedError):
        enter(answer)
    assert len(sessions.live(ada[0].user_id)) == 1


def test_a_removal_and_a_sign_in_at_once_end_in_a_session_or_a_refusal(ada: Somebody) -> None:
    for _ in range(8):
        device = add_passkey(ada[1])
        moves: list[Callable[[], object]] = [partial(_remove, ada, _passkey(ada)), partial(enter, answer_of(device))]
        removed, entered = all_at_once(moves)
        assert removed is None
        assert isinstance(entered, SessionItem | UnauthenticatedError)
        with pytest.raises(InvalidPasskeyError):
            enter_with(device)


def test_the_name_of_another_user_on_ones_own_answer_lets_nobody_in(ada: Somebody) -> None:
    own = verified("grace@example.com")
    add_passkey(ada[1])
    device = add_passkey(own[1])
    device.credentials[0].user_handle = _handle(ada)
    with pytest.raises(InvalidPasskeyError):
        enter_with(device)
    for somebody in (ada, own):
        assert len(sessions.live(somebody[0].user_id)) == 1
        assert _told(somebody)[0] == ("passkey_added", None)


def _handle(somebody: Somebody) -> bytes:
    return bytes.fromhex(somebody[0].user_id.replace("-", ""))


def test_unknown_users_and_unknown_passkeys_take_the_same_single_read(
    ada: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_passkey(ada[1])
    answers: list[Answer] = []
    for handle in (_handle(ada), bytes(16)):
        device = authenticator()
        begun = passkeys.begin_registration(principal_of(ada[1]), SITE)
        device.create(begun["options"])
        device.credentials[0].user_handle = handle
        answers.append(answer_of(device))
    done: list[str] = []
    dispatch = Connection.dispatch

    def request(self: Connection, operation: str, arguments: dict[str, object]) -> object:
        done.append(operation)
        return dispatch(self, operation, arguments)

    monkeypatch.setattr(Connection, "dispatch", request)
    for answer in answers:
        done.clear()
        with pytest.raises(InvalidPasskeyError):
            enter(answer)
        # The look-up, and the count of what was refused.
        assert done == ["GetItem", "UpdateItem"]


def test_an_account_that_was_given_up_is_not_entered_while_its_passkeys_are_still_there(ada: Somebody) -> None:
    device = add_passkey(ada[1])
    account(ada[0].user_id).delete()
    with pytest.raises(InvalidPasskeyError):
        enter_with(device)
    with pytest.raises(UserItem.DoesNotExist):
        account(ada[0].user_id)


def test_wrong_answers_are_counted_by_network_and_right_ones_always_let_in(ada: Somebody, clock: Clock) -> None:
    device = add_passkey(ada[1])
    wrong = authenticator(client_data={"origin": "https://evil.example"}, credentials=device.credentials)
    for _ in range(24):
        with pytest.raises(InvalidPasskeyError):
            enter_with(wrong)
    with pytest.raises(InvalidPasskeyError):
        enter((passkey_sign_in.begin(SITE)["step_token"], {"id": "nonsense"}))
    with pytest.raises(TooManyAttemptsError) as refused:
        enter_with(wrong)
    assert refused.value.retry_after == 1
    with pytest.raises(InvalidPasskeyError):
        enter_with(wrong, Client("192.0.2.1", "tests"))
    enter_with(device)
    signed_in(EMAIL, PASSWORD)


def _expired(clock: Clock, ada: Somebody, device: Authenticator) -> Answer:
    answer = answer_of(device)
    clock.advance(seconds=300)
    return answer


def _for(token: str, device: Authenticator) -> Answer:
    """Signed for that very token, so that the token alone is wrong."""
    options = passkey_sign_in.begin(SITE)["options"] | {"challenge": browser.encoded(steps.challenge_of(token))}
    return token, device.get(options)


def _of_a_registration(clock: Clock, ada: Somebody, device: Authenticator) -> Answer:
    return _for(str(passkeys.begin_registration(principal_of(ada[1]), SITE)["step_token"]), device)


def _of_a_reauthentication(clock: Clock, ada: Somebody, device: Authenticator) -> Answer:
    return _for(str(passkey_sign_in.begin_reauthentication(principal_of(ada[1]), SITE)["step_token"]), device)


def _forged(clock: Clock, ada: Somebody, device: Authenticator) -> Answer:
    token = str(passkey_sign_in.begin(SITE)["step_token"])
    return _for(token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"), device)


@pytest.mark.parametrize("other", [_expired, _of_a_registration, _of_a_reauthentication, _forged])
def test_the_token_of_another_step_is_refused(
    other: Callable[[Clock, Somebody, Authenticator], Answer], clock: Clock, ada: Somebody
) -> None:
    answer = other(clock, ada, add_passkey(ada[1]))
    with pytest.raises(TokenExpiredError if other is _expired else UnauthenticatedError):
        enter(answer)
    assert len(sessions.live(ada[0].user_id)) == 1


def test_whatever_is_no_answer_is_an_invalid_passkey(ada: Somebody) -> None:
    device = add_passkey(ada[1])
    token, good = answer_of(device)
    broken: list[dict[str, object]] = [
        {},
        good | {"id": None},
        good | {"response": None},
        good | {"type": "password"},
        *[good | {"response": good["response"] | {name: bad}} for name in good["response"] for bad in ("", 7, "*")],
    ]
    for answer in broken:
        client = Client(f"192.0.2.{broken.index(answer)}", "tests")
        with pytest.raises(TaskwardError) as refused:
            passkey_sign_in.finish(token, answer, keys.published(), SITE, client)
        assert isinstance(refused.value, InvalidPasskeyError)
    enter((token, good))
