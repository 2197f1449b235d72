"""Breached passwords: what is asked of the service, what its answers mean, and that its faults keep nobody out."""

import ast
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from taskward import settings
from taskward.errors import InvalidRequestError
from taskward.identity import breached_passwords, passwords
from taskward.identity.breached_passwords import is_breached
from tests.support.range_service import BREACHED, RangeService, answer, range_service, sha1
from tests.support.template import ROOT, resources, template

UNKNOWN = "tangerine umbrella 7"
EMAIL = "ada@example.com"
IDENTITY = ROOT / "layers" / "taskward" / "taskward" / "identity"

Lines = Callable[[], list[dict[str, Any]]]


# --- What is asked, and what it means --------------------------------------------------------------------------------


def test_a_password_that_the_service_knows_is_breached_and_another_is_not(breaches: RangeService) -> None:
    assert is_breached(BREACHED)
    assert not is_breached(UNKNOWN)
    assert not is_breached(BREACHED.title())


def test_a_password_of_the_same_range_is_not_breached_for_it(breaches: RangeService) -> None:
    breaches.respond = lambda handler: answer(handler, f"{sha1(UNKNOWN)[5:34]}AAAAAA:9".encode())
    assert not is_breached(UNKNOWN)
    breaches.respond = lambda handler: answer(handler, f"{sha1(UNKNOWN)[5:]}:9".encode())
    assert is_breached(UNKNOWN)


def test_a_line_that_is_made_up_breaches_nothing(breaches: RangeService) -> None:
    breaches.passwords[BREACHED] = 0
    assert not is_breached(BREACHED)


def test_five_digits_are_all_that_leaves(breaches: RangeService) -> None:
    for password in (BREACHED, UNKNOWN, "ünïcödé🗝x"):
        is_breached(password)
        line, headers = breaches.asked.pop()
        assert line == f"GET /range/{sha1(password)[:5]} HTTP/1.1"
        assert dict(headers) == {
            "Accept-Encoding": "identity",
            "Host": f"127.0.0.1:{breaches.port}",
            "Add-Padding": "true",
            "User-Agent": "Taskward",
            "Connection": "close",
        }
    assert breaches.asked == []


def test_what_was_asked_is_not_remembered(breaches: RangeService) -> None:
    assert is_breached(BREACHED)
    breaches.passwords.clear()
    assert not is_breached(BREACHED)
    assert len(breaches.asked) == 2


@pytest.mark.parametrize("end", ["", "\r\n", "\n"])
def test_digits_in_lower_case_and_any_end_of_lines_are_understood(end: str, breaches: RangeService) -> None:
    text = f"{'0' * 35}:3{end or chr(10)}{sha1(BREACHED)[5:].lower()}:1{end}"
    breaches.respond = lambda handler: answer(handler, text.encode())
    assert is_breached(BREACHED)


def test_an_answer_in_chunks_is_understood(breaches: RangeService) -> None:
    def in_chunks(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        text = f"{sha1(BREACHED)[5:]}:1".encode()
        handler.wfile.write(b"14\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (text[:20], len(text) - 20, text[20:]))

    breaches.respond = in_chunks
    assert is_breached(BREACHED)


def test_nobody_is_asked_when_it_is_switched_off(
    breaches: RangeService, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BREACHED_PASSWORDS_ADDRESS", "")
    assert not is_breached(BREACHED)
    assert breaches.asked == []
    assert lines() == []


# --- Faults ----------------------------------------------------------------------------------------------------------


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, so that no wait for one of them is long."""
    handler.send_response(200)
    handler.send_header("Content-Length", "200000")
    handler.end_headers()
    try:
        for _ in range(30):
            handler.wfile.write(b"0")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        # Whoever asked is gone.
        handler.close_connection = True


def to_itself(handler: BaseHTTPRequestHandler) -> None:
    """A redirect to where the answer would be."""
    answer(handler, b"", 302, Location=f"/range/{sha1(BREACHED)[:5]}?again")


def cut_short(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, f"{sha1(UNKNOWN)[5:]}:1".encode(), Content_Length="5000")


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


def strange_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n" + b"X-More: 1\r\n" * 200 + b"\r\n")


FAULTS: dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str]] = {
    "500": (lambda handler: answer(handler, b"", 500), "status 500"),
    "404": (lambda handler: answer(handler, f"{sha1(BREACHED)[5:]}:1".encode(), 404), "status 404"),
    "429": (lambda handler: answer(handler, b"", 429, Retry_After="2"), "status 429"),
    "redirect": (to_itself, "status 302"),
    "page": (lambda handler: answer(handler, b"<html>Sign in to this network</html>"), "not in the form"),
    "bytes": (lambda handler: answer(handler, bytes(range(256))), "not in the form"),
    "no count": (lambda handler: answer(handler, sha1(BREACHED)[5:].encode()), "not in the form"),
    "huge": (lambda handler: answer(handler, f"{'0' * 35}:1\r\n".encode() * 10_000), "too long"),
    "endless line": (lambda handler: answer(handler, b"0" * 1_000_000), "too long"),
    "cut short": (cut_short, "cut short"),
    "no HTTP": (no_http, "BadStatusLine"),
    "strange headers": (strange_headers, "HTTPException"),
    "silence": (lambda _: time.sleep(0.5), "TimeoutError"),
    "drip": (drip, "TimeoutError"),
}


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest, breaches: RangeService, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the service at fault, in each way there is; how it is to be shown."""
    breaches.respond, shown = FAULTS[request.param]
    # One that can be sat out where that is the fault, and one that a busy machine keeps where it is not.
    monkeypatch.setattr(breached_passwords, "TIME_LIMIT_SECONDS", 0.3 if shown == "TimeoutError" else 30)
    return shown


def test_a_fault_of_the_service_keeps_nobody_out_and_is_logged_and_counted(
    fault: str, breaches: RangeService, lines: Lines
) -> None:
    assert not is_breached(BREACHED)
    (line,) = lines()
    assert line["security_event"] == "BreachedPasswordsUnavailable"
    assert line["fault"].startswith(fault)
    assert len(breaches.asked) == 1


def test_a_fault_is_logged_without_the_password_and_its_hash(
    fault: str, lines: Lines, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    is_breached(BREACHED)
    written = json.dumps(lines()) + "".join(capfd.readouterr()) + caplog.text
    assert "BreachedPasswordsUnavailable" in written
    for secret in (BREACHED, sha1(BREACHED)[:5], sha1(BREACHED)[5:]):
        assert secret.upper() not in written.upper()


def test_a_service_that_is_not_there_keeps_nobody_out(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("BREACHED_PASSWORDS_ADDRESS", f"http://localhost:{nobody.getsockname()[1]}/range")
        assert not is_breached(BREACHED)
    assert [line["fault"] for line in lines()] == ["ConnectionRefusedError"]


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for this machine that nobody vouches for."""
    key, name = Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, None)
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    self_signed: ssl.SSLContext, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with range_service(self_signed) as service:
        service.passwords[BREACHED] = 52
        monkeypatch.setenv("BREACHED_PASSWORDS_ADDRESS", f"https://localhost:{service.port}/range")
        assert not is_breached(BREACHED)
        assert service.asked == []
    assert [line["fault"] for line in lines()] == ["SSLCertVerificationError"]


def test_a_certificate_that_is_vouched_for_is_believed(
    self_signed: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    monkeypatch.setattr(breached_passwords, "_opener", breached_passwords._opener.__wrapped__)
    with range_service(self_signed) as service:
        service.passwords[BREACHED] = 52
        monkeypatch.setenv("BREACHED_PASSWORDS_ADDRESS", f"https://localhost:{service.port}/range")
        assert is_breached(BREACHED)
        monkeypatch.setenv("BREACHED_PASSWORDS_ADDRESS", f"https://127.0.0.1:{service.port}/range")
        assert not is_breached(BREACHED), "it is another name's"


@pytest.mark.parametrize("slow", ["answer", "name"])
def test_a_second_is_the_longest_wait_whatever_it_is_for(
    slow: str, breaches: RangeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    if slow == "answer":
        breaches.respond = lambda _: (over.wait(5), None)[1]
    else:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (over.wait(5), [])[1])
    begin = time.monotonic()
    assert not is_breached(BREACHED)
    assert 0.9 < time.monotonic() - begin < 3
    over.set()


def test_no_proxy_of_the_environment_is_asked(breaches: RangeService, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setattr(breached_passwords, "_opener", breached_passwords._opener.__wrapped__)
    assert is_breached(BREACHED)


# --- Passwords, and the setting --------------------------------------------------------------------------------------


def test_the_refusal_names_the_field_and_the_reason_and_repeats_nothing(breaches: RangeService) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        passwords.check_acceptable("new_password", BREACHED, EMAIL)
    assert refusal.value.errors is not None
    (error,) = refusal.value.errors
    assert error.field == "new_password"
    assert "data breach" in error.message
    assert BREACHED not in error.message
    passwords.check_acceptable("new_password", UNKNOWN, EMAIL)


@pytest.mark.parametrize("bad", ["short", "x" * 129, "password1", "ada@example.com!", "Taskward1"])
def test_nobody_is_asked_about_a_password_that_is_refused_anyway(bad: str, breaches: RangeService) -> None:
    with pytest.raises(InvalidRequestError):
        passwords.check_acceptable("password", bad, EMAIL)
    assert breaches.asked == []


ADDRESSES = {
    "": True,
    "https://api.pwnedpasswords.com/range": True,
    "https://breaches.internal.example:8443/v1/range": True,
    "http://127.0.0.1:8001/range": True,
    "http://localhost:8001": True,
    "http://api.pwnedpasswords.com/range": False,
    "http://127.0.0.1.example/range": False,
    "http://localhost:80@example.com/range": False,
    "https://user:password@example.com/range": False,
    "ftp://127.0.0.1:21/range": False,
    "file:///etc/passwd": False,
    "api.pwnedpasswords.com": False,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_https_or_this_machine_can_be_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = template()["Parameters"]["BreachedPasswordsAddress"]["AllowedPattern"]
    assert (re.fullmatch(pattern, address) is not None) is ADDRESSES[address]
    monkeypatch.setenv("BREACHED_PASSWORDS_ADDRESS", address)
    if ADDRESSES[address]:
        assert settings.breached_passwords_address() == (address or None)
    else:
        with pytest.raises(settings.ConfigurationError, match="BREACHED_PASSWORDS_ADDRESS"):
            settings.breached_passwords_address()


def test_a_slash_at_the_end_of_the_address_changes_nothing(
    breaches: RangeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BREACHED_PASSWORDS_ADDRESS", f"{breaches.address}/")
    assert is_breached(BREACHED)


def test_what_was_not_given_the_setting_sets_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREACHED_PASSWORDS_ADDRESS")
    with pytest.raises(settings.ConfigurationError, match="BREACHED_PASSWORDS_ADDRESS is not set"):
        passwords.check_acceptable("password", UNKNOWN, EMAIL)


def test_every_function_that_sets_passwords_and_no_other_is_told_where_to_ask() -> None:
    setting = {path.stem for path in IDENTITY.glob("*.py") if "passwords.check_acceptable(" in path.read_text()}
    assert {"accounts", "password_change"} <= setting
    for name, function in resources("AWS::Serverless::Function").items():
        tree = ast.parse((ROOT / function["CodeUri"] / "app.py").read_text())
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
        used = {alias.name for node in imports for alias in node.names} | {f"{node.module}" for node in imports}
        sets = any(module in used or f"taskward.identity.{module}" in used for module in setting)
        assert ("BREACHED_PASSWORDS_ADDRESS" in function["Environment"]["Variables"]) is sets, name
