"""How long a refused sign-in takes for an address that has an account, and for one that has none.

    make bench-sign-in               python -m bench.sign_in [--rounds 300]

Interleaved, in one process, against Amazon's DynamoDB Local. Prints the medians and their ratio, and fails when the one
can be told from the other by it.
"""

import argparse
import contextlib
import io
import os
import random
import statistics
import sys
import time

from taskward.client import Client
from taskward.errors import InvalidCredentialsError
from taskward.identity import passwords, sign_in
from taskward.identity.models import Credentials
from tests.support import aws, moto_account
from tests.support.people import registered

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


def _medians(rounds: int) -> dict[str, float]:
    # What is measured is the whole work, and a limited attempt does next to nothing.
    os.environ.update(ATTEMPTS="1000000", NETWORK_ATTEMPTS="1000000", ACCOUNT_ATTEMPTS="1000000")
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with aws.local_database() as endpoint, aws.in_memory(but_reach=endpoint):
        moto_account.create_secrets()
        aws.connect(endpoint)
        aws.create_tables(endpoint)
        registered(KINDS["account"])
        passwords.prepare()
        for number in range(rounds):
            for kind in random.sample(list(KINDS), len(KINDS)):
                times[kind].append(_seconds(KINDS[kind], number))
    return {kind: statistics.median(found) for kind, found in times.items()}


def main() -> int:
    """Measure, print, and say by the exit code whether the times tell nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    # Metrics are lines on the standard output.
    with contextlib.redirect_stdout(io.StringIO()):
        medians = _medians(rounds)
    for kind, median in medians.items():
        print(f"{kind:12} {median * 1000:7.2f} ms")
    ratio = max(medians.values()) / min(medians.values())
    print(f"slower / faster: {ratio:.3f} (medians of {rounds} each, interleaved)")
    return 0 if ratio <= FARTHEST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
