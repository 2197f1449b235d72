"""Arrows point one way: functions, then api or work, then identity or tasks, then jobs, storage, what needs nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.template import ROOT, resources

PACKAGE = ROOT / "layers" / "taskward" / "taskward"
FUNCTIONS = ROOT / "functions"

# From the ground up; a module may import from its own tier and from those below it.
TIERS = [
    {"settings", "errors", "clock", "principal", "client", "origin_secrets", "timezones", "remote", "snapshots"}
    | {"lean_imports", "kept_connections", "dynamodb", "dynamodb_requests"},
    {"telemetry", "validation", "storage", "cursors"},
    {"jobs", "mail"},
    {"identity", "tasks"},
    {"work"},
    {"viewer", "preconditions", "api", "delivery"},
]
ASKS_BY_HTTP = {"kept_connections"}
"""Who knows it from the other end: as a client of AWS."""

KNOWS_HTTP = ("aws_lambda_powertools.event_handler", "aws_lambda_powertools.shared.cookies", "http")


def _modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import"
            # `from taskward import clock` names a module, `from taskward.errors import X` a name in one.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _part(dotted: str) -> str | None:
    package, _, rest = dotted.partition(".")
    return rest.partition(".")[0] if package == "taskward" else None


def _tier(part: str) -> int:
    return next(level for level, parts in enumerate(TIERS) if part in parts)


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_its_own_tier_and_below(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in _imports(path):
        part = _part(name)
        if part is None:
            if _tier(own) < _tier("api") and own not in ASKS_BY_HTTP:
                assert not name.startswith(KNOWS_HTTP), f"{own} knows HTTP: {name}"
            continue
        assert _tier(part) <= _tier(own), f"{own} imports upwards: {name}"
        assert {own, part} != {"identity", "tasks"}, f"{own} and {part} know each other"


@pytest.mark.parametrize("path", sorted(FUNCTIONS.glob("*/app.py")), ids=lambda path: path.parent.name)
def test_a_function_reaches_no_table_and_no_other_function(path: Path) -> None:
    for name in _imports(path):
        assert "tables" not in name, f"{path.parent.name} reaches past the domain: {name}"
        assert not name.startswith(("functions", "pynamodb", "boto3", "botocore")), name


def test_every_function_folder_is_a_function_of_the_template() -> None:
    folders = {f"functions/{path.parent.name}" for path in FUNCTIONS.glob("*/app.py")}
    assert folders == {function["CodeUri"] for function in resources("AWS::Serverless::Function").values()}


def test_files_stay_short_enough_to_have_one_subject() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for folder in (PACKAGE, FUNCTIONS, ROOT / "local")
        for path in folder.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 350
    ]
    assert not long
