"""Tokens that are not signed: personal access tokens, links in mails; and how a token is put into a request."""

import base64
from collections.abc import Iterator
from itertools import islice
from uuid import UUID, uuid4

import pytest

from taskward.identity import keys, links
from tests.support.figures import Figure
from tests.support.gateway import Gateway
from tests.support.jws import decoded, encoded, flipped
from tests.support.naming import naming
from tests.support.snapshots import changes, snapshot
from tests.support.ways_in import account, add_token, verified
from tests.support.wire import Wire, held

pytestmark = pytest.mark.usefixtures("moto_tables", "weak_hashes", "clock")

PREFIX = "taskward_pat."
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _altered(text: str) -> Iterator[str]:
    """A personal access token with something changed that leaves its shape: each costs the read of one row."""
    ids, secret = map(decoded, text.removeprefix(PREFIX).split("."))
    for bit in range(8 * len(ids)):
        yield f"{PREFIX}{encoded(flipped(ids, bit))}.{encoded(secret)}"
    for bit in range(8 * len(secret)):
        yield f"{PREFIX}{encoded(ids)}.{encoded(flipped(secret, bit))}"
    for other in (bytes(32), b"\xff" * 32, secret[::-1]):
        yield f"{PREFIX}{encoded(ids)}.{encoded(other)}"
    yield f"{PREFIX}{encoded(ids[16:] + ids[:16])}.{encoded(secret)}"
    yield f"{PREFIX}{encoded(ids[:16] + uuid4().bytes)}.{encoded(secret)}"


def _misshapen(text: str) -> Iterator[str]:
    """What the same bytes could be read from, and what none can: refused before anything is read."""
    ids, secret = text.removeprefix(PREFIX).split(".")
    for length in range(len(secret)):
        yield f"{PREFIX}{ids}.{secret[:length]}"
    for part, rest in ((ids, f".{secret}"), (secret, "")):
        front = "" if rest else f"{ids}."
        last, spare = ALPHABET.index(part[-1]), {0: 0, 2: 4, 3: 2}[len(part) % 4]
        for bits in range(1, 1 << spare):
            yield f"{PREFIX}{front}{part[:-1]}{ALPHABET[last ^ bits]}{rest}"
        for junk in ("=", "==", "%3D", "+", "/", "\0", "\u200b", "é", "A", "AAAA", "A" * 5000):
            yield f"{PREFIX}{front}{part}{junk}{rest}"
            yield f"{PREFIX}{front}{part[:7]}{junk}{part[7:]}{rest}"
    for prefix in ("Taskward_pat.", "TASKWARD_PAT.", "taskward_pat", "taskward-pat.", f"{PREFIX}{PREFIX}", ""):
        yield f"{prefix}{ids}.{secret}"
    yield f"{text}.{secret}"
    yield f"{text} {text}"
    yield f"{text},{text}"


def test_a_personal_access_token_with_a_bit_changed_is_nobodys(thorough: bool, figure: Figure) -> None:
    _, session = verified("ada@example.com")
    _, text = add_token(session)
    keys.published()
    gateway, before, tried = Gateway(), snapshot(), 0
    with held(Wire(knows_tokens=False)) as wire:
        for forged in islice(_altered(text), 0, None, 1 if thorough else 10):
            wire.requests.clear()
            with naming(lambda: repr(forged)):  # noqa: B023 - told at once
                answer = gateway.ask("GET", "/tasks", token=forged)
                assert (answer.status, answer.json()["code"]) == (401, "session_revoked")
                assert wire.requests == ["GetItem"]
                assert forged not in answer.text
            tried += 1
        for forged in islice(_misshapen(text), 0, None, 1 if thorough else 10):
            wire.requests.clear()
            with naming(lambda: repr(forged)):  # noqa: B023 - told at once
                answer = gateway.ask("GET", "/tasks", token=forged)
                assert answer.status == 401
                assert answer.json()["code"] in ("invalid_token", "authentication_required")
                assert wire.requests == []
            tried += 1
    assert changes(before, snapshot()) == {}
    assert gateway.crashes == []
    assert gateway.ask("GET", "/tasks", token=text).status == 200
    figure(f"{tried} forgeries of a personal access token refused")


LINKS: dict[links.Purpose, tuple[str, dict[str, str]]] = {
    "verification": ("/auth/email/verify", {}),
    "address_change": ("/auth/email/confirm", {}),
    "address_undo": ("/auth/email/restore", {}),
    "password_reset": ("/auth/password/reset", {"new_password": "another quiet river"}),
}


def _wrong_links(token: str) -> Iterator[str]:
    data = base64.urlsafe_b64decode(token)
    for bit in range(8 * len(data)):
        yield base64.urlsafe_b64encode(flipped(data, bit)).decode()
    for junk in ("=", "==", " ", "\n", "\0", "A", "AAAA", "%3D", "\u200b", "é"):
        yield token + junk
        yield junk + token
        yield token[:9] + junk + token[9:]
    for length in (1, 2, 3, 4, 16, 22, 32, 60, 63):
        yield token[:length]
    for other in (bytes(48), b"\xff" * 48, UUID(int=0).bytes + data[16:], data[16:] + data[:16], data[:16] + bytes(32)):
        yield base64.urlsafe_b64encode(other).decode()
    if {"-", "_"} & set(token):
        # The bytes are the same, the text is not.
        yield base64.b64encode(data).decode()


@pytest.mark.parametrize("purpose", LINKS)
def test_a_link_with_a_bit_changed_leads_nowhere(purpose: links.Purpose, thorough: bool, figure: Figure) -> None:
    user, _ = verified("ada@example.com")
    kept = account(user.user_id)
    token = links.store(kept, purpose, "new@example.com" if purpose == "address_change" else "ada@example.com")
    path, beside = LINKS[purpose]
    others = {other: links.store(kept, other, "ada@example.com") for other in LINKS if other != purpose}
    gateway, before, tried = Gateway(), snapshot(), 0
    for forged in [*islice(_wrong_links(token), 0, None, 1 if thorough else 10), *others.values()]:
        with naming(lambda: repr(forged)):  # noqa: B023 - told at once
            answer = gateway.ask("POST", path, {"token": forged, **beside})
            assert (answer.status, answer.json()["code"]) == (400, "invalid_link")
            assert forged not in answer.text or len(forged) < 5
        tried += 1
    assert changes(before, snapshot()) == {}
    assert gateway.ask("POST", path, {"token": token, **beside}).status == (400 if purpose == "address_undo" else 204)
    assert gateway.crashes == []
    figure(f"{tried} forgeries of a link refused ({purpose})")


def test_a_token_counts_in_one_header_of_one_form(figure: Figure) -> None:
    gateway = Gateway()
    body = {"email": "ada@example.com", "password": "a quiet river at dawn"}
    token = gateway.ask("POST", "/auth/register", body).json()["access_token"]
    refused = [
        *(
            "",
            " ",
            "Bearer",
            "Bearer ",
            token,
            f"Bearer{token}",
            f"BEARER {token}",
            f"bEARER {token}",
            f"Token {token}",
        ),
        *(f"Basic {token}", f"JWT {token}", f"Digest {token}", f"Bearer\t{token}", f"Bearer\u00a0{token}"),
        *(f"Bearer: {token}", f"Bearer={token}", f'Bearer "{token}"', f"Bearer <{token}>", f"Bearer {token},"),
        *(f"Bearer {token} x", f"Bearer {token}, Bearer {token}", f"Bearer Bearer {token}", f"Bearer {token};"),
        *(f" Bearer {token}", f"x Bearer {token}", f"\0Bearer {token}", f"Bearer {token}\0", f"B\u0435arer {token}"),
        *(f"Basic x\nBearer {token}", f"Bearer x.y.z\r\nAuthorization: Bearer {token}"),
    ]
    before = snapshot()
    with held(Wire(knows_tokens=False)) as wire:
        for header in refused:
            answer = gateway.send("GET", "/tasks", None, [("Authorization", header)])
            assert (answer.status, answer.json()["code"]) == (401, "authentication_required"), repr(header)
        for name in ("X-Authorization", "Proxy-Authorization", "Authorization2", "Cookie", "X-Access-Token"):
            assert gateway.send("GET", "/tasks", None, [(name, f"Bearer {token}")]).status == 401
        for query in (f"access_token={token}", f"token={token}", f"authorization=Bearer%20{token}"):
            assert gateway.send("GET", f"/tasks?{query}", None, []).status == 401
        assert wire.requests == []
    # Of several headers one counts, and then the others are as if they were not there.
    two = [("Authorization", f"Bearer {token}"), ("Authorization", "Bearer x.y.z")]
    assert gateway.send("GET", "/tasks", None, two).status == 401
    assert gateway.send("GET", "/tasks", None, two[::-1]).status == 200
    assert changes(before, snapshot()) == {}
    for header in (f"Bearer {token}", f"bearer {token}", f"Bearer   {token}"):
        assert gateway.send("GET", "/tasks", None, [("authorization", header)]).status == 200
    figure(f"{len(refused)} forms of the Authorization header refused")
