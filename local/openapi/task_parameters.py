"""What requests about tasks carry beside their bodies, for the OpenAPI document."""

from typing import Any, get_args

# Comes first: it makes the package of the layer importable.
from local.openapi.basics import DUE_BOUND, TIME_ZONE, Json
from local.openapi.examples import EXAMPLE_JOB_ID
from local.openapi.task_examples import EXAMPLE_TOKEN_OF_CHANGES

# isort: split
from taskward.tasks import feed, list_queries, lists
from taskward.tasks.formats import formats
from taskward.tasks.models import MAX_TAG, MAX_TAGS, Priority

LIST_FILTERS = (
    *("TaskStatus", "TaskPriority", "TaskTag", "DueBefore", "DueAfter", "Overdue", "NoDue", "SearchText"),
    *("TaskSort", "SortDirection", "TimeZone"),
)
"""The parameters that say which tasks are listed, and in which order."""

OPAQUE: Json = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
"""What the service made and only the service can read: a cursor."""

_TEXT: Json = {"type": "string"}
_BOUND = (
    "A date (`2026-12-01`), a date-time on the clock of `tz`, or one with an offset or Z. A date compares days: what "
    "is due on that day itself is left out"
)


def parameter(name: str, place: str, schema: Json, description: str, **more: Any) -> Json:
    """A parameter; `place` is where it stands in the request."""
    return {"name": name, "in": place, "description": description, "schema": schema, **more}


def page_size(plural: str, default: int, maximum: int) -> Json:
    """The parameter that limits a page."""
    schema = {"type": "integer", "minimum": 1, "maximum": maximum, "default": default}
    return parameter("limit", "query", schema, f"How many {plural} a page may have.")


def task_parameters() -> Json:
    """All of them, as components."""
    return {**_of_lists(), **_of_files(), **_of_changes()}


def _choice(name: str, known: tuple[str, ...], description: str, default: str | None = None) -> Json:
    schema: Json = {"type": "string", "enum": list(known), **({"default": default} if default else {})}
    return parameter(name, "query", schema, description)


def _flag(name: str, description: str) -> Json:
    return _choice(name, ("true", "false"), description, "false")


def _of_lists() -> Json:
    priorities = {"type": "array", "items": {"type": "string", "enum": list(get_args(Priority))}}
    tag = {"type": "string", "minLength": 1, "maxLength": MAX_TAG}
    return {
        "TaskStatus": _choice(
            "status",
            tuple(list_queries.STATUSES),
            "`all` is open and completed; what is in the trash is shown by `trashed` alone.",
            "all",
        ),
        "TaskPriority": parameter(
            "priority", "query", priorities, "Only these priorities; may stand several times.", example=["high"]
        ),
        "TaskTag": parameter(
            "tag",
            "query",
            {"type": "array", "maxItems": MAX_TAGS, "items": tag},
            "Only tasks with this tag; with all of them when it stands several times.",
            example=["home"],
        ),
        "DueBefore": parameter(
            "due_before", "query", DUE_BOUND, f"Only tasks due earlier. {_BOUND}.", example="2026-12-01"
        ),
        "DueAfter": parameter(
            "due_after", "query", DUE_BOUND, f"Only tasks due later. {_BOUND}.", example="2026-11-30T18:00:00Z"
        ),
        "Overdue": _flag("overdue", "Only tasks that are past due; without `status`, only open ones."),
        "NoDue": _flag("no_due", "Only tasks without a due date."),
        "SearchText": parameter(
            "q",
            "query",
            {"type": "string", "minLength": 1, "maxLength": list_queries.MAX_Q},
            "Only tasks with this text in title or description; upper and lower case and accents make no difference.",
            example="flowers",
        ),
        "TaskSort": _choice(
            "sort",
            list_queries.SORTS,
            "What the list is sorted by. Tasks without a due date stand behind all others.",
            "created",
        ),
        "SortDirection": _choice(
            "direction",
            list_queries.DIRECTIONS,
            "By default `desc` for `created` and `updated`, `asc` for `due` and `order`.",
        ),
        "TimeZone": parameter(
            "tz",
            "query",
            TIME_ZONE,
            "An IANA time zone: whose clock tells days, what is overdue, and when a repeating task is due next. By "
            "default that of the account, or else UTC.",
            example="Europe/Paris",
        ),
        "TaskLimit": page_size("tasks", lists.DEFAULT_LIMIT, lists.MAX_LIMIT),
        "ChangeLimit": page_size("changes", feed.DEFAULT_LIMIT, feed.MAX_LIMIT),
        "Since": parameter(
            "since",
            "query",
            OPAQUE,
            f"`next` of the answer before; absent: from the beginning. It is good for {feed.TOKEN_DAYS} days.",
            example=EXAMPLE_TOKEN_OF_CHANGES,
        ),
    }


def _of_files() -> Json:
    return {
        "ExportFormat": _choice("format", formats.FORMATS, "What the file is to be.", formats.FORMATS[0]),
        "ImportFormat": _choice(
            "format", formats.IMPORT_FORMATS, "What the file is; `todoist` is its CSV.", formats.IMPORT_FORMATS[0]
        ),
        "DryRun": _flag("dry_run", "Look at everything, report on it, and write nothing."),
        "Upload": _flag("upload", "The file is to be uploaded: the answer says where. The request has no body then."),
        "UploadedJob": parameter(
            "job",
            "query",
            {"type": "string", "format": "uuid"},
            "The job whose file was uploaded: it begins. The request has no body, and nothing else but `tz`, then.",
            example=EXAMPLE_JOB_ID,
        ),
    }


def _of_changes() -> Json:
    only_true = ("true",)
    return {
        "IdempotencyKey": parameter(
            "Idempotency-Key",
            "header",
            {"type": "string", "pattern": '^([!#-~]{1,255}|"[!#-~]{1,255}")$'},
            "Up to 255 printable ASCII characters, without spaces, that this one request has. Sent again with the same "
            "key and body, it makes nothing but answers with the task that it made, as it is now.",
            example="f3b6a1d2-8c47-4e0d-b5a9-6d1c2e3f4a50",
        ),
        "IfMatch": parameter(
            "If-Match",
            "header",
            _TEXT,
            "Go ahead only if the task still has one of these ETags; otherwise 412. `*` or absent: in any case.",
            example='"3"',
        ),
        "IfAbsent": parameter(
            "If-None-Match",
            "header",
            {"type": "string", "enum": ["*"]},
            "`*`: make a task with this id, a UUID in lower case; 412 when there is or was one. Other values are "
            "refused.",
        ),
        "IfNoneMatch": parameter(
            "If-None-Match",
            "header",
            _TEXT,
            "ETags of what is at hand already; 304 when one of them still holds.",
            example='"3"',
        ),
        "Permanent": _flag("permanent", "Delete it for good, from the trash as well."),
        "OnlyCompleted": _choice("completed", only_true, "Only completed tasks, which have nothing open below them."),
        "OnlyTrashed": _choice("trashed", only_true, "Only those in the trash: they are deleted for good."),
    }
