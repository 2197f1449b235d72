"""`make sbom`: all that ships is in the bill of materials, with version, address, digests and a free licence."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from local import sbom
from local.paths import ROOT, TOOLS
from local.shipped import Package, SbomError, layer_packages, web_packages

MIT = Package("pkg:pypi/a@1", "a", "1", "MIT", (("SHA-256", "0" * 64),), ())


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sbom.written())
    return document


def _libraries(bill: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["purl"]: each for each in bill["components"] if each["type"] == "library"}


def test_it_is_a_document_of_cyclonedx(bill: dict[str, Any]) -> None:
    folders = list((TOOLS / "audit").glob("lib/python3*/site-packages/cyclonedx/schema/_res"))
    if not folders:
        pytest.skip("`make audit` installs the schema")
    files = {
        name: json.loads((folders[0] / f"{name}.SNAPSHOT.schema.json").read_text()) for name in ("spdx", "jsf-0.82")
    }
    resources = [
        (f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", content) for name, content in files.items()
    ]
    registry: Registry[Any] = Registry().with_resources(
        [(address, Resource.from_contents(content)) for address, content in resources]
    )
    schema = json.loads((folders[0] / "bom-1.6.SNAPSHOT.schema.json").read_text())
    jsonschema.Draft7Validator(schema, registry=registry).validate(bill)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema, registry=registry).validate(bill | {"components": [{"name": "untyped"}]})


def test_every_package_of_the_layers_lock_is_in_it_with_all_of_its_digests(bill: dict[str, Any]) -> None:
    libraries = _libraries(bill)
    entries = re.split(r"\n(?! )", (ROOT / "layers" / "taskward" / "requirements.txt").read_text().strip())
    assert len(entries) > 20
    for entry in entries:
        name, version = re.match(r"([\w.-]+)==([\w.]+)", entry).groups()  # type: ignore[union-attr]
        library = libraries[f"pkg:pypi/{name}@{version}"]
        assert {each["content"] for each in library["hashes"]} == set(re.findall(r"sha256:(\w+)", entry))
        assert {each["alg"] for each in library["hashes"]} == {"SHA-256"}


def test_every_package_that_the_web_app_imports_is_in_it(bill: dict[str, Any]) -> None:
    libraries = _libraries(bill)
    names = {f"{each['group']}/{each['name']}" if "group" in each else each["name"] for each in libraries.values()}
    sources = [path.read_text() for path in (ROOT / "web" / "src").rglob("*.ts*")]
    # Tests and what they share are not built.
    text = "\n".join(source for source in sources if 'from "vitest"' not in source)
    imported = set(re.findall(r"""(?:from|import\()\s*["']((?:@[\w.-]+/)?[a-z][\w.-]*)[^"']*["']""", text))
    assert {"react", "@base-ui/react", "chrono-node"} <= imported
    assert imported <= names


def test_everything_in_it_has_a_version_an_address_digests_and_a_free_licence(bill: dict[str, Any]) -> None:
    for purl, library in _libraries(bill).items():
        assert purl.endswith(f"@{library['version']}")
        assert library["hashes"]
        assert all(re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{128}", each["content"]) for each in library["hashes"])
        assert sbom.is_free(library["licenses"][0]["expression"])


def test_everything_in_it_is_asked_for_by_what_ships(bill: dict[str, Any]) -> None:
    needs = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    reached, ahead = set(), ["taskward"]
    while ahead:
        if (ref := ahead.pop()) not in reached:
            reached.add(ref)
            ahead += needs[ref]
    assert reached == {each["bom-ref"] for each in bill["components"]} | {"taskward"}
    react = next(purl for purl in needs if purl.startswith("pkg:npm/react-dom@"))
    assert any(each.startswith("pkg:npm/react@") for each in needs[react])
    assert any(each.startswith("pkg:pypi/botocore@") for each in needs[next(p for p in needs if "/boto3@" in p)])


def test_what_only_makes_the_web_app_is_not_in_it(bill: dict[str, Any]) -> None:
    assert not {"vite", "typescript", "vitest"} & {each["name"] for each in bill["components"]}


def test_it_is_the_same_to_the_byte_in_another_process() -> None:
    command = [sys.executable, "-c", "from local import sbom; print(sbom.written(), end='')"]
    environment = os.environ | {"PYTHONHASHSEED": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == sbom.written()


@pytest.mark.parametrize("licence", ["not told", "GPL-3.0-only", "MIT AND GPL-3.0-only", "Proprietary", ""])
def test_what_is_not_free_stops_it(licence: str) -> None:
    with pytest.raises(SbomError, match=r"a 1: "):
        sbom.document({"part": [replace(MIT, licence=licence)]}, "1")


@pytest.mark.parametrize("licence", ["MIT", "GPL-2.0-only OR MIT", "MIT AND ISC"])
def test_a_choice_of_licences_is_ours(licence: str) -> None:
    assert sbom.document({"part": [replace(MIT, licence=licence)]}, "1")["components"]


def test_a_package_that_is_not_installed_as_it_ships_stops_it(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    for name, version in (("idna", "1.0"), ("no-such-package", "1.0")):
        lock.write_text(f"{name}=={version} \\\n    --hash=sha256:{'0' * 64}\n")
        with pytest.raises(SbomError, match=name):
            layer_packages(lock)


def test_a_package_within_another_is_of_its_own_version(tmp_path: Path) -> None:
    entry = {"version": "1.0.0", "integrity": "sha512-" + "A" * 86 + "==", "license": "MIT"}
    lock = tmp_path / "package-lock.json"
    packages = {
        "": {},
        "node_modules/a": entry | {"dependencies": {"b": "2"}},
        "node_modules/a/node_modules/b": entry | {"version": "2.0.0"},
        "node_modules/b": entry,
        "node_modules/c": entry | {"dev": True},
    }
    lock.write_text(json.dumps({"packages": packages}))
    found = {each.purl: each.needs for each in web_packages(lock)}
    assert found == {"pkg:npm/a@1.0.0": ("pkg:npm/b@2.0.0",), "pkg:npm/b@2.0.0": (), "pkg:npm/b@1.0.0": ()}
