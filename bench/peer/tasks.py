"""Tasks: create, read, list, change; each only for its owner."""

import base64
import json
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy import select, tuple_

from accounts import CurrentSession
from database import Database
from problems import ProblemError
from schemas import Members, Page, ShownTask, TaskFields
from tables import Task

router = APIRouter(prefix="/tasks")

_ENTITY_TAG = re.compile(r'(W/)?"([^"]*)"')


@router.post("", status_code=201)
def create_task(
    fields: TaskFields, session: CurrentSession, request: Request, response: Response, database: Database
) -> ShownTask:
    """Store a new task."""
    now = datetime.now(UTC)
    task = Task(id=uuid.uuid4(), user_id=session.user_id, version=1, created_at=now, updated_at=now)
    # Behind all others.
    task.order = int(now.timestamp() * 1000)
    _set(task, fields, now)
    database.add(task)
    database.commit()
    shown = _shown(task, request)
    response.headers["Location"] = shown.url
    response.headers["ETag"] = _etag(task)
    return shown


@router.get("/{task_id:uuid}")
def read_task(
    task_id: uuid.UUID, session: CurrentSession, request: Request, response: Response, database: Database
) -> ShownTask:
    """One task."""
    task = database.scalar(select(Task).where(Task.id == task_id, Task.user_id == session.user_id))
    if task is None:
        raise ProblemError(404, "not_found")
    response.headers["ETag"] = _etag(task)
    return _shown(task, request)


@router.get("")
def list_tasks(
    page: Annotated[Page, Query()], session: CurrentSession, request: Request, response: Response, database: Database
) -> list[ShownTask]:
    """A page of tasks, newest first."""
    wanted = select(Task).where(Task.user_id == session.user_id)
    if page.cursor is not None:
        wanted = wanted.where(tuple_(Task.created_at, Task.id) < _decoded(page.cursor))
    newest_first = wanted.order_by(Task.created_at.desc(), Task.id.desc())
    found = database.scalars(newest_first.limit(page.limit + 1)).all()
    if len(found) > page.limit:
        found = found[: page.limit]
        following = urlencode({"limit": page.limit, "cursor": _encoded(found[-1])})
        response.headers["Link"] = f'<{_address(request)}?{following}>; rel="next"'
    return _all_shown(found, request)


@router.patch("/{task_id:uuid}")
def patch_task(
    task_id: uuid.UUID,
    members: Annotated[Members, Body()],
    session: CurrentSession,
    request: Request,
    response: Response,
    database: Database,
    if_match: Annotated[str | None, Header()] = None,
) -> ShownTask:
    """Apply a JSON merge patch (RFC 7396)."""
    task = database.scalar(select(Task).where(Task.id == task_id, Task.user_id == session.user_id).with_for_update())
    if task is None:
        raise ProblemError(404, "not_found")
    if not _matches(if_match, task.version):
        raise ProblemError(412, "precondition_failed")
    now = datetime.now(UTC)
    _set(task, _merged(task, members), now)
    if database.is_modified(task):
        task.version += 1
        task.updated_at = now
    database.commit()
    response.headers["ETag"] = _etag(task)
    return _shown(task, request)


def _set(task: Task, fields: TaskFields, now: datetime) -> None:
    for name, value in fields.model_dump(exclude={"completed", "order"}).items():
        setattr(task, name, value)
    if fields.order is not None:
        task.order = fields.order
    if fields.completed != (task.completed_at is not None):
        task.completed_at = now if fields.completed else None


def _merged(task: Task, members: Members) -> TaskFields:
    stored = {
        "title": task.title,
        "description": task.description,
        "completed": task.completed_at is not None,
        "priority": task.priority,
        "due": task.due,
        "due_timezone": task.due_timezone,
        "tags": task.tags,
        "order": task.order,
        "repeat": task.repeat,
        "repeat_from": task.repeat_from,
        "parent_id": task.parent_id,
    }
    merged = {name: value for name, value in (stored | members).items() if value is not None}
    if "due" in members and "due_timezone" not in members and "T" not in str(merged.get("due")):
        # The zone belonged to the time that is gone.
        merged.pop("due_timezone", None)
    try:
        return TaskFields.model_validate(merged)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from None


def _matches(if_match: str | None, version: int) -> bool:
    if if_match is None or if_match.strip() == "*":
        return True
    return str(version) in {opaque for weak, opaque in _ENTITY_TAG.findall(if_match) if not weak}


def _etag(task: Task) -> str:
    return f'"{task.version}"'


def _shown(task: Task, request: Request) -> ShownTask:
    return _all_shown([task], request)[0]


def _all_shown(found: Sequence[Task], request: Request) -> list[ShownTask]:
    address = _address(request)
    return [
        ShownTask(
            id=task.id,
            url=f"{address}/{task.id}",
            title=task.title,
            description=task.description,
            completed=task.completed_at is not None,
            priority=task.priority,
            due=task.due,
            due_timezone=task.due_timezone,
            tags=task.tags,
            order=task.order,
            repeat=task.repeat,
            repeat_from=task.repeat_from,
            parent_id=task.parent_id,
            completed_at=task.completed_at,
            version=task.version,
            created_at=task.created_at,
            updated_at=task.updated_at,
        )
        for task in found
    ]


def _address(request: Request) -> str:
    # The gateway's stage is part of every address, and of no path that comes here.
    return f"{request.base_url}api/tasks"


def _encoded(task: Task) -> str:
    return base64.urlsafe_b64encode(json.dumps([task.created_at.isoformat(), str(task.id)]).encode()).decode()


def _decoded(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        created_at, task_id = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(created_at), uuid.UUID(task_id)
    except (ValueError, TypeError, AttributeError):
        raise ProblemError(400, "invalid_cursor") from None
