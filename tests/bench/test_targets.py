"""What is stable from run to run of what `make bench` measures: the layer's size, and ratios with a margin.

Units are held by `tests/contract/test_task_units.py` and `test_identity_units.py`, what each function loads by
`tests/integration/test_imports.py`.
"""

import json
import os
import subprocess
from typing import Final

import pytest

from bench import findings
from bench.findings import Findings
from bench.names import OURS
from local.paths import ROOT, tool
from tests.support import peer

pytestmark = pytest.mark.skipif(peer.missing(), reason="`make test` installs what Taskward is measured beside")

FARTHEST_COLD: Final = {"tasks": 0.55, "authorizer": 0.45}
FARTHEST_WARM: Final = {
    "refresh": 0.8,
    "authorize": 0.6,
    "create": 0.8,
    "get": 0.6,
    "list of 50": 0.95,
    "list of 100": 1.0,
    "update": 0.8,
}
FARTHEST_LOGIN: Final = 2.0

_MEASURE: Final = """
import json, sys
from bench import side_by_side
json.dump(side_by_side.measure(warm_rounds=25, cold_rounds=5, only=("tasks", "authorizer", "peer")), sys.stderr)
"""


@pytest.fixture(scope="module")
def found(thorough: bool) -> Findings:
    """A short run, in a process of its own, as `make bench` is."""
    if not thorough:
        pytest.skip("half a minute of both cores; `make test THOROUGH=1` measures, and so does CI")
    environment = os.environ | {"POWERTOOLS_LOG_LEVEL": "ERROR"}
    command = [str(tool("dev", "python")), "-c", _MEASURE]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return Findings(json.loads(done.stderr))


def test_the_layer_is_no_larger_than_twenty_megabytes(found: Findings) -> None:
    assert found.raw["layer"]["zipped"] <= findings.LAYER_TARGET


@pytest.mark.parametrize("function", FARTHEST_COLD)
def test_a_start_takes_less_than_half_of_the_peers(found: Findings, function: str) -> None:
    assert found.cold_ratio(function) <= FARTHEST_COLD[function]


@pytest.mark.parametrize("operation", FARTHEST_WARM)
def test_a_request_takes_less_than_the_peers(found: Findings, operation: str) -> None:
    assert found.ratio(operation) <= FARTHEST_WARM[operation]


def test_a_sign_in_is_mostly_the_hash(found: Findings) -> None:
    assert found.warm("login", OURS) / found.hash() <= FARTHEST_LOGIN
