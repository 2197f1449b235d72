"""`make deploy` into the emulator by the real `sam`: first, once more, with another parameter; and `make destroy`.

In this order: each test stands on the deployment that the one before it left.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import stack, web_build
from local.deployment import deploy, destroy, kept
from local.emulator import Emulator, free_port
from local.stack import Stack
from tests.e2e.conftest import serving
from tests.support.people import PASSWORD


@pytest.fixture(scope="module", autouse=True)
def _only_at_full_size(thorough: bool) -> None:
    if not thorough:
        pytest.skip("five deployments into emulators of its own; `make test THOROUGH=1` does it, and so does CI")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An account of AWS with nothing in it, which this shell is signed in to."""
    web_build.build()
    with Emulator(tmp_path_factory.mktemp("aws"), free_port()) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment().items():
            patch.setenv(name, value)
        yield running


class Deployment:
    """Deploys what was built once, and looks at what became of it."""

    def __init__(self, emulator: Emulator, build: Path) -> None:
        self.emulator = emulator
        self.build = build
        self.port = free_port()
        self.outputs: Mapping[str, str] = {}

    def run(self, parameters: str = "", config: str = "default") -> int:
        """All that `make deploy` does, but for the build, and tested at a front door in the place of CloudFront."""
        chosen = deploy.plan(config, parameters, is_on_terminal=False)
        self.outputs = deploy.bring(chosen, self.build)
        stack._copy_gateway_responses(self.emulator)
        with serving(self.stack, self.port) as api:
            return deploy.finish(chosen, self.outputs, api.removesuffix("/api"))

    @property
    def stack(self) -> Stack:
        """As it is deployed."""
        found = stack.find(self.emulator)
        assert found
        return found

    def versions(self) -> dict[str, list[str]]:
        """The numbers of all versions, by function."""
        functions = self.stack.client("lambda")
        names = [
            each["FunctionName"]
            for page in functions.get_paginator("list_functions").paginate()
            for each in page["Functions"]
        ]
        return {name: [each["Version"] for each in self.published(name)] for name in names}

    def published(self, name: str) -> list[dict[str, Any]]:
        """The versions of a function but the one that is worked on."""
        found = self.stack.client("lambda").list_versions_by_function(FunctionName=name)["Versions"]
        return [each for each in found if each["Version"] != "$LATEST"]


@pytest.fixture(scope="module")
def deployment(emulator: Emulator, build: Path) -> Deployment:
    """Deployed once, without a question, with what keeps it from asking anybody on the internet."""
    first = Deployment(emulator, build)
    assert first.run("BreachedPasswordsAddress=''") == 0
    return first


def _signed_in(api: str) -> dict[str, str]:
    """The header that Ada's requests carry."""
    body = {"email": "ada@example.com", "password": PASSWORD}
    answer = httpx.post(f"{api}/auth/login", json=body, timeout=60)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _new_task(api: str, headers: dict[str, str]) -> str:
    made = httpx.post(f"{api}/tasks", headers=headers, json={"title": "Pay rent"}, timeout=60)
    return str(made.json()["id"])


def _status(deployment: Deployment) -> str:
    stacks = deployment.stack.client("cloudformation").describe_stacks(StackName="taskward")["Stacks"]
    return str(stacks[0]["StackStatus"])


def test_deployed_again_as_it_is_nothing_new_is_published(deployment: Deployment) -> None:
    before = deployment.versions()
    assert all(len(versions) == 1 for versions in before.values())
    assert deployment.run() == 0
    assert deployment.versions() == before


def test_another_parameter_is_in_effect_and_a_new_version_of_each_function_and_the_answers_of_before_stay(
    deployment: Deployment, capfd: pytest.CaptureFixture[str]
) -> None:
    assert deployment.run("AccessTokenSeconds=600 MailSender='Taskward <no-reply@taskward.example>'") == 0
    assert {len(versions) for versions in deployment.versions().values()} == {2}
    with serving(deployment.stack, deployment.port) as api:
        grant = httpx.post(
            f"{api}/auth/register", json={"email": "ada@example.com", "password": PASSWORD}, timeout=60
        ).json()
    assert grant["expires_in"] == 600
    found = deploy.plan("default", "", is_on_terminal=False).effective
    assert found["MailSender"] == "Taskward <no-reply@taskward.example>"
    assert found["BreachedPasswordsAddress"] == ""
    told = capfd.readouterr().out
    assert f"SiteOrigin={deployment.outputs['SiteUrl']}" in told


def test_destroyed_it_leaves_the_data_and_a_new_stack_takes_it_up(
    deployment: Deployment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(deployment.stack, deployment.port) as api:
        task = _new_task(api, _signed_in(api))
    s3, bucket = deployment.stack.client("s3"), deployment.outputs["ExportsBucketName"]
    s3.put_object(Bucket=bucket, Key="somebody/export.json", Body=b"{}")
    monkeypatch.setattr("sys.argv", ["local.deployment.destroy"])

    # Nobody is there to type its name.
    monkeypatch.delenv("CONFIRM", raising=False)
    assert destroy.main() == 1
    assert "Nothing was removed" in capsys.readouterr().err
    assert _status(deployment) == "UPDATE_COMPLETE"

    monkeypatch.setenv("CONFIRM", "taskward")
    monkeypatch.setattr(destroy, "_SECONDS", 0.5)
    cloudformation = deployment.stack.client("cloudformation")
    cloudformation.update_termination_protection(StackName="taskward", EnableTerminationProtection=True)
    assert destroy.main() == 1
    assert "It is protected against that" in capsys.readouterr().err
    cloudformation.update_termination_protection(StackName="taskward", EnableTerminationProtection=False)
    assert destroy.main() == 0
    told = capsys.readouterr().out
    names = {name: deployment.outputs[name] for name in (*kept.TABLES, kept.KEY)}
    again = " ".join(f"{name}={value}" for name, value in names.items())
    assert f'make deploy PARAMETERS="{again}"' in told
    for bucket_name, is_there in ((bucket, False), (deployment.outputs["SiteBucketName"], True)):
        assert (bucket_name in [each["Name"] for each in s3.list_buckets()["Buckets"]]) == is_there

    # Once more there is nothing to remove, and what was kept is found again.
    assert destroy.main() == 0
    assert "There is none." in (told := capsys.readouterr().out)
    assert all(value in told for value in names.values())

    # Whoever deploys anew without it is told.
    deploy.plan("default", "", is_on_terminal=False)
    told = capsys.readouterr().out
    assert all(f"  {name}={value}" in told for name, value in names.items())

    # Of another name, for the emulator names tables of equal stacks equally, and empties what is there.
    monkeypatch.setattr(stack, "STACK_NAME", "taskward-dev")
    assert deployment.run(f"BreachedPasswordsAddress='' {again}", "dev") == 0
    assert {name: deployment.outputs[name] for name in names} == names
    with serving(deployment.stack, deployment.port) as api:
        headers = _signed_in(api)
        assert httpx.get(f"{api}/tasks", headers=headers, timeout=60).json()[0]["id"] == task
