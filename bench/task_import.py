"""How long the worker takes to import a file of 10,000 tasks, and to find that all are there when it comes again.

make bench-import                python -m bench.task_import [--tasks 10000] [--format csv]
"""

import argparse
import time
from datetime import date

from bench.large_account import large_account
from taskward.jobs import jobs, results
from taskward.tasks.formats import formats
from taskward.tasks.formats.records import Record, empty
from taskward.work import task_import
from taskward.work.messages import TaskImport


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--format", choices=formats.FORMATS, default="csv")
    arguments = parser.parse_args()
    content = b"".join(formats.written(arguments.format, map(_record, range(arguments.tasks))))
    print(f"a file of {len(content):,} bytes")
    with large_account(0) as user_id:
        for name in ("first", "again"):
            job = jobs.new(user_id, "task_import")
            job.save()
            results.store(results.upload_key_of(user_id, job.job_id), content)
            message = TaskImport(
                kind="task_import",
                user_id=user_id,
                job_id=job.job_id,
                format=arguments.format,
                dry_run=False,
                today=date(2026, 1, 1),
            )
            begin, cpu = time.monotonic(), time.process_time()
            task_import.run(message, lambda: 900)
            seconds, cpu = time.monotonic() - begin, time.process_time() - cpu
            done = int(jobs.get(user_id, job.job_id).progress)
            print(f"{name}: {done:,} tasks in {seconds:.1f} s ({cpu:.1f} s of CPU), {done / seconds:,.0f} a second")


def _record(number: int) -> Record:
    return empty() | {"id": str(number), "title": f"Task {number}", "due": "2026-12-24", "description": "x" * 200}


if __name__ == "__main__":
    main()
