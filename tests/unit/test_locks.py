"""All that is installed is pinned with its digest, comes from the default registries, and is installed by that."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.audit import NPM_LOCKS, PYTHON_LOCKS
from local.paths import ROOT

_name = lambda path: str(path.relative_to(ROOT))  # noqa: E731

# Optional packages of the development tools that are for other machines than those the lock is made on.
ELSEWHERE = re.compile(r"node_modules/@biomejs/cli-(android|darwin|linux-\w+-musl|linux-arm64-musl|win32)")


def _entries(lock: Path) -> dict[str, tuple[Requirement, list[str]]]:
    """What a requirements file pins, with the digests."""
    found: dict[str, tuple[Requirement, list[str]]] = {}
    for line in re.sub(r"\\\n\s*", "", lock.read_text()).splitlines():
        text, *hashes = line.split("--hash=")
        requirement = Requirement(text)
        found[canonicalize_name(requirement.name)] = requirement, [each.strip() for each in hashes]
    return found


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=_name)
def test_every_requirement_is_one_version_with_its_digests_and_no_address(lock: Path) -> None:
    entries = _entries(lock)
    assert entries
    for name, (requirement, hashes) in entries.items():
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), name
        assert requirement.url is None, name
        assert hashes, name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), name
    assert "://" not in lock.read_text()
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", lock.read_text(), re.M)


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=_name)
def test_what_is_asked_for_is_in_the_lock_in_a_version_that_meets_it(lock: Path) -> None:
    entries = _entries(lock)
    wanted = list(_wanted(lock.with_suffix(".in")))
    assert wanted
    for requirement in wanted:
        pinned, _ = entries[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(str(pinned.specifier).removeprefix("==")), requirement


def _wanted(path: Path) -> list[Requirement]:
    found = []
    for line in path.read_text().splitlines():
        if line.startswith("-r "):
            found += _wanted(path.parent / line.removeprefix("-r "))
        elif line and not line.startswith(("#", "-c ")):
            found.append(Requirement(line))
    return found


def test_tests_run_with_what_ships() -> None:
    shipped, here = (_entries(lock) for lock in PYTHON_LOCKS[:2])
    assert {name: pinned.specifier for name, (pinned, _) in shipped.items()} == {
        name: pinned.specifier for name, (pinned, _) in here.items() if name in shipped
    }


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=_name)
def test_every_package_has_its_digest_and_comes_from_the_default_registry(lock: Path) -> None:
    content = _read(lock)
    assert content["lockfileVersion"] == 3
    packages = {path: entry for path, entry in content["packages"].items() if path}
    assert packages
    for path, entry in packages.items():
        assert re.fullmatch(r"[\w.+-]+", entry["version"]), path
        # Without an address npm asks the registry that it is set up with.
        assert entry.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/"), path
        assert not entry.get("link"), path
        if not (ELSEWHERE.match(path) and entry["dev"] and entry["optional"]):
            assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry["integrity"]), path


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=_name)
def test_what_is_asked_for_is_what_the_lock_was_made_for(lock: Path) -> None:
    package, locked = _read(lock.with_name("package.json")), _read(lock)["packages"]
    for kind in ("dependencies", "devDependencies"):
        assert locked[""].get(kind, {}) == package.get(kind, {})
        for name, version in package.get(kind, {}).items():
            # One version and no range, so that the lock has nothing to choose.
            assert locked[f"node_modules/{name}"]["version"] == version


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def test_nothing_is_installed_without_its_lock() -> None:
    installed = 0
    for path in (ROOT / "Makefile", ROOT / "layers" / "taskward" / "Makefile", ROOT / ".ci" / "run"):
        commands = re.sub(r"\\\n\s*", "", path.read_text()).splitlines()
        for command in commands:
            if re.search(r"\bpip install\b", command):
                assert "--require-hashes" in command, command
                installed += 1
            if re.search(r"\bnpm (ci|i|install|exec)\b|\bnpx\b|\buvx\b", command):
                assert "npm ci " in command, command
                assert "--ignore-scripts" in command, command
                installed += 1
    # Seven environments of Python, three folders of npm, the layer, and what is measured beside it.
    assert installed == 12
