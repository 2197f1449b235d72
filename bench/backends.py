"""What the functions that are measured ask: Amazon's DynamoDB Local, and a service that has their secrets."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from taskward import settings
from taskward.identity import keyring
from tests.support import aws, moto_account
from tests.support.loopback import QuietHandler, serving
from tests.support.template import variables


@contextmanager
def backends() -> Iterator[Mapping[str, str]]:
    """Empty tables, and keys that sign; yields the variables by which functions find them.

    The process itself is connected to the same.
    """
    with aws.local_database() as database, aws.in_memory(but_reach=database):
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        aws.connect(database)
        aws.create_tables(database)
        aws.publish_keys()
        ring = keyring.secrets_client().get_secret_value(SecretId=settings.signing_keys_secret())["SecretString"]
        with _secrets(ring) as secrets:
            yield {"AWS_ENDPOINT_URL_DYNAMODB": database, "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets}


def function_variables(function: str, backends: Mapping[str, str]) -> dict[str, str]:
    """What a function is deployed with, but for names: the tables here have those of the tests."""
    names = {
        "USERS_TABLE": settings.users_table(),
        "SESSIONS_TABLE": settings.sessions_table(),
        "TASKS_TABLE": settings.tasks_table(),
        "SIGNING_KEYS_SECRET": settings.signing_keys_secret(),
        "ISSUER": settings.issuer(),
    }
    deployed = variables(function)
    ours = {name: value for name, value in names.items() if name in deployed}
    # No mail, and no service of breached passwords: both are measured by what they are, requests over a network.
    off = dict.fromkeys(("MAIL_QUEUE", "MAIL_SENDER", "BREACHED_PASSWORDS_ADDRESS"), "")
    plenty = dict.fromkeys(("ATTEMPTS", "NETWORK_ATTEMPTS", "ACCOUNT_ATTEMPTS"), "1000000")
    asked = {name: value for name, value in (off | plenty).items() if name in deployed}
    return deployed | ours | asked | dict(backends)


@contextmanager
def _secrets(ring: str) -> Iterator[str]:
    """Secrets Manager as far as a sign-in asks it."""

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"SecretString": ring}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with serving(server) as origin:
        yield origin
