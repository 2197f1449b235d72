"""Tasks from a project that Todoist exported as CSV ("template").

One row is a task, a section, a comment ("note") on the task above it, or a setting of the project ("meta"). A task's
place below others is told by its indent, its labels stand in its name as @label, and its date is what somebody once
typed (see `todoist_dates`). Labels become tags, and so does the section. Neither completed tasks nor ids are in the
file.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from taskward.errors import FieldError
from taskward.tasks.due import is_date_time, normalised
from taskward.tasks.formats import cells, todoist_dates
from taskward.tasks.formats.records import Record, Row, derived_id, empty, refused
from taskward.timezones import checked_timezone

PRIORITIES: Final = {"1": "high", "2": "medium", "3": "low", "4": "none", "": "none"}
"""1 is the highest. An export always has one; where others write such files and none, none is meant."""

_MAX_TAG = 50
_INDENT = re.compile(r"[1-9]?")
_LABEL = re.compile(r"\s?(?<!\S)@(\S+)")


def read(content: bytes, today: date) -> Iterator[Row]:
    """The rows of the tasks; a task below another has that one's id as its parent's.

    Ids are derived from the names of the tasks that one is below, its own, and how many of the same name stood before.

    Parameters
    ----------
    today: what dates are told from that have no year, or no date at all ("every day").

    Raises
    ------
    UnreadableError: it is no such table.
    """
    return _tasks(cells.rows(content, ["type", "content"]), today)


def _tasks(rows: Iterator[tuple[int, dict[str, str], bool]], today: date) -> Iterator[Row]:
    ids = _Ids()
    section = ""
    # Waits for the comments below it.
    task: Row | None = None
    comments: list[str] = []
    for number, named, _ in rows:
        kind = named.get("type", "").strip().lower()
        if kind == "note":
            comments.append(named.get("content", ""))
        if kind in ("note", "meta", ""):
            continue
        if task:
            yield _commented(task, comments)
        task, comments = None, []
        if kind == "section":
            section = named.get("content", "").strip()
            ids.forget_parents()
        elif kind == "task":
            task = _task(number, named, section, today, ids)
        else:
            yield refused(number, "TYPE", "Give task, section, note or meta.")
    if task:
        yield _commented(task, comments)


def _commented(task: Row, comments: list[str]) -> Row:
    if task.record is None or not comments:
        return task
    described = [task.record["description"]] if task.record["description"] else []
    return replace(task, record=task.record | {"description": "\n\n".join([*described, *comments])})


def _task(number: int, named: Mapping[str, str], section: str, today: date, ids: "_Ids") -> Row:
    record = empty()
    problems = []

    def take(field: str, members: Callable[[], Record]) -> None:
        nonlocal record
        try:
            record |= members()
        except ValueError as error:
            problems.append(FieldError(field, str(error)))

    take("CONTENT", lambda: _title_and_tags(named.get("content", ""), section))
    take("DESCRIPTION", lambda: {"description": named.get("description") or None})
    take("PRIORITY", lambda: _priority(named.get("priority", "").strip()))
    take("INDENT", lambda: ids.next(named.get("indent", "").strip(), record["title"]))
    # When it is to be done; where that is not said, by when at the latest.
    when = "date" if named.get("date", "").strip() else "deadline"
    take(when.upper(), lambda: _date(named.get(when, "").strip(), named.get(f"{when}_lang", "").strip(), today))
    take("TIMEZONE", lambda: _in_zone(record["due"], named.get("timezone", "").strip()))
    return Row(number, record, tuple(problems))


def _title_and_tags(content: str, section: str) -> Record:
    """The title without its labels, and as tags the labels and the section."""
    labels = _LABEL.findall(content)
    title = _LABEL.sub("", content).strip()
    if not title and not labels:
        raise ValueError("There is no title.")
    tags = [*labels, section[:_MAX_TAG].strip()] if section else labels
    return {"title": title or content.strip(), "tags": list(dict.fromkeys(tags))}


def _priority(cell: str) -> Record:
    if cell not in PRIORITIES:
        raise ValueError("Give 1, 2, 3 or 4.")
    return {"priority": PRIORITIES[cell]}


def _date(text: str, language: str, today: date) -> Record:
    if not text:
        return {}
    found = todoist_dates.read(text, language, today)
    return {"due": found.due, "repeat": found.repeat, "repeat_from": found.repeat_from}


def _in_zone(due: str | None, zone: str) -> Record:
    """The time on the clock of the zone that the row names; without one, on whatever clock is at hand."""
    if due is None:
        return {}
    known = checked_timezone(zone) if zone and is_date_time(due) else None
    return dict(zip(("due", "due_timezone"), normalised(due, known), strict=True))


class _Ids:
    """Ids of tasks, and of those that they are below."""

    def __init__(self) -> None:
        self._above: list[tuple[int, str]] = []
        self._equal: Counter[tuple[str | None, str | None]] = Counter()

    def forget_parents(self) -> None:
        """Begin anew at the top, as a section does."""
        self._above.clear()

    def next(self, cell: str, title: str | None) -> Record:
        """The id of the next task, and that of the nearest one above with a smaller indent."""
        if not _INDENT.fullmatch(cell):
            raise ValueError("Give 1 for a task, and 2 or more for one that is below another.")
        indent = int(cell or 1)
        while self._above and self._above[-1][0] >= indent:
            self._above.pop()
        parent_id = self._above[-1][1] if self._above else None
        self._equal[parent_id, title] += 1
        task_id = derived_id(parent_id, title, self._equal[parent_id, title])
        self._above.append((indent, task_id))
        return {"id": task_id, "parent_id": parent_id}
