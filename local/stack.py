"""The real template, built and deployed by the real `sam` into the emulator."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from local.deployment.parameters import RELEASE, effective, overrides
from local.deployment.release import release
from local.emulator import Emulator
from local.paths import ROOT, tool

STACK_NAME = "taskward"
STAGE = "api"

_SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers")


class DeploymentError(Exception):
    """`sam` failed; the message ends with what it printed last."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack: the emulator it is in, what it put out, and the parameters it was given."""

    emulator: Emulator
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator, with all permissions."""
        return _client(self.emulator, service)

    @property
    def api_host(self) -> str:
        """The Host header by which the emulator knows the gateway."""
        return f"{self.outputs['ApiId']}.execute-api.localhost"

    @cached_property
    def origin_secret(self) -> str:
        """What a trusted proxy shows to the service."""
        answer = self.client("secretsmanager").get_secret_value(SecretId=self.outputs["OriginSecretArn"])
        return str(answer["SecretString"])


def build(build_dir: Path) -> None:
    """`sam build` for this machine's Python, which is the one that the emulator runs functions under.

    Raises
    ------
    DeploymentError: it failed.
    """
    _check_syntax()
    environment = os.environ | {
        "LAYER_PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
        "LAYER_PLATFORM": "",
        "UV": str(tool("uv", "uv")),
        "SAM_CLI_TELEMETRY": "0",
    }
    _sam(["build", "--build-dir", str(build_dir), "--no-cached"], environment)


def deploy(emulator: Emulator, build_dir: Path, parameters: Mapping[str, str] | None = None) -> Stack:
    """`sam deploy` of what was built, then what the emulator does not take from the template by itself.

    Raises
    ------
    DeploymentError: it failed.
    """
    given = dict(parameters or {})
    deployed = find(emulator)
    in_effect = effective(given, deployed.parameters if deployed else {})
    given[RELEASE] = release(build_dir, in_effect)
    _sam(
        [
            *("deploy", "--template-file", str(build_dir / "template.yaml"), "--stack-name", STACK_NAME),
            *("--config-file", str(ROOT / "samconfig.toml"), "--no-progressbar", "--region", "us-east-1"),
            *("--parameter-overrides", *overrides(given)),
        ],
        emulator.environment(),
    )
    _copy_gateway_responses(emulator)
    stack = find(emulator)
    if stack is None:
        raise DeploymentError("sam deploy said nothing, but there is no stack.")
    return stack


def find(emulator: Emulator) -> Stack | None:
    """The stack that is deployed in an emulator, None when there is none or it is not whole."""
    try:
        answer = _client(emulator, "cloudformation").describe_stacks(StackName=STACK_NAME)
    except Exception as error:
        if "does not exist" in str(error):
            return None
        raise
    description = answer["Stacks"][0]
    if description["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return None
    outputs = {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in description["Parameters"]}
    return Stack(emulator, outputs, parameters)


def _check_syntax() -> None:
    # The emulator would deploy it all the same, and then answer every request with a riddle.
    for source in (*ROOT.glob("functions/*/*.py"), *ROOT.glob("layers/taskward/taskward/**/*.py")):
        try:
            compile(source.read_text(encoding="utf-8"), source.relative_to(ROOT), "exec")
        except SyntaxError as error:
            raise DeploymentError(f"{error.filename}, line {error.lineno}: {error.msg}") from None


def fingerprint() -> str:
    """Changes whenever something that is deployed changes."""
    digest = hashlib.sha256(sys.version.encode())
    for source in _SOURCES:
        path = ROOT / source
        files = (
            [path]
            if path.is_file()
            else sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        )
        for file in files:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sam(arguments: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [tool("sam", "sam"), *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DeploymentError(f"sam {arguments[0]} failed:\n{done.stdout[-4000:]}")


def _client(emulator: Emulator, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=emulator.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def _copy_gateway_responses(emulator: Emulator) -> None:
    """Give the emulator's gateway the responses of the template, which it does not read from the API's body itself."""
    cloudformation, gateway = _client(emulator, "cloudformation"), _client(emulator, "apigateway")
    description = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in description["Parameters"]}
    api_id = next(o["OutputValue"] for o in description["Outputs"] if o["OutputKey"] == "ApiId")
    template = cloudformation.get_template(StackName=STACK_NAME, TemplateStage="Processed")["TemplateBody"]
    if isinstance(template, str):
        template = json.loads(template)
    responses = template["Resources"]["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    for kind, response in _map_texts(responses, lambda text: _substituted(text, parameters)).items():
        arguments = {
            "restApiId": api_id,
            "responseType": kind,
            "responseParameters": response.get("responseParameters", {}),
            "responseTemplates": response.get("responseTemplates", {}),
        }
        if "statusCode" in response:
            arguments["statusCode"] = str(response["statusCode"])
        gateway.put_gateway_response(**arguments)
    gateway.create_deployment(restApiId=api_id, stageName=STAGE)


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """The value with every text changed and every `Fn::Sub` taken out of its wrapping."""
    if isinstance(value, dict):
        if value.keys() == {"Fn::Sub"}:
            return change(value["Fn::Sub"])
        return {name: _map_texts(member, change) for name, member in value.items()}
    return change(value) if isinstance(value, str) else value


def _substituted(text: str, parameters: Mapping[str, str]) -> str:
    for name, value in parameters.items():
        text = text.replace("${" + name + "}", value)
    return text
