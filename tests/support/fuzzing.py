"""Asks a service what its OpenAPI document promises: schemathesis, with all its checks and in all its phases."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema

from tests.support import fuzzing_formats
from tests.support.fuzzed_people import People
from tests.support.fuzzing_exceptions import NEVER_ACCEPTED, is_excused

SEED = 20_260
"""Of all that is drawn at random; what the service makes up itself, ids for one, is in requests as well."""

_STEPS = 12
"""How many requests may follow from one another."""

PATIENCE = 150
"""Seconds to wait for an answer: a first one, of functions that start, takes long beside other tests."""

Json = dict[str, Any]


@dataclass
class Report:
    """What was asked, what was answered, and what was not as documented."""

    cases: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    links: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0

    def sentence(self, where: str) -> str:
        """All of it in figures."""
        classes = Counter(f"{status // 100}xx" for status in self.statuses.elements())
        shown = ", ".join(f"{count:,} {name}" for name, count in sorted(classes.items()))
        return (
            f"{self.cases:,} cases of {len(self.operations)} operations {where}, {self.checks.total():,} checks of "
            f"{len(self.checks)} kinds, {self.links.total():,} links followed of {len(self.links)} kinds, in "
            f"{self.seconds:.0f} s: {shown}"
        )

    def _add(self, finished: events.ScenarioFinished) -> None:
        recorder = finished.recorder
        for case_id, node in recorder.cases.items():
            self.cases += 1
            self.operations.add(node.value.operation.label)
            if node.transition is not None and node.is_transition_applied:
                self.links[node.transition.id] += 1
            interaction = recorder.interactions.get(case_id)
            if interaction is not None and interaction.response is not None:
                status = interaction.response.status_code
                self.statuses[status] += 1
                if 200 <= status < 400:
                    self.succeeded.add(node.value.operation.label)
            for check in recorder.checks.get(case_id, ()):
                self.checks[check.name] += 1
                if check.failure_info is not None:
                    self.failures.append(_told(finished, case_id, check.name, check.failure_info.failure))


def fuzzed(
    document: Json, base_url: str, people: People, *, phases: Mapping[str, int], name: str = "", whole: bool = False
) -> Report:
    """Ask everything that the document describes.

    Parameters
    ----------
    phases: those of schemathesis that are to be gone through, and how many examples each draws for an operation.
    name: a regular expression for the names of operations; by default all.
    whole: ask again, something else each time, what has accepted nothing yet: not all that is drawn is acceptable.
    """
    fuzzing_formats.register()
    report = Report()
    begun = time.monotonic()
    _ask(document, _configuration(base_url, phases, SEED), people, report, name)
    for seed in range(SEED + 1, SEED + 1 + _MORE_SEEDS if whole else 0):
        if missing := report.operations - report.succeeded - set(NEVER_ACCEPTED):
            configuration = _configuration(base_url, {"fuzzing": phases["fuzzing"]}, seed)
            _ask(document, configuration, people, report, "|".join(f"^{re.escape(label)}$" for label in missing))
    report.seconds = time.monotonic() - begun
    return report


def _ask(document: Json, configuration: schemathesis.Config, people: People, report: Report, name: str) -> None:
    schema: Any = schemathesis.openapi.from_dict(document, config=configuration)
    if name:
        schema = schema.include(name_regex=name)
    with _hooked(schema, people):
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                report._add(event)
            elif isinstance(event, events.NonFatalError):
                report.failures.append(f"{event.phase} {event.label}: {event.value!r}")
            elif isinstance(event, events.FatalError):
                raise event.exception


def assert_kept(report: Report, *, whole: bool) -> None:
    """Assert that everything was as documented, and that everything was asked.

    Parameters
    ----------
    whole: whether it was asked until each operation had accepted something.
    """
    shown = "\n\n".join(report.failures[:_MOST_SHOWN])
    assert not report.failures, f"{len(report.failures)} not as documented (seed {SEED}):\n\n{shown}"
    # All that there are.
    assert set(report.checks) == set(schemathesis.checks.CHECKS.get_all_names())
    assert report.links
    if whole:
        accepted_nothing = report.operations - report.succeeded
        assert accepted_nothing == set(NEVER_ACCEPTED), accepted_nothing ^ set(NEVER_ACCEPTED)


_MOST_SHOWN = 20
_MORE_SEEDS = 5


def _configuration(base_url: str, phases: Mapping[str, int], seed: int) -> schemathesis.Config:
    return schemathesis.Config.from_dict(
        {
            "base-url": base_url,
            "request-timeout": PATIENCE,
            "seed": seed,
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "generation": {"deterministic": True, "database": "none", "no-shrink": True},
            "phases": {
                "examples": {"enabled": "examples" in phases},
                "coverage": {"enabled": "coverage" in phases},
                "fuzzing": {
                    "enabled": "fuzzing" in phases,
                    "generation": {"max-examples": phases.get("fuzzing", 1)},
                    # What was refused must not teach what to send: it is the document that has to say so.
                    "error-feedback": {"enabled": False},
                },
                "stateful": {
                    "enabled": "stateful" in phases,
                    "max-steps": _STEPS,
                    "inference": {"algorithms": []},
                    # What is refused leads nowhere; that is for the phases before.
                    "generation": {"max-examples": phases.get("stateful", 1), "mode": "positive"},
                },
            },
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", "304"]},
                # A request may be refused for what is wrong with it besides.
                "negative_data_rejection": {"expected-statuses": ["4xx"]},
            },
        }
    )


@contextmanager
def _hooked(schema: Any, people: People) -> Iterator[None]:
    """Signs requests in, keeps account of who is signed in, and leaves out what `fuzzing_exceptions` explains."""

    @schema.auth(refresh_interval=None)
    class SignIn:
        def get(self, case: Any, context: Any) -> str:
            return people.access_token(case.operation)

        def set(self, case: Any, token: str, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {token}"

    def filter_failure(context: Any, failure: Failure, case: Any, response: Any) -> bool:
        return not is_excused(failure, case, response)

    def after_call(context: Any, case: Any, response: Any) -> None:
        people.answered(case, response)

    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        people.fill_in(case)

    schema.hook(filter_failure)
    schema.hook(after_call)
    # There is this one for all schemas alone.
    schemathesis.hook(before_call)
    try:
        yield
    finally:
        schemathesis.hooks.unregister(before_call)


def _told(finished: events.ScenarioFinished, case_id: str, check: str, failure: Failure) -> str:
    interaction = finished.recorder.interactions[failure.case_id or case_id]
    request, response = interaction.request, interaction.response
    headers = {name: values for name, values in request.headers.items() if name.lower() not in _OF_NO_INTEREST}
    answer = "nothing" if response is None else f"{response.status_code} {response.text[:600]}"
    body = (request.body or b"")[:600].decode(errors="replace")
    return (
        f"{finished.phase.value} {check}: {failure.title}: {' '.join(failure.message.split())[:400]}\n"
        f"  {request.method} {request.uri[:400]} {json.dumps(headers)}\n  {body}\n  -> {answer}"
    )


_OF_NO_INTEREST = {"user-agent", "accept", "accept-encoding", "connection", "authorization", "content-length"} | {
    "x-schemathesis-testcaseid"
}
