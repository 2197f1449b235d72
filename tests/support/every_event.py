"""`make events`: every sample event through the real handler of its function, and what it was answered with.

It runs the integration tests that have the cases of events, which look closely at the answers, and shows what came of
each event. One that has no case, or that none of these tests sees answered as its case says, is a failure.
"""

import sys
from types import ModuleType
from typing import Any

import pytest

from local.paths import ROOT
from local.samples.sample_events import names


class EventsAlone:
    """Leaves out the tests that are beside no cases of events."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """By what is in their modules."""
        # Not before: pytest explains what fails of modules that it has loaded itself.
        from tests.integration.test_sample_events import TABLES

        tables = {id(table) for table in TABLES}
        items[:] = [item for item in items if not tables.isdisjoint(map(id, vars(_module(item)).values()))]


def _module(item: pytest.Item) -> ModuleType:
    module = item.getparent(pytest.Module)
    assert module is not None
    found: ModuleType = module.obj
    return found


def main() -> int:
    """Feed all events; the exit status."""
    failed = pytest.main(["--quiet", "--no-header", str(ROOT / "tests" / "integration")], [EventsAlone()])
    from tests.integration.test_sample_events import TABLES
    from tests.support.sample_events import fed

    wanted: dict[str, set[str]] = {name: set() for name in sorted(names())}
    for table in TABLES:
        for name, case in table.items():
            wanted.setdefault(name, set()).add(answer_of(name, case))
    rows, wrong = [], []
    for name, answers in wanted.items():
        given = fed.get(name, set())
        if not answers:
            wrong.append(f"{name}: no case says what it is answered with")
        if missing := answers - given:
            wrong.append(f"{name}: not answered with {' or '.join(sorted(missing))}")
        rows += [f"{name:50} {answer}" for answer in sorted(answers & given)]
    summary = f"{len(wanted)} events, {len(wrong)} of them not answered as their cases say"
    sys.stdout.write("\n".join([*rows, *wrong, summary, ""]))
    return 1 if failed or wrong else 0


def answer_of(name: str, case: Any) -> str:
    """What an event is answered with, in short, by what its case says; each table has a form of its own."""
    from tests.support.sample_events import Case

    match name.partition("/")[0], case:
        case _, Case(status=status, code=code):
            return f"{status} {code}" if code else str(status)
        case "authorizer", code:
            return f"Deny {code}" if code else "Allow"
        case "discovery", (media_type, _):
            return "200" if media_type else "304"
        case "rotate_keys", count:
            return "SUCCESS" if "cloudformation" in name else f"{count} published"
        case "worker", error:
            return "raises" if error else "done"
    raise ValueError(f"a case of no known form: {name}")


if __name__ == "__main__":
    sys.exit(main())
