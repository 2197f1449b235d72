"""The layer as it is built for Lambda: it holds all that the functions import, and bytecode that is used."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.loaders import Loader
from packaging.utils import canonicalize_name

from local.paths import ROOT, tool
from local.shipped import layer_packages
from tests.support.template import resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
SERVICES = {"dynamodb", "kms", "s3", "secretsmanager", "sesv2", "sqs"}
# The same packages, whole.
INSTALLED = Path(botocore.__file__).parent.parent

# Runs with no site-packages at all: what is missing from layer and function fails here, as it would on Lambda.
_IMPORT = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
import app
# What a handler imports only when it needs it must be there as well.
for name in json.loads(sys.argv[2]):
    __import__(name)
loaded = {name: getattr(module, "__cached__", None) for name, module in list(sys.modules.items())}
print(json.dumps({"modules": loaded, "handler": callable(app.handler)}))
"""


@pytest.fixture(scope="module")
def layer(build: Path) -> Path:
    """The layer, built for this Python."""
    return build / "TaskwardLayer" / "python"


def _imported(layer: Path, function: str, *options: str) -> dict[str, str | None]:
    properties = FUNCTIONS[function]
    variables = template()["Globals"]["Function"]["Environment"]["Variables"] | properties["Environment"]["Variables"]
    environment = dict.fromkeys(variables, "1") | {"AWS_DEFAULT_REGION": "us-east-1", "PATH": os.environ["PATH"]}
    environment["POWERTOOLS_LOG_LEVEL"] = "INFO"
    folder = ROOT / properties["CodeUri"]
    nodes = ast.walk(ast.parse((folder / "app.py").read_text()))
    named = sorted({node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module})
    arguments = [json.dumps([str(layer), str(folder)]), json.dumps(named)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", *options, "-c", _IMPORT, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["handler"]
    modules: dict[str, str | None] = result["modules"]
    return modules


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_finds_everything_in_layer_and_standard_library(layer: Path, function: str) -> None:
    assert (
        any(name.startswith("taskward.identity") for name in _imported(layer, function)) or function == "TasksFunction"
    )


def test_the_bytecode_is_of_the_kind_that_no_file_time_can_spoil(layer: Path) -> None:
    cached = [
        Path(path)
        for name, path in _imported(layer, "TasksFunction").items()
        if path and path.startswith(str(layer)) and name != "app"
    ]
    assert len(cached) > 100
    for path in cached:
        # PEP 552: flags 0b01 say hash-based and, without 0b10, never checked against the source.
        assert path.read_bytes()[4:8] == b"\x01\x00\x00\x00", path


def test_the_bytecode_is_what_runs(layer: Path) -> None:
    source = layer / "taskward" / "principal.py"
    text = source.read_text()
    source.write_text(text + "\nraise RuntimeError('compiled anew')\n")
    try:
        _imported(layer, "TasksFunction")
    finally:
        source.write_text(text)


def test_the_layer_holds_the_packages_of_the_bill_of_materials_and_no_others(layer: Path) -> None:
    held = {(canonicalize_name(each.name), each.version) for each in distributions(path=[str(layer)])}
    assert held == {(package.name, package.version) for package in layer_packages()}


def test_the_layer_carries_only_the_services_in_use(layer: Path) -> None:
    data = layer / "botocore" / "data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == SERVICES


def _differences(whole: Any, left: Any, place: str = "") -> Iterator[str]:
    """Where two documents differ, but for documentation that is left out."""
    if isinstance(whole, dict) and isinstance(left, dict):
        for name in whole.keys() | left.keys():
            if name in whole and name in left:
                yield from _differences(whole[name], left[name], f"{place}/{name}")
            elif name != "documentation" or name in left:
                yield f"{place}/{name}"
    elif whole != left:
        yield place


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_descriptions_of_services_are_whole_but_for_their_documentation(layer: Path, service: str) -> None:
    def described(data: Path) -> Any:
        return Loader([str(data)], include_default_search_paths=False).load_service_model(service, "service-2")

    left = described(layer / "botocore" / "data")
    assert not list(_differences(described(INSTALLED / "botocore" / "data"), left))
    assert '"documentation": "' not in json.dumps([left["operations"], left["shapes"]])


def test_the_layer_carries_no_tests_of_its_packages(layer: Path) -> None:
    assert not [path for path in layer.rglob("tests") if path.is_dir()]


# What writes and reads files is imported when it is needed, and finds the rules of time zones in the layer as well.
_ROUND_TRIPS = """
import sys, zoneinfo
sys.path.insert(0, sys.argv[1])
zoneinfo.reset_tzpath([])
from taskward.tasks.formats import formats, records
task = records.empty() | {"id": "1", "title": "a", "due": "2026-12-01T09:00:00", "due_timezone": "Europe/Paris"}
for name in formats.FORMATS:
    [row] = formats.read(name, b"".join(formats.written(name, [task])))
    print(row.record == task and not row.problem)
print(len(list(formats.read("todoist", b"TYPE,CONTENT,DATE\\ntask,a,every 2 days\\n"))))
"""


def test_the_layer_alone_writes_and_reads_files_of_tasks(layer: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", _ROUND_TRIPS, str(layer)],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["True", "True", "True", "1"]


# Where a request to each service goes, and for which region and service it is signed.
_WHERE_REQUESTS_GO = """
import json, sys
sys.path.insert(0, sys.argv[1])
import boto3
from botocore.config import Config
once = Config(retries={"total_max_attempts": 1})
found = []
def see(request, **_):
    scope = request.headers["Authorization"].decode().split("Credential=")[1].split(",")[0].split("/")
    found.append([region, request.url, scope[2], scope[3]])
    raise RuntimeError
for region in sys.argv[2:]:
    for service, operation, arguments in [
        ("dynamodb", "list_tables", {}),
        ("kms", "list_keys", {}),
        ("s3", "list_objects_v2", {"Bucket": "bucket"}),
        ("secretsmanager", "list_secrets", {}),
        ("sesv2", "get_account", {}),
        ("sqs", "list_queues", {}),
    ]:
        client = boto3.client(service, region, config=once)
        client.meta.events.register("before-send", see)
        try:
            getattr(client, operation)(**arguments)
        except RuntimeError:
            found[-1].append(client.meta.endpoint_url)
print(json.dumps(found))
"""
_IN_ALL_PARTITIONS = [
    *("us-east-1", "eu-central-1", "eu-south-2", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1"),
    *("eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1", "eu-somewhere-9"),
]


def _where_requests_go(packages: Path) -> list[list[str]]:
    found: list[list[str]] = json.loads(_run(_WHERE_REQUESTS_GO, str(packages), *_IN_ALL_PARTITIONS))
    return found


def test_requests_go_where_the_data_that_is_left_out_would_send_them(layer: Path) -> None:
    found = _where_requests_go(layer)
    assert found == _where_requests_go(INSTALLED)
    assert len(found) == len(SERVICES) * len(_IN_ALL_PARTITIONS)
    assert ["cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn/", "cn-north-1", "dynamodb"] in [
        entry[:4] for entry in found
    ]


# The clients as the package makes them.
_MAKE_CLIENTS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from taskward.identity import encryption, keyring
from taskward.identity.session_tables import PublishedKeysItem
from taskward.jobs import queue, results
from taskward.mail import outbox, ses
from taskward.storage import connection_of
clients = [connection_of(PublishedKeysItem).client, keyring.secrets_client(), encryption._client()]
clients += [queue._client(), results._client(), outbox._client(), ses._client()]
url, _ = results.link("exports/a/b.json", "c.json")
results._client().get_paginator("list_objects_v2")
print(json.dumps([client.meta.endpoint_url for client in clients] + [url.partition("?")[0]]))
"""


def test_the_layer_alone_reaches_each_service_at_its_regional_address(layer: Path) -> None:
    services = ("dynamodb", "secretsmanager", "kms", "sqs", "s3", "sqs", "email")
    assert json.loads(_run(_MAKE_CLIENTS, str(layer))) == [
        *(f"https://{service}.eu-central-1.amazonaws.com" for service in services),
        "https://bucket.s3.eu-central-1.amazonaws.com/exports/a/b.json",
    ]


def test_the_layer_alone_takes_addresses_of_people_and_hashes_passwords(layer: Path) -> None:
    code = """
import sys
sys.path.insert(0, sys.argv[1])
from taskward.identity import emails, passwords
print(emails.normalised("Ann@Example.com"), passwords.verify_password("secret", passwords.hash_password("secret")))
"""
    assert _run(code, str(layer)).strip() == "ann@example.com (True, None)"


def _run(code: str, *arguments: str) -> str:
    """What code prints that finds nothing but the standard library and what it is told of."""
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *arguments],
        env=environment | {"EXPORTS_BUCKET": "bucket", "SESSIONS_TABLE": "sessions", "BREACHED_PASSWORDS_ADDRESS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_layer_cross_builds_for_lambda(tmp_path: Path) -> None:
    environment = os.environ | {"ARTIFACTS_DIR": str(tmp_path), "UV": str(tool("uv", "uv"))}
    command = ["make", "--silent", "-C", str(ROOT / "layers" / "taskward"), "build-TaskwardLayer"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    extensions = {path.name for path in (tmp_path / "python").rglob("*.so")}
    assert any("cpython-313-aarch64" in name for name in extensions)
    assert not any("x86_64" in name for name in extensions)
