"""What a stack says of itself, as a shell takes it."""

import subprocess

import pytest

from local.deployment import outputs
from local.deployment.deployed import Deployed


def _stack(**said: str) -> Deployed:
    return Deployed("arn:aws:cloudformation:::stack/taskward", "taskward-prod", "UPDATE_COMPLETE", {}, said)


def test_each_output_has_the_name_of_what_it_names() -> None:
    stack = _stack(
        UsersTableName="users-1",
        RotateKeysFunctionName="rotate-1",
        JobsDeadLetterQueueUrl="https://sqs/dead",
        SiteUrl="https://tasks.example.com",
        OriginSecretArn="arn:secret",
        ApiId="abc",
    )
    assert list(outputs.lines(stack)) == [
        "STACK=taskward-prod",
        "API_ID=abc",
        "JOBS_DEAD_LETTER_QUEUE=https://sqs/dead",
        "ORIGIN_SECRET=arn:secret",
        "ROTATE_KEYS=rotate-1",
        "SITE_URL=https://tasks.example.com",
        "USERS_TABLE=users-1",
    ]


def test_a_shell_has_the_value_whatever_is_in_it() -> None:
    value = "https://x/?a=b&c='$(exit 3)'#\\ \"d\""
    script = "\n".join([*outputs.lines(_stack(DashboardUrl=value)), 'printf %s "$DASHBOARD_URL"'])
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert done.stdout == value


def test_nothing_that_a_shell_would_take_is_printed_for_a_table_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["local.deployment.outputs", "--config-env", "nowhere"])
    assert outputs.main() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "nowhere" in printed.err
