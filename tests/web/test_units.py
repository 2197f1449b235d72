"""The web app's own unit tests, as one test here; and that its packages can be installed anywhere."""

import json
import re

from local import web_build
from local.web_build import WEB

_RAN = re.compile(r"^\s*Tests\s+(?:.*\|\s*)?(\d+) passed", re.MULTILINE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def test_the_web_apps_unit_tests_pass() -> None:
    done = web_build.npm("test")
    shown = _COLOURS.sub("", done.stdout)
    assert done.returncode == 0, shown
    ran = _RAN.search(shown)
    assert ran, shown
    assert int(ran[1]) > 0


def test_the_lock_names_the_packages_of_all_platforms() -> None:
    # npm 11 refuses to install from a lock that lacks one, and npm leaves out what a registry does not have.
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    asked = {name for package in packages.values() for name in package.get("optionalDependencies", {})}
    found = {path.rpartition("node_modules/")[2] for path in packages}
    assert asked - found == set()
