"""What all tests share. The environment stands before anything of the package is imported: tables are named there."""

import gc
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ.update(
    AWS_DEFAULT_REGION="us-east-1",
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_SERVICE_NAME="taskward",
    POWERTOOLS_METRICS_NAMESPACE="Taskward",
    POWERTOOLS_TRACE_DISABLED="true",
    USERS_TABLE="users",
    SESSIONS_TABLE="sessions",
    TASKS_TABLE="tasks",
    SIGNING_KEYS_SECRET="signing-keys",
    ORIGIN_SECRET="origin",
    ISSUER="urn:taskward:test",
    ACCESS_TOKEN_SECONDS="900",
    SESSION_IDLE_SECONDS="604800",
    SESSION_SECONDS="2592000",
    REFRESH_GRACE_SECONDS="30",
    KEY_ROTATION_SECONDS="2592000",
    ATTEMPTS="5",
    NETWORK_ATTEMPTS="25",
    ACCOUNT_ATTEMPTS="100",
    ATTEMPT_WAIT_SECONDS="1",
    ATTEMPT_MAX_WAIT_SECONDS="900",
    BREACHED_PASSWORDS_ADDRESS="",
    CORS_ORIGIN="https://taskward.invalid",
    # As moto names a queue of the name `jobs`.
    JOBS_QUEUE="https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
    JOB_RECEIVES="5",
    ENCRYPTION_KEY="alias/taskward",
    MAIL_QUEUE="https://sqs.us-east-1.amazonaws.com/123456789012/mail",
    MAIL_SENDER="Taskward <no-reply@taskward.example>",
    MAIL_CONFIGURATION_SET="mail",
    EXPORTS_BUCKET="exports",
)
sys.path[:0] = [str(ROOT), str(ROOT / "layers" / "taskward")]

from tests.support import aws, figures, left_out, moto_account  # noqa: E402
from tests.support.databases import database, local_endpoint, mailbox  # noqa: E402, F401
from tests.support.figures import figure  # noqa: E402, F401
from tests.support.frames import with_room  # noqa: E402
from tests.support.range_service import BREACHED, RangeService, range_service  # noqa: E402


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        """Move on, by the arguments of `timedelta`."""
        self.moment += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The service's clock, in the test's hands."""
    from taskward import clock as module

    stopped = Clock(module.now())
    monkeypatch.setattr(module, "now", stopped.now)
    return stopped


@pytest.fixture
def weak_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Password hashes that take no time, for all tests that are not about how strong one is."""
    from taskward.identity import passwords

    passwords._dummy_hash.cache_clear()
    monkeypatch.setattr(passwords, "_context", passwords._context.using(argon2__memory_cost=8, argon2__time_cost=1))
    yield
    passwords._dummy_hash.cache_clear()


@pytest.fixture
def moto_tables() -> Iterator[None]:
    """Empty tables and secrets in memory, made from the template; signing keys published."""
    with aws.in_memory():
        aws.create_tables()
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        aws.publish_keys()
        yield


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged so far, each line read by itself."""
    from taskward.telemetry import logger

    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in text.getvalue().split("\n")[:-1]]
    logging.getLogger(logger.name).removeHandler(handler)


@pytest.fixture
def breaches(monkeypatch: pytest.MonkeyPatch) -> Iterator[RangeService]:
    """A service of breached passwords, which is asked and knows one."""
    with range_service() as service:
        service.passwords[BREACHED] = 52
        monkeypatch.setenv("BREACHED_PASSWORDS_ADDRESS", service.address)
        yield service


@pytest.fixture
def mail_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that sends no mail."""
    for name in ("MAIL_QUEUE", "MAIL_SENDER", "MAIL_CONFIGURATION_SET"):
        monkeypatch.setenv(name, "")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--thorough`; in CI it goes without saying."""
    default = bool(os.environ.get("TASKWARD_LEAVE_NOTHING_OUT"))
    parser.addoption("--thorough", action="store_true", default=default, help="leave out nothing")


def pytest_report_header(config: pytest.Config) -> str:
    """Whoever reads that all tests pass is told first which."""
    return f"left out: {left_out.said(thorough=config.getoption('thorough'))}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was proved, in figures."""
    if found := list(figures.recorded(terminalreporter.stats)):
        terminalreporter.section("figures")
        for sentence in found:
            terminalreporter.write_line(sentence)


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether there are to be as many tasks as a test is about, even tens of thousands."""
    return bool(pytestconfig.getoption("thorough"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """How tests are given to processes."""
    from tests.support.scheduling import Scheduling

    return Scheduling(config, log)


def pytest_collection_finish() -> None:
    """Leave what stays anyway to no garbage collection, and collect less often: it takes a fifth of the time else."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """Each test as ever, with room for its frames."""
    runner: Any = item.config.pluginmanager.get_plugin("runner")
    return with_room(lambda: runner.pytest_runtest_protocol(item, nextitem))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing is left out: there a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("TASKWARD_LEAVE_NOTHING_OUT"):
        report.outcome = "failed"
    return report
