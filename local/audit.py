"""Known vulnerabilities of what ships and of what it is made and tested with: `make audit`.

A vulnerability fails the audit, unless it is accepted in local/tools/accepted.toml. A service of vulnerabilities that
gives no answer does not: that is said, and nothing else would change it but to wait.
"""

import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from local.audit_services import Audited, AuditError, Finding, ServiceError, npm_lock, python_lock
from local.paths import ROOT

TOOLS = ROOT / "local" / "tools"
ACCEPTED = TOOLS / "accepted.toml"
PYTHON_LOCKS = [
    ROOT / "layers" / "taskward" / "requirements.txt",
    ROOT / "requirements.txt",
    ROOT / "bench" / "peer" / "requirements.txt",
    *sorted(TOOLS.glob("*.txt")),
]
NPM_LOCKS = [ROOT / "web" / "package-lock.json", *sorted(TOOLS.glob("*/package-lock.json"))]

Ask = Callable[[], Audited]


@dataclass(frozen=True)
class Acceptance:
    """A vulnerability that is known, and no reason to fail before the day `until`."""

    package: str
    id: str
    reason: str
    until: date

    def covers(self, finding: Finding) -> bool:
        """Whether it is this one that was found, by any of its names."""
        return self.package == finding.package and self.id in finding.ids


def acceptances(path: Path = ACCEPTED) -> list[Acceptance]:
    """What the file accepts.

    Raises
    ------
    AuditError: an entry has no reason, no last day, or something that nobody reads.
    """
    found = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", []):
        try:
            acceptance = Acceptance(**entry)
        except TypeError:
            raise AuditError(f"{path.name}: an entry is {set(entry)}, and not package, id, reason, until") from None
        if type(acceptance.until) is not date or not all((acceptance.package, acceptance.id, acceptance.reason)):
            raise AuditError(f"{path.name}: {acceptance} lacks a word or a day")
        found.append(acceptance)
    return found


def every_lock() -> dict[str, Ask]:
    """Each lock of the repository, and how it is audited."""
    asked: dict[str, Ask] = {str(lock.relative_to(ROOT)): partial(python_lock, lock) for lock in PYTHON_LOCKS}
    return asked | {str(lock.relative_to(ROOT)): partial(npm_lock, lock) for lock in NPM_LOCKS}


def audit(locks: dict[str, Ask], accepted: list[Acceptance], today: date) -> list[str]:
    """What fails the audit, in sentences; says what it finds on the way.

    Raises
    ------
    AuditError: a lock or a tool is at fault.
    """
    failures = [
        f"{each.package}: {each.id} was accepted until {each.until} ({each.reason})"
        for each in accepted
        if each.until <= today
    ]
    covered = packages = asked = 0
    with ThreadPoolExecutor(4) as pool:
        for lock, answer in zip(locks, pool.map(_answer, locks.values()), strict=True):
            if isinstance(answer, ServiceError):
                print(f"WARNING: {lock} was not audited, its service gave no answer: {answer}", file=sys.stderr)
                continue
            if answer.unknown:
                names = ", ".join(answer.unknown)
                print(f"WARNING: {lock}: the service does not know {names}", file=sys.stderr)
            asked += 1
            packages += answer.packages
            for finding in answer.findings:
                if any(each.covers(finding) for each in accepted):
                    covered += 1
                else:
                    ids = ", ".join(finding.ids)
                    failures.append(f"{lock}: {finding.package} {finding.version}: {ids}: {finding.about}")
    print(
        f"{packages} packages of {asked} locks audited, {len(locks) - asked} locks not; "
        f"{len(failures)} failures, {covered} known vulnerabilities accepted."
    )
    return failures


def _answer(ask: Ask) -> Audited | ServiceError:
    try:
        return ask()
    except ServiceError as error:
        return error


def main() -> int:
    """`make audit`; the exit status."""
    try:
        failures = audit(every_lock(), acceptances(), datetime.now(UTC).date())
    except AuditError as error:
        failures = [str(error)]
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
