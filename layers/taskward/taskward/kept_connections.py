"""HTTP connections to one address, kept between requests: what botocore needs of urllib3 for DynamoDB, and no more.

It raises what botocore's own session raises, so that all else (what is tried again, what is told) stays as it is.
"""

import http.client
import ssl
from functools import cache
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util.wait import wait_for_read

_FAILURES: Final = (OSError, http.client.HTTPException)


class Response:
    """An answer as botocore reads it: all of it is here."""

    def __init__(self, url: str, status_code: int, headers: Any, content: bytes) -> None:
        self.url = url
        self.status_code = status_code
        self.headers = HeadersDict(headers)
        self.content = content


class _Plain(http.client.HTTPConnection):
    """Sends a request in one piece: the library sends headers first, and then the body, in a packet of its own."""

    _buffer: list[bytes]

    def _send_output(self, message_body: bytes | None = None, encode_chunked: bool = False) -> None:
        del encode_chunked
        message = b"\r\n".join([*self._buffer, b"", message_body or b""])
        self._buffer.clear()
        self.send(message)


class _Encrypted(_Plain, http.client.HTTPSConnection):
    """The same over TLS."""


class KeptConnections:
    """Sends requests; a connection is used again once its answer is there.

    One after the other goes by one connection, and each of several threads has one at a time.

    Parameters
    ----------
    url: scheme, host and port.
    connect_timeout, read_timeout: seconds; the second is how long nothing may come.
    authorities: the file of certificates of those who say who AWS is; None for those that the system has.
    """

    def __init__(self, url: str, connect_timeout: float, read_timeout: float, authorities: str | None) -> None:
        self._url: SplitResult = urlsplit(url)
        self._authorities = authorities
        self._connect_timeout, self._read_timeout = connect_timeout, read_timeout
        self._idle: list[http.client.HTTPConnection] = []
        if self._url.scheme == "https":
            # Read with all else that is read once, so that a snapshot of this process has it.
            _trust(authorities)

    def send(self, request: AWSPreparedRequest) -> Response:
        """The answer to a request, whatever its status.

        Raises
        ------
        ConnectTimeoutError, EndpointConnectionError, SSLError: there is no connection; nothing was sent.
        ReadTimeoutError, ConnectionClosedError: nobody knows whether the request was carried out.
        """
        connection = self._idle_one() or self._opened(request.url)
        body: Any = request.body
        headers: Any = request.headers
        try:
            connection.request(request.method, "/", body, headers)
            response = connection.getresponse()
            content = response.read()
        except BaseException as error:
            connection.close()
            if isinstance(error, TimeoutError):
                raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
            if isinstance(error, _FAILURES):
                raise ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from error
            raise
        if connection.sock is not None:
            self._idle.append(connection)
        return Response(request.url, response.status, response.headers.items(), content)

    def close(self) -> None:
        """Close those that nothing is asked by at this moment."""
        while self._idle:
            self._idle.pop().close()

    def _idle_one(self) -> http.client.HTTPConnection | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                # Another thread took it.
                break
            if not wait_for_read(connection.sock, timeout=0):
                return connection
            # Closed from the other end while nothing was asked, as after a pause.
            connection.close()
        return None

    def _opened(self, url: str) -> http.client.HTTPConnection:
        connection = self._new()
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            kind: type[BotoCoreError] = EndpointConnectionError
            if isinstance(error, ssl.SSLError):
                kind = SSLError
            elif isinstance(error, TimeoutError):
                kind = ConnectTimeoutError
            raise kind(endpoint_url=url, error=error) from error
        opened: Any = connection.sock
        opened.settimeout(self._read_timeout)
        return connection

    def _new(self) -> http.client.HTTPConnection:
        host, port = str(self._url.hostname), self._url.port
        if self._url.scheme == "http":
            return _Plain(host, port, timeout=self._connect_timeout)
        return _Encrypted(host, port, timeout=self._connect_timeout, context=_trust(self._authorities))


@cache
def _trust(authorities: str | None) -> ssl.SSLContext:
    """Whom to believe that they are AWS; read once, which takes longer than any request."""
    return ssl.create_default_context(cafile=authorities)
