"""What Taskward is measured beside, in a process and on packages of its own, asked as a gateway would ask it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from bench.postgres import postgres, programs
from local.paths import ROOT, TOOLS, tool
from tests.support.gateway import Gateway, Headers
from tests.support.sample_events import Answer

FOLDER: Final = ROOT / "bench" / "peer"
PACKAGES: Final = TOOLS / "peer"

_SERVE: Final = """
import json, sys
from app import handler
for line in sys.stdin:
    print(json.dumps(handler(json.loads(line), None)), flush=True)
"""


def missing() -> bool:
    """Whether something is not installed that it needs."""
    return programs() is None or not (PACKAGES / ".done").exists()


@dataclass
class Peer:
    """The peer, asked like a `Gateway`. `signing_key` is what its tokens are signed with."""

    signing_key: Ed25519PrivateKey
    _database: str
    _process: "subprocess.Popen[str]"

    def ask(
        self, method: str, target: str, body: Any = None, *, token: str | None = None, headers: Headers = ()
    ) -> Answer:
        """The answer to a request with a body of JSON, or with none, by whoever has this access token."""
        sent = None if body is None else json.dumps(body).encode()
        own = [("Content-Type", "application/json")] if sent is not None else []
        if token is not None:
            own.append(("Authorization", f"Bearer {token}"))
        return self.send(method, target, sent, [*own, *headers])

    def send(self, method: str, target: str, body: bytes | None, headers: Headers) -> Answer:
        """The answer to a request as it goes over the wire."""
        path, _, query = target.partition("?")
        event = Gateway().event(method, path, query, body, headers, "request-of-the-peer", "203.0.113.7")
        event["resource"] = path
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        result = json.loads(self._process.stdout.readline())
        assert result["isBase64Encoded"] is False
        several = {name: [value] for name, value in result["headers"].items()} | result["multiValueHeaders"]
        return Answer(result["statusCode"], several, result["body"])

    def query(self, statement: str) -> None:
        """Carry out a statement in its database."""
        found = programs()
        assert found is not None
        subprocess.run([found / "psql", self._database, "--quiet", "--command", statement], check=True, env={})


@contextmanager
def running() -> Iterator[Peer]:
    """The peer with an empty database, until the end of the block."""
    key = Ed25519PrivateKey.generate()
    with postgres() as database:
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PACKAGES),
            "DATABASE_URL": database,
            "SIGNING_KEY": json.dumps(OKPAlgorithm.to_jwk(key, as_dict=True) | {"kid": "of-the-peer", "alg": "EdDSA"}),
        }
        python = tool("bench", "python")
        subprocess.run([python, "tables.py"], cwd=FOLDER, env=variables, check=True)
        with subprocess.Popen(
            [python, "-c", _SERVE],
            cwd=FOLDER,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield Peer(key, database.replace("+psycopg", ""), process)
            finally:
                process.kill()
