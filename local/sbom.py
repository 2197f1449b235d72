"""What ships, and under which licences: `make sbom` writes build/sbom.cdx.json, a CycloneDX document.

The layer's packages are those of its lock, the web app's those of its own without what only makes it. The same locks
make the same document, to the byte.
"""

import json
import sys
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from local.paths import ROOT
from local.shipped import Package, SbomError, layer_packages, web_packages

OUTPUT = ROOT / "build" / "sbom.cdx.json"

FREE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Unlicense",
}  # fmt: skip
"""Licences that what ships may have, by their names of SPDX. MPL-2.0 asks for its files' sources, which are public."""


def document(parts: dict[str, list[Package]], version: str) -> dict[str, Any]:
    """The bill of materials of all parts, each a name and its packages.

    Raises
    ------
    SbomError: a package's licence is not in the list.
    """
    packages = {package.purl: package for package in chain.from_iterable(parts.values())}
    if others := [
        f"{each.name} {each.version}: {each.licence}" for each in packages.values() if not is_free(each.licence)
    ]:
        raise SbomError("under licences that are not in the list: " + "; ".join(others))
    components: list[dict[str, Any]] = [
        *({"type": "application", "bom-ref": name, "name": name, "version": version} for name in sorted(parts)),
        *(_component(packages[purl]) for purl in sorted(packages)),
    ]
    dependencies: dict[str, tuple[str, ...]] = {"taskward": tuple(parts)}
    dependencies |= {name: tuple(package.purl for package in part) for name, part in parts.items()}
    dependencies |= {purl: package.needs for purl, package in packages.items()}
    content = {
        "metadata": {
            "component": {"type": "application", "bom-ref": "taskward", "name": "taskward", "version": version}
        },
        "components": components,
        "dependencies": [{"ref": ref, "dependsOn": sorted(needs)} for ref, needs in sorted(dependencies.items())],
    }
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(content, sort_keys=True))}",
        "version": 1,
        **content,
    }


def is_free(licence: str) -> bool:
    """Whether an expression of SPDX may be met with licences of the list; brackets are more than any package needs."""
    return any(all(part.strip() in FREE for part in choice.split(" AND ")) for choice in licence.split(" OR "))


def _component(package: Package) -> dict[str, Any]:
    name = {"name": package.name}
    if package.name.startswith("@"):
        group, _, short = package.name.partition("/")
        name = {"group": group, "name": short}
    return {
        "type": "library",
        "bom-ref": package.purl,
        **name,
        "version": package.version,
        "purl": package.purl,
        "licenses": [{"expression": package.licence}],
        "hashes": [{"alg": algorithm, "content": content} for algorithm, content in package.hashes],
    }


def written() -> str:
    """The document of this checkout, as it is written.

    Raises
    ------
    SbomError: something that ships is not known well enough.
    """
    version = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))["version"]
    bill = document({"taskward-layer": layer_packages(), "taskward-web": web_packages()}, version)
    return json.dumps(bill, indent=2) + "\n"


def main(output: Path = OUTPUT) -> int:
    """`make sbom`; the exit status."""
    try:
        text = written()
    except SbomError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    output.parent.mkdir(exist_ok=True)
    output.write_text(text, encoding="utf-8")
    libraries = [each for each in json.loads(text)["components"] if each["type"] == "library"]
    licences = sorted({each["licenses"][0]["expression"] for each in libraries})
    print(f"{len(libraries)} packages ship, under {', '.join(licences)}: {output.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
