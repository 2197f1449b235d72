"""The values that the document's examples of tasks are made of, as whole files of tasks too."""

from local.openapi.basics import Json
from local.openapi.examples import EXAMPLE_API, EXAMPLE_JOB_ID, EXAMPLE_QUEUED_JOB

# isort: split
from taskward.jobs.results import MAX_UPLOAD_BYTES

EXAMPLE_TASK_ID = "0b0e7a52-5d0c-4b7e-9c0e-3a1f6f0c2d11"
EXAMPLE_TASK: Json = {
    "id": EXAMPLE_TASK_ID,
    "url": f"{EXAMPLE_API}/tasks/{EXAMPLE_TASK_ID}",
    "title": "Buy flowers",
    "description": None,
    "completed": False,
    "priority": "high",
    "due": "2026-03-08T09:00:00",
    "due_timezone": "Europe/Paris",
    "tags": ["home"],
    "order": 1772440200000,
    "repeat": "FREQ=WEEKLY;BYDAY=SU",
    "repeat_from": "due",
    "parent_id": None,
    "completed_at": None,
    "version": 3,
    "created_at": "2026-03-02T08:30:00.000000Z",
    "updated_at": "2026-03-02T08:45:12.345678Z",
    "deleted_at": None,
}
EXAMPLE_WRITTEN_TASK = {
    name: EXAMPLE_TASK[name] for name in ("title", "priority", "due", "due_timezone", "tags", "repeat")
}
EXAMPLE_COMPLETED_TASK: Json = {
    **EXAMPLE_TASK,
    "completed": True,
    "completed_at": "2026-03-02T08:45:12.345601Z",
}

_SUBTASK_ID = "6a9c1d7e-2f43-4b0a-8c5d-1e0f9b8a7d62"
EXAMPLE_SUBTASK: Json = {
    **EXAMPLE_TASK,
    "id": _SUBTASK_ID,
    "url": f"{EXAMPLE_API}/tasks/{_SUBTASK_ID}",
    "title": "Ask which ones she likes",
    "due": None,
    "due_timezone": None,
    "repeat": None,
    "parent_id": EXAMPLE_TASK_ID,
    "version": 1,
    "updated_at": "2026-03-02T08:30:00.000000Z",
}
EXAMPLE_WRITTEN_SUBTASK = {name: EXAMPLE_SUBTASK[name] for name in ("title", "parent_id")}
EXAMPLE_SUBTASKS: Json = {"progress": {"total": 1, "completed": 0}, "tasks": [EXAMPLE_SUBTASK]}

EXAMPLE_TOMBSTONE: Json = {
    "id": "c4f1e2d3-7b86-4a95-9d04-5e6f7a8b9c01",
    "purged": True,
    "version": 5,
    "updated_at": "2026-03-02T08:50:00.120000Z",
    "deleted_at": "2026-03-02T08:50:00.119000Z",
}
EXAMPLE_TOKEN_OF_CHANGES = "WyI1YmM0ZTFkMGE5ZjM3Yjg2IiwiMjAyNi0wMy0wMlQwODo0OTowMC4wMDAwMDBaIiwiIl0"
EXAMPLE_CHANGES: Json = {
    "tasks": [EXAMPLE_TASK, EXAMPLE_TOMBSTONE],
    "next": EXAMPLE_TOKEN_OF_CHANGES,
    "more": False,
}

EXAMPLE_SUMMARY: Json = {
    "open": {"count": 42, "exact": True},
    "completed": {"count": 1000, "exact": False},
    "overdue": {"count": 3, "exact": True},
    "due_today": {"count": 5, "exact": True},
}

EXAMPLE_BATCH: Json = {
    "operations": [
        {"op": "create", "id": _SUBTASK_ID, "task": {"title": "Ask which ones she likes"}},
        {"op": "patch", "id": EXAMPLE_TASK_ID, "version": 2, "patch": {"priority": "high"}},
    ]
}
EXAMPLE_BATCH_OF_ALL: Json = {
    "operations": [
        {"op": "create", "id": _SUBTASK_ID, "task": {"title": "Ask which ones she likes"}},
        {"op": "replace", "id": _SUBTASK_ID, "task": {"title": "Ask what she likes", "priority": "low"}},
        {"op": "complete", "id": _SUBTASK_ID, "completed": True},
        {"op": "delete", "id": _SUBTASK_ID},
        {"op": "restore", "id": _SUBTASK_ID},
        {"op": "delete", "id": _SUBTASK_ID, "permanent": True},
    ]
}
EXAMPLE_BATCH_RESULTS: Json = {"results": [{**EXAMPLE_SUBTASK, "parent_id": None}, EXAMPLE_TASK]}

_RECORD = {
    "id": EXAMPLE_TASK_ID,
    **{name: EXAMPLE_TASK[name] for name in ("title", "description", "completed", "priority", "due", "due_timezone")},
    **{name: EXAMPLE_TASK[name] for name in ("tags", "order", "repeat", "repeat_from", "parent_id")},
    **{name: EXAMPLE_TASK[name] for name in ("completed_at", "created_at")},
}
EXAMPLE_JSON_FILE: Json = {"format": "taskward-tasks", "version": 1, "tasks": [_RECORD]}
EXAMPLE_CSV_FILE = "title,due,tags\r\nBuy flowers,2026-03-08,home\r\nPay rent,2026-03-31,\r\n"
EXAMPLE_CALENDAR_FILE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Tasks//EN\r\nBEGIN:VTODO\r\n"
    f"UID:{EXAMPLE_TASK_ID}\r\nDTSTAMP:20260302T083000Z\r\nSUMMARY:Buy flowers\r\n"
    "DUE;VALUE=DATE:20260308\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)
EXAMPLE_REPORT: Json = {
    "format": "csv",
    "dry_run": False,
    "rows": 3,
    "created": 1,
    "existing": 1,
    "refused": 1,
    "refusals": [{"row": 3, "errors": [{"field": "due", "message": "Give a date, or a date and a time."}]}],
    "problem": None,
}

EXAMPLE_TASK_EXPORT_JOB: Json = {**EXAMPLE_QUEUED_JOB, "kind": "task_export"}
EXAMPLE_TASK_DELETION_JOB: Json = {**EXAMPLE_QUEUED_JOB, "kind": "task_deletion"}
EXAMPLE_WAITING_JOB: Json = {
    **EXAMPLE_QUEUED_JOB,
    "kind": "task_import",
    "state": "waiting",
    "upload": {
        "url": "https://exports.example/",
        "fields": {
            "key": f"exports/8e7f0c1a/{EXAMPLE_JOB_ID}.upload",
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-signature": "9c1d",
        },
        "max_bytes": MAX_UPLOAD_BYTES,
        "expires_at": "2026-03-02T09:30:00Z",
    },
}
