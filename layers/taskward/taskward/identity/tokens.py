"""The signed tokens: access (RFC 9068's `at+jwt`), refresh (`rt+jwt`), and those between two steps of a ceremony.

All are EdDSA-signed JWTs (RFC 7519, 8725), each kind with a type and an audience of its own.

Everything a token claims is verified here, and nothing else is believed: the algorithm is pinned, the type, issuer and
audience must be ours, all claims must be there, and keys come from the published set alone.
"""

import base64
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from taskward import clock, settings
from taskward.errors import TokenExpiredError, UnauthenticatedError
from taskward.identity.keys import PublishedKeys
from taskward.storage import ID_LENGTH

ALGORITHM = "EdDSA"
ACCESS_TYPE = "at+jwt"
REFRESH_TYPE = "rt+jwt"
MAX_LENGTH = 2048
"""Characters; ours have about 500. A longer token is refused before it is parsed."""

_CLOCK_SKEW_SECONDS = 2

_MAX_NUMBER = 2**53 - 1
"""Every JSON reader takes a whole number up to here for the same one, and every table keeps it."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""Three parts of base64url. The library takes padding too, and so several texts for one token."""

_jws = jwt.PyJWS(algorithms=[ALGORITHM])
"""Has no other algorithm that it could be talked into."""


@dataclass(frozen=True)
class AccessClaims:
    """Whose request it is, and in which session."""

    user_id: str
    session_id: str


@dataclass(frozen=True)
class RefreshClaims:
    """Which session may be renewed, the generation that the token stands for, and when the session ends for good."""

    user_id: str
    session_id: str
    generation: int
    session_ends_at: int


def access_audience() -> str:
    """The `aud` of access tokens."""
    return settings.issuer() + ":api"


def refresh_audience() -> str:
    """The `aud` of refresh tokens."""
    return settings.issuer() + ":refresh"


def issue_access(signing_key: Any, user_id: str, session_id: str) -> str:
    """A signed access token, valid for `settings.access_token_seconds()`."""
    claims = _claims(access_audience(), user_id, session_id, clock.epoch() + settings.access_token_seconds())
    return _sign(signing_key, ACCESS_TYPE, claims)


def issue_refresh(signing_key: Any, claims: RefreshClaims, expires_at: int) -> str:
    """A signed refresh token for one generation of a session."""
    payload = _claims(refresh_audience(), claims.user_id, claims.session_id, expires_at)
    payload |= {"gen": claims.generation, "session_exp": claims.session_ends_at}
    return _sign(signing_key, REFRESH_TYPE, payload)


def issue_step(
    signing_key: Any,
    purpose: str,
    user_id: str,
    session_id: str,
    step_id: str,
    credential_version: int,
    lifetime: int,
) -> str:
    """A signed token between two steps, good for one purpose; its type and audience are named after that."""
    payload = _claims(_step_audience(purpose), user_id, session_id, clock.epoch() + lifetime)
    return _sign(signing_key, _step_type(purpose), payload | {"jti": step_id, "cv": credential_version})


def verify_access(token: str, keys: PublishedKeys, *, even_expired: bool = False) -> AccessClaims:
    """The claims of an access token.

    Raises
    ------
    TokenExpiredError: genuine, but past its time (unless `even_expired`).
    UnauthenticatedError: anything else that is wrong with it.
    """
    claims = _verify(token, keys, ACCESS_TYPE, access_audience(), even_expired)
    return AccessClaims(claims["sub"], claims["sid"])


def verify_refresh(token: str, keys: PublishedKeys, *, even_expired: bool = False) -> RefreshClaims:
    """The claims of a refresh token; refuses like `verify_access`."""
    claims = _verify(token, keys, REFRESH_TYPE, refresh_audience(), even_expired)
    return RefreshClaims(claims["sub"], claims["sid"], _number(claims, "gen"), _number(claims, "session_exp"))


def verify_step(token: str, keys: PublishedKeys, purpose: str) -> dict[str, Any]:
    """The claims of a token between two steps; refuses like `verify_access`."""
    claims = _verify(token, keys, _step_type(purpose), _step_audience(purpose), even_expired=False)
    _number(claims, "cv")
    return claims


def _step_type(purpose: str) -> str:
    return f"{purpose}+jwt"


def _step_audience(purpose: str) -> str:
    return f"{settings.issuer()}:{purpose}"


def _claims(audience: str, user_id: str, session_id: str, expires_at: int) -> dict[str, Any]:
    return {
        "iss": settings.issuer(),
        "aud": audience,
        "sub": user_id,
        "sid": session_id,
        "jti": uuid.uuid4().hex,
        "iat": clock.epoch(),
        "exp": expires_at,
    }


def _sign(signing_key: Any, token_type: str, claims: Mapping[str, Any]) -> str:
    headers = {"typ": token_type, "kid": signing_key.kid}
    return jwt.encode(dict(claims), signing_key.private_key, algorithm=ALGORITHM, headers=headers)


def _verify(token: str, keys: PublishedKeys, token_type: str, audience: str, even_expired: bool) -> dict[str, Any]:
    if len(token) > MAX_LENGTH or not _FORM.fullmatch(token):
        raise UnauthenticatedError
    try:
        header = _members(_decoded(token.partition(".")[0]))
        key = keys.verification_keys.get(header.get("kid", ""))
        if key is None or header.get("typ") != token_type or "crit" in header:
            raise UnauthenticatedError
        claims = _members(_jws.decode(token, key, algorithms=[ALGORITHM]))
    except (jwt.PyJWTError, TypeError, ValueError, RecursionError):
        raise UnauthenticatedError from None
    if (claims.get("iss"), claims.get("aud")) != (settings.issuer(), audience):
        raise UnauthenticatedError
    if not all(_is_id(claims.get(name)) for name in ("sub", "sid", "jti")):
        raise UnauthenticatedError
    begins_at = max(_number(claims, "iat"), _number({"nbf": 0} | claims, "nbf"))
    expires_at, now = _number(claims, "exp"), clock.epoch()
    if begins_at > now + _CLOCK_SKEW_SECONDS:
        raise UnauthenticatedError
    if expires_at <= now and not even_expired:
        raise TokenExpiredError
    return claims


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _members(data: bytes) -> dict[str, Any]:
    """The members of a JSON object; none may stand twice (RFC 7515, section 4; RFC 7519, section 4)."""
    members = json.loads(data.decode(), object_pairs_hook=_distinct)
    if not isinstance(members, dict):
        raise TypeError
    return members


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _is_id(value: object) -> bool:
    return type(value) is str and value.isascii() and 0 < len(value) <= ID_LENGTH


def _number(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 <= value <= _MAX_NUMBER:
        raise UnauthenticatedError
    return value
