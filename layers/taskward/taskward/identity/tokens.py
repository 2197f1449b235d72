"""The signed tokens: access (RFC 9068's `at+jwt`), refresh (`rt+jwt`), and those between two steps of a ceremony.

All are EdDSA-signed JWTs (RFC 7519, 8725), each kind with a type and an audience of its own.

Everything a token claims is verified here, and nothing else is believed: the algorithm is pinned, the type, issuer and
audience must be ours, all claims must be there, and keys come from the published set alone.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from taskward import clock, settings
from taskward.errors import TokenExpiredError, UnauthenticatedError
from taskward.identity.keys import PublishedKeys

ALGORITHM = "EdDSA"
ACCESS_TYPE = "at+jwt"
REFRESH_TYPE = "rt+jwt"
MAX_LENGTH = 2048
"""Characters; ours have about 500. A longer token is refused before it is parsed."""

_CLOCK_SKEW_SECONDS = 2
_COMMON_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "exp"]


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
    generation, ends_at = claims.get("gen"), claims.get("session_exp")
    if type(generation) is not int or type(ends_at) is not int:
        raise UnauthenticatedError
    return RefreshClaims(claims["sub"], claims["sid"], generation, ends_at)


def verify_step(token: str, keys: PublishedKeys, purpose: str) -> dict[str, Any]:
    """The claims of a token between two steps; refuses like `verify_access`."""
    claims = _verify(token, keys, _step_type(purpose), _step_audience(purpose), even_expired=False)
    if type(claims["jti"]) is not str or type(claims.get("cv")) is not int:
        raise UnauthenticatedError
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
    if len(token) > MAX_LENGTH:
        raise UnauthenticatedError
    try:
        header = jwt.get_unverified_header(token)
        key = keys.verification_keys.get(header.get("kid", ""))
        if key is None or header.get("typ") != token_type or "crit" in header:
            raise UnauthenticatedError
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=settings.issuer(),
            # Times are checked below, by this service's own clock.
            options={"require": _COMMON_CLAIMS, "verify_exp": False, "verify_iat": False, "strict_aud": True},
        )
    except jwt.PyJWTError:
        raise UnauthenticatedError from None
    except (TypeError, ValueError, RecursionError):
        # Headers and claims of unexpected types, which the library lets through to its own code.
        raise UnauthenticatedError from None
    texts, times = (claims["sub"], claims["sid"]), (claims["iat"], claims["exp"])
    if any(type(text) is not str for text in texts) or any(type(time) is not int for time in times):
        raise UnauthenticatedError
    now = clock.epoch()
    if claims["iat"] > now + _CLOCK_SKEW_SECONDS:
        raise UnauthenticatedError
    if claims["exp"] <= now and not even_expired:
        raise TokenExpiredError
    return claims
