"""The Tasks table: one partition a user, and five local indexes that every list is read from.

Local indexes can only be made together with the table, so all five stand here from the start. They are keyed by user
like the table itself and can be read consistently. The keys of created, due and order begin with the task's state, so
that a list reads only the states it shows, however many tasks are in the others.

What is deleted for good leaves a tombstone: a row with nothing of the task but that it was there, which only the change
feed sees.
"""

import re
import struct

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, IncludeProjection, LocalSecondaryIndex

from taskward import settings
from taskward.storage import Table, TableMeta
from taskward.tasks import due as due_dates

OPEN = "open"
COMPLETED = "completed"
TRASHED = "trashed"
PURGED = "purged"

LIVE = (OPEN, COMPLETED)
"""The states of tasks that are neither deleted nor in the trash."""

NO_DUE = "~"
"""What stands in for a due date in the due index: behind all there are."""


_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


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
    """State, then due date; tasks without one stand behind all others."""

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
    """Subtasks alone: those of one tree together, and those that went to the trash together."""

    class Meta:
        index_name = "parent"
        projection = IncludeProjection(["state", "version"])

    user_id = UnicodeAttribute(hash_key=True)
    parent_key = UnicodeAttribute(range_key=True)


class TaskItem(Table):
    """A task as it is stored. Times are RFC 3339 text with microseconds; `version` grows by one with every change.

    `root_id` is the task at the top of the tree that a subtask is in. On that task `tree` grows by one whenever a task
    enters the tree, leaves it or moves in it, without a new version; a task that never had subtasks has none.
    `trashed_with` is the task whose deletion took this one along. `next_id` is the task that the completion of a
    repeating one made, and `next_size` how many they are with its subtasks. `request_digest` is of the request that
    made the task, to know it when it comes again.
    """

    class Meta(TableMeta):
        table_name = settings.tasks_table()

    user_id = UnicodeAttribute(hash_key=True)
    task_id = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    # A tombstone has none of what may be null here and is said without a null below.
    title = UnicodeAttribute(null=True)
    description = UnicodeAttribute(null=True)
    completed_at = UnicodeAttribute(null=True)
    priority = UnicodeAttribute(null=True)
    due = UnicodeAttribute(null=True)
    due_timezone = UnicodeAttribute(null=True)
    tags: ListAttribute[str] = ListAttribute(default=list)
    order = NumberAttribute(null=True)
    repeat = UnicodeAttribute(null=True)
    repeat_from = UnicodeAttribute(null=True)
    parent_id = UnicodeAttribute(null=True)
    root_id = UnicodeAttribute(null=True)
    tree = NumberAttribute(null=True)
    trashed_with = UnicodeAttribute(null=True)
    next_id = UnicodeAttribute(null=True)
    next_size = NumberAttribute(null=True)
    request_digest = UnicodeAttribute(null=True)
    version = NumberAttribute()
    # Tells whose write made this version, when the answer to it was lost.
    write_id = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    deleted_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)

    created_key = UnicodeAttribute(null=True)
    changed_key = UnicodeAttribute()
    due_key = UnicodeAttribute(null=True)
    order_key = UnicodeAttribute(null=True)
    parent_key = UnicodeAttribute(null=True)

    by_created = ByCreated()
    by_changed = ByChanged()
    by_due = ByDue()
    by_order = ByOrder()
    by_parent = ByParent()

    def set_index_keys(self) -> None:
        """Make the five index keys from the task; to be called before every write."""
        self.changed_key = f"{self.updated_at}#{self.task_id}"
        if self.state == PURGED:
            self.created_key = self.due_key = self.order_key = self.parent_key = None
            return
        self.created_key = list_key(self.state, created_place(self), self.task_id)
        self.due_key = list_key(self.state, due_place(self), self.task_id)
        self.order_key = list_key(self.state, order_place(self), self.task_id)
        self.parent_key = _parent_key(self)


def is_id(text: str) -> bool:
    """Whether a text can be the id of a task: a UUID as services write it (RFC 9562, section 4, in lower case)."""
    return _ID.fullmatch(text) is not None


def list_key(state: str, place: str, task_id: str) -> str:
    """The key of a task in an index whose lists are of one state."""
    return f"{state}#{place}#{task_id}"


def created_place(task: TaskItem) -> str:
    """Where a task stands among others by creation."""
    return task.created_at


def due_place(task: TaskItem) -> str:
    """Where a task stands among others by due date."""
    return due_dates.sort_text(task.due, task.due_timezone) if task.due else NO_DUE


def order_place(task: TaskItem) -> str:
    """Where a task stands among others by the order that its owner gave it."""
    return sortable_number(task.order)


def tree_prefix(root_id: str) -> str:
    """What the parent keys of all subtasks below a task at the top begin with."""
    return f"{root_id}#"


def trash_prefix(top_id: str) -> str:
    """What the parent keys of all tasks begin with that one task took along to the trash."""
    return f"{TRASHED}#{top_id}#"


def _parent_key(task: TaskItem) -> str | None:
    if task.trashed_with:
        return f"{trash_prefix(task.trashed_with)}{task.parent_id}#{task.task_id}"
    if task.root_id:
        return f"{tree_prefix(task.root_id)}{task.parent_id}#{task.task_id}"
    return None


def sortable_number(number: float) -> str:
    """Sixteen hex digits that sort as the numbers do: IEEE 754 bits, all flipped when negative, else the sign alone."""
    bits: int = struct.unpack(">Q", struct.pack(">d", number))[0]
    return f"{bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 1 << 63):016x}"
