"""Mail in the deployed service: sent by the worker, read at the front door, and heeded when it comes back."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import mailbox
from local import stack as stacks
from local.emulator import Emulator, free_port
from local.stack import Stack
from tests.e2e.conftest import Person, serving
from tests.e2e.factors import verify
from tests.support.people import PASSWORD
from tests.support.sample_events import load

_PATIENCE_SECONDS = 60


def _eventually(look: Callable[[], Any]) -> Any:
    """What a look gives as soon as it gives something."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return found


def _change_password(person: Person, before: str, after: str) -> None:
    body = {"current_password": before, "new_password": after}
    answer = person.request("POST", "/auth/password", json=body)
    assert answer.status_code == 204, answer.text


@pytest.fixture
def reachable(person: Person, inbox: Callable[[str, str], str]) -> Person:
    """Somebody whose address is verified."""
    verify(person, inbox)
    return person


@pytest.fixture
def door(base_url: str) -> Iterator[httpx.Client]:
    """The front door, as somebody at this machine sees it."""
    with httpx.Client(base_url=base_url.removesuffix("/api")) as client:
        yield client


def _notices(door: httpx.Client, address: str, subject: str) -> list[dict[str, Any]]:
    mails: list[dict[str, Any]] = door.get("/_mail.json").json()
    return [mail for mail in mails if (mail["to"], mail["subject"]) == ([address], subject)]


def _account_row(stack: Stack, person: Person) -> dict[str, Any]:
    key = {"pk": {"S": f"USER#{person.grant['user']['id']}"}, "sk": {"S": "PROFILE"}}
    answer = stack.client("dynamodb").get_item(TableName=stack.outputs["UsersTableName"], Key=key)
    item: dict[str, Any] = answer["Item"]
    return item


def test_a_password_change_leads_to_a_mail_that_can_be_read_at_the_front_door(
    reachable: Person, door: httpx.Client
) -> None:
    _change_password(reachable, PASSWORD, "another umbrella 8")
    (mail,) = _eventually(lambda: _notices(door, reachable.email, "Your password was changed"))
    assert mail["sender"] == mailbox.SENDER
    assert "If this was not you" in mail["text"]

    listed = door.get("/_mail")
    assert f'<a href="/_mail/{mail["id"]}">Your password was changed</a>' in listed.text
    assert door.get("/_mail", headers={"Accept": "application/json"}).json() == door.get("/_mail.json").json()
    page = door.get(f"/_mail/{mail['id']}")
    assert "The password of your Taskward account was changed." in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    shown = door.get(f"/_mail/{mail['id']}/html")
    assert "The password of your Taskward account was changed." in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert door.get("/_mail/nothing").status_code == 404


def test_mail_is_read_at_the_front_door_alone(client: httpx.Client) -> None:
    assert client.get("/_mail.json").status_code == 404


@pytest.mark.parametrize("event", ["worker/bounce", "worker/complaint"])
def test_mail_that_comes_back_marks_the_address_and_no_more_is_sent_to_it(
    event: str, stack: Stack, reachable: Person, door: httpx.Client
) -> None:
    (record,) = load(event, email=reachable.email, receipt_handle="-")["Records"]
    topic = stack.outputs["MailReturnsTopicArn"]
    # As SES does when it is told of the topic; nobody is to be bothered with it.
    stack.client("sns").publish(TopicArn=topic, Message="Successfully validated SNS topic for Amazon SES.")
    stack.client("sns").publish(TopicArn=topic, Message=record["body"])
    _eventually(lambda: "email_bounced_at" in _account_row(stack, reachable))
    _change_password(reachable, PASSWORD, "another umbrella 8")
    attributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def left(queue: str) -> int:
        url = stack.outputs[queue]
        answer = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=attributes)
        return sum(int(number) for number in answer["Attributes"].values())

    _eventually(lambda: left("MailQueueUrl") == 0)
    assert _notices(door, reachable.email, "Your password was changed") == []
    assert left("MailDeadLetterQueueUrl") == 0


def test_a_sign_in_from_a_new_device_is_told_of_and_the_next_from_there_is_not(
    reachable: Person, door: httpx.Client
) -> None:
    body = {"email": reachable.email, "password": PASSWORD}
    firefox = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
    for _ in range(2):
        assert reachable.client.post("/auth/login", json=body, headers=firefox).status_code == 200
    assert reachable.client.post("/auth/login", json=body).status_code == 200
    _change_password(reachable, PASSWORD, "another umbrella 8")
    _eventually(lambda: _notices(door, reachable.email, "Your password was changed"))
    (mail,) = _notices(door, reachable.email, "Somebody signed in from a new device")
    assert "With: Firefox on Linux" in mail["text"]


def test_without_a_sender_everything_works_and_nothing_of_mail_is_there(build: Path, tmp_path: Path) -> None:
    with Emulator(tmp_path / "aws", free_port()) as emulator:
        stack = stacks.deploy(emulator, build, {"BreachedPasswordsAddress": ""})
        with serving(stack, free_port()) as url, httpx.Client(base_url=url, timeout=60) as client:
            body = {"email": "ada@example.com", "password": PASSWORD}
            grant = client.post("/auth/register", json=body).json()
            _change_password(Person(client, body["email"], grant), PASSWORD, "another umbrella 8")
            body["password"] = "another umbrella 8"
            elsewhere = client.post("/auth/login", json=body, headers={"User-Agent": "another"})
            assert elsewhere.status_code == 200
            headers = {"Authorization": f"Bearer {elsewhere.json()['access_token']}"}
            newest = client.get("/account/events?limit=1", headers=headers).json()
            assert newest[0]["reason"] == "new_device"
            assert httpx.get(url.replace("/api", "/_mail.json")).json() == []
            assert "None yet" in httpx.get(url.replace("/api", "/_mail")).text
        assert not [name for name in stack.outputs if name.startswith("Mail")]
        queues = stack.client("sqs").list_queues()["QueueUrls"]
        assert len(queues) == 2
        assert "Mail" not in json.dumps(queues)
