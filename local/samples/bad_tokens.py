"""Tokens that are no good: forged, or past their time, which the clock of a running stack would take long to show."""

import base64
import json
import time
from typing import Any

import jwt
from jwt.algorithms import OKPAlgorithm

from local.samples.functions import physical_ids
from local.stack import Stack


def forged(token: str, **claims: Any) -> str:
    """A token with other claims under the signature of the genuine one."""
    header, payload, signature = token.split(".")
    payload = base64.urlsafe_b64encode(json.dumps(_claims(token) | claims).encode()).decode().rstrip("=")
    return f"{header}.{payload}.{signature}"


def expired(stack: Stack, token: str) -> str:
    """A token as it would have been issued so early that its time was over a minute ago."""
    claims, header = _claims(token), jwt.get_unverified_header(token)
    late = claims["exp"] - int(time.time()) + 60
    ring = stack.client("secretsmanager").get_secret_value(
        SecretId=physical_ids(stack, "AWS::SecretsManager::Secret")["SigningKeysSecret"]
    )
    key = next(key for key in json.loads(ring["SecretString"])["keys"] if key["kid"] == header["kid"])
    private_key: Any = OKPAlgorithm.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": key["x"], "d": key["d"]})
    early = {name: value - late if name in ("iat", "exp", "nbf") else value for name, value in claims.items()}
    return jwt.encode(early, private_key, "EdDSA", headers=header)


def expire_links(stack: Stack, user_id: str) -> None:
    """Have the time of all links be over that were mailed to a user."""
    table, user = stack.outputs["UsersTableName"], {"S": f"USER#{user_id}"}
    rows = stack.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="pk = :user AND begins_with(sk, :link)",
        ExpressionAttributeValues={":user": user, ":link": {"S": "LINK#"}},
    )
    for row in rows["Items"]:
        _expire(stack, table, {"pk": user, "sk": row["sk"]})


def expire_access_token(stack: Stack, user_id: str, token_id: str) -> None:
    """Have the time of a personal access token be over."""
    key = {"user_id": {"S": user_id}, "session_id": {"S": f"TOKEN#{token_id}"}}
    _expire(stack, stack.outputs["SessionsTableName"], key)


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _expire(stack: Stack, table: str, key: dict[str, Any]) -> None:
    stack.client("dynamodb").update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 60)}},
    )
