"""What is no personal access token, against a database: forged, somebody else's, or anything at all."""

import base64
import uuid

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from pynamodb.connection import Connection

from taskward.errors import SessionRevokedError, UnauthenticatedError
from taskward.identity import access_token_changes, keys, principals
from tests.support.ways_in import add_token, verified

pytestmark = pytest.mark.usefixtures("database", "weak_hashes", "clock")

EMAIL = "ada@example.com"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _text(user_id: str, token_id: str, secret: bytes) -> str:
    return f"taskward_pat.{_encoded(uuid.UUID(user_id).bytes + uuid.UUID(token_id).bytes)}.{_encoded(secret)}"


def _secret(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rpartition(".")[2] + "=")


def test_a_token_with_anything_in_it_changed_is_refused() -> None:
    ada, session = verified(EMAIL)
    bob, bobs_session = verified("bob@example.com")
    (token, text), (bobs, bobs_text) = add_token(session), add_token(bobs_session)
    forged = {
        "another secret": _text(ada.user_id, token.token_id, bytes(32)),
        "a secret with one bit changed": _text(
            ada.user_id, token.token_id, bytes([_secret(text)[0] ^ 1]) + _secret(text)[1:]
        ),
        "another user with one's own secret": _text(bob.user_id, token.token_id, _secret(text)),
        "another user's token with one's own secret": _text(bob.user_id, bobs.token_id, _secret(text)),
        "one's own id with another user's secret": _text(ada.user_id, token.token_id, _secret(bobs_text)),
        "another user's token under one's own id": _text(ada.user_id, bobs.token_id, _secret(bobs_text)),
        "a session's id": _text(ada.user_id, session.session_id, _secret(text)),
        "nobody": _text(str(uuid.uuid4()), str(uuid.uuid4()), _secret(text)),
    }
    for name, wrong in forged.items():
        with pytest.raises(SessionRevokedError):
            pytest.fail(f"{name}: {principals.authenticate(wrong)}")
    assert principals.authenticate(text).user_id == ada.user_id


IDS = _encoded(bytes(32))
SECRET = _encoded(bytes(32))
B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/="

parts = st.text(B64, max_size=90) | st.text(max_size=20) | st.sampled_from([IDS, SECRET, f"{IDS}=", "", "="])
garbage = st.builds("taskward_pat.{}.{}".format, parts, parts) | st.builds(
    "taskward_pat.{}".format, st.text(max_size=99)
)


@effort(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(garbage | st.text(st.characters()) | st.builds("{}.{}.{}".format, parts, parts, parts))
def test_what_is_no_token_is_refused_and_never_an_error(text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        principals.authenticate(text)


MISSHAPEN = [
    "taskward_pat.",
    "taskward_pat..",
    f"taskward_pat.{IDS}",
    f"taskward_pat.{IDS}.",
    f"taskward_pat..{SECRET}",
    f"taskward_pat.{IDS}.{SECRET}.{SECRET}",
    f"taskward_pat.{IDS}{SECRET}",
    f"taskward_pat.{IDS[:-2]}.{SECRET}",
    f"taskward_pat.{IDS}.{SECRET[:-2]}",
    f"taskward_pat.{IDS}.{SECRET}A",
    f"taskward_pat.{IDS}. {SECRET}",
    f"taskward_pat.{IDS}.{'é' * 43}",
    f"taskward_pat.{IDS}.{SECRET * 10000}",
    f"TASKWARD_PAT.{IDS}.{SECRET}",
    f"taskward_pat.taskward_pat.{IDS}.{SECRET}",
]


def test_what_has_not_the_shape_of_a_token_touches_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    keys.published()
    monkeypatch.setattr(Connection, "dispatch", lambda *_: pytest.fail("a table was read"))
    for text in MISSHAPEN:
        with pytest.raises(UnauthenticatedError) as refused:
            principals.authenticate(text)
        assert refused.value.code == "invalid_token", text


def test_a_wrong_secret_is_no_use_of_a_token() -> None:
    user, session = verified(EMAIL)
    token, _ = add_token(session)
    with pytest.raises(SessionRevokedError):
        principals.authenticate(_text(user.user_id, token.token_id, bytes(32)))
    (kept,) = access_token_changes.of_user(user.user_id)
    assert kept.last_used_at is None
