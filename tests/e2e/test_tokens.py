"""Every token that is not ours is refused by the deployed gateway and authorizer, with a problem document."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.stack import Stack
from tests.e2e.conftest import Person


class Forge:
    """Makes access tokens; by default with the real key, so that just what a test changes is wrong with them."""

    def __init__(self, ring: dict[str, Any], access_token: str) -> None:
        entry = ring["keys"][-1]
        self.kid: str = entry["kid"]
        self.key = jwt.PyJWK({"kty": "OKP", "crv": "Ed25519", "x": entry["x"], "d": entry["d"]}).key
        self.public_bytes: bytes = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public_pem: bytes = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.claims = jwt.decode(access_token, options={"verify_signature": False})

    def token(self, *, key: Any = None, without: str = "", headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed token with some headers and claims changed and one claim left out."""
        payload = {name: value for name, value in (self.claims | claims).items() if name != without}
        all_headers = {"typ": "at+jwt", "kid": self.kid} | (headers or {})
        return jwt.encode(payload, key or self.key, algorithm="EdDSA", headers=all_headers)

    def unsigned(self, algorithm: str, signature: bytes) -> str:
        """A token with any algorithm in its header and any signature."""
        header = {"alg": algorithm, "typ": "at+jwt", "kid": self.kid}
        return ".".join(_segment(part) for part in (_json(header), _json(self.claims), signature))

    def hs256(self, secret: bytes) -> str:
        """A token signed with HMAC."""
        signed = self.unsigned("HS256", b"").rstrip(".")
        return f"{signed}.{_segment(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _segment(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@pytest.fixture(scope="module")
def holder(new_person: Callable[[], Person]) -> Person:
    """Somebody with a live session, which every forgery claims."""
    return new_person()


@pytest.fixture(scope="module")
def forge(stack: Stack, holder: Person) -> Forge:
    """Forges tokens of the holder's session."""
    secrets = stack.client("secretsmanager")
    name = next(s["Name"] for s in secrets.list_secrets()["SecretList"] if "SigningKeys" in s["Name"])
    return Forge(json.loads(secrets.get_secret_value(SecretId=name)["SecretString"]), holder.access_token)


def _get(client: httpx.Client, authorization: str | None) -> httpx.Response:
    return client.get("/tasks", headers={"Authorization": authorization} if authorization is not None else {})


def test_the_forge_makes_good_tokens_when_nothing_is_changed(holder: Person, forge: Forge) -> None:
    assert _get(holder.client, f"Bearer {forge.token()}").status_code == 200
    assert _get(holder.client, f"bearer {forge.token(jti=uuid.uuid4().hex)}").status_code == 200


def _forgeries(forge: Forge, holder: Person) -> Iterator[tuple[str, str]]:
    good = forge.token()
    head, payload, signature = good.split(".")
    for spelling in ("none", "None", "NONE", "nOnE", ""):
        yield f"alg {spelling!r}", forge.unsigned(spelling, b"x")
    yield "HS256 with the public key's bytes", forge.hs256(forge.public_bytes)
    yield "HS256 with the public key's PEM", forge.hs256(forge.public_pem)
    yield "unknown kid", forge.token(headers={"kid": "unknown"})
    for kid in ("../../../dev/null", "' OR 1=1 --", "", "KEYS", 7, None, ["a"], {"a": 1}):
        header = {"alg": "EdDSA", "typ": "at+jwt", "kid": kid}
        signed = f"{_segment(_json(header))}.{payload}"
        yield f"kid {kid!r}", f"{signed}.{_segment(forge.key.sign(signed.encode()))}"
    other = Ed25519PrivateKey.generate()
    jwk = jwt.algorithms.OKPAlgorithm.to_jwk(other.public_key(), as_dict=True)
    yield "another key", forge.token(key=other)
    yield "another key in its jwk header", forge.token(key=other, headers={"jwk": jwk})
    yield "jku", forge.token(key=other, headers={"jku": "http://127.0.0.1:1/keys.json", "kid": "mine"})
    yield "x5u", forge.token(key=other, headers={"x5u": "http://127.0.0.1:1/cert.pem"})
    yield "critical extension", forge.token(headers={"crit": ["exp"], "exp": 1})
    yield "a refresh token", holder.refresh_token
    for typ in ("JWT", "rt+jwt", "", "AT+JWT"):
        yield f"typ {typ!r}", forge.token(headers={"typ": typ})
    yield "the audience of refresh tokens", forge.token(aud=forge.claims["aud"].replace(":api", ":refresh"))
    yield "a list of audiences", forge.token(aud=[forge.claims["aud"], "other"])
    yield "another issuer", forge.token(iss="urn:somebody:else")
    for claim in ("iss", "aud", "sub", "sid", "jti", "iat", "exp"):
        yield f"no {claim}", forge.token(without=claim)
    yield "issued in the future", forge.token(iat=int(time.time()) + 3600)
    yield "exp as text", forge.token(exp="9999999999")
    yield "truncated signature", f"{head}.{payload}.{signature[:-4]}"
    yield "flipped signature", f"{head}.{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    yield "another payload", f"{head}.{_segment(_json(forge.claims | {'sub': str(uuid.uuid4())}))}.{signature}"
    yield "not JSON", f"{_segment(b'nonsense')}.{payload}.{signature}"
    yield "oversized", forge.token(padding="x" * 4000)


def test_every_forgery_is_refused_with_a_challenge(holder: Person, forge: Forge) -> None:
    for name, token in _forgeries(forge, holder):
        response = _get(holder.client, f"Bearer {token}")
        assert (response.status_code, response.json()["code"]) == (401, "invalid_token"), name
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"', name
        assert response.headers["content-type"] == "application/problem+json", name
    assert _get(holder.client, f"Bearer {forge.token()}").status_code == 200, "the session lives on"


def test_a_token_of_another_user_for_this_session_is_refused(holder: Person, forge: Forge) -> None:
    response = _get(holder.client, f"Bearer {forge.token(sub=str(uuid.uuid4()))}")
    assert (response.status_code, response.json()["code"]) == (401, "session_revoked")


def test_an_expired_token_is_refused_as_expired(holder: Person, forge: Forge) -> None:
    response = _get(holder.client, f"Bearer {forge.token(exp=int(time.time()) - 1)}")
    assert (response.status_code, response.json()["code"]) == (401, "token_expired")
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_no_token_and_malformed_ones_never_reach_the_authorizer(holder: Person) -> None:
    token = holder.access_token
    malformed = ["", "Bearer", "Basic YTpi", token, f"Bearer {token}.more", "Bearer a b c", f"Token {token}"]
    malformed += [f"Bearer {token[: token.rindex('.') + 1]}", "Bearer ..", "Bearer a.b.c.d.e"]
    for authorization in (None, *malformed):
        response = _get(holder.client, authorization)
        assert (response.status_code, response.json()["code"]) == (401, "authentication_required"), authorization
        assert response.headers["www-authenticate"] == "Bearer", authorization


def test_an_access_token_is_no_refresh_token(holder: Person, forge: Forge) -> None:
    for token in (holder.access_token, forge.token(headers={"typ": "rt+jwt"}), "x", "a.b.c", ""):
        response = holder.client.post("/auth/refresh", json={"refresh_token": token})
        assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_an_expired_refresh_token_is_refused_as_expired(holder: Person, forge: Forge) -> None:
    claims = jwt.decode(holder.refresh_token, options={"verify_signature": False})
    expired = claims | {"exp": int(time.time()) - 1}
    token = jwt.encode(expired, forge.key, algorithm="EdDSA", headers={"typ": "rt+jwt", "kid": forge.kid})
    response = holder.client.post("/auth/refresh", json={"refresh_token": token})
    assert (response.status_code, response.json()["code"]) == (401, "token_expired")


def test_every_protected_route_needs_a_token(client: httpx.Client) -> None:
    task = f"/tasks/{uuid.uuid4()}"
    routes = [("GET", "/tasks"), ("POST", "/tasks"), ("DELETE", "/tasks"), ("GET", task), ("PUT", task)]
    routes += [("PATCH", task), ("DELETE", task), ("PATCH", f"{task}/complete"), ("GET", "/auth/session")]
    for method, path in routes:
        response = client.request(method, path)
        assert (response.status_code, response.json()["code"]) == (401, "authentication_required"), (method, path)


def test_the_published_keys_verify_our_tokens_and_hold_no_private_half(client: httpx.Client, holder: Person) -> None:
    response = client.get("/.well-known/jwks.json")
    assert response.headers["cache-control"] == "public, max-age=60"
    keys = {entry["kid"]: entry for entry in response.json()["keys"]}
    assert all("d" not in entry for entry in keys.values())
    kid = jwt.get_unverified_header(holder.access_token)["kid"]
    audience = jwt.decode(holder.access_token, options={"verify_signature": False})["aud"]
    claims = jwt.decode(holder.access_token, jwt.PyJWK(keys[kid]), algorithms=["EdDSA"], audience=audience)
    assert claims["sid"] == holder.grant["session_id"]
