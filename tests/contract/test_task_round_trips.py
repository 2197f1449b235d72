"""What is exported and imported again is equal, through the real functions, whatever is in it."""

import json
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.bulk import app as bulk
from functions.tasks import app as tasks
from taskward.tasks.formats.formats import FORMATS, MEDIA_TYPES
from taskward.tasks.formats.records import MEMBERS
from tests.support.events import Context, request
from tests.support.task_records import records, texts

pytestmark = pytest.mark.usefixtures("database")

_titles = texts.filter(lambda text: text.strip() != "").map(lambda text: text[:200])


def answered(user_id: str, function: Any, method: str, path: str, body: Any = None, **query: str) -> Any:
    """The body of an answer that is no refusal."""
    headers = {"Content-Type": MEDIA_TYPES.get(query.get("format", "json"), "")} if isinstance(body, str) else {}
    event = request(method, path, body, headers=headers, query=query or None, principal=(user_id, "session"))
    answer = function.handler(event, Context())
    assert answer["statusCode"] in (200, 204), answer["body"]
    return answer["body"]


def exported(user_id: str, file_format: str) -> str:
    """A file of all tasks."""
    return str(answered(user_id, bulk, "POST", "/tasks/export", format=file_format))


def taken_in(user_id: str, file_format: str, content: str) -> Any:
    """The report on a file."""
    return json.loads(answered(user_id, bulk, "POST", "/tasks/import", content, format=file_format, tz="UTC"))


def shown(user_id: str) -> dict[str, dict[str, Any]]:
    """All tasks as their owner is shown them, by id."""
    listed = json.loads(answered(user_id, tasks, "GET", "/tasks", limit="100", tz="UTC"))
    return {task["id"]: {name: task[name] for name in MEMBERS} for task in listed}


def with_parents(sent: list[dict[str, Any]], places: list[int]) -> list[dict[str, Any]]:
    """Tasks of which each hangs below one before it, or below none, in trees that are not too deep."""
    levels: list[int] = []
    for number, (task, place) in enumerate(zip(sent, places, strict=False)):
        parent = place % (number + 1)
        hangs = parent < number and levels[parent] < 5
        task["parent_id"] = sent[parent]["id"] if hangs else None
        levels.append(levels[parent] + 1 if hangs else 1)
    return sent


@st.composite
def lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few tasks that a service can hold, with the oddest texts and in trees."""
    sent = draw(st.lists(records(), min_size=1, max_size=5))
    for task in sent:
        task |= {"id": str(uuid.uuid4()), "title": draw(_titles), "tags": [tag[:50] for tag in task["tags"]]}
        task["tags"] = list(dict.fromkeys(task["tags"]))
        if task["due"] is None:
            task["repeat"] = None
    return with_parents(sent, draw(st.lists(st.integers(0, 100), min_size=len(sent), max_size=len(sent))))


@pytest.mark.parametrize("file_format", FORMATS)
@given(sent=lists())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_makes_the_same_tasks_elsewhere_and_here_again(file_format: str, sent: list[dict[str, Any]]) -> None:
    # Everybody is new with each example, so that nobody has to be emptied.
    me, you = str(uuid.uuid4()), str(uuid.uuid4())
    report = taken_in(me, "json", json.dumps(sent))
    assert (report["created"], report["refusals"]) == (len(sent), [])
    before, file = shown(me), exported(me, file_format)
    assert len(before) == len(sent)

    assert taken_in(you, file_format, file)["created"] == len(sent)
    assert shown(you) == before

    assert taken_in(me, file_format, file)["existing"] == len(sent)
    answered(me, bulk, "DELETE", "/tasks")
    answered(me, bulk, "DELETE", "/tasks", trashed="true")
    assert shown(me) == {}
    assert taken_in(me, file_format, file)["created"] == len(sent)
    assert shown(me) == before


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_largest_task_comes_back_as_it_was(file_format: str) -> None:
    me = str(uuid.uuid4())
    largest = {
        "id": str(uuid.uuid4()),
        "title": "\U0001f600" * 200,
        "description": '"\\\n\0,;' * 1365 + "é",
        "tags": [f"{number:02}{'ß' * 48}" for number in range(20)],
        "order": -(2**53 - 1),
    }
    assert taken_in(me, "json", json.dumps([largest]))["created"] == 1
    before, file = shown(me), exported(me, file_format)
    answered(me, bulk, "DELETE", "/tasks")
    answered(me, bulk, "DELETE", "/tasks", trashed="true")
    assert taken_in(me, file_format, file)["refusals"] == []
    assert shown(me) == before
    assert {name: before[str(largest["id"])][name] for name in largest} == largest
