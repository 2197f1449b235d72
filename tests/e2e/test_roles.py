"""Each function's role lets it do its work (every other test here runs with IAM enforced) and nothing beside it."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import REGION
from local.stack import Stack

FUNCTIONS = (
    *("Authorizer", "Register", "Login", "Refresh", "Sessions", "Account", "Tasks", "Bulk"),
    *("Recovery", "Factors", "Worker", "Discovery", "RotateKeys"),
)
TABLES = ("Users", "Sessions", "Tasks")
INDEXES = ("created", "changed", "due", "order", "parent")
WRITING_TASKS = ("GetItem", "BatchGetItem", "PutItem", "UpdateItem")

# A whole row, and parts of it, by what is asked for.
READING_USERS = {"GetItem", "GetItem time zone", "GetItem hash"}

# (function, table): what it may do there. What is not here, it must not do. (Which rows, the emulator does not enforce;
# the template's own test shows it.)
ALLOWED: dict[tuple[str, str], set[str]] = {
    ("Authorizer", "Sessions"): {"GetItem", "UpdateItem"},
    ("Register", "Users"): {*READING_USERS, "PutItem", "UpdateItem", "DeleteItem"},
    ("Register", "Sessions"): {"PutItem", "GetItem", "DeleteItem"},
    ("Login", "Users"): {*READING_USERS, "PutItem", "UpdateItem", "DeleteItem"},
    ("Login", "Sessions"): {"PutItem", "GetItem", "Query", "DeleteItem"},
    ("Refresh", "Users"): {*READING_USERS, "PutItem", "UpdateItem"},
    ("Refresh", "Sessions"): {"GetItem", "UpdateItem", "DeleteItem"},
    ("Sessions", "Sessions"): {"GetItem", "Query", "DeleteItem"},
    ("Sessions", "Users"): {*READING_USERS, "PutItem"},
    ("Account", "Users"): {*READING_USERS, "Query", "PutItem", "UpdateItem", "DeleteItem"},
    ("Account", "Sessions"): {"GetItem", "Query", "DeleteItem"},
    ("Recovery", "Users"): {*READING_USERS, "Query", "PutItem", "UpdateItem", "DeleteItem"},
    ("Recovery", "Sessions"): {"GetItem", "Query", "DeleteItem"},
    ("Factors", "Users"): {*READING_USERS, "Query", "PutItem", "UpdateItem", "DeleteItem"},
    ("Factors", "Sessions"): {"GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"},
    ("Tasks", "Tasks"): {*WRITING_TASKS, *(f"Query {index}" for index in INDEXES)},
    ("Tasks", "Users"): {"GetItem time zone"},
    ("Bulk", "Tasks"): {*WRITING_TASKS, "Query created", "Query parent"},
    ("Worker", "Users"): {*READING_USERS, "PutItem", "UpdateItem", "Query", "BatchWriteItem"},
    ("Worker", "Sessions"): {"Query", "BatchWriteItem"},
    ("Bulk", "Users"): {*READING_USERS, "Query", "PutItem", "UpdateItem", "DeleteItem"},
    ("Worker", "Tasks"): {*WRITING_TASKS, "Query", "Query created", "Query parent", "BatchWriteItem"},
    ("Discovery", "Sessions"): {"GetItem"},
    ("RotateKeys", "Sessions"): {"GetItem", "PutItem"},
}
SECRETS: dict[tuple[str, str], set[str]] = {
    ("Register", "SigningKeys"): {"GetSecretValue"},
    ("Login", "SigningKeys"): {"GetSecretValue"},
    ("Refresh", "SigningKeys"): {"GetSecretValue"},
    ("Factors", "SigningKeys"): {"GetSecretValue"},
    ("RotateKeys", "SigningKeys"): {"GetSecretValue", "PutSecretValue"},
    ("RotateKeys", "Origin"): {"GetSecretValue"},
}

KEYS: dict[str, set[str]] = {"Login": {"Decrypt"}, "Factors": {"Encrypt", "Decrypt"}}

MAILING = ("Account", "Factors", "Login", "Recovery", "Refresh", "Register")
QUEUES: dict[tuple[str, str], set[str]] = {
    ("Account", "Jobs"): {"SendMessage"},
    ("Bulk", "Jobs"): {"SendMessage"},
    ("Worker", "Jobs"): {"SendMessage", "ReceiveMessage", "ChangeMessageVisibility", "DeleteMessage"},
    ("Worker", "Mail"): {"ReceiveMessage", "ChangeMessageVisibility", "DeleteMessage"},
    **{(function, "Mail"): {"SendMessage"} for function in MAILING},
}


class Actor:
    """A function's role at work."""

    def __init__(self, stack: Stack, function: str) -> None:
        self.stack = stack
        roles = stack.client("iam").list_roles()["Roles"]
        arn = next(role["Arn"] for role in roles if f"-{function}FunctionRole-" in role["RoleName"])
        session = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        self.credentials = {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }

    def client(self, service: str) -> Any:
        """A client with this role's permissions."""
        endpoint = self.stack.emulator.endpoint
        return boto3.client(service, endpoint_url=endpoint, region_name=REGION, **self.credentials)  # type: ignore[call-overload]


def is_allowed(client: Any, operation: str, arguments: dict[str, Any]) -> bool:
    try:
        getattr(client, operation)(**arguments)
    except ClientError as error:
        # Any other refusal comes after the permission was checked.
        return error.response["Error"]["Code"] not in ("AccessDeniedException", "AccessDenied", "AuthorizationError")
    return True


def _table_actions(stack: Stack, table: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    name = stack.outputs[f"{table}TableName"]
    keys = {"Users": ("pk", "sk"), "Sessions": ("user_id", "session_id"), "Tasks": ("user_id", "task_id")}
    hash_key, range_key = keys[table]
    key = {hash_key: {"S": "KEYS"}, range_key: {"S": "a-test-of-permissions"}}
    here = {"TableName": name}
    # Never writes: the condition cannot hold.
    never = {"ConditionExpression": f"{hash_key} = :no", "ExpressionAttributeValues": {":no": {"S": "no"}}}
    query = {"KeyConditionExpression": f"{hash_key} = :me", "ExpressionAttributeValues": {":me": {"S": "KEYS"}}}
    yield "GetItem", "get_item", here | {"Key": key}
    if table == "Users":
        yield "GetItem time zone", "get_item", here | {"Key": key, "ProjectionExpression": "pk, sk, timezone"}
        yield "GetItem hash", "get_item", here | {"Key": key, "ProjectionExpression": "pk, password_hash"}
    yield "PutItem", "put_item", here | {"Item": key} | never
    yield "UpdateItem", "update_item", here | {"Key": key} | never
    yield "DeleteItem", "delete_item", here | {"Key": key} | never
    check = {"ConditionCheck": here | {"Key": key} | never}
    yield "ConditionCheckItem", "transact_write_items", {"TransactItems": [check]}
    yield "Query", "query", here | query
    yield "Scan", "scan", here
    yield "BatchGetItem", "batch_get_item", {"RequestItems": {name: {"Keys": [key]}}}
    yield "BatchWriteItem", "batch_write_item", {"RequestItems": {name: [{"DeleteRequest": {"Key": key}}]}}
    yield "DeleteTable", "delete_table", here
    if table == "Tasks":
        for index in INDEXES:
            yield f"Query {index}", "query", here | query | {"IndexName": index}
            yield f"Scan {index}", "scan", here | {"IndexName": index}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_may_do_to_each_table_what_its_function_does_and_nothing_else(stack: Stack, function: str) -> None:
    client = Actor(stack, function).client("dynamodb")
    for table in TABLES:
        actions = _table_actions(stack, table)
        allowed = {name for name, operation, arguments in actions if is_allowed(client, operation, arguments)}
        assert allowed == ALLOWED.get((function, table), set()), table


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_may_read_or_write_only_the_secrets_of_its_function(stack: Stack, function: str) -> None:
    client = Actor(stack, function).client("secretsmanager")
    ids = {entry["Name"]: entry["ARN"] for entry in stack.client("secretsmanager").list_secrets()["SecretList"]}
    for secret in ("SigningKeys", "Origin"):
        arn = next(arn for name, arn in ids.items() if f"-{secret}Secret-" in name)
        expected = SECRETS.get((function, secret), set())
        actions = {
            "GetSecretValue": ("get_secret_value", {"SecretId": arn}),
            "PutSecretValue": ("put_secret_value", {"SecretId": arn, "SecretString": "x"}),
            "DeleteSecret": ("delete_secret", {"SecretId": arn}),
        }
        # Whoever may write is believed to: the next sign-in depends on what is there.
        tried = {name: call for name, call in actions.items() if name == "GetSecretValue" or name not in expected}
        allowed = {name for name, (operation, arguments) in tried.items() if is_allowed(client, operation, arguments)}
        assert allowed == expected & tried.keys(), secret


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_may_use_the_encryption_key_only_as_its_function_does(stack: Stack, function: str) -> None:
    client = Actor(stack, function).client("kms")
    (key,) = (entry["KeyId"] for entry in stack.client("kms").list_keys()["Keys"])
    sealed = stack.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    actions: dict[str, tuple[str, dict[str, Any]]] = {
        "Encrypt": ("encrypt", {"Plaintext": b"x"}),
        "Decrypt": ("decrypt", {"CiphertextBlob": sealed}),
        "GenerateDataKey": ("generate_data_key", {"KeySpec": "AES_256"}),
        "DisableKey": ("disable_key", {}),
        "ScheduleKeyDeletion": ("schedule_key_deletion", {}),
    }
    allowed = {
        name for name, (operation, more) in actions.items() if is_allowed(client, operation, {"KeyId": key} | more)
    }
    assert allowed == KEYS.get(function, set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_may_use_only_the_queues_of_its_function(stack: Stack, function: str) -> None:
    client = Actor(stack, function).client("sqs")
    for queue in ("Jobs", "Mail"):
        here: dict[str, Any] = {"QueueUrl": stack.outputs[f"{queue}QueueUrl"]}
        received = here | {"ReceiptHandle": "none"}
        actions = {
            # Longer than a message may be: it is refused, but only after the permission was checked.
            "SendMessage": ("send_message", here | {"MessageBody": "x" * (1024 * 1024 + 1)}),
            "ChangeMessageVisibility": ("change_message_visibility", received | {"VisibilityTimeout": 0}),
            "DeleteMessage": ("delete_message", received),
            "PurgeQueue": ("purge_queue", here),
            "SetQueueAttributes": ("set_queue_attributes", here | {"Attributes": {"DelaySeconds": "0"}}),
        }
        if function != "Worker":
            actions["ReceiveMessage"] = ("receive_message", here)
        allowed = {name for name, (operation, arguments) in actions.items() if is_allowed(client, operation, arguments)}
        # The worker's is believed to: what it received here would be lost to it.
        assert allowed == QUEUES.get((function, queue), set()) & actions.keys(), queue


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_the_worker_sends_mail_and_from_our_address_alone(stack: Stack, function: str) -> None:
    client = Actor(stack, function).client("sesv2")

    def may_send_from(sender: str) -> bool:
        # Nobody gets it: it has no recipient.
        mail = {"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}}
        arguments = {"FromEmailAddress": sender, "Destination": {"ToAddresses": []}, "Content": mail}
        return is_allowed(client, "send_email", arguments)

    assert may_send_from("Taskward <no-reply@taskward.example>") is (function == "Worker")
    assert may_send_from("no-reply@taskward.example") is (function == "Worker")
    assert not may_send_from("security@taskward.example")
    assert not may_send_from("Taskward <security@taskward.example>")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_reaches_nothing_of_the_account_itself(stack: Stack, function: str) -> None:
    actor = Actor(stack, function)
    for service, operation in (
        ("iam", "list_roles"),
        ("lambda", "list_functions"),
        ("s3", "list_buckets"),
        ("sqs", "list_queues"),
        ("sns", "list_topics"),
        ("sesv2", "list_email_identities"),
        ("dynamodb", "list_tables"),
        ("secretsmanager", "list_secrets"),
    ):
        assert not is_allowed(actor.client(service), operation, {}), (service, operation)
