"""The refresh function, fed from events/refresh."""

from typing import Any

import jwt
import pytest

from tests.conftest import Clock
from tests.support.sample_events import (
    Case,
    ask,
    check,
    forged,
    is_let_in,
    placeholders,
    signed_in,
    signed_up,
    stored,
)

CASES = {
    "refresh/by_body": Case(200),
    "refresh/by_cookie": Case(200),
    "refresh/cookie_without_client_header": Case(403, "cross_site_request"),
    "refresh/no_token": Case(401, "invalid_token"),
    "refresh/forged": Case(401, "invalid_token"),
    "refresh/malformed": Case(401, "invalid_token"),
    "refresh/access_token": Case(401, "invalid_token"),
    "refresh/expired": Case(401, "token_expired"),
    "refresh/used_before": Case(401, "token_reused"),
    "refresh/session_revoked": Case(401, "session_revoked"),
    "refresh/wrong_types": Case(422, "invalid_request", ["refresh_token"]),
    "refresh/unknown_member": Case(422, "invalid_request", ["scope"]),
    "refresh/broken_json": Case(400, "malformed_request"),
    "refresh/wrong_content_type": Case(415, "unsupported_media_type"),
    "refresh/too_many_attempts": Case(429, "too_many_attempts", after=["refresh/malformed"] * 25),
}

IDLE_SECONDS = 604800
GRACE_SECONDS = 30


@pytest.fixture
def ann(moto_tables: None, clock: Clock) -> dict[str, str]:
    """Values of a live session."""
    return signed_up()


def no_longer_good(ann: dict[str, str], kind: str, clock: Clock) -> str:
    """A refresh token that is no good in the way that its placeholder says."""
    if kind == "forged_refresh_token":
        return forged(ann["refresh_token"], gen=2)
    other = signed_in()
    if kind == "used_refresh_token":
        ask("refresh/by_body", **other)
        clock.advance(seconds=GRACE_SECONDS + 1)
    elif kind == "revoked_refresh_token":
        ask("sessions/logout_refresh_token", **other)
    else:
        assert kind == "expired_refresh_token"
        clock.advance(seconds=IDLE_SECONDS)
    return other["refresh_token"]


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_as_its_case_says_and_a_refusal_leaves_the_sessions_as_they_are(
    name: str, ann: dict[str, str], clock: Clock
) -> None:
    ann |= {kind: no_longer_good(ann, kind, clock) for kind in placeholders(name) - ann.keys()}
    for earlier in CASES[name].after:
        ask(earlier)
    before = stored("sessions")
    check(name, CASES[name], ask(name, **ann))
    # A token that was used before is the one refusal that ends a session.
    assert (stored("sessions") == before) == (CASES[name].code not in (None, "token_reused"))


def test_the_answer_is_a_grant_of_the_same_session_without_the_user(ann: dict[str, str]) -> None:
    answer = ask("refresh/by_body", **ann)
    grant = answer.json()
    assert grant.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "session_id"}
    assert grant["session_id"] == ann["session_id"]
    assert grant["refresh_token"] != ann["refresh_token"]
    assert answer.header("set-cookie") is None


def test_each_token_of_the_answer_does_its_work(ann: dict[str, str]) -> None:
    grant = ask("refresh/by_body", **ann).json()
    assert is_let_in(grant["access_token"])
    assert ask("refresh/by_body", refresh_token=grant["refresh_token"]).status == 200


def test_a_refresh_by_cookie_is_answered_by_cookie(ann: dict[str, str]) -> None:
    answer = ask("refresh/by_cookie", **ann)
    cookie = answer.cookie()
    assert "refresh_token" not in answer.json()
    assert (cookie.key, cookie["path"], cookie["domain"]) == ("__Host-taskward_refresh", "/", "")
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Strict")
    assert cookie["max-age"] == str(IDLE_SECONDS)
    assert ask("refresh/by_cookie", refresh_token=cookie.value).status == 200


def test_a_token_used_twice_within_the_grace_gives_the_same_generation_again(ann: dict[str, str], clock: Clock) -> None:
    first = ask("refresh/by_body", **ann).json()
    clock.advance(seconds=GRACE_SECONDS)
    second = ask("refresh/by_body", **ann).json()
    assert _claims(second["refresh_token"])["gen"] == _claims(first["refresh_token"])["gen"] == 2
    assert second["session_id"] == first["session_id"]


def test_a_token_used_again_after_the_grace_ends_the_session_for_everybody(ann: dict[str, str], clock: Clock) -> None:
    newest = ask("refresh/by_body", **ann).json()
    assert is_let_in(newest["access_token"])
    clock.advance(seconds=GRACE_SECONDS + 1)
    assert ask("refresh/used_before", used_refresh_token=ann["refresh_token"]).json()["code"] == "token_reused"
    answer = ask("refresh/by_body", refresh_token=newest["refresh_token"])
    assert (answer.status, answer.json()["code"]) == (401, "session_revoked")
    assert not is_let_in(newest["access_token"])


def test_after_too_many_refused_tokens_the_next_refused_one_is_too_many_and_a_good_one_is_not(
    ann: dict[str, str], clock: Clock
) -> None:
    for _ in range(25):
        assert ask("refresh/malformed").status == 401
    for wait in (1, 2, 4):
        refused = ask("refresh/malformed")
        assert (refused.status, refused.header("retry-after")) == (429, str(wait))
        ann["refresh_token"] = ask("refresh/by_body", **ann).json()["refresh_token"]
        clock.advance(seconds=wait)
        assert ask("refresh/malformed").status == 401


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
