"""What keeps data, as it is deployed: recoverable, encrypted, private, and for as long as was decided."""

from typing import Any

import pytest

from tests.support.translated import Check, Harm, Translated

TABLES = {"UsersTable", "SessionsTable", "TasksTable"}

# Topics without a key of their own, and why.
PLAIN_TOPICS = {
    "MailReturns": "SES cannot use the key that AWS manages for topics. What comes in goes on to an encrypted queue.",
    "AlarmTopic": "Alarms cannot use that key either, and say nothing that is a secret.",
}
# What is still there when the stack is gone.
KEPT = {*TABLES, "EncryptionKey", "SiteBucket", "GatewayLogsWriter", "GatewayAccount"}
# What opens a bucket to others, and a name, which keeps a second stack out.
UNWANTED = {"WebsiteConfiguration", "AccessControl", "CorsConfiguration", "BucketName"}
STATEFUL = (
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::Logs::LogGroup",
)


def _differences(name: str, found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    return [f"{name}: {key} is {found.get(key)}" for key in wanted if found.get(key) != wanted[key]]


def weak_tables(stack: Translated) -> list[str]:
    found = [] if stack.of("AWS::DynamoDB::Table").keys() == TABLES else ["not the three tables"]
    for name, table in stack.of("AWS::DynamoDB::Table").items():
        found += _differences(
            name,
            table,
            {
                "BillingMode": "PAY_PER_REQUEST",
                "DeletionProtectionEnabled": True,
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                "SSESpecification": {"SSEEnabled": True},
                "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
            },
        )
        if "TableName" in table:
            # A fixed name would keep a second stack out of the account, and a table from being made anew beside it.
            found.append(f"{name} is called {table['TableName']}")
    return found


def test_every_table_is_on_demand_encrypted_recoverable_and_protected(stack: Translated) -> None:
    assert weak_tables(stack) == []


def open_buckets(stack: Translated) -> list[str]:
    found = []
    tls_only = {
        policy["Bucket"].strip("${}")
        for policy in stack.of("AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        and set(statement["Resource"])
        == {policy["Bucket"].replace("}", ".Arn}"), policy["Bucket"].replace("}", ".Arn}/*")}
    }
    for name, bucket in stack.of("AWS::S3::Bucket").items():
        kinds = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
        encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        found += _differences(
            name,
            bucket,
            {
                "PublicAccessBlockConfiguration": dict.fromkeys(kinds, True),
                "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
                "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
            },
        )
        found += [] if name in tls_only else [f"{name} answers without TLS"]
        found += [f"{name} has {key}" for key in UNWANTED & bucket.keys()]
    return found


def test_every_bucket_is_private_encrypted_and_answers_over_tls_alone(stack: Translated) -> None:
    assert open_buckets(stack) == []


def weak_queues(stack: Translated) -> list[str]:
    queues = stack.of("AWS::SQS::Queue")
    found = [name for name, queue in queues.items() if queue.get("SqsManagedSseEnabled") is not True]
    found += [f"{name} is called {queue['QueueName']}" for name, queue in queues.items() if "QueueName" in queue]
    aside = {queue.get("RedrivePolicy", {}).get("deadLetterTargetArn", "") for queue in queues.values()}
    for name, queue in queues.items():
        if "RedrivePolicy" not in queue and "${" + name + ".Arn}" not in aside:
            found.append(f"{name} puts nothing aside")
        if queue["MessageRetentionPeriod"] != 14 * 24 * 60 * 60:
            found.append(f"{name} forgets")
    return found


def test_every_queue_is_encrypted_and_puts_aside_what_fails(stack: Translated) -> None:
    assert weak_queues(stack) == []


def plain_topics(stack: Translated) -> list[str]:
    return [
        name
        for name, topic in stack.of("AWS::SNS::Topic").items()
        if "KmsMasterKeyId" not in topic and name not in PLAIN_TOPICS
    ]


def test_every_topic_is_encrypted_or_there_is_a_reason(stack: Translated) -> None:
    assert plain_topics(stack) == []


def weak_keys(stack: Translated) -> list[str]:
    found = []
    for name, key in stack.of("AWS::KMS::Key").items():
        found += _differences(name, key, {"EnableKeyRotation": True, "PendingWindowInDays": 30})
    return found


def test_every_key_is_rotated_and_can_be_had_back_for_a_month(stack: Translated) -> None:
    assert weak_keys(stack) == []


def written_secrets(stack: Translated) -> list[str]:
    """Secrets that stand in the template, or are short."""
    found = []
    for name, secret in stack.of("AWS::SecretsManager::Secret").items():
        if "SecretString" in secret:
            found.append(f"{name} stands in the template")
        if secret.get("GenerateSecretString", {}).get("PasswordLength", 64) < 32:
            found.append(f"{name} is short")
    return found


def test_no_secret_is_written_in_the_template_and_those_that_are_made_are_long(stack: Translated) -> None:
    assert written_secrets(stack) == []


def endless_logs(stack: Translated) -> list[str]:
    """Logs that are kept for ever, or that Lambda makes by itself, which are."""
    groups = stack.of("AWS::Logs::LogGroup")
    wanted = str(stack.parameters.get("LogRetentionDays", 90))
    found = [name for name, group in groups.items() if str(group.get("RetentionInDays")) != wanted]
    for name, function in stack.of("AWS::Lambda::Function").items():
        if function.get("LoggingConfig", {}).get("LogGroup") not in {"${" + group + "}" for group in groups}:
            found.append(f"{name} logs to {function.get('LoggingConfig')}")
    return found


def test_every_function_logs_where_lines_are_kept_for_as_long_as_was_decided(stack: Translated) -> None:
    assert endless_logs(stack) == []


def undecided_ends(stack: Translated) -> list[str]:
    """What holds data and does not say what becomes of it when it, or the stack, is replaced or removed."""
    found = []
    for name, resource in stack.resources.items():
        policies = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        if name in KEPT and policies != ("Retain", "Retain"):
            found.append(f"{name} goes with the stack")
        if resource["Type"] in STATEFUL and name not in KEPT and policies != ("Delete", "Delete"):
            found.append(f"{name}: {policies}")
    return found


def test_what_becomes_of_data_with_the_stack_is_decided_for_each(stack: Translated) -> None:
    assert undecided_ends(stack) == []


def _properties(name: str, *path: Any, **value: Any) -> Harm:
    return Harm(name, "Properties", *path, **value)


HARMS: list[tuple[Check, Harm]] = [
    (weak_tables, _properties("TasksTable", "PointInTimeRecoverySpecification")),
    (weak_tables, _properties("TasksTable", "DeletionProtectionEnabled", value=False)),
    (weak_tables, _properties("TasksTable", "SSESpecification", value={"SSEEnabled": False})),
    (weak_tables, _properties("TasksTable", "BillingMode", value="PROVISIONED")),
    (weak_tables, _properties("TasksTable", "TimeToLiveSpecification")),
    (weak_tables, _properties("TasksTable", "TableName", value="tasks")),
    (weak_tables, Harm("Fourth", value={"Type": "AWS::DynamoDB::Table"})),
    (open_buckets, _properties("ExportsBucket", "PublicAccessBlockConfiguration", "BlockPublicAcls", value=False)),
    (open_buckets, _properties("ExportsBucket", "PublicAccessBlockConfiguration", "RestrictPublicBuckets")),
    (open_buckets, _properties("ExportsBucket", "BucketEncryption")),
    (open_buckets, _properties("ExportsBucket", "AccessControl", value="PublicRead")),
    (open_buckets, _properties("SiteBucket", "WebsiteConfiguration", value={"IndexDocument": "index.html"})),
    (open_buckets, _properties("ExportsBucket", "BucketName", value="exports")),
    (open_buckets, Harm("ExportsBucketPolicy")),
    (open_buckets, _properties("SiteBucketPolicy", "PolicyDocument", "Statement", 0, "Resource", 1)),
    (weak_queues, _properties("JobsQueue", "SqsManagedSseEnabled", value=False)),
    (weak_queues, _properties("JobsQueue", "QueueName", value="jobs")),
    (weak_queues, _properties("JobsQueue", "RedrivePolicy")),
    (weak_queues, _properties("JobsDeadLetterQueue", "MessageRetentionPeriod", value=345600)),
    (plain_topics, Harm("Another", value={"Type": "AWS::SNS::Topic"})),
    (weak_keys, _properties("EncryptionKey", "EnableKeyRotation", value=False)),
    (written_secrets, _properties("SigningKeysSecret", "SecretString", value="x")),
    (written_secrets, _properties("OriginSecret", "GenerateSecretString", "PasswordLength", value=12)),
    (endless_logs, _properties("FunctionLogs", "RetentionInDays")),
    (endless_logs, _properties("AccessLogs", "RetentionInDays", value=3653)),
    (endless_logs, _properties("LoginFunction", "LoggingConfig")),
    (undecided_ends, Harm("UsersTable", "DeletionPolicy", value="Delete")),
    (undecided_ends, Harm("EncryptionKey", "UpdateReplacePolicy")),
    (undecided_ends, Harm("ExportsBucket", "DeletionPolicy")),
]


@pytest.mark.parametrize(("check", "harm"), HARMS)
def test_data_that_could_be_lost_or_read_is_seen(whole: Translated, check: Check, harm: Harm) -> None:
    assert check(whole.after(harm)) != []


def test_no_topic_is_excused_that_is_not_there(whole: Translated) -> None:
    assert whole.of("AWS::SNS::Topic").keys() >= PLAIN_TOPICS.keys()
