"""What importing a function costs and needs: no package that it has no use for, no variable that it is not given."""

import json
import subprocess
import sys
from functools import cache

import pytest

from tests.support.template import ROOT, resources, variables

FUNCTIONS = sorted(resources("AWS::Serverless::Function"))

# Each costs more than the authorizer itself, which runs before every request.
TOO_HEAVY_FOR_THE_AUTHORIZER = [
    "pydantic",
    "boto3",
    "aws_lambda_powertools.event_handler.api_gateway",
    "aws_lambda_powertools.tracing.tracer",
    "cryptography.x509.base",
    "aws_xray_sdk",
    "passlib",
    "email_validator",
    # Users are in another table, which it never touches.
    "taskward.identity.user_tables",
]

# Each is imported by the calls that need it: that is where the time is spent then, and by nobody else.
TOO_HEAVY_FOR_ANY_START = ["fido2", "icalendar", "dateutil.rrule", "zxcvbn", "aws_xray_sdk"]

# One for each format, with what it is read and written by; and clients, each of which takes longer to load than all of
# the code about tasks.
_FORMATS = [
    f"taskward.tasks.formats.{name}"
    for name in ("calendars_read", "calendars_written", "csv_tables", "json_documents", "todoist")
]
NOT_FOR_SMALL_FILES = [*_FORMATS, "boto3", "s3transfer", "taskward.jobs.results", "taskward.tasks.recurrence"]

# What few requests about tasks need: rules of recurrence, files of tasks, and jobs.
NOT_FOR_MOST_TASKS = [
    *(*NOT_FOR_SMALL_FILES, "taskward.tasks.formats", "taskward.tasks.importing", "taskward.tasks.exporting"),
    *("taskward.tasks.clearing", "taskward.jobs", "taskward.mail", "taskward.work", "taskward.identity.users"),
]

# What only those need who sign in with more than a password.
NOT_FOR_A_PASSWORD = [
    f"taskward.identity.{name}"
    for name in (
        "second_step",
        "second_factor",
        "totp",
        "encryption",
        "passkey_sign_in",
        "passkeys",
        "steps",
        "webauthn",
    )
]

# What the runtime sets beside the template (of the names that the package and its dependencies look at).
RUNTIMES_OWN = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": "test"}

_IMPORT = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
import app
print(json.dumps({"file": app.__file__, "modules": sorted(sys.modules)}))
"""


def imported(function: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Import a function's app.py in an interpreter of its own, with these variables and the runtime's."""
    folder = ROOT / resources("AWS::Serverless::Function")[function]["CodeUri"]
    path = json.dumps([str(ROOT / "layers" / "taskward"), str(folder)])
    return subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", _IMPORT, path],
        env=RUNTIMES_OWN | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@cache
def _modules(function: str) -> frozenset[str]:
    result = imported(function, variables(function))
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    folder = resources("AWS::Serverless::Function")[function]["CodeUri"]
    assert report["file"] == str(ROOT / folder / "app.py")
    return frozenset(report["modules"])


def _loaded(function: str, packages: list[str]) -> list[str]:
    """Which modules of these packages a function loads at its start."""
    return [name for name in _modules(function) if any(f"{name}.".startswith(f"{package}.") for package in packages)]


@pytest.mark.parametrize("package", TOO_HEAVY_FOR_THE_AUTHORIZER)
def test_the_authorizer_does_not_load(package: str) -> None:
    assert _loaded("AuthorizerFunction", [package]) == []


def test_the_authorizer_loads_what_it_does_need() -> None:
    needed = {"jwt", "taskward.identity.principals", "taskward.identity.access_tokens", "taskward.telemetry"}
    assert needed <= _modules("AuthorizerFunction")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_loads_at_its_start_what_few_of_its_calls_need(function: str) -> None:
    assert _loaded(function, TOO_HEAVY_FOR_ANY_START) == []


def test_a_sign_in_with_a_password_loads_nothing_of_the_others() -> None:
    assert _loaded("LoginFunction", NOT_FOR_A_PASSWORD) == []
    assert set(NOT_FOR_A_PASSWORD) - {"taskward.identity.second_step"} <= _modules("FactorsFunction")


@pytest.mark.parametrize("package", NOT_FOR_MOST_TASKS)
def test_tasks_are_served_without(package: str) -> None:
    assert _loaded("TasksFunction", [package]) == []


@pytest.mark.parametrize("package", NOT_FOR_SMALL_FILES)
def test_files_that_fit_a_request_are_taken_in_and_given_out_without(package: str) -> None:
    assert _loaded("BulkFunction", [package]) == []


def test_what_tasks_do_without_is_what_others_load() -> None:
    assert {"taskward.tasks.importing", "taskward.tasks.clearing", "taskward.jobs"} <= _modules("BulkFunction")
    assert {"boto3", "taskward.jobs.results"} <= _modules("WorkerFunction")


@pytest.mark.parametrize("function", ["FactorsFunction", "RecoveryFunction"])
def test_ways_in_are_managed_without_what_works_on_tasks_or_sends_mail(function: str) -> None:
    others = ["taskward.tasks", "taskward.work", "taskward.jobs", "taskward.mail.ses", "taskward.mail.letters"]
    assert _loaded(function, others) == []


def test_who_gets_back_in_by_a_link_needs_no_second_factor_loaded() -> None:
    assert _loaded("RecoveryFunction", ["taskward.identity.totp", "taskward.identity.encryption"]) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_imported_with_no_more_variables_than_the_template_gives_it(function: str) -> None:
    result = imported(function, variables(function))
    assert (result.returncode, result.stderr) == (0, "")


def test_a_missing_variable_stops_the_import_with_its_name() -> None:
    all_but_one = variables("TasksFunction")
    del all_but_one["TASKS_TABLE"]
    result = imported("TasksFunction", all_but_one)
    assert result.returncode == 1
    assert "ConfigurationError: The environment variable TASKS_TABLE is not set." in result.stderr
