"""A task as it is asked for and as it is shown."""

from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from taskward.storage import ID_LENGTH
from taskward.tasks import due as due_dates
from taskward.tasks.tables import PURGED, TaskItem
from taskward.timezones import checked_timezone
from taskward.validation import RequestBody

Task = TaskItem
"""A task, for those who only pass it on."""

READ_ONLY = frozenset({"id", "url", "completed_at", "version", "created_at", "updated_at", "deleted_at"})
"""Members that the service sets: ignored when a whole task is sent back, refused elsewhere."""

MAX_ORDER = 2**53 - 1
"""Numbers up to here survive every JSON reader, and those next to it are not taken for it (RFC 8259, section 6)."""

# DynamoDB keeps nothing smaller than 1e-130.
_MIN_ORDER = 1e-100


def _not_tiny(order: float) -> float:
    if 0 < abs(order) < _MIN_ORDER:
        raise ValueError("Too close to zero to be told from it.")
    # There is only one zero.
    return order + 0.0


def _distinct(tags: list[str]) -> list[str]:
    if len(set(tags)) != len(tags):
        raise ValueError("A tag stands twice.")
    return tags


FROM_DUE = "due"
"""What a repeating task goes on from by default."""

MAX_TITLE, MAX_DESCRIPTION = 200, 8192
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE)]
Description = Annotated[str, Field(max_length=MAX_DESCRIPTION)]
MAX_TAGS, MAX_TAG = 20, 50
"""How many tags a task can have, and how many characters each."""

Tag = Annotated[str, Field(min_length=1, max_length=MAX_TAG)]
Tags = Annotated[list[Tag], Field(max_length=MAX_TAGS), AfterValidator(_distinct)]
Priority = Literal["none", "low", "medium", "high"]
Order = Annotated[float, Field(ge=-MAX_ORDER, le=MAX_ORDER, allow_inf_nan=False), AfterValidator(_not_tiny)]


class TaskFields(RequestBody):
    """What an owner decides about a task; all but the title may be left out."""

    title: Title
    description: Description | None = None
    completed: bool = False
    priority: Priority = "none"
    # The zone stands first: a due date is checked together with it.
    due_timezone: Annotated[str | None, Field(description="An IANA zone; null: whatever clock is at hand")] = None
    due: Annotated[
        str | None, Field(validate_default=True, description="A date, or a date-time on the clock of due_timezone")
    ] = None
    tags: Tags = []
    order: Annotated[Order | None, Field(description="Place in the manual order; by default behind all others")] = None
    repeat: Annotated[str | None, Field(max_length=300, description="An RRULE (RFC 5545); needs a due date")] = None
    repeat_from: Annotated[
        Literal["due", "completion"], Field(description="What the next due date is reckoned from")
    ] = "due"
    parent_id: Annotated[str | None, Field(max_length=ID_LENGTH, description="The task that this one is part of")] = (
        None
    )

    @field_validator("due_timezone")
    @classmethod
    def _known_timezone(cls, name: str | None) -> str | None:
        return None if name is None else checked_timezone(name)

    @field_validator("due")
    @classmethod
    def _due_with_its_timezone(cls, due: str | None, info: ValidationInfo) -> str | None:
        timezone = info.data.get("due_timezone")
        if due is not None:
            due_dates.normalised(due, timezone)
        elif timezone is not None:
            raise ValueError("There is a due_timezone but no due.")
        return due

    @field_validator("repeat")
    @classmethod
    def _rule_in_normal_form(cls, rule: str | None, info: ValidationInfo) -> str | None:
        if rule is None:
            return None
        # Takes longer to load than most functions take to start, and few tasks repeat.
        from taskward.tasks import recurrence

        checked = recurrence.checked(rule)
        # With a due date that was refused, that is what is told.
        if "due" in info.data and info.data["due"] is None:
            raise ValueError("A task that repeats needs a due date.")
        return checked

    @model_validator(mode="after")
    def _due_in_normal_form(self) -> "TaskFields":
        if self.due is not None:
            self.due, self.due_timezone = due_dates.normalised(self.due, self.due_timezone)
        return self


def without_read_only(members: dict[str, Any]) -> dict[str, Any]:
    """What its owner decides about of a whole task that is sent back as it was read."""
    return {name: value for name, value in members.items() if name not in READ_ONLY}


class Completion(RequestBody):
    """Whether a task is to be completed; nothing toggles."""

    completed: bool | None = None


def fields_of(task: TaskItem) -> dict[str, Any]:
    """The members of a task that its owner decides about, as they are shown."""
    return {
        "title": task.title,
        "description": task.description,
        "completed": task.completed_at is not None,
        "priority": task.priority,
        "due": task.due,
        "due_timezone": task.due_timezone,
        "tags": list(task.tags),
        "order": _plain_number(task.order),
        "repeat": task.repeat,
        "repeat_from": task.repeat_from or FROM_DUE,
        "parent_id": task.parent_id,
    }


def representation(task: TaskItem, base_url: str) -> dict[str, Any]:
    """A task as it is shown to its owner; `base_url` is the API's address for this viewer.

    Of one that was deleted for good only its tombstone is left, which none but the change feed shows.
    """
    if task.state == PURGED:
        return {
            "id": task.task_id,
            "purged": True,
            "version": int(task.version),
            "updated_at": task.updated_at,
            "deleted_at": task.deleted_at,
        }
    return {"id": task.task_id, "url": f"{base_url}/tasks/{task.task_id}", **facts(task)}


ATTRIBUTES_SHOWN: Final = (
    *("task_id", "title", "description", "completed_at", "priority", "due", "due_timezone", "tags", "order"),
    *("repeat", "repeat_from", "parent_id", "version", "created_at", "updated_at", "deleted_at"),
)
"""What `facts` needs to have been read of a task."""


def facts(task: TaskItem) -> dict[str, Any]:
    """All that is shown of a task but its address, which depends on the viewer."""
    return {
        "id": task.task_id,
        **fields_of(task),
        "completed_at": task.completed_at,
        "version": int(task.version),
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "deleted_at": task.deleted_at,
    }


def merge_patched(task: TaskItem, patch: dict[str, Any]) -> dict[str, Any]:
    """The members of a task after a JSON merge patch (RFC 7396), not validated yet.

    Null takes a member back to its default. The order has none: without one, a task stays where it is.
    """
    members = {name: value for name, value in (fields_of(task) | patch).items() if value is not None}
    if "due" in patch and "due_timezone" not in patch and not due_dates.is_date_time(members.get("due")):
        # The zone belonged to the time that is gone.
        members.pop("due_timezone", None)
    if "due" in patch and patch["due"] is None and "repeat" not in patch:
        # Without a date nothing repeats.
        members.pop("repeat", None)
    return members


def _plain_number(number: float) -> float | int:
    return int(number) if number == int(number) else float(number)
