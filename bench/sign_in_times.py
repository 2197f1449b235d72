"""How long a refused sign-in takes for an address that has an account and for one that has none: `make bench-sign-in`.

Interleaved, in one process, against Amazon's DynamoDB Local; prints the medians and their ratio, and fails when the two
can be told apart by it.
"""

import os
import random
import statistics
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

from tests import conftest  # noqa: E402

# What is measured is the whole work, and a limited attempt does next to nothing.
os.environ.update(ATTEMPTS="1000000", NETWORK_ATTEMPTS="1000000", ACCOUNT_ATTEMPTS="1000000")

from taskward.client import Client  # noqa: E402
from taskward.errors import InvalidCredentialsError  # noqa: E402
from taskward.identity import passwords, sign_in  # noqa: E402
from taskward.identity.models import Credentials  # noqa: E402
from taskward.telemetry import logger  # noqa: E402
from tests.support import aws  # noqa: E402
from tests.support.people import registered  # noqa: E402

ROUNDS = 300
FARTHEST_RATIO = 1.1

KINDS = {"account": "ada@example.com", "no account": "bob@example.com"}


def _seconds(email: str, number: int) -> float:
    credentials = Credentials(email=email, password="a wrong password")
    client = Client(f"2001:db8:0:{number:x}::1", "bench")
    start = time.perf_counter()
    try:
        sign_in.sign_in(credentials, client)
    except InvalidCredentialsError:
        return time.perf_counter() - start
    raise AssertionError("it was not refused")


def main() -> int:
    """Measure, print, and say by the exit code whether the times tell nothing."""
    logger.setLevel("ERROR")
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with aws.local_database() as endpoint, aws.in_memory(but_reach=endpoint):
        aws.create_secrets(conftest.ORIGIN_SECRET)
        aws.connect(endpoint)
        aws.create_tables(endpoint)
        registered(KINDS["account"])
        passwords.prepare()
        for number in range(ROUNDS):
            for kind in random.sample(list(KINDS), len(KINDS)):
                times[kind].append(_seconds(KINDS[kind], number))
    medians = {kind: statistics.median(found) for kind, found in times.items()}
    for kind, median in medians.items():
        print(f"{kind:12} {median * 1000:7.2f} ms", file=sys.stderr)
    ratio = max(medians.values()) / min(medians.values())
    print(f"slowest / fastest: {ratio:.3f} (of {ROUNDS} each, interleaved)", file=sys.stderr)
    return 0 if ratio <= FARTHEST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
