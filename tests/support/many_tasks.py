"""Tens of thousands of tasks, put into DynamoDB Local within seconds."""

import http.client
import json
import threading
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from urllib.parse import urlsplit

from taskward import clock
from taskward.tasks.tables import COMPLETED, TRASHED, TaskItem, sortable_number

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
"""When the tasks are looked at; they were made in the days before."""

_FIRST = NOW - timedelta(days=20)
_ROWS_A_REQUEST = 25
_CONNECTIONS = 4
_MARKED_ID = "ffffffff-ffff-4fff-bfff-ffffffffffff"
_MARKED_TIME = "2026-12-31T23:59:59.999999Z"
_MARKED_ORDER = 123456789
_DUES = (None, "2026-06-14", "2026-06-15", "2026-06-16T09:00:00")
_PRIORITIES = ("none", "none", "low", "medium", "high")


def task_id(number: int) -> str:
    """The id of one of a user's tasks."""
    return str(uuid.UUID(int=number, version=4))


def load(endpoint: str, tasks: Iterable[tuple[str, int, str]]) -> None:
    """Store tasks, each given by its user, its number and its state; those of higher numbers are newer.

    The rows are texts made from a pattern, sent by nothing but HTTP: a model and a client for each take five times as
    long as the database does.
    """
    rows = (_row(*task) for task in tasks)
    taking = threading.Lock()

    def send() -> None:
        with closing(http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=60)) as connection:
            while True:
                with taking:
                    batch = list(islice(rows, _ROWS_A_REQUEST))
                if not batch:
                    return
                _put(connection, batch)

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        for sent in [pool.submit(send) for _ in range(_CONNECTIONS)]:
            sent.result()


def _put(connection: http.client.HTTPConnection, rows: list[str]) -> None:
    puts = ",".join(f'{{"PutRequest":{{"Item":{row}}}}}' for row in rows)
    connection.request("POST", "/", f'{{"RequestItems":{{"{TaskItem.Meta.table_name}":[{puts}]}}}}', _HEADERS)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 200, told
    assert not told["UnprocessedItems"]


_HEADERS = {
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "Content-Type": "application/x-amz-json-1.0",
    # It has to be there, and is not looked at.
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260615/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
}


def _row(user_id: str, number: int, state: str) -> str:
    moment = clock.rfc3339(_FIRST + timedelta(seconds=number))
    pattern = _pattern(user_id, state, _DUES[number % len(_DUES)], _PRIORITIES[number % len(_PRIORITIES)])
    return (
        pattern.replace(_MARKED_ID, task_id(number))
        .replace(_MARKED_TIME, moment)
        .replace(sortable_number(_MARKED_ORDER), sortable_number(_MARKED_ORDER + number))
        .replace(str(_MARKED_ORDER), str(_MARKED_ORDER + number))
    )


@cache
def _pattern(user_id: str, state: str, due: str | None, priority: str) -> str:
    """A row as the service makes them, but for what differs from one to the next."""
    task = TaskItem(
        user_id,
        _MARKED_ID,
        state=state,
        title="Water the plants on the balcony",
        completed_at=_MARKED_TIME if state == COMPLETED else None,
        priority=priority,
        due=due,
        tags=["home"],
        order=_MARKED_ORDER,
        version=1,
        write_id="00000000",
        created_at=_MARKED_TIME,
        updated_at=_MARKED_TIME,
        deleted_at=_MARKED_TIME if state == TRASHED else None,
        expires_at=int((NOW + timedelta(days=10)).timestamp()) if state == TRASHED else None,
    )
    task.set_index_keys()
    return json.dumps(task.serialize(), separators=(",", ":"))
