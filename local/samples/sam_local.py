"""`make local-invoke` and `make local-api`: the real `sam local`, with what `make run` runs as its backing services.

`sam local` runs functions in containers of Docker, as Lambda would. Tables, queues, secrets and the bucket are those of
the stack that `make run` has deployed into the emulator; so are the settings of each function.
"""

import argparse
import json
import platform
import subprocess
import sys
from contextlib import ExitStack, suppress
from ipaddress import ip_network
from typing import Any

import yaml

from local.paths import ROOT, tool
from local.running import NotRunningError, running_stack
from local.samples import event_values, sample_events
from local.samples.functions import AnswerError, physical_ids
from local.samples.relay import relaying
from local.stack import Stack

_BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
_TEMPLATE = _BUILT.with_name("local.json")
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


_HOST = "host.docker.internal"
# What S3 is called in links. A browser finds it too: every name below localhost is this machine.
_S3_HOST = "s3.localhost"


class DockerError(Exception):
    """There is no Docker that answers."""


def main() -> int:
    """Run `sam local`; its exit status."""
    parser = argparse.ArgumentParser(prog="local.samples.sam_local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("invoke").add_argument("event", help="such as tasks/list")
    commands.add_parser("start-api").add_argument("--port", default="3000")
    arguments, rest = parser.parse_known_args()
    if arguments.command == "invoke" and arguments.event not in sample_events.names():
        print(f"There is no events/{arguments.event}.json.", file=sys.stderr)
        return 2
    try:
        stack, gateway = running_stack(), docker_gateway()
        _TEMPLATE.write_text(json.dumps(template(stack, yaml.safe_load(_BUILT.read_text(encoding="utf-8")))))
        if arguments.command == "start-api":
            return _sam(stack, gateway, ["start-api", "--port", arguments.port, "--warm-containers", "LAZY", *rest])
        event = event_values.filled(stack, arguments.event, _endpoint(stack, _HOST))
        function = sample_events.function_of(arguments.event)
        return _sam(stack, gateway, ["invoke", function, "--event", "-", *rest], json.dumps(event))
    except (NotRunningError, AnswerError, DockerError) as error:
        print(error, file=sys.stderr)
        return 1


def template(stack: Stack, built: dict[str, Any]) -> dict[str, Any]:
    """What was built, with each function's settings as they are in a stack, and where the emulator is for containers.

    `sam local` itself knows neither names nor addresses of what is deployed, and takes from a file of variables none
    but those that the template has.
    """
    names, client = physical_ids(stack, "AWS::Lambda::Function"), stack.client("lambda")
    endpoints = {
        "AWS_ENDPOINT_URL": _endpoint(stack, _HOST),
        "AWS_ENDPOINT_URL_S3": _endpoint(stack, _S3_HOST),
    }
    for logical_id, resource in built["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            settings = client.get_function_configuration(FunctionName=names[logical_id])["Environment"]["Variables"]
            resource["Properties"]["Environment"] = {"Variables": settings | endpoints}
    built["Parameters"]["Architecture"]["Default"] = _ARCHITECTURES[platform.machine().lower()]
    return built


def _endpoint(stack: Stack, host: str) -> str:
    return f"http://{host}:{stack.emulator.port}"


def docker_gateway() -> str:
    """The address of this machine in the network that containers are in.

    Raises
    ------
    DockerError: nobody can tell; says why.
    """
    # Not every Docker tells the gateway of this network; it is the first address there.
    gateway = "{{with index .IPAM.Config 0}}{{or .Gateway .Subnet}}{{end}}"
    command = ["docker", "network", "inspect", "bridge", "--format", gateway]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise DockerError("`sam local` needs Docker, and there is no command `docker` here.") from None
    except subprocess.CalledProcessError as error:
        raise DockerError(f"`sam local` needs Docker: {error.stderr.strip()}") from None
    network = ip_network(done.stdout.strip())
    return str(next(iter(network.hosts())))


def _sam(stack: Stack, gateway: str, arguments: list[str], text: str | None = None) -> int:
    bucket = physical_ids(stack, "AWS::S3::Bucket")["ExportsBucket"]
    command = [str(tool("sam", "sam")), "local", *arguments, "--template", str(_TEMPLATE)]
    for host in (_HOST, f"{bucket}.{_S3_HOST}"):
        command += ["--add-host", f"{host}:host-gateway"]
    with ExitStack() as stacked:
        # Docker Desktop leads containers to the loopback itself, and that address is none of this machine's; or another
        # of these has it already.
        with suppress(OSError):
            stacked.enter_context(relaying(gateway, stack.emulator.port))
        # What sam itself has under the name of a function's variable comes before what the template says.
        environment = stack.emulator.environment() | {"AWS_ENDPOINT_URL_STS": stack.emulator.endpoint}
        del environment["AWS_ENDPOINT_URL"]
        stdin = subprocess.PIPE if text else None
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=stdin, text=True)
        # Ctrl-C reaches both, and sam stops its containers first.
        with suppress(KeyboardInterrupt):
            process.communicate(text)
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
