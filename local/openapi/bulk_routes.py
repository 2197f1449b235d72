"""The operations on many tasks at once, for the OpenAPI document."""

from typing import Any

from local.openapi.basics import Json, ref
from local.openapi.operations import BODY_REFUSALS, UNREAD_BODY_REFUSALS, answer, body, operation
from local.openapi.task_examples import (
    EXAMPLE_BATCH,
    EXAMPLE_BATCH_OF_ALL,
    EXAMPLE_BATCH_RESULTS,
    EXAMPLE_CALENDAR_FILE,
    EXAMPLE_CHANGES,
    EXAMPLE_CSV_FILE,
    EXAMPLE_JSON_FILE,
    EXAMPLE_REPORT,
    EXAMPLE_TASK_DELETION_JOB,
    EXAMPLE_TASK_EXPORT_JOB,
    EXAMPLE_WAITING_JOB,
)
from local.openapi.task_routes import READ, WRITE

# isort: split
from taskward.api import MAX_BODY_BYTES
from taskward.jobs.results import MAX_UPLOAD_BYTES, UPLOAD_SECONDS
from taskward.storage import MAX_ACTIONS
from taskward.tasks import clearing, exporting, feed, importing
from taskward.tasks.batch import MAX_OPERATIONS
from taskward.tasks.formats.formats import MEDIA_TYPES
from taskward.tasks.trash import TRASH_DAYS

BULK = "Many tasks"

ROWS_AT_ONCE = 500
"""How many rows of a file one request takes in; see functions/bulk/app.py."""

_FILES: dict[str, tuple[str, Any]] = {
    "json": ("TaskFile", EXAMPLE_JSON_FILE),
    "csv": ("CsvFile", EXAMPLE_CSV_FILE),
    "ics": ("CalendarFile", EXAMPLE_CALENDAR_FILE),
}
"""Of each format its schema and an example."""


def bulk_paths() -> Json:
    """What is asked of many tasks in one request."""
    return {
        "/tasks/changes": {"get": _changes()},
        "/tasks/batch": {"post": _batch()},
        "/tasks/export": {"post": _export()},
        "/tasks/import": {"post": _import()},
    }


def clearing_operation() -> Json:
    """The deletion of all tasks."""
    return operation(
        "deleteTasks",
        BULK,
        "Delete all tasks",
        f"Moves all tasks to the trash, or all completed ones, to be erased after {TRASH_DAYS} days; or empties the "
        f"trash for good. More than {clearing.MAX_AT_ONCE} tasks are a job.",
        scope=WRITE,
        takes=("OnlyCompleted", "OnlyTrashed"),
        answers={
            "204": answer("They are deleted."),
            "202": _job("The job that deletes them, to be asked about at `Location`.", EXAMPLE_TASK_DELETION_JOB),
        },
        refused=("Invalid", "TooManyJobs"),
    )


def _changes() -> Json:
    return operation(
        "listChanges",
        BULK,
        "Read what was changed",
        "All tasks that were made, changed, deleted or restored since the token was given, each in its newest state; "
        "of those that were deleted for good a tombstone. Without a token: everything there is. Ask again with `next`: "
        "at once while there is `more`, else whenever you like. Some come again though nothing changed: their "
        f"`version` tells. A token is good for {feed.TOKEN_DAYS} days, since what was deleted is forgotten after "
        f"{TRASH_DAYS}.",
        scope=READ,
        takes=("Since", "ChangeLimit"),
        answers={"200": answer("The next changes.", ref("schemas", "TaskChanges"), EXAMPLE_CHANGES)},
        refused=("WrongCursor", "TokenTooOld", "Invalid"),
    )


def _batch() -> Json:
    return operation(
        "batch",
        BULK,
        "Do several things at once",
        f"Carries out up to {MAX_OPERATIONS} operations, in their order: all of them, or none. Several on one task "
        "make one new version of it, and `version` is always that before the batch. A problem says in `index` which "
        f"operation was refused. What would write more than {MAX_ACTIONS} tasks, subtasks and next occurrences "
        "included, is refused with `too_many_changes`. Tasks are made under ids of the client's own: the same again "
        "changes nothing.",
        scope=WRITE,
        takes=("TimeZone",),
        takes_body=body("Batch", {"two tasks": EXAMPLE_BATCH, "every operation": EXAMPLE_BATCH_OF_ALL}),
        answers={
            "200": answer("The tasks as they are now.", ref("schemas", "BatchResults"), EXAMPLE_BATCH_RESULTS),
        },
        refused=("NotFound", "NoRoom", "Gone", "ChangedMeanwhile", *UNREAD_BODY_REFUSALS, "InvalidOperation"),
    )


def _export() -> Json:
    file = answer("The file.", sends={"Content-Disposition": "Content-Disposition"})
    file["content"] = {
        MEDIA_TYPES[name]: {"schema": ref("schemas", schema), "example": example}
        for name, (schema, example) in _FILES.items()
    }
    return operation(
        "exportTasks",
        BULK,
        "Export tasks",
        "All tasks that are not in the trash, as a file: JSON, CSV for spreadsheets, or an iCalendar file with `VTODO` "
        f"components. More than {exporting.MAX_TASKS} tasks, or a file of more than {exporting.MAX_BYTES:,} bytes, are "
        "a job. What is exported and imported again is as it was.",
        scope=READ,
        takes=("ExportFormat",),
        answers={
            "200": file,
            "202": _job("The job that writes it, to be asked about at `Location`.", EXAMPLE_TASK_EXPORT_JOB),
        },
        refused=("Invalid", "TooManyJobs"),
    )


def _import() -> Json:
    content: Json = {}
    for name, (schema, example) in _FILES.items():
        content |= body(schema, {f"a file in {name}": example}, media_types=(MEDIA_TYPES[name],))["content"]
    jobs = {"anyOf": [ref("schemas", "Job"), ref("schemas", "WaitingJob")]}
    return operation(
        "importTasks",
        BULK,
        "Import tasks",
        "Takes in the tasks of a file; the report names each row that is refused, and why. The same file again changes "
        f"nothing. Up to {ROWS_AT_ONCE} rows are taken in at once; more, up to {importing.MAX_ROWS:,}, are a job whose "
        f"result is the report. A file larger than {MAX_BODY_BYTES:,} bytes, up to {MAX_UPLOAD_BYTES:,}, goes another "
        f"way: ask with `upload=true`, post the file to the form in the answer within {UPLOAD_SECONDS // 60} minutes, "
        "then ask with `job` and the id of the job, which begins it.",
        scope=WRITE,
        takes=("ImportFormat", "DryRun", "TimeZone", "Upload", "UploadedJob"),
        takes_body={"required": False, "content": content},
        answers={
            "200": answer("The report.", ref("schemas", "ImportReport"), EXAMPLE_REPORT),
            "202": answer(
                "The job, to be asked about at `Location`.",
                jobs,
                EXAMPLE_WAITING_JOB,
                sends={"Location": "JobLocation"},
            ),
        },
        refused=("NotFound", "NoRoom", *BODY_REFUSALS, "TooManyJobs"),
    )


def _job(description: str, example: Json) -> Json:
    return answer(description, ref("schemas", "Job"), example, sends={"Location": "JobLocation"})
