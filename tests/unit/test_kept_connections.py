"""Requests over real sockets: what is kept, what is not used again, and what is raised when there is no answer."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)

from taskward.kept_connections import KeptConnections
from taskward.remote import nothing_was_done
from tests.support.scripted_server import ScriptedServer, Step, reset, scripted_server, send
from tests.support.slow_database import absent_database, silent_database
from tests.support.tls import Authority, authority

SHORT: Final = 0.25
LONG: Final = 5.0


def answer(body: bytes, *headers: bytes, line: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return b"\r\n".join([line, *headers, b"Content-Length: %d" % len(body), b"", body])


def sending(*bodies: bytes) -> list[Step]:
    return [send(answer(body)) for body in bodies]


def request(body: bytes = b"{}", **headers: str) -> AWSPreparedRequest:
    all_headers: Any = HeadersDict({"Content-Length": str(len(body)), **headers})
    return AWSPreparedRequest("POST", "http://tables.example/", all_headers, body, stream_output=False)


@contextmanager
def connected(
    address: str, connect: float = LONG, read: float = LONG, authorities: str | None = None
) -> Iterator[KeptConnections]:
    with closing(KeptConnections(address, connect, read, authorities)) as connections:
        yield connections


def at(server: ScriptedServer, scheme: str = "http") -> str:
    return f"{scheme}://localhost:{server.port}"


def contents(connections: KeptConnections, *bodies: bytes) -> list[bytes]:
    return [connections.send(request(body)).content for body in bodies]


def test_a_request_and_its_answer_come_over_as_they_are() -> None:
    step = send(answer(b'{"a":"\xc3\xa4"}', b"X-Amzn-RequestId: one", line=b"HTTP/1.1 400 Bad Request"))
    with scripted_server([step]) as server, connected(at(server)) as connections:
        came = connections.send(request(b"\0\xff", Authorization="AWS4", X_Amz_Date="now"))
    assert (came.status_code, came.content, came.headers["x-amzn-requestid"]) == (400, b'{"a":"\xc3\xa4"}', "one")
    ((_, head, body),) = server.requests
    line, *headers = head.decode().split("\r\n")
    assert (line, body) == ("POST / HTTP/1.1", b"\0\xff")
    assert {"Authorization: AWS4", "X_Amz_Date: now", f"Host: localhost:{server.port}"} <= set(headers)


def test_one_request_after_the_other_goes_by_one_connection() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
    steps = [*sending(b"one"), send(chunked), *sending(b"", b"four")]
    with scripted_server(steps) as server, connected(at(server)) as connections:
        assert contents(connections, b"1", b"2", b"3", b"4") == [b"one", b"two", b"", b"four"]
    assert server.connections_used() == [0, 0, 0, 0]


@pytest.mark.parametrize("end", [None, reset], ids=["closed", "reset"])
def test_after_a_connection_was_ended_in_between_the_next_request_is_sent_once_by_a_new_one(end: Step | None) -> None:
    def answered_and_ended(connection: socket.socket, body: bytes) -> None:
        send(answer(b"one"))(connection, body)
        if end:
            end(connection, body)

    with scripted_server([answered_and_ended], sending(b"two")) as server, connected(at(server)) as connections:
        assert contents(connections, b"1") == [b"one"]
        server.wait_for_end(0)
        assert contents(connections, b"2") == [b"two"]
    assert [(number, body) for number, _, body in server.requests] == [(0, b"1"), (1, b"2")]


@pytest.mark.parametrize(
    "first",
    [
        answer(b"one", b"Connection: close"),
        answer(b"one", line=b"HTTP/1.0 200 OK"),
        b"HTTP/1.0 200 OK\r\n\r\none",
    ],
    ids=["said to be the last", "of HTTP 1.0", "of HTTP 1.0 and as long as it comes"],
)
def test_a_connection_that_takes_one_request_is_not_kept(first: bytes) -> None:
    with scripted_server([send(first)], sending(b"two")) as server, connected(at(server)) as connections:
        assert contents(connections, b"1", b"2") == [b"one", b"two"]
    assert server.connections_used() == [0, 1]


@pytest.mark.parametrize("parts", [1, 2])
def test_what_comes_after_an_answer_is_not_taken_for_the_next_one(parts: int) -> None:
    first, forged = answer(b"one"), answer(b"forged")
    step = send(first + forged) if parts == 1 else send(first, forged)
    with scripted_server([step, *sending(b"two")], sending(b"two")) as server, connected(at(server)) as connections:
        assert contents(connections, b"1") == [b"one"]
        time.sleep(0.02)
        assert contents(connections, b"2") == [b"two"]


@pytest.mark.parametrize(
    "cut_short",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
        b"something else\r\n\r\n",
    ],
    ids=["nothing", "half a status", "half a body", "half a chunk", "no HTTP"],
)
def test_without_a_whole_answer_nobody_knows_what_was_done(cut_short: bytes) -> None:
    with scripted_server([send(cut_short)], sending(b"two")) as server, connected(at(server)) as connections:
        with pytest.raises(ConnectionClosedError) as caught:
            connections.send(request())
        assert not nothing_was_done(caught.value)
        assert contents(connections, b"2") == [b"two"]
    assert server.connections_used() == [0, 1]


@pytest.mark.parametrize("cut_short", [b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nX-Amzn-Req"])
def test_a_head_that_is_cut_short_brings_no_body_and_is_not_waited_for(cut_short: bytes) -> None:
    """As with botocore's own session: what is no answer is refused by who reads it."""
    with scripted_server([send(cut_short)], sending(b"two")) as server, connected(at(server)) as connections:
        assert contents(connections, b"1", b"2") == [b"", b"two"]
    assert server.connections_used() == [0, 1]


def test_a_connection_that_is_reset_is_one_that_was_closed() -> None:
    with (
        scripted_server([reset], []) as server,
        connected(at(server)) as connections,
        pytest.raises(ConnectionClosedError),
    ):
        connections.send(request())


def test_an_answer_that_is_late_is_not_taken_for_the_next_one() -> None:
    def late(connection: socket.socket, body: bytes) -> None:
        time.sleep(3 * SHORT)
        send(answer(b"late"))(connection, body)

    with scripted_server([late], sending(b"two")) as server, connected(at(server), read=2 * SHORT) as connections:
        with pytest.raises(ReadTimeoutError) as caught:
            connections.send(request(b"1"))
        assert not nothing_was_done(caught.value)
        assert contents(connections, b"2") == [b"two"]


def test_the_time_for_reading_is_how_long_nothing_may_come() -> None:
    def slow(connection: socket.socket, _: bytes) -> None:
        whole = answer(b"slow")
        for place in range(0, len(whole), 10):
            time.sleep(SHORT / 2)
            connection.sendall(whole[place : place + 10])

    with scripted_server([slow]) as server, connected(at(server), read=1.5 * SHORT) as connections:
        started = time.monotonic()
        assert contents(connections, b"1") == [b"slow"]
    assert time.monotonic() - started > 1.5 * SHORT


def test_whoever_is_silent_is_waited_for_as_long_as_that() -> None:
    with silent_database() as address, connected(address, read=SHORT) as connections:
        started = time.monotonic()
        with pytest.raises(ReadTimeoutError):
            connections.send(request())
    assert SHORT <= time.monotonic() - started < LONG


def test_where_nobody_listens_nothing_was_done() -> None:
    with (
        absent_database() as address,
        connected(address) as connections,
        pytest.raises(EndpointConnectionError) as caught,
    ):
        connections.send(request())
    assert nothing_was_done(caught.value)


def test_who_takes_no_connection_in_time_is_waited_for_as_long_as_that() -> None:
    with socket.socket() as listener, socket.socket() as first:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        first.connect(listener.getsockname())
        with connected(f"http://127.0.0.1:{listener.getsockname()[1]}", connect=SHORT) as connections:
            started = time.monotonic()
            with pytest.raises(ConnectTimeoutError) as caught:
                connections.send(request())
    assert SHORT <= time.monotonic() - started < LONG
    assert nothing_was_done(caught.value)


def test_what_cannot_be_sent_leaves_no_connection_open() -> None:
    with scripted_server(sending(b"one")) as server, connected(at(server)) as connections:
        with pytest.raises(ValueError, match="header") as caught:
            connections.send(request(Authorization="one\r\nX-Other: two"))
        # By itself, not for want of anybody who knows of it: the error still does.
        server.wait_for_end(0)
    assert caught.traceback
    assert server.requests == []


def test_threads_that_ask_at_once_have_a_connection_each_which_others_use_after_them() -> None:
    both = threading.Barrier(2)

    def answered_with_the_other(body: bytes) -> Step:
        def step(connection: socket.socket, _: bytes) -> None:
            both.wait(LONG)
            connection.sendall(answer(body))

        return step

    first = [answered_with_the_other(b"first"), *sending(*[b"again"] * 3)]
    second = [answered_with_the_other(b"second"), *sending(*[b"again"] * 3)]
    with scripted_server(first, second) as server, connected(at(server)) as connections:
        with ThreadPoolExecutor(2) as pool:
            assert set(pool.map(lambda _: contents(connections, b"1")[0], range(2))) == {b"first", b"second"}
        for _ in range(3):
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(contents, connections, b"2").result() == [b"again"]
        connections.close()
    assert sorted(server.connections_used()[:2]) == [0, 1]
    assert len(set(server.connections_used()[2:])) == 1


def test_many_threads_get_each_the_answer_to_its_own_request() -> None:
    def echo(connection: socket.socket, body: bytes) -> None:
        connection.sendall(answer(body))

    bodies = [[b"%d of %d" % (number, thread) for number in range(50)] for thread in range(4)]
    with scripted_server(*[[echo] * 200] * 4) as server, connected(at(server)) as connections:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda own: contents(connections, *own), bodies)) == bodies
        connections.close()


# --- TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("trusted"), "trusted")


def test_a_server_that_is_who_it_says_is_asked_by_one_connection(trusted: Authority) -> None:
    with (
        scripted_server(sending(b"one", b"two", b"three"), tls=trusted.server("localhost")) as server,
        connected(at(server, "https"), authorities=str(trusted.file)) as connections,
    ):
        assert contents(connections, b"1", b"2", b"3") == [b"one", b"two", b"three"]
    assert server.connections_used() == [0, 0, 0]


@pytest.mark.parametrize("who", ["of another name", "by another authority", "that ended"])
def test_a_server_with_a_certificate_is_asked_nothing(who: str, trusted: Authority, tmp_path: Path) -> None:
    context = {
        "of another name": lambda: trusted.server("other.example"),
        "by another authority": lambda: authority(tmp_path, "trusted").server("localhost"),
        "that ended": lambda: trusted.server("localhost", ended=timedelta(hours=1)),
    }[who]()
    with (
        scripted_server(sending(b"one"), tls=context) as server,
        connected(at(server, "https"), authorities=str(trusted.file)) as connections,
    ):
        with pytest.raises(SSLError):
            connections.send(request())
        server.wait_for_end(0)
    assert server.requests == []


def test_the_authorities_of_the_system_do_not_know_ours(trusted: Authority) -> None:
    with (
        scripted_server(sending(b"one"), tls=trusted.server("localhost")) as server,
        connected(at(server, "https")) as connections,
        pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        connections.send(request())


def test_who_does_not_speak_tls_is_asked_nothing() -> None:
    with (
        silent_database() as address,
        connected(address.replace("http", "https"), connect=SHORT) as connections,
        pytest.raises(ConnectTimeoutError) as caught,
    ):
        connections.send(request())
    assert nothing_was_done(caught.value)
