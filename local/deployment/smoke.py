"""`make smoke`: whether a deployed site does what it is there for, in some seconds; the same here and on AWS.

It works as two people do, with accounts of its own, and leaves nothing behind.
"""

import argparse
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from local.deployment.smoke_checks import CHECKS
from local.deployment.smoke_visit import CheckError, Visit


def main() -> int:
    """Test the site at an address; the exit status."""
    parser = argparse.ArgumentParser(prog="local.deployment.smoke", description=__doc__)
    parser.add_argument("--address", required=True)
    address = parser.parse_args().address.rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
        print("ADDRESS must be the origin of a site, such as https://tasks.example.com", file=sys.stderr)
        return 2
    return 0 if smoke(address) else 1


def smoke(address: str) -> bool:
    """Whether all that is checked holds at the site of an origin. Says each, and ends at the first that fails."""
    print(f"Smoke test of {address}", flush=True)
    visit = Visit(address)
    try:
        whole = all(_holds(title, check, visit) for title, check in CHECKS)
    finally:
        left = visit.close()
        for line in left:
            print(line, file=sys.stderr)
    return whole and not left


def _holds(title: str, check: Callable[[Visit], None], visit: Visit) -> bool:
    begin = time.monotonic()
    try:
        check(visit)
    except CheckError as error:
        print(f"  failed {time.monotonic() - begin:5.2f} s  {title}", flush=True)
        print(f"{title}: {error}.", file=sys.stderr)
        return False
    print(f"  ok     {time.monotonic() - begin:5.2f} s  {title}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
