"""What was found, for people: tables in Markdown."""

from collections.abc import Iterable, Sequence

from bench.findings import (
    COLD_TARGETS,
    HASHING,
    LAYER_TARGET,
    LOGIN_TARGET,
    WARM_TARGET,
    Findings,
)
from bench.names import OURS, PEER


def table(findings: Findings) -> str:
    """All tables."""
    parts = [_cold(findings), _warm(findings), _floors(findings), _weight(findings), *_units(findings)]
    return "\n\n".join(parts)


def _cold(findings: Findings) -> str:
    rows = []
    for name in sorted(findings.functions(), key=findings.cold, reverse=True):
        emulated = findings.emulated(name)
        rows.append(
            [
                name,
                f"{findings.cold(name):.0f}",
                f"{findings.cold_ratio(name):.2f}",
                f"{COLD_TARGETS[name]:.2f}" if name in COLD_TARGETS else "",
                f"{findings.cold(name, 'import_cpu'):.0f}",
                f"{findings.cold(name, 'wall'):.0f}",
                f"{emulated:.0f}" if emulated is not None else "",
                f"{findings.memory(name):.0f}",
            ]
        )
    heads = ["cold start", "CPU ms", "of the peer's", "target", "import, CPU ms", "ms", "ms, emulated", "peak MB"]
    return _rows(heads, rows)


def _warm(findings: Findings) -> str:
    rows = []
    for name in findings.operations():
        ours, theirs = findings.warm(name, OURS), findings.warm(name, PEER)
        rows.append(
            [
                name,
                f"{ours:.2f}",
                f"{theirs:.2f}",
                f"{ours / theirs:.2f}",
                f"{findings.ratio(name):.2f}" if name in HASHING else "",
                f"{WARM_TARGET:.2f}",
                f"{findings.whole(name) / theirs:.2f}",
            ]
        )
    heads = ["warm request", "CPU ms", "peer, CPU ms", "ratio", "without the hash", "target", "with the authorizer"]
    return _rows(heads, rows)


def _floors(findings: Findings) -> str:
    rows = [[name, f"{milliseconds:.2f}"] for name, milliseconds in findings.floors().items()]
    over = findings.warm("login", OURS) / findings.hash()
    rows.append([f"a sign-in over the bare hash (target {LOGIN_TARGET:.2f})", f"{over:.2f}"])
    return _rows(["floor", "CPU ms"], rows)


def _weight(findings: Findings) -> str:
    layer = findings.raw["layer"]
    rows = [[name, f"{size / 1e6:.1f}"] for name, size in layer.items()]
    rows.append(["target, zipped", f"{LAYER_TARGET / 1e6:.1f}"])
    return _rows(["layer", "MB"], rows)


def _units(findings: Findings) -> Iterable[str]:
    for heads, rows in findings.raw.get("units", ()):
        yield _rows(heads, rows)


def _rows(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
