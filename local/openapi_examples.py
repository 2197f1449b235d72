"""The values that the document's examples are made of: one user with a session, an event, a job and a task."""

_API = "https://taskward.example/api"

EXAMPLE_TOKEN = "eyJ0eXAiOiJhdCtqd3QifQ.e30.c2lnbmF0dXJl"
EXAMPLE_REFRESH_TOKEN = "eyJ0eXAiOiJydCtqd3QifQ.e30.c2lnbmF0dXJl"
EXAMPLE_PASSWORD = "plum-orbit-cello-42"
EXAMPLE_CURSOR = "WyI4ZjE0ZTQ1ZmNlZWExNjdhIiwiMjAyNi0wMy0wMlQwODozMDowMC4wMDAwMDBaIiwiMGIwZTdhNTIiXQ"

EXAMPLE_USER = {
    "id": "8e7f0c1a-92d3-4c55-a1b7-5f3e2d1c0b9a",
    "email": "ada@example.org",
    "email_verified": True,
    "email_bounced": False,
    "has_password": True,
    "second_factor": False,
    "name": "Ada",
    "timezone": "Europe/Paris",
    "created_at": "2026-03-01T09:00:00Z",
}

EXAMPLE_SESSION_ID = "c1d2e3f4-0a1b-4c2d-8e3f-4a5b6c7d8e9f"
EXAMPLE_SESSION = {
    "id": EXAMPLE_SESSION_ID,
    "current": True,
    "created_at": "2026-03-02T08:00:00Z",
    "last_used_at": "2026-03-02T08:15:00Z",
    "authenticated_at": "2026-03-02T08:00:00Z",
    "expires_at": "2026-03-09T08:15:00Z",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
}
EXAMPLE_OTHER_SESSION = {
    "id": "4b1f7f0e-6a55-4d0e-9a39-2f0f8f2f6c11",
    "current": False,
    "created_at": "2026-03-01T09:00:00Z",
    "last_used_at": "2026-03-01T21:40:00Z",
    "authenticated_at": "2026-03-01T09:00:00Z",
    "expires_at": "2026-03-08T21:40:00Z",
    "ip": "2001:db8:7:1::20",
    "user_agent": "curl/8.14.1",
}

EXAMPLE_EVENT = {
    "id": "f0a9d6c3-1b7e-4f1c-8a53-6d2f94b8e0c7",
    "type": "session_ended",
    "created_at": "2026-03-02T08:20:11.482913Z",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
    "session_id": EXAMPLE_OTHER_SESSION["id"],
    "reason": "signed_out",
}

EXAMPLE_JOB_ID = "5c7e1f3a-8d24-4b96-9f0a-7e6d5c4b3a29"
EXAMPLE_JOB_URL = f"{_API}/jobs/{EXAMPLE_JOB_ID}"
EXAMPLE_QUEUED_JOB = {
    "id": EXAMPLE_JOB_ID,
    "kind": "export",
    "state": "queued",
    "progress": 0,
    "created_at": "2026-03-02T08:30:00Z",
    "updated_at": "2026-03-02T08:30:00Z",
    "expires_at": "2026-03-03T08:30:00Z",
    "result": None,
}
EXAMPLE_DONE_JOB = {
    **EXAMPLE_QUEUED_JOB,
    "state": "done",
    "progress": 214,
    "updated_at": "2026-03-02T08:30:04Z",
    "result": {
        "url": "https://exports.example/exports/8e7f0c1a/5c7e1f3a.json?X-Amz-Signature=9c1d",
        "expires_at": "2026-03-02T08:36:00Z",
        "bytes": 91822,
        "media_type": "application/json",
    },
}

EXAMPLE_TASK_ID = "0b0e7a52-5d0c-4b7e-9c0e-3a1f6f0c2d11"
EXAMPLE_TASK = {
    "id": EXAMPLE_TASK_ID,
    "url": f"{_API}/tasks/{EXAMPLE_TASK_ID}",
    "title": "Buy flowers",
    "description": None,
    "completed": False,
    "priority": "high",
    "due": "2026-03-08T09:00:00",
    "due_timezone": "Europe/Paris",
    "tags": ["home"],
    "order": 1772440200000,
    "completed_at": None,
    "version": 3,
    "created_at": "2026-03-02T08:30:00.000000Z",
    "updated_at": "2026-03-02T08:45:12.345678Z",
    "deleted_at": None,
}
EXAMPLE_WRITTEN_TASK = {name: EXAMPLE_TASK[name] for name in ("title", "priority", "due", "due_timezone", "tags")}
