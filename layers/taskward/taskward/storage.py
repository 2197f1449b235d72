"""What all tables share: time-outs that leave room to answer, and one way to run a transaction."""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from pynamodb.connection import Connection, TableConnection
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from taskward.dynamodb import Row, RowParserFactory
from taskward.dynamodb_requests import sign_and_send_directly
from taskward.errors import UnavailableError
from taskward.remote import guarded
from taskward.snapshots import before_snapshot

CONFLICT_ATTEMPTS = 8
"""How often a transaction, or a read-change-write, is tried again when somebody else was quicker."""

MAX_ACTIONS = 100
"""The most actions that DynamoDB takes in one transaction."""

MAX_ROWS_OF_A_BATCH = 100
"""The most rows that DynamoDB reads in one batch."""

ID_LENGTH = 36
"""Characters of an id, a UUID. What is longer is nobody's, and may be too long for a key."""

# Refusals of the database that say that we wrote the request wrong: a retry would not heal them.
_OUR_FAULTS = {
    *("ValidationException", "SerializationException", "ItemCollectionSizeLimitExceededException"),
    *("AccessDeniedException", "ResourceNotFoundException", "UnrecognizedClientException"),
}


class TableMeta:
    """Settings of every table's client: a Lambda answers in seconds, so the database must fail sooner."""

    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    connect_timeout_seconds = 1
    read_timeout_seconds = 2
    max_retry_attempts = 1


_connections: dict[str | None, Connection] = {}


class Table(Row):
    """Base of all models. They share one client: making one is the most expensive part of a cold start."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        shared = _connections.get(table.connection.host)
        if shared is None:
            session = table.connection.session
            session.register_component("response_parser_factory", RowParserFactory())
            # A fixed one: otherwise it is put together anew for each request.
            session.set_default_client_config(Config(user_agent="Taskward"))
            sign_and_send_directly(guarded(table.connection.client))
            # Now that it is ready; of several threads, the first one's is for all.
            shared = _connections.setdefault(table.connection.host, table.connection)
        if table.connection is not shared:
            if cls.Meta.table_name not in shared._tables or cls._indexes:
                # Of several models of one table, the one that knows its indexes speaks for it.
                shared._tables[cls.Meta.table_name] = table.get_meta_table()
            table.connection = shared
        return table


@before_snapshot
def prepare() -> None:
    """Make the client, and all that it knows of the tables, ahead of the first request."""
    for model in Table.__subclasses__():
        model._get_connection()


def user_key(user_id: str) -> str:
    """The partition of the Users table that holds everything about one user."""
    return f"USER#{user_id}"


class TransactionConflictError(Exception):
    """A condition of a transaction did not hold."""


def is_passing_fault(error: Exception) -> bool:
    """Whether an error of the database or of another AWS service may go away by itself."""
    if isinstance(error, PynamoDBException):
        code = _code(error)
        return code not in _OUR_FAULTS if code is not None else isinstance(error.cause, BotoCoreError)
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code") not in _OUR_FAULTS
    return isinstance(error, BotoCoreError | ResponseParserError)


def condition_failed(error: PynamoDBException) -> bool:
    """Whether a single write was refused by its own condition."""
    return _code(error) == "ConditionalCheckFailedException"


def collided(error: PynamoDBException) -> bool:
    """Whether a write met a transaction on the same row, and was not made."""
    return _code(error) == "TransactionConflictException"


def _code(error: PynamoDBException) -> str | None:
    """What the database called its refusal; None when it did not answer."""
    # The library's own property raises AttributeError for a time-out while reading: its cause has no response.
    return error.cause.response["Error"]["Code"] if isinstance(error.cause, ClientError) else None


def transact(connection: Connection, fill: Callable[[TransactWrite], None]) -> None:
    """Run one all-or-nothing write, again when it collided with another.

    Parameters
    ----------
    connection: of any of the tables written.
    fill: adds the actions; called anew when it is certain that nothing was done.

    Raises
    ------
    TransactionConflictError: a condition did not hold.
    UnavailableError: it kept colliding.
    """
    write: TransactWrite | None = None
    for attempt in range(CONFLICT_ATTEMPTS):
        if write is None:
            write = TransactWrite(connection=connection, client_request_token=str(uuid.uuid4()))
            fill(write)
        try:
            with write:
                """Sent at the end of the block."""
            return
        except TransactWriteError as error:
            reasons = {reason.code for reason in error.cancellation_reasons if reason}
            if "ConditionalCheckFailed" in reasons:
                raise TransactionConflictError from None
            if "TransactionConflict" in reasons:
                write = None
            elif _code(error) != "TransactionInProgressException":
                raise
            # Else our own first attempt is still at work: asked again by the same token, it tells how it ended.
        back_off(attempt)
    raise UnavailableError


def transact_rechecked(connection: Connection, fill: Callable[[TransactWrite], None]) -> None:
    """Like `transact`, again when a condition did not hold: `fill` reads what it depends on anew each time.

    So it is `fill` that says, by raising, what does not hold any more.

    Raises
    ------
    UnavailableError: somebody else was quicker each time.
    """
    for attempt in range(CONFLICT_ATTEMPTS):
        try:
            transact(connection, fill)
            return
        except TransactionConflictError:
            back_off(attempt)
    raise UnavailableError


def read_all(model: Any, keys: Sequence[dict[str, str]], attributes: Sequence[str] | None = None) -> list[Any]:
    """Those rows of these keys that there are, read consistently; one request for each hundred.

    What DynamoDB leaves out for want of time or capacity is asked for again, a little later each time.

    Raises
    ------
    UnavailableError: it left something out each time.
    """
    found: list[Any] = []
    for first in range(0, len(keys), MAX_ROWS_OF_A_BATCH):
        left: Any = keys[first : first + MAX_ROWS_OF_A_BATCH]
        for attempt in range(CONFLICT_ATTEMPTS):
            answer = model._get_connection().batch_get_item(left, consistent_read=True, attributes_to_get=attributes)
            found += map(model.from_raw_data, answer["Responses"].get(model.Meta.table_name, ()))
            left = answer["UnprocessedKeys"].get(model.Meta.table_name, {}).get("Keys")
            if not left:
                break
            back_off(attempt)
        else:
            raise UnavailableError
    return found


def first_page_with_something(pages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The first page of a query that is not empty, or the last one: DynamoDB may stop early, with nothing found yet."""
    return next(page for page in pages if page["Items"] or "LastEvaluatedKey" not in page)


def room_in(write: TransactWrite) -> int:
    """How many more actions a transaction can have; pynamodb has no public count of them."""
    added = (write._condition_check_items, write._delete_items, write._put_items, write._update_items)
    return MAX_ACTIONS - sum(len(actions) for actions in added)


def back_off(attempt: int) -> None:
    """Wait a little, longer each time and never in step with others (full jitter, 640 ms at most)."""
    time.sleep(random.uniform(0, min(0.64, 0.01 * 2**attempt)))  # noqa: S311


def connection_of(model: Any) -> Connection:
    """The database connection behind a table's model; pynamodb has no public name for it."""
    connection: Connection = model._get_connection().connection
    return connection
