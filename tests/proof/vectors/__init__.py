"""Vectors for verifiers of signed tokens, in the manner of Wycheproof; `python -m tests.proof.vectors` writes them.

The first group has the key of RFC 8037, appendix A, and says of each token whether this service takes it as an access
token. The others are made like the examples of RFC 7515, appendix A, with keys of our own: good tokens elsewhere, and
none here. All keys are public, and every signature comes out the same each time.
"""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.support.forgeries import Forge
from tests.support.jws import Sign, compact, constant, decoded, dumped, encoded, mac, rsa_signature, thumbprint

FILE: Final = Path(__file__).parent / "jws.json"

NOW: Final = 1_800_000_000
ISSUER: Final = "urn:taskward:vectors"
AUDIENCE: Final = f"{ISSUER}:api"

_KEY: Final = Ed25519PrivateKey.from_private_bytes(decoded("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
_OF_A_KIND: Final = 30
_LEFT_OUT: Final = ("another algorithm", "size")
"""By keys that are new each time; and what makes the file large."""

Made = dict[str, Any]


def made() -> Made:
    """All vectors."""
    groups = [*_groups()]
    number = itertools.count(1)
    for test in (test for group in groups for test in group["tests"]):
        test["id"] = next(number)
    return {"number": sum(len(group["tests"]) for group in groups), "now": NOW, "groups": groups}


def text() -> str:
    """As they are in the file."""
    return json.dumps(made(), indent=1) + "\n"


def _groups() -> Iterator[Made]:
    x = encoded(_KEY.public_key().public_bytes_raw())
    kid = thumbprint(dumped({"crv": "Ed25519", "kty": "OKP", "x": x}), "sha256")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA", "key_ops": ["verify"]}
    header = {"alg": "EdDSA", "kid": kid, "typ": "at+jwt"}
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "6f1c1d0e-7a53-4b6e-9f0e-0b9d7f4c2a11",
        "sid": "0b9d7f4c-7a53-4b6e-9f0e-6f1c1d0e2a22",
        "jti": "00000000000000000000000000000001",
        "iat": NOW,
        "exp": NOW + 900,
    }
    yield {"about": "RFC 8037, appendix A: Ed25519", "key": jwk, "tests": [*_of_ours(header, claims)]}
    for about, key, algorithm, sign in _elsewhere():
        yield {"about": about, "key": key, "tests": [*_of_others(algorithm, sign, kid, claims)]}


def _of_ours(header: Made, claims: Made) -> Iterator[Made]:
    token = compact(header, claims, _KEY.sign)
    yield _test("as it is issued", token, valid=True)
    spaced = json.dumps(claims, indent=1).replace("\n", "\r\n").encode()
    others = {
        "members in another order": compact(dict(reversed(header.items())), dict(reversed(claims.items())), _KEY.sign),
        "white space in its JSON": compact(header, spaced, _KEY.sign),
        "a claim that nobody knows": compact(header, claims | {"x": [1, {"y": None}]}, _KEY.sign),
        "a header member that nobody knows": compact(header | {"x": 1}, claims, _KEY.sign),
        "nbf is over": compact(header, claims | {"nbf": NOW}, _KEY.sign),
        "issued two seconds from now": compact(header, claims | {"iat": NOW + 2}, _KEY.sign),
        "a second left": compact(header, claims | {"exp": NOW + 1}, _KEY.sign),
    }
    for comment, other in others.items():
        yield _test(comment, other, valid=True)
    yield _test("past its time", compact(header, claims | {"exp": NOW}, _KEY.sign), valid=False)
    own = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    forged = (each for each in Forge(token, _KEY, "https://keys.example", NOW, own).all() if each.kind not in _LEFT_OUT)
    for kind, forgeries in itertools.groupby(forged, key=lambda each: each.kind):
        every = list(forgeries)
        for forgery in every[:: -(-len(every) // _OF_A_KIND)]:
            yield _test(f"{kind}: {forgery.name}", forgery.text, valid=False)


def _of_others(algorithm: str, sign: Sign, kid: str, claims: Made) -> Iterator[Made]:
    plain = b'{"typ":"JWT",\r\n "alg":"' + algorithm.encode() + b'"}'
    like_ours = {"alg": algorithm, "kid": kid, "typ": "at+jwt"}
    for comment, header in (("as in the appendix", plain), ("said to be ours", like_ours)):
        yield _test(f"{algorithm}, {comment}", compact(header, claims, sign), valid=False)
    yield _test(f"{algorithm}, said to be EdDSA", compact(like_ours | {"alg": "EdDSA"}, claims, sign), valid=False)
    yield _test(f"{algorithm}, not of JSON", compact({"alg": algorithm}, b"Anything", sign), valid=False)


def _elsewhere() -> Iterator[tuple[str, Made | None, str, Sign]]:
    secret = bytes(range(64))
    yield "RFC 7515, A.1: HMAC", {"kty": "oct", "k": encoded(secret)}, "HS256", mac("HS256", secret)
    of_rsa = _rsa_key()
    n = of_rsa.public_key().public_numbers().n
    jwk = {"kty": "RSA", "n": encoded(n.to_bytes(256, "big")), "e": "AQAB"}
    yield "RFC 7515, A.2: RSA", jwk, "RS256", rsa_signature(of_rsa, "RS256")
    curves: list[tuple[str, str, Any, Any]] = [
        ("RFC 7515, A.3: P-256", "ES256", ec.SECP256R1(), hashes.SHA256()),
        ("RFC 7515, A.4: P-521", "ES512", ec.SECP521R1(), hashes.SHA512()),
    ]
    for about, algorithm, curve, digest in curves:
        key = ec.derive_private_key(0x5441534B57415244, curve)
        point, size = key.public_key().public_numbers(), (curve.key_size + 7) // 8
        x, y = (encoded(value.to_bytes(size, "big")) for value in (point.x, point.y))
        jwk = {"kty": "EC", "crv": f"P-{curve.key_size}", "x": x, "y": y}
        yield about, jwk, algorithm, _ec_signature(key, digest, size)
    yield "RFC 7515, A.5: not secured", None, "none", constant(b"")


def _ec_signature(key: ec.EllipticCurvePrivateKey, digest: Any, size: int) -> Sign:
    def sign(signed: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(digest, deterministic_signing=True)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


def _rsa_key() -> rsa.RSAPrivateKey:
    """Of the two largest primes that 1024 bits have: everybody's key, and no secret."""
    e, p, q = 65537, 2**1024 - 105, 2**1024 - 179
    d = pow(e, -1, (p - 1) * (q - 1))
    rest = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *rest, rsa.RSAPublicNumbers(e, p * q)).private_key()


def _test(comment: str, token: str, *, valid: bool) -> Made:
    return {"comment": comment, "jws": token, "result": "valid" if valid else "invalid"}
