"""Which tests go to one process when there are several."""

from typing import Final

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER: Final = (
    *("tests/e2e/test_run.py", "tests/e2e/test_operations.py", "tests/e2e/test_deploy.py"),
    *("tests/e2e/test_contributing.py", "tests/e2e/test_web_", "tests/e2e/"),
    *("tests/contract/test_task_units.py", "tests/proof/test_races_", "tests/bench/"),
)
"""What shares something that takes long to make, and much memory: a deployed stack, tens of thousands of tasks, several
processes. And what takes long by itself, so that it is not left for the end. The first that fits counts."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Each test goes to whoever is free, but those that belong together to one process, and first.

    Marks for that there are (`xdist_group`), but with pytest 9.2 they have no effect (xdist 3.8).
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((part for part in TOGETHER if nodeid.startswith(part)), nodeid)
