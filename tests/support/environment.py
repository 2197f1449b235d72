"""An execution environment, from within: the whole service in a process of its own, with moto beside the one database.

Small delays, drawn from a seed, scatter its requests to the database; and some of its writes collide with others, as
DynamoDB Local by itself never says.
"""

import io
import logging
import os
import random
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from botocore.endpoint import Endpoint
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.moto_api._internal import mock_random

from taskward import clock, storage
from taskward.identity import attempts, keyring, keys, passwords
from tests.support import aws, moto_account, wire
from tests.support.described import routes
from tests.support.gateway import Gateway, Headers
from tests.support.mailbox import SITE
from tests.support.sample_events import Answer

SEED: Final = 20260401

SETTINGS: Final = {"ATTEMPT_WAIT_SECONDS": "60", "ACCOUNT_ATTEMPTS": "40", "SITE_ORIGIN": SITE}
"""Waits that do not end while a round is still going on, and a day's attempts that are used up soon."""

_MOST_SKEW_SECONDS = 0.5
_LATEST_START_SECONDS = 0.05
_LONGEST_DELAY_SECONDS = 0.004
_COLLISIONS = 0.02
_RETRIES = 10
PATIENCE_SECONDS = 120

FUNCTIONS = [f"functions.{name}.app" for name in sorted({function for _, _, function, _ in routes()} | {"authorizer"})]

_T = TypeVar("_T")
Ask = Callable[..., Answer]
"""As `Gateway.ask`. A 503 is asked again, as clients do; it must heal."""

Program = Callable[[Ask], _T]
"""What runs in an environment; it can be pickled, and so can what it gives."""


@dataclass(frozen=True)
class Request:
    """A program that asks once, `after` some seconds."""

    method: str
    target: str
    body: Any = None
    token: str | None = None
    headers: Headers = ()
    source_ip: str = "203.0.113.7"
    after: float = 0

    def __call__(self, ask: Ask) -> Answer:
        """The answer."""
        time.sleep(self.after)
        return ask(
            self.method, self.target, self.body, token=self.token, headers=self.headers, source_ip=self.source_ip
        )


class FaultError(AssertionError):
    """Something went wrong in an environment that must never go wrong; the message says all that is known."""


class _SharedSecrets:
    """Secrets Manager as far as it is used: one for all environments, in files."""

    class exceptions:  # noqa: N801 - as boto3 calls it
        """What clients of boto3 have their exceptions in."""

        class ResourceNotFoundException(Exception):  # noqa: N818 - as boto3 calls it
            """There is no such version of the secret."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_secret_value(self, SecretId: str, VersionStage: str = "AWSCURRENT") -> dict[str, str]:  # noqa: N803
        try:
            return {"SecretString": (self._folder / f"{SecretId}.{VersionStage}").read_text()}
        except FileNotFoundError:
            if VersionStage == "AWSCURRENT":
                return {}
            raise self.exceptions.ResourceNotFoundException from None

    def put_secret_value(self, SecretId: str, SecretString: str) -> None:  # noqa: N803
        new = self._folder / f"{SecretId}.{os.getpid()}"
        new.write_text(SecretString)
        new.replace(self._folder / f"{SecretId}.AWSCURRENT")


class _Environment:
    """One of the processes, from within."""

    def __init__(self, number: int, count: int) -> None:
        self._requests, self._unavailable = 0, Counter[str]()
        self._offset = 0.0
        self._random = random.Random(f"{SEED} {number}")
        self._skew = _MOST_SKEW_SECONDS * (2 * number / max(1, count - 1) - 1)
        self._gateway = Gateway()
        self._log = io.StringIO()

    def prepare(self) -> None:
        """Everything as it is on AWS, but for passwords, whose hashes take no time, and for clocks."""
        clock.now = lambda: datetime.now(UTC) + timedelta(seconds=self._offset + self._skew)
        # While one attempt is looked at, however long it takes with so much going on at once.
        attempts._PENDING_SECONDS = 30
        passwords._context = passwords._context.using(argon2__memory_cost=8, argon2__time_cost=1)
        self._scatter()
        logger = logging.getLogger("taskward")
        logger.handlers[:] = [logging.StreamHandler(self._log)]
        logger.handlers[0].setLevel(logging.ERROR)

    def answered(self, order: Any, barrier: Barrier) -> Any:
        """What came of an order: to forget, or to run programs at a time, those of a round when all others begin it."""
        if order == FORGET:
            keys.forget()
            keyring.forget()
            return READY
        self._offset, rounds = order
        self._requests, self._unavailable = 0, Counter()
        try:
            results: list[Any] = []
            for programs in rounds:
                barrier.wait(PATIENCE_SECONDS)
                results.append([self.run(program) for program in programs])
        except threading.BrokenBarrierError:
            return None
        except BaseException:
            barrier.abort()
            return FaultError(f"in an environment: {traceback.format_exc()}\n{self._logged()[-10_000:]}")
        return results, self._requests, self._unavailable

    def ask(self, *arguments: Any, **named: Any) -> Answer:
        """See `Ask`."""
        for attempt in range(_RETRIES):
            self._requests += 1
            answer = self._gateway.ask(*arguments, **named)
            if self._gateway.crashes:
                raise self._gateway.crashes[0]
            if answer.status != 503:
                break
            self._unavailable[_place(self._logged())] += 1
            assert answer.header("retry-after"), f"nothing says when to come back: {answer}"
            time.sleep(self._random.uniform(0, 0.1 * (attempt + 1)))
        assert answer.status < 500, f"{arguments} {named}: {answer}"
        return answer

    def run(self, program: Program[_T]) -> _T:
        """What a program gives, begun at some moment or other."""
        if self._random.random() < 0.5:
            time.sleep(self._random.uniform(0, _LATEST_START_SECONDS))
        return program(self.ask)

    def _logged(self) -> str:
        """The errors that were logged; at the end the one that was raised last."""
        return self._log.getvalue().rstrip()

    def _scatter(self) -> None:
        respond = vars(Endpoint)["_do_get_response"]

        def respond_later(endpoint: Any, request: Any, model: Any, context: Any) -> Any:
            if model.service_model.service_name != "dynamodb":
                return respond(endpoint, request, model, context)
            if self._random.random() < 0.5:
                time.sleep(self._random.uniform(0, _LONGEST_DELAY_SECONDS))
            collision = _collision(model.name, request.body)
            if collision is not None and self._random.random() < _COLLISIONS:
                return collision(lambda: (None, None))
            return respond(endpoint, request, model, context)

        Endpoint._do_get_response = respond_later  # type: ignore[attr-defined]


def _place(log: str) -> str:
    """Where the last error of a log was raised."""
    return str(re.findall(r"line \d+, in (\w+)", log)[-1])


def _collision(operation: str, body: bytes) -> wire.Fault | None:
    """How DynamoDB refuses a write that meets a transaction; None for one that cannot meet any."""
    if operation == "TransactWriteItems":
        return wire.COLLISION_OF_TRANSACTION
    if (operation == "UpdateItem" and b'"sessions"' in body) or (operation == "PutItem" and b'"tasks"' in body):
        return wire.COLLISION_OF_PUT
    return None


@contextmanager
def account(endpoint: str, folder: Path) -> Iterator[None]:
    """Moto for what is not DynamoDB, with the same keys in all processes, and the one database."""
    secrets = _SharedSecrets(folder)
    with aws.in_memory(but_reach=endpoint), pytest.MonkeyPatch.context() as patch:
        # Of the ids that moto makes up, so that all have the same.
        mock_random.seed(SEED)
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        for key in kms_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].keys.values():
            key.key_material = bytes(range(32))
        patch.setattr(keyring, "secrets_client", lambda: secrets)
        aws.connect(endpoint)
        yield


READY: Final = "ready"
FORGET: Final = "forget"


def serve(number: int, count: int, endpoint: str, folder: Path, pipe: Connection, barrier: Barrier) -> None:
    """Be an environment until nobody asks any more."""
    os.environ.update(SETTINGS)
    # A machine that has too much to do is no fault of the database's: those have a proof of their own.
    storage.TableMeta.read_timeout_seconds = PATIENCE_SECONDS
    environment = _Environment(number, count)
    with open(os.devnull, "w") as nowhere, account(endpoint, folder):
        sys.stdout = sys.stderr = nowhere
        environment.prepare()
        pipe.send(READY)
        with suppress(EOFError):
            while True:
                pipe.send(environment.answered(pipe.recv(), barrier))
