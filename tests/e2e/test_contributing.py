"""The example of CONTRIBUTING.md does what it says: all steps taken, all passes; without any of them, a test fails."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.paths import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROUTE = "/tasks/{id}/ancestors"
NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv", ".local", ".aws-sam", ".*_cache", "__pycache__", "node_modules", "build", "dist")
)


@dataclass(frozen=True)
class Step:
    """What a step changes in a file, what it has one run, and the test that fails without it, if there is one."""

    title: str
    file: str
    changes: tuple[str, ...]
    commands: tuple[str, ...]
    noticed_by: str | None

    def take(self, tree: Path) -> None:
        """Do in a copy of the tree what the step says."""
        path = tree / self.file
        for change in self.changes:
            path.write_text(_changed(path.read_text(encoding="utf-8"), change.splitlines()), encoding="utf-8")
        for command in self.commands:
            done = _run(tree, "bash", "-ec", f'make() {{ command make --old-file=tools "$@"; }}\n{command}')
            assert done.returncode == 0, f"{self.title}\n{done.stdout}{done.stderr}"


def _steps() -> Iterator[Step]:
    _, _, example = GUIDE.partition("\n## An endpoint, step by step\n")
    for step in re.split(r"^### ", re.split(r"^## ", example, flags=re.MULTILINE)[0], flags=re.MULTILINE)[1:]:
        title, _, text = step.partition("\n")
        file = re.search(r"`([\w/.]+)`", title)
        noticed = re.search(r"^Left out:\s+`([^`]+)`", text, re.MULTILINE)
        yield Step(
            title,
            file[1] if file else "",
            tuple(re.findall(r"^```diff\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)),
            tuple(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)),
            noticed[1] if noticed else None,
        )


*STEPS, ALL_OF_IT = _steps()


def _changed(text: str, lines: Sequence[str]) -> str:
    """The text with the lines of a change; those that it says are there have to be, at one place."""
    before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    assert f"\n{text}".count(f"\n{before}") == 1, before
    return f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:]


def _run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command there. Compiled code is kept beside the tree, for the next copy at the same place."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
    environment = inherited | {"PYTHONPYCACHEPREFIX": str(tree.parent / "compiled")}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def new_tree(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes a copy of the tree as it is, always at the same place."""
    tree = tmp_path_factory.mktemp("guide") / "taskward"

    def make() -> Path:
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        (tree / ".venv").symlink_to(ROOT / ".venv")
        return tree

    return make


def test_the_example_is_no_route_of_the_service() -> None:
    assert ROUTE in GUIDE
    assert ROUTE not in (ROOT / "template.yaml").read_text(encoding="utf-8")


def test_every_step_changes_a_file_or_has_a_command_and_hardly_any_goes_unnoticed() -> None:
    assert [step.title.partition(".")[0] for step in STEPS] == [str(number + 1) for number in range(len(STEPS))]
    assert all(step.changes or step.commands for step in STEPS)
    assert all((step.changes == ()) == (step.file == "") for step in STEPS)
    # The test of the first two steps is a step itself.
    assert [step.file for step in STEPS if step.noticed_by is None] == ["tests/contract/test_subtasks.py"]
    asked = tuple(re.findall(r"tests/\S+", ALL_OF_IT.commands[0]))
    assert all(step.noticed_by.startswith(asked) for step in STEPS if step.noticed_by)


# A minute of processor time, on machines that may be busy.
@pytest.mark.timeout(600)
def test_with_all_steps_taken_lint_and_tests_pass(new_tree: Callable[[], Path]) -> None:
    tree = new_tree()
    for step in (*STEPS, ALL_OF_IT):
        step.take(tree)


@pytest.mark.timeout(900)
def test_a_step_that_is_left_out_is_noticed_by_the_test_that_it_names(
    new_tree: Callable[[], Path], thorough: bool, subtests: pytest.Subtests
) -> None:
    noticed = [step for step in STEPS if step.noticed_by]
    for left_out in noticed if thorough else noticed[:1]:
        with subtests.test(left_out.title):
            tree = new_tree()
            for step in STEPS:
                if step is not left_out:
                    step.take(tree)
            named = str(left_out.noticed_by)
            # A case without its event is an error as soon as the file is read.
            failures = f"FAILED {named}", f"ERROR {named.partition('::')[0]} - FileNotFoundError"
            told = _run(tree, ".venv/dev/bin/python", "-m", "pytest", "-q", named).stdout
            assert any(line.startswith(failures) for line in told.splitlines()), told
