"""What was measured last, rounded: docs/measured.json, which tables of docs/cost.md are made from.

make bench
python -m bench.measured     takes the medians of that run
python -m bench.document     makes the tables from them
"""

import json
import sys
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

from bench.findings import Findings
from bench.names import EMPTY, FLOOR, OURS, PEER
from local.paths import ROOT

RESULTS: Final = ROOT / "build" / "bench" / "results.json"
MEASURED: Final = ROOT / "docs" / "measured.json"

_BELOW: Final = (FLOOR, EMPTY)
"""What was started beside the functions, and is none."""


@dataclass(frozen=True)
class Measured:
    """Medians. Processor time in milliseconds, memory in megabytes.

    `warm` is that of a request by side and operation; `start` that of import and first answer, and `peak` what was
    resident at once at most, by function.
    """

    python: str
    machine: str
    warm: dict[str, dict[str, float]]
    start: dict[str, float]
    peak: dict[str, float]


def taken(raw: dict[str, Any]) -> Measured:
    """The medians of a run, to as many figures as they have in common with those of the next."""
    findings = Findings(raw)
    functions = [name for name in findings.functions() if name not in _BELOW]
    return Measured(
        python=raw["machine"]["python"],
        machine=raw["machine"]["machine"],
        warm={
            side: {name: round(findings.warm(name, side), 1) for name in findings.operations()} for side in (OURS, PEER)
        },
        start={name: 10 * round(findings.cold(name) / 10) for name in functions},
        peak={name: round(findings.memory(name)) for name in functions},
    )


@cache
def measured() -> Measured:
    """What docs/measured.json has."""
    return Measured(**json.loads(MEASURED.read_text(encoding="utf-8")))


def main() -> None:
    """Write the medians of the last run down."""
    if not RESULTS.exists():
        sys.exit("`make bench` has to run first.")
    found = taken(json.loads(RESULTS.read_text(encoding="utf-8")))
    MEASURED.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
    print(MEASURED.relative_to(ROOT))


if __name__ == "__main__":
    main()
