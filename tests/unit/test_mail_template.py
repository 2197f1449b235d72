"""Mail in the template, as it is written: off unless asked for, and then open to nobody who has no part in it."""

import json
import re
from typing import Any

import pytest

from tests.support.template import resources, template, with_everything_on, with_nothing_on

FUNCTIONS = resources("AWS::Serverless::Function")
PARAMETERS: dict[str, Any] = template()["Parameters"]
QUEUEING = {f"{name}Function" for name in ("Account", "Factors", "Login", "Recovery", "Refresh", "Register")}


def _statements(function: str, *, mail: bool) -> list[dict[str, Any]]:
    chosen = with_everything_on if mail else with_nothing_on
    (policy,) = chosen(FUNCTIONS[function]["Policies"])
    statements: list[dict[str, Any]] = policy["Statement"]
    return statements


def _mailing(function: str, *, mail: bool) -> dict[str, Any]:
    """The statements about mail, by their ids."""
    return {
        statement["Sid"]: statement
        for statement in _statements(function, mail=mail)
        if "Mail" in json.dumps(statement["Resource"]) or "ses:" in json.dumps(statement["Action"])
    }


@pytest.mark.parametrize(
    ("sender", "admitted"),
    [
        ("", True),
        ("no-reply@example.com", True),
        ("Taskward <no-reply@example.com>", True),
        ("Task ward <no-reply@mail.example.com>", True),
        ("Taskward", False),
        ("Taskward <no-reply@example.com", False),
        ("no-reply@example.com>", False),
        ("<no-reply@example.com>", False),
        ("a@example.com, b@example.com", False),
        ("a@example.com <b@example.com>", False),
        ('Taskward "<no-reply@example.com>', False),
    ],
)
def test_the_sender_is_one_address_with_or_without_a_name(sender: str, admitted: bool) -> None:
    assert (re.fullmatch(PARAMETERS["MailSender"]["AllowedPattern"], sender) is not None) is admitted


@pytest.mark.parametrize(
    ("origin", "admitted"),
    [
        ("", True),
        ("https://taskward.example", True),
        ("http://localhost:8080", True),
        ("https://Taskward.example", False),
        ("taskward.example", False),
        ("https://taskward.example/", False),
        ("https://taskward.example:", False),
        ("https://me@taskward.example", False),
    ],
)
def test_the_site_is_an_origin(origin: str, admitted: bool) -> None:
    assert (re.fullmatch(PARAMETERS["SiteOrigin"]["AllowedPattern"], origin) is not None) is admitted


def test_mail_is_off_by_default_and_then_there_is_nothing_of_it() -> None:
    assert PARAMETERS["MailSender"]["Default"] == ""
    assert template()["Conditions"]["HasMail"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "MailSender"}, ""]}]}
    conditional = {name for name, entry in template()["Resources"].items() if entry.get("Condition") == "HasMail"}
    assert conditional == {name for name in template()["Resources"] if name.startswith("Mail")}
    outputs = {name for name, entry in template()["Outputs"].items() if entry.get("Condition") == "HasMail"}
    assert outputs == {name for name in template()["Outputs"] if name.startswith("Mail")}
    for function in FUNCTIONS:
        assert _mailing(function, mail=False) == {}, function


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_may_queue_mail_knows_the_queue_and_no_other_does(function: str) -> None:
    variables = FUNCTIONS[function]["Environment"]["Variables"]
    queue = variables.get("MAIL_QUEUE")
    if function in QUEUEING:
        assert queue == {"Fn::If": ["HasMail", {"Ref": "MailQueue"}, ""]}
        (statement,) = _mailing(function, mail=True).values()
        assert statement["Action"] == "sqs:SendMessage"
        assert statement["Resource"] == {"Fn::GetAtt": ["MailQueue", "Arn"]}
    elif function != "WorkerFunction":
        assert queue is None
        assert _mailing(function, mail=True) == {}


def test_the_worker_alone_sends_mail_and_from_one_address_alone() -> None:
    statements = _mailing("WorkerFunction", mail=True)
    assert statements.keys() == {"TakeAndGiveBackMail", "SendMailFromOneAddress"}
    assert "sqs:SendMessage" not in statements["TakeAndGiveBackMail"]["Action"]
    sending = statements["SendMailFromOneAddress"]
    assert sending["Action"] == "ses:SendEmail"
    assert all(
        ":identity/*" in name["Fn::Sub"] or "configuration-set" in name["Fn::Sub"] for name in sending["Resource"]
    )
    assert sending["Condition"].keys() == {"StringEquals"}
    assert sending["Condition"]["StringEquals"].keys() == {"ses:FromAddress"}


@pytest.mark.parametrize("sender", ["no-reply@example.com", "Taskward <no-reply@example.com>"])
def test_the_address_that_mail_may_come_from_is_the_sender_s(sender: str) -> None:
    condition = _mailing("WorkerFunction", mail=True)["SendMailFromOneAddress"]["Condition"]
    assert _evaluated(condition["StringEquals"]["ses:FromAddress"], sender) == "no-reply@example.com"


def _evaluated(value: Any, sender: str) -> Any:
    """What CloudFormation makes of the functions that cut the address out."""
    if not isinstance(value, dict):
        return value
    ((name, argument),) = value.items()
    if name == "Fn::Sub":
        return argument.replace("${MailSender}", sender)
    first, second = argument
    if name == "Fn::Split":
        return _evaluated(second, sender).split(first)
    assert name == "Fn::Select"
    return (_evaluated(second, sender) if isinstance(second, dict) else second)[first]


def test_bounces_and_complaints_come_back_and_nobody_is_watched() -> None:
    (destination,) = resources("AWS::SES::ConfigurationSetEventDestination").values()
    assert destination["EventDestination"]["MatchingEventTypes"] == ["bounce", "complaint"]
    assert destination["EventDestination"]["SnsDestination"] == {"TopicARN": {"Ref": "MailReturns"}}
    (configuration_set,) = resources("AWS::SES::ConfigurationSet").values()
    assert "TrackingOptions" not in configuration_set
    subscription = resources("AWS::SNS::Subscription")["MailReturnsForWorker"]
    assert subscription["RawMessageDelivery"] is True
    assert subscription["Endpoint"] == {"Fn::GetAtt": ["MailQueue", "Arn"]}
    assert (subscription["FilterPolicyScope"], subscription["FilterPolicy"]) == (
        "MessageBody",
        {"eventType": ["Bounce", "Complaint"]},
    )


def test_a_mail_travels_encrypted_or_not_at_all() -> None:
    (configuration_set,) = resources("AWS::SES::ConfigurationSet").values()
    assert configuration_set["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}


def test_only_our_ses_publishes_and_only_our_topic_queues_what_came_back() -> None:
    (topic_policy,) = resources("AWS::SNS::TopicPolicy").values()
    (may_publish,) = topic_policy["PolicyDocument"]["Statement"]
    assert may_publish["Principal"] == {"Service": "ses.amazonaws.com"}
    sources = may_publish["Condition"]["StringEquals"]
    assert sources["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert sources["aws:SourceArn"]["Fn::Sub"].endswith(":configuration-set/${MailConfigurationSet}")
    (queue_policy,) = resources("AWS::SQS::QueuePolicy").values()
    (may_queue,) = queue_policy["PolicyDocument"]["Statement"]
    assert may_queue["Principal"] == {"Service": "sns.amazonaws.com"}
    assert may_queue["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "MailReturns"}}}
