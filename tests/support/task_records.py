"""Records of tasks as files carry them: plain ones, and hypothesis strategies for the worst that there can be."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from taskward import clock
from taskward.tasks.formats import formats
from taskward.tasks.formats.records import Record, empty

ZONES = (None, "UTC", "Etc/UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Africa/Casablanca")
RULES = ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=12", "COUNT=3;FREQ=YEARLY")

# What means something to one of the formats, or to those who read them line by line.
_NASTY = (
    "\0\x01\t\n\x0b\x0c\r\x1a\x1c\x1f\x7f\x85\xa0\u2028\u2029\u202e\u2066\ufeff\ufffd \"'=+-@\uff1d,;:\\Nn|\\{}[]<>é😀"
)
_texts = st.text(st.one_of(st.sampled_from(_NASTY), st.characters(codec="utf-8")), max_size=30)
_lines = st.lists(st.sampled_from(["a", "é" * 80, "\r\n", "\r", "\n", " ", "\\N", "BEGIN:VTODO", '"', "'"])).map(
    "".join
)
texts = st.one_of(_texts, _lines)

_moments = st.datetimes(datetime(1901, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)).map(clock.rfc3339)  # noqa: DTZ001
_days = st.dates(date(1900, 1, 1), date(9998, 12, 31)).map(lambda day: (day.isoformat(), None))
_times = st.tuples(
    st.datetimes(datetime(1900, 1, 1), datetime(9998, 12, 31)).map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%S")),  # noqa: DTZ001
    st.sampled_from(ZONES),
)
_orders = st.one_of(
    st.none(),
    st.integers(-(2**53 - 1), 2**53 - 1),
    st.floats(-(2**53 - 1), 2**53 - 1).filter(lambda number: number == 0 or abs(number) >= 1e-100),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any record that can be."""
    due, zone = draw(st.one_of(st.just((None, None)), _days, _times))
    completed = draw(st.booleans())
    return {
        "id": draw(texts.filter(bool)),
        "title": draw(texts.filter(bool)),
        "description": draw(st.one_of(st.none(), texts)),
        "completed": completed,
        "completed_at": draw(st.one_of(st.none(), _moments)) if completed else None,
        "created_at": draw(st.one_of(st.none(), _moments)),
        "priority": draw(st.sampled_from(["none", "low", "medium", "high"])),
        "due": due,
        "due_timezone": zone,
        "tags": draw(st.lists(texts.filter(bool), max_size=4, unique=True)),
        "order": draw(_orders),
        "repeat": draw(st.one_of(st.none(), st.sampled_from(RULES))),
        "repeat_from": draw(st.sampled_from(["due", "completion"])),
        "parent_id": draw(st.one_of(st.none(), texts.filter(bool))),
    }


def record(**members: Any) -> Record:
    """A record with these members, and a title and an id if they are not among them."""
    return empty() | {"id": "1", "title": "Pay rent"} | members


def file_of(file_format: str, *of: Record) -> bytes:
    """A whole file of records."""
    return b"".join(formats.written(file_format, of))


def read_well(file_format: str, content: bytes, today: date | None = None) -> list[Record]:
    """The records of a file in which every row can be read."""
    found = []
    for row in formats.read(file_format, content, today):
        assert (row.problem, row.record is None) == ((), False)
        found.append(row.record or {})
    return found


def problems_of(file_format: str, content: bytes, today: date | None = None) -> dict[int, list[str]]:
    """The fields at fault, by the numbers of the rows that have any."""
    rows = list(formats.read(file_format, content, today))
    return {row.number: [each.field for each in row.problem] for row in rows if row.problem}
