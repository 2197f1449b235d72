"""docs/operations.md, taken apart, and a shell that follows it."""

import re
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.paths import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

FIRST = "before-anything-else"
"""The section whose first commands all others go by."""


def anchor(title: str) -> str:
    """What GitHub calls the place of a heading."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


@cache
def sections() -> Mapping[str, list[str]]:
    """The commands of each section that has some, by its anchor; a block of lines that are one step is one text."""
    parts = re.split(r"^## (.+)\n", PAGE, flags=re.MULTILINE)[1:]
    found = {}
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        blocks = re.findall(r"^( *)```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
        if blocks:
            found[anchor(title)] = [re.sub(f"^{indent}", "", block, flags=re.MULTILINE) for indent, block in blocks]
    return found


@cache
def not_tried() -> Mapping[str, str]:
    """The commands that the emulator cannot run, as the page says, each with what it answers."""
    table = PAGE.rpartition("## What was tried")[2]
    return dict(re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", table, re.MULTILINE))


class Shell:
    """A bash that stops at the first command that fails, or that uses a variable which nothing has set."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._send("set -euo pipefail")

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.communicate()

    def run(self, block: str) -> str:
        """What the commands print. The shell keeps variables and functions for the next."""
        return self._send(f"source {self._file(block)} < /dev/null")

    def fail(self, block: str) -> str:
        """What commands print of which one fails."""
        printed = self._send(
            f"set +e; (set -e; source {self._file(block)} < /dev/null); echo status $?; set -e"
        ).rstrip()
        text, _, status = printed.rpartition("status ")
        assert status != "0", f"It can be run here by now:\n{block}\n{text}"
        return text

    def _file(self, block: str) -> Path:
        file = self._folder / f"{uuid.uuid4().hex}.sh"
        file.write_text(block)
        return file

    def _send(self, command: str) -> str:
        end = f"--- {uuid.uuid4().hex} ---"
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(f"{command}\nprintf '%s\\n' '{end}'\n")
        stdin.flush()
        printed = ""
        for line in stdout:
            printed += line
            if printed.endswith(f"{end}\n"):
                return printed.removesuffix(f"{end}\n")
        raise AssertionError(f"{command} failed:\n{printed}")


@dataclass
class Follower:
    """Somebody who follows one section, step by step."""

    shell: Shell
    left: list[str]
    given: dict[str, str]
    used: set[str]

    def step(self, **given: str) -> str:
        """What the next commands print, with these values in place of the page's examples from here on."""
        self.given |= given
        block = self.left.pop(0)
        for name, value in self.given.items():
            # An example, and nothing that is worked out there.
            example = rf"(?<![\w$]){name}=(?!\$)\S+"
            block, found = re.subn(example, f"{name}='{value}'", block)
            self.used |= {name} if found else set()
        for command, answer in not_tried().items():
            if command in block:
                printed = self.shell.fail(block)
                assert answer in printed, printed
                return printed
        return self.shell.run(block)


@dataclass(frozen=True)
class Operator:
    """Who is on call, with credentials of the emulator, a checkout, and what they have learnt on the way.

    `known` stands in the place of outputs that lead nowhere here.
    """

    folder: Path
    environment: Mapping[str, str]
    known: Mapping[str, str]

    @contextmanager
    def follow(self, section: str, **given: str) -> Iterator[Follower]:
        """Follow a section from its beginning to its end, in a shell of its own.

        `given` are values for the page's examples; each has to stand in for one.
        """
        shell = Shell(self.folder, self.environment)
        try:
            blocks = list(sections()[section])
            shell.run(blocks.pop(0) if section == FIRST else sections()[FIRST][0])
            shell.run("\n".join(f"{name}='{value}'" for name, value in self.known.items()))
            follower = Follower(shell, blocks, dict(given), set())
            yield follower
            assert not follower.left, f"not run: {follower.left}"
            assert follower.used == set(follower.given)
        finally:
            shell.close()
