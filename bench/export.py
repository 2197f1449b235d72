"""How long the worker takes to export an account of 100,000 tasks.

make bench-export                python -m bench.export [--tasks 100000] [--text 200]
"""

import argparse
import time

from bench.large_account import large_account
from taskward.jobs import jobs
from taskward.work import export


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--text", type=int, default=200, help="characters of each task's description")
    arguments = parser.parse_args()
    with large_account(arguments.tasks, arguments.text) as user_id:
        job = jobs.new(user_id, "export")
        job.save()
        begin, cpu = time.monotonic(), time.process_time()
        export.run(user_id, job.job_id, lambda: 900)
        seconds, cpu = time.monotonic() - begin, time.process_time() - cpu
        done = jobs.get(user_id, job.job_id)
    print(f"{int(done.progress):,} records, {int(done.result_bytes):,} bytes in {seconds:.0f} s ({cpu:.0f} s of CPU)")


if __name__ == "__main__":
    main()
