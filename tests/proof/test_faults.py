"""Every operation, with every fault at every request that it makes to AWS: the answer, what is stored, and a retry.

Each operation is done once without a fault, which shows its requests to AWS, its answer and what it stores. Then it is
done again from the same beginning, each time with another fault at another of these requests. Whatever befalls it, the
answer is the one without a fault, or 503 with Retry-After; what is stored is as before, or as it should be; and the
same request once more, as a client makes it, ends where it should.
"""

import json
import logging
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from taskward.telemetry import logger
from tests.support import described, moto_state
from tests.support.every_operation import OPERATIONS, Operation
from tests.support.figures import Figure
from tests.support.household import Household, Request, household
from tests.support.injection import Case, Injection, Killed, cases
from tests.support.sample_events import Answer
from tests.support.wire import held

SERVICES: Final = ("dynamodb", "kms", "secretsmanager", "sqs", "s3")
SHARES: Final = 6
PART: Final = 6
"""One operation in so many, and of each one case in so many, unless all are asked for."""

STANDING_ALONE: Final = {
    *("sign_in_failed", "password_check_failed", "code_check_failed", "email_change_requested"),
    # Of an export whose message was not taken there is no job any more; that it was asked for stays.
    "export_requested",
}
"""Events that are recorded by themselves, after what they tell of: of these one may be missing, or be there twice."""

_LEFT_OUT: Final = re.compile(
    # The use of a personal access token may go unnoted.
    r'"last_used_at": "\d+", (?=.*"session_id": "TOKEN#)'
    # Of what is changed together each has a microsecond of its own, in any order.
    r"|(?<=T\d\d:\d\d:\d\d)\.\d{6}(?=Z)"
    # So that of two exports that are asked for at once one is made.
    r'|"last_export": "\(new\)", '
)

BY_STEPS: Final = {
    # Each task by itself.
    *("delete completed tasks", "delete all tasks", "empty the trash", "import tasks"),
    # The session that is left ends after the new one has begun.
    "log in over another session",
}
"""What was done stays done, and a retry does the rest."""

TELL_IF_POSSIBLE: Final = {"register", "take an address back", "export the account"}
"""What follows from these is queued if that is possible: whoever misses it can ask for it. So are all notices."""

TOLD_BY_A_CONDITION: Final = {
    "register": 409,
    "patch the account": 401,
    "end another session": 404,
    "end this session": 404,
    # They were over already.
    "log out": 204,
    "log out by cookie": 204,
    "log in over another session": 200,
    "refresh long after": 401,
    "begin a second factor": 409,
    "rename a passkey": 404,
    # It did not wait any more.
    "import what was uploaded": 202,
}
"""Where a condition of a write is all that tells, the database is believed when it says that the condition failed."""


@pytest.fixture(scope="module")
def house() -> Iterator[Household]:
    # What is logged is for other tests, and takes a tenth of the time.
    with household() as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger(logger.name), "disabled", True)
        yield made


def test_every_route_of_the_service_is_among_the_operations() -> None:
    routes = {f"{method.upper()} {path}" for path, method, *_ in described.routes()}
    assert {operation.route for operation in OPERATIONS.values()} == routes


@dataclass(frozen=True)
class Seen:
    """What is stored, without what was made by chance.

    `rows` are those that must be there; `counters` the failures that were counted, by counter.
    """

    rows: Counter[str]
    counters: dict[str, int]
    messages: set[str]
    objects: set[str]


def _seen(eye: moto_state.Eye) -> Seen:
    rows, counters = Counter[str](), dict[str, int]()
    for text, number in eye.rows().items():
        row = json.loads(text.partition(" ")[2])
        if row.get("pk", "").startswith("ATTEMPT#"):
            if int(row["failures"]):
                counters[f"{row['pk']} {row['sk']}"] = int(row["failures"])
        elif row.get("kind") in STANDING_ALONE or row.get("task_id") == "USAGE":
            # Of how much somebody keeps, a sample may be missing.
            continue
        else:
            rows[_LEFT_OUT.sub("", text)] += number
    return Seen(rows, counters, eye.messages(), eye.objects())


@dataclass(frozen=True)
class Clean:
    """An operation without a fault, and the same request once more."""

    before: Seen
    answer: Answer
    done: Seen
    again: Answer
    done_again: Seen
    recorded: Injection


@dataclass
class Trial:
    """One operation in one household; each time from the same beginning."""

    name: str
    operation: Operation
    house: Household

    def __post_init__(self) -> None:
        self.house.set_back()
        self.request: Request = self.operation.make(self.house)
        self.moment, self.state = self.house.clock.moment, moto_state.taken()
        self.eye = moto_state.Eye()

    def run(self, injection: Injection) -> Answer:
        """The answer of a process that has just begun."""
        self.house.forget()
        with held(injection, SERVICES):
            return self.house.asked(self.request)

    def clean(self) -> Clean:
        """The operation without a fault, twice."""
        before, recorded = _seen(self.eye), Injection()
        answer = self.run(recorded)
        done, again = _seen(self.eye), self.run(Injection())
        assert answer.status == self.operation.status
        assert again.status == (self.operation.again or answer.status)
        return Clean(before, answer, done, again, _seen(self.eye), recorded)

    def set_back(self) -> None:
        """As it was when the request was about to be made."""
        self.state.restore()
        self.house.clock.moment = self.moment


@pytest.mark.parametrize("share", range(SHARES))
def test_whatever_befalls_a_request_all_is_done_or_nothing_and_a_retry_heals(
    share: int, house: Household, thorough: bool, figure: Figure
) -> None:
    names, chance = list(OPERATIONS)[share::SHARES], random.Random(share)
    tally = Counter[str]()
    problems: list[str] = []
    for name in names if thorough else chance.sample(names, len(names) // PART):
        with pytest.MonkeyPatch.context() as patch:
            for setting, value in OPERATIONS[name].limits:
                patch.setattr(setting, value)
            trial = Trial(name, OPERATIONS[name], house)
            clean = trial.clean()
            tally["operations"] += 1
            tally["requests to AWS"] += len(clean.recorded.requests)
            every = list(cases(clean.recorded))
            for at, case in every if thorough else chance.sample(every, len(every) // PART):
                trial.set_back()
                tally["cases"] += 1
                try:
                    tally[_checked(trial, clean, at, case)] += 1
                    tally["killed"] += case.kills
                except AssertionError as error:
                    where = f"{name}, request {at} ({clean.recorded.requests[at]}): {case.name}"
                    problems.append(f"{where}: {str(error)[:1000]}")
    figure(f"faults, part {share + 1} of {SHARES}: {', '.join(f'{number:,} {what}' for what, number in tally.items())}")
    assert not problems, "\n".join(problems)


def _checked(trial: Trial, clean: Clean, at: int, case: Case) -> str:
    """What became of it."""
    injection = Injection(at, case)
    answer = trial.run(injection)
    assert injection.befell
    crashes, trial.house.gateway.crashes = trial.house.gateway.crashes, []
    assert {type(crash) for crash in crashes} <= ({Killed} if case.kills else set())
    after = _seen(trial.eye)
    told = TOLD_BY_A_CONDITION.get(trial.name) if "condition" in case.name else None
    if answer.status not in (503, told):
        assert answer.status == clean.answer.status, answer.text
        assert answer.headers.keys() == clean.answer.headers.keys()
        if trial.request.method == "GET":
            # What there is to see is all there, and in its order.
            assert _shown(trial.eye, answer) == _shown(trial.eye, clean.answer)
        if not (trial.name == "log in over another session" and _left_session_stays(after, clean)):
            _check_stored(after, clean.done)
        _check_beside(trial, after, clean.done, clean, at, case)
        return "absorbed"
    if answer.status == 503:
        _check_unavailable(answer)
    _check_beside(trial, after, clean.before, clean, at, case)
    if trial.name in BY_STEPS:
        ends = [(clean.answer, clean.done), (clean.answer, clean.done_again)]
    elif after.rows == clean.done.rows != clean.before.rows:
        ends = [(clean.again, clean.done_again)]
    else:
        _check_stored(after, clean.before)
        ends = [(clean.answer, clean.done)]
    retry, healed = trial.run(Injection()), _seen(trial.eye)
    assert retry.status == ends[0][0].status, f"retry: {retry.text}"
    if healed.rows not in [end.rows for _, end in ends]:
        _check_stored(healed, ends[0][1])
    assert _needed(trial, clean) <= healed.messages
    assert clean.done.objects <= healed.objects
    return "answered with 503 and healed by a retry" if answer.status == 503 else "told by a condition"


def _shown(eye: moto_state.Eye, answer: Answer) -> str:
    return eye.shown(answer.text)


def _left_session_stays(after: Seen, clean: Clean) -> bool:
    """Whether all is done but for the end of the session that a browser left; it ends by its time."""
    missing, more = clean.done.rows - after.rows, after.rows - clean.done.rows
    ends = all('"reason": "signed_in_again"' in text for text in missing)
    return ends and missing.total() == more.total() == 1 and more <= clean.before.rows


def _check_unavailable(answer: Answer) -> None:
    assert answer.header("content-type") == "application/problem+json"
    assert answer.json()["code"] == "unavailable"
    assert answer.header("retry-after") == "1"
    assert answer.header("set-cookie") is None
    assert answer.header("www-authenticate") is None


def _check_stored(found: Seen, expected: Seen) -> None:
    missing, more = expected.rows - found.rows, found.rows - expected.rows
    assert (list(missing), list(more)) == ([], [])


def _check_beside(trial: Trial, after: Seen, expected: Seen, clean: Clean, at: int, case: Case) -> None:
    """What stands beside the rows of an operation: failures that were counted, messages, and uploads."""
    operation, is_counting = clean.recorded.requests[at], b"ATTEMPT#" in clean.recorded.bodies[at]
    if case.kills or case.everywhere or is_counting or "condition" in case.name:
        # Nobody could take back what was counted, or know that it was; the client library counts again what was lost.
        # And what a condition tells may be a failure that counts, such as an address that is taken.
        for name, failures in after.counters.items():
            assert failures <= max(clean.before.counters.get(name, 0), clean.done.counters.get(name, 0)) + 2
    elif operation == "sqs.SendMessage":
        # A mail counts unless it is certain that it was not taken.
        assert after.counters in (expected.counters, clean.done.counters)
    else:
        assert after.counters == expected.counters
    assert after.messages - clean.before.messages <= clean.done.messages
    assert after.objects - clean.before.objects <= clean.done.objects
    if expected is clean.done:
        spared = operation.startswith("sqs.") or case.everywhere or trial.name in TELL_IF_POSSIBLE
        assert (_needed(trial, clean) if spared else expected.messages) <= after.messages
        assert expected.objects <= after.objects


def _needed(trial: Trial, clean: Clean) -> set[str]:
    """Messages without which something would be missing."""
    messages = set() if trial.name in TELL_IF_POSSIBLE else clean.done.messages
    return {text for text in messages if '"kind": "notice"' not in text}
