"""The schemas of what is answered about tasks."""

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import ID, TIME, TIME_OR_NULL, Json, closed, list_of, nullable, ref

# isort: split
from taskward.tasks import importing, summary, trees
from taskward.tasks.batch import MAX_OPERATIONS
from taskward.tasks.feed import MAX_LIMIT
from taskward.tasks.formats.formats import IMPORT_FORMATS
from taskward.tasks.trash import TRASH_DAYS

_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_COUNT: Json = {"type": "integer", "minimum": 0}


def task_members() -> Json:
    """The members of a task."""
    return {
        "id": ID,
        "url": {"type": "string", "format": "uri", "description": "Its address, absolute"},
        "title": {"type": "string"},
        "description": _TEXT_OR_NULL,
        "completed": {"type": "boolean"},
        "priority": {"type": "string", "enum": ["none", "low", "medium", "high"]},
        "due": {
            "type": ["string", "null"],
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?$",
            "description": "A date, or a date-time on the clock of `due_timezone`",
        },
        "due_timezone": {**_TEXT_OR_NULL, "description": "An IANA time zone; null: whatever clock is at hand"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "order": {"type": "number", "description": "Place in the manual order, the smallest first"},
        "repeat": {
            "type": ["string", "null"],
            "pattern": "^FREQ=",
            "description": "When it is due again once it is completed: an RRULE (RFC 5545, section 3.3.10)",
        },
        "repeat_from": {
            "type": "string",
            "enum": ["due", "completion"],
            "description": "What the next due date is reckoned from",
        },
        "parent_id": nullable(ID, "The task that it is a subtask of; null at the top"),
        "completed_at": {**TIME_OR_NULL, "description": "Null while it is open"},
        "version": {"type": "integer", "minimum": 1, "description": "Grows by one with every change"},
        "created_at": TIME,
        "updated_at": TIME,
        "deleted_at": {**TIME_OR_NULL, "description": "Null while it is not in the trash"},
    }


def task_answer_schemas() -> Json:
    """Tasks by themselves and in every company."""
    return {
        "Task": closed("A task, as its owner sees it.", task_members()),
        "Tombstone": closed(
            f"What is left of a task that was deleted for good, for {TRASH_DAYS} days.",
            {
                "id": ID,
                "purged": {"const": True},
                "version": {"type": "integer", "minimum": 1, "description": "Higher than any that the task had"},
                "updated_at": TIME,
                "deleted_at": TIME,
            },
        ),
        "Subtasks": closed(
            "What is below a task.",
            {
                "progress": ref("schemas", "Progress"),
                "tasks": {
                    **list_of("Task", maxItems=trees.MAX_DESCENDANTS),
                    "description": "On all levels, each behind the one that it is a part of",
                },
            },
        ),
        "Progress": closed("How far subtasks are.", {"total": _COUNT, "completed": _COUNT}),
        "TaskSummary": closed(
            "How many tasks there are, of those that are not in the trash.",
            {
                name: {**ref("schemas", "TaskCount"), "description": about}
                for name, about in (
                    ("open", "Not completed"),
                    ("completed", "Completed"),
                    ("overdue", "Open and past due"),
                    ("due_today", "Open and due today, earlier today as well"),
                )
            },
        ),
        "TaskCount": closed(
            "A number of tasks.",
            {
                "count": {"type": "integer", "minimum": 0, "maximum": summary.MAX_COUNT},
                "exact": {"type": "boolean", "description": "False: there are more"},
            },
        ),
        "TaskChanges": closed(
            "A page of the change feed.",
            {
                "tasks": {
                    "type": "array",
                    "maxItems": MAX_LIMIT,
                    "items": {"anyOf": [ref("schemas", "Task"), ref("schemas", "Tombstone")]},
                    "description": "In the order in which they were changed, each as it is now",
                },
                "next": {"type": "string", "description": "To go on with, as `since`"},
                "more": {"type": "boolean", "description": "Whether there is more by now"},
            },
        ),
        "BatchResults": closed(
            "What a batch has made.",
            {
                "results": {
                    "type": "array",
                    "maxItems": MAX_OPERATIONS,
                    "items": nullable(ref("schemas", "Task"), "The task as it is now; null when it was deleted"),
                    "description": "Of each operation, in their order",
                }
            },
        ),
        **_of_files(),
    }


def _of_files() -> Json:
    return {
        "ImportReport": closed(
            "What became of a file.",
            {
                "format": {"type": "string", "enum": list(IMPORT_FORMATS)},
                "dry_run": {"type": "boolean", "description": "Whether nothing was written"},
                "rows": {**_COUNT, "description": "How many there were"},
                "created": {**_COUNT, "description": "How many are new tasks"},
                "existing": {**_COUNT, "description": "How many were taken in before; the tasks stay as they are"},
                "refused": {**_COUNT, "description": "How many are no tasks that can be taken in"},
                "refusals": {
                    **list_of("RefusedRow", maxItems=importing.MAX_REFUSED),
                    "description": "The refused ones",
                },
                "problem": {
                    **_TEXT_OR_NULL,
                    "description": "Why the file could not be taken in at all; the counts are missing then. Only in "
                    "the report of a job: a request is refused instead",
                },
            },
            optional=("rows", "created", "existing", "refused", "refusals"),
        ),
        "RefusedRow": closed(
            "A row that was not taken in.",
            {
                "row": {"type": "integer", "minimum": 1, "description": "Which one, the first being 1"},
                "errors": {**list_of("FieldError"), "description": "Its members at fault"},
            },
        ),
        "CsvFile": {"type": "string", "description": "A table (RFC 4180, UTF-8) whose first row names the columns."},
        "CalendarFile": {"type": "string", "description": "A calendar with `VTODO` components (RFC 5545)."},
        "TaskFile": {
            "type": "object",
            "description": "Tasks as they are exported. A list of tasks alone can be imported as well, and an export "
            "of the account.",
            "required": ["format", "tasks"],
            "properties": {
                "format": {"type": "string", "description": "`taskward-tasks`"},
                "version": {"type": "integer"},
                "tasks": {"type": "array", "items": {"type": "object"}, "description": "With members as in a `Task`"},
            },
        },
    }
