"""samconfig.toml: which stack each of its tables is about, where, and with which parameters."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.deployment import parameters
from local.deployment.refusals import RefusedError
from local.paths import ROOT

FILE = ROOT / "samconfig.toml"


@dataclass(frozen=True)
class Environment:
    """One table: `CONFIG=prod` is the table `prod`."""

    name: str
    stack_name: str
    parameters: Mapping[str, str]
    region: str | None = None
    profile: str | None = None

    def command(self, goal: str) -> str:
        """How somebody asks make for a goal of this table."""
        return f"make {goal}" if self.name == "default" else f"make {goal} CONFIG={self.name}"


def environment(name: str) -> Environment:
    """What samconfig.toml says to `sam deploy --config-env NAME`.

    Raises
    ------
    RefusedError: it has no such table, or one that names no stack.
    """
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    names = [key for key, value in tables.items() if isinstance(value, dict)]
    if name not in names:
        raise RefusedError(f"samconfig.toml has no table {name}; CONFIG is one of {', '.join(names)}.")
    common, own = (tables[name].get(command, {}).get("parameters", {}) for command in ("global", "deploy"))
    settings: dict[str, Any] = common | own
    if "stack_name" not in settings:
        raise RefusedError(f"The table {name} of samconfig.toml has no stack_name.")
    overrides = settings.get("parameter_overrides", "")
    return Environment(
        name,
        settings["stack_name"],
        parameters.parsed(overrides if isinstance(overrides, str) else " ".join(overrides)),
        settings.get("region"),
        settings.get("profile"),
    )
