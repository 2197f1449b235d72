"""Mail that came back: what the worker makes of it when SES tells."""

import json
import logging
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import UpdateError

from functions.worker import app
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.storage import user_key
from taskward.work import messages
from tests.integration.test_worker import received
from tests.support.people import registered
from tests.support.sample_events import feed

pytestmark = pytest.mark.usefixtures("moto_tables")

EMAIL = "Ada@example.com"


@pytest.fixture
def user_id(moto_tables: None) -> str:
    """Somebody whom mail was sent to."""
    user_id: str = registered(EMAIL)[0].user_id
    return user_id


def stored(user_id: str) -> UserItem:
    return UserItem.get(user_key(user_id), PROFILE, consistent_read=True)


@pytest.mark.parametrize(
    ("name", "is_marked"),
    [
        ("worker/bounce", True),
        ("worker/complaint", True),
        ("worker/bounce_transient", False),
        ("worker/bounce_undetermined", False),
        ("worker/complaint_of_not_spam", False),
    ],
)
def test_mail_that_came_back_for_good_marks_the_address(name: str, is_marked: bool, user_id: str) -> None:
    other: str = registered("eve@example.com")[0].user_id
    feed(name, received(name, email="ada@EXAMPLE.com"))
    assert (stored(user_id).email_bounced_at is not None) is is_marked
    assert stored(other).email_bounced_at is None


def test_an_address_in_another_script_comes_back_as_the_network_writes_it() -> None:
    user_id: str = registered("ada@bücher.example")[0].user_id
    feed("worker/bounce", received("worker/bounce", email="ada@xn--bcher-kva.example"))
    assert stored(user_id).email_bounced_at is not None


@pytest.mark.parametrize("address", ["nobody@example.com", "no address", ""])
def test_mail_that_came_back_from_nobody_s_address_marks_nothing(address: str, user_id: str) -> None:
    feed("worker/bounce", received("worker/bounce", email=address))
    assert stored(user_id).email_bounced_at is None


def test_an_address_that_the_account_no_longer_has_marks_nothing(user_id: str) -> None:
    stored(user_id).update(actions=[UserItem.email.set("ada@elsewhere.example")])
    feed("worker/bounce", received("worker/bounce", email=EMAIL))
    assert stored(user_id).email_bounced_at is None


def test_an_address_that_changes_at_the_same_moment_is_not_marked(
    user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = UserItem.update

    def change_before(self: UserItem, *args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(UserItem, "update", update)
        stored(user_id).update(actions=[UserItem.email.set("ada@elsewhere.example")])
        return update(self, *args, **kwargs)

    monkeypatch.setattr(UserItem, "update", change_before)
    feed("worker/bounce", received("worker/bounce", email=EMAIL))
    assert stored(user_id).email == "ada@elsewhere.example"
    assert stored(user_id).email_bounced_at is None


def test_a_mark_that_the_database_does_not_take_now_is_made_later(
    user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: Counter[str] = Counter()
    update = UserItem.update

    def busy(self: UserItem, *args: Any, **kwargs: Any) -> Any:
        tries["update"] += 1
        if tries["update"] == 1:
            raise UpdateError("busy", ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem"))
        return update(self, *args, **kwargs)

    monkeypatch.setattr(UserItem, "update", busy)
    feed("worker/bounce", received("worker/bounce", email=EMAIL))
    assert (tries["update"], stored(user_id).email_bounced_at is not None) == (2, True)


def test_no_address_is_in_the_log_of_mail_that_came_back(
    user_id: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        feed("worker/bounce", received("worker/bounce", email=EMAIL))
        monkeypatch.setitem(app._WORK, messages.Bounce, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            feed("worker/bounce", received("worker/bounce", email=EMAIL))
    told = json.dumps([vars(entry) for entry in caplog.records], default=str)
    assert "mail to an account came back" in told
    assert EMAIL not in told
