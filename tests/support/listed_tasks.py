"""Random tasks, and what a list of them is to show: told in plain Python, away from any database."""

import random
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from taskward import clock
from taskward.tasks.tables import COMPLETED, OPEN, TRASHED, TaskItem

NOW: Final = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""In the hour before clocks are set back in Europe."""

ZONES: Final = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago")
TITLES: Final = ("Größe messen", "École", "İstanbul", "ﬁnd it", "cafe\u0301", "ΟΔΟΣ", "plain", "Plain text")
TEXTS: Final = ("GRÖSSE", "grosse", "ecole", "istanbul", "FIND", "café", "οδος", "plain", "nowhere")
FOLDED: Final = {
    "Größe messen": "grosse messen",
    "École": "ecole",
    "İstanbul": "istanbul",
    "ﬁnd it": "find it",
    "cafe\u0301": "cafe",
    "ΟΔΟΣ": "οδοσ",
    "plain": "plain",
    "Plain text": "plain text",
    "GRÖSSE": "grosse",
    "FIND": "find",
    "café": "cafe",
    "οδος": "οδοσ",
}
"""What search makes of them, by hand."""

_MINUTES: Final = 60 * 24 * 4


def random_tasks(chance: random.Random, user_id: str, count: int) -> list[TaskItem]:
    """Tasks in all states, with few distinct times, orders and due dates, so that many stand at the same place."""
    return [_random_task(chance, user_id) for _ in range(count)]


def _random_task(chance: random.Random, user_id: str) -> TaskItem:
    due, timezone = _random_due(chance)
    created = NOW - timedelta(hours=chance.randrange(20, 40))
    task = TaskItem(
        user_id,
        str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        state=chance.choice([OPEN, OPEN, COMPLETED, TRASHED]),
        title=chance.choice(TITLES),
        description=chance.choice([None, *TITLES]),
        priority=chance.choice(["none", "low", "medium", "high"]),
        due=due,
        due_timezone=timezone,
        tags=chance.sample(["home", "work", "Größe"], chance.randrange(4)),
        order=chance.choice([-3.5, 0, 1, 2**53 - 1]),
        version=1,
        created_at=clock.rfc3339(created),
        updated_at=clock.rfc3339(created + timedelta(hours=chance.randrange(20))),
    )
    if task.state == COMPLETED:
        task.completed_at = task.updated_at
    if task.state == TRASHED:
        task.deleted_at = task.updated_at
        task.expires_at = int(NOW.timestamp()) + chance.choice([-60, 0, 1, 86_400])
    task.set_index_keys()
    return task


def _random_due(chance: random.Random) -> tuple[str | None, str | None]:
    near = NOW.replace(tzinfo=None) + timedelta(minutes=30 * chance.randrange(-_MINUTES, _MINUTES) // 30)
    match chance.randrange(4):
        case 0:
            return None, None
        case 1:
            return near.date().isoformat(), None
        case 2:
            return near.isoformat(timespec="seconds"), None
        case _:
            return near.isoformat(timespec="seconds"), chance.choice(ZONES)


def random_query(chance: random.Random) -> dict[str, list[str]]:
    """Parameters of a list: each filter in about one of three."""
    query: dict[str, list[str]] = {}
    for name, values in (
        ("status", ["all", "open", "completed", "trashed"]),
        ("sort", ["created", "updated", "due", "order"]),
        ("direction", ["asc", "desc"]),
    ):
        if chance.random() < 0.8:
            query[name] = [chance.choice(values)]
    for name, values in (
        ("due_before", _bounds(chance)),
        ("due_after", _bounds(chance)),
        ("overdue", ["true", "false"]),
        ("no_due", ["true", "false"]),
        ("q", list(TEXTS)),
    ):
        if chance.random() < 0.25:
            query[name] = [chance.choice(values)]
    for name, values in (("priority", ["none", "low", "medium", "high"]), ("tag", ["home", "work", "Größe"])):
        if chance.random() < 0.3:
            query[name] = chance.sample(values, chance.randrange(1, 3))
    return query


def _bounds(chance: random.Random) -> list[str]:
    near = NOW + timedelta(minutes=30 * chance.randrange(-96, 96))
    return [
        near.date().isoformat(),
        near.replace(tzinfo=None).isoformat(timespec="seconds"),
        near.isoformat(timespec="seconds"),
        near.isoformat(timespec="seconds").replace("+00:00", "-05:00"),
    ]


def wanted(tasks: list[TaskItem], query: dict[str, list[str]], zone: ZoneInfo) -> list[str]:
    """The ids of the tasks that a query asks for, in its order."""
    one = {name: values[0] for name, values in query.items()}
    sort = one.get("sort", "created")
    direction = one.get("direction", "desc" if sort in ("created", "updated") else "asc")
    found = [task for task in tasks if _is_wanted(task, query, one, zone)]
    found.sort(key=lambda task: (_place(task, sort), task.task_id), reverse=direction == "desc")
    return [task.task_id for task in found]


def _is_wanted(task: TaskItem, query: dict[str, list[str]], one: dict[str, str], zone: ZoneInfo) -> bool:
    overdue, no_due = one.get("overdue") == "true", one.get("no_due") == "true"
    status = one.get("status", "all")
    states = {"all": (OPEN,) if overdue else (OPEN, COMPLETED)}.get(status, (status,))
    text = FOLDED.get(one.get("q", ""), one.get("q", ""))
    texts = [FOLDED[each] for each in (task.title, task.description) if each is not None]
    return (
        task.state in states
        and (task.state != TRASHED or task.expires_at > NOW.timestamp())
        and ("priority" not in query or task.priority in query["priority"])
        and all(tag in task.tags for tag in query.get("tag", ()))
        and any(text in each for each in texts)
        and not (no_due and task.due is not None)
        and (not overdue or _is_past(task, NOW, None, zone))
        and ("due_before" not in one or _is_past(task, *_bound(one["due_before"], zone), zone))
        and ("due_after" not in one or _is_to_come(task, *_bound(one["due_after"], zone), zone))
    )


def _bound(text: str, zone: ZoneInfo) -> tuple[datetime | None, date | None]:
    """A moment, or a day."""
    if "T" not in text:
        return None, date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC), None


def _is_past(task: TaskItem, moment: datetime | None, day: date | None, zone: ZoneInfo) -> bool:
    if task.due is None:
        return False
    if moment is not None and "T" in task.due:
        return _instant(task, zone) < moment
    return _day(task, zone) < (day or _day_of(moment, zone))


def _is_to_come(task: TaskItem, moment: datetime | None, day: date | None, zone: ZoneInfo) -> bool:
    if task.due is None:
        return False
    if moment is not None and "T" in task.due:
        return _instant(task, zone) > moment
    return _day(task, zone) > (day or _day_of(moment, zone))


def _day_of(moment: datetime | None, zone: ZoneInfo) -> date:
    assert moment is not None
    return moment.astimezone(zone).date()


def _instant(task: TaskItem, zone: ZoneInfo) -> datetime:
    own = ZoneInfo(task.due_timezone) if task.due_timezone else zone
    return datetime.fromisoformat(task.due).replace(tzinfo=own).astimezone(UTC)


def _day(task: TaskItem, zone: ZoneInfo) -> date:
    if task.due_timezone is None:
        return date.fromisoformat(task.due[:10])
    return _instant(task, zone).astimezone(zone).date()


def _place(task: TaskItem, sort: str) -> Any:
    if sort == "due":
        if task.due is None:
            return (1, "")
        if task.due_timezone is None:
            return (0, task.due)
        return (0, _instant(task, ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S"))
    return {"created": task.created_at, "updated": task.updated_at, "order": task.order}[sort]
