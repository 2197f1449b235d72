"""Mail from the request that causes it to the letter that is sent."""

import json
import logging
from collections import Counter
from typing import Any, get_args

import botocore.session
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.worker import app
from taskward.errors import EmailDisabledError
from taskward.identity import events, notices
from taskward.identity.user_tables import PROFILE, UserItem
from taskward.mail import letters, outbox, ses
from taskward.mail.letters import Letter
from taskward.storage import user_key
from taskward.work import messages
from tests.integration.test_worker import received, waits_for
from tests.support import aws
from tests.support.holdings import delete_account
from tests.support.people import ELSEWHERE
from tests.support.sample_events import ask, feed, load, send_mail, signed_up
from tests.support.ways_in import verified

pytestmark = pytest.mark.usefixtures("moto_tables")

EMAIL = "Ada@example.com"
LETTER = Letter("A subject", "A text", "<p>A text</p>")


@pytest.fixture
def user_id(moto_tables: None) -> str:
    """Somebody whom mail can be sent to."""
    user_id: str = verified(EMAIL)[0].user_id
    return user_id


def stored(user_id: str) -> UserItem:
    return UserItem.get(user_key(user_id), PROFILE, consistent_read=True)


def refusal(code: str, message: str = "No.") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SendEmail")


def refusing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Have SES refuse all mail."""

    def refuse(**_: Any) -> None:
        raise error

    monkeypatch.setattr(ses._client(), "send_email", refuse, raising=False)


# --- Into the queue --------------------------------------------------------------------------------------------------


def test_a_change_of_the_password_is_told_of_by_mail() -> None:
    ann = signed_up()
    stored(ann["user_id"]).update(actions=[UserItem.email_verified_at.set(1)])
    aws.queued("MAIL_QUEUE")
    assert ask("account/change_password", **ann).status == 204
    (mail,) = send_mail()
    assert mail.to == json.loads(load("register/created")["body"])["email"]
    assert (mail.sender, mail.configuration_set) == ("Taskward <no-reply@taskward.example>", "mail")
    assert mail.subject == "Your password was changed"
    assert "From: 198.51.100.7\nWith: an unknown program\n" in mail.text
    assert mail.headers == {"Auto-Submitted": "auto-generated"}


@pytest.mark.parametrize("kind", get_args(events.Kind))
def test_each_kind_of_event_is_told_of_or_not_by_where_it_stands_alone(kind: events.Kind, user_id: str) -> None:
    aws.queued("MAIL_QUEUE")
    event = events.new(kind, user_id, ELSEWHERE, "00000000-0000-4000-8000-000000000001")
    events.announce([event])
    found = aws.queued("MAIL_QUEUE")
    if kind not in notices.KINDS:
        assert found == []
        return
    assert found == [
        {
            "kind": "notice",
            "user_id": user_id,
            "event": kind,
            "reason": None,
            "at": event.created_at,
            "address": ELSEWHERE.address,
            "user_agent": ELSEWHERE.user_agent,
            "session_id": "00000000-0000-4000-8000-000000000001",
        }
    ]


@pytest.mark.parametrize("kind", sorted(notices.KINDS))
def test_each_notice_comes_to_the_account_s_address(kind: Any, user_id: str) -> None:
    aws.queued("MAIL_QUEUE")
    events.record(events.new(kind, user_id, ELSEWHERE))
    (mail,) = send_mail()
    assert (mail.to, mail.subject) == (EMAIL, letters.NOTICES[kind][0])


def test_no_client_is_made_for_events_that_nobody_is_told_of(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: Counter[str] = Counter()
    create = botocore.session.Session.create_client

    def counting(self: Any, service_name: str, *args: Any, **kwargs: Any) -> Any:
        made[service_name] += 1
        return create(self, service_name, *args, **kwargs)

    outbox._client.cache_clear()
    monkeypatch.setattr(botocore.session.Session, "create_client", counting)
    events.announce([events.new("session_ended", user_id, ELSEWHERE), events.new("signed_in", user_id, ELSEWHERE)])
    assert made == {}
    events.announce([events.new("passkey_added", user_id, ELSEWHERE)])
    assert made == {"sqs": 1}


@pytest.mark.usefixtures("mail_off")
def test_without_a_sender_nothing_is_queued_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = signed_up()
    monkeypatch.setattr(outbox, "_client", None)
    assert ask("account/change_password", **ann).status == 204
    assert not outbox.is_on()
    with pytest.raises(EmailDisabledError):
        outbox.require()
    with pytest.raises(EmailDisabledError):
        outbox.post({"kind": "verification", "user_id": ann["user_id"]})
    monkeypatch.undo()
    assert aws.queued("MAIL_QUEUE") == []


class Broken:
    """A client whose service does not answer, or refuses."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send_message(self, **_: Any) -> None:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [EndpointConnectionError(endpoint_url="https://sqs"), refusal("ServiceUnavailable"), refusal("AccessDenied")],
    ids=["away", "busy", "forbidden"],
)
def test_a_queue_that_does_not_answer_breaks_no_request_whose_purpose_is_another(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ann = signed_up()
    monkeypatch.setattr(outbox, "_client", lambda: Broken(error))
    with caplog.at_level(logging.ERROR):
        assert ask("account/change_password", **ann).status == 204
    (entry,) = (entry for entry in caplog.records if entry.levelno == logging.ERROR)
    assert (entry.message, vars(entry)["kind"]) == ("a mail could not be queued", "notice")
    with pytest.raises(type(error)):
        outbox.post({"kind": "verification", "user_id": ann["user_id"]})


def test_the_queue_is_asked_once_and_not_for_long() -> None:
    config = outbox._client().meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (1, 1, 1)


# --- Out of it -------------------------------------------------------------------------------------------------------


def test_a_notice_is_sent_to_the_address_that_the_account_has_by_then(user_id: str) -> None:
    stored(user_id).update(actions=[UserItem.email.set("ada@elsewhere.example")])
    feed("worker/notice", received("worker/notice", user_id=user_id))
    (mail,) = aws.mailed()
    assert mail.to == "ada@elsewhere.example"
    assert "When: 2026-11-20 10:30 UTC\nFrom: 203.0.113.7\nWith: Firefox on Linux\n" in mail.text
    assert mail.html.count("Firefox on Linux") == 1


def test_no_name_that_somebody_chose_is_in_a_mail(user_id: str) -> None:
    stored(user_id).update(actions=[UserItem.name.set("You won: evil.example")])
    feed("worker/notice", received("worker/notice", user_id=user_id))
    (mail,) = aws.mailed()
    assert "evil" not in mail.subject + mail.text + mail.html


def test_of_an_account_that_is_gone_nobody_is_told(user_id: str) -> None:
    delete_account(user_id)
    feed("worker/notice", received("worker/notice", user_id=user_id))
    assert aws.mailed() == []


def test_nothing_is_sent_to_an_address_that_takes_no_mail(user_id: str) -> None:
    stored(user_id).update(actions=[UserItem.email_bounced_at.set(1)])
    feed("worker/notice", received("worker/notice", user_id=user_id))
    assert aws.mailed() == []


@pytest.mark.parametrize(("name", "wait"), [("worker/notice", 60), ("worker/notice_last_try", None)])
def test_a_mail_that_cannot_be_sent_now_is_tried_again_in_a_minute_and_put_aside_after_the_last_try(
    name: str, wait: int | None, user_id: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusing(monkeypatch, refusal("TooManyRequestsException"))
    with caplog.at_level(logging.ERROR), pytest.raises(ClientError):
        feed(name, received(name, user_id=user_id))
    # Handed out at once, it has been received too often: the queue gives it to the other one.
    assert waits_for("mail") == wait
    (entry,) = (entry for entry in caplog.records if entry.levelno == logging.ERROR)
    assert (vars(entry)["kind"], vars(entry)["event"], vars(entry)["user_id"]) == (
        "notice",
        "password_changed",
        user_id,
    )
    assert not hasattr(entry, "address")


@pytest.mark.parametrize(
    "error",
    [
        refusal("BadRequestException", "Domain contains illegal character"),
        refusal(
            "MessageRejected", f"Email address is not verified. The following identities failed the check: {EMAIL}"
        ),
    ],
    ids=["impossible", "not verified"],
)
def test_an_address_that_is_refused_for_good_is_logged_and_not_tried_again(
    error: ClientError, user_id: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusing(monkeypatch, error)
    with caplog.at_level(logging.WARNING):
        feed("worker/notice", received("worker/notice", user_id=user_id))
    refused = next(entry for entry in caplog.records if entry.message == "a mail was refused for good")
    assert error.response["Error"]["Code"] in vars(refused)["reason"]
    assert EMAIL not in vars(refused)["reason"]


@pytest.mark.parametrize(
    "error",
    [
        refusal("MessageRejected", "Email address is not verified: Taskward <no-reply@taskward.example>"),
        refusal("SendingPausedException"),
        refusal("NotFoundException", "Configuration set <mail> does not exist."),
        EndpointConnectionError(endpoint_url="https://email"),
    ],
    ids=["sender", "paused", "configuration set", "away"],
)
def test_a_fault_that_is_not_the_address_s_is_raised(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, error)
    with pytest.raises(type(error)):
        ses.deliver(EMAIL, LETTER)


def test_a_domain_in_another_script_is_written_as_the_network_writes_it() -> None:
    ses.deliver("ada@bücher.example", LETTER)
    (mail,) = aws.mailed()
    assert mail.to == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize("address", ["jörg@example.com", "no address"])
def test_an_address_that_ses_cannot_write_to_is_logged(address: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        ses.deliver(address, LETTER)
    assert aws.mailed() == []
    assert [entry.message for entry in caplog.records] == ["a mail was refused for good"]


def test_every_kind_of_message_has_its_work() -> None:
    assert app._WORK.keys() == set(get_args(messages.Message))
