"""Requests to DynamoDB are what botocore would sign, and what becomes of them stays botocore's."""

import io
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

import botocore.auth
import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import CredentialResolver, Credentials, ReadOnlyCredentials, RefreshableCredentials
from botocore.exceptions import ClientError, ConnectionClosedError, NoCredentialsError
from botocore.loaders import Loader
from hypothesis import given, settings
from hypothesis import strategies as st

from taskward import dynamodb_requests
from taskward.dynamodb_requests import Signer, sign_and_send_directly
from taskward.kept_connections import KeptConnections, Response

KEY: Final = "AKIDEXAMPLE"
SECRET: Final = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY="
TOKEN: Final = "IQoJb3JpZ2luX2VjE/+token=="

ADDED: Final = {"authorization", "x-amz-date", "x-amz-security-token", "content-length"}
OF_THE_CONNECTION: Final = {"host", "accept-encoding"}

CALLS: Final[dict[str, dict[str, Any]]] = {
    "GetItem": {"TableName": "tasks", "Key": {"user_id": {"S": 'ä€😀 \\ " \u2028'}}, "ConsistentRead": True},
    "PutItem": {"TableName": "tasks", "Item": {"b": {"B": b"\0\xff"}, "n": {"NULL": True}, "s": {"SS": ["x", "é"]}}},
    "Query": {
        "TableName": "tasks",
        "KeyConditionExpression": "a = :a",
        "ExpressionAttributeValues": {":a": {"N": "1"}},
    },
    "TransactWriteItems": {"TransactItems": [{"Delete": {"TableName": "tasks", "Key": {"k": {"N": "1"}}}}] * 100},
    "ListTables": {},
}
ENDPOINTS: Final = (
    None,
    "http://127.0.0.1:8000",
    "http://localhost",
    "http://[::1]:4566",
    "http://Tables.Example:80",
    "https://tables.example:443",
    "https://tables.example:8443",
)

_loader = Loader()


def session_of(credentials: Any) -> Any:
    """A botocore session; they share what is read of the service's description."""
    made: Any = botocore.session.Session()
    made.register_component("data_loader", _loader)
    made._credentials = credentials
    return made


def client(
    region: str = "eu-central-1", endpoint: str | None = None, token: str | None = TOKEN, credentials: Any = None
) -> Any:
    session = session_of(credentials or Credentials(KEY, SECRET, token))
    config = Config(
        parameter_validation=False, retries={"total_max_attempts": 2, "mode": "standard"}, user_agent="Taskward"
    )
    made = session.create_client("dynamodb", region, endpoint_url=endpoint, config=config)
    sign_and_send_directly(made)
    return made


class Wire:
    """A socket that takes all, and answers that there is nothing."""

    def __init__(self) -> None:
        self.sent = b""

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def makefile(self, _: str) -> io.BytesIO:
        return io.BytesIO(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")

    def settimeout(self, _: float) -> None:
        """Nothing takes any time."""

    def close(self) -> None:
        """Nothing is open."""

    @property
    def request(self) -> tuple[str, dict[str, str], bytes]:
        """The request line, the headers by their names in lower case, and the body."""
        head, _, body = self.sent.partition(b"\r\n\r\n")
        line, *headers = head.decode("latin-1").split("\r\n")
        pairs = [header.partition(": ")[::2] for header in headers]
        assert len({name.lower() for name, _ in pairs}) == len(pairs)
        return line, {name.lower(): value for name, value in pairs}, body


@pytest.fixture
def wires(monkeypatch: pytest.MonkeyPatch) -> list[Wire]:
    """One for each connection, with what went over it."""
    opened: list[Wire] = []

    def connect(connection: Any) -> None:
        connection.sock = Wire()
        opened.append(connection.sock)

    monkeypatch.setattr(HTTPConnection, "connect", connect)
    monkeypatch.setattr(HTTPSConnection, "connect", connect)
    return opened


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Response | Exception]]:
    """What becomes of the requests that are sent, one after the other; all must be asked for."""
    expected: list[Response | Exception] = []

    def send(_: KeptConnections, request: Any) -> Response:
        assert request.headers["Authorization"]
        answer = expected.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(KeptConnections, "send", send)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    yield expected
    assert expected == []


def told(status: int, body: bytes) -> Response:
    return Response("https://tables.example/", status, {"x-amzn-RequestId": "one"}, body)


def signed_by_botocore(
    url: str, headers: dict[str, str], body: bytes, moment: datetime, region: str, credentials: Any
) -> dict[str, str]:
    """All headers of a request that has these before botocore signs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
        request: Any = AWSRequest("POST", url, headers, body)
        SigV4Auth(credentials, "dynamodb", region).add_auth(request)
        return {name.lower(): value for name, value in request.prepare().headers.items()}


def moment_of(headers: dict[str, str]) -> datetime:
    return datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("region", ["eu-central-1", "cn-north-1"])
def test_what_goes_over_the_wire_is_signed_as_botocore_signs_it(
    region: str, endpoint: str | None, token: str | None, wires: list[Wire]
) -> None:
    asked = client(region, endpoint, token)
    url = endpoint or asked.meta.endpoint_url
    for operation, members in CALLS.items():
        asked._make_api_call(operation, members)
        line, headers, body = wires[-1].request
        before = {name: value for name, value in headers.items() if name not in ADDED | OF_THE_CONNECTION}
        assert before.keys() == {"content-type", "user-agent", "x-amz-target"}
        credentials = ReadOnlyCredentials(KEY, SECRET, token)
        expected = signed_by_botocore(f"{url}/", before, body, moment_of(headers), region, credentials)
        assert line == "POST / HTTP/1.1"
        assert {name: value for name, value in headers.items() if name not in OF_THE_CONNECTION} == expected
        assert headers["host"] == botocore.auth._host_from_url(url)  # type: ignore[attr-defined]
        assert before["x-amz-target"].endswith(f".{operation}")
        assert abs(datetime.now(UTC) - moment_of(headers)) < timedelta(minutes=1)
    assert len(wires) == len(CALLS)


_printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)


@settings(max_examples=60, deadline=None)
@given(
    body=st.binary(),
    secret=_printable,
    token=st.none() | _printable,
    region=_printable,
    moment=st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_any_body_is_signed_as_botocore_signs_it(
    body: bytes, secret: str, token: str | None, region: str, moment: datetime
) -> None:
    credentials = ReadOnlyCredentials(KEY, secret, token)
    signed = {"content-type": "application/x-amz-json-1.0", "host": "tables.example", "x-amz-target": "Any.Thing"}
    added = Signer(region, "dynamodb").headers(signed, body, moment, credentials)
    all_headers = {name.lower(): value for name, value in (signed | added).items()}
    expected = signed_by_botocore("https://tables.example/", signed, body, moment, region, credentials)
    assert all_headers == {name: value for name, value in expected.items() if name != "content-length"}


def signature(signer: Signer, secret: str, moment: datetime) -> str:
    headers = signer.headers({"host": "tables.example"}, b"{}", moment, ReadOnlyCredentials(KEY, secret, None))
    return headers["Authorization"]


def test_the_kept_key_is_of_that_day_and_that_secret_whatever_was_signed_before() -> None:
    begin = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    signer = Signer("eu-central-1", "dynamodb")
    for secret in ("one", "one", "two", "one"):
        for seconds in (0, 1, 0, 86_400):
            moment = begin + timedelta(seconds=seconds)
            assert signature(signer, secret, moment) == signature(Signer("eu-central-1", "dynamodb"), secret, moment)


def test_threads_with_credentials_of_before_and_after_a_change_sign_each_with_its_own() -> None:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    expected = {secret: signature(Signer("eu-central-1", "dynamodb"), secret, moment) for secret in ("one", "two")}
    signer = Signer("eu-central-1", "dynamodb")

    def signatures(secret: str) -> set[str]:
        return {signature(signer, secret, moment) for _ in range(1_500)}

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(signatures, expected)) == [{each} for each in expected.values()]
    finally:
        sys.setswitchinterval(interval)


def test_credentials_that_changed_sign_the_next_request(wires: list[Wire]) -> None:
    soon = [datetime.now(UTC) + timedelta(hours=hours) for hours in (0, 2)]

    def rotated() -> dict[str, str]:
        expires = soon[1].isoformat()
        return {"access_key": "SECOND", "secret_key": "later", "token": "newer", "expiry_time": expires}

    kept = RefreshableCredentials(
        "FIRST", "sooner", "older", soon[1], rotated, "test", time_fetcher=lambda: soon[0] + passed
    )
    passed = timedelta(0)
    asked = client(credentials=kept)
    asked.list_tables()
    passed = timedelta(hours=1, minutes=50)
    soon[1] += timedelta(hours=6)
    asked.list_tables()
    expected = [("FIRST", "sooner", "older"), ("SECOND", "later", "newer")]
    for wire, credentials in zip(wires, expected, strict=True):
        _, headers, body = wire.request
        before = {name: value for name, value in headers.items() if name not in ADDED | OF_THE_CONNECTION}
        by_botocore = signed_by_botocore(
            asked.meta.endpoint_url, before, body, moment_of(headers), "eu-central-1", ReadOnlyCredentials(*credentials)
        )
        assert headers["authorization"] == by_botocore["authorization"]
        assert headers["x-amz-security-token"] == credentials[2]


def test_without_credentials_nothing_is_sent(wires: list[Wire]) -> None:
    session = session_of(None)
    session.register_component("credential_provider", CredentialResolver([]))
    asked = session.create_client("dynamodb", "eu-central-1")
    sign_and_send_directly(asked)
    with pytest.raises(NoCredentialsError):
        asked.list_tables()
    assert wires == []


def test_what_failed_is_sent_once_more(answers: list[Any]) -> None:
    closed = ConnectionClosedError(endpoint_url="https://tables.example/")
    answers += [closed, told(200, b'{"TableNames":["tasks"]}')]
    answer = client().list_tables()
    assert (answer["TableNames"], answer["ResponseMetadata"]["RetryAttempts"]) == (["tasks"], 1)
    answers += [told(500, b'{"__type":"x#InternalServerError"}'), told(200, b"{}")]
    assert client().list_tables()["ResponseMetadata"]["RetryAttempts"] == 1


def test_what_failed_twice_is_raised_as_it_is(answers: list[Any]) -> None:
    answers += [ConnectionClosedError(endpoint_url=f"https://tables.example/{number}") for number in (1, 2)]
    with pytest.raises(ConnectionClosedError, match="/2"):
        client().list_tables()


def test_a_refusal_is_raised_as_botocore_raises_it_and_not_tried_again(answers: list[Any]) -> None:
    body = (
        b'{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"no",'
        b'"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":{"b":{"B":"AP8="}}}]}'
    )
    answers.append(told(400, body))
    asked = client()
    with pytest.raises(asked.exceptions.TransactionCanceledException) as caught:
        asked._make_api_call("TransactWriteItems", CALLS["TransactWriteItems"])
    refused: ClientError = caught.value
    reasons: Any = refused.response
    assert refused.response["Error"] == {"Message": "no", "Code": "TransactionCanceledException"}
    assert reasons["CancellationReasons"][1] == {"Code": "ConditionalCheckFailed", "Item": {"b": {"B": b"\0\xff"}}}
    assert refused.response["ResponseMetadata"]["RequestId"] == "one"


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "ap-southeast-5"])
def test_the_address_is_the_one_that_botocore_finds_for_a_request(region: str, wires: list[Wire]) -> None:
    by_rules = session_of(Credentials(KEY, SECRET)).create_client("dynamodb", region)
    operation = by_rules.meta.service_model.operation_model("GetItem")
    found, _, _ = by_rules._resolve_endpoint_ruleset(operation, CALLS["GetItem"], {})
    client(region).list_tables()
    _, headers, _ = wires[0].request
    assert headers["host"] == urlsplit(found).netloc


def test_time_outs_and_authorities_are_those_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(dynamodb_requests, "KeptConnections", lambda *given: made.append(given))
    monkeypatch.setenv("AWS_CA_BUNDLE", "/bundle.pem")
    session = session_of(Credentials(KEY, SECRET))
    config = Config(connect_timeout=0.25, read_timeout=0.75)
    sign_and_send_directly(session.create_client("dynamodb", "eu-central-1", config=config))
    assert made == [("https://dynamodb.eu-central-1.amazonaws.com", 0.25, 0.75, "/bundle.pem")]
