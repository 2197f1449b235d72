"""Where things are in a checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("TASKWARD_STATE") or ROOT / ".local")
"""What `make run` keeps: the emulator's state and logs. `make reset` removes it."""

TOOLS = ROOT / ".venv"


def tool(environment: str, command: str) -> Path:
    """A command of one of the tool environments that the Makefile installs; each has its own packages."""
    return TOOLS / environment / "bin" / command
