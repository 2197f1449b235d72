"""The operations on one task, and on lists of them, for the OpenAPI document."""

from local.openapi.basics import Json, list_of, ref
from local.openapi.operations import UNREAD_BODY_REFUSALS, answer, body, operation
from local.openapi.task_examples import (
    EXAMPLE_COMPLETED_TASK,
    EXAMPLE_SUBTASKS,
    EXAMPLE_SUMMARY,
    EXAMPLE_TASK,
    EXAMPLE_WRITTEN_SUBTASK,
    EXAMPLE_WRITTEN_TASK,
)
from local.openapi.task_parameters import LIST_FILTERS

# isort: split
from taskward.api import JSON, MERGE_PATCH
from taskward.identity.access_tokens import SCOPES
from taskward.tasks import lists, summary, trees
from taskward.tasks.trash import TRASH_DAYS

TASKS = "Tasks"

READ, WRITE = SCOPES


def task_list_paths() -> Json:
    """What concerns all tasks, and the making of one."""
    examined = lists.MAX_QUERIES * lists.EXAMINED_A_QUERY
    listing = operation(
        "listTasks",
        TASKS,
        "List tasks",
        "Open and completed tasks, the newest first, unless the parameters say otherwise. A page is full unless it is "
        f"the last, {examined:,} tasks were looked at for it, or it would be larger than an answer may be; then it is "
        "shorter, even empty, and links to the next all the same. Tasks that are made, completed or deleted while "
        "pages are followed make no other task appear twice or not at all.",
        scope=READ,
        takes=(*LIST_FILTERS, "TaskLimit", "Cursor"),
        answers={
            "200": answer(
                f"One page: an array of at most {lists.MAX_LIMIT} tasks.",
                list_of("Task", maxItems=lists.MAX_LIMIT),
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
        "Makes a task. All but the title may be left out. With an `Idempotency-Key` it is safe to send it again.",
        scope=WRITE,
        takes=("IdempotencyKey",),
        takes_body=body(
            "TaskFields",
            {"full": EXAMPLE_WRITTEN_TASK, "short": {"title": "Buy flowers"}, "a subtask": EXAMPLE_WRITTEN_SUBTASK},
        ),
        answers={"201": _task_answer("The task is made.", created=True, example={**EXAMPLE_TASK, "version": 1})},
        refused=("NoRoom", "Gone", *UNREAD_BODY_REFUSALS, "InvalidOrNotTheSame"),
    )
    count = operation(
        "summariseTasks",
        TASKS,
        "Count tasks",
        f"How many tasks are open, completed, overdue, and due today; exact up to {summary.MAX_COUNT:,} of each.",
        scope=READ,
        takes=("TimeZone",),
        answers={"200": answer("The numbers.", ref("schemas", "TaskSummary"), EXAMPLE_SUMMARY)},
        refused=("Invalid",),
    )
    return {"/tasks": {"get": listing, "post": create}, "/tasks/summary": {"get": count}}


def task_paths() -> Json:
    """What concerns one task, and what is below it."""
    subtasks = operation(
        "listSubtasks",
        TASKS,
        "List subtasks",
        f"All subtasks of a task, on all levels, and how far they are. There are {trees.MAX_LEVELS} levels at most, "
        f"the task at the top included, and {trees.MAX_DESCENDANTS} subtasks below that one.",
        scope=READ,
        takes=("TaskId",),
        answers={"200": answer("What is below it.", ref("schemas", "Subtasks"), EXAMPLE_SUBTASKS)},
        refused=("NotFound",),
    )
    restore = operation(
        "restoreTask",
        TASKS,
        "Restore a task",
        "Brings a task back from the trash, with what went there along with it, to the place that it had; when that is "
        "gone, or full by now, to the top. A task that is not in the trash stays as it is.",
        scope=WRITE,
        takes=("TaskId", "IfMatch"),
        answers={"200": _task_answer("The task as it is now.")},
        refused=("NotFound", "ChangedMeanwhile"),
    )
    return {
        "/tasks/{id}": {"get": _read(), "put": _replace(), "patch": _patch(), "delete": _delete()},
        "/tasks/{id}/complete": {"patch": _complete()},
        "/tasks/{id}/restore": {"post": restore},
        "/tasks/{id}/subtasks": {"get": subtasks},
    }


_CHANGE_REFUSALS = ("NotFound", "NoRoom", "ChangedMeanwhile", *UNREAD_BODY_REFUSALS, "InvalidOrTooMuch")
"""What can be wrong with a change that may complete a task, and so make the next one."""


def _task_answer(description: str, *, created: bool = False, example: Json = EXAMPLE_TASK) -> Json:
    sends = {"ETag": "ETag", **({"Location": "TaskLocation"} if created else {})}
    return answer(description, ref("schemas", "Task"), example, sends=sends)


def _read() -> Json:
    return operation(
        "getTask",
        TASKS,
        "Read a task",
        "One task.",
        scope=READ,
        takes=("TaskId", "IfNoneMatch"),
        answers={
            "200": _task_answer("The task."),
            "304": answer("It still is as one of the ETags says.", sends={"ETag": "ETag"}),
        },
        refused=("NotFound",),
    )


def _replace() -> Json:
    return operation(
        "replaceTask",
        TASKS,
        "Replace a task, or make one",
        "Gives a task all its members anew. What is left out goes back to its default; only the order stays. With "
        "`If-None-Match: *` it makes a task instead, whose id the client has made.",
        scope=WRITE,
        takes=("TaskId", "IfMatch", "IfAbsent", "TimeZone"),
        takes_body=body("TaskReplacement", {"written": EXAMPLE_WRITTEN_TASK, "as it was read": EXAMPLE_TASK}),
        answers={
            "200": _task_answer("The task as it is now."),
            "201": _task_answer("The task is made.", created=True, example={**EXAMPLE_TASK, "version": 1}),
        },
        refused=_CHANGE_REFUSALS,
    )


def _patch() -> Json:
    return operation(
        "patchTask",
        TASKS,
        "Change parts of a task",
        "Applies a JSON merge patch (RFC 7396). Members that the service sets are refused. A patch that changes "
        "nothing makes no new version.",
        scope=WRITE,
        takes=("TaskId", "IfMatch", "TimeZone"),
        takes_body=body(
            "TaskPatch",
            {
                "one member": {"priority": "high"},
                "back to the default": {"due": None, "tags": None},
                "to the top": {"parent_id": None},
            },
            media_types=(MERGE_PATCH, JSON),
        ),
        answers={"200": _task_answer("The task as it is now.")},
        refused=_CHANGE_REFUSALS,
    )


def _complete() -> Json:
    return operation(
        "completeTask",
        TASKS,
        "Complete or reopen a task",
        "Completes an open task and reopens a completed one; with `completed` in the body it is the one or the other. "
        "What is open below it is completed along with it, and reopened with it. Of a task that repeats the next one "
        "is made, with its subtasks: due after the due date or after its completion, as `repeat_from` says, and never "
        "in the past; when its tree is full, the next one is at the top. Reopening takes that one back as long as "
        "nobody touched it; when somebody changed it, the reopened one repeats no more.",
        scope=WRITE,
        takes=("TaskId", "IfMatch", "TimeZone"),
        takes_body=body("Completion", {"complete": {"completed": True}, "toggle": {}}, required=False),
        answers={"200": _task_answer("The task as it is now.", example=EXAMPLE_COMPLETED_TASK)},
        refused=_CHANGE_REFUSALS,
    )


def _delete() -> Json:
    return operation(
        "deleteTask",
        TASKS,
        "Delete a task",
        f"Moves a task to the trash, with all that is below it: it is gone from every list but that of the trash, and "
        f"erased after {TRASH_DAYS} days. With `permanent` it is deleted at once and for good.",
        scope=WRITE,
        takes=("TaskId", "Permanent", "IfMatch"),
        answers={"204": answer("It is deleted.")},
        refused=("NotFound", "ChangedMeanwhile", "Invalid"),
    )
