"""The README's walk, which docs/tasks.md goes on with, gives the answers that they show."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.paths import ROOT

ORIGIN = "http://localhost:8080"


def _walk() -> Iterator[tuple[str, list[str]]]:
    """The commands of all consoles, each with the lines it is said to print."""
    pages = "".join((ROOT / name).read_text() for name in ("README.md", "docs/tasks.md"))
    consoles = re.findall(r"```console\n(.*?)```", pages, re.DOTALL)
    command = ""
    shown: list[str] = []
    for line in "".join(consoles).splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        elif line.startswith("> "):
            command += "\n" + line[2:]
        else:
            shown.append(line)
    yield command, shown


def _pattern(shown: list[str], origin: str) -> str:
    text = "\n".join(shown).replace(ORIGIN, origin)
    return ".*?".join(re.escape(part) for part in text.split("…"))


# Nothing but this test may be what makes the stack that it needs.
@pytest.mark.timeout(600)
def test_the_walk_gives_the_answers_it_shows(base_url: str, tmp_path: Path) -> None:
    steps, origin = list(_walk()), base_url.removesuffix("/api")
    assert len(steps) >= 70
    end = "--- end of an answer ---"
    script = "".join(f"{command}\nprintf '\\n{end}\\n'\n" for command, _ in steps).replace(ORIGIN, origin)
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240
    )
    answers = done.stdout.split(f"\n{end}\n")
    wrong = [
        f"{command}\n{answer}"
        for (command, shown), answer in zip(steps, answers, strict=False)
        if not re.fullmatch(_pattern(shown, origin), answer.strip("\n"), re.DOTALL)
    ]
    assert not wrong, "\n\n".join(wrong)
