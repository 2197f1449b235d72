"""The formats that tasks are written in and read from, each in a module of its own that only its users load."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final

from taskward import clock
from taskward.tasks.formats.records import Record, Row, identified

FORMATS: Final = ("json", "csv", "ics")
"""What tasks are written in."""

IMPORT_FORMATS: Final = (*FORMATS, "todoist")
"""What tasks are read from."""

MEDIA_TYPES: Final = {"json": "application/json", "csv": "text/csv", "ics": "text/calendar"}


def written(file_format: str, records: Iterable[Record]) -> Iterator[bytes]:
    """The chunks of a file in one of `FORMATS`, each written when it is asked for, in the memory of one record.

    Reading it gives equal records.
    """
    return _writer(file_format)(records)


def _writer(file_format: str) -> Callable[[Iterable[Record]], Iterator[bytes]]:
    match file_format:
        case "json":
            from taskward.tasks.formats import json_documents

            return json_documents.written
        case "csv":
            from taskward.tasks.formats import csv_tables

            return csv_tables.written
        case "ics":
            from taskward.tasks.formats import calendars_written

            return calendars_written.written
        case _:
            raise KeyError(file_format)


def read(file_format: str, content: bytes, today: date | None = None) -> Iterator[Row]:
    """The rows of a file in one of `IMPORT_FORMATS`; the records among them have ids, no two the same.

    The file as a whole is looked at before, so that none is taken in part because its rest is broken; the rows are made
    one by one as they are asked for.

    Parameters
    ----------
    today: the day at its reader's, for dates that are told from it ("tomorrow"); by default that of UTC. Only Todoist
        has them.

    Raises
    ------
    UnreadableError: it is not of this format.
    """
    match file_format:
        case "json":
            from taskward.tasks.formats import json_documents

            rows = json_documents.read(content)
        case "csv":
            from taskward.tasks.formats import csv_tables

            rows = csv_tables.read(content)
        case "ics":
            from taskward.tasks.formats import calendars_read

            rows = calendars_read.read(content)
        case "todoist":
            from taskward.tasks.formats import todoist

            rows = todoist.read(content, today or clock.now().date())
        case _:
            raise KeyError(file_format)
    return identified(rows)
