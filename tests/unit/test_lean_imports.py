"""What nothing uses of the libraries stays out of a process, and what something uses is there after all."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.support.certificates import self_signed
from tests.support.template import ROOT

_IN_CERTIFICATES = "cryptography.x509.base"
"""What `cryptography.x509` brings along once it is loaded."""

_RESOLVER = "aws_lambda_powertools.event_handler.api_gateway"


def after(code: str, *given: str) -> Any:
    """What some code prints, as JSON, in a process of its own that has the package on its path."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import json, sys\n{code}", *given],
        env=os.environ | {"PYTHONPATH": str(ROOT / "layers" / "taskward")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def loaded(code: str) -> set[str]:
    """The modules that are there after some code."""
    return set(after(f"{code}\nprint(json.dumps(sorted(sys.modules)))"))


def test_tokens_are_loaded_without_certificates() -> None:
    assert _IN_CERTIFICATES in loaded("import jwt; from cryptography.x509 import oid")
    modules = loaded("import taskward, jwt")
    assert "jwt.algorithms" in modules
    assert not {name for name in modules if name.startswith("cryptography.x509.")}


def test_a_certificate_is_still_known_for_one_where_a_secret_is_asked_for() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    code = f"""
import taskward, jwt
loaded_before = "{_IN_CERTIFICATES}" in sys.modules
try:
    jwt.encode({{}}, bytes.fromhex(sys.argv[1]), "HS256")
except jwt.InvalidKeyError as error:
    print(json.dumps([loaded_before, "{_IN_CERTIFICATES}" in sys.modules, "certificate" in str(error)]))
"""
    assert after(code, self_signed(Ed25519PrivateKey.generate()).hex()) == [False, True, True]


def test_the_resolver_is_loaded_without_what_is_for_other_services() -> None:
    unused = {"asyncio", "aws_lambda_powertools.event_handler.appsync"}
    assert unused <= loaded("import aws_lambda_powertools.event_handler.appsync")
    modules = loaded("import taskward.api")
    assert _RESOLVER in modules
    assert not modules & unused


def test_the_log_is_loaded_without_the_tracer() -> None:
    tracer = "aws_lambda_powertools.tracing.tracer"
    assert tracer in loaded("import aws_lambda_powertools.logging")
    modules = loaded("import taskward.telemetry")
    assert "aws_lambda_powertools.logging.logger" in modules
    assert tracer not in modules


@pytest.mark.parametrize(
    "way_to_it",
    [
        f"import {_RESOLVER} as found",
        f"import {_RESOLVER}\nfound = {_RESOLVER}",
        "from aws_lambda_powertools.event_handler import api_gateway as found",
    ],
)
def test_a_module_of_a_package_without_its_init_is_found_in_all_ways(way_to_it: str) -> None:
    code = f"import taskward\n{way_to_it}\nprint(json.dumps(found.APIGatewayRestResolver.__name__))"
    assert after(code) == "APIGatewayRestResolver"


@pytest.mark.parametrize(
    "way_to_it",
    [
        "from cryptography import x509 as found",
        "import cryptography.x509 as found",
        "import cryptography\nfound = cryptography.x509",
        "from cryptography.x509 import oid\nimport cryptography.x509 as found",
    ],
)
def test_a_module_that_was_postponed_is_found_in_all_ways(way_to_it: str) -> None:
    code = f"import taskward\n{way_to_it}\nprint(json.dumps([found.CertificateBuilder.__name__, found.oid.__name__]))"
    assert after(code) == ["CertificateBuilder", "cryptography.x509.oid"]


@pytest.mark.parametrize("how", ["postpone", "without_init"])
def test_what_is_not_there_is_missed_at_once(how: str) -> None:
    code = f"""
from taskward import lean_imports
try:
    lean_imports.{how}("json.missing")
except ModuleNotFoundError as error:
    print(json.dumps(str(error)))
"""
    assert after(code) == "json.missing"


def test_what_is_loaded_already_stays_as_it_is() -> None:
    code = """
from cryptography import x509
from aws_lambda_powertools import event_handler
import taskward
kept = sys.modules["cryptography.x509"] is x509, sys.modules["aws_lambda_powertools.event_handler"] is event_handler
print(json.dumps([*kept, hasattr(event_handler, "AppSyncResolver")]))
"""
    assert after(code) == [True, True, True]
