"""The digest of a release: another one for anything that is another, and the same for the same."""

import os
import shutil
from pathlib import Path

import pytest

from local.deployment.release import release

TEMPLATE = """
Resources:
  TaskwardLayer:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: TaskwardLayer }
  TasksFunction:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ../functions/tasks, Environment: { Variables: { TABLE: !Ref Table } } }
"""
PARAMETERS = {"LogLevel": "INFO", "MailSender": ""}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """What `sam build` leaves: the template and the layer; functions stay where they are."""
    folder = tmp_path / "build"
    for file, content in {
        folder / "template.yaml": TEMPLATE,
        folder / "TaskwardLayer" / "python" / "taskward.py": "layer = 1",
        tmp_path / "functions" / "tasks" / "app.py": "function = 1",
    }.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return folder


def test_the_same_at_another_time_in_another_place_and_order_has_the_same_one(build: Path, tmp_path: Path) -> None:
    first = release(build, PARAMETERS)
    assert len(first) == 64
    assert set(first) <= set("0123456789abcdef")
    shutil.copytree(tmp_path / "functions", tmp_path / "elsewhere" / "functions")
    moved = Path(shutil.copytree(build, tmp_path / "elsewhere" / "build"))
    os.utime(moved / "TaskwardLayer" / "python" / "taskward.py", (0, 0))
    assert release(moved, dict(reversed(PARAMETERS.items()))) == first


def test_of_bytecode_it_counts_that_it_is_there(build: Path) -> None:
    without = release(build, PARAMETERS)
    compiled = build / "TaskwardLayer" / "python" / "__pycache__" / "taskward.cpython-313.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"compiled here")
    compiled_here = release(build, PARAMETERS)
    assert compiled_here != without
    compiled.write_bytes(b"compiled there")
    assert release(build, PARAMETERS) == compiled_here


@pytest.mark.parametrize(
    "file", ["build/template.yaml", "build/TaskwardLayer/python/taskward.py", "functions/tasks/app.py"]
)
def test_a_change_of_the_template_the_layer_or_a_function_has_another_one(
    file: str, build: Path, tmp_path: Path
) -> None:
    before = release(build, PARAMETERS)
    changed = tmp_path / file
    changed.write_text(changed.read_text().replace("1", "2").replace("TABLE", "TASKS_TABLE"))
    assert release(build, PARAMETERS) != before


def test_another_name_or_place_of_a_file_has_another_one(build: Path) -> None:
    before = release(build, PARAMETERS)
    (build / "TaskwardLayer" / "python" / "taskward.py").rename(build / "TaskwardLayer" / "taskward.py")
    assert release(build, PARAMETERS) != before


@pytest.mark.parametrize(
    "parameters", [{}, {**PARAMETERS, "LogLevel": "DEBUG"}, {**PARAMETERS, "Runtime": "python3.12"}]
)
def test_another_parameter_has_another_one(parameters: dict[str, str], build: Path) -> None:
    assert release(build, parameters) != release(build, PARAMETERS)
