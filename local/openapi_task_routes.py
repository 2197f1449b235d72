"""The operations on tasks, for the OpenAPI document."""

from local.openapi_basics import Json, list_of, ref
from local.openapi_examples import EXAMPLE_TASK, EXAMPLE_WRITTEN_TASK
from local.openapi_operations import BODY_REFUSALS, answer, body, operation

# isort: split
from taskward.api import JSON, MERGE_PATCH
from taskward.identity.access_tokens import SCOPES
from taskward.tasks.queries import MAX_LIMIT
from taskward.tasks.service import TRASH_DAYS

TASKS = "Tasks"

_READ, _WRITE = SCOPES


def _task_answer(description: str, *, created: bool = False, example: Json = EXAMPLE_TASK) -> Json:
    sends = {"ETag": "ETag", **({"Location": "TaskLocation"} if created else {})}
    return answer(description, ref("schemas", "Task"), example, sends=sends)


def task_list_paths() -> Json:
    """What concerns all tasks, and the making of one."""
    listing = operation(
        "listTasks",
        TASKS,
        "List tasks",
        "Open and completed tasks, the newest first. Tasks that are made, completed or deleted while pages are "
        "followed make no other task appear twice or not at all.",
        scope=_READ,
        takes=("TaskLimit", "Cursor"),
        answers={
            "200": answer(
                f"One page: an array of at most {MAX_LIMIT} tasks.",
                list_of("Task", maxItems=MAX_LIMIT),
                [EXAMPLE_TASK],
                sends={"Link": "Link"},
            )
        },
        refused=("WrongCursor", "Invalid"),
    )
    create = operation(
        "createTask",
        TASKS,
        "Make a task",
        "Makes a task. All but the title may be left out.",
        scope=_WRITE,
        takes_body=body("TaskFields", {"full": EXAMPLE_WRITTEN_TASK, "short": {"title": "Buy flowers"}}),
        answers={"201": _task_answer("The task is made.", created=True, example={**EXAMPLE_TASK, "version": 1})},
        refused=BODY_REFUSALS,
    )
    delete_all = operation(
        "deleteTasks",
        TASKS,
        "Delete all tasks",
        "Deletes all tasks of the user, or all completed ones. With very many tasks it may answer 503 when part of "
        f"them is deleted; asking again goes on with the rest. What is deleted is erased after {TRASH_DAYS} days.",
        scope=_WRITE,
        takes=("OnlyCompleted",),
        answers={"204": answer("They are deleted.")},
        refused=("Invalid",),
    )
    return {"/tasks": {"get": listing, "post": create, "delete": delete_all}}


def task_paths() -> Json:
    """What concerns one task."""
    changing = ("NotFound", "ChangedMeanwhile", *BODY_REFUSALS)
    read = operation(
        "getTask",
        TASKS,
        "Read a task",
        "One task.",
        scope=_READ,
        takes=("TaskId", "IfNoneMatch"),
        answers={
            "200": _task_answer("The task."),
            "304": answer("It still is as one of the ETags says.", sends={"ETag": "ETag"}),
        },
        refused=("NotFound",),
    )
    replace = operation(
        "replaceTask",
        TASKS,
        "Replace a task",
        "Gives a task all its members anew. What is left out goes back to its default; only the order stays.",
        scope=_WRITE,
        takes=("TaskId", "IfMatch"),
        takes_body=body("TaskReplacement", {"written": EXAMPLE_WRITTEN_TASK, "as it was read": EXAMPLE_TASK}),
        answers={"200": _task_answer("The task as it is now.")},
        refused=changing,
    )
    patch = operation(
        "patchTask",
        TASKS,
        "Change parts of a task",
        "Applies a JSON merge patch (RFC 7396). Members that the service sets are refused. A patch that changes "
        "nothing makes no new version.",
        scope=_WRITE,
        takes=("TaskId", "IfMatch"),
        takes_body=body(
            "TaskPatch",
            {"one member": {"priority": "high"}, "back to the default": {"due": None, "tags": None}},
            media_types=(MERGE_PATCH, JSON),
        ),
        answers={"200": _task_answer("The task as it is now.")},
        refused=changing,
    )
    complete = operation(
        "completeTask",
        TASKS,
        "Complete or reopen a task",
        "Completes an open task and reopens a completed one; with `completed` in the body it is the one or the other.",
        scope=_WRITE,
        takes=("TaskId", "IfMatch"),
        takes_body=body("Completion", {"complete": {"completed": True}, "toggle": {}}, required=False),
        answers={
            "200": _task_answer(
                "The task as it is now.",
                example={**EXAMPLE_TASK, "completed": True, "completed_at": "2026-03-02T08:45:12.345601Z"},
            )
        },
        refused=changing,
    )
    delete = operation(
        "deleteTask",
        TASKS,
        "Delete a task",
        f"Deletes a task; it is gone from every list at once, and erased after {TRASH_DAYS} days.",
        scope=_WRITE,
        takes=("TaskId", "IfMatch"),
        answers={"204": answer("It is deleted.")},
        refused=("NotFound", "ChangedMeanwhile"),
    )
    return {
        "/tasks/{id}": {"get": read, "put": replace, "patch": patch, "delete": delete},
        "/tasks/{id}/complete": {"patch": complete},
    }
