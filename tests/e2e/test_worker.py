"""Queued work through the emulator's queue: done by the worker with its own role, or put aside when it cannot be."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from local.emulator import REGION
from local.stack import Stack
from taskward.jobs import results
from tests.e2e.conftest import Person
from tests.e2e.test_roles import Actor, is_allowed
from tests.support.holdings import task
from tests.support.template import resources

_WAIT_SECONDS = 60
FUNCTIONS = sorted(name.removesuffix("Function") for name in resources("AWS::Serverless::Function"))

# What each role may do with the queue and with the exports; those that are not here, nothing.
QUEUE = {
    "Account": {"send_message"},
    "Bulk": {"send_message"},
    "Worker": {
        *("send_message", "receive_message", "delete_message"),
        *("change_message_visibility", "get_queue_attributes"),
    },
}
EXPORTS = {
    "Account": {"get_object"},
    "Bulk": {"get_object", "put_object", "create_multipart_upload", "list_objects_v2"},
    "Worker": {
        *("get_object", "put_object", "delete_object", "create_multipart_upload", "abort_multipart_upload"),
        *("list_objects_v2", "list_multipart_uploads"),
    },
}


def wait_until(holds: Callable[[], Any]) -> Any:
    """What the function gives, as soon as it is true."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.2)
    return found


class Backstage:
    """The stack's queue, tables and bucket, as nobody outside gets to see them."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.sqs, self.dynamodb, self.s3 = (stack.client(name) for name in ("sqs", "dynamodb", "s3"))
        self.bucket = stack.outputs["ExportsBucketName"]

    def send(self, message: Any) -> None:
        """Put a message into the worker's queue."""
        self.sqs.send_message(QueueUrl=self.stack.outputs["JobsQueueUrl"], MessageBody=json.dumps(message))

    def idle(self) -> bool:
        """Whether no message waits in the queue or is at work."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self.stack.outputs["JobsQueueUrl"]
        numbers = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return all(int(numbers[name]) == 0 for name in names)

    def put(self, table: str, **members: str | int) -> None:
        """Store a row."""
        item = {name: {"N": str(v)} if isinstance(v, int) else {"S": v} for name, v in members.items()}
        self.dynamodb.put_item(TableName=self.stack.outputs[f"{table}TableName"], Item=item)

    def rows(self, table: str, hash_key: str, value: str) -> list[dict[str, Any]]:
        """All rows of a partition."""
        answer = self.dynamodb.query(
            TableName=self.stack.outputs[f"{table}TableName"],
            KeyConditionExpression=f"{hash_key} = :value",
            ExpressionAttributeValues={":value": {"S": value}},
            ConsistentRead=True,
        )
        found: list[dict[str, Any]] = answer["Items"]
        return found

    def held(self, user_id: str) -> list[Any]:
        """All rows and objects of a user."""
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=f"exports/{user_id}/")
        return [
            *self.rows("Users", "pk", f"USER#{user_id}"),
            *self.rows("Users", "pk", f"EVENTS#{user_id}"),
            *self.rows("Sessions", "user_id", user_id),
            *self.rows("Tasks", "user_id", user_id),
            *listed.get("Contents", []),
        ]

    def fill(self, user_id: str) -> None:
        """Give a user who has no account something of every kind."""
        self.put("Users", pk=f"USER#{user_id}", sk="KNOWN#203.0.113.7", network="203.0.113.7", expires_at=2**40)
        self.put("Users", pk=f"EVENTS#{user_id}", sk="2026-11-20T00:00:00.000000Z#x", kind="registered")
        self.put("Sessions", user_id=user_id, session_id="s")
        for number in range(30):
            members = task(user_id, number).to_simple_dict()
            self.put("Tasks", **{name: value for name, value in members.items() if name != "tags"})
        self.s3.put_object(Bucket=self.bucket, Key=f"exports/{user_id}/x.json", Body=b"{}")

    def job_of(self, user_id: str, job_id: str) -> dict[str, Any]:
        """A job's row."""
        return next(row for row in self.rows("Users", "pk", f"USER#{user_id}") if row["sk"]["S"] == f"JOB#{job_id}")


@pytest.fixture
def backstage(stack: Stack) -> Backstage:
    """Behind the API."""
    return Backstage(stack)


def test_what_a_deleted_account_left_is_removed(backstage: Backstage) -> None:
    gone, stays = str(uuid.uuid4()), str(uuid.uuid4())
    for user_id in (gone, stays):
        backstage.fill(user_id)
    before = backstage.held(stays)
    assert len(backstage.held(gone)) == len(before) == 34
    backstage.send({"kind": "deletion", "user_id": gone})
    wait_until(lambda: not backstage.held(gone))
    wait_until(backstage.idle)
    assert backstage.held(stays) == before


def test_the_data_of_an_account_that_is_there_stays(backstage: Backstage, person: Person) -> None:
    user_id = person.grant["user"]["id"]
    kept = person.task()
    before = backstage.held(user_id)
    backstage.send({"kind": "deletion", "user_id": user_id})
    wait_until(backstage.idle)
    assert backstage.held(user_id) == before
    assert person.request("GET", f"/tasks/{kept['id']}").status_code == 200


def test_an_export_is_written_and_its_link_opens(
    backstage: Backstage, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, job_id = person.grant["user"]["id"], str(uuid.uuid4())
    titles = [person.task(title=f"Straße {number}")["title"] for number in range(3)]
    now = int(time.time())
    times = {"created_at": now, "updated_at": now, "expires_at": now + 86400}
    row: dict[str, str | int] = {"job_id": job_id, "kind": "export", "state": "queued", "progress": 0, **times}
    backstage.put("Users", pk=f"USER#{user_id}", sk=f"JOB#{job_id}", **row)
    backstage.send({"kind": "export", "user_id": user_id, "job_id": job_id})
    wait_until(lambda: backstage.job_of(user_id, job_id)["state"]["S"] == "done")
    done = backstage.job_of(user_id, job_id)

    with _as_role(backstage.stack, "Account", monkeypatch) as patch:
        patch.setenv("EXPORTS_BUCKET", backstage.bucket)
        url, _ = results.link(done["result_key"]["S"], "taskward.json")
    # The address is a link and carries all that it takes.
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read()
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="taskward.json"'
    assert len(text) == int(done["result_bytes"]["N"])
    document = json.loads(text)
    assert document["account"]["id"] == user_id
    assert sorted(entry["title"] for entry in document["tasks"]) == titles
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url.partition("?")[0], timeout=10)
    with refused.value as answer:
        assert answer.code == 403


@contextmanager
def _as_role(stack: Stack, function: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The package's own S3 client with a role's permissions, in this process."""
    actor = Actor(stack, function)
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", stack.emulator.endpoint)
        patch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(**actor.credentials, region_name=REGION))
        client = results._client.__wrapped__()
        patch.setattr(results, "_client", lambda: client)
        yield patch


def test_a_message_that_nobody_understands_is_put_aside(backstage: Backstage) -> None:
    message = {"kind": "mischief", "note": str(uuid.uuid4())}
    backstage.send(message)
    url = backstage.stack.outputs["JobsDeadLetterQueueUrl"]

    def put_aside() -> Any:
        found = backstage.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        return [json.loads(entry["Body"]) for entry in found]

    assert wait_until(put_aside) == [message]
    wait_until(backstage.idle)


@pytest.fixture(scope="module")
def bystander(stack: Stack) -> Iterator[str]:
    """A queue like the worker's, with a message that no role here has a use for."""
    sqs = stack.client("sqs")
    url = sqs.create_queue(QueueName="bystander")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    yield url
    sqs.delete_queue(QueueUrl=url)


def _queue_actions(url: str) -> dict[str, dict[str, Any]]:
    handle = {"QueueUrl": url, "ReceiptHandle": "none"}
    return {
        # Refused after the permission was checked, so that the worker gets nothing to do.
        "send_message": {"QueueUrl": url, "MessageBody": "x", "DelaySeconds": 901},
        "receive_message": {"QueueUrl": url, "MaxNumberOfMessages": 11},
        "delete_message": handle,
        "change_message_visibility": handle | {"VisibilityTimeout": 0},
        "get_queue_attributes": {"QueueUrl": url, "AttributeNames": ["QueueArn"]},
        "purge_queue": {"QueueUrl": url},
        "delete_queue": {"QueueUrl": url},
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_may_do_to_the_queue_what_its_function_does_and_nothing_else(
    stack: Stack, bystander: str, function: str
) -> None:
    client = Actor(stack, function).client("sqs")
    allowed = {
        name
        for name, arguments in _queue_actions(stack.outputs["JobsQueueUrl"]).items()
        if is_allowed(client, name, arguments)
    }
    assert allowed == QUEUE.get(function, set())
    for url in (stack.outputs["JobsDeadLetterQueueUrl"], bystander):
        assert not [name for name, arguments in _queue_actions(url).items() if is_allowed(client, name, arguments)]


def _export_actions(bucket: str, key: str) -> dict[str, dict[str, Any]]:
    here = {"Bucket": bucket, "Key": key}
    return {
        "get_object": here,
        "put_object": here | {"Body": b"x"},
        "create_multipart_upload": here,
        "abort_multipart_upload": here | {"UploadId": "none"},
        "delete_object": here,
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_may_do_to_exports_what_its_function_does_and_nothing_else(stack: Stack, function: str) -> None:
    client, owner = Actor(stack, function).client("s3"), stack.client("s3")
    bucket = stack.outputs["ExportsBucketName"]
    for key in ("exports/test/of-permissions.json", "elsewhere/of-permissions.json"):
        owner.put_object(Bucket=bucket, Key=key, Body=b"{}")
    actions = _export_actions(bucket, "exports/test/of-permissions.json")
    actions |= {name: {"Bucket": bucket} for name in ("list_objects_v2", "list_multipart_uploads", "delete_bucket")}
    allowed = {name for name, arguments in actions.items() if is_allowed(client, name, arguments)}
    assert allowed == EXPORTS.get(function, set())
    elsewhere = _export_actions(bucket, "elsewhere/of-permissions.json")
    assert not [name for name, arguments in elsewhere.items() if is_allowed(client, name, arguments)]
