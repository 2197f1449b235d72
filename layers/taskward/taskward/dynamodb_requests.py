"""Requests to DynamoDB as botocore makes and sends them, signed in a tenth of its time.

Most of what a request costs a function is how it is put together: events for whoever may want to change it, headers
copied five times over, rules that find the address anew. All requests to DynamoDB are of one form: a POST of JSON to
one address, whose operation is in a header. What may go wrong, when it is tried again and what is raised then stays
botocore's; `tests/unit/test_dynamodb_requests.py` holds the signatures against those it makes.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from botocore.auth import _host_from_url  # type: ignore[attr-defined]
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.endpoint import Endpoint
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import get_cert_path

from taskward.kept_connections import KeptConnections, Response

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_KEY_ENDS: Final = "aws4_request"


def sign_and_send_directly(client: Any) -> None:
    """Have a botocore client of DynamoDB make its requests here."""
    endpoint = client._endpoint
    client._endpoint = _DynamoDBEndpoint(client, endpoint)
    # The address does not depend on what is asked for.
    client._ruleset_resolver = None


class _DynamoDBEndpoint(Endpoint):
    def __init__(self, client: Any, endpoint: Any) -> None:
        super().__init__(
            endpoint.host,
            endpoint._endpoint_prefix,
            endpoint._event_emitter,
            endpoint._response_parser_factory,
            endpoint.http_session,
        )
        signer, settings = client._request_signer, client.meta.config
        self._credentials = signer._credentials
        self._signer = Signer(signer.region_name, signer.signing_name)
        self._host = _host_from_url(endpoint.host)
        authorities = get_cert_path(endpoint.http_session._verify)
        self._connections = KeptConnections(endpoint.host, settings.connect_timeout, settings.read_timeout, authorities)

    def close(self) -> None:
        """Close what is kept."""
        super().close()
        self._connections.close()

    def _send(self, request: AWSPreparedRequest) -> Response:
        return self._connections.send(request)

    def create_request(self, params: Mapping[str, Any], operation_model: Any = None) -> AWSPreparedRequest:
        """A request that is ready to be sent, of what botocore's serializer has made; the operation is in a header."""
        del operation_model
        if self._credentials is None:
            raise NoCredentialsError
        body, headers = params["body"], params["headers"]
        frozen = self._credentials.get_frozen_credentials()
        signed = {
            "content-type": headers["Content-Type"],
            "host": self._host,
            "x-amz-target": headers["X-Amz-Target"],
        }
        added = self._signer.headers(signed, body, datetime.now(UTC), frozen)
        sent: Any = HeadersDict(headers)
        sent.update(added)
        sent["Content-Length"] = str(len(body))
        return AWSPreparedRequest("POST", params["url"], sent, body, stream_output=False, context=params["context"])


class Signer:
    """Signatures of POST requests to `/` of one service in one region (AWS Signature Version 4)."""

    def __init__(self, region: str, service: str) -> None:
        self._region, self._service = region, service
        self._key: tuple[tuple[str, str], bytes] | None = None

    def headers(self, signed: dict[str, str], body: bytes, now: datetime, credentials: Any) -> dict[str, str]:
        """The headers that a request needs besides, of which one is the signature.

        Parameters
        ----------
        signed: those that it is to have, by names in lower case.
        now: in UTC.
        credentials: with `access_key`, `secret_key`, and `token` or None.
        """
        moment = now.strftime("%Y%m%dT%H%M%SZ")
        added = {"X-Amz-Date": moment}
        if credentials.token:
            added["X-Amz-Security-Token"] = credentials.token
        covered = sorted((signed | {name.lower(): value for name, value in added.items()}).items())
        names = ";".join(name for name, _ in covered)
        lines = "".join(f"{name}:{value}\n" for name, value in covered)
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        day = moment[:8]
        scope = f"{day}/{self._region}/{self._service}/{_KEY_ENDS}"
        text = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key_of(day, credentials.secret_key), text.encode(), "sha256").hex()
        added["Authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return added

    def _key_of(self, day: str, secret: str) -> bytes:
        """The key of a day, which is the same for all its requests."""
        kept = self._key
        if kept is None or kept[0] != (day, secret):
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, self._service, _KEY_ENDS):
                key = hmac.digest(key, part.encode(), "sha256")
            # Set at once, and not read again: another thread may have other credentials already.
            kept = self._key = ((day, secret), key)
        return kept[1]
