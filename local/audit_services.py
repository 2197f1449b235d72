"""What pip-audit and npm say of a lock: known vulnerabilities, or that the service which knows them gave no answer."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.paths import tool

_SECONDS = 300
"""For one lock; both tools ask the service with time-outs of their own, which are far shorter."""


class ServiceError(Exception):
    """The service could not be asked, or its answer is none; nothing is known of the lock."""


class AuditError(Exception):
    """The lock or the tool is at fault, and no service was asked yet."""


@dataclass(frozen=True)
class Finding:
    """One vulnerability of one package; `ids` are all names of the vulnerability."""

    package: str
    version: str
    ids: tuple[str, ...]
    about: str


@dataclass(frozen=True)
class Audited:
    """How many packages the service was asked about, those that it does not know, and what it found."""

    packages: int
    unknown: tuple[str, ...]
    findings: tuple[Finding, ...]


def python_lock(lock: Path, service: str | None = None) -> Audited:
    """What pip-audit says of a requirements file; `service` is the address of OSV, if not the public one.

    Raises
    ------
    AuditError: not every requirement is pinned with a hash.
    ServiceError: the service gave no answer.
    """
    command = [str(tool("audit", "pip-audit")), "--requirement", str(lock), "--disable-pip", "--require-hashes"]
    command += ["--format=json", "--progress-spinner=off", "--vulnerability-service=osv", "--timeout=15"]
    # pip-audit ends in the same way whatever failed. What it can do without the service is tried first.
    alone = _run([*command, "--dry-run"])
    if alone.returncode:
        raise AuditError(_last_line(alone.stderr))
    done = _run([*command, *(["--osv-url", service] if service else [])])
    report = _json(done.stdout)
    if "dependencies" not in report:
        raise ServiceError(_last_line(done.stderr))
    known = [each for each in report["dependencies"] if "skip_reason" not in each]
    return Audited(
        len(known),
        tuple(each["name"] for each in report["dependencies"] if "skip_reason" in each),
        tuple(
            Finding(each["name"], each["version"], (found["id"], *found["aliases"]), found["description"][:200])
            for each in known
            for found in each["vulns"]
        ),
    )


def npm_lock(lock: Path, registry: str | None = None) -> Audited:
    """What npm says of a package-lock.json; `registry` is asked instead of the one that npm is set up with.

    Raises
    ------
    AuditError: it is no lock of the current kind.
    ServiceError: the registry gave no answer, or has no audit.
    """
    text = lock.read_text(encoding="utf-8")
    packages = {path: package for path, package in _json(text).get("packages", {}).items() if path}
    if not packages:
        raise AuditError(f"{lock} names no packages")
    command = ["npm", "audit", "--json", "--package-lock-only", "--fetch-timeout=15000"]
    command += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    done = _run([*command, *([f"--registry={registry}"] if registry else [])], lock.parent)
    report = _json(done.stdout)
    if "vulnerabilities" not in report:
        raise ServiceError(report.get("message") or report.get("error", {}).get("summary") or _last_line(done.stderr))
    versions = {path.rpartition("node_modules/")[2]: package.get("version", "?") for path, package in packages.items()}
    advisories = {
        (via["name"], via["url"]): via
        for vulnerability in report["vulnerabilities"].values()
        for via in vulnerability["via"]
        # The name of another package that is affected, and has an entry of its own.
        if isinstance(via, dict)
    }
    return Audited(
        len(packages),
        (),
        tuple(
            Finding(name, versions.get(name, "?"), (url.rpartition("/")[2],), via["title"])
            for (name, url), via in sorted(advisories.items())
        ),
    )


def _run(command: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ServiceError(f"no answer after {_SECONDS} seconds") from None
    except FileNotFoundError:
        raise AuditError(f"{command[0]} is not installed; `make audit` does that.") from None


def _json(text: str) -> dict[str, Any]:
    """An object, or an empty one if the text is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["nothing was said"])[-1][:200]
