"""Tasks of one user for tests of changes, made through the service's own code."""

import uuid
from typing import Any

from taskward.errors import InvalidRequestError
from taskward.tasks import batch, service
from taskward.tasks.batch import Batch
from taskward.tasks.models import TaskFields
from taskward.tasks.tables import TaskItem
from tests.support.zones import utc

ME, YOU = str(uuid.uuid4()), str(uuid.uuid4())


def made(title: str = "Pay rent", below: TaskItem | str | None = None, user: str = ME, **fields: Any) -> TaskItem:
    """A new task, below another one if that is given."""
    parent_id = below.task_id if isinstance(below, TaskItem) else below
    return service.create(user, TaskFields.model_validate({"title": title, "parent_id": parent_id, **fields}))


def chain(*titles: str) -> list[TaskItem]:
    """Tasks each of which is below the one before."""
    tasks: list[TaskItem] = []
    for title in titles:
        tasks.append(made(title, tasks[-1] if tasks else None))
    return tasks


def moved(task: TaskItem, below: TaskItem | None, user: str = ME) -> TaskItem:
    """A task hung elsewhere, or at the top."""
    return service.patch(user, task.task_id, {"parent_id": below and below.task_id}, utc)


def patched(task: TaskItem, **members: Any) -> TaskItem:
    """A task with some members changed."""
    return service.patch(ME, task.task_id, members, utc)


def completed(task: TaskItem, completed: bool | None = True) -> TaskItem:
    """A task completed, reopened or turned over."""
    return service.complete(ME, task.task_id, completed, utc)


def trashed(task: TaskItem) -> None:
    """Move a task to the trash."""
    service.delete(ME, task.task_id)


def purged(task: TaskItem) -> None:
    """Delete a task for good."""
    service.delete(ME, task.task_id, permanent=True)


def restored(task: TaskItem) -> TaskItem:
    """A task brought back from the trash."""
    return service.restore(ME, task.task_id)


def again(task: TaskItem) -> TaskItem:
    """A task in whatever state, as it is stored now."""
    return TaskItem.get(task.user_id, task.task_id, consistent_read=True)


def kept(task: TaskItem, *names: str) -> tuple[Any, ...]:
    """Some attributes of a task as they are stored now, None for those that it has not."""
    stored = again(task).to_simple_dict()
    return tuple(stored.get(name) for name in names)


def titles_below(task: TaskItem) -> list[str]:
    """The titles of all live subtasks of a task, sorted."""
    return sorted(each.title for each in service.subtasks(ME, task.task_id))


def carried_out(*operations: dict[str, Any]) -> list[TaskItem | None]:
    """What a batch of operations gave."""
    return batch.carry_out_all(ME, Batch.model_validate({"operations": list(operations)}), utc)


def refused_field(error: BaseException) -> str:
    """The one member that a request was refused for."""
    assert isinstance(error, InvalidRequestError)
    (refusal,) = error.errors or []
    return refusal.field
