"""Tasks: create, list, read, replace, patch, complete, delete. Every call names the caller's own partition."""

from taskward.api import JSON, MERGE_PATCH, Api, Response, answer
from taskward.errors import FieldError, InvalidRequestError
from taskward.preconditions import etag, if_match, none_match
from taskward.tasks import models, queries, service
from taskward.tasks.models import Completion, TaskFields
from taskward.validation import validated

handler = Api()

READ, WRITE = "tasks:read", "tasks:write"
"""What a personal access token must be good for."""


@handler.get("/tasks")
def list_tasks() -> Response[str]:
    user_id = handler.principal(READ).user_id
    query = handler.query({"limit", "cursor"})
    limit = handler.limit(query, queries.DEFAULT_LIMIT, queries.MAX_LIMIT)
    page = queries.newest_first(user_id, limit, query.get("cursor"))
    base_url = handler.viewer().base_url
    headers = handler.link_to_next("/tasks", {"limit": limit}, page.next_cursor)
    return answer(200, [models.representation(task, base_url) for task in page.tasks], headers)


@handler.post("/tasks")
def create_task() -> Response[str]:
    task = service.create(handler.principal(WRITE).user_id, handler.body(TaskFields))
    shown = models.representation(task, handler.viewer().base_url)
    return answer(201, shown, {"Location": shown["url"], "ETag": etag(task.version)})


@handler.get("/tasks/<task_id>")
def read_task(task_id: str) -> Response[str]:
    task = service.get(handler.principal(READ).user_id, task_id)
    if none_match(handler.header("if-none-match"), etag(task.version)):
        return answer(304, headers={"ETag": etag(task.version)})
    return _shown(task)


@handler.put("/tasks/<task_id>")
def replace_task(task_id: str) -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    members = handler.required_json_object()
    fields = validated(TaskFields, {name: value for name, value in members.items() if name not in models.READ_ONLY})
    return _shown(service.replace(user_id, task_id, fields, _precondition()))


@handler.patch("/tasks/<task_id>")
def patch_task(task_id: str) -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    members = handler.required_json_object(media_types=(MERGE_PATCH, JSON))
    return _shown(service.patch(user_id, task_id, members, _precondition()))


@handler.patch("/tasks/<task_id>/complete")
def complete_task(task_id: str) -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    completed = validated(Completion, handler.json_object() or {}).completed
    return _shown(service.complete(user_id, task_id, completed, _precondition()))


@handler.delete("/tasks/<task_id>")
def delete_task(task_id: str) -> Response[str]:
    service.trash(handler.principal(WRITE).user_id, task_id, _precondition())
    return answer(204)


@handler.delete("/tasks")
def delete_tasks() -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    completed = handler.query({"completed"}).get("completed")
    if completed not in (None, "true"):
        raise InvalidRequestError(errors=[FieldError("completed", "Only true, or leave it out to delete all tasks.")])
    service.trash_all(user_id, only_completed=completed == "true")
    return answer(204)


def _precondition() -> service.Precondition | None:
    return if_match(handler.header("if-match"))


def _shown(task: models.Task) -> Response[str]:
    shown = models.representation(task, handler.viewer().base_url)
    return answer(200, shown, {"ETag": etag(task.version)})
