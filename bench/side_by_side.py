"""Taskward beside the same API on FastAPI, SQLAlchemy and Postgres, and beside what lies below both; in one run.

    make bench               python -m bench.side_by_side [--warm 150] [--cold 15] [--emulated 5]

Everything that is compared takes turns, round by round; what is told are medians over the rounds and ratios of them.
Raw numbers go to build/bench/results.json, the table to build/bench/table.md, the plot to build/bench/plot.svg.

What a request costs is the processor time of the function's process, under Lambda's own runtime client. Databases are
other processes, and their time is not in it: Amazon's DynamoDB Local here, Postgres there.
"""

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import cold, units
from bench.findings import Findings
from bench.names import PEER
from bench.requests import authorization
from bench.sides import BUILD, build_layer, sides
from bench.table import table
from bench.warm import warmed
from bench.weights import weights
from local.paths import ROOT, tool
from tests.support import aws, peer

_SETTLE = 5


def measure(
    *, warm_rounds: int, cold_rounds: int, emulated_rounds: int = 0, only: Collection[str] = ()
) -> dict[str, Any]:
    """All raw numbers; cold starts of all functions, or of those that are named."""
    layer, python = build_layer(), tool("bench", "python")
    emulator = cold.interface_emulator()
    with ExitStack() as stack:
        functions = stack.enter_context(sides(layer))
        warm = stack.enter_context(warmed(python, functions, _SETTLE))
        print(f"warm: {warm_rounds} rounds", flush=True)
        found: dict[str, Any] = {"warm": warm.measure(warm_rounds), "memory": warm.memory()}

        def first(name: str) -> Any:
            user = warm.taskward.user
            if name == "authorizer":
                return authorization(user.access_token)
            side = warm.peer if name == PEER else warm.taskward
            operation = {PEER: "get", "tasks": "get"}.get(name, name)
            known = operation in ("get", "register", "login", "refresh")
            return side.event(operation) if known else cold.first_event(name, user.access_token, user.authorizer)

        print(f"cold: {cold_rounds} rounds", flush=True)
        started = {name: function for name, function in functions.items() if not only or name in only}
        found["cold"] = cold.measure(python, started, first, cold_rounds)
        if emulator is not None and emulated_rounds:
            print(f"under the runtime interface emulator: {emulated_rounds} rounds", flush=True)
            chosen = {name: functions[name] for name in ("tasks", "authorizer", PEER)}
            found["emulated"] = cold.measure_emulated(emulator, python, chosen, first, emulated_rounds)
    found["layer"] = weights(layer)
    found["machine"] = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    return found


def main() -> None:
    """Measure, write it down and show it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--warm", type=int, default=150)
    parser.add_argument("--cold", type=int, default=15)
    parser.add_argument("--emulated", type=int, default=5)
    arguments = parser.parse_args()
    missing = aws.local_database_missing() or ("`make bench` installs them" if peer.missing() else None)
    if missing:
        sys.exit(f"This needs DynamoDB Local and the peer: {missing}.")
    found = measure(warm_rounds=arguments.warm, cold_rounds=arguments.cold, emulated_rounds=arguments.emulated)
    print("read and write units", flush=True)
    found["units"] = units.measure()
    BUILD.mkdir(parents=True, exist_ok=True)
    results = BUILD / "results.json"
    results.write_text(json.dumps(found, indent=1))
    findings = Findings(found)
    text = table(findings)
    (BUILD / "table.md").write_text(text + "\n")
    print(f"\n{text}\n")
    plot = BUILD / "plot.svg"
    command = [tool("bench", "python"), ROOT / "bench" / "plot.py", plot]
    subprocess.run(command, input=json.dumps(findings.plotted()).encode(), check=True)
    for path in (results, BUILD / "table.md", plot):
        print(Path(path).relative_to(ROOT))


if __name__ == "__main__":
    main()
