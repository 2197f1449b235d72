"""The packages that ship: of the layer and of the web app, as their locks pin them."""

import base64
import json
import re
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import quote

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.paths import ROOT

LAYER_LOCK = ROOT / "layers" / "taskward" / "requirements.txt"
WEB_LOCK = ROOT / "web" / "package-lock.json"

LICENCES_READ = {
    # A part is older than its licence and under Apache's, the list of public suffixes is under Mozilla's.
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "libpass": "BSD-3-Clause",
    # For all of it; newer parts are under Apache-2.0 as well.
    "python-dateutil": "BSD-3-Clause",
    "s3transfer": "Apache-2.0",
}
"""Read from the texts that the packages bring: these do not name their licence by its name of SPDX."""

_LAMBDA = {
    "implementation_name": "cpython",
    "implementation_version": "3.13.0",
    "os_name": "posix",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
}


class SbomError(Exception):
    """Something that ships is not known well enough, or is under a licence that is not in the list."""


@dataclass(frozen=True)
class Package:
    """Something that ships."""

    purl: str
    name: str
    version: str
    licence: str
    hashes: tuple[tuple[str, str], ...]
    """Algorithm and hexadecimal digest, of each file that the lock allows it to be installed from."""
    needs: tuple[str, ...]
    """The purls of those packages that it asks for and that ship."""


def layer_packages(lock: Path = LAYER_LOCK) -> list[Package]:
    """What is installed for Lambda, with the licences that the same versions tell which are installed here.

    Raises
    ------
    SbomError: a package is not installed here in the version of the lock.
    """
    pinned: dict[str, tuple[str, list[str]]] = {}
    for line in re.sub(r"\\\n\s*", "", lock.read_text(encoding="utf-8")).splitlines():
        requirement = Requirement(line.partition("--hash")[0])
        if requirement.marker is None or requirement.marker.evaluate(_LAMBDA):
            pinned[requirement.name] = str(requirement.specifier).removeprefix("=="), re.findall(r"sha256:(\w+)", line)
    purls = {name: f"pkg:pypi/{name}@{version}" for name, (version, _) in pinned.items()}
    packages = []
    for name, (version, digests) in pinned.items():
        metadata = _metadata(name, version)
        asked = {canonicalize_name(Requirement(line).name) for line in metadata.get_all("Requires-Dist") or ()}
        needs = tuple(sorted(purls[each] for each in asked if each in purls))
        licence = metadata["License-Expression"] or LICENCES_READ.get(name) or metadata["License"] or "not told"
        hashes = tuple(("SHA-256", digest) for digest in sorted(digests))
        packages.append(Package(purls[name], name, version, licence, hashes, needs))
    return packages


def web_packages(lock: Path = WEB_LOCK) -> list[Package]:
    """What the web app may have in it: its dependencies and theirs, whatever the build leaves out of them."""
    locked = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    shipped = {path: entry for path, entry in locked.items() if path and not entry.get("dev")}
    purls = {
        path: f"pkg:npm/{quote(path.rpartition('node_modules/')[2], safe='/')}@{entry['version']}"
        for path, entry in shipped.items()
    }
    packages = []
    for path, entry in shipped.items():
        asked = [*entry.get("dependencies", ()), *entry.get("peerDependencies", ())]
        found = (next((place for place in _places(path, name) if place in purls), None) for name in asked)
        needs = sorted({purls[place] for place in found if place})
        algorithm, _, digest = entry["integrity"].partition("-")
        hashes = ((algorithm.replace("sha", "SHA-"), base64.b64decode(digest).hex()),)
        name = path.rpartition("node_modules/")[2]
        licence = entry.get("license", "not told")
        packages.append(Package(purls[path], name, entry["version"], licence, hashes, tuple(needs)))
    return packages


def _metadata(name: str, version: str) -> PackageMetadata:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        raise SbomError(f"{name} {version} is not installed in .venv/dev; `make tools` does that") from None
    if found.version != version:
        raise SbomError(f"{name} ships as {version} and is installed in .venv/dev as {found.version}")
    return found.metadata


def _places(path: str, name: str) -> list[str]:
    """Where Node looks for a package that the one at a path asks for, the nearest first."""
    folders = path.split("/node_modules/")
    above = ["/node_modules/".join(folders[:depth]) for depth in range(len(folders), 0, -1)]
    return [*(f"{folder}/node_modules/{name}" for folder in above), f"node_modules/{name}"]
