"""The runbook, followed: each section's commands, run by the real AWS command line on a stack of their own.

A test for each section. Signing keys are revoked early and looked at late: nobody can sign in for a minute then.
"""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from local import mailbox
from local import stack as stacks
from local.emulator import Emulator, free_port
from local.paths import ROOT, TOOLS
from local.stack import Stack
from taskward.origin_secrets import digest
from tests.e2e.conftest import Person, code_of, new_address, serving
from tests.support import runbook
from tests.support.people import PASSWORD
from tests.support.runbook import Operator

GOOD, BAD = "v1.0.0", "v1.1.0"
_WAIT_SECONDS = 100
FOLLOWED = re.findall(r'\.follow\("([a-z-]+)"', Path(__file__).read_text())


def _until(holds: Callable[[], Any]) -> Any:
    """What the function gives, as soon as it is true."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.5)
    return found


@pytest.fixture(scope="module", autouse=True)
def _only_at_full_size(thorough: bool) -> None:
    if not thorough:
        pytest.skip("minutes of commands of the runbook; `make test THOROUGH=1` does it, and so does CI")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, build: Path) -> dict[str, Path]:
    """What `make build` leaves of a good release, and of one whose tasks cannot be reached."""
    # Beside the other: the function's code is named relative to the folder.
    bad, code = tmp_path_factory.mktemp("bad"), tmp_path_factory.mktemp("tasks")
    (code / "app.py").write_text('def handler(event, context):\n    raise RuntimeError("poisoned")\n')
    template = (build / "template.yaml").read_text().replace("ContentUri: ", f"ContentUri: {build}/")
    poisoned, replaced = re.subn(r"CodeUri: \S+/functions/tasks$", f"CodeUri: {code}", template, flags=re.MULTILINE)
    assert replaced == 1
    (bad / "template.yaml").write_text(poisoned)
    return {GOOD: build, BAD: bad}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, build: Path) -> Iterator[Stack]:
    """A stack that no other test sees."""
    with Emulator(tmp_path_factory.mktemp("aws"), free_port()) as emulator:
        parameters = {"NetworkAttempts": "10000", "BreachedPasswordsAddress": "", "MailSender": mailbox.SENDER}
        parameters["RefreshGraceSeconds"] = "1"
        deployed = stacks.deploy(emulator, build, parameters)
        mailbox.let_send(deployed, mailbox.SENDER)
        yield deployed


@pytest.fixture(scope="module")
def api(stack: Stack) -> Iterator[httpx.Client]:
    """A client of it that is not signed in."""
    with serving(stack, free_port()) as address, httpx.Client(base_url=address, timeout=150) as client:
        yield client


def _registered(api: httpx.Client) -> Person:
    email = new_address()
    answer = api.post("/auth/register", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return Person(api, email, answer.json())


def _id_of(person: Person) -> str:
    user_id: str = person.grant["user"]["id"]
    return user_id


@pytest.fixture
def person(api: httpx.Client) -> Person:
    """Somebody new."""
    return _registered(api)


@dataclass(frozen=True)
class Script:
    """What somebody made who goes on when all keys are revoked: it has a token of its own."""

    owner: Person
    token: str

    def request(self, method: str, path: str) -> httpx.Response:
        """A request with the token."""
        return self.owner.client.request(method, path, headers={"Authorization": f"Bearer {self.token}"})


@pytest.fixture(scope="module")
def script(api: httpx.Client, stack: Stack) -> Script:
    """A script, and its owner with three tasks."""
    owner = _registered(api)
    for title in ("Pay rent", "Water the plants", "Order the cake"):
        owner.task(title=title)
    # As the link in the mail would.
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["UsersTableName"],
        Key={"pk": {"S": f"USER#{_id_of(owner)}"}, "sk": {"S": "PROFILE"}},
        UpdateExpression="SET email_verified_at = :now",
        ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
    )
    body = {"name": "backup", "scopes": ["tasks:read", "tasks:write"], "expires_in_days": 1}
    made = owner.request("POST", "/account/tokens", json=body)
    assert made.status_code == 201, made.text
    return Script(owner, made.json()["token"])


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=operator", "-c", "user.email=operator@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def _command(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture(scope="module")
def operator(
    tmp_path_factory: pytest.TempPathFactory, stack: Stack, api: httpx.Client, releases: dict[str, Path]
) -> Operator:
    """Who is on call, in a checkout with two releases, each a tag; at the good one."""
    checkout, commands = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("commands")
    _git(checkout, "init", "--quiet")
    for name, built in releases.items():
        (checkout / "built").write_text(str(built))
        _git(checkout, "add", "built")
        _git(checkout, "commit", "--quiet", "--message", name)
        _git(checkout, "tag", name)
    _git(checkout, "checkout", "--quiet", GOOD)
    python = f"PYTHONPATH={ROOT} exec {TOOLS}/dev/bin/python"
    _command(commands, "make", f'{python} -m tests.support.make_in_emulator "$@"')
    # The first version of it goes to AWS with some services, whatever the environment says.
    _command(commands, "aws", f'exec {TOOLS}/aws/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"')
    # Nothing takes here as long as on AWS.
    _command(commands, "sleep", "exec /bin/sleep 0.2")
    environment = stack.emulator.environment()
    environment["REAL_MAKE"] = subprocess.check_output(["which", "make"], text=True).strip()
    environment["PATH"] = f"{commands}:{environment['PATH']}"
    # The emulator has no CloudFront, so there is no site at its address.
    return Operator(checkout, environment, {"SITE_URL": str(api.base_url).rstrip("/").removesuffix("/api")})


def _release(operator: Operator, name: str) -> None:
    """What somebody did before the one on call came."""
    _git(operator.folder, "checkout", "--quiet", name)
    subprocess.run(["make", "deploy"], cwd=operator.folder, env=dict(operator.environment), check=True)


def _log(stack: Stack, group: str, *lines: dict[str, Any]) -> None:
    """Write lines into one of the logs, as the gateway would, or a function: the emulator's gateway writes none."""
    logs, name = stack.client("logs"), stack.outputs[group]
    stream = datetime.now(UTC).isoformat().replace(":", "-")
    logs.create_log_stream(logGroupName=name, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": json.dumps(line, separators=(",", ":"))} for line in lines]
    logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)


def _logged(stack: Stack, group: str = "FunctionLogsName") -> str:
    logs = stack.client("logs").filter_log_events(logGroupName=stack.outputs[group])
    return "\n".join(event["message"] for event in logs["events"])


def _waiting(stack: Stack, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = stack.client("sqs").get_queue_attributes(QueueUrl=stack.outputs[queue], AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def _parameters(stack: Stack) -> dict[str, str]:
    (described,) = stack.client("cloudformation").describe_stacks(StackName=stacks.STACK_NAME)["Stacks"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}


def _live(stack: Stack, function: str) -> int:
    """The version of a function that is asked."""
    found = stack.client("cloudformation").describe_stack_resource(
        StackName=stacks.STACK_NAME, LogicalResourceId=f"{function}Function"
    )
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    return int(stack.client("lambda").get_alias(FunctionName=name, Name="live")["FunctionVersion"])


def _titles(person: Person) -> set[str]:
    answer = person.request("GET", "/tasks")
    assert answer.status_code == 200, answer.text
    return {task["title"] for task in answer.json()}


def test_every_section_with_commands_is_followed_here() -> None:
    assert sorted(FOLLOWED) == sorted(runbook.sections())


def test_what_the_page_says_cannot_be_tried_is_on_it() -> None:
    commands = "\n".join(block for blocks in runbook.sections().values() for block in blocks)
    assert [command for command in runbook.not_tried() if command not in commands] == []
    assert runbook.not_tried()


def test_what_is_up_and_what_became_of_a_request_is_found(operator: Operator, stack: Stack, person: Person) -> None:
    refused = person.client.post("/auth/login", json={"email": person.email, "password": "a guess"}).json()
    (alarm, *_) = stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    stack.client("cloudwatch").set_alarm_state(
        AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="for the test"
    )
    _log(stack, "AccessLogsName", {"request_id": refused["request_id"], "status": 401})
    with operator.follow("before-anything-else", REQUEST=refused["request_id"], EMAIL=person.email) as follow:
        assert re.search(r"docs/operations\.md#[a-z-]+$", follow.step(), re.MULTILINE)
        up = follow.step()
        assert up.startswith("200 in ")
        assert stack.outputs["DashboardUrl"] in up
        found = follow.step()
        assert '"status":401' in found
        assert "invalid_credentials" in found
        assert "SignInFailed" in follow.step()


_FAILED = {"route": "GET /tasks", "status": 503, "latency": 2900, "user_id": "somebody"}


def test_the_routes_that_fail_are_counted_and_the_errors_shown(operator: Operator, stack: Stack) -> None:
    _log(stack, "AccessLogsName", _FAILED, _FAILED, _FAILED | {"status": 200})
    _log(stack, "FunctionLogsName", {"level": "ERROR", "message": "request failed"})
    with operator.follow("errors") as follow:
        shown = follow.step()
        assert '2 "route":"GET /tasks"' in shown
        assert "request failed" in shown


def test_the_slowest_requests_are_shown_with_their_routes(operator: Operator, stack: Stack) -> None:
    _log(stack, "AccessLogsName", _FAILED | {"latency": 7}, _FAILED | {"latency": 28001})
    with operator.follow("slow") as follow:
        assert follow.step().startswith("28001 ms GET /tasks\n")


def test_who_causes_throttling_is_shown(operator: Operator, stack: Stack) -> None:
    _log(stack, "AccessLogsName", *[_FAILED | {"user_id": "greedy"}] * 9)
    _log(stack, "FunctionLogsName", {"level": "ERROR", "exception_name": "ThrottlingException"})
    with operator.follow("throttled") as follow:
        shown = follow.step()
        assert "ThrottlingException" in shown
        assert '9 "user_id":"greedy"' in shown


def test_keys_that_are_gone_are_published_again(operator: Operator, stack: Stack) -> None:
    _log(stack, "FunctionLogsName", {"level": "ERROR", "function": "AuthorizerFunction"})
    dynamodb, table = stack.client("dynamodb"), stack.outputs["SessionsTableName"]
    key = {"user_id": {"S": "KEYS"}, "session_id": {"S": "PUBLISHED"}}
    with operator.follow("authorizer") as follow:
        kid = follow.step().splitlines()[-1]
        dynamodb.delete_item(TableName=table, Key=key)
        assert kid in follow.step()
    published = dynamodb.get_item(TableName=table, Key=key)["Item"]["keys"]["L"]
    assert [each["M"]["kid"]["S"] for each in published] == [kid]


def test_whose_tokens_came_again_is_shown_and_everything_of_theirs_ends(
    operator: Operator, stack: Stack, person: Person, script: Script
) -> None:
    used = {"refresh_token": person.refresh_token}
    assert person.client.post("/auth/refresh", json=used).status_code == 200
    time.sleep(2.1)
    assert code_of(person.client.post("/auth/refresh", json=used)) == (401, "token_reused")
    again = person.client.post("/auth/login", json={"email": person.email, "password": PASSWORD})
    signed_in = Person(person.client, person.email, again.json())
    assert signed_in.request("GET", "/tasks").status_code == 200
    _until(lambda: "RefreshTokenReused" in _logged(stack))
    with operator.follow("reuse", USER_ID=_id_of(person)) as follow:
        shown = follow.step()
        assert f'1 "user_id":"{_id_of(person)}"' in shown
        assert '1 "address":"127.0.0.1"' in shown
        follow.step()
    assert code_of(signed_in.request("GET", "/tasks")) == (401, "session_revoked")
    assert script.request("GET", "/tasks").status_code == 200


def test_who_is_guessed_at_and_from_where_is_counted(operator: Operator, stack: Stack, person: Person) -> None:
    guess = {"email": person.email, "password": "a guess"}
    assert [person.client.post("/auth/login", json=guess).status_code for _ in range(6)] == [401] * 5 + [429]
    _until(lambda: "AttemptsLimited" in _logged(stack))
    with operator.follow("attack") as follow:
        shown = follow.step()
        assert '1 "address":"127.0.0.1"' in shown
        assert f'5 "user_id":"{_id_of(person)}"' in shown


def test_the_rotation_of_keys_runs_and_says_so(operator: Operator) -> None:
    with operator.follow("keys") as follow:
        shown = follow.step()
        assert '"published"' in shown
        assert "signing keys rotated" in shown


def test_dead_letters_are_seen_and_one_is_worked_on_again_and_mail_is_dropped(operator: Operator, stack: Stack) -> None:
    letter = {"kind": "deletion", "user_id": "00000000-0000-4000-8000-000000000000"}
    for queue in ("JobsDeadLetterQueueUrl", "MailDeadLetterQueueUrl"):
        stack.client("sqs").send_message(QueueUrl=stack.outputs[queue], MessageBody=json.dumps(letter))
    for line in ("work failed", "nobody understands this message"):
        _log(stack, "FunctionLogsName", {"message": line})
    with operator.follow("dead-letters") as follow:
        shown = follow.step()
        assert json.dumps(letter) in shown
        assert "work failed" in shown
        follow.step()
        follow.step()
        _until(lambda: letter["user_id"] in _logged(stack))
        assert _waiting(stack, "JobsDeadLetterQueueUrl") == 0
        assert _waiting(stack, "MailDeadLetterQueueUrl") == 1
        follow.step()
    assert _waiting(stack, "MailDeadLetterQueueUrl") == 0


def test_whether_work_is_done_is_shown(operator: Operator) -> None:
    with operator.follow("work-behind") as follow:
        shown = follow.step()
        assert '"ApproximateNumberOfMessages": "0"' in shown
        assert shown.count("Enabled") == 2


def test_a_bad_release_is_taken_back_by_the_aliases_and_then_as_a_whole(
    operator: Operator, stack: Stack, person: Person
) -> None:
    person.task(title="Pay rent")
    good = _live(stack, "Tasks")
    time.sleep(1)
    began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    _release(operator, BAD)
    bad = _live(stack, "Tasks")
    assert person.request("GET", "/tasks").status_code >= 500
    with operator.follow("poisoned-deployment", BAD=began, BEFORE=GOOD) as follow:
        assert follow.step().startswith("UPDATE_COMPLETE\n")
        assert person.request("GET", "/tasks").status_code >= 500
        follow.step()
        assert _live(stack, "Tasks") == good
        assert _titles(person) == {"Pay rent"}
        follow.step()
        assert _live(stack, "Tasks") > bad
        assert _titles(person) == {"Pay rent"}
        follow.step()


def test_a_table_is_restored_and_used_and_left_again_and_one_users_tasks_brought_back(
    operator: Operator, stack: Stack, person: Person
) -> None:
    lost = person.task(title="Lost")
    person.task(title="Kept")
    since = person.request("GET", "/tasks/changes").json()["next"]
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    dynamodb = stack.client("dynamodb")
    _log(stack, "FunctionLogsName", {"message": "nothing of a deleted account is left", "user_id": "deleted"})
    with operator.follow("restore-a-table", MOMENT=moment, USER_ID=_id_of(person)) as follow:
        follow.step()
        restored = f"taskward-TasksTableName-{re.sub('[^0-9]', '', moment)}"
        assert person.request("DELETE", f"/tasks/{lost['id']}?permanent=true").status_code == 204
        person.task(title="Since")
        assert _titles(person) == {"Kept", "Since"}

        follow.step()
        table = dynamodb.describe_table(TableName=restored)["Table"]
        assert table["DeletionProtectionEnabled"]
        ttl = dynamodb.describe_time_to_live(TableName=restored)["TimeToLiveDescription"]
        assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires_at")
        backups = dynamodb.describe_continuous_backups(TableName=restored)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        assert {"Key": "application", "Value": "taskward"} in tags
        all_now, now, all_then, then = map(int, follow.step().split())
        assert now > then >= 2
        assert all_now > all_then >= then
        follow.step()

        assert restored in follow.step()
        assert _titles(person) == {"Kept", "Lost"}
        assert '"user_id":"deleted"' in follow.step()
        follow.step()
        assert _parameters(stack)["TasksTableName"] == ""
        assert _titles(person) == {"Kept", "Since"}

        assert follow.step() == ""
    assert _titles(person) == {"Kept", "Lost", "Since"}
    changed = person.request("GET", f"/tasks/changes?since={since}").json()["tasks"]
    assert "Lost" in {task["title"] for task in changed}


def test_somebody_is_given_all_that_is_held_and_is_deleted(operator: Operator, stack: Stack, person: Person) -> None:
    person.task(title="Pay rent")
    with operator.follow("a-users-data-request", EMAIL=person.email) as follow:
        assert follow.step().strip() == _id_of(person)
        follow.step()
        document = json.loads((operator.folder / "export.json").read_text())
        assert document["account"]["email"] == person.email
        assert [task["title"] for task in document["tasks"]] == ["Pay rent"]
        follow.step()
        follow.step()
    assert person.request("GET", "/tasks").status_code == 401
    again = person.client.post("/auth/login", json={"email": person.email, "password": PASSWORD})
    assert code_of(again) == (401, "invalid_credentials")
    for table, key, value in (("Users", "pk", f"USER#{_id_of(person)}"), ("Tasks", "user_id", _id_of(person))):
        left = stack.client("dynamodb").query(
            TableName=stack.outputs[f"{table}TableName"],
            KeyConditionExpression=f"{key} = :value",
            ExpressionAttributeValues={":value": {"S": value}},
        )
        assert left["Items"] == []


@pytest.fixture(scope="module")
def revoked(operator: Operator, api: httpx.Client, script: Script) -> tuple[Person, str]:
    """Somebody who was signed in when all keys were revoked, and the key there is since."""
    somebody = _registered(api)
    with operator.follow("rotate-keys-in-an-emergency") as follow:
        (kid,) = json.loads(follow.step().partition("}")[0] + "}")["published"]
        assert kid in follow.step()
        assert script.request("GET", "/tasks").status_code == 200
        follow.step()
        assert code_of(script.request("GET", "/tasks")) == (401, "session_revoked")
        follow.step()
    return somebody, kid


def test_all_keys_are_revoked_in_one_command_and_tokens_for_scripts_in_another(revoked: tuple[Person, str]) -> None:
    assert revoked


def test_a_new_origin_secret_is_known_and_shown_and_the_one_before_still_known(
    operator: Operator, stack: Stack, revoked: tuple[Person, str]
) -> None:
    secrets, secret = stack.client("secretsmanager"), stack.outputs["OriginSecretArn"]
    before = secrets.get_secret_value(SecretId=secret)["SecretString"]
    with operator.follow("a-leaked-origin-secret") as follow:
        follow.step()
    now = secrets.get_secret_value(SecretId=secret)
    assert _parameters(stack)["OriginSecretVersion"] == now["VersionId"]
    published = stack.client("dynamodb").get_item(
        TableName=stack.outputs["SessionsTableName"],
        Key={"user_id": {"S": "KEYS"}, "session_id": {"S": "PUBLISHED"}},
    )["Item"]
    digests = [each["S"] for each in published["origin_digests"]["L"]]
    assert digests == [digest(now["SecretString"]), digest(before)]


def test_the_streams_that_something_is_in_are_deleted_and_no_others(operator: Operator, stack: Stack) -> None:
    kept, lost = ({"user_id": "kept"}, {"user_id": "lost", "name": "leaked"})
    for group in ("FunctionLogsName", "AccessLogsName"):
        _log(stack, group, kept)
        _log(stack, group, lost)
    with operator.follow("a-leaked-log", TEXT="leaked") as follow:
        follow.step()
        assert int(follow.step()) >= 2
        follow.step()
    for group in ("FunctionLogsName", "AccessLogsName"):
        logged = _logged(stack, group)
        assert '"kept"' in logged
        assert '"lost"' not in logged


def test_limits_are_shown(operator: Operator) -> None:
    with operator.follow("quota-increases") as follow:
        assert len(follow.step().splitlines()) == 3
        follow.step()
        follow.step()
        follow.step()


def test_an_alarm_goes_off_when_told_to(operator: Operator, stack: Stack, revoked: tuple[Person, str]) -> None:
    _log(stack, "FunctionLogsName", {"message": "signing keys rotated"})
    with operator.follow("regular-work") as follow:
        follow.step()
        alarms = stack.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
        assert "rehearsal" in [alarm["StateReason"] for alarm in alarms]
        assert follow.step().split()[-2:] == ["0", "0"]
        follow.step()


def test_a_minute_after_all_keys_were_revoked_every_token_is_dead_and_signing_in_works_again(
    api: httpx.Client, revoked: tuple[Person, str]
) -> None:
    person, kid = revoked
    sign_in = {"email": person.email, "password": PASSWORD}
    granted = _until(lambda: (answer := api.post("/auth/login", json=sign_in)).status_code == 200 and answer)
    assert code_of(person.request("GET", "/tasks")) == (401, "invalid_token")
    refreshed = api.post("/auth/refresh", json={"refresh_token": person.refresh_token})
    assert code_of(refreshed) == (401, "invalid_token")
    assert [key["kid"] for key in api.get("/.well-known/jwks.json").json()["keys"]] == [kid]
    assert Person(api, person.email, granted.json()).request("GET", "/tasks").status_code == 200


def test_a_stack_in_another_region_takes_up_the_tables_and_the_key(operator: Operator, stack: Stack) -> None:
    # The last one: functions of another region write, in the emulator, to tables of the same name in this one.
    with operator.follow("region-loss") as follow:
        replica = follow.step().splitlines()[0]
        assert ":eu-central-1:" in replica
        follow.step()
        follow.step()
        (plan,) = stack.client("backup").list_backup_plans()["BackupPlansList"]
        chosen = stack.client("backup").list_backup_selections(BackupPlanId=plan["BackupPlanId"])
        assert [each["SelectionName"] for each in chosen["BackupSelectionsList"]] == ["tables"]
        follow.step()
        follow.step()
        follow.step(REPLICA=replica)
    elsewhere = boto3.client(
        "cloudformation",
        endpoint_url=stack.emulator.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    outputs = elsewhere.describe_stacks(StackName=stacks.STACK_NAME)["Stacks"][0]["Outputs"]
    found = {each["OutputKey"]: each["OutputValue"] for each in outputs}
    for name in ("UsersTableName", "SessionsTableName", "TasksTableName"):
        assert found[name] == stack.outputs[name]
    assert found["EncryptionKeyArn"] == replica
