"""What `make deploy` does once all is settled: `sam` is told, and what it comes to is said."""

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID

from local.deployment import deploy, parameters, publish, samconfig, versions
from local.deployment.account import Account
from local.deployment.refusals import RefusedError

REGION = "us-east-1"
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"SiteUrl": {"Value": "-"}}})
OUTPUTS = {
    "SiteUrl": "https://tasks.example.com",
    "DistributionDomain": "d1.cloudfront.net",
    "DashboardUrl": "https://console.example.com",
}


@pytest.fixture
def account() -> Iterator[Account]:
    """An account of moto's with a stack in it."""
    with mock_aws():
        found = Account(boto3.Session(region_name=REGION), DEFAULT_ACCOUNT_ID)
        found.client("cloudformation").create_stack(StackName="taskward-prod", TemplateBody=TEMPLATE)
        yield found


def _plan(account: Account, **given: str) -> deploy.Plan:
    return deploy.Plan(samconfig.environment("prod"), account, given, parameters.effective(given, {}))


class Sam:
    """What was run in the place of `sam`, which ends with a status."""

    def __init__(self, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commands: list[list[str]] = []
        self.status = status
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[Any], **_: Any) -> Any:
        self.commands.append([str(word) for word in command])
        return SimpleNamespace(returncode=self.status)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What `sam build` leaves."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def test_sam_is_told_all_parameters_that_are_given_and_the_release(
    account: Account, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam = Sam(0, monkeypatch)
    given = {"MailSender": "Taskward <no-reply@example.com>", "SiteDomain": ""}
    assert deploy.bring(_plan(account, **given), built) == {"SiteUrl": "-"}
    ((_, *words),) = sam.commands
    assert words[:3] == ["deploy", "--config-env", "prod"]
    assert words[words.index("--region") + 1] == REGION
    told = words[words.index("--parameter-overrides") + 1 :]
    assert told[:2] == ['MailSender="Taskward <no-reply@example.com>"', 'SiteDomain=""']
    assert len(told) == 3
    assert told[2].startswith('Release="')
    assert len(told[2]) == len('Release=""') + 64


def test_when_sam_fails_it_ends_there_and_says_where_to_read_on(
    account: Account, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Sam(1, monkeypatch)
    with pytest.raises(RefusedError, match=r"`sam deploy` failed.*docs/operations\.md#poisoned-deployment"):
        deploy.bring(_plan(account), built)


def test_when_somebody_says_no_to_the_changes_it_ends_there(
    account: Account, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `sam` ends well then.
    Sam(0, monkeypatch)
    cloudformation = account.client("cloudformation")
    change_set = {"StackName": "taskward-prod", "ChangeSetName": "refused"}
    cloudformation.create_change_set(**change_set, ChangeSetType="UPDATE", TemplateBody=TEMPLATE.replace("-", "+"))
    with pytest.raises(RefusedError, match="was not changed"):
        deploy.bring(_plan(account), built)
    cloudformation.delete_change_set(**change_set)
    assert deploy.bring(_plan(account), built) == {"SiteUrl": "-"}


def _finish(
    account: Account, monkeypatch: pytest.MonkeyPatch, *, works: bool, address: str = OUTPUTS["SiteUrl"], **given: str
) -> tuple[int, list[str]]:
    """The exit status, and what was done in which order."""
    done: list[str] = []

    def smoke(origin: str) -> bool:
        done.append(f"smoke {origin}")
        return works

    def remove_old(*_: Any) -> int:
        done.append("old versions")
        return 7

    monkeypatch.setattr(publish, "publish", lambda *_: done.append("publish"))
    monkeypatch.setattr(deploy, "smoke", smoke)
    monkeypatch.setattr(versions, "remove_old", remove_old)
    return deploy.finish(_plan(account, **given), OUTPUTS, address), done


def test_in_the_end_the_app_is_published_the_site_is_tested_and_old_versions_go(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, done = _finish(account, monkeypatch, works=True)
    assert (status, done) == (0, ["publish", "smoke https://tasks.example.com", "old versions"])
    told = capsys.readouterr().out
    for address in (OUTPUTS["SiteUrl"], f"{OUTPUTS['SiteUrl']}/api", OUTPUTS["DashboardUrl"]):
        assert f" {address}\n" in told
    assert "Removed 7 old versions" in told


def test_where_the_site_does_not_work_it_says_how_to_go_back_and_old_versions_stay(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, done = _finish(account, monkeypatch, works=False)
    assert (status, done) == (1, ["publish", "smoke https://tasks.example.com"])
    assert "How to go back: docs/operations.md#poisoned-deployment" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "address", "told"),
    [
        ({}, "https://d1.cloudfront.net", "make an entry of it that leads to d1.cloudfront.net"),
        (
            {"MailSender": "a@example.com"},
            OUTPUTS["SiteUrl"],
            'make deploy CONFIG=prod PARAMETERS="SiteOrigin=https://tasks.example.com"',
        ),
        ({"AlarmAddress": "a@example.com"}, OUTPUTS["SiteUrl"], "Alarms go to a@example.com once the link"),
    ],
)
def test_what_is_left_to_do_is_said_and_only_then(
    account: Account,
    given: dict[str, str],
    address: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _finish(account, monkeypatch, works=True, address=address, **given)
    assert told in capsys.readouterr().out
    _finish(account, monkeypatch, works=True, SiteOrigin=OUTPUTS["SiteUrl"])
    assert told not in capsys.readouterr().out


def test_a_domain_that_the_dns_does_not_know_yet_is_tested_where_it_will_lead_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = {"tasks.example.com"}

    def look_up(host: str, port: int) -> list[str]:
        assert port == 443
        if host not in known:
            raise socket.gaierror("Name or service not known")
        return ["203.0.113.7"]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert deploy.tested_at(OUTPUTS) == "https://tasks.example.com"
    known.clear()
    assert deploy.tested_at(OUTPUTS) == "https://d1.cloudfront.net"


def test_api_and_app_are_built_before_anything_is_changed_and_it_ends_where_one_is_not(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make = Sam(1, monkeypatch)
    monkeypatch.setattr("sys.argv", ["local.deployment.deploy", "--config-env", "dev", "--parameters", ""])
    assert deploy.main() == 1
    assert make.commands == [["make", "--no-print-directory", "build"]]
    assert "`make build` failed; nothing was changed on AWS." in capsys.readouterr().err
