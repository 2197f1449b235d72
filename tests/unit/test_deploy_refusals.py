"""What `make deploy` refuses before anything is built, and what it makes of what it does not refuse."""

import json
from collections.abc import Iterator
from http.server import HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from local.deployment import account as accounts
from local.deployment import deploy, samconfig
from local.deployment.refusals import RefusedError
from tests.support.loopback import QuietHandler, serving

REGION = "us-east-1"
# With those of the template's parameters that are looked at here.
TEMPLATE = {
    "Parameters": {"LogLevel": {"Type": "String"}, "AlarmAddress": {"Type": "String"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
}


@pytest.fixture
def account() -> Iterator[Any]:
    """An account of moto's, by its CloudFormation."""
    with mock_aws():
        yield boto3.client("cloudformation", REGION)


def _deploy(account: Any, status: str = "CREATE_COMPLETE", **given: str) -> None:
    given = {"LogLevel": "INFO", "AlarmAddress": "", **given}
    values = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
    template = TEMPLATE | {"Parameters": {name: {"Type": "String"} for name in given}}
    account.create_stack(StackName="taskward", TemplateBody=json.dumps(template), Parameters=values)
    (stack,) = cloudformation_backends[DEFAULT_ACCOUNT_ID][REGION].stacks.values()
    stack.status = status


def _plan(parameters: str = "") -> deploy.Plan:
    return deploy.plan("default", parameters, is_on_terminal=False)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("ROLLBACK_COMPLETE", "`make destroy` removes what is left of it"),
        ("ROLLBACK_FAILED", "`make destroy` removes what is left of it"),
        ("CREATE_FAILED", "docs/operations.md#poisoned-deployment"),
        ("UPDATE_ROLLBACK_FAILED", "docs/operations.md#poisoned-deployment"),
        ("DELETE_FAILED", "`make destroy` goes on with that"),
        ("UPDATE_IN_PROGRESS", "Wait until that has ended"),
        ("CREATE_IN_PROGRESS", "Wait until that has ended"),
        ("DELETE_IN_PROGRESS", "Wait until that has ended"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Wait until that has ended"),
    ],
)
def test_a_stack_that_cannot_be_changed_is_named_with_its_state_and_what_to_do(
    account: Any, status: str, told: str
) -> None:
    _deploy(account, status)
    with pytest.raises(RefusedError) as refused:
        _plan()
    assert f"The stack taskward is in the state {status}" in str(refused.value)
    assert told in str(refused.value)


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_that_can_be_changed_keeps_its_parameters_but_those_that_are_given(account: Any, status: str) -> None:
    _deploy(account, status, LogLevel="DEBUG", AlarmAddress="oncall@example.com")
    plan = _plan("LogLevel=INFO")
    assert plan.given == {"LogLevel": "INFO"}
    assert (plan.effective["LogLevel"], plan.effective["AlarmAddress"]) == ("INFO", "oncall@example.com")


def test_a_new_stack_off_a_terminal_has_the_defaults_and_is_asked_nothing(
    account: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    plan = _plan()
    assert plan.effective["Firewall"] == "off"
    assert f"Stack taskward in account {DEFAULT_ACCOUNT_ID}, region {REGION}." in capsys.readouterr().out


def test_a_new_stack_on_a_terminal_is_given_the_answers_and_what_was_given_is_not_asked(
    account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = StringIO("\noncall@example.com\non\n\n")
    monkeypatch.setattr("sys.stdin", answers)
    plan = deploy.plan("default", "MailSender=''", is_on_terminal=True)
    assert (plan.given["AlarmAddress"], plan.given["Firewall"]) == ("oncall@example.com", "on")
    assert answers.read() == ""


def test_a_stack_of_which_only_changes_were_shown_counts_as_new(account: Any) -> None:
    account.create_change_set(
        StackName="taskward",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": name, "ParameterValue": "-"} for name in TEMPLATE["Parameters"]],
    )
    assert account.describe_stacks(StackName="taskward")["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert _plan().effective["LogLevel"] == "INFO"


@pytest.mark.parametrize(
    ("config", "parameters", "told"),
    [
        ("default", "Nonsense=1", "There is no parameter Nonsense"),
        ("default", "LogLevel=LOUD", "one of DEBUG, INFO"),
        ("default", "SiteDomain=tasks.example.com", "SiteDomain needs CertificateArn"),
        ("default", "Release=0123456789", "computed"),
        ("prod", "LogRetentionDays=30", "samconfig.toml says LogRetentionDays=365"),
        ("staging", "", "samconfig.toml has no table staging"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_built(
    account: Any,
    config: str,
    parameters: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["local.deployment.deploy", "--config-env", config, "--parameters", parameters])
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("something was run"))
    assert deploy.main() == 1
    assert told in capsys.readouterr().err


def test_what_samconfig_says_as_well_may_be_given(account: Any) -> None:
    assert deploy.plan("prod", "LogRetentionDays=365", is_on_terminal=False).given["LogRetentionDays"] == "365"


def test_where_api_gateway_may_write_logs_already_that_is_left_as_it_is(
    account: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "GatewayLogsRole" not in _plan().given
    gateway = boto3.client("apigateway", REGION)
    role = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/logs"
    gateway.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}])
    assert _plan().given["GatewayLogsRole"] == "present"
    assert "may write logs" in capsys.readouterr().out
    assert _plan("GatewayLogsRole=create").given["GatewayLogsRole"] == "create"
    assert "may write logs" not in capsys.readouterr().out
    # As it was deployed by a former template.
    _deploy(account)
    assert _plan().given["GatewayLogsRole"] == "present"


def test_a_stack_that_lets_api_gateway_write_logs_itself_goes_on_with_that(
    account: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    role = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/logs"
    operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    boto3.client("apigateway", REGION).update_account(patchOperations=[operation])
    _deploy(account, GatewayLogsRole="create")
    plan = _plan()
    assert "GatewayLogsRole" not in plan.given
    assert plan.effective["GatewayLogsRole"] == "create"
    assert "may write logs" not in capsys.readouterr().out


def _without_credentials(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "config"))


def test_without_credentials_it_says_how_to_sign_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _without_credentials(monkeypatch, tmp_path)
    with pytest.raises(RefusedError, match="There are no AWS credentials: sign in"):
        _plan()


def test_with_a_profile_that_there_is_not_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _without_credentials(monkeypatch, tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(RefusedError, match="nobody"):
        _plan()


def test_without_a_region_it_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(RefusedError, match="Nothing says which AWS region: set AWS_REGION"):
        _plan()


@pytest.mark.parametrize(
    ("region", "default", "taken"),
    [
        ("eu-central-1", None, "eu-central-1"),
        ("eu-central-1", "eu-west-1", "eu-central-1"),
        ("", "eu-west-1", "eu-west-1"),
        (None, "eu-west-1", "eu-west-1"),
    ],
)
def test_the_region_is_the_one_that_the_aws_command_line_would_take(
    account: Any, region: str | None, default: str | None, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("AWS_REGION", region), ("AWS_DEFAULT_REGION", default)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert _plan().account.region == taken
    table = samconfig.Environment("default", "taskward", {}, region="ap-south-1")
    assert accounts.connect(table).region == "ap-south-1"


class _Expired(QuietHandler):
    def do_POST(self) -> None:
        body = (
            b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>It has expired</Message></Error></ErrorResponse>"
        )
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_with_credentials_that_aws_does_not_take_it_says_what_aws_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(HTTPServer(("127.0.0.1", 0), _Expired)) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(RefusedError, match=r"sign in anew.*It has expired"):
            _plan()
