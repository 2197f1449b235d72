"""Thousands of users, put into a database within seconds, each as if registered and with some tasks."""

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Lock
from typing import Any

from taskward.identity import grants
from taskward.identity.grants import Grant
from taskward.identity.session_tables import SessionItem
from taskward.tasks.tables import OPEN
from tests.support import aws, many_tasks, people

TASKS = 6
"""How many each of them has."""

_PATTERN = "pattern@example.com"
_ROWS_A_REQUEST = 25


def email_of(number: int) -> str:
    """The address that one of them signs in with."""
    return f"user{number}@example.com"


def user_id_of(number: int) -> str:
    """The id of one of them, and of the session that they have."""
    return str(uuid.UUID(int=number, version=4))


def grant_of(number: int) -> Grant:
    """Tokens of one of them, of the generation that their session is in."""
    return grants.issue(SessionItem.get(user_id_of(number), user_id_of(number)))


def settle(endpoint: str, count: int) -> None:
    """Put so many users into the tables of the endpoint that the models are at; all are like one who registers."""
    user, session = people.registered(_PATTERN)
    database = aws.client("dynamodb", endpoint)
    pattern = json.dumps(
        {
            table: [row for row in database.scan(TableName=table)["Items"] if user.user_id in json.dumps(row)]
            for table in ("users", "sessions")
        }
    )

    def rows() -> Iterator[tuple[str, Any]]:
        for number in range(count):
            text = pattern.replace(_PATTERN, email_of(number)).replace(user.user_id, user_id_of(number))
            for table, items in json.loads(text.replace(session.session_id, user_id_of(number))).items():
                yield from ((table, item) for item in items)

    left, taking = rows(), Lock()

    def put() -> None:
        while True:
            request: dict[str, Any] = {}
            with taking:
                for table, item in islice(left, _ROWS_A_REQUEST):
                    request.setdefault(table, []).append({"PutRequest": {"Item": item}})
            if not request:
                return
            assert not database.batch_write_item(RequestItems=request)["UnprocessedItems"]

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(put) for _ in range(4)]:
            each.result()
    tasks = ((user_id_of(number), task, OPEN) for number in range(count) for task in range(TASKS))
    many_tasks.load(endpoint, tasks)
