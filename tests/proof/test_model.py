"""Users and devices that do whatever one can do, in any order, against a small model of what the service promises.

Requests go the whole way: gateway, authorizer, functions, database. They come one after the other; what comes at the
same time has tests of its own.
"""

import logging
import sys
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import Clock
from tests.proof.model_account_steps import OF_OTHERS, AccountSteps
from tests.proof.model_steps import START
from tests.proof.model_task_steps import TaskSteps
from tests.support.figures import Figure
from tests.support.mailbox import Mailbox


@pytest.fixture
def clock(clock: Clock) -> Clock:
    """At one moment whenever the test runs, and before the keys are made that sign from then on."""
    clock.moment = START
    return clock


class Model(AccountSteps, TaskSteps):
    """Everything, in any order; in the end all is compared, and all accounts are given up."""

    def teardown(self) -> None:
        """Nothing acknowledged was lost, and nothing that was deleted is left."""
        if sys.exception() is not None:
            return
        for person in self.people.values():
            for device in person.devices:
                if device.copy_of or device is person.devices[0]:
                    device.get_in()
                    device.synchronise(3)
            device = person.devices[0]
            self.see_sessions(device)
            self.compare_counts(device)
            self.compare_list(device, "all", "order", 100)
            self.compare_list(device, "trashed", "updated", 100)
            for task in device.account.tasks.all.values():
                self.compare_task(device, task)
        good = [token for token in self.world.tokens if token.refusal(self.world.now) is None]
        for token in self.world.tokens:
            self.world.try_token(token)
        for person in self.people.values():
            device = person.devices[0]
            device.prove()
            self.give_up(device)
        ended = [session for account in self.world.accounts for session in account.sessions]
        assert not any(session.is_live(self.world.now) for session in ended)
        self.done["sessions ended"] += len(ended)
        for token in good:
            self.world.try_token(token)
        self.done["runs"] += 1


# To find a short way to a fault takes up to five minutes.
@pytest.mark.timeout(900)
def test_whatever_users_do_the_service_is_as_the_model_says(
    clock: Clock,
    database: str,
    mailbox: Mailbox,
    weak_hashes: None,
    thorough: bool,
    figure: Figure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # With a failure the steps that lead there are shown; thousands of lines of log would hide them.
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    done: Counter[str] = Counter()
    began = time.monotonic()
    run_state_machine_as_test(
        lambda: Model(clock, done),  # type: ignore[arg-type]
        settings=settings(
            max_examples=18 if thorough else 4,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert done["runs"], "nothing was compared in the end"
    figure(
        f"{done['steps']:,} steps of {done['users']} users on {database} as the model says, in {done['requests']:,} "
        f"requests, {done['runs']} runs and {time.monotonic() - began:.0f} s: "
        f"{done['changes'] + done['batches']} changes and batches, "
        f"{done['changes refused']} refused; tasks compared {done['tasks compared']:,} times; {done['sessions ended']} "
        f"sessions ended, and {done['ended tokens tried']:,} tokens refused that were over; {done['token_reused']} "
        f"replays found; {done[OF_OTHERS]:,} requests for what is somebody else's; "
        f"{done['accounts deleted']} accounts deleted"
    )
