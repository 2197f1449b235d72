"""Who is measured: our functions, the peer, and what lies below both; built and started alike.

The packages of either are compiled before: ours by the layer's build, the peer's when they are installed.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from bench.backends import backends, function_variables
from bench.names import EMPTY, FLOOR, PEER
from bench.postgres import postgres
from bench.runtime import Function
from local.paths import ROOT, tool
from tests.support import peer
from tests.support.template import resources

BUILD: Final = ROOT / "build" / "bench"
LAYER: Final = BUILD / "layer"


def build_layer() -> Path:
    """The layer as `sam build` makes it, for this Python on this machine; the folder of its packages."""
    shutil.rmtree(LAYER, ignore_errors=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    arguments: list[str] = [
        f"ARTIFACTS_DIR={LAYER}",
        f"UV={tool('uv', 'uv')}",
        f"LAYER_PYTHON={version}",
        "LAYER_PLATFORM=",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    LAYER.mkdir(parents=True)
    command = ["make", "--silent", "-C", f"{ROOT}/layers/taskward", "build-TaskwardLayer", *arguments]
    subprocess.run(command, check=True, env=environment)
    return LAYER / "python"


def ours() -> dict[str, str]:
    """The logical ids of our functions that answer requests, by the names of their folders."""
    named = {
        Path(properties["CodeUri"]).name: name for name, properties in resources("AWS::Serverless::Function").items()
    }
    return {folder: name for folder, name in named.items() if folder not in ("worker", "rotate_keys")}


@contextmanager
def sides(layer: Path) -> Iterator[dict[str, Function]]:
    """All functions by name, while what they ask runs."""
    with backends() as found, _peer() as beside:
        functions = {
            name: Function(name, ROOT / "functions" / name, [layer], _variables(logical_id, found))
            for name, logical_id in ours().items()
        }
        floor = Function(FLOOR, ROOT / "bench" / "floors", [layer], _variables(ours()["login"], found))
        yield functions | {PEER: beside, FLOOR: floor, EMPTY: Function(EMPTY, floor.folder, [], {})}


def _variables(logical_id: str, found: Mapping[str, str]) -> dict[str, str]:
    return function_variables(logical_id, found) | {"POWERTOOLS_LOG_LEVEL": "INFO"}


@contextmanager
def _peer() -> Iterator[Function]:
    with postgres() as database:
        jwk = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)
        variables = {
            "DATABASE_URL": database,
            "SIGNING_KEY": json.dumps(jwk | {"kid": "of-the-peer", "alg": "EdDSA"}),
        }
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(peer.PACKAGES)}
        subprocess.run([tool("bench", "python"), "tables.py"], cwd=peer.FOLDER, env=variables | path, check=True)
        yield Function(PEER, peer.FOLDER, [peer.PACKAGES], variables)
