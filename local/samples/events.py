"""`make event`: a sample event, filled with values that are real in what `make run` runs, on standard output."""

import argparse
import json
import sys

from local.running import NotRunningError, running_stack
from local.samples import event_values
from local.samples.functions import AnswerError
from local.samples.sample_events import names


def main() -> int:
    """Print an event; the exit status."""
    parser = argparse.ArgumentParser(prog="local.samples.events", description=__doc__)
    parser.add_argument("event", help="such as tasks/list")
    name = parser.parse_args().event
    if name not in names():
        print(f"There is no events/{name}.json.", file=sys.stderr)
        return 2
    try:
        stack = running_stack()
        print(json.dumps(event_values.filled(stack, name, stack.emulator.endpoint), indent=2))
    except (NotRunningError, AnswerError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
