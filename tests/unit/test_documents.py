"""Documents name what is there: commands, files, headings; and every decision is in the list of them."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from local.paths import ROOT

# Not the changelog, which tells of what was.
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "events" / "README.md", *(ROOT / "docs").rglob("*.md")],
    key=lambda path: path.parts,
)
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
DECISIONS = ROOT / "docs" / "decisions"
FOLDERS = "bench|docs|events|functions|layers|local|tests|web"


def _text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


@cache
def _targets() -> set[str]:
    done = subprocess.run(["make", "-pqRr", "help"], cwd=ROOT, capture_output=True, text=True, check=False)
    return set(re.findall(r"^([a-z-]+):", done.stdout, re.MULTILINE))


def _anchors(document: Path) -> set[str]:
    """The headings as links name them."""
    headings = re.findall(r"^#+ (.+)$", _text(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _records() -> Iterator[tuple[str, str]]:
    """The name of each decision's file, and its first line."""
    for path in sorted(DECISIONS.glob("*.md")):
        if path.name != "README.md":
            yield path.name, _text(path).partition("\n")[0]


@EACH
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(r"(?:^    |^\$ |`)make (?:-s )?([a-z][a-z-]*)", _text(document), re.MULTILINE)
    assert set(named) - _targets() == set()


@EACH
def test_every_link_of_a_document_leads_to_a_file_and_to_a_heading_of_it(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _text(document)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        leads_to = document.parent / path if path else document
        assert leads_to.exists(), target
        assert not anchor or anchor in _anchors(leads_to), target


@EACH
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(rf"`((?:{FOLDERS})/[\w./*-]+)(?:::\w+)?`", _text(document))
    made = ("web/dist", "web/node_modules", "web/src/api/")
    missing = [name for name in named if not name.startswith(made) and not any(ROOT.glob(name.rstrip("/")))]
    assert missing == []


def test_every_decision_is_a_row_of_the_list_and_every_row_a_decision() -> None:
    rows = re.findall(
        r"^\| (\d+) \| \[([^]]+)\]\(([^)]+)\) \| (\S.*) \|$", _text(DECISIONS / "README.md"), re.MULTILINE
    )
    assert [(name, f"# {number}. {title}") for number, title, name, _ in rows] == list(_records())


def test_every_decision_has_a_number_of_its_own_a_title_and_a_text() -> None:
    for name, first in _records():
        found = re.fullmatch(r"# (\d+)\. \S.*[^.]", first)
        assert found, name
        assert re.fullmatch(rf"{int(found[1]):04}(-[a-z0-9]+)+\.md", name), name
        lines = _text(DECISIONS / name).splitlines()
        assert lines[1] == "", name
        assert 5 <= len(lines) <= 60, name
    numbers = [name[:4] for name, _ in _records()]
    assert len(set(numbers)) == len(numbers) > 30
