"""The web app is built when something of it has changed, and not else."""

import subprocess
from pathlib import Path

import pytest

from local import web_build
from local.web_build import WebBuildError


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A web app in a checkout of its own, with an npm that writes down what it was asked for."""
    folder = tmp_path / "web"
    for name in ("src/api", "node_modules", "dist"):
        (folder / name).mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "src" / "main.tsx").write_text("one")
    (tmp_path / "openapi.json").write_text("{}")
    monkeypatch.setattr(web_build, "ROOT", tmp_path)
    monkeypatch.setattr(web_build, "WEB", folder)
    monkeypatch.setattr(web_build, "_API", tmp_path / "openapi.json")
    monkeypatch.setattr(web_build, "_BUILT", folder / "dist" / ".built")
    generated = folder / "src" / "api" / "schema.d.ts"
    monkeypatch.setattr(web_build, "_NOT_SOURCES", {folder / "node_modules", folder / "dist", generated})

    def npm(*arguments: str) -> subprocess.CompletedProcess[str]:
        assert arguments == ("run", "build")
        (folder / "dist" / ".built").unlink(missing_ok=True)
        generated.write_text("as the document says")
        with (folder / "dist" / "times").open("a") as times:
            times.write("x")
        fails = (folder / "src" / "main.tsx").read_text() == "wrong"
        return subprocess.CompletedProcess(arguments, int(fails), "what is wrong" if fails else "")

    monkeypatch.setattr(web_build, "npm", npm)
    return folder


def _builds(web: Path) -> int:
    """How often it was built, with one more request to do so."""
    web_build.build()
    assert web_build.is_built()
    return len((web / "dist" / "times").read_text())


def test_nothing_is_built_twice(web: Path) -> None:
    assert not web_build.is_built()
    assert [_builds(web), _builds(web)] == [1, 1]


@pytest.mark.parametrize("name", ["web/src/main.tsx", "web/index.html", "web/src/new.css", "openapi.json"])
def test_a_change_of_any_source_is_built(web: Path, name: str) -> None:
    before = _builds(web)
    (web.parent / name).write_text("another")
    assert not web_build.is_built()
    assert _builds(web) == before + 1


def test_a_build_that_fails_says_why_and_counts_as_none(web: Path) -> None:
    web_build.build()
    (web / "src" / "main.tsx").write_text("wrong")
    with pytest.raises(WebBuildError, match="what is wrong"):
        web_build.build()
    assert not web_build.is_built()
