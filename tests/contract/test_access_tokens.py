"""Personal access tokens against a database: what they are good for, and what is none."""

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError

from taskward.errors import (
    EmailUnverifiedError,
    NotFoundError,
    SessionRevokedError,
    TooManyAccessTokensError,
)
from taskward.identity import access_token_changes, access_tokens, events, principals
from taskward.identity.access_token_tables import AccessTokenItem
from taskward.identity.models import NewAccessToken
from taskward.identity.session_tables import SessionItem
from taskward.principal import Principal
from tests.conftest import Clock
from tests.support.holdings import as_stored
from tests.support.people import ELSEWHERE, HOME, principal_of, registered, signed_in
from tests.support.racing import all_at_once
from tests.support.template import resources
from tests.support.ways_in import add_token, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock")

EMAIL = "ada@example.com"
Scopes = list[Any]


def _create(session: SessionItem, scopes: Scopes | None = None, days: int = 30) -> tuple[AccessTokenItem, str]:
    request = NewAccessToken(name="Backup", scopes=scopes or ["tasks:read"], expires_in_days=days)
    return access_token_changes.create(principal_of(session), request, HOME)


def _stored(token: AccessTokenItem) -> AccessTokenItem:
    return AccessTokenItem.get(token.user_id, token.session_id, consistent_read=True)


def _secret(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rpartition(".")[2] + "=")


# --- Made, used, listed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scopes", [["tasks:read"], ["tasks:write"], ["tasks:write", "tasks:read"]])
def test_a_token_stands_for_its_user_and_its_scopes_and_never_for_a_recent_authentication(scopes: Scopes) -> None:
    user, session = verified(EMAIL)
    token, text = _create(session, scopes)
    assert principals.authenticate(text) == Principal(user.user_id, token.session_id, 0, frozenset(scopes))
    told = [event for event in events.newest_first(user.user_id, 100, None).events if "token" in event.kind]
    assert [(event.kind, event.session_id) for event in told] == [("access_token_created", session.session_id)]


def test_a_scope_that_is_named_twice_counts_once() -> None:
    _, session = verified(EMAIL)
    token, _ = _create(session, ["tasks:read", "tasks:read"])
    assert access_token_changes.representation(token)["scopes"] == ["tasks:read"]


def test_the_table_has_the_digest_of_the_secret_alone() -> None:
    user, session = verified(EMAIL)
    token, text = _create(session)
    assert len(_secret(text)) == 32
    assert token.digest == hashlib.sha256(_secret(text)).hexdigest()
    rows = as_stored(AccessTokenItem, user.user_id)
    for hidden in (text, text.rpartition(".")[2], _secret(text).hex()):
        assert hidden not in rows
    shown = json.dumps([access_token_changes.representation(row) for row in access_token_changes.of_user(user.user_id)])
    assert token.token_id in shown
    for hidden in (text.rpartition(".")[2], token.digest):
        assert hidden not in shown


def test_a_token_passes_the_shape_that_the_gateway_lets_through_and_no_two_are_alike() -> None:
    _, session = verified(EMAIL)
    texts = {_create(session)[1] for _ in range(5)}
    assert len(texts) == 5
    assert len({_secret(text) for text in texts}) == 5
    shape = resources("AWS::Serverless::Api")["Api"]["Auth"]["Authorizers"]["TokenAuthorizer"]["Identity"]
    assert all(re.search(shape["ValidationExpression"], f"Bearer {text}") for text in texts)


def test_tokens_are_listed_the_newest_first_while_they_live(clock: Clock) -> None:
    user, session = verified(EMAIL)
    other, others_session = verified("bob@example.com")
    first, _ = _create(session, days=1)
    clock.advance(seconds=1)
    second, _ = _create(session, days=2)
    add_token(others_session)
    assert [token.token_id for token in access_token_changes.of_user(user.user_id)] == [second.token_id, first.token_id]
    assert len(access_token_changes.of_user(other.user_id)) == 1
    clock.advance(days=1, seconds=-1)
    assert [token.token_id for token in access_token_changes.of_user(user.user_id)] == [second.token_id]


def test_an_account_whose_address_nobody_verified_gets_none() -> None:
    user, session = registered(EMAIL)
    with pytest.raises(EmailUnverifiedError):
        _create(session)
    assert access_token_changes.of_user(user.user_id) == []


def test_there_are_twenty_at_most_even_when_many_are_made_at_once(clock: Clock) -> None:
    user, session = verified(EMAIL)
    first, _ = _create(session, days=1)
    for _ in range(16):
        _create(session)
    results = all_at_once([partial(_create, session)] * 8)
    assert sum(isinstance(result, tuple) for result in results) == 3
    assert {type(result) for result in results if isinstance(result, Exception)} == {TooManyAccessTokensError}
    assert len(access_token_changes.of_user(user.user_id)) == 20
    with pytest.raises(TooManyAccessTokensError):
        _create(session)
    # One that is over makes room, also while the table still has it.
    clock.advance(days=1)
    assert len(access_token_changes.of_user(user.user_id)) == 19
    assert _stored(first)
    later = signed_in(EMAIL)
    _create(later)
    with pytest.raises(TooManyAccessTokensError):
        _create(later)


# --- Revoked, over ---------------------------------------------------------------------------------------------------


def test_a_revoked_token_is_refused_from_the_next_request_on() -> None:
    user, session = verified(EMAIL)
    (token, text), (_, other) = _create(session), _create(session)
    principals.authenticate(text)
    access_token_changes.revoke(principal_of(session), token.token_id, ELSEWHERE)
    with pytest.raises(SessionRevokedError):
        principals.authenticate(text)
    principals.authenticate(other)
    with pytest.raises(NotFoundError):
        access_token_changes.revoke(principal_of(session), token.token_id, HOME)
    told = [
        event for event in events.newest_first(user.user_id, 100, None).events if event.kind == "access_token_revoked"
    ]
    assert [(event.session_id, event.address) for event in told] == [(session.session_id, ELSEWHERE.address)]


def test_of_two_revocations_the_one_that_was_slower_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    user, session = verified(EMAIL)
    token, _ = _create(session)
    existing = access_token_changes._existing

    def revoked_meanwhile(user_id: str, token_id: str) -> AccessTokenItem:
        found = existing(user_id, token_id)
        monkeypatch.setattr(access_token_changes, "_existing", existing)
        access_token_changes.revoke(principal_of(session), token_id, HOME)
        return found

    monkeypatch.setattr(access_token_changes, "_existing", revoked_meanwhile)
    with pytest.raises(NotFoundError):
        access_token_changes.revoke(principal_of(session), token.token_id, HOME)
    told = events.newest_first(user.user_id, 100, None).events
    assert [event.kind for event in told].count("access_token_revoked") == 1


def test_nobody_revokes_the_token_of_another_nor_what_is_no_token() -> None:
    _, session = verified(EMAIL)
    _, bobs_session = verified("bob@example.com")
    token, text = _create(session)
    for token_id in (token.token_id, str(uuid.uuid4()), "", "x" * 5000, token.session_id):
        with pytest.raises(NotFoundError):
            access_token_changes.revoke(principal_of(bobs_session), token_id, HOME)
    with pytest.raises(NotFoundError):
        access_token_changes.revoke(principal_of(session), session.session_id, HOME)
    principals.authenticate(text)


def test_a_token_is_over_to_the_second_though_the_table_still_has_it(clock: Clock) -> None:
    _, session = verified(EMAIL)
    token, text = _create(session, days=1)
    clock.advance(days=1, seconds=-1)
    principals.authenticate(text)
    clock.advance(seconds=1)
    with pytest.raises(SessionRevokedError):
        principals.authenticate(text)
    with pytest.raises(NotFoundError):
        access_token_changes.revoke(principal_of(signed_in(EMAIL)), token.token_id, HOME)


# --- Its last use ----------------------------------------------------------------------------------------------------


def test_the_last_use_is_noted_once_an_hour_at_most(clock: Clock) -> None:
    _, session = verified(EMAIL)
    token, text = _create(session)
    assert access_token_changes.representation(token)["last_used_at"] is None
    noted = []
    for _ in range(9):
        principals.authenticate(text)
        noted.append(int(_stored(token).last_used_at))
        clock.advance(minutes=15)
    start = noted[0]
    assert noted == [start] * 4 + [start + 3600] * 4 + [start + 7200]
    assert _stored(token).expires_at == token.expires_at


THROTTLED = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "UpdateItem")
COLLIDED = ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, "UpdateItem")
DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "UpdateItem")
TIMED_OUT = ReadTimeoutError(endpoint_url="https://dynamodb")


@pytest.mark.parametrize("cause", [THROTTLED, COLLIDED, DENIED, TIMED_OUT], ids=str)
def test_a_use_that_cannot_be_noted_is_no_reason_to_refuse_it(
    cause: Exception, monkeypatch: pytest.MonkeyPatch, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    user, session = verified(EMAIL)
    token, text = _create(session)

    def failing(*_: Any, **__: Any) -> Any:
        raise UpdateError("failed", cause)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "update_item", failing)
        assert principals.authenticate(text).user_id == user.user_id
    assert _stored(token).last_used_at is None
    (warning,) = [line for line in lines() if line["level"] == "WARNING"]
    assert _secret(text).hex() not in str(warning)
    assert text not in str(warning)
    # The next use is noted.
    principals.authenticate(text)
    assert _stored(token).last_used_at is not None


def test_noting_a_use_does_not_bring_a_token_back_that_is_just_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    user, session = verified(EMAIL)
    token, text = _create(session)
    note_use = access_tokens._note_use

    def revoked_meanwhile(found: AccessTokenItem) -> None:
        access_token_changes.revoke(principal_of(session), token.token_id, HOME)
        note_use(found)

    monkeypatch.setattr(access_tokens, "_note_use", revoked_meanwhile)
    principals.authenticate(text)
    monkeypatch.undo()
    assert access_token_changes.of_user(user.user_id) == []
    with pytest.raises(SessionRevokedError):
        principals.authenticate(text)
