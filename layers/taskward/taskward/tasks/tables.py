"""The Tasks table: one partition a user, and five local indexes that every list is read from.

Local indexes can only be made together with the table, so all five stand here from the start. They are keyed by user
like the table itself and can be read consistently. The keys of created, due and order begin with the task's state, so
that a list reads only the states it shows, however many tasks are in the others.
"""

import struct
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, IncludeProjection, LocalSecondaryIndex

from taskward import settings
from taskward.storage import Table, TableMeta

OPEN = "open"
COMPLETED = "completed"
TRASHED = "trashed"


class ByCreated(LocalSecondaryIndex["TaskItem"]):  # type: ignore[no-untyped-call]
    """State, then time of creation."""

    class Meta:
        index_name = "created"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    created_key = UnicodeAttribute(range_key=True)


class ByChanged(LocalSecondaryIndex["TaskItem"]):  # type: ignore[no-untyped-call]
    """Time of the last change, whatever the state: the change feed."""

    class Meta:
        index_name = "changed"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    changed_key = UnicodeAttribute(range_key=True)


class ByDue(LocalSecondaryIndex["TaskItem"]):  # type: ignore[no-untyped-call]
    """State, then due date; only tasks that have one."""

    class Meta:
        index_name = "due"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    due_key = UnicodeAttribute(range_key=True)


class ByOrder(LocalSecondaryIndex["TaskItem"]):  # type: ignore[no-untyped-call]
    """State, then the place that its owner gave it."""

    class Meta:
        index_name = "order"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    order_key = UnicodeAttribute(range_key=True)


class ByParent(LocalSecondaryIndex["TaskItem"]):  # type: ignore[no-untyped-call]
    """Parent, then time of creation; only subtasks, and of each just what a count of progress needs."""

    class Meta:
        index_name = "parent"
        projection = IncludeProjection(["state", "version"])

    user_id = UnicodeAttribute(hash_key=True)
    parent_key = UnicodeAttribute(range_key=True)


class TaskItem(Table):
    """A task as it is stored. Times are RFC 3339 text with microseconds; `version` grows by one with every change."""

    class Meta(TableMeta):
        table_name = settings.tasks_table()

    user_id = UnicodeAttribute(hash_key=True)
    task_id = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    title = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    completed_at = UnicodeAttribute(null=True)
    priority = UnicodeAttribute()
    due = UnicodeAttribute(null=True)
    due_timezone = UnicodeAttribute(null=True)
    tags: ListAttribute[str] = ListAttribute(default=list)
    order = NumberAttribute()
    parent_id = UnicodeAttribute(null=True)
    version = NumberAttribute()
    # Tells whose write made this version, when the answer to it was lost.
    write_id = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    deleted_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)

    created_key = UnicodeAttribute()
    changed_key = UnicodeAttribute()
    due_key = UnicodeAttribute(null=True)
    order_key = UnicodeAttribute()
    parent_key = UnicodeAttribute(null=True)

    by_created = ByCreated()
    by_changed = ByChanged()
    by_due = ByDue()
    by_order = ByOrder()
    by_parent = ByParent()

    def set_index_keys(self) -> None:
        """Make the five index keys from the task; to be called before every write."""
        self.created_key = created_key(self.state, self.created_at, self.task_id)
        self.changed_key = f"{self.updated_at}#{self.task_id}"
        self.due_key = f"{self.state}#{_due_in_utc(self.due, self.due_timezone)}#{self.task_id}" if self.due else None
        self.order_key = f"{self.state}#{sortable_number(self.order)}#{self.task_id}"
        self.parent_key = f"{self.parent_id}#{self.created_at}#{self.task_id}" if self.parent_id else None


def created_key(state: str, created_at: str, task_id: str) -> str:
    """The place of a task in the list of its state, by creation."""
    return f"{state}#{created_at}#{task_id}"


def sortable_number(number: float) -> str:
    """Sixteen hex digits that sort as the numbers do: IEEE 754 bits, all flipped when negative, else the sign alone."""
    bits: int = struct.unpack(">Q", struct.pack(">d", number))[0]
    return f"{bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 1 << 63):016x}"


def _due_in_utc(due: str, timezone: str | None) -> str:
    """Text that sorts due dates: a date before the times of its day, a zoned time by its instant."""
    if timezone is None:
        return due
    instant = datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return instant.strftime("%Y-%m-%dT%H:%M:%S")
