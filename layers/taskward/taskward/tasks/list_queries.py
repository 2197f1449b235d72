"""What a list of tasks can be asked for: which tasks, in which order."""

import json
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, get_args
from zoneinfo import ZoneInfo

from taskward import clock
from taskward.errors import FieldError, InvalidRequestError
from taskward.tasks import due as due_dates
from taskward.tasks.due import Bound
from taskward.tasks.models import MAX_TAG, MAX_TAGS, Priority
from taskward.tasks.tables import COMPLETED, OPEN, TRASHED, TaskItem
from taskward.tasks.trash import is_over

STATUSES: Final = {"all": (OPEN, COMPLETED), "open": (OPEN,), "completed": (COMPLETED,), "trashed": (TRASHED,)}
SORTS: Final = ("created", "updated", "due", "order")
DIRECTIONS: Final = ("asc", "desc")
PARAMETERS: Final = frozenset(
    {"status", "priority", "tag", "due_before", "due_after", "overdue", "no_due", "q", "sort", "direction", "tz"}
)
MAX_Q: Final = 200
"""Characters of a text that is looked for."""


@dataclass(frozen=True)
class TaskQuery:
    """Which tasks are wanted, and in which order.

    `states` are those that the tasks can be in. `zone` is where `overdue` and days are seen from, `now` the moment.
    `name` tells this query from every other; it does not depend on when it is asked.
    """

    name: str
    states: Sequence[str] = (OPEN, COMPLETED)
    sort: str = "created"
    descending: bool = True
    priorities: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    after: Bound | None = None
    before: Bound | None = None
    overdue: bool = False
    no_due: bool = False
    text: str = ""
    zone: ZoneInfo | None = None
    now: datetime = field(default_factory=lambda: clock.now())

    @property
    def has_filter(self) -> bool:
        """Whether many tasks may not be wanted of those that the list is read from."""
        # Sorted by due date, hardly any others are read than those due then.
        by_due = self.sort != "due" and (self.by_due or self.no_due)
        return bool(self.priorities or self.tags or by_due or self.text)

    @property
    def by_due(self) -> bool:
        """Whether only tasks with certain due dates are wanted."""
        return self.after is not None or self.before is not None or self.overdue

    def matches(self, task: TaskItem) -> bool:
        """Whether a task is one of those wanted."""
        is_wanted = task.state in self.states and (self._takes_all or self._is_chosen(task))
        return is_wanted and not is_over(task)

    @cached_property
    def _takes_all(self) -> bool:
        """Whether the state alone decides; asked of every task of a list."""
        return not (self.priorities or self.tags or self.text or self.by_due or self.no_due)

    def _is_chosen(self, task: TaskItem) -> bool:
        return (
            (not self.priorities or task.priority in self.priorities)
            and self.tags.issubset(task.tags)
            and self._is_due_then(task)
            and (not self.text or self.text in folded(task.title) or self.text in folded(task.description or ""))
        )

    def _is_due_then(self, task: TaskItem) -> bool:
        if task.due is None:
            return not self.by_due
        if self.no_due:
            return False
        due = task.due, task.due_timezone
        return (
            (self.after is None or due_dates.is_after(*due, self.after))
            and (self.before is None or due_dates.is_before(*due, self.before))
            and (not self.overdue or due_dates.is_overdue(*due, self.now, self._zone))
        )

    def due_range(self) -> tuple[str | None, str | None]:
        """Between which texts the due dates sort that can be wanted; see `due.sort_range`."""
        low, high = due_dates.sort_range(self.after, self.before)
        if self.overdue:
            _, today = due_dates.sort_range(None, due_dates.bound(self.now.isoformat(timespec="seconds"), self._zone))
            high = min(filter(None, (high, today)))
        return low, high

    @property
    def _zone(self) -> ZoneInfo:
        assert self.zone is not None, "a query about what is overdue knows where"  # noqa: S101
        return self.zone


def parsed(parameters: Mapping[str, Sequence[str]], zone_of: Callable[[], ZoneInfo]) -> TaskQuery:
    """The query that parameters of a request ask for.

    Parameters
    ----------
    parameters: every value of each parameter, all of them among `PARAMETERS`.
    zone_of: gives the time zone to see due dates from; only called when some are to be compared.

    Raises
    ------
    InvalidRequestError: naming each parameter that is refused.
    """
    reader = _Reader(parameters)
    status = reader.choice("status", STATUSES, "all")
    sort = reader.choice("sort", SORTS, "created")
    # What is made or changed last is seen first; what is due, or in an order of one's own, from its beginning.
    direction = reader.choice("direction", DIRECTIONS, "desc" if sort in ("created", "updated") else "asc")
    overdue, no_due = reader.flag("overdue"), reader.flag("no_due")
    wants_zone = overdue or "due_before" in parameters or "due_after" in parameters
    zone = zone_of() if wants_zone else None
    query = TaskQuery(
        name=json.dumps([sorted((name, sorted(values)) for name, values in parameters.items()), zone and zone.key]),
        states=(OPEN,) if overdue and status == "all" else STATUSES[status],
        sort=sort,
        descending=direction == "desc",
        priorities=reader.choices("priority", get_args(Priority)),
        tags=reader.texts("tag", MAX_TAGS, MAX_TAG),
        after=reader.bound("due_after", zone),
        before=reader.bound("due_before", zone),
        overdue=overdue,
        no_due=no_due,
        text=reader.search("q"),
        zone=zone,
    )
    reader.finish()
    return query


class _Reader:
    """Reads parameters one by one, and refuses in the end what it could not read."""

    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        self._parameters = parameters
        self._errors: list[FieldError] = []

    def text(self, name: str, longest: int) -> str:
        values = self._parameters.get(name, ("",))
        if len(values) > 1:
            return self._refuse(name, "Give it once.")
        if name in self._parameters and not 0 < len(values[0]) <= longest:
            return self._refuse(name, f"Give 1 to {longest} characters.")
        return values[0]

    def search(self, name: str) -> str:
        text = folded(self.text(name, MAX_Q))
        if name in self._parameters and not text:
            self._refuse(name, "Give something to look for; accents alone are nothing.")
        return text

    def choice(self, name: str, known: Collection[str], default: str) -> str:
        text = self.text(name, 20) if name in self._parameters else default
        return text if text in known else self._refuse(name, f"Give one of {', '.join(known)}.") or default

    def choices(self, name: str, known: Collection[str]) -> frozenset[str]:
        chosen = frozenset(self._parameters.get(name, ()))
        if not chosen <= set(known):
            self._refuse(name, f"Give one of {', '.join(known)}.")
        return chosen

    def texts(self, name: str, most: int, longest: int) -> frozenset[str]:
        values = self._parameters.get(name, ())
        if len(values) > most or not all(0 < len(value) <= longest for value in values):
            self._refuse(name, f"Give {most} of 1 to {longest} characters at most.")
        return frozenset(values)

    def flag(self, name: str) -> bool:
        return self.choice(name, ("true", "false"), "false") == "true"

    def bound(self, name: str, zone: ZoneInfo | None) -> Bound | None:
        if name not in self._parameters or zone is None:
            return None
        try:
            return due_dates.bound(self.text(name, 40), zone)
        except ValueError as error:
            self._refuse(name, str(error))
            return None

    def finish(self) -> None:
        """Refuse what could not be read, if there was any; of each parameter what was found first."""
        if self._errors:
            raise InvalidRequestError(errors=list({error.field: error for error in reversed(self._errors)}.values()))

    def _refuse(self, name: str, message: str) -> str:
        self._errors.append(FieldError(name, message))
        return ""


def folded(text: str) -> str:
    """A text without what search makes no difference of: upper and lower case, and accents (Unicode, 3.13 and 5.18)."""
    return text.casefold() if text.isascii() else text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What is left of each character. One by one: what is in disorder takes Unicode's normal forms very long."""

    def __missing__(self, code: int) -> str:
        apart = unicodedata.normalize("NFKD", chr(code))
        left = "".join(character for character in apart if not unicodedata.combining(character)).casefold()
        if len(self) < _MOST_FOLDED:
            self[code] = left
        return left


_MOST_FOLDED: Final = 10_000
_FOLDED: Final = _Folded()
