"""The web app's own commands, by npm in web/; built only when something of it has changed."""

import fcntl
import hashlib
import subprocess
import sys

from local.paths import ROOT
from local.web_files import DIST

WEB = ROOT / "web"

_API = ROOT / "functions" / "discovery" / "openapi.json"
_MODULES = WEB / "node_modules"
_MADE = {WEB / "src" / "api" / name for name in ("schema.d.ts", "lengths.ts")}
_NOT_SOURCES = {_MODULES, DIST, *_MADE}
# The build empties its folder first, so what it is of is gone with it. Hidden: it is not published.
_BUILT = DIST / ".built"


class WebBuildError(Exception):
    """npm failed; the message ends with what it printed last."""


def is_built() -> bool:
    """Whether what is built is what is there now."""
    return _BUILT.exists() and _BUILT.read_text() == _fingerprint()


def build() -> None:
    """Build the web app, unless it is built.

    Raises
    ------
    WebBuildError: it failed.
    """
    if is_built():
        return
    wanted = _fingerprint()
    done = npm("run", "build")
    if done.returncode:
        raise WebBuildError(f"The web app could not be built:\n{done.stdout[-4000:]}")
    _BUILT.write_text(wanted)


def npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What npm made of a command in web/; one at a time, since all of them write the client of the API anew first.

    Raises
    ------
    WebBuildError: its packages are not installed.
    """
    if not _MODULES.exists():
        raise WebBuildError("The web app's packages are not installed; `make tools` does that.")
    with (_MODULES / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return subprocess.run(
            ["npm", "--no-update-notifier", *arguments],
            cwd=WEB,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def _fingerprint() -> str:
    """Changes whenever something that the web app is built from changes."""
    digest = hashlib.sha256()
    sources = [_API]
    for path in WEB.iterdir():
        if path not in _NOT_SOURCES:
            sources += [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    for file in sorted(set(sources) - _NOT_SOURCES):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def main() -> int:
    """`make web`; the exit status."""
    try:
        build()
    except WebBuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
