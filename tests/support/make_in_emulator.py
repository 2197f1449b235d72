"""`make` for somebody who follows the runbook on a machine without AWS: the real one, but for `make deploy`.

That builds for Lambda's processor, and tests the site where CloudFront would have it. Here it deploys, in the same way,
what the checkout in the working directory says was built.
"""

import os
import sys
from pathlib import Path

from local.deployment import deploy
from local.paths import ROOT


def main() -> int:
    """Do what the command line of `make` asks for; the exit status."""
    if sys.argv[1:2] != ["deploy"]:
        os.execvp(os.environ["REAL_MAKE"], ["make", "--no-print-directory", "-C", str(ROOT), *sys.argv[1:]])  # noqa: S606
    (text,) = [each.partition("=")[2] for each in sys.argv[2:]] or [""]
    plan = deploy.plan(os.environ.get("CONFIG", "default"), text, is_on_terminal=False)
    deploy.bring(plan, Path(Path("built").read_text().strip()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
