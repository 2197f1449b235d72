"""Every forgery of a token that is known of, made from a genuine token and the key that signed it.

Those that are signed by that very key are not forged; what they say is wrong, and nobody may be let in by it either.
"""

import itertools
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support import certificates
from tests.support.jws import (
    Parts,
    Sign,
    compact,
    constant,
    decoded,
    dumped,
    ec_signature,
    encoded,
    flipped,
    mac,
    parts,
    rsa_signature,
    thumbprint,
)

ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""Of the group that Ed25519 signs in: to S it can be added, and the equation still holds (RFC 8032, 5.1.7)."""

_P: Final = 2**255 - 19
SMALL_POINTS: Final = tuple(
    value.to_bytes(32, "little")
    for y in (
        *(0, 1, _P - 1, _P, _P + 1),
        2707385501144840649318225287225658788936804267575313519463743609750303021416,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    )
    for value in (y, y | 1 << 255)
)
"""Encodings of the points of order 1, 2, 4 and 8, those that are not canonical among them."""


SPACE: Final = "white space"
"""The kind of those that are genuine, with white space around them: a header loses it on its way (RFC 9110, 5.5)."""


@dataclass(frozen=True)
class Forgery:
    """A token that nobody may be let in by, and the code of the refusal."""

    kind: str
    name: str
    text: str
    code: str = "invalid_token"

    def told(self) -> str:
        """What it is, to be made again."""
        return f"{self.kind}, {self.name}: {self.text[:3000]!r}"


@dataclass
class Forge:
    """Makes forgeries of one genuine token.

    Parameters
    ----------
    key: the one that signed it.
    server: where a key of the forger's is to be had.
    now: the service's time.
    """

    genuine: str
    key: Ed25519PrivateKey
    server: str
    now: int
    own: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    of: Parts = field(init=False)

    def __post_init__(self) -> None:
        self.of = parts(self.genuine)

    def all(self) -> Iterator[Forgery]:
        """All but those of `bits`."""
        for kind, made in (
            ("no algorithm", self._without_algorithm()),
            ("algorithm confusion", self._confused()),
            ("another algorithm", self._of_other_algorithms()),
            ("a key in the token", self._with_keys()),
            ("kid", self._kids()),
            ("crit, b64, zip", self._extensions()),
            ("typ", self._types()),
            ("aud and iss", self._audiences()),
            ("claims", self._claims()),
            ("time", self._times()),
            ("signature", self._signatures()),
            ("text", self._texts()),
            ("padding", self._padded()),
            ("duplicates", self._duplicates()),
            ("shape", self._shapes()),
            ("size", self._sizes()),
            (SPACE, self._surrounded()),
        ):
            for name, text in made:
                yield Forgery(kind, name, text)

    def bits(self) -> Iterator[Forgery]:
        """The genuine token with each of its bits the other way round."""
        head, payload, signature = self.genuine.split(".")
        header, claims = decoded(head), decoded(payload)
        for bit in range(8 * len(header)):
            yield Forgery("bits of the header", str(bit), f"{encoded(flipped(header, bit))}.{payload}.{signature}")
        for bit in range(8 * len(claims)):
            yield Forgery("bits of the payload", str(bit), f"{head}.{encoded(flipped(claims, bit))}.{signature}")
        for bit in range(8 * len(self.of.signature)):
            forged = encoded(flipped(self.of.signature, bit))
            yield Forgery("bits of the signature", str(bit), f"{head}.{payload}.{forged}")

    def signed(self, header: Any = None, claims: Any = None) -> str:
        """By the genuine key."""
        return compact(
            self.of.header if header is None else header, self.of.claims if claims is None else claims, self.key.sign
        )

    def _made(self, sign: Sign, **header: Any) -> str:
        """The genuine claims, under the genuine header with some of its members changed; without those `...`."""
        members = {name: value for name, value in (self.of.header | header).items() if value is not ...}
        return compact(members, self.of.claims, sign)

    def _without_algorithm(self) -> Iterator[tuple[str, str]]:
        spellings: list[Any] = ["none", "None", "NONE", "nOnE", "noNe", " none", "none ", "none\0", "n\u043ene", ""]
        spellings += [None, ..., [], ["none"], ["EdDSA"], {"alg": "EdDSA"}, 0, False, True]
        signatures = {"no signature": b"", "the genuine signature": self.of.signature, "zeros": bytes(64)}
        for spelling in spellings:
            for name, signature in signatures.items():
                yield f"alg {spelling!r}, {name}", self._made(constant(signature), alg=spelling)
        yield "no header at all", compact({}, self.of.claims, constant(b""))

    def _confused(self) -> Iterator[tuple[str, str]]:
        public, x = self.key.public_key(), encoded(self.key.public_key().public_bytes_raw())
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.of.header["kid"]}
        jwk |= {"use": "sig", "alg": "EdDSA", "key_ops": ["verify"]}
        secrets = {
            "raw": public.public_bytes_raw(),
            "PEM": pem,
            "PEM without its last line feed": pem.rstrip(),
            "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            "SSH": public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
            "JWK": dumped(jwk),
            "JWK with spaces": json.dumps(jwk).encode(),
            "thumbprint's JWK": dumped({"crv": "Ed25519", "kty": "OKP", "x": x}),
            "x": x.encode(),
            "hexadecimal": public.public_bytes_raw().hex().encode(),
            "kid": self.of.header["kid"].encode(),
            "empty": b"",
            "null": b"\0" * 32,
        }
        for algorithm in ("HS256", "HS384", "HS512"):
            for name, secret in secrets.items():
                yield f"{algorithm} by {name}", self._made(mac(algorithm, secret), alg=algorithm)
        yield "HS256 said to be EdDSA", self._made(mac("HS256", secrets["raw"]))

    def _of_other_algorithms(self) -> Iterator[tuple[str, str]]:
        of_rsa, of_ec = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
        signs = {
            "RS256": rsa_signature(of_rsa, "RS256"),
            "PS256": rsa_signature(of_rsa, "PS256"),
            "ES256": ec_signature(of_ec),
            "Ed448": Ed448PrivateKey.generate().sign,
            "EdDSA": self.own.sign,
        }
        for name, sign in signs.items():
            yield f"{name} by the forger's key", self._made(sign, alg=name)
            yield f"{name} by the forger's key, said to be EdDSA", self._made(sign)
        yield "ES256 that is all zeros", self._made(constant(bytes(64)), alg="ES256")
        for name in ("Ed25519", "Ed448", "eddsa", "EDDSA", "EdDSA ", " EdDSA", "EdDSA\0", "ES256", "RS256", "HS256"):
            yield f"the genuine key's signature, said to be {name!r}", self._made(self.key.sign, alg=name)
        yield "the genuine key, as Ed25519ctx would", self._made(lambda signed: self.key.sign(b"\0\0" + signed))

    def _with_keys(self) -> Iterator[tuple[str, str]]:
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": encoded(self.own.public_key().public_bytes_raw())}
        der = certificates.self_signed(self.own)
        chain = [certificates.in_base64(der)]
        carried: dict[str, dict[str, Any]] = {
            "jwk": {"jwk": jwk},
            "jwk with its private half": {"jwk": jwk | {"d": encoded(self.own.private_bytes_raw())}},
            "jwk as text": {"jwk": json.dumps(jwk)},
            "jwk with the genuine kid": {"jwk": jwk | {"kid": self.of.header["kid"]}},
            "jku": {"jku": f"{self.server}/jwks.json"},
            "jku, the issuer's own in front": {"jku": f"https://taskward.example@{self.server.partition('//')[2]}/"},
            "jku in a list": {"jku": [f"{self.server}/jwks.json"]},
            "x5u": {"x5u": f"{self.server}/certificate.pem"},
            "x5c": {"x5c": chain},
            "x5t": {"x5t": thumbprint(der, "sha1")},
            "x5t#S256": {"x5t#S256": thumbprint(der, "sha256")},
            "all": {"jwk": jwk, "jku": f"{self.server}/j", "x5u": f"{self.server}/x", "x5c": chain},
        }
        for name, members in carried.items():
            for kid in (self.of.header["kid"], "mine", ...):
                yield f"{name}, kid {kid!r}", self._made(self.own.sign, kid=kid, **members)
        yield "kid is where the key is", self._made(self.own.sign, kid=f"{self.server}/jwks.json")

    def _kids(self) -> Iterator[tuple[str, str]]:
        genuine = self.of.header["kid"]
        kids: list[Any] = [
            *("../../../../../../dev/null", "/dev/null", "file:///dev/null", "/proc/sys/kernel/randomize_va_space"),
            *("' OR 1=1 --", "x' UNION SELECT 'AAAA", "1; DROP TABLE keys", '{"$ne": null}', "| id", "`id`"),
            *("", "0", "KEYS", "PUBLISHED", "null", "constructor", "__proto__", "x" * 700),
            *(f"{genuine}\0", f"{genuine} ", genuine.upper(), genuine[:-1], f"{genuine}.", "\ud800", "\0", "é"),
            *(..., None, 0, 1, 1.5, True, False, [], [genuine], {}, {genuine: genuine}),
        ]
        for kid in kids:
            yield f"{kid!r}, by the forger's key", self._made(self.own.sign, kid=kid)
            yield f"{kid!r}, by the genuine key", self._made(self.key.sign, kid=kid)
            yield f"{kid!r}, by an empty file", self._made(mac("HS256", b""), kid=kid, alg="HS256")

    def _extensions(self) -> Iterator[tuple[str, str]]:
        crits: list[Any] = [["b64"], ["exp"], ["http://openbanking.org.uk/iat"], [], [""], [1], [None], None, "exp", {}]
        for crit in crits:
            yield f"crit {crit!r}", self._made(self.key.sign, crit=crit)
            yield f"crit {crit!r} with what it names", self._made(self.key.sign, crit=crit, b64=True, exp=2**40)
        head = encoded(dumped(self.of.header | {"b64": False, "crit": ["b64"]}))
        payload = dumped(self.of.claims)
        raw = self.key.sign(head.encode() + b"." + payload)
        yield "b64 false, detached", f"{head}..{encoded(raw)}"
        yield "b64 false, in the open", f"{head}.{payload.decode()}.{encoded(raw)}"
        yield "b64 false, encoded all the same", self._made(self.key.sign, b64=False, crit=["b64"])
        yield "b64 false, not critical", self._made(self.key.sign, b64=False)
        yield "zip", self.signed(self.of.header | {"zip": "DEF"}, zlib.compress(payload)[2:-4])

    def _types(self) -> Iterator[tuple[str, str]]:
        own = self.of.header["typ"]
        types: list[Any] = ["JWT", "jwt", "", "at+jwt", "rt+jwt", "second-factor+jwt", "passkey-sign-in+jwt"]
        types += ["passkey-registration+jwt", "passkey-reauthentication+jwt", own.upper(), own.title(), f" {own}"]
        types += [f"{own} ", f"application/{own}", f"{own};a=b", f"{own}\0", own[:-1], ..., None, [own], {own: 1}, True]
        for typ in types:
            if typ != own:
                yield repr(typ), self._made(self.key.sign, typ=typ)

    def _audiences(self) -> Iterator[tuple[str, str]]:
        for name in ("aud", "iss"):
            own = self.of.claims[name]
            wrong: list[Any] = [..., None, "", own.upper(), f"{own} ", f" {own}", own[:-1], f"{own}\0", "*", 0, True]
            wrong += [[own], [own, "urn:other"], ["urn:other"], [], {own: own}, "urn:other", f"{own}/", [[own]]]
            wrong += [own.rpartition(":")[0] + end for end in ("", ":api", ":refresh", ":second-factor")]
            for value in wrong:
                if value != own:
                    yield f"{name} {value!r}", self._claiming(**{name: value})

    def _claims(self) -> Iterator[tuple[str, str]]:
        never: list[Any] = [..., None, True, False, 1.5, float("nan"), float("inf"), [], {}, [1], {"a": {"b": []}}, ""]
        of_ids = [*never, 0, 7, "x" * 37, "x" * 900, "é" * 36, "\ud800" + "x" * 35, [self.of.claims["sub"]]]
        of_numbers = [*never, "12", str(self.now + 60), float(self.now), -1, 2**53, 10**30, 10**700]
        for name, own in self.of.claims.items():
            if name in ("aud", "iss"):
                continue
            for value in of_numbers if isinstance(own, int) else of_ids:
                yield f"{name} {_shortened(value)}", self._claiming(**{name: value})

    def _times(self) -> Iterator[tuple[str, str]]:
        for later in (3, 60, 86400 * 365, 2**40):
            yield f"issued in {later} s", self._claiming(iat=self.now + later)
            yield f"not before {later} s", self._claiming(nbf=self.now + later)
        values: list[Any] = [None, "0", 0.5, True, [], -1, float("nan"), float("inf"), 10**30]
        for value in values:
            yield f"nbf {value!r}", self._claiming(nbf=value)

    def expired(self) -> Iterator[Forgery]:
        """Genuine, but past their time."""
        for earlier in (0, 1, 3600, self.now):
            text = self._claiming(exp=self.now - earlier)
            yield Forgery("expired", f"{earlier} s ago", text, "token_expired")

    def _signatures(self) -> Iterator[tuple[str, str]]:
        head, payload, signature = self.genuine.split(".")
        for length in range(len(signature)):
            yield f"{length} characters", f"{head}.{payload}.{signature[:length]}"
        r, s = self.of.signature[:32], int.from_bytes(self.of.signature[32:], "little")
        others = {
            f"S + {n} L": r + (s + n * ORDER).to_bytes(32, "little") for n in range(1, (2**256 - 1 - s) // ORDER + 1)
        }
        others |= {"-S": r + (ORDER - s).to_bytes(32, "little"), "-R": flipped(self.of.signature, 255)}
        others |= {"swapped": self.of.signature[32:] + r, "twice": 2 * self.of.signature, "zeros": bytes(64)}
        others |= {"a byte more": self.of.signature + b"\0", "ones": b"\xff" * 64, "S of 0": r + bytes(32)}
        others |= {f"small R {point.hex()}": point + bytes(32) for point in SMALL_POINTS}
        others |= {f"small R {point.hex()}, genuine S": point + self.of.signature[32:] for point in SMALL_POINTS}
        for name, other in others.items():
            yield name, f"{head}.{payload}.{encoded(other)}"
        yield "of another token", f"{head}.{payload}.{self.signed(claims=self.of.claims | {'x': 1}).split('.')[2]}"
        yield "of the payload alone", f"{head}.{payload}.{encoded(self.key.sign(payload.encode()))}"
        yield "of what is encoded", f"{head}.{payload}.{encoded(self.key.sign(dumped(self.of.claims)))}"

    def _texts(self) -> Iterator[tuple[str, str]]:
        """The genuine token in other words."""
        own = self.genuine.split(".")
        for place in range(3):
            for name, other in _in_other_words(own[place]):
                yield f"part {place}: {name}", ".".join([*own[:place], other, *own[place + 1 :]])
        for name, other in {
            "between": self.genuine.replace(".", " . "),
            "as %2E": self.genuine.replace(".", "%2E"),
        }.items():
            yield name, other
        for dot in ("\u2024", "\uff0e", "\u3002", "..", ".\0"):
            yield f"{dot!r} for a dot", self.genuine.replace(".", dot)
        yield "other digits", self.genuine.translate({ord("0") + n: 0x0660 + n for n in range(10)} | {ord("e"): 0xFF45})

    def _padded(self) -> Iterator[tuple[str, str]]:
        own = self.genuine.split(".")
        for place, padding in itertools.product(range(3), ("=", "==", "===", "%3D")):
            yield f"part {place}: {padding}", ".".join([*own[:place], own[place] + padding, *own[place + 1 :]])

    def _surrounded(self) -> Iterator[tuple[str, str]]:
        for space in (" ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\ufeff"):
            yield f"{space!r} before", space + self.genuine
            yield f"{space!r} behind", self.genuine + space

    def _duplicates(self) -> Iterator[tuple[str, str]]:
        header, claims = dumped(self.of.header)[1:-1], dumped(self.of.claims)[1:-1]
        for name, own in self.of.header.items():
            for other in ("other", own):
                more = dumped({name: other})[1:-1]
                yield f"{name} {other!r} first", self.signed(b"{" + more + b"," + header + b"}")
                yield f"{name} {other!r} last", self.signed(b"{" + header + b"," + more + b"}")
        for name, own in self.of.claims.items():
            for other in ("other", own):
                more = dumped({name: other})[1:-1]
                yield f"{name} {other!r} first", self.signed(claims=b"{" + more + b"," + claims + b"}")
                yield f"{name} {other!r} last", self.signed(claims=b"{" + claims + b"," + more + b"}")
        yield "sub in escapes", self.signed(claims=b"{" + claims + rb',"s\u0075b":"other"}')
        yield "within a claim", self.signed(claims=b"{" + claims + b',"x":[{"a":1,"a":2}]}')

    def _shapes(self) -> Iterator[tuple[str, str]]:
        head, payload, signature = own = self.genuine.split(".")
        yield "two parts", f"{head}.{payload}"
        yield "four parts", f"{self.genuine}.{signature}"
        yield "an empty fourth", f"{self.genuine}."
        yield "an empty first", f".{self.genuine}"
        yield "JWE, of five", ".".join([encoded(dumped({"alg": "dir", "enc": "A256GCM"})), "", *own[1:], "AAAA"])
        yield "JWE, said to be ours", f"{self.genuine}.{payload}.{signature}"
        yield "detached", f"{head}..{signature}"
        yield "nested", self.signed(self.of.header | {"cty": "JWT"}, self.genuine.encode())
        flattened = {"protected": head, "payload": payload, "signature": signature}
        yield "JSON, flattened", json.dumps(flattened)
        yield "JSON, general", json.dumps({"payload": payload, "signatures": [flattened]})
        for name, text in {"empty": "", "a dot": ".", "dots": "..", "zero": "0", "null": "null"}.items():
            yield name, text
        for junk in (b"", b"[]", b"null", b"1", b'""', b"{", b"{}{}", b"{},", b"\xff\xfe", b"/**/{}", b"\0"):
            yield f"header {junk!r}", self.signed(junk)
            yield f"payload {junk!r}", self.signed(claims=junk)
        claims = dumped(self.of.claims)
        changes = {
            "in UTF-16": claims.decode().encode("utf-16"),
            "with a byte order mark": b"\xef\xbb\xbf" + claims,
            "with broken UTF-8": claims[:-1] + b',"x":"\xff"}',
            "with something behind": claims + b"{}",
            "in a list": b"[" + claims + b"]",
            "nested deeply": claims[:-1] + b',"x":' + b"[" * 1000 + b"]" * 1000 + b"}",
        }
        for name, changed in changes.items():
            yield f"payload {name}", self.signed(claims=changed)
        yield "header nested deeply", f"{encoded(b'[' * 1400)}.e30.{signature}"
        yield "header and payload swapped", self.signed(self.of.claims, self.of.header)

    def _sizes(self) -> Iterator[tuple[str, str]]:
        room = 2049 - len(self.genuine)
        yield "too long by a little", self.signed(claims=self.of.claims | {"x": "x" * room})
        for size in (8_000, 100_000):
            yield f"{size}, by the genuine key", self.signed(claims=self.of.claims | {"x": "x" * size})
            yield f"{size} of a letter", "A" * size
            yield f"{size} of dots", "." * size
        yield "5 MB of signature", f"{self.genuine}{'A' * 5_000_000}"

    def _claiming(self, **claims: Any) -> str:
        """By the genuine key, with some claims changed; without those `...`."""
        return self.signed(
            claims={name: value for name, value in (self.of.claims | claims).items() if value is not ...}
        )


def mixed(one: str, other: str) -> Iterator[Forgery]:
    """Parts of two genuine tokens put together."""
    mine, theirs = one.split("."), other.split(".")
    for choice in range(1, 7):
        text = ".".join((mine, theirs)[choice >> place & 1][place] for place in range(3))
        # The header may be the same in both.
        if text not in (one, other):
            yield Forgery("two tokens mixed", f"{choice:03b}", text)


def _in_other_words(part: str) -> Iterator[tuple[str, str]]:
    """Base64 that careless readers take for the same bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = {0: 0, 2: 4, 3: 2}[len(part) % 4]
    last = alphabet.index(part[-1])
    for bits in range(1, 1 << spare):
        yield f"spare bits {bits}", part[:-1] + alphabet[last ^ bits]
    half = len(part) // 2
    for junk in (" ", "\n", "\r\n", "\t", "\0", "!", "\u200b", "\u00a0", "%20", "+", "/", "="):
        yield f"{junk!r} within", part[:half] + junk + part[half:]
    for junk in ("\0", "\u200b", "\ufeff", "é", "\ud800"):
        yield f"{junk!r} behind", part + junk
    for ours, others in (("-", "+"), ("_", "/")):
        if ours in part:
            yield f"{others} for {ours}", part.replace(ours, others)


def _shortened(value: Any) -> str:
    shown = "..." if value is ... else repr(value)
    return shown if len(shown) < 50 else f"{shown[:20]}, {len(shown)} characters"
