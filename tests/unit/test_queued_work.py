"""The template's queue, bucket and worker, as they are written."""

import json
from typing import Any

import pytest

from taskward.work import messages
from tests.support.template import resources, template

WORKER = resources("AWS::Serverless::Function")["WorkerFunction"]
QUEUES = resources("AWS::SQS::Queue")
BUCKET = resources("AWS::S3::Bucket")["ExportsBucket"]


@pytest.mark.parametrize("work", ["Jobs", "Mail"])
def test_a_message_is_put_aside_after_as_many_attempts_as_the_worker_is_told(work: str) -> None:
    redrive = QUEUES[f"{work}Queue"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [f"{work}DeadLetterQueue", "Arn"]}
    assert redrive["maxReceiveCount"] == WORKER["Environment"]["Variables"]["JOB_RECEIVES"] == "5"


def test_the_worker_takes_one_message_at_a_time_from_each_queue() -> None:
    mappings = resources("AWS::Lambda::EventSourceMapping").values()
    assert [mapping["EventSourceArn"]["Fn::GetAtt"][0] for mapping in mappings] == ["JobsQueue", "MailQueue"]
    assert [mapping["BatchSize"] for mapping in mappings] == [1, 1]


def test_work_of_all_queues_at_once_leaves_executions_to_requests_in_an_account_that_has_ten() -> None:
    mappings = resources("AWS::Lambda::EventSourceMapping").values()
    assert sum(mapping["ScalingConfig"]["MaximumConcurrency"] for mapping in mappings) <= 7


@pytest.mark.parametrize("work", ["Jobs", "Mail"])
def test_what_was_put_aside_is_kept_for_a_fortnight_and_rings_the_alarm(work: str) -> None:
    assert QUEUES[f"{work}DeadLetterQueue"]["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    alarm = resources("AWS::CloudWatch::Alarm")[f"{work}DeadLetterAlarm"]
    (dimension,) = alarm["Dimensions"]
    assert dimension == {"Name": "QueueName", "Value": {"Fn::GetAtt": [f"{work}DeadLetterQueue", "QueueName"]}}
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)


def test_exports_are_gone_after_a_day_and_so_is_what_was_never_finished() -> None:
    (rule,) = BUCKET["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert (rule["ExpirationInDays"], rule["AbortIncompleteMultipartUpload"]) == (1, {"DaysAfterInitiation": 1})
    assert "Prefix" not in rule
    assert template()["Resources"]["ExportsBucket"]["DeletionPolicy"] == "Delete"


USER = "00000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", '"deletion"', "{}", '{"kind": "deletion"}', '{"kind": null, "user_id": "' + USER + '"}'),
        *('{"kind": "deletion", "user_id": 5}', '{"kind": "deletion", "user_id": ""}'),
        *('{"kind": "deletion", "user_id": "KEYS"}', '{"kind": "deletion", "user_id": "../x"}'),
        '{"kind": "export", "user_id": "' + USER + '", "job_id": "x"}',
    ],
)
def test_a_message_that_says_not_exactly_what_to_do_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        messages.parsed(text)


@pytest.mark.parametrize(
    "members", [{"kind": "deletion", "user_id": USER}, {"kind": "export", "user_id": USER, "job_id": USER}]
)
def test_a_message_is_read_as_it_was_sent(members: dict[str, Any]) -> None:
    message = messages.parsed(json.dumps(members))
    assert message.model_dump() == members
    assert json.loads(message.model_dump_json()) == members
