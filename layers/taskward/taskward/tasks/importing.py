"""Taking in tasks from a file: what is valid is written, what is not is named, and a second time changes nothing.

Each record has an id in its file, or one derived from its content; from that and the user the task's id follows. So a
task that was taken in before is found again, and left as it is now.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from pydantic import field_validator

from taskward import clock
from taskward.errors import FieldError, InvalidRequestError
from taskward.tasks import operations, quota, trash, trees
from taskward.tasks.errors import TooManyTasksError
from taskward.tasks.formats.records import Row, checked_moment
from taskward.tasks.models import TaskFields
from taskward.tasks.presence import Presence
from taskward.tasks.tables import PURGED, TaskItem, is_id
from taskward.tasks.workspace import Workspace, carry_out
from taskward.validation import validated

MAX_ROWS: Final = 20_000
"""How many rows one file can have."""

MAX_REFUSED: Final = 1000
"""How many refused rows a report names; the others are counted."""

_TASKS_OF_FILES: Final = uuid.UUID("7f0a2f5c-0a3e-4a83-9d7a-3f2d7c7f6d11")


class ImportedFields(TaskFields):
    """What can be taken in of a task: all that its owner decides about, and when it was made and completed."""

    created_at: str | None = None
    completed_at: str | None = None

    @field_validator("created_at", "completed_at")
    @classmethod
    def _moment(cls, text: str | None) -> str | None:
        moment = checked_moment(text)
        # Nothing was made in the future, whatever other programs' clocks said.
        return moment and min(moment, clock.rfc3339(clock.now()))


@dataclass
class Report:
    """What became of the rows of a file: tasks that were made, those that were there before, and rows refused."""

    rows: int = 0
    created: int = 0
    existing: int = 0
    refused: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, number: int, errors: Iterable[FieldError]) -> None:
        """Note why a row was refused."""
        self.refused += 1
        if len(self.refusals) < MAX_REFUSED:
            told = [{"field": error.field, "message": error.message} for error in errors]
            self.refusals.append({"row": number, "errors": told})


@dataclass(frozen=True)
class _Planned:
    """A valid row: the task that it is to be."""

    number: int
    task_id: str
    fields: ImportedFields


def take_in(
    user_id: str,
    rows: Iterable[Row],
    *,
    dry_run: bool = False,
    each: Callable[[Callable[[], None]], None] = lambda write: write(),
) -> Report:
    """Write the tasks of a file, parents before their subtasks.

    Parameters
    ----------
    dry_run: look at everything and write nothing.
    each: is given the writing of one tree of tasks after the other, to be called.

    Raises
    ------
    TooManyTasksError: there is no room for so many tasks; nothing is written then.
    InvalidRequestError: there are more than `MAX_ROWS` rows.
    """
    report = Report()
    planned = _planned(user_id, rows, report)
    families = _families(planned, report)
    there = Presence(user_id, [each.task_id for family in families for each in family])
    if not dry_run:
        _check_room(user_id, sum(map(len, families)), there)
    for family in families:
        each(_writing(user_id, family, there, report, dry_run=dry_run))
    report.refusals.sort(key=lambda refusal: refusal["row"])
    return report


def _planned(user_id: str, rows: Iterable[Row], report: Report) -> list[_Planned]:
    planned = []
    # Of tasks without a time, those further down in the file are the younger ones.
    first = clock.now() - timedelta(microseconds=MAX_ROWS)
    for row in rows:
        report.rows += 1
        if report.rows > MAX_ROWS:
            raise InvalidRequestError(errors=[FieldError("rows", f"A file can have {MAX_ROWS} rows at most.")])
        if row.record is None or row.problem:
            report.refuse(row.number, row.problem)
            continue
        members = dict(row.record)
        record_id = members.pop("id")
        if members["parent_id"] is not None:
            members["parent_id"] = _task_id(user_id, members["parent_id"])
        try:
            fields = validated(ImportedFields, members)
        except InvalidRequestError as error:
            report.refuse(row.number, error.errors or [])
        else:
            fields.created_at = fields.created_at or clock.rfc3339(first + timedelta(microseconds=report.rows))
            planned.append(_Planned(row.number, _task_id(user_id, record_id), fields))
    return planned


def _check_room(user_id: str, tasks: int, there: Presence) -> None:
    try:
        quota.check(user_id, tasks)
    except TooManyTasksError:
        # Taken in once more, or gone on with, a file needs less room than it has rows.
        if new := tasks - there.count():
            quota.check(user_id, new)


def _task_id(user_id: str, record_id: str) -> str:
    """The id of a record's task: its own where that is one that services make, so that an export finds its way back."""
    return record_id if is_id(record_id) else str(uuid.uuid5(_TASKS_OF_FILES, f"{user_id}/{record_id}"))


def _families(planned: list[_Planned], report: Report) -> list[list[_Planned]]:
    """The rows of each tree together, and those below one task that is there already; parents before their children."""
    by_id = {each.task_id: each for each in planned}
    children: dict[str, list[_Planned]] = {}
    tops: dict[str, list[_Planned]] = {}
    for each in planned:
        parent_id = each.fields.parent_id
        if parent_id in by_id:
            children.setdefault(parent_id, []).append(each)
        else:
            tops.setdefault(parent_id or each.task_id, []).append(each)
    families = []
    reached = 0
    for level in tops.values():
        family: list[_Planned] = []
        while level:
            family += level
            level = [child for parent in level for child in children.get(parent.task_id, ())]
        families.append(family)
        reached += len(family)
    if reached < len(planned):
        seen = {each.task_id for family in families for each in family}
        for each in planned:
            if each.task_id not in seen:
                report.refuse(each.number, [FieldError("parent_id", "A task cannot be below itself.")])
    return families


def _writing(
    user_id: str, family: list[_Planned], there: Presence, report: Report, *, dry_run: bool
) -> Callable[[], None]:
    done: list[int] = []
    parts = [family] if dry_run else list(_parts(family))

    def write() -> None:
        # Asked to go on after a failure, it does so where that was.
        for number, part in enumerate(parts):
            if number == len(done):
                _write(user_id, part, there, report, dry_run=dry_run)
                done.append(number)

    return write


def _parts(family: list[_Planned]) -> Iterator[list[_Planned]]:
    """What fits one transaction, together with the task at the top."""
    for start in range(0, len(family), trees.MAX_DESCENDANTS):
        yield family[start : start + trees.MAX_DESCENDANTS]


def _write(user_id: str, part: list[_Planned], there: Presence, report: Report, *, dry_run: bool) -> None:
    # Mostly none was there before, which the write's own condition tells. Where one was, there are others.
    is_believed_new = len(part) == 1
    if is_believed_new and (dry_run or report.existing) and part[0].task_id in there:
        report.existing += 1
        return

    def change(workspace: Workspace) -> tuple[int, list[tuple[int, InvalidRequestError]]]:
        nonlocal is_believed_new
        if is_believed_new:
            workspace.assume_absent(part[0].task_id)
        is_believed_new = False
        workspace.load([each.task_id for each in part])
        created, refused = 0, []
        for each in part:
            try:
                created += _make(workspace, each)
            except InvalidRequestError as error:
                refused.append((each.number, error))
        return created, refused

    created, refused = change(Workspace(user_id)) if dry_run else carry_out(user_id, change)
    report.created += created
    report.existing += len(part) - created - len(refused)
    for number, error in refused:
        report.refuse(number, error.errors or [])


def _make(workspace: Workspace, planned: _Planned) -> bool:
    """Take a task into the workspace, if none is there or only what is left of one; whether it did."""
    existing = workspace.find(planned.task_id)
    if existing is not None and existing.state != PURGED and not trash.is_over(existing):
        return False
    fields = planned.fields
    now = clock.now()
    task = TaskItem(
        workspace.user_id,
        planned.task_id,
        version=1,
        created_at=fields.created_at,
        updated_at=clock.rfc3339(now),
        order=int(now.timestamp() * 1000) + planned.number,
    )
    operations.set_members(task, fields)
    operations.set_completed_at(task, (fields.completed_at or clock.rfc3339(now)) if fields.completed else None)
    workspace.add(task)
    if fields.parent_id is not None:
        try:
            trees.attach(workspace, [task], fields.parent_id)
        except InvalidRequestError:
            workspace.put_back(task, existing)
            raise
    return True
