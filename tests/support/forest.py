"""What holds for the tasks of a user whatever is done to them, and by how many at the same time."""

from taskward.tasks import trees
from taskward.tasks.tables import LIVE, PURGED, TRASHED, TaskItem, is_id

_KEYS = ("created_key", "changed_key", "due_key", "order_key", "parent_key")


def stored(user_id: str) -> dict[str, TaskItem]:
    """All tasks of a user in whatever state, by id."""
    rows = TaskItem.query(user_id, consistent_read=True)
    return {row.task_id: row for row in rows if is_id(row.task_id)}


def faults(user_id: str) -> list[str]:
    """What does not hold."""
    tasks = stored(user_id)
    found = [fault for task in tasks.values() for fault in _faults_of(task, tasks)]
    sizes: dict[str, int] = {}
    for task in tasks.values():
        if task.state in LIVE and task.root_id:
            sizes[task.root_id] = sizes.get(task.root_id, 0) + 1
    return found + [f"{root_id} has {size} below it" for root_id, size in sizes.items() if size > trees.MAX_DESCENDANTS]


def _faults_of(task: TaskItem, tasks: dict[str, TaskItem]) -> list[str]:
    if task.state in LIVE:
        found = _faults_of_live(task, tasks)
    elif task.state == TRASHED:
        found = _faults_of_trashed(task, tasks)
    else:
        assert task.state == PURGED
        found = [name for name in ("title", "root_id", "parent_id", "trashed_with", "tree") if getattr(task, name)]
    before = [getattr(task, name) for name in _KEYS]
    task.set_index_keys()
    if before != [getattr(task, name) for name in _KEYS]:
        found.append("keys of indexes that are not its own")
    return [f"{task.state} task {task.title} ({task.task_id}): {fault}" for fault in found]


def _faults_of_live(task: TaskItem, tasks: dict[str, TaskItem]) -> list[str]:
    found = []
    if task.trashed_with or task.expires_at or task.deleted_at:
        found.append("marks of the trash")
    if task.parent_id is None:
        return [*found, "in a tree without a parent"] if task.root_id else found
    level, top = 1, task
    while top.parent_id is not None:
        parent = tasks.get(top.parent_id)
        if parent is None or parent.state not in LIVE:
            return [*found, "below a task that is not there"]
        top, level = parent, level + 1
        if level > 100:
            return [*found, "below itself"]
    if task.root_id != top.task_id:
        found.append(f"says that {task.root_id} is at the top, and {top.title} ({top.task_id}) is")
    if top.tree is None:
        found.append("the task at the top knows of no subtasks")
    if level > trees.MAX_LEVELS:
        found.append(f"on level {level}")
    return found


def _faults_of_trashed(task: TaskItem, tasks: dict[str, TaskItem]) -> list[str]:
    found = ["in a tree"] if task.root_id else []
    if not task.expires_at or not task.deleted_at:
        found.append("there for ever")
    if task.trashed_with is None:
        return found
    each: TaskItem | None = task
    while each is not None and each.task_id != task.trashed_with:
        if each.state != TRASHED or each.trashed_with != task.trashed_with:
            return [*found, "the way to what took it along is broken"]
        each = tasks.get(each.parent_id)
    return found if each is not None and each.state == TRASHED else [*found, "what took it along is not there"]
