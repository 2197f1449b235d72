"""`make deploy` into the emulator, by the real `sam`: the first time, once more, and with another parameter."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import deploy, stack, web_build
from local.emulator import Emulator, free_port
from local.stack import Stack
from tests.e2e.conftest import serving
from tests.support.people import PASSWORD


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

    def run(self, parameters: str = "") -> int:
        """All that `make deploy` does, but for the build, and tested at a front door in the place of CloudFront."""
        chosen = deploy.plan("default", parameters, is_on_terminal=False)
        self.outputs = deploy.bring(chosen, self.build)
        stack._copy_gateway_responses(self.emulator)
        with serving(self.stack, self.port) as api:
            return deploy.finish(chosen, self.outputs, api.removesuffix("/api"))

    @property
    def stack(self) -> Stack:
        """As it is deployed."""
        return Stack(self.emulator, self.outputs)

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
        grant = httpx.post(f"{api}/auth/register", json={"email": "ada@example.com", "password": PASSWORD}).json()
    assert grant["expires_in"] == 600
    found = deploy.plan("default", "", is_on_terminal=False).effective
    assert found["MailSender"] == "Taskward <no-reply@taskward.example>"
    assert found["BreachedPasswordsAddress"] == ""
    told = capfd.readouterr().out
    assert f"SiteOrigin={deployment.outputs['SiteUrl']}" in told
