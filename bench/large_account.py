"""An account of 100,000 tasks in Amazon's DynamoDB Local, for the measurements that need one."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from taskward.storage import connection_of
from taskward.tasks.tables import TaskItem
from tests.support import aws, moto_account
from tests.support.holdings import task
from tests.support.people import registered

_BATCH = 25
_THREADS = 8


@contextmanager
def large_account(tasks: int, text: int = 0) -> Iterator[str]:
    """The user's id, while the database runs; queue and bucket are in memory.

    `text` is the length of each task's description.
    """
    missing = aws.local_database_missing()
    if missing:
        sys.exit(f"This needs DynamoDB Local: {missing}.")
    with aws.local_database() as endpoint, aws.in_memory(but_reach=endpoint):
        aws.connect(endpoint)
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        aws.create_tables(endpoint)
        user_id = registered()[0].user_id
        begin = time.monotonic()
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(lambda first: _fill(user_id, first, tasks, text), range(0, tasks, _BATCH)):
                pass
        print(f"{tasks:,} tasks stored in {time.monotonic() - begin:.0f} s", flush=True)
        yield user_id


def _fill(user_id: str, first: int, tasks: int, text: int) -> None:
    numbers = range(first, min(first + _BATCH, tasks))
    fields = {"due": "2026-12-24", "parent_id": "p", "description": "x" * text or None}
    items = [task(user_id, number, **fields).serialize() for number in numbers]
    connection_of(TaskItem).batch_write_item(TaskItem.Meta.table_name, put_items=items)
