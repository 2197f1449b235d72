"""Access and refresh tokens: EdDSA-signed JWTs, each kind with a type and an audience of its own."""

import os
import time
import uuid
from typing import Any

import jwt

from problems import ProblemError

ISSUER = "urn:peer"
ACCESS_SECONDS = 900
ACCESS, REFRESH = "at+jwt", "rt+jwt"

_ALGORITHM = "EdDSA"
_MAX_LENGTH = 2048
_AUDIENCES = {ACCESS: f"{ISSUER}:api", REFRESH: f"{ISSUER}:refresh"}
_REQUIRED = {
    ACCESS: ["iss", "aud", "sub", "sid", "jti", "iat", "exp"],
    REFRESH: ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "gen"],
}

_jwk = jwt.PyJWK.from_json(os.environ["SIGNING_KEY"])
_signing_key = _jwk.key
_verification_keys = {_jwk.key_id: _signing_key.public_key()}


def issued(kind: str, user_id: uuid.UUID, session_id: uuid.UUID, expires_at: int, **more: Any) -> str:
    """A signed token of this kind."""
    claims = {
        "iss": ISSUER,
        "aud": _AUDIENCES[kind],
        "sub": str(user_id),
        "sid": str(session_id),
        "jti": uuid.uuid4().hex,
        "iat": int(time.time()),
        "exp": expires_at,
        **more,
    }
    return jwt.encode(claims, _signing_key, algorithm=_ALGORITHM, headers={"typ": kind, "kid": _jwk.key_id})


def verified(token: str, kind: str) -> dict[str, Any]:
    """The claims of a token of this kind; whatever is wrong with it is a 401."""
    if len(token) > _MAX_LENGTH:
        raise ProblemError(401, "invalid_token")
    try:
        header = jwt.get_unverified_header(token)
        key = _verification_keys.get(header.get("kid"))
        if key is None or header.get("typ") != kind:
            raise ProblemError(401, "invalid_token")
        return jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            issuer=ISSUER,
            audience=_AUDIENCES[kind],
            options={"require": _REQUIRED[kind]},
        )
    except jwt.ExpiredSignatureError:
        raise ProblemError(401, "token_expired") from None
    except jwt.PyJWTError:
        raise ProblemError(401, "invalid_token") from None
