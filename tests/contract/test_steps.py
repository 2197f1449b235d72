"""Tokens between two steps: good for one purpose, for a few minutes, once; and for nothing else that takes a token."""

import base64
import json
from collections.abc import Callable
from typing import Any, get_args

import jwt
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from taskward import settings
from taskward.errors import TokenExpiredError, UnauthenticatedError
from taskward.identity import grants, keyring, keys, principals, steps, tokens
from taskward.identity.user_tables import UsedStepItem, UserItem
from taskward.storage import connection_of, transact_rechecked, user_key
from tests.conftest import Clock
from tests.support.people import registered
from tests.support.racing import all_at_once

pytestmark = pytest.mark.usefixtures("database", "clock")

PURPOSES = get_args(steps.Purpose)
USER = "6f1c1d0e-7a53-4b6e-9f0e-0b9d7f4c2a11"
OTHER = "0b9d7f4c-7a53-4b6e-9f0e-6f1c1d0e2a22"


def _begun(token: str, purpose: steps.Purpose = "second-factor") -> steps.Step:
    return steps.begun(token, purpose, keys.published())


def _use(step: steps.Step, user_id: str = USER) -> None:
    transact_rechecked(connection_of(UserItem), lambda write: steps.use_in(write, step, user_id))


def test_a_step_says_whose_it_is_in_which_session_and_on_what_credential() -> None:
    step = _begun(steps.begin("second-factor", USER, "a session", 7))
    assert (step.user_id, step.session_id, step.credential_version) == (USER, "a session", 7)
    nobodys = _begun(steps.begin("passkey-sign-in"), "passkey-sign-in")
    assert (nobodys.user_id, nobodys.credential_version) == (steps.ANYBODY, 0)


def test_every_step_has_a_challenge_of_its_own() -> None:
    challenges = {steps.challenge_of(steps.begin("passkey-sign-in")) for _ in range(20)}
    assert len(challenges) == 20
    assert {len(challenge) for challenge in challenges} == {32}


def test_a_step_lasts_five_minutes(clock: Clock) -> None:
    token = steps.begin("second-factor", USER)
    clock.advance(seconds=299)
    _begun(token)
    clock.advance(seconds=1)
    with pytest.raises(TokenExpiredError):
        _begun(token)


@pytest.mark.parametrize("begun_for", PURPOSES)
def test_a_step_is_good_for_its_own_purpose_alone(begun_for: steps.Purpose) -> None:
    token = steps.begin(begun_for, USER)
    _begun(token, begun_for)
    for purpose in set(PURPOSES) - {begun_for}:
        with pytest.raises(UnauthenticatedError) as refused:
            _begun(token, purpose)
        assert refused.value.code == "invalid_token"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_no_step_is_an_access_or_a_refresh_token_nor_the_other_way_round(purpose: steps.Purpose) -> None:
    _, session = registered()
    token = steps.begin(purpose, session.user_id, session.session_id)
    published = keys.published()
    grant = grants.issue(session)
    uses: list[Callable[[], object]] = [
        lambda: principals.authenticate(token),
        lambda: tokens.verify_refresh(token, published),
        lambda: _begun(grant.access_token, purpose),
        lambda: _begun(grant.refresh_token, purpose),
    ]
    for use in uses:
        with pytest.raises(UnauthenticatedError) as refused:
            use()
        assert refused.value.code == "invalid_token"


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "change",
    [{"sub": OTHER}, {"cv": 8}, {"sid": "another"}, {"exp": 2**40}, {"jti": "0" * 32}, {"aud": "urn:x"}, {"iss": "x"}],
    ids=str,
)
def test_a_step_that_was_altered_is_none(change: dict[str, Any]) -> None:
    head, body, signature = steps.begin("second-factor", USER, "a session", 7).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert change.keys() <= claims.keys()
    unsigned = _part({"alg": "none", "typ": "second-factor+jwt", "kid": keyring.signing_key().kid})
    for forged in (f"{head}.{_part(claims | change)}.{signature}", f"{unsigned}.{_part(claims | change)}."):
        with pytest.raises(UnauthenticatedError) as refused:
            _begun(forged)
        assert refused.value.code == "invalid_token"


@pytest.mark.parametrize(
    "change", [{"cv": None}, {"cv": "7"}, {"cv": True}, {"jti": 7}, {"sub": 7}, {"sid": None}], ids=str
)
def test_a_signed_step_with_members_of_other_types_is_none(change: dict[str, Any], clock: Clock) -> None:
    now, key = int(clock.now().timestamp()), keyring.signing_key()
    claims = {"iss": settings.issuer(), "aud": f"{settings.issuer()}:second-factor", "iat": now, "exp": now + 300}
    claims |= {"sub": USER, "sid": "a session", "jti": "0" * 32, "cv": 7}

    def signed(claims: dict[str, Any]) -> str:
        headers = {"typ": "second-factor+jwt", "kid": key.kid}
        return jwt.encode(claims, key.private_key, algorithm="EdDSA", headers=headers)

    _begun(signed(claims))
    with pytest.raises(UnauthenticatedError):
        _begun(signed({name: value for name, value in (claims | change).items() if value is not None}))


@effort(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(st.text() | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}"))
def test_what_is_no_token_is_refused_and_no_error(text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        _begun(text)


def test_a_step_is_used_once() -> None:
    step = _begun(steps.begin("second-factor", USER))
    _use(step)
    for _ in range(2):
        with pytest.raises(UnauthenticatedError):
            _use(step)
    _use(_begun(steps.begin("second-factor", USER)))


def test_of_uses_at_once_one_counts() -> None:
    step = _begun(steps.begin("second-factor", USER))
    results = all_at_once([lambda: _use(step)] * 8)
    assert results.count(None) == 1
    assert sum(isinstance(result, UnauthenticatedError) for result in results) == 7


def test_a_use_that_came_to_nothing_leaves_the_step_unused() -> None:
    step = _begun(steps.begin("second-factor", USER))

    def then_fail(write: TransactWrite) -> None:
        steps.use_in(write, step, USER)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        transact_rechecked(connection_of(UserItem), then_fail)
    _use(step)


def test_the_mark_of_a_use_outlives_the_step_and_is_removed_by_itself(clock: Clock) -> None:
    token = steps.begin("second-factor", USER)
    clock.advance(seconds=299)
    _use(_begun(token))
    (mark,) = UsedStepItem.query(user_key(USER), UsedStepItem.sk.startswith("USED#"), consistent_read=True)
    assert mark.expires_at == int(clock.now().timestamp()) + 600
    assert mark.to_simple_dict().keys() == {"pk", "sk", "expires_at"}


def test_nothing_is_stored_when_a_step_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.signing_key()
    monkeypatch.setattr(Connection, "dispatch", lambda *_: pytest.fail("no table is touched"))
    steps.begin("passkey-sign-in")
