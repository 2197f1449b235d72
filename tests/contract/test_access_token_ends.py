"""Personal access tokens beside sessions, against a database: never taken for one, and ended with the account's."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.authorizer import app as authorizer
from taskward.errors import SessionRevokedError, UnauthenticatedError
from taskward.identity import (
    access_token_changes,
    access_tokens,
    account_deletion,
    grants,
    keys,
    links,
    password_reset,
    principals,
    reauthentication,
    sessions,
    sign_in,
    tokens,
    users,
)
from taskward.identity.access_token_tables import AccessTokenItem, token_key
from taskward.identity.event_tables import EventItem, event_key
from taskward.identity.models import Credentials, PasswordChange, PasswordReset
from taskward.identity.password_change import change_password
from taskward.identity.session_tables import SessionItem
from taskward.identity.tokens import RefreshClaims
from taskward.identity.user_tables import UserItem
from taskward.principal import Principal
from tests.conftest import Clock
from tests.support.events import Context
from tests.support.faults import cancelled
from tests.support.people import ELSEWHERE, HOME, PASSWORD, principal_of, signed_in
from tests.support.racing import all_at_once
from tests.support.ways_in import account, add_token, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock", "mailbox")

EMAIL = "ada@example.com"
NEW = "violet bicycle 12"


def _alive(user_id: str) -> set[str]:
    return {session.session_id for session in sessions.live(user_id)}


def _tokens(user_id: str) -> set[str]:
    return {token.session_id for token in access_token_changes.of_user(user_id)}


def _with_fifty_sessions_and_twenty_tokens(email: str = EMAIL) -> tuple[UserItem, SessionItem, list[str]]:
    """An account that has as much as it may have, its first session, and the texts of its tokens."""
    user, session = verified(email)
    made = [access_tokens.generate(user.user_id, str(uuid.uuid4())) for _ in range(19)]
    with AccessTokenItem.batch_write() as batch:
        for new in made:
            row = AccessTokenItem(user.user_id, token_key(new.token_id), token_id=new.token_id, name="One of many")
            row.scopes, row.digest = ["tasks:read"], new.digest
            row.created_at, row.expires_at = session.created_at, session.created_at + 86400
            batch.save(row)
    with SessionItem.batch_write() as batch:
        for _ in range(49):
            batch.save(sessions.new(user.user_id, HOME))
    texts = [*(new.text for new in made), add_token(session)[1]]
    assert (len(_alive(user.user_id)), len(_tokens(user.user_id))) == (50, 20)
    return user, session, texts


def _reset(user: UserItem) -> None:
    token = links.store(account(user.user_id), "password_reset", user.email)
    password_reset.reset(PasswordReset(token=token, new_password=NEW), ELSEWHERE)


def _delete(user: UserItem, session: SessionItem) -> None:
    account_deletion.delete_account(principal_of(session), PASSWORD, HOME)


# --- No session ------------------------------------------------------------------------------------------------------


def test_tokens_are_not_among_sessions_and_do_not_count_to_the_fifty(clock: Clock) -> None:
    user, _, texts = _with_fifty_sessions_and_twenty_tokens()
    before = _alive(user.user_id)
    clock.advance(seconds=1)
    new = signed_in(EMAIL)
    after = _alive(user.user_id)
    assert len(after) == 50
    assert after - before == {new.session_id}
    for text in texts:
        principals.authenticate(text)
    assert not _alive(user.user_id) & _tokens(user.user_id)


def test_a_token_is_neither_refreshed_nor_renewed_nor_ended_like_a_session() -> None:
    user, session = verified(EMAIL)
    token, text = add_token(session)
    with pytest.raises(UnauthenticatedError):
        tokens.verify_refresh(text, keys.published())
    # As if somebody could sign such a thing.
    for generation in (0, 1, 2):
        with pytest.raises(SessionRevokedError):
            sessions.refresh(RefreshClaims(user.user_id, token.session_id, generation, 2**40), HOME)
    as_principal = Principal(user.user_id, token.session_id, int(session.created_at))
    for use in (lambda: reauthentication.renew(as_principal, HOME), lambda: users.signed_in(as_principal)):
        with pytest.raises(SessionRevokedError):
            use()
    assert not sessions.end(user.user_id, token.session_id, HOME, "ended_elsewhere")
    assert principals.authenticate(text).session_id == token.session_id


def test_what_ends_sessions_alone_leaves_tokens() -> None:
    user, session, texts = _with_fifty_sessions_and_twenty_tokens()
    change_password(principal_of(session), PasswordChange(current_password=PASSWORD, new_password=NEW), HOME)
    assert _alive(user.user_id) == {session.session_id}
    sessions.end_all(principal_of(session), HOME)
    assert not _alive(user.user_id)
    for text in texts:
        assert principals.authenticate(text).user_id == user.user_id


# --- Ended with the account's sessions -------------------------------------------------------------------------------


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many actions each transaction had."""
    sizes, transact = list[int](), Connection.transact_write_items

    def counted(self: Connection, **named: Any) -> Any:
        lists = [value for name, value in named.items() if name.endswith("_items") and value]
        sizes.append(sum(len(value) for value in lists))
        return transact(self, **named)

    monkeypatch.setattr(Connection, "transact_write_items", counted)
    return sizes


def test_a_reset_ends_fifty_sessions_and_twenty_tokens_in_one_step_and_tells_of_each(
    written: list[int], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    user, _, texts = _with_fifty_sessions_and_twenty_tokens()
    before = _alive(user.user_id)
    written.clear()
    _reset(user)
    assert written == [100], "one transaction, as large as may be"
    assert (_alive(user.user_id), _tokens(user.user_id)) == (set(), set())
    assert not list(SessionItem.query(user.user_id, consistent_read=True))
    for text in texts:
        with pytest.raises(SessionRevokedError):
            principals.authenticate(text)
    told = list(EventItem.query(event_key(user.user_id), consistent_read=True))
    ended = [event for event in told if event.kind == "session_ended"]
    assert {event.session_id for event in ended} == before
    assert {(event.reason, event.address) for event in ended} == {("password_reset", ELSEWHERE.address)}
    assert len(ended) == 50
    assert [event.kind for event in told].count("password_reset") == 1
    logged = [line["security_event"] for line in lines() if line.get("security_event")]
    assert (logged.count("SessionEnded"), logged.count("PasswordReset")) == (50, 1)


def test_a_deletion_ends_fifty_sessions_and_twenty_tokens_in_one_step(written: list[int]) -> None:
    user, session, texts = _with_fifty_sessions_and_twenty_tokens()
    written.clear()
    _delete(user, session)
    assert written == [73]
    assert not list(SessionItem.query(user.user_id, consistent_read=True))
    for text in texts:
        with pytest.raises(SessionRevokedError):
            principals.authenticate(text)


def test_tokens_end_together_with_sessions_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    user, session, texts = _with_fifty_sessions_and_twenty_tokens()

    def refuse(*_: Any, **__: Any) -> Any:
        raise cancelled("None", "ThrottlingError")

    ends: list[Callable[[], object]] = [lambda: _reset(user), lambda: _delete(user, session)]
    for end in ends:
        with monkeypatch.context() as patch:
            patch.setattr(Connection, "transact_write_items", refuse)
            with pytest.raises(TransactWriteError):
                end()
        assert (len(_alive(user.user_id)), len(_tokens(user.user_id))) == (50, 20)
        principals.authenticate(texts[0])
    sign_in.sign_in(Credentials(email=EMAIL, password=PASSWORD), HOME)


@pytest.mark.parametrize("how", ["reset", "deletion"])
def test_a_token_that_is_made_while_all_are_ended_is_not_missed(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tokens are listed, then one is made, then their end is stored: it must look again."""
    user, session = verified(EMAIL)
    add_token(session)
    revoke_all_in, late = access_token_changes.revoke_all_in, list[str]()

    def one_more_afterwards(write: TransactWrite, user_id: str) -> None:
        revoke_all_in(write, user_id)
        if not late:
            late.append(add_token(session)[1])

    monkeypatch.setattr(access_token_changes, "revoke_all_in", one_more_afterwards)
    if how == "reset":
        _reset(user)
    else:
        _delete(user, session)
    with pytest.raises(SessionRevokedError):
        principals.authenticate(late[0])
    assert _tokens(user.user_id) == set()


@pytest.mark.parametrize("how", ["reset", "deletion"])
def test_no_token_survives_that_is_made_at_the_same_time(how: str) -> None:
    for number in range(4):
        user, session = verified(f"ada{number}@example.com")

        def end(user: UserItem = user, session: SessionItem = session) -> None:
            if how == "reset":
                _reset(user)
            else:
                _delete(user, session)

        def make(session: SessionItem = session) -> None:
            add_token(session)

        moves: list[Callable[[], object]] = [make, make, end, make, make]
        results = all_at_once(moves)
        assert results[2] is None, results
        assert {type(result) for result in results} <= {type(None), SessionRevokedError}
        assert not list(SessionItem.query(user.user_id, consistent_read=True))


# --- What the authorizer reads ---------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each request to the database, in order."""
    done, dispatch = list[str](), Connection.dispatch

    def request(self: Connection, operation: str, arguments: dict[str, object]) -> object:
        done.append(f"{operation} {arguments.get('TableName', '')}")
        return dispatch(self, operation, arguments)

    monkeypatch.setattr(Connection, "dispatch", request)
    return done


def _decision(token: str) -> str:
    event = {"authorizationToken": f"Bearer {token}", "methodArn": "arn:aws:execute-api:x"}
    effect: str = authorizer.handler(event, Context())["policyDocument"]["Statement"][0]["Effect"]
    return effect


def test_the_authorizer_reads_one_item_for_a_request_whatever_token_it_comes_with(
    asked: list[str], clock: Clock
) -> None:
    user, session = verified(EMAIL)
    _, text = add_token(session)
    of_session = grants.issue(session).access_token
    nobodys = access_tokens.generate(user.user_id, str(uuid.uuid4())).text
    assert _decision(of_session) == _decision(text) == "Allow"
    for token, effect, requests in (
        (of_session, "Allow", ["GetItem sessions"]),
        (text, "Allow", ["GetItem sessions"]),
        (nobodys, "Deny", ["GetItem sessions"]),
        (f"{text}A", "Deny", []),
        (f"{of_session}A", "Deny", []),
    ):
        asked.clear()
        assert (_decision(token), asked) == (effect, requests)
    clock.advance(seconds=access_tokens.USE_NOTED_EVERY)
    keys.published()
    asked.clear()
    assert (_decision(text), asked) == ("Allow", ["GetItem sessions", "UpdateItem sessions"])
