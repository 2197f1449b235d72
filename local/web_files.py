"""The files that the web app is built to: which there are, what each is, and how long it may be kept.

`make deploy` publishes them so, and `make run` serves them so.
"""

from pathlib import Path, PurePosixPath

from local.paths import ROOT

DIST = ROOT / "web" / "dist"
"""Where the build puts them."""

INDEX = "index.html"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


class WebFileError(Exception):
    """A file that is no part of a web app; the message says why."""


def keys(folder: Path) -> list[str]:
    """The files below a folder, by their paths in it, in the order in which to publish them.

    What others lead to comes before them: files named by their content first, the page last. Hidden ones, which the
    build leaves for itself, are left out.
    """
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    named = [path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)]
    return sorted(named, key=lambda key: (key == INDEX, not is_immutable(key), key))


def is_immutable(key: str) -> bool:
    """Whether a file's name has a digest of its content in it, so that another content has another name."""
    return key.startswith("assets/")


def cache_control(key: str) -> str:
    """The header Cache-Control of a file."""
    if is_immutable(key):
        return "public, max-age=31536000, immutable"
    # The page names the files of one release: it is asked for each time. All else is kept, and looked at again.
    return "no-store" if key == INDEX else "no-cache"


def content_type(key: str) -> str:
    """The header Content-Type of a file.

    Raises
    ------
    WebFileError: no type is known for it. Browsers are told not to guess, so a wrong one would be of no use.
    """
    kind = _TYPES.get(PurePosixPath(key).suffix)
    if kind is None:
        raise WebFileError(f"No media type is known for {key}; add one to {Path(__file__).name}.")
    return kind


def key_of(path: str) -> str:
    """The file that a path means, as it was sent (RFC 3986), and as the template's SiteFunction decides it."""
    return path.removeprefix("/") if "." in path.rpartition("/")[2] else INDEX
