"""The worker and the rotation of keys, with every fault at every request: what fails comes again, and that heals."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

import pytest

from taskward.identity import keyring, keys, rotation
from taskward.jobs import jobs
from taskward.work.patience import RESERVE_SECONDS
from tests.support import aws, moto_state
from tests.support.every_operation import OPERATIONS
from tests.support.figures import Figure
from tests.support.household import ADA, Household, household
from tests.support.injection import Case, Injection, Killed, cases
from tests.support.wire import held, refused

SERVICES: Final = ("dynamodb", "kms", "s3", "secretsmanager", "sesv2", "sqs")
LAST_TRY: Final = 5
PART: Final = 24


@dataclass(frozen=True)
class Work:
    """A message: of which queue, and the operation that leaves it there; `text` when that is somebody else's."""

    queue: str
    operation: str = ""
    text: str = ""


def _of_ses(kind: str, name: str, **members: Any) -> Work:
    told = {**members, f"{name}Recipients": [{"emailAddress": ADA}]}
    return Work("mail", text=json.dumps({"eventType": kind, kind.lower(): told}))


WORK: Final = {
    "export": Work("jobs", "export the account"),
    "export of tasks": Work("jobs", "export more than fits"),
    "import of tasks": Work("jobs", "import what was uploaded"),
    "deletion of tasks": Work("jobs", "delete more than fits"),
    "deletion": Work("jobs", "delete the account"),
    "notice": Work("mail", "change the password"),
    "verification": Work("mail", "have the address verified"),
    "forgotten password": Work("mail", "ask for a new password"),
    "new address": Work("mail", "change the address"),
    "former address": Work("mail", "confirm a new address"),
    "bounce": _of_ses("Bounce", "bounced", bounceType="Permanent"),
    "complaint": _of_ses("Complaint", "complained"),
}
JOBS: Final = ("export", "export of tasks", "import of tasks", "deletion of tasks")


class Shrinking:
    """What the worker is told of its time: each time that it asks there is less, down to nearly none."""

    def __init__(self) -> None:
        self._left = RESERVE_SECONDS + 40

    def get_remaining_time_in_millis(self) -> int:
        self._left -= 1
        return self._left * 1000


_LEFT_OUT: Final = re.compile(
    # Of a job that was begun twice the progress is that of the second time.
    r'"progress": "\d+", '
    # Of what is changed together each has a microsecond of its own, in any order.
    r"|(?<=T\d\d:\d\d:\d\d)\.\d{6}(?=Z)"
)


@dataclass
class Delivery:
    """A message on its way to the worker, time and again."""

    house: Household
    work: Work
    state: moto_state.State = field(init=False)

    def __post_init__(self) -> None:
        self.house.set_back()
        if self.work.operation:
            operation = OPERATIONS[self.work.operation]
            with pytest.MonkeyPatch.context() as patch:
                for setting, value in operation.limits:
                    patch.setattr(setting, value)
                self.house.does(operation.make(self.house))
        self.text = self.work.text or moto_state.newest_message(self.work.queue)
        self.state, self.moment = moto_state.taken(), self.house.clock.moment
        self.eye = moto_state.Eye()

    def set_back(self) -> None:
        """As it was before the message came for the first time."""
        self.state.restore()
        self.house.clock.moment = self.moment

    def comes(self, injection: Injection, receives: int = 1) -> BaseException | None:
        """What the worker raises, if anything."""
        record = {
            "messageId": "message-1",
            "receiptHandle": "taken",
            "body": self.text,
            "attributes": {"ApproximateReceiveCount": str(receives)},
            "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{self.work.queue}",
        }
        with held(injection, SERVICES):
            try:
                import_module("functions.worker.app").handler({"Records": [record]}, Shrinking())
            except BaseException as error:
                return error
        return None

    def rows(self) -> Counter[str]:
        """What is stored, but for what may well be there twice: links, counters, and what was asked for."""
        spared = ('"sk": "LINK#', '"pk": "ATTEMPT#', '"kind": "password_reset_requested"', '"task_id": "USAGE"')
        rows = {text: number for text, number in self.eye.rows().items() if not any(s in text for s in spared)}
        return Counter({_LEFT_OUT.sub("", text): number for text, number in rows.items()})


@pytest.fixture(scope="module")
def house() -> Iterator[Household]:
    with household() as made:
        yield made


def _letters() -> set[tuple[str, str]]:
    return {(mail.to, mail.subject) for mail in aws.mailed()}


@pytest.mark.parametrize("name", WORK)
def test_work_that_fails_comes_again_and_is_done_then(
    name: str, house: Household, thorough: bool, figure: Figure
) -> None:
    delivery, recorded = Delivery(house, WORK[name]), Injection()
    aws._sent.clear()
    assert delivery.comes(recorded) is None
    done, letters, objects = delivery.rows(), _letters(), delivery.eye.objects()
    every = list(cases(recorded))
    failed = killed = 0
    chosen = every if thorough else random.Random(name).sample(every, max(1, len(every) // PART))
    for at, case in chosen:
        where = f"{case.name} at {at}: {recorded.requests[at]}"
        delivery.set_back()
        aws._sent.clear()
        injection = Injection(at, case)
        raised = delivery.comes(injection)
        # A deletion that ends early sends another message for the rest.
        goes_on = raised is None and "sqs.SendMessage" in injection.requests
        if raised is not None:
            failed, killed = failed + 1, killed + isinstance(raised, Killed)
            # Given back to its queue, unless nobody could, or was left, to do that; then it comes by itself.
            assert isinstance(raised, Killed) or "sqs.ChangeMessageVisibility" in injection.requests, where
        if raised is not None or goes_on:
            again = delivery.comes(Injection(), receives=2)
            assert again is None, f"{where}: {again!r}"
        if "condition" not in case.name:
            assert (delivery.rows(), delivery.eye.objects()) == (done, objects), where
            # Each time that is counted and not heard of is one, until there were too many for a day.
            is_counted_away = case.name == "answer lost always" and b"ATTEMPT#" in recorded.bodies[at]
            assert _letters() == letters or is_counted_away, where
    figure(f"faults of the worker, {name}: {len(chosen)} cases, {failed} failed ({killed} killed), all healed")


@pytest.mark.parametrize("name", JOBS)
def test_a_job_whose_last_try_failed_says_so_and_its_message_goes_where_somebody_looks(
    name: str, house: Household
) -> None:
    delivery = Delivery(house, WORK[name])
    wanted = json.loads(delivery.text)
    broken = Case("", (), then=refused("InternalError", status=500))
    recorded = Injection()
    assert delivery.comes(recorded) is None
    # Where nothing but the database is asked, it is what fails, though not when the job is to be noted as failed.
    to_s3 = [n for n, operation in enumerate(recorded.requests) if operation.startswith("s3.")]
    at = to_s3[0] if to_s3 else recorded.requests.index("Query")
    delivery.set_back()
    injection = Injection(at, broken)
    assert delivery.comes(injection, receives=LAST_TRY) is not None
    assert injection.requests[-1] == "sqs.ChangeMessageVisibility"
    # At once: its queue has handed it out as often as it does, and puts it aside.
    assert json.loads(injection.bodies[-1])["VisibilityTimeout"] == 0
    assert jobs.get(wanted["user_id"], wanted["job_id"]).state == "failed"


# --- Keys -----------------------------------------------------------------------------------------------------------


def _rotated(injection: Injection) -> BaseException | None:
    with held(injection, SERVICES), pytest.MonkeyPatch.context() as patch:
        patch.setattr("taskward.identity.rotation.time.sleep", lambda _: None)
        try:
            import_module("functions.rotate_keys.app").handler({"rotate": "now"}, None)
        except BaseException as error:
            return error
    return None


def _published(house: Household) -> set[str]:
    house.forget()
    return set(keys.published().verification_keys)


def test_a_rotation_that_fails_signs_nobody_out_and_the_next_one_does_it(
    house: Household, thorough: bool, figure: Figure
) -> None:
    house.set_back()
    recorded, before = Injection(), _published(house)
    assert _rotated(recorded) is None
    assert len(_published(house)) == len(before) + 1
    every = list(cases(recorded))
    chosen = every if thorough else random.Random(1).sample(every, len(every) // 3)
    failed = 0
    for at, case in chosen:
        where = f"{case.name} at {at}: {recorded.requests[at]}"
        house.set_back()
        raised = _rotated(Injection(at, case))
        failed += raised is not None
        house.forget()
        assert before <= _published(house), where
        assert {key.kid for key in keyring.load()} <= _published(house), where
        refresh = OPERATIONS["refresh"].make(house)
        assert house.asked(refresh).status == 200, where
        assert house.asked(house.ada.asks("GET", "/auth/session")).status == 200, where
        if raised is not None:
            # Once the lease of one that was killed is over.
            house.clock.advance(seconds=rotation._LEASE_SECONDS + 1)
            assert _rotated(Injection()) is None, where
        house.clock.advance(seconds=rotation.PUBLICATION_LEAD_SECONDS)
        house.forget()
        assert len(_published(house)) == len(before) + 1, where
        renewed = house.asked(refresh)
        assert renewed.status in (200, 401), where
        assert keyring.signing_key().kid not in before, where
    figure(f"faults of the rotation of keys: {len(chosen)} cases, {failed} failed, all healed by the next")
