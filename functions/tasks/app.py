"""Tasks, one by one and in lists. Every call names the caller's own partition."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from zoneinfo import ZoneInfo

from taskward.api import JSON, MERGE_PATCH, Api, Response, answer
from taskward.errors import FieldError, InvalidRequestError
from taskward.identity.home_zones import home_zone
from taskward.preconditions import etag, idempotency_key, if_match, must_be_absent, none_match
from taskward.tasks import batch, feed, list_queries, lists, models, service
from taskward.tasks.batch import Batch
from taskward.tasks.models import Completion, TaskFields
from taskward.tasks.operations import Precondition
from taskward.tasks.summary import summary
from taskward.timezones import zone
from taskward.validation import validated

handler = Api()

READ, WRITE = "tasks:read", "tasks:write"
"""What a personal access token must be good for."""


@handler.get("/tasks")
def list_tasks() -> Response[str]:
    user_id = handler.principal(READ).user_id
    query = handler.multiple_query({*list_queries.PARAMETERS, "limit", "cursor"})
    paging = {name: values[-1] for name, values in query.items() if name in ("limit", "cursor", "tz")}
    limit = handler.limit(paging, lists.DEFAULT_LIMIT, lists.MAX_LIMIT)
    wanted = {name: values for name, values in query.items() if name not in ("limit", "cursor")}
    found = lists.page(user_id, list_queries.parsed(wanted, _zone_of(user_id, paging)), limit, paging.get("cursor"))
    headers = handler.link_to_next("/tasks", {**wanted, "limit": limit}, found.next_cursor)
    return answer(200, _representations(found.tasks), headers)


@handler.get("/tasks/summary")
def summarise_tasks() -> Response[str]:
    user_id = handler.principal(READ).user_id
    counts = summary(user_id, _zone_of(user_id, handler.query({"tz"}))())
    return answer(200, {name: asdict(count) for name, count in counts.items()})


@handler.get("/tasks/changes")
def list_changes() -> Response[str]:
    user_id = handler.principal(READ).user_id
    query = handler.query({"since", "limit"})
    found = feed.changes(user_id, query.get("since"), handler.limit(query, feed.DEFAULT_LIMIT, feed.MAX_LIMIT))
    tasks = _representations(found.tasks)
    return answer(200, {"tasks": tasks, "next": found.next_token, "more": found.more})


@handler.post("/tasks/batch")
def carry_out_batch() -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    operations = handler.body(Batch)
    results = batch.carry_out_all(user_id, operations, _zone_of(user_id, handler.query({"tz"})))
    return answer(200, {"results": [task and _representation(task) for task in results]})


@handler.post("/tasks")
def create_task() -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    key = idempotency_key(handler.header("idempotency-key"))
    return _created(service.create(user_id, handler.body(TaskFields), key))


@handler.get("/tasks/<task_id>")
def read_task(task_id: str) -> Response[str]:
    task = service.get(handler.principal(READ).user_id, task_id)
    if none_match(handler.header("if-none-match"), etag(task.version)):
        return answer(304, headers={"ETag": etag(task.version)})
    return _shown(task)


@handler.get("/tasks/<task_id>/subtasks")
def list_subtasks(task_id: str) -> Response[str]:
    found = service.subtasks(handler.principal(READ).user_id, task_id)
    return answer(200, {"progress": service.progress(found), "tasks": _representations(found)})


@handler.put("/tasks/<task_id>")
def replace_task(task_id: str) -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    fields = validated(TaskFields, models.without_read_only(handler.required_json_object()))
    zone_of = _zone_of(user_id, handler.query({"tz"}))
    if must_be_absent(handler.header("if-none-match")):
        return _created(service.create_at(user_id, task_id, fields))
    return _shown(service.replace(user_id, task_id, fields, zone_of, _precondition()))


@handler.patch("/tasks/<task_id>")
def patch_task(task_id: str) -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    members = handler.required_json_object(media_types=(MERGE_PATCH, JSON))
    zone_of = _zone_of(user_id, handler.query({"tz"}))
    return _shown(service.patch(user_id, task_id, members, zone_of, _precondition()))


@handler.patch("/tasks/<task_id>/complete")
def complete_task(task_id: str) -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    completed = validated(Completion, handler.json_object() or {}).completed
    zone_of = _zone_of(user_id, handler.query({"tz"}))
    return _shown(service.complete(user_id, task_id, completed, zone_of, _precondition()))


@handler.post("/tasks/<task_id>/restore")
def restore_task(task_id: str) -> Response[str]:
    return _shown(service.restore(handler.principal(WRITE).user_id, task_id, _precondition()))


@handler.delete("/tasks/<task_id>")
def delete_task(task_id: str) -> Response[str]:
    user_id = handler.principal(WRITE).user_id
    permanent = handler.query({"permanent"}).get("permanent")
    if permanent not in (None, "true", "false"):
        raise InvalidRequestError(errors=[FieldError("permanent", "Give true or false.")])
    service.delete(user_id, task_id, _precondition(), permanent=permanent == "true")
    return answer(204)


def _zone_of(user_id: str, query: Mapping[str, str]) -> Callable[[], ZoneInfo]:
    """Where days are seen from: the zone that a query names, or the account's, which takes a read."""
    if "tz" in query:
        named = zone(query["tz"], "tz")
        return lambda: named
    return cache(lambda: home_zone(user_id))


def _precondition() -> Precondition | None:
    return if_match(handler.header("if-match"))


def _representation(task: models.Task) -> dict[str, object]:
    return models.representation(task, handler.viewer().base_url)


def _representations(tasks: Sequence[models.Task]) -> list[dict[str, object]]:
    base_url = handler.viewer().base_url
    return [models.representation(task, base_url) for task in tasks]


def _shown(task: models.Task) -> Response[str]:
    return answer(200, _representation(task), {"ETag": etag(task.version)})


def _created(task: models.Task) -> Response[str]:
    shown = _representation(task)
    return answer(201, shown, {"Location": str(shown["url"]), "ETag": etag(task.version)})
