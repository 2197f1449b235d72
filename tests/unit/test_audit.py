"""`make audit`: a vulnerability fails it, a service that gives no answer does not, and neither is taken for the other.

pip-audit and npm are the real ones; what they ask is on loopback.
"""

import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from local import audit
from local.audit import Acceptance, Ask, acceptances
from local.audit_services import Audited, AuditError, Finding, npm_lock, python_lock
from local.paths import ROOT, tool
from tests.support.vulnerability_service import NPM_ID, OSV_IDS, VulnerabilityService, vulnerability_service

pytestmark = pytest.mark.skipif(not tool("audit", "pip-audit").exists(), reason="`make audit` installs pip-audit")

TODAY = date(2026, 12, 1)
NO_ANSWERS = {
    "no such service": (405, b""),
    "whoever asks must sign in": (401, b'{"error": "no"}'),
    "nothing": (200, b""),
    "a page": (200, b"<!doctype html><title>Welcome</title>"),
}


@pytest.fixture
def service() -> Iterator[VulnerabilityService]:
    with vulnerability_service() as running:
        yield running


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("".join(f"{name}==1.0.0 \\\n    --hash=sha256:{'0' * 64}\n" for name in ("harmless", "harmful")))
    return path


@pytest.fixture
def package_lock(tmp_path: Path) -> Path:
    wanted = {"harmless": "1.0.0", "harmful": "1.0.0"}
    packages = {
        f"node_modules/{name}": {"version": "1.0.0", "integrity": "sha512-" + "A" * 86 + "=="} for name in wanted
    }
    lock = {"lockfileVersion": 3, "packages": {"": {"dependencies": wanted}, **packages}}
    path = tmp_path / "package-lock.json"
    path.write_text(json.dumps(lock))
    (tmp_path / "package.json").write_text(json.dumps({"name": "app", "dependencies": wanted}))
    return path


@pytest.fixture
def locks(service: VulnerabilityService, requirements: Path, package_lock: Path) -> dict[str, Ask]:
    return {
        "requirements.txt": partial(python_lock, requirements, service.osv),
        "package-lock.json": partial(npm_lock, package_lock, service.registry),
    }


def test_a_vulnerability_fails_the_audit_by_its_name_and_what_has_none_is_counted(
    locks: dict[str, Ask], service: VulnerabilityService, capsys: pytest.CaptureFixture[str]
) -> None:
    service.vulnerable = {"harmful"}
    assert audit.audit(locks, [], TODAY) == [
        f"requirements.txt: harmful 1.0.0: {OSV_IDS[0]}, {OSV_IDS[1]}: It lets anybody in",
        f"package-lock.json: harmful 1.0.0: {NPM_ID}: It lets anybody in",
    ]
    output = capsys.readouterr()
    assert output.out.startswith("4 packages of 2 locks audited, 0 locks not; 2 failures")
    assert output.err == ""


def test_a_service_that_gives_no_answer_is_told_and_does_not_fail_the_audit(
    locks: dict[str, Ask],
    service: VulnerabilityService,
    requirements: Path,
    package_lock: Path,
    thorough: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def check(asked: dict[str, Ask], what: str) -> None:
        assert audit.audit(asked, [], TODAY) == [], what
        output = capsys.readouterr()
        assert output.out.startswith("0 packages of 0 locks audited, 2 locks not;"), what
        for lock in asked:
            assert f"WARNING: {lock} was not audited, its service gave no answer: " in output.err, what

    service.instead = (500, b'{"error": "out of order"}')
    check(locks, "a fault")
    if thorough:
        for what, service.instead in NO_ANSWERS.items():
            check(locks, what)
        nobody = "http://127.0.0.1:1/"
        absent: dict[str, Ask] = {
            "pip": partial(python_lock, requirements, nobody),
            "npm": partial(npm_lock, package_lock, nobody),
        }
        check(absent, "nobody listens")


def test_a_lock_that_is_none_fails_the_audit_whatever_the_service_says(
    service: VulnerabilityService, tmp_path: Path
) -> None:
    loose = tmp_path / "loose.txt"
    loose.write_text("harmful>=1\n")
    with pytest.raises(AuditError):
        python_lock(loose, service.osv)
    empty = tmp_path / "package-lock.json"
    empty.write_text("{}")
    with pytest.raises(AuditError):
        npm_lock(empty, service.registry)
    assert service.asked == []


def test_a_known_vulnerability_is_accepted_by_any_of_its_names_until_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Ask] = {"lock": lambda: Audited(2, (), (Finding("harmful", "1.0.0", OSV_IDS, "Anybody"),))}
    until = date(2026, 12, 2)
    for name in OSV_IDS:
        assert audit.audit(found, [Acceptance("harmful", name, "Not reached from here.", until)], TODAY) == []
        assert "1 known vulnerabilities accepted" in capsys.readouterr().out
    assert audit.audit(found, [Acceptance("harmless", OSV_IDS[0], "Another package.", until)], TODAY)
    assert audit.audit(found, [Acceptance("harmful", NPM_ID, "Another vulnerability.", until)], TODAY)


def test_what_the_service_does_not_know_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.audit({"lock": lambda: Audited(1, ("new",), ())}, [], TODAY) == []
    output = capsys.readouterr()
    assert output.out.startswith("1 packages of 1 locks audited")
    assert output.err == "WARNING: lock: the service does not know new\n"


def test_an_acceptance_that_is_over_fails_the_audit_whether_the_vulnerability_is_there_or_not() -> None:
    over = Acceptance("harmful", OSV_IDS[1], "Not reached from here.", TODAY)
    assert audit.audit({}, [over], TODAY) == [
        f"harmful: {OSV_IDS[1]} was accepted until 2026-12-01 (Not reached from here.)"
    ]


@pytest.mark.parametrize(
    "entry",
    [
        'package = "a"\nid = "CVE-1"\nuntil = 2027-01-01',
        'package = "a"\nid = "CVE-1"\nreason = ""\nuntil = 2027-01-01',
        'package = "a"\nid = "CVE-1"\nreason = "Why not"',
        'package = "a"\nid = "CVE-1"\nreason = "Why not"\nuntil = "some day"',
        'package = "a"\nid = "CVE-1"\nreason = "Why not"\nuntil = 2027-01-01\nversion = "1"',
    ],
    ids=["no reason", "an empty reason", "no day", "no date", "a word that nobody reads"],
)
def test_an_acceptance_has_a_reason_and_a_last_day(entry: str, tmp_path: Path) -> None:
    path = tmp_path / "accepted.toml"
    path.write_text(f"[[accepted]]\n{entry}\n")
    with pytest.raises(AuditError):
        acceptances(path)


def test_what_is_accepted_can_be_read() -> None:
    assert all(isinstance(each, Acceptance) for each in acceptances())


def test_every_lock_of_the_repository_is_audited() -> None:
    locks = {
        str(path.relative_to(ROOT))
        for pattern in ("package-lock.json", "*.txt")
        for path in ROOT.rglob(pattern)
        if not {".venv", "node_modules", ".aws-sam", ".local", "build"} & set(path.relative_to(ROOT).parts)
        if pattern != "*.txt" or "--hash=" in path.read_text()
    }
    assert set(audit.every_lock()) == locks
    assert len(locks) == 12
