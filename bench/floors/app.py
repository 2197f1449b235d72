"""What lies below whatever is measured: nothing at all, a signature checked, a row read, a password hashed.

Each by what does it and nothing around it. The event says which; one that says none is answered at once.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

_ROW = json.dumps(
    {"TableName": os.environ.get("USERS_TABLE", ""), "Key": {"pk": {"S": "-"}, "sk": {"S": "-"}}}
).encode()


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Do what the event says, once."""
    kind = event.get("floor")
    if kind == "verify":
        _verify(event)
    elif kind == "get_item":
        _get_item()
    elif kind == "argon2id":
        _hash()
    return {}


def _verify(event: dict[str, Any]) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public_key = Ed25519PublicKey.from_public_bytes(base64.b64decode(event["public_key"]))
    public_key.verify(base64.b64decode(event["signature"]), base64.b64decode(event["signed"]))


def _hash() -> None:
    from argon2.low_level import Type, hash_secret

    hash_secret(b"a password", os.urandom(16), 2, 19456, 1, 32, Type.ID)


_endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", ""))
_connection = http.client.HTTPConnection(str(_endpoint.hostname), _endpoint.port)


def _get_item() -> None:
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = "DynamoDB_20120810.GetItem"
    names = "content-type;host;x-amz-date;x-amz-target"
    lines = (
        f"content-type:application/x-amz-json-1.0\nhost:{_endpoint.netloc}\nx-amz-date:{moment}\nx-amz-target:{target}"
    )
    canonical = f"POST\n/\n\n{lines}\n\n{names}\n{hashlib.sha256(_ROW).hexdigest()}"
    scope = f"{moment[:8]}/us-east-1/dynamodb/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": moment,
        "X-Amz-Target": target,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}",
    }
    _connection.request("POST", "/", _ROW, headers)
    response = _connection.getresponse()
    body = response.read()
    if response.status != http.client.OK:
        raise RuntimeError(body.decode())
